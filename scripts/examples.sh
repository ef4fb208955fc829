#!/usr/bin/env bash
# examples.sh [ARGUMENT…]: builds the examples against the products of this package. Runs the
# conformance suite on the example's driver, the example's own `dashboard`, and the program that
# embeds the engine, which the stock `dashboard --no-engine` watches. Arguments are passed to the
# builds (--jobs=2).
set -euo pipefail
cd "$(dirname "$0")/.."

# The build directory of the main package: `swift build` has already built there what the examples
# need of it, and they compile only their own files. SwiftPM keeps one build plan in a directory and
# does not notice that it belongs to another package, so nobody may find the plan of an example.
build=(--scratch-path .build --disable-build-manifest-caching "$@")
folder=$(mktemp -d)
trap 'rm -rf "$folder" .build/debug.yaml' EXIT

swift build "${build[@]}" --product dashboard </dev/null
# With the same versions of the dependencies, which would otherwise be built once more.
for example in swift-driver embedding; do cp Package.resolved "examples/$example/"; done
swift test --package-path examples/swift-driver "${build[@]}" --disable-xctest </dev/null
swift run --package-path examples/swift-driver "${build[@]}" folder-dashboard help \
  </dev/null >/dev/null

store=$folder/store.sqlite
coproc EMBEDDING {
  swift run --package-path examples/embedding "${build[@]}" Embedding "$store"
}
embedding=$EMBEDDING_PID
# Wait until it stops at its prompt; if it fails, its output ends.
until [[ ${line:-} == "ana can connect to "* ]]; do
  read -r -u "${EMBEDDING[0]}" line || { echo "examples: Embedding has failed" >&2; exit 1; }
done
seen=$(.build/debug/dashboard --store "$store" --no-engine --once)
[[ $seen == *ana* ]] || { echo "examples: dashboard does not show ana: $seen" >&2; exit 1; }
echo "examples: dashboard shows what the embedded engine does"
echo >&"${EMBEDDING[1]}"
wait "$embedding"

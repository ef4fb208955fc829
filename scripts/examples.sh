#!/usr/bin/env bash
# examples.sh [ARGUMENT…]: builds the examples against the products of this package, runs the
# conformance suite on the example's driver, and runs the embedded engine once. Arguments are passed
# to the builds (--jobs=2).
set -euo pipefail
cd "$(dirname "$0")/.."

# One build directory for both, below .build: what they share is built once.
swift test --package-path examples/swift-driver --scratch-path .build/examples \
  --disable-xctest "$@" </dev/null
swift run --package-path examples/swift-driver --scratch-path .build/examples "$@" \
  folder-dashboard help </dev/null >/dev/null
swift run --package-path examples/embedding --scratch-path .build/examples "$@" \
  Embedding </dev/null

#!/usr/bin/env bash
# Builds the benchmarks, which are a separate package, and runs them; the tables go to standard
# output. `--jobs=N` is passed to the build, every other argument to the benchmarks.
set -euo pipefail
cd "$(dirname "$0")/.."

jobs=()
arguments=()
for argument in "$@"; do
  case "$argument" in
    --jobs=*) jobs+=("$argument") ;;
    *) arguments+=("$argument") ;;
  esac
done
swift build -c release --package-path Tests/Benchmarks --scratch-path .build/benchmarks \
  "${jobs[@]}" >&2
.build/benchmarks/release/Benchmarks "${arguments[@]}"
# The screen is no product, so the benchmark of the screen belongs to the main package.
swift build -c release --product ScreenBenchmark "${jobs[@]}" >&2
exec .build/release/ScreenBenchmark

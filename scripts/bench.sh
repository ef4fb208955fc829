#!/usr/bin/env bash
# Builds the benchmarks, which are a separate package, and runs them; the tables go to standard
# output. `--jobs=N` is passed to the build, every other argument to the benchmarks.
set -euo pipefail
cd "$(dirname "$0")/.."

build=(-c release --package-path Tests/Benchmarks --scratch-path .build/benchmarks)
arguments=()
for argument in "$@"; do
  case "$argument" in
    --jobs=*) build+=("$argument") ;;
    *) arguments+=("$argument") ;;
  esac
done
swift build "${build[@]}" >&2
.build/benchmarks/release/Benchmarks "${arguments[@]}"
# The screen belongs to an executable, which another package cannot import: it measures itself.
scripts/build.sh >&2
exec .build/release/dashboard measure-frame

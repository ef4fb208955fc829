#!/usr/bin/env bash
# build.sh [ARGUMENT…]: builds the optimised program; arguments are passed to the compiler
# (--jobs=2). Where the toolchain supports it, Swift's own libraries are linked statically: the
# program starts faster, needs less memory, and runs on machines without Swift. The linker's
# warning about `mktemp` then comes from Foundation.
set -euo pipefail
cd "$(dirname "$0")/.."
resources=$(swift -print-target-info | sed -n 's/.*"runtimeResourcePath": *"\(.*\)".*/\1/p')
inside=()
if [ -d "${resources}_static/linux" ]; then inside=(--static-swift-stdlib); fi
exec swift build -c release --product dashboard "${inside[@]}" "$@"

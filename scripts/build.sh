#!/usr/bin/env bash
# build.sh [ARGUMENT…]: the program, optimised; arguments go to the compiler (--jobs=2). Where the
# toolchain can, Swift's own libraries are inside: it starts faster, needs less memory, and runs on
# machines that have no Swift. What the linker says then of `mktemp` is about Foundation.
set -euo pipefail
cd "$(dirname "$0")/.."
resources=$(swift -print-target-info | sed -n 's/.*"runtimeResourcePath": *"\(.*\)".*/\1/p')
inside=()
if [ -d "${resources}_static/linux" ]; then inside=(--static-swift-stdlib); fi
exec swift build -c release --product dashboard "${inside[@]}" "$@"

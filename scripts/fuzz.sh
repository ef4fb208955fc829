#!/usr/bin/env bash
# fuzz.sh [SECONDS]: searches for inputs that break a parser, guided by coverage (libFuzzer with
# AddressSanitizer). Each target runs in its own process for SECONDS (60 by default). Findings are
# kept in .build/fuzz-corpus/TARGET/found-*. The seed inputs are in the tests called FuzzTests;
# `make test` runs those with random mutations only.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
targets="DashboardTests.FuzzTests/configuration DashboardTests.FuzzTests/theme
  DashboardTests.FuzzTests/keys DashboardTests.FuzzTests/filter
  EngineRuntimeTests.FuzzTests/storedValues EngineRuntimeTests.FuzzTests/requestsAndAnswers
  EngineRuntimeTests.FuzzTests/lockFiles DeploymentDriversTests.FuzzTests/processes"

library=$(dirname "$(readlink -f "$(command -v swiftc)")")/../lib/clang
library=$(find -L "$library" -name 'libclang_rt.fuzzer_no_main-*.a' | head -n 1)
[ -n "$library" ] || { echo "fuzz: this Swift toolchain comes without libFuzzer" >&2; exit 1; }

build=(--sanitize=address --scratch-path .build/fuzz)
coverage=edge,trace-cmp,indirect-calls,inline-8bit-counters,pc-table
swift build --build-tests "${build[@]}" -Xswiftc -sanitize-coverage=$coverage \
  -Xlinker --whole-archive -Xlinker "$library" -Xlinker --no-whole-archive \
  -Xlinker --export-dynamic -Xlinker -lstdc++ 2>&1 | grep -v 'Cannot export local symbol' >&2

status=0
for target in $targets; do
  corpus=$PWD/.build/fuzz-corpus/${target##*/}
  mkdir -p "$corpus"
  log=$corpus.log
  code=0
  FUZZ_SECONDS=$seconds FUZZ_CORPUS=$corpus \
    ASAN_OPTIONS=detect_leaks=0,detect_stack_use_after_return=0 \
    swift test --disable-xctest --skip-build "${build[@]}" --filter "$target" \
    >"$log" 2>&1 </dev/null || code=$?
  if [ $code -eq 0 ]; then
    inputs=$(grep -o 'number_of_executed_units: *[0-9]*' "$log" | grep -o '[0-9]*$' || true)
    echo "$target: nothing found, $inputs inputs"
  else
    echo "$target: FOUND a failure; its output is in $log"
    status=1
  fi
done
exit $status

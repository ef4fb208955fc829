#!/usr/bin/env bash
# Looks for inputs that break a parser, guided by what they reach (libFuzzer, AddressSanitizer):
# each target so many seconds (the first argument, else 60) in a process of its own. What was found
# is kept in .build/fuzz-corpus/TARGET/found-*; the seeds stand in the tests called FuzzTests, which
# `make test` runs with random changes only.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
targets="DashboardTests.FuzzTests/configuration DashboardTests.FuzzTests/theme
  DashboardTests.FuzzTests/keys DashboardTests.FuzzTests/filter
  EngineRuntimeTests.FuzzTests/storedValues EngineRuntimeTests.FuzzTests/requestsAndAnswers
  EngineRuntimeTests.FuzzTests/lockFiles DeploymentDriversTests.FuzzTests/processes"

library=$(dirname "$(readlink -f "$(command -v swiftc)")")/../lib/clang
library=$(find -L "$library" -name 'libclang_rt.fuzzer_no_main-*.a' | head -n 1)
[ -n "$library" ] || { echo "fuzz: this Swift has no libFuzzer beside it" >&2; exit 1; }

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
    echo "$target: FOUND something; its output is in $log"
    status=1
  fi
done
exit $status

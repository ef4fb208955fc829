#!/usr/bin/env bash
# sanitize.sh [ARGUMENT…]: every test that runs inside one process under AddressSanitizer, then
# under ThreadSanitizer; arguments go to the builds (--jobs=2), ONLY=thread takes one of them. Ends
# with a line "N passed, N failed, N reports"; the exit status is 0 only when nothing failed and
# nothing was reported. What was reported stands in .build/sanitize-logs.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
logs=$PWD/.build/sanitize-logs
rm -rf "$logs"
mkdir -p "$logs"
passed=0
failed=0
status=0

# Each target by itself, as in scripts/test.sh. Of the simulation, which is one thread and no memory
# of its own, only the small worlds.
suites='DeploymentEngineTests DeploymentDriversTests LibvirtDriverTests EngineRuntimeTests
  DashboardTests EngineSimulationTests.SimulationTests'

# Leaks are not looked for: what Swift's runtime keeps for its types would be all that is found.
export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0
# TSAN_OPTIONS is set for each run, for the file that takes the reports.

run() {
  local sanitizer=$1 suite=$2 log="$logs/$1-$2.log" code=0
  shift 2
  TSAN_OPTIONS="suppressions=$PWD/scripts/tsan-suppressions.txt:log_path=$logs/report-$suite" \
    swift test --disable-xctest --skip-build "$@" --filter "^$suite" --skip "$skip" \
    >"$log" 2>&1 </dev/null || code=$?
  local good bad
  good=$(grep -cE '^[^ ]+ Test [^ ]+\(.*passed after' "$log")
  bad=$(grep -cE '^[^ ]+ Test [^ ]+\(.*failed after' "$log")
  # A process that died has failed, whatever it has said.
  if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  passed=$((passed + good))
  failed=$((failed + bad))
  echo "$sanitizer, $suite: $good passed, $bad failed"
}

for sanitizer in ${ONLY:-address thread}; do
  build=(--sanitize="$sanitizer" --scratch-path ".build/${sanitizer:0:1}san")
  skip='^$'
  if [ "$sanitizer" = thread ]; then
    # The lock that it knows: Sources/Support/Basics/Mutex.swift.
    build+=(-Xswiftc -DTHREAD_SANITIZER)
    # One thread with a parser each, for a long time.
    skip='FuzzTests'
  fi
  nice swift build --build-tests "${build[@]}" "$@" </dev/null || exit
  for suite in $suites; do run "$sanitizer" "$suite" "${build[@]}"; done
done

reports=$(cat "$logs"/* | grep -cE 'WARNING: ThreadSanitizer|ERROR: AddressSanitizer')
if [ "$failed" -ne 0 ] || [ "$reports" -ne 0 ] || [ "$passed" -eq 0 ]; then status=1; fi
echo "$passed passed, $failed failed, $reports reports"
exit "$status"

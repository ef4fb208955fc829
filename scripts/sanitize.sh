#!/usr/bin/env bash
# sanitize.sh [ARGUMENT…]: runs every in-process test under AddressSanitizer, then under
# ThreadSanitizer. Arguments are passed to the builds (--jobs=2); ONLY=thread selects one sanitizer.
# The last line is "N passed, N failed, N reports"; the exit status is 0 only if nothing failed and
# nothing was reported. The reports are in .build/sanitize-logs.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
logs=$PWD/.build/sanitize-logs
rm -rf "$logs"
mkdir -p "$logs"
passed=0
failed=0
status=0

# Each target runs separately, as in scripts/test.sh. The simulation is single-threaded and manages
# no memory itself, so only its small worlds run here.
suites='DeploymentEngineTests DeploymentDriversTests LibvirtDriverTests EngineRuntimeTests
  DashboardTests EngineSimulationTests.SimulationTests'

# Leak detection is off: it would report only the type metadata that Swift's runtime keeps.
export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0
# TSAN_OPTIONS is set for each run, because it names the file for that run's reports.

run() {
  local sanitizer=$1 suite=$2 log="$logs/$1-$2.log" code=0
  shift 2
  TSAN_OPTIONS="suppressions=$PWD/scripts/tsan-suppressions.txt:log_path=$logs/report-$suite" \
    swift test --disable-xctest --skip-build "$@" --filter "^$suite" --skip "$skip" \
    >"$log" 2>&1 </dev/null || code=$?
  local good bad
  good=$(grep -cE '^[^ ]+ Test [^ ]+\(.*passed after' "$log")
  bad=$(grep -cE '^[^ ]+ Test [^ ]+\(.*failed after' "$log")
  # A process that died has failed, whatever it printed before.
  if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  passed=$((passed + good))
  failed=$((failed + bad))
  echo "$sanitizer, $suite: $good passed, $bad failed"
}

for sanitizer in ${ONLY:-address thread}; do
  build=(--sanitize="$sanitizer" --scratch-path ".build/${sanitizer:0:1}san")
  skip='^$'
  if [ "$sanitizer" = thread ]; then
    # Selects the lock that ThreadSanitizer understands: see Mutex.swift.
    build+=(-Xswiftc -DTHREAD_SANITIZER)
    # Fuzz tests run one thread per parser for a long time: nothing to find here.
    skip='FuzzTests'
  fi
  nice swift build --build-tests "${build[@]}" "$@" </dev/null || exit
  for suite in $suites; do run "$sanitizer" "$suite" "${build[@]}"; done
done

reports=$(cat "$logs"/* | grep -cE 'WARNING: ThreadSanitizer|ERROR: AddressSanitizer')
if [ "$failed" -ne 0 ] || [ "$reports" -ne 0 ] || [ "$passed" -eq 0 ]; then status=1; fi
echo "$passed passed, $failed failed, $reports reports"
exit "$status"

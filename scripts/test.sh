#!/usr/bin/env bash
# Runs every test and ends with a line of its own, "N passed, N failed", counted over all runs.
# First everything that runs inside one process, side by side; then the end-to-end tests, which
# want the machine for themselves. Arguments go to the build (--jobs=2). The exit code is 0 only
# when
# every test passed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

passed=0
failed=0
status=0
logs=.build/test-logs
mkdir -p "$logs"
rm -f "$logs"/*.log

# run NAME ARGUMENT…: one run of the tests, shown as it goes and counted afterwards. A test that
# began and never ended (the process died) has failed.
run() {
  local name=$1 log="$logs/$1.log" code counts
  shift
  swift test --disable-xctest "$@" 2>&1 </dev/null | tee "$log"
  code=${PIPESTATUS[0]}
  counts=$(awk '
    # The sign before `Test` is one character or several bytes, as the locale has it.
    !/^[^ ]+ Test / || /^[^ ]+ Test (run|case) / { next }
    / started\.$/ { begun++ }
    / passed after [0-9.]+ seconds/ { passed++ }
    / failed after [0-9.]+ seconds/ { failed++ }
    END {
      lost = begun - passed - failed
      print passed + 0, failed + (lost > 0 ? lost : 0)
    }' "$log")
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
  if [ "$code" -ne 0 ]; then
    status=$code
    echo "test: the run '$name' ended with code $code; its output: $log" >&2
  elif [ "${counts% *}" -eq 0 ]; then
    status=1
    echo "test: the run '$name' ran no test" >&2
  fi
}

swift build --build-tests "$@" </dev/null || exit
# The core's random histories use every thread there is: beside them, what waits for a driver or
# for a store would wait for them.
run core --skip-build --filter '^DeploymentEngineTests\.'
run simulation --skip-build --filter '^EngineSimulationTests\.'
run drivers --skip-build --filter '^DeploymentDriversTests\.'
# Into a variable: a reader that stops at the first match would make the list fail.
tests=$(swift test list --skip-build 2>/dev/null)
if [[ $tests == *LibvirtDriverTests.* ]]; then
  run libvirt --skip-build --filter '^LibvirtDriverTests\.'
fi
run runtime --skip-build --filter '^EngineRuntimeTests\.'
run program --skip-build --filter '^(DashboardTests|TidyTests)\.'
run end-to-end --skip-build --filter '^EndToEnd\.'

if [ "$failed" -ne 0 ] && [ "$status" -eq 0 ]; then status=1; fi
echo "$passed passed, $failed failed" | tee "$logs/totals"
exit "$status"

#!/usr/bin/env bash
# test.sh [ARGUMENT…]: runs every test. The last line is "N passed, N failed", counted over all
# runs. In-process tests come first, in parallel; then the end-to-end tests, which need the machine
# to themselves, and the examples. Arguments are passed to the builds (--jobs=2). The exit code is
# 0 only if everything passed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

arguments=("$@")
passed=0
failed=0
status=0
logs=.build/test-logs
mkdir -p "$logs"
rm -f "$logs"/*.log

# run NAME ARGUMENT…: runs the selected tests, shows their output and counts the results. A
# test that started and never ended (the process died) has failed.
run() {
  local name=$1 log="$logs/$1.log" code counts
  shift
  swift test --disable-xctest "$@" 2>&1 </dev/null | tee "$log"
  code=${PIPESTATUS[0]}
  counts=$(awk '
    # The symbol before `Test` is one character or several bytes, depending on the locale.
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
    echo "test: the run '$name' ended with code $code; its output is in $log" >&2
  elif [ "${counts% *}" -eq 0 ]; then
    status=1
    echo "test: the run '$name' ran no test" >&2
  fi
}

swift build --build-tests --explicit-target-dependency-import-check error "$@" </dev/null || exit
# The core's random histories use every thread. They run alone, so that tests that wait for a driver
# or for a store do not starve.
run core --skip-build --filter '^DeploymentEngineTests\.'
run simulation --skip-build --filter '^EngineSimulationTests\.'
run drivers --skip-build --filter '^DeploymentDriversTests\.'
# Read into a variable: with pipefail, a reader that stops at the first match would fail the list.
tests=$(swift test list --skip-build 2>/dev/null)
if [[ $tests == *LibvirtDriverTests.* ]]; then
  run libvirt --skip-build --filter '^LibvirtDriverTests\.'
fi
run runtime --skip-build --filter '^EngineRuntimeTests\.'
run support --skip-build --filter '^(BasicsTests|PosixTests)\.'
run program --skip-build --filter '^(DashboardTests|TidyTests)\.'
run products --skip-build --filter '^Products\.'
run end-to-end --skip-build --filter '^EndToEnd\.'

# What is not a test of Swift: each script counts as one.
check() {
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}
check scripts/rooms.sh "${arguments[@]}"
check scripts/examples.sh "${arguments[@]}"

if [ "$failed" -ne 0 ] && [ "$status" -eq 0 ]; then status=1; fi
echo "$passed passed, $failed failed" | tee "$logs/totals"
exit "$status"

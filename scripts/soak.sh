#!/usr/bin/env bash
# soak.sh PROGRAM MINUTES [SEED]: repeats the stress tests of the real program, each round with its
# own seed and longer than `make test` has time for. A quarter of the time goes to simulated worlds.
# No round starts after MINUTES. Ends with a table of the rounds by kind and the line
# "N rounds, N failed"; the exit status is 0 only if none failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
program=$(realpath "$1")
minutes=$2
seed=${3:-$((RANDOM * 32768 + RANDOM))}
logs=.build/soak-logs
rm -rf "$logs"
mkdir -p "$logs"

# Each kind of round, and the filter that selects its tests.
kinds=(
  "kill -9|KillTests/"
  "damaged store and log|DamagedStoreTests/"
  "full disk|StoreDiskTests/aFullDisk"
  "read-only disk|StoreDiskTests/aReadOnlyDisk"
  "locked store|StoreDiskTests/aStoreThatSomebodyLocks"
  "limited file size|ScarcityTests/whatCannotBeStored"
  "no descriptor|ScarcityTests/whatCannotBeSeen"
  "no process, no thread|ShortageTests/"
  "frozen engine|TimeTests/aFrozenEngine"
  "clock set on and back|TimeTests/aTimeOfDay"
  "clocks that stand still|TimeTests/clocksThatStandStill"
  "libvirt frozen, restarted|LibvirtTests/aLibvirtThat"
)
names=()
for kind in "${kinds[@]}"; do names+=("${kind%%|*}"); done
names+=("simulated worlds")
declare -A rounds=() failed=() skipped=()

# note NAME CODE LOG COMMAND: counts a round, and reports where the output of a failed one is.
note() {
  rounds[$1]=$((${rounds[$1]:-0} + 1))
  if [ "$2" -ne 0 ]; then
    failed[$1]=$((${failed[$1]:-0} + 1))
    echo "FAILED $1: its output is in $3; repeat it with:"
    echo "  $4"
  elif grep -q ' skipped' "$3" && ! grep -q '^. Test .*passed after' "$3"; then
    skipped[$1]=$((${skipped[$1]:-0} + 1))
  fi
}

try_for_real() {
  local name=$1 filter=$2 log="$logs/$3.log" code=0
  DASHBOARD_SOAK=1 DASHBOARD_TEST_SEED=$seed DASHBOARD_BINARY=$program timeout 1200 \
    swift test --disable-xctest --skip-build --filter "EndToEnd/$filter" \
    >"$log" 2>&1 </dev/null || code=$?
  note "$name" "$code" "$log" \
    "DASHBOARD_SOAK=1 DASHBOARD_TEST_SEED=$seed swift test --filter 'EndToEnd/$filter'"
}

# Runs worlds of every preset for about a minute, one at a time so that it stops soon after.
simulate() {
  local log="$logs/$1.log" stop=$((SECONDS + 60)) code=0 world=$((seed % 1000000000)) preset
  while [ "$SECONDS" -lt "$stop" ] && [ "$code" -eq 0 ]; do
    for preset in swarm nine-o-clock exam; do
      if [ "$SECONDS" -ge "$stop" ] || [ "$code" -ne 0 ]; then break; fi
      "$program" simulate --seed "$world" --preset "$preset" >>"$log" 2>&1 </dev/null || code=$?
    done
    world=$((world + 1))
  done
  note "simulated worlds" "$code" "$log" "the command at the end of $log"
}

report() {
  local name all=0 bad=0
  printf '%-26s %7s %7s %8s\n' kind rounds failed skipped
  for name in "${names[@]}"; do
    printf '%-26s %7d %7d %8d\n' "$name" "${rounds[$name]:-0}" "${failed[$name]:-0}" \
      "${skipped[$name]:-0}"
    all=$((all + ${rounds[$name]:-0}))
    bad=$((bad + ${failed[$name]:-0}))
  done
  echo "$all rounds, $bad failed"
  [ "$bad" -eq 0 ] && [ "$all" -gt 0 ]
}
trap 'report; exit 130' INT TERM

echo "soak: SOAK_SEED=$seed, for $minutes minutes"
end=$((SECONDS + minutes * 60))
simulated=0
round=0
while [ "$SECONDS" -lt "$end" ]; do
  kind=${kinds[$((round % ${#kinds[@]}))]}
  try_for_real "${kind%%|*}" "${kind#*|}" "$round"
  if [ $((simulated * 4)) -le "$SECONDS" ] && [ "$SECONDS" -lt "$end" ]; then
    before=$SECONDS
    simulate "$round-simulated"
    simulated=$((simulated + SECONDS - before))
  fi
  round=$((round + 1))
  seed=$((seed + 1))
done
report

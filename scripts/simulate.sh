#!/usr/bin/env bash
# simulate.sh PROGRAM MINUTES [SEED]: runs worlds of every preset, one seed after another, for
# MINUTES on every processor. Without SEED, the first seed is derived from the commit, so that each
# commit tries different seeds. Stops soon after the first run that fails, with the exit status of
# that run and the command that repeats it.
set -uo pipefail
program=$1
minutes=$2
commit=$(git -C "$(dirname "$0")/.." rev-parse --short=8 HEAD 2>/dev/null || echo 1)
first=${3:-$((16#$commit % 1000000000))}
workers=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
end=$((SECONDS + minutes * 60))
failed=$(mktemp -u)
trap '[ -n "${jobs[*]}" ] && wait "${jobs[@]}"; rm -f "$failed"' EXIT
jobs=()
echo "simulating for $minutes minutes, from seed $first, $workers worlds at a time"

# live FIRST STEP: runs the seeds FIRST, FIRST + STEP, FIRST + 2 * STEP and so on.
live() {
  local seed=$1 world said code
  while true; do
    for world in '20 swarm' '5 nine-o-clock' '5 exam' '1 ci'; do
      if [ "$SECONDS" -ge "$end" ] || [ -e "$failed" ]; then return 0; fi
      # Printed in one piece, because the other workers print too.
      said=$("$program" simulate --seed "$seed" --runs "${world% *}" --preset "${world#* }" 2>&1)
      code=$?
      echo "$said"
      if [ "$code" -ne 0 ]; then
        touch "$failed"
        return "$code"
      fi
    done
    seed=$((seed + $2))
  done
}

# Background jobs do not receive the interrupt: the marker file makes them stop after their run.
trap 'touch "$failed"; kill "${jobs[@]}" 2>/dev/null; exit 130' INT TERM
for ((worker = 0; worker < workers; worker++)); do
  live $((first + 20 * worker)) $((20 * workers)) &
  jobs+=($!)
done
status=0
for job in "${jobs[@]}"; do wait "$job" || status=$?; done
exit "$status"

#!/usr/bin/env bash
# simulate.sh PROGRAM MINUTES [SEED]: worlds of every preset, one seed after the other, for so long,
# on every processor. Without a seed it begins at one of the commit, so that every commit tries
# others. Ends soon after the first run that fails, with its exit status and the command that
# repeats it.
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
echo "seeds from $first on, for $minutes minutes, $workers at a time"

# live FIRST STEP: from a seed on, each by so many further.
live() {
  local seed=$1 world said code
  while true; do
    for world in '20 swarm' '5 nine-o-clock' '5 exam' '1 ci'; do
      if [ "$SECONDS" -ge "$end" ] || [ -e "$failed" ]; then return 0; fi
      # Told at once, since the others tell theirs meanwhile.
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

# What runs beside this does not hear an interrupt: it stops after the run at hand.
trap 'touch "$failed"; kill "${jobs[@]}" 2>/dev/null; exit 130' INT TERM
for ((worker = 0; worker < workers; worker++)); do
  live $((first + 20 * worker)) $((20 * workers)) &
  jobs+=($!)
done
status=0
for job in "${jobs[@]}"; do wait "$job" || status=$?; done
exit "$status"

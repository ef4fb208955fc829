#!/usr/bin/env bash
# simulate.sh PROGRAM MINUTES [SEED]: worlds of every preset, one seed after the other, for so long.
# Without a seed it begins at one of the commit, so that every commit tries others. Ends at the
# first run that fails, with its exit status and the command that repeats it.
set -uo pipefail
program=$1
minutes=$2
commit=$(git -C "$(dirname "$0")/.." rev-parse --short=8 HEAD 2>/dev/null || echo 1)
seed=${3:-$((16#$commit % 1000000000))}
end=$((SECONDS + minutes * 60))
echo "seeds from $seed on, for $minutes minutes"
while [ "$SECONDS" -lt "$end" ]; do
  "$program" simulate --seed "$seed" --runs 20 --preset swarm || exit
  "$program" simulate --seed "$seed" --runs 5 --preset nine-o-clock || exit
  "$program" simulate --seed "$seed" --runs 5 --preset exam || exit
  "$program" simulate --seed "$seed" --runs 1 --preset ci || exit
  seed=$((seed + 20))
done

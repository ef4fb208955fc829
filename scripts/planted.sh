#!/usr/bin/env bash
# planted.sh [ARGUMENT…]: copies the core and the simulation, plants the mistakes listed in
# Tests/PlantedMistakes/mistakes.txt in the copy, each behind a number, builds it once, and runs it
# once for each number. The last line is "N of M found"; the exit status is 0 if all were found.
# SEEDS= limits the seeds tried for each mistake, ONLY='3|17' selects mistakes. Arguments are passed
# to the build (--jobs=2, -c release). With --check it only makes sure that every line is there.
set -euo pipefail
cd "$(dirname "$0")/.."
seeds=${SEEDS:-300}
only_check=false
if [ "${1:-}" = --check ]; then
  only_check=true
  shift
fi
list=Tests/PlantedMistakes/mistakes.txt
copy=.build/planted
$only_check && copy=.build/planted-check
mkdir -p "$copy"
rm -rf "$copy/Sources"
cp -r Tests/PlantedMistakes/Package.swift Tests/PlantedMistakes/Sources "$copy/"
cp -r Sources/DeploymentEngine Sources/Support "$copy/Sources/"
cat >"$copy/Sources/DeploymentEngine/Core/Planted.swift" <<'SWIFT'
import Foundation

private let number = Int(ProcessInfo.processInfo.environment["DASHBOARD_PLANTED"] ?? "") ?? 0

/// Whether this run has the mistake with this number.
func planted(_ mistake: Int) -> Bool { mistake == number }
SWIFT

# An entry is "NUMBER FILE CHECKER: DESCRIPTION", then the original line ("- ") and the line that
# replaces it ("+ "). Every occurrence of the line in the file is replaced; there must be one.
awk -v copy="$copy/Sources/DeploymentEngine/Core/" '
  /^[0-9]+ / { number = $1; file = $2; next }
  /^- / { old = substr($0, 3); next }
  /^\+ / { print number "\t" copy file "\t" old "\t" substr($0, 3) }
' "$list" >"$copy/table"
while IFS=$'\t' read -r number file old new; do
  awk -v old="$old" -v new="$new" -v number="$number" '
    { text = $0; sub(/^ +/, "", text) }
    text == old { count++; print new; next }
    { print }
    END {
      if (count > 0) exit 0
      print number ": its line was not found in the file" >"/dev/stderr"
      exit 1
    }
  ' "$file" >"$copy/file"
  mv "$copy/file" "$file"
done <"$copy/table"
if $only_check; then
  rm -rf "$copy"
  exit 0
fi

swift build --package-path "$copy" "$@" | tail -1
program=$(swift build --package-path "$copy" "$@" --show-bin-path)/Planted
found=0
all=0
if DASHBOARD_PLANTED=0 "$program" 30; then
  echo "planted: a checker complained although no mistake was planted" >&2
  exit 1
fi
while IFS= read -r line; do
  number=${line%% *}
  all=$((all + 1))
  if result=$(DASHBOARD_PLANTED=$number timeout 300 "$program" "$seeds"); then
    found=$((found + 1))
    printf '%s | %s\n' "${line#* }" "$(cut -f 1,2 <<<"$result" | tr '\t' ' ')"
  else
    printf '%s | NOT FOUND\n' "${line#* }"
  fi
done < <(grep -E "^(${ONLY:-[0-9]+}) " "$list")
echo "$found of $all found"
[ "$found" -eq "$all" ]

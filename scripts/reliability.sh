#!/usr/bin/env bash
# reliability.sh [--check]: writes the generated parts of docs/internals: the table of planted
# mistakes from Tests/PlantedMistakes/mistakes.txt, and the seeds of HistoryTests.corpus. With
# --check it changes nothing. It then fails if a part is out of date, if docs/internals/checkers.md
# does not list the checkers in order with their exit status, or if a page names an unknown test.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=${1:-}
if [ -n "$mode" ] && [ "$mode" != --check ]; then
  echo "usage: scripts/reliability.sh [--check]" >&2
  exit 64
fi

checkers=docs/internals/checkers.md
findings=docs/internals/findings.md
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

complain() {
  echo "reliability: $*" >&2
  status=1
}

# source_of NAME: the one source file with this name, in whichever folder it is.
source_of() {
  local files
  mapfile -t files < <(find Sources Tests -name "$1" -not -path '*/.build/*')
  if [ ${#files[@]} -ne 1 ]; then
    echo "reliability: there must be one file $1, and there are ${#files[@]}" >&2
    return 1
  fi
  echo "${files[0]}"
}

# An entry begins with a line "NUMBER FILE CHECKER: DESCRIPTION".
mistakes() {
  echo '| | mistake | file | checker |'
  echo '|--:|---|---|---|'
  awk '/^[0-9]+ / {
    number = $1; file = $2; checker = $3
    sub(/:$/, "", checker)
    text = $0
    sub(/^[0-9]+ [^ ]+ [^ ]+ /, "", text)
    printf "| %s | %s | `%s` | `%s` |\n", number, text, file, checker
  }' Tests/PlantedMistakes/mistakes.txt
}

# The seeds stand between `static let corpus` and the bracket that closes the list.
seeds() {
  local file
  file=$(source_of HistoryTests.swift) || return
  awk '
    /static let corpus/ { inside = 1; sub(/.*\[/, ""); sub(/.*= */, "") }
    inside && /\]/ { sub(/\].*/, ""); inside = 0; print; exit }
    inside { print }
  ' "$file" | tr -d '_ \n' | tr ',' '\n' | grep -E '^[0-9]+$' | sort -n
}

corpus() {
  local list
  list=$(seeds) || return
  [ -n "$list" ] || { echo "reliability: HistoryTests.corpus has no seeds" >&2; return 1; }
  echo '| seeds up to | seeds |'
  echo '|--:|---|'
  awk '
    BEGIN { limit = 100 }
    {
      while ($1 > limit) { flush(); limit *= 10 }
      text = text (text == "" ? "" : ", ") $1
    }
    function flush() { if (text != "") printf "| %d | %s |\n", limit, text; text = "" }
    END { flush() }
  ' <<<"$list"
}

# replace PAGE PART: puts the output of the function PART between the marks of that part.
replace() {
  local page=$1 part=$2
  "$part" >"$scratch/part"
  awk -v part="$part" -v file="$scratch/part" '
    index($0, "<!-- begin " part " ") == 1 {
      print; print ""
      while ((getline line < file) > 0) print line
      print ""
      skipping = 1; begun++
    }
    index($0, "<!-- end " part " ") == 1 { skipping = 0; ended++ }
    !skipping { print }
    END { if (begun != 1 || ended != 1) exit 1 }
  ' "$page" >"$scratch/page" || { complain "$page has no place for the part $part"; return; }
  if cmp -s "$page" "$scratch/page"; then return; fi
  if [ "$mode" = --check ]; then
    complain "$page is out of date: run scripts/reliability.sh"
  else
    cp "$scratch/page" "$page"
  fi
}

# The checkers have consecutive exit statuses in the order of their declaration.
check_checkers() {
  local file
  file=$(source_of Checker.swift) || { status=1; return; }
  awk '
    /^  case [a-zA-Z]+ = [0-9]+$/ { code = $4; print "| " code " | `" $2 "` |"; next }
    /^  case [a-zA-Z]+$/ && code { code++; print "| " code " | `" $2 "` |" }
  ' "$file" >"$scratch/expected"
  grep -oE '^\| 1[0-9]{2} \| `[a-zA-Z]+` \|' "$checkers" >"$scratch/listed" || true
  [ -s "$scratch/expected" ] || complain "$file has no checkers in the form that is expected"
  cmp -s "$scratch/expected" "$scratch/listed" \
    || complain "$checkers does not list the checkers of $file in their order"
}

# A name of at least three words in backquotes is the name of a test.
check_tests() {
  local page name
  grep -rhoE 'func [a-zA-Z]+' Tests --include='*.swift' | cut -d ' ' -f 2 >"$scratch/tests"
  for page in "$findings" docs/reliability.md; do
    while read -r name; do
      grep -qx "$name" "$scratch/tests" || complain "$page names an unknown test: $name"
    done < <(grep -oE '[`.]([a-z]+[A-Z]?[a-z]*([A-Z][a-z]*){3,})`' "$page" | tr -d '`.' | sort -u)
  done
}

replace "$checkers" mistakes
replace "$findings" corpus
if [ "$mode" = --check ]; then
  check_checkers
  check_tests
fi
exit "$status"

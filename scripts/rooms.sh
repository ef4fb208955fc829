#!/usr/bin/env bash
# Shows that the compiler keeps the rooms apart: in a copy of the tree, a file of the screen that
# imports the store, or ncurses, does not build. Arguments go to the build (--jobs=2).
set -euo pipefail
cd "$(dirname "$0")/.."
copy=.build/rooms
mkdir -p "$copy"
rm -rf "$copy/Sources" "$copy/Tests"
cp -r Package.swift Sources Tests themes "$copy/"

for module in EngineStore CNcurses; do
  printf 'import %s\n' "$module" >"$copy/Sources/Dashboard/Screen/Intruder.swift"
  log=$copy/$module.log
  if swift build --package-path "$copy" --target DashboardScreen \
    --explicit-target-dependency-import-check error "$@" >"$log" 2>&1 </dev/null; then
    echo "rooms: a file of the screen may import $module" >&2
    exit 1
  fi
  if ! grep -q "$module" "$log"; then
    echo "rooms: the build failed for another reason; its output: $log" >&2
    exit 1
  fi
  echo "rooms: the screen cannot import $module"
done

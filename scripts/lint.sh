#!/usr/bin/env bash
# Checks that need no build: the format and documentation of every Swift file, the generated tables
# of the documents, the lines of the planted mistakes, and the shell scripts if shellcheck is
# installed. Tests/TidyTests checks the other rules of this tree.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/reliability.sh --check
scripts/planted.sh --check
swift format lint --strict -p -r Sources Tests Package.swift
if command -v shellcheck >/dev/null 2>&1; then
  shellcheck .ci/run scripts/*.sh
fi

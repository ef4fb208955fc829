#!/usr/bin/env bash
# The quick checks of the text itself: format and documentation of every Swift file; the shell
# scripts where shellcheck is installed. The rules of this house are Tests/TidyTests.
set -euo pipefail
cd "$(dirname "$0")/.."

swift format lint --strict -p -r Sources Tests Package.swift
if command -v shellcheck >/dev/null 2>&1; then
  shellcheck .ci/run scripts/*.sh
fi

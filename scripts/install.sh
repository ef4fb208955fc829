#!/usr/bin/env bash
# install.sh BUILD-FOLDER PREFIX: installs the program, its themes, man page and completions under
# PREFIX, in the places where the program and the shells look for them.
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: scripts/install.sh BUILD-FOLDER PREFIX" >&2; exit 64; }
cd "$(dirname "$0")/.."
program=$1/dashboard
prefix=$2

install -d "$prefix/bin" "$prefix/share/dashboard/themes" "$prefix/share/man/man1" \
  "$prefix/share/bash-completion/completions" "$prefix/share/zsh/site-functions" \
  "$prefix/share/fish/vendor_completions.d"
install -m 755 "$program" "$prefix/bin/dashboard"
# Debug information is a quarter of the file. Function names are kept for crash reports.
if command -v strip >/dev/null 2>&1; then strip --strip-debug "$prefix/bin/dashboard"; fi
install -m 644 themes/*.yaml "$prefix/share/dashboard/themes/"

# The program writes its own manual page, so the page always matches its commands and keys.
"$program" manual >"$prefix/share/man/man1/dashboard.1"
chmod 644 "$prefix/share/man/man1/dashboard.1"

# The program also writes its own completions.
complete() {
  "$program" --generate-completion-script "$1" >"$2" && chmod 644 "$2"
}
complete bash "$prefix/share/bash-completion/completions/dashboard"
complete zsh "$prefix/share/zsh/site-functions/_dashboard"
complete fish "$prefix/share/fish/vendor_completions.d/dashboard.fish"
echo "installed $prefix/bin/dashboard"

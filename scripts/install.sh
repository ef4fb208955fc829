#!/usr/bin/env bash
# install.sh BUILD-FOLDER PREFIX: puts the built program, its themes, man page and completions
# below PREFIX. Everything goes where the program and the shells look for it by themselves.
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: scripts/install.sh BUILD-FOLDER PREFIX" >&2; exit 64; }
cd "$(dirname "$0")/.."
program=$1/dashboard
prefix=$2

install -d "$prefix/bin" "$prefix/share/dashboard/themes" "$prefix/share/man/man1" \
  "$prefix/share/bash-completion/completions" "$prefix/share/zsh/site-functions" \
  "$prefix/share/fish/vendor_completions.d"
install -m 755 "$program" "$prefix/bin/dashboard"
# What only a debugger reads is a quarter of it; the names of functions stay, for crash reports.
if command -v strip >/dev/null 2>&1; then strip --strip-debug "$prefix/bin/dashboard"; fi
install -m 644 themes/*.yaml "$prefix/share/dashboard/themes/"

# The manual page comes out of the program, so it knows exactly the commands and keys that it has.
"$program" manual >"$prefix/share/man/man1/dashboard.1"
chmod 644 "$prefix/share/man/man1/dashboard.1"

# The completions come out of the program, so they know exactly the commands that it has.
complete() {
  "$program" --generate-completion-script "$1" >"$2" && chmod 644 "$2"
}
complete bash "$prefix/share/bash-completion/completions/dashboard"
complete zsh "$prefix/share/zsh/site-functions/_dashboard"
complete fish "$prefix/share/fish/vendor_completions.d/dashboard.fish"
echo "installed $prefix/bin/dashboard"

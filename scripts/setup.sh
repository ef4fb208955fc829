#!/usr/bin/env bash
# Makes sure that what a build needs is on this machine; `--tests` also what the tests need.
# What is missing is installed where that is possible without a question (Debian and Ubuntu, as
# root); else it is named, with the command that installs it, and the exit code is 1.
# Prints nothing and takes a fraction of a second when nothing is missing.
set -euo pipefail

with_tests=no
for argument in "$@"; do
  case "$argument" in
    --tests) with_tests=yes ;;
    *) echo "usage: scripts/setup.sh [--tests]" >&2; exit 64 ;;
  esac
done

oldest_swift=6.2
packages=()   # what apt-get would install
reasons=()    # the same for a person: package and what it is for

need() {
  packages+=("$1")
  reasons+=("$1 ($2)")
}

wishes=()     # what more apt-get would install; without it something is left out

# wish PACKAGE WHAT: goes on without it, and says what is left out.
wish() {
  if [ "$can_install" = yes ]; then
    wishes+=("$1")
  else
    echo "setup: without $1, $2 (apt-get install $1)" >&2
  fi
}

can_install=no
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then can_install=yes; fi

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# The compiler comes first: it is also what looks for headers and libraries below.
command -v swift >/dev/null 2>&1 || fail \
  "setup: swift is missing: Swift $oldest_swift or newer is needed." \
  "Install it as https://www.swift.org/install/linux/ says, and put its usr/bin on PATH."
version=$(swift --version 2>/dev/null \
  | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
lower=$(printf '%s\n%s\n' "$oldest_swift" "$version" | sort -V | head -n 1)
[ "$lower" = "$oldest_swift" ] || fail \
  "setup: Swift ${version:-of an unknown version} is installed; $oldest_swift or newer is needed." \
  "Install it as https://www.swift.org/install/linux/ says, and put its usr/bin on PATH."

# The clang that belongs to the toolchain sees exactly what the build will see.
compiler=$(command -v clang || command -v cc || true)
[ -n "$compiler" ] || fail \
  "setup: no C compiler is on PATH; Swift brings one (clang) in its usr/bin."

has_header() { printf '#include <%s>\n' "$1" | "$compiler" -E -x c - >/dev/null 2>&1; }
has_library() { [ -e "$("$compiler" -print-file-name="lib$1.so")" ]; }

if [ "$(uname -s)" = Linux ]; then
  if ! has_header ncurses.h || ! has_library ncursesw || ! has_library tinfo; then
    need libncurses-dev "the screen"
  fi
  if ! has_header sqlite3.h || ! has_library sqlite3; then
    need libsqlite3-dev "the store"
  fi
  has_header libvirt/libvirt.h || wish libvirt-dev "the driver \`libvirt\` is left out"
  # Where Swift's libraries go into the program, Foundation's reader of XML asks for it.
  if [ "$can_install" = yes ] || has_header libvirt/libvirt.h; then
    has_library xml2 || need libxml2-dev "the driver \`libvirt\` reads XML"
  fi
fi
if [ "$with_tests" = yes ]; then
  command -v tmux >/dev/null 2>&1 || need tmux "the terminal of the end-to-end tests"
  command -v python3 >/dev/null 2>&1 || need python3 "the web servers of the end-to-end tests"
  command -v ps >/dev/null 2>&1 || need procps "the end-to-end tests look at processes"
  left_out="the end-to-end test with QEMU is left out"
  for pair in libvirtd:libvirt-daemon virsh:libvirt-clients qemu-img:qemu-utils \
    qemu-system-x86_64:qemu-system-x86 dnsmasq:dnsmasq-base busybox:busybox-static cpio:cpio \
    ip:iproute2; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || wish "${pair##*:}" "$left_out"
  done
  ls /usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so >/dev/null 2>&1 \
    || wish libvirt-daemon-driver-qemu "$left_out"
fi

[ ${#packages[@]} -gt 0 ] || [ ${#wishes[@]} -gt 0 ] || exit 0

list=$(printf ', %s' "${reasons[@]}" "${wishes[@]}")
if [ "$can_install" = yes ]; then
  echo "setup: installing ${list#, }"
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  install() {
    apt-get install -y -qq -o DPkg::Lock::Timeout=120 --no-install-recommends "$@" \
      >>"$log" 2>&1 </dev/null
  }
  apt-get update -qq -o DPkg::Lock::Timeout=120 >"$log" 2>&1 </dev/null || true
  if install "${packages[@]}" "${wishes[@]}"; then exit 0; fi
  # What is only wished for must not stand in the way of what is needed.
  if [ ${#packages[@]} -eq 0 ] || install "${packages[@]}"; then
    [ ${#wishes[@]} -eq 0 ] \
      || echo "setup: apt-get could not install ${wishes[*]}; what needs it is left out" >&2
    exit 0
  fi
  tail -n 20 "$log" >&2
  fail "setup: apt-get could not install ${packages[*]}; its last words stand above."
fi

fail "setup: missing: ${list#, }." \
  "Install with: sudo apt-get update && sudo apt-get install ${packages[*]}" \
  "(on a system without apt-get: the packages of the same purpose)."

#!/usr/bin/env bash
# setup.sh [--tests]: checks that this machine has what a build needs, and with `--tests` also what
# the tests need. On Debian and Ubuntu, as root, missing packages are installed without asking.
# Otherwise they are named with the command that installs them, and the exit code is 1.
# Prints nothing and takes a fraction of a second if nothing is missing.
set -euo pipefail

with_tests=no
for argument in "$@"; do
  case "$argument" in
    --tests) with_tests=yes ;;
    *) echo "usage: scripts/setup.sh [--tests]" >&2; exit 64 ;;
  esac
done

oldest_swift=6.2
packages=()   # packages that apt-get must install
reasons=()    # the same for the user: the package and its purpose

need() {
  packages+=("$1")
  reasons+=("$1 ($2)")
}

wishes=()     # optional packages; without them something is left out

# wish PACKAGE EFFECT: adds an optional package, or says what is left out without it.
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

# Check the compiler first: it is used below to look for headers and libraries.
command -v swift >/dev/null 2>&1 || fail \
  "setup: Swift is not installed; Swift $oldest_swift or newer is needed." \
  "Install it as https://www.swift.org/install/linux/ says, and put its usr/bin on PATH."
version=$(swift --version 2>/dev/null \
  | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
lower=$(printf '%s\n%s\n' "$oldest_swift" "$version" | sort -V | head -n 1)
[ "$lower" = "$oldest_swift" ] || fail \
  "setup: Swift ${version:-of an unknown version} is installed; $oldest_swift or newer is needed." \
  "Install it as https://www.swift.org/install/linux/ says, and put its usr/bin on PATH."

# The toolchain's own clang finds exactly the headers and libraries that the build will find.
compiler=$(command -v clang || command -v cc || true)
[ -n "$compiler" ] || fail \
  "setup: there is no C compiler on PATH; Swift ships one (clang) in its usr/bin."

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
  # Linking Swift's libraries statically pulls in Foundation's XML parser, which needs libxml2.
  if [ "$can_install" = yes ] || has_header libvirt/libvirt.h; then
    has_library xml2 || need libxml2-dev "the driver \`libvirt\` reads XML"
  fi
fi
if [ "$with_tests" = yes ]; then
  command -v tmux >/dev/null 2>&1 || need tmux "the terminal of the end-to-end tests"
  command -v python3 >/dev/null 2>&1 || need python3 "the web servers of the end-to-end tests"
  command -v ps >/dev/null 2>&1 || need procps "process checks in the end-to-end tests"
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
  # An optional package that cannot be installed must not block the required ones.
  if [ ${#packages[@]} -eq 0 ] || install "${packages[@]}"; then
    [ ${#wishes[@]} -eq 0 ] \
      || echo "setup: apt-get could not install ${wishes[*]}; some features are left out" >&2
    exit 0
  fi
  tail -n 20 "$log" >&2
  fail "setup: apt-get could not install ${packages[*]}; the end of its output is above."
fi

fail "setup: missing: ${list#, }." \
  "Install with: sudo apt-get update && sudo apt-get install ${packages[*]}" \
  "(on a system without apt-get, install the equivalent packages)."

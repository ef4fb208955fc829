#!/usr/bin/env bash
# A private host for trying the `libvirt` driver: libvirtd, QEMU and a tiny guest, without systemd.
# Everything it writes is under one directory, and it has its own network namespace.
#
#   scripts/qemu-host.sh up DIRECTORY        starts it, and prints the URI to connect to
#   scripts/qemu-host.sh restart DIRECTORY   stops libvirtd and starts it again; guests keep running
#   scripts/qemu-host.sh down DIRECTORY      stops everything that runs there
#   scripts/qemu-host.sh prepare DIRECTORY   checks that this machine can run it; builds the guest
#
# Exit code 77, with a reason, means that this machine cannot run it. Needs root (for namespaces).
# Much of this file is text for the guest, which has its own variables.
# shellcheck disable=SC2016
set -euo pipefail
cd "$(dirname "$0")/.."
unset LIBVIRT_DEFAULT_URI

skip() { echo "qemu-host: $*" >&2; exit 77; }
usage() { echo "usage: scripts/qemu-host.sh up|restart|down|prepare DIRECTORY" >&2; exit 64; }

[ $# -eq 2 ] || usage
verb=$1
mkdir -p "$2"
place=$(cd "$2" && pwd)
cache=$PWD/.build/qemu-guest
uri="qemu+unix:///system?socket=$place/run/libvirt-sock"

# Checks the programs it needs, and names the Debian packages of those that are missing.
check_needs() {
  local missing=() pair
  [ "$(id -u)" = 0 ] || skip "only root can create the namespaces that isolate it"
  for pair in libvirtd:libvirt-daemon virsh:libvirt-clients qemu-img:qemu-utils \
    qemu-system-x86_64:qemu-system-x86 dnsmasq:dnsmasq-base busybox:busybox-static cpio:cpio \
    ip:iproute2 unshare:util-linux setsid:util-linux; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing+=("${pair##*:}")
  done
  ls /usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so >/dev/null 2>&1 \
    || missing+=(libvirt-daemon-driver-qemu)
  [ ${#missing[@]} -eq 0 ] || skip "missing: ${missing[*]} (apt-get install ${missing[*]})"
  unshare -m -n true 2>/dev/null || skip "this machine does not allow namespaces"
}

# Fetches a kernel with its modules: Debian's package, unpacked but not installed.
fetch_kernel() {
  [ ! -e "$cache/kernel" ] || return 0
  command -v apt-get >/dev/null 2>&1 || skip "the guest needs a kernel package from Debian"
  local package work
  package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null \
    | sed -n 's/ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
  [ -n "$package" ] || skip "apt-get does not know linux-image-cloud-amd64 (run apt-get update)"
  work=$(mktemp -d "$cache.XXXXXX")
  (cd "$work" && apt-get download -qq "$package" >/dev/null 2>&1) \
    || { rm -rf "$work"; skip "$package cannot be downloaded"; }
  dpkg-deb -x "$work"/*.deb "$work/kernel"
  rm -f "$work"/*.deb
  mkdir -p "$cache"
  mv "$work/kernel" "$cache/kernel"
  rm -rf "$work"
}

# Newer packages compress their modules; busybox cannot load compressed ones.
copy_module() {
  if [ -e "$1" ]; then
    cp "$1" "$2"
  elif [ -e "$1.xz" ] && command -v xz >/dev/null 2>&1; then
    xz -dc "$1.xz" > "$2"
  elif [ -e "$1.zst" ] && command -v zstd >/dev/null 2>&1; then
    zstd -dcq "$1.zst" > "$2"
  else
    skip "the kernel has no readable module $1"
  fi
}

# Builds the guest: busybox, which gets an address by DHCP and keeps running, or powers off at once
# if its command line says `probe`. Writing `login NAME` or `logout NAME` to its console changes the
# users that its guest agent reports.
build_guest() {
  [ "$cache/initrd" -nt scripts/qemu-host.sh ] && return 0
  local tree=$cache/tree modules name
  modules=$(echo "$cache"/kernel/lib/modules/*/kernel)
  rm -rf "$tree"
  mkdir -p "$tree"/{bin,proc,sys,dev,modules}
  cp "$(command -v busybox)" "$tree/bin/busybox"
  local order="drivers/virtio/virtio_ring drivers/virtio/virtio drivers/virtio/virtio_pci_modern_dev
    drivers/virtio/virtio_pci_legacy_dev drivers/virtio/virtio_pci net/core/failover
    drivers/net/net_failover drivers/net/virtio_net drivers/block/virtio_blk
    drivers/char/virtio_console"
  for name in $order; do copy_module "$modules/$name.ko" "$tree/modules/${name##*/}.ko"; done
  {
    echo '#!/bin/busybox sh'
    echo '/bin/busybox --install -s /bin; export PATH=/bin'
    echo 'mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev'
    echo 'if grep -q probe /proc/cmdline; then echo the-guest-runs; poweroff -f; fi'
    for name in $order; do echo "insmod /modules/${name##*/}.ko"; done
    echo 'ip link set lo up; ip link set eth0 up'
    echo 'udhcpc -i eth0 -s /lease -b -t 30 -T 1 -A 1'
    echo '/agent & echo > /users; stty -F /dev/ttyS0 -echo'
    echo 'while read -r word name; do case "$word" in'
    echo '  login) echo "$name" >> /users ;;'
    echo '  logout) grep -vx "$name" /users > /rest; cat /rest > /users ;;'
    echo 'esac; done < /dev/ttyS0'
    echo 'while :; do sleep 1000; done'
  } > "$tree/init"
  printf '%s\n' '#!/bin/sh' \
    'case "$1" in bound|renew) ip addr replace "$ip/24" dev eth0; echo "lease $ip" ;; esac' \
    > "$tree/lease"
  # The part of the guest agent's protocol that libvirt needs to ask for the users.
  printf '%s\n' '#!/bin/sh' 'for port in /dev/vport*p1; do exec 3<>"$port"; done' \
    'while :; do' \
    '  read -r line <&3 || { sleep 0.2; continue; }' \
    '  case "$line" in' \
    '    *guest-sync*) id=${line##*\"id\":}; echo "{\"return\": ${id%%\}*}}" >&3 ;;' \
    '    *guest-get-users*)' \
    '      list=; for name in $(cat /users); do' \
    '        list="$list${list:+,}{\"user\":\"$name\",\"login-time\":1.5}"; done' \
    '      echo "{\"return\": [$list]}" >&3 ;;' \
    '    *execute*) echo "{\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"no\"}}" >&3 ;;' \
    '  esac' \
    'done' > "$tree/agent"
  chmod +x "$tree/init" "$tree/lease" "$tree/agent"
  (cd "$tree" && find . | cpio -o -H newc 2>/dev/null | gzip -1) > "$cache/initrd.new"
  cp "$cache"/kernel/boot/vmlinuz-* "$cache/vmlinuz"
  mv "$cache/initrd.new" "$cache/initrd"
}

# Prints `kvm` if KVM can boot a guest. Being able to open the device does not prove that.
accelerator() {
  local answer=qemu
  if [ -w /dev/kvm ] && timeout 12 qemu-system-x86_64 -accel kvm -cpu host -m 96 -nographic \
    -nodefaults -serial stdio -no-reboot -kernel "$cache/vmlinuz" -initrd "$cache/initrd" \
    -append "console=ttyS0 quiet panic=-1 probe" </dev/null 2>/dev/null \
    | grep -q the-guest-runs; then
    answer=kvm
  fi
  echo "$answer"
}

write_files() {
  mkdir -p "$place"/{etc,run,lib,log/qemu,cache,images}
  printf '%s\n' 'listen_tls = 0' 'auth_unix_rw = "none"' 'unix_sock_group = "root"' \
    'unix_sock_rw_perms = "0700"' > "$place/etc/libvirtd.conf"
  printf '%s\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' \
    'dynamic_ownership = 0' 'remember_owner = 0' 'cgroup_controllers = [ ]' 'namespaces = [ ]' \
    'stdio_handler = "file"' > "$place/etc/qemu.conf"
  # libvirtd looks up its default user even if it is told to use another one.
  cp /etc/passwd "$place/passwd"
  cp /etc/group "$place/group"
  grep -q '^libvirt-qemu:' "$place/passwd" \
    || echo 'libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin' >> "$place/passwd"
  grep -q '^libvirt-qemu:' "$place/group" || echo 'libvirt-qemu:x:64055:' >> "$place/group"
  grep -q '^kvm:' "$place/group" || echo 'kvm:x:64056:' >> "$place/group"
  cp "$cache/vmlinuz" "$cache/initrd" "$place/"
  cat > "$place/network.xml" <<XML
<network><name>lab</name><forward mode="open"/><bridge name="lab0"/>
  <ip address="192.168.77.1" netmask="255.255.255.0">
    <dhcp><range start="192.168.77.10" end="192.168.77.250"/></dhcp></ip></network>
XML
  cat > "$place/guest.xml" <<XML
<domain type="$1">
  <name>guest</name>
  <memory unit="MiB">96</memory>
  <vcpu>1</vcpu>
  <os><type arch="x86_64">hvm</type>
    <kernel>$place/vmlinuz</kernel><initrd>$place/initrd</initrd>
    <cmdline>console=ttyS0 quiet panic=-1</cmdline></os>
  <features><acpi/></features>
  <devices>
    <disk type="file" device="disk">
      <driver name="qemu" type="qcow2"/><target dev="vda" bus="virtio"/></disk>
    <interface type="network"><source network="lab"/><model type="virtio"/></interface>
    <serial type="pty"/>
    <channel type="unix"><target type="virtio" name="org.qemu.guest_agent.0"/></channel>
  </devices>
</domain>
XML
}

# Starts libvirtd in its own namespaces, so that it writes to our directory, not to the system's.
start_libvirtd() {
  setsid unshare -m -n --propagation private bash -c '
    set -e
    cd "$1"
    for pair in etc:/etc/libvirt run:/run/libvirt lib:/var/lib/libvirt log:/var/log/libvirt \
      cache:/var/cache/libvirt; do
      mkdir -p "${pair#*:}"
      mount --bind "${pair%%:*}" "${pair#*:}"
    done
    mount --bind passwd /etc/passwd
    mount --bind group /etc/group
    ip link set lo up
    exec libvirtd --config "$1/etc/libvirtd.conf" --pid-file "$1/libvirtd.pid"
  ' libvirtd "$place" >"$place/libvirtd.log" 2>&1 </dev/null &
  await_libvirtd
}

await_libvirtd() {
  local waited=0
  until virsh -q -c "$uri" uri >/dev/null 2>&1; do
    waited=$((waited + 1))
    if [ "$waited" -ge 300 ]; then
      tail -n 5 "$place/libvirtd.log" >&2
      skip "libvirtd did not start"
    fi
    sleep 0.1
  done
}

prepare() {
  check_needs
  mkdir -p "$(dirname "$cache")"
  exec 9>"$cache.lock"
  flock 9
  fetch_kernel
  build_guest
  exec 9>&-
}

up() {
  prepare
  local type
  type=$(accelerator)
  write_files "$type"
  qemu-img create -q -f qcow2 "$place/images/base.qcow2" 16M
  start_libvirtd
  {
    virsh -q -c "$uri" net-define "$place/network.xml"
    virsh -q -c "$uri" net-start lab
    virsh -q -c "$uri" pool-create-as images dir --target "$place/images"
  } >/dev/null
  echo "qemu-host: guests run with $type" >&2
  echo "$uri"
}

# end_one FILE PROGRAM SIGNAL: ends the process whose number is in the file, if it is still that
# program.
end_one() {
  local pid
  [ -e "$1" ] || return 0
  pid=$(cat "$1")
  [ -r "/proc/$pid/comm" ] && grep -q "^$2" "/proc/$pid/comm" || return 0
  kill "-$3" "$pid" 2>/dev/null || return 0
  for _ in $(seq 100); do
    [ -e "/proc/$pid" ] || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
}

# Reuses the namespaces that the guests and the network are in.
restart() {
  local keeper file
  for file in "$place"/run/network/*.pid; do keeper=$(cat "$file"); done
  end_one "$place/libvirtd.pid" libvirtd TERM
  setsid nsenter --target "$keeper" --mount --net libvirtd --config "$place/etc/libvirtd.conf" \
    --pid-file "$place/libvirtd.pid" >>"$place/libvirtd.log" 2>&1 </dev/null &
  await_libvirtd
}

down() {
  local file
  end_one "$place/libvirtd.pid" libvirtd TERM
  for file in "$place"/run/qemu/*.pid; do end_one "$file" qemu-system KILL; done
  for file in "$place"/run/network/*.pid; do end_one "$file" dnsmasq TERM; done
}

case "$verb" in
  up) up ;;
  restart) restart ;;
  down) down ;;
  prepare) prepare ;;
  *) usage ;;
esac

# tests/e2e/lib-libvirt.sh -- the machine's own libvirtd, for tests: one at a time. Source it.
#
#   libvirt_begin DIR    takes the lock, starts virtlogd and libvirtd if they do not run, and waits
#                        until they answer. Without the packages: one line, and exit 77 (skipped).
#                        DIR is made traversable for qemu, and keeps what the daemons say.
#   libvirt_end          destroys and forgets the domains and pools named below, ends the daemons
#                        if they were started here, gives the lock back. For a trap.
#   libvirt_wait S WORDS...   runs the words until they succeed, for at most S seconds.
#   libvirt_tiny NAME    a domain that boots nothing: 32 MiB, no disk, no interface; its XML.
#
# What libvirt_end clears: domains in $libvirt_domains and all cairn-vm-*, pools in $libvirt_pools
# and all cairn-*. It is a test machine: nobody else's are called so.
#
# The machine has one libvirtd (qemu:///system); whoever needs it holds /run/lock/cairn-libvirt.

LIBVIRT_URI=qemu:///system
libvirt_domains= libvirt_pools= libvirt_ours=

libvirt_v() { timeout 60 virsh -q -c "$LIBVIRT_URI" "$@"; }

# Whether the process of a pid file lives; one that has ended and was not waited for does not.
libvirt_alive() {
  libvirt_pid=$(cat "$1" 2> /dev/null) && [ -n "$libvirt_pid" ] || return 1
  libvirt_state=$(sed 's/.*) //; s/ .*//' "/proc/$libvirt_pid/stat" 2> /dev/null) || return 1
  [ -n "$libvirt_state" ] && [ "$libvirt_state" != Z ]
}

libvirt_wait() {
  libvirt_until=$(($(date +%s) + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    [ "$(date +%s)" -lt "$libvirt_until" ] || return 1
    sleep 0.1
  done
}

# Where /dev/kvm can be opened and runs nothing, libvirt asks its emulator anew what it can before each
# domain, which takes seconds. So libvirtd sees a /dev/kvm that cannot be written to; and as it cannot hand
# that on, its domains have no namespace of their own.
libvirt_start() {
  [ -e /dev/kvm ] || { libvirtd -d; return; }
  : > "$1/no-kvm"
  cp /etc/libvirt/qemu.conf "$1/qemu.conf"
  echo 'namespaces = []' >> "$1/qemu.conf"
  unshare -m sh -c 'mount --bind "$1/qemu.conf" /etc/libvirt/qemu.conf && mount --bind "$1/no-kvm" /dev/kvm &&
    mount -o remount,bind,ro /dev/kvm; exec libvirtd -d' sh "$1"
}

libvirt_begin() {
  for libvirt_program in libvirtd virtlogd virsh qemu-img qemu-system-x86_64 flock; do
    if ! command -v "$libvirt_program" > /dev/null; then
      echo "SKIPPED: no $libvirt_program; tools/lib/packages.sh names the packages" >&2
      exit 77
    fi
  done
  if [ "$(id -u)" != 0 ]; then
    echo 'SKIPPED: qemu:///system needs root' >&2
    exit 77
  fi
  exec 9> /run/lock/cairn-libvirt
  flock -w 240 9 || { echo 'the lock /run/lock/cairn-libvirt is not given back' >&2; exit 1; }
  chmod a+x "$1"
  # A daemon that keeps the lock open would keep it.
  if ! libvirt_alive /run/virtlogd.pid; then
    virtlogd -d 9>&- > "$1/virtlogd.out" 2>&1
    libvirt_ours="$libvirt_ours virtlogd"
  fi
  if ! libvirt_alive /run/libvirtd.pid; then
    libvirt_start "$1" 9>&- > "$1/libvirtd.out" 2>&1
    libvirt_ours="libvirtd $libvirt_ours"
  fi
  libvirt_wait 60 libvirt_v version || { cat "$1/libvirtd.out" >&2; exit 1; }
  libvirt_clear > /dev/null 2>&1 || : # of a test that was killed
}

libvirt_clear() {
  for libvirt_name in $libvirt_domains $(libvirt_v list --all --name | grep '^cairn-vm-'); do
    libvirt_v destroy "$libvirt_name"
    libvirt_v undefine "$libvirt_name" --snapshots-metadata --managed-save
  done
  for libvirt_name in $libvirt_pools $(libvirt_v pool-list --all --name | grep '^cairn-'); do
    libvirt_v pool-destroy "$libvirt_name"
    libvirt_v pool-undefine "$libvirt_name"
  done
}

libvirt_gone() { ! libvirt_alive "$1"; }

libvirt_end() {
  libvirt_clear > /dev/null 2>&1 || :
  for libvirt_name in $libvirt_ours; do
    kill "$(cat "/run/$libvirt_name.pid")" 2> /dev/null || :
    libvirt_wait 20 libvirt_gone "/run/$libvirt_name.pid" || :
  done
  libvirt_ours=
  exec 9>&-
}

libvirt_tiny() {
  cat << END
<domain type='qemu'>
  <name>$1</name>
  <memory unit='MiB'>32</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
  </devices>
</domain>
END
}

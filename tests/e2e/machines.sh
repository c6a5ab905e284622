# machines.sh: read by bash before the commands of docs/MACHINES.md.
#
# A store with an administrator who is logged in, the machine's libvirtd, the daemon that systemctl would
# start as a process of this shell, and what a tiny machine is started from, in $TINY. What each machine
# says on its console goes to console.MACHINE. $TESTS: this directory; $TINY: where the tiny
# machine is kept.
export CAIRN_STORE=store CAIRN_KEY=store.admin.key
. "$TESTS/lib-libvirt.sh"
daemon= reader=
ended() {
    [ -z "$daemon" ] || { kill "$daemon"; wait "$daemon"; }
    [ -z "$reader" ] || kill "$reader"
    libvirt_end
} 2>/dev/null
trap ended EXIT
"$TESTS/vm/build" "$TINY" "$(command -v cairn-vmc)" >/dev/null || exit
libvirt_begin "$PWD"
cairn init --quiet --origin example.org/enclave --admin ada >/dev/null
cairn login --quiet --code "$(cairn mfa code store.admin.otp)" >/dev/null
mkdir -p pools/{images,drives,snapshots,isos}

systemctl() {
    case $1 in
    start)
        cairnd --config cairnd.conf >>journal 2>&1 9>&- &
        daemon=$!
        libvirt_wait 30 grep -q event=ready journal || cat journal
        ;;
    stop)
        kill "$daemon"
        wait "$daemon"
        daemon=
        ;;
    esac
}

# Whoever opens a console late has missed what was said before.
consoles() {
    while sleep 0.2; do
        for machine in $(libvirt_v list --name | grep '^cairn-vm-'); do
            [ ! -e "console.$machine" ] || continue
            tty=$(libvirt_v ttyconsole "$machine") && cat "$tty" >"console.$machine" 2>/dev/null &
            sleep 0.1
        done
    done
}
consoles 9>&- 2>/dev/null &
reader=$!

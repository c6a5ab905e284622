# guide.sh: read by bash before the commands of docs/EMITTING.md.
#
# A store with an administrator who is logged in, and the daemon that systemctl would start, as a process
# of this shell.
export CAIRN_STORE=store CAIRN_KEY=store.admin.key
cairn init --quiet --origin example.org/enclave >/dev/null
cairn login --quiet --code "$(cairn mfa code store.admin.otp)" >/dev/null

daemon=
systemctl() {
    case $1 in
    start)
        : >journal
        cairnd --store store >>journal 2>&1 &
        daemon=$!
        for _ in $(seq 600); do
            grep -q 'event=ready' journal && return
            sleep 0.05
        done
        cat journal
        ;;
    stop)
        kill "$daemon"
        wait "$daemon"
        daemon=
        ;;
    esac
}
trap 'test -z "$daemon" || kill "$daemon"' EXIT

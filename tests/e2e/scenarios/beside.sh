# beside.sh: the same as enclave.sh, with a daemon that writes the store from its first event after `enclave` on:
# what a page says is what its commands print beside a daemon, too.
. "${BASH_SOURCE[0]%/*}/enclave.sh"

eval "alone_$(declare -f enclave)"

enclave() {
    alone_enclave && serve
}

# Ends with the page.
serve() {
    local tries
    : >journal
    cairnd --store store 2>>journal &
    daemon=$!
    trap 'kill "$daemon" 2>/dev/null; wait "$daemon"' EXIT
    for tries in $(seq 300); do
        grep -q event=ready journal && return
        kill -0 "$daemon" || break
        sleep 0.05
    done
    cat journal
    return 1
}

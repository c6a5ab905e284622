# enclave.sh: what the pages of scenarios have in common; read by bash before their first command.
#
#   enclave                     a store, whose super-administrator is ada, and a provider of second factors
#   people NAME...              make each person's keys, and register their card
#   login NAME...               open a session for each
#   as NAME COMMAND...          with that person's key
#   got NAME PATH               fetch a file of the vault, and show it
#   may VERB OBJECT NAME...     what `cairn access` answers for each
#   outcomes                    of events as JSON, how many there are of each kind, and rule that refused
#   labels                      of fetched keys as JSON, how many of which label, while which project was on
#   allowed                     of one answer of `cairn access` as JSON, whether
#   now                         the time, as `--as-of` takes it
#   verified                    whether all of the log holds
export CAIRN_STORE=$PWD/store CAIRN_KEY=$PWD/ada.key

as() {
    local name=$1
    shift
    CAIRN_KEY=$PWD/$name.key "$@"
}

enclave() {
    cairn init --origin example.org/enclave --admin ada --key ada.key --otp ada.otp >/dev/null &&
        cairn login --code "$(cairn mfa code ada.otp)" >/dev/null &&
        cairn mfa new campus --out campus.key >/dev/null &&
        cairn mfa trust campus --public campus.vkey >/dev/null &&
        cp store/log.vkey given.vkey
}

people() {
    local name
    for name; do
        cairn key new --login "$name" --out "$name.key" >/dev/null &&
            cairn user register "$name.card" >/dev/null || return
    done
}

login() {
    local name
    for name; do
        as "$name" cairn login --challenge >"$name.challenge" &&
            cairn mfa sign "$name.challenge" --provider-key campus.key --token "$name" >"$name.factor" &&
            as "$name" cairn login --mfa-statement "$name.factor" >/dev/null || return
    done
}

may() {
    local verb=$1 object=$2
    shift 2
    cairn access "$object" --verb "$verb" "${@/#/--user=}" --json --quiet |
        sed -E 's/.*"login":"([^"]*)".*"allowed":"([^"]*)".*"rule":"([^"]*)".*/\1 \2 \3/'
}

outcomes() {
    sed -E 's/.*"kind":"([^"]*)".*"outcome":"ok".*/\1/
            s/.*"kind":"([^"]*)".*"outcome":"denied","rule":"([^"]*)".*/\1 \2/' |
        awk '!($0 in count) { order[++kinds] = $0 }
             { count[$0]++ }
             END { for (i = 1; i <= kinds; i++) { print count[order[i]], order[i] } }'
}

labels() {
    sed -E 's/.*"on":\[([^]]*)\].*"project":"([^"]*)".*/\2 \1/; s/^.*"on":\[([^]]*)\].*/none \1/
            s/^([^ ]*) .*"(project:[0-9]+)".*/\1 \2/; s/^([^ ]*) ".*/\1 none/' |
        sed -E "$(cairn list project --json |
            sed -E 's/.*"project":"([^"]*)","name":"([^"]*)".*/s,\1( |$),\2\\1,g/')" |
        sort | uniq -c | awk '{ print $1, "of", $3, "while", $2, "is on" }'
}

got() {
    rm -f got
    as "$1" cairn vault get "$2" got --quiet && cat got
}

allowed() {
    sed -E 's/.*"allowed":"([^"]*)".*/\1/'
}

verified() {
    cairn verify --key given.vkey | grep -o ^VERIFIED
}

now() {
    date -u +%Y-%m-%dT%H:%M:%S.%6NZ
}

# questions.sh: read by bash before the commands of docs/QUESTIONS.md.
#
#   enclave_of_the_questions     the enclave that they are asked of: some weeks of a study, in seconds
#   enclave_of_the_demonstration the one of `cairn demo`, without its routine: drives, machines, hosts
#   counted                      how many lines, and of which kinds, of events as JSON
#
# pia leads the study; ann works on Texas, ben on Florida, cal may do both; zoe is an outsider who tries;
# sam helps pia and leaves. ada administers, mia manages the audit, max audits.
. "${BASH_SOURCE%/*}/scenarios/enclave.sh"

quietly() {
    "$@" >/dev/null 2>&1
}

people_and_projects() {
    enclave && people pia ann ben cal sam zoe mia max &&
        quietly cairn user change-role max --role auditor --reason "audits us" &&
        quietly cairn requirement create handling-texas handling-florida --default-life 31536000 &&
        quietly cairn level create texas-data --requirements handling-texas &&
        quietly cairn level create florida-data --requirements handling-florida &&
        quietly cairn project create texas florida --pi pia &&
        quietly cairn project set-level texas --level texas-data &&
        quietly cairn project set-level florida --level florida-data &&
        quietly cairn project add-member texas --user ann --user cal --user sam --role user &&
        quietly cairn project add-member florida --user ben --user cal --role user &&
        quietly cairn cert issue pia ann cal sam --requirement handling-texas &&
        quietly cairn cert issue pia ben cal --requirement handling-florida &&
        quietly cairn manager add mia --reason "keeps the audit"
}

work() {
    login pia ann ben cal sam zoe max mia &&
        quietly as pia cairn group create census &&
        quietly as pia cairn group add-member census --user ann --user ben --user cal --user sam &&
        quietly as pia cairn session activate-project texas &&
        quietly as pia cairn vault mkdir @census/texas &&
        quietly as pia cairn vault tag @census/texas texas &&
        printf 'household,texas\n' >texas.csv && printf 'household,florida\n' >florida.csv &&
        quietly as pia cairn vault put texas.csv @census/texas/data.csv &&
        quietly as ann cairn session activate-project texas &&
        quietly as ann cairn vault get @census/texas/data.csv ann.csv &&
        quietly as pia cairn session activate-project florida &&
        quietly as pia cairn vault mkdir @census/florida &&
        quietly as pia cairn vault tag @census/florida florida &&
        quietly as pia cairn vault put florida.csv @census/florida/data.csv &&
        quietly as ben cairn session activate-project florida &&
        quietly as ben cairn vault get @census/florida/data.csv ben.csv &&
        quietly as sam cairn session activate-project texas &&
        quietly as sam cairn vault get @census/texas/data.csv sam.csv
}

# Six refusals in a row; a key that is fetched and nothing read; a certification that is taken back.
trouble() {
    local i
    for i in 1 2 3 4 5 6; do
        as zoe cairn vault get @census/texas/data.csv zoe.csv 2>/dev/null
    done
    printf 'notes\n' >notes.txt &&
        quietly as pia cairn vault put notes.txt /notes.txt &&
        quietly as pia cairn vault share /notes.txt --with cal --can view,download &&
        quietly as cal cairn vault get user:$(cairn list user --where login=pia --json |
            sed -E 's/.*"user":"user:([0-9]+)".*/\1/')/notes.txt cal.txt &&
        quietly as cal cairn session activate-project texas &&
        quietly as cal cairn vault get @census/texas/data.csv cal-texas.csv &&
        quietly as cal cairn session activate-project florida &&
        quietly as cal cairn vault get @census/florida/data.csv cal-florida.csv &&
        quietly as cal cairn vault put cal-texas.csv @census/florida/mixed.csv &&
        quietly as pia cairn vault tag @census/florida/mixed.csv texas --reason "texas data after all"
    quietly cairn cert expire --where user=ann --reason "false evidence"
    as ann cairn vault get @census/texas/data.csv after.csv 2>/dev/null
    quietly cairn user change-permissions zoe --remove upload
    as zoe cairn vault put notes.txt /more.txt 2>/dev/null
    quietly cairn project change-member-role florida --user ben --role manager
    as ann cairn user change-role zoe sam --role super_admin --reason "a try" >/dev/null 2>&1
    quietly cairn user change-state sam --state inactive --reason "has left"
    as sam cairn vault get @census/texas/data.csv late.csv 2>/dev/null
    printf 'Mar  9 21:52:31 gateway sshd[4177]: Failed password for ren from 203.0.113.7 port 60552 ssh2\n%s' \
        'Mar  9 21:58:52 gateway sshd[4201]: Accepted password for ren from 203.0.113.7 port 60598 ssh2
' >gateway.log && quietly cairn ingest --from syslog --year 2026 gateway.log
}

enclave_of_the_questions() {
    people_and_projects && work && trouble
    quietly cairn verify
}

enclave_of_the_demonstration() {
    quietly cairn demo --scale 0 && export CAIRN_STORE=$PWD/demo-store
}

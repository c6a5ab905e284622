/* What hosts had that nobody asked for, who logged in to them, and whose key machines obey. */
#include "reports/custody/host_login_rows.h"
#include "reports/custody/mismatch_rows.h"
#include "reports/custody/owner_key_rows.h"
#include "tools/custody/custody.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdlib.h>

static enum exit_code told(const struct custody *custody, struct status status, const char *doing)
{
    status = failed(status) ? status : custody->trouble;
    return failed(status) ? invocation_failed(custody->invocation, status, NULL, doing) : EXIT_DONE;
}

/* vm owner-keys ---------------------------------------------------------------------------- */

static enum exit_code answer_owner_keys(struct custody *custody, void *context)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct owner_key_rows rows = {.log = custody->between.log,
                                  .index = custody->index,
                                  .view = custody->view,
                                  .range = custody->between.range,
                                  .failing = invocation_has(custody->invocation, "failing"),
                                  .out = &custody->out};
    (void)context;
    enum exit_code code = custody_find_argument(custody, 0, ID_VM, &rows.vm);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = hasher_open(&hasher);
    rows.hasher = hasher;
    status = failed(status) ? status : owner_key_rows_write(&rows);
    code = told(custody, status, "looking for owners' keys");
    if (code == EXIT_DONE && rows.wrong > 0) {
        invocation_note(custody->invocation, "%" PRIu64 " of them are not the key to obey",
                        rows.wrong);
    }
    return code;
}

static enum exit_code run_owner_keys(struct invocation *invocation)
{
    return custody_run(invocation,
                       &(struct custody_verb){.answer = answer_owner_keys, .what = "keys"});
}

static const struct option_info owner_keys_options[] = {
    BETWEEN_OPTION,
    {"failing", 0, NULL, "only another key, or one that is not the owner's", false},
};

const struct verb verb_vm_owner_keys = {
    .name = "vm owner-keys",
    .about = "whose key each machine takes orders from, and if it ever learned another",
    .arguments = "[VM]",
    .details =
        "A row for each time that a machine's controller said that it learned its owner's key.\n"
        "The first is pinned for good (VM-03a). `the same again` is a controller that started\n"
        "anew; ANOTHER KEY and NOT THE OWNER'S are what must never be. The key is the SHA-256 of\n"
        "its text, and is compared with the one that the owner had when the machine was started.\n"
        "Exit code 1: there was none.",
    .examples = "cairn vm owner-keys --failing\ncairn vm owner-keys vm:1226",
    .purpose = PURPOSE_ASK,
    OPTIONS(owner_keys_options),
    .guarded = true,
    .run = run_owner_keys,
};

/* host mismatches ---------------------------------------------------------------------------- */

static enum exit_code answer_mismatches(struct custody *custody, void *context)
{
    struct mismatch_rows rows = {.log = custody->between.log,
                                 .index = custody->index,
                                 .view = &custody->view,
                                 .range = custody->between.range,
                                 .uncommanded = invocation_has(custody->invocation, "uncommanded"),
                                 .lasting = invocation_has(custody->invocation, "lasting"),
                                 .out = &custody->out};
    (void)context;
    enum exit_code code = custody_find_argument(custody, 0, ID_HOST, &rows.host);
    return code == EXIT_DONE ? told(custody, mismatch_rows_write(&rows), "looking for differences")
                             : code;
}

static enum exit_code run_mismatches(struct invocation *invocation)
{
    return custody_run(invocation,
                       &(struct custody_verb){.answer = answer_mismatches, .what = "mismatches"});
}

static const struct option_info mismatches_options[] = {
    BETWEEN_OPTION,
    {"uncommanded", 0, NULL, "only what was there and nobody had asked for", false},
    {"lasting", 0, NULL, "only what has not gone", false},
};

const struct verb verb_host_mismatches = {
    .name = "host mismatches",
    .about = "domains, disks, interfaces nobody asked for, and what was not there",
    .arguments = "[HOST]",
    .details = "A row for each difference that a watcher found between a host and the log, from\n"
               "when it was told to when it was gone. Nothing of it is ever put right in silence\n"
               "(HST-05a). Exit code 1: there was none.",
    .examples = "# what existed without a command?\n"
                "cairn host mismatches --uncommanded\n"
                "cairn host mismatches --lasting",
    .purpose = PURPOSE_ASK,
    OPTIONS(mismatches_options),
    .guarded = true,
    .run = run_mismatches,
};

/* host logins --------------------------------------------------------------------------------- */

static enum exit_code answer_logins(struct custody *custody, void *context)
{
    struct host_login_rows rows = {.engine = custody->engine,
                                   .log = custody->between.log,
                                   .index = custody->index,
                                   .view = custody->view,
                                   .range = custody->between.range,
                                   .occupied = invocation_has(custody->invocation, "occupied"),
                                   .filter = context,
                                   .out = &custody->out};
    enum exit_code code = custody_find_argument(custody, 0, ID_HOST, &rows.host);
    code = code == EXIT_DONE ? custody_find(custody, "project", ID_PROJECT, &rows.project) : code;
    return code == EXIT_DONE ? told(custody, host_login_rows_write(&rows), "looking for logins")
                             : code;
}

static enum exit_code run_logins(struct invocation *invocation)
{
    struct filter *filter = calloc(1, sizeof *filter);
    if (filter == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *filter), NULL, "starting");
    }
    enum exit_code code = custody_run(
        invocation,
        &(struct custody_verb){.answer = answer_logins, .context = filter, .what = "logins"});
    free(filter);
    return code;
}

static const struct option_info logins_options[] = {
    BETWEEN_OPTION,
    {"project", 0, "PROJECT", "only while a machine of this project ran there", false},
    {"occupied", 0, NULL, "only while any machine ran there", false},
};

const struct verb verb_host_logins = {
    .name = "host logins",
    .about = "who logged in to a host itself, and which machines ran there then",
    .arguments = "[HOST]",
    .details =
        "Logins that a watcher saw on the host, and imported records of an accepted sshd login on\n"
        "a system of the host's name, with the machines that the host carried at that moment and\n"
        "their projects. Exit code 1: there was none.",
    .examples = "# did an administrator log in while a machine of tides ran there?\n"
                "cairn host logins --project tides\n"
                "cairn host logins node-1 --occupied --between 2026-03",
    .purpose = PURPOSE_ASK,
    OPTIONS(logins_options),
    .guarded = true,
    .run = run_logins,
};

/* Where drives were, where they should not have been, and who gave them to whom. */
#include "reports/custody/share_rows.h"
#include "reports/custody/stay_rows.h"
#include "tools/custody/custody.h"
#include "tools/proving.h"
#include "tools/query_options.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdlib.h>

static struct stays_question question_of(const struct custody *custody)
{
    return (struct stays_question){.log = custody->between.log, .index = custody->index};
}

/* drive attachments ----------------------------------------------------------------------- */

struct attaching {
    struct custody *custody;
    struct proving *proving; /* NULL: no proof is wanted */
    struct hasher *hasher;   /* over the leaves that the answer rests on */
    struct stays *stays;
};

static struct status meet_event(void *context, struct bytes bytes, const struct leaf *leaf)
{
    const struct attaching *attaching = context;
    hash_add(attaching->hasher, bytes);
    hash_add(attaching->hasher, LITERAL("\n"));
    return proving_row(attaching->proving, leaf->n);
}

/* What the stays were derived from is a question of its own, which is recorded beside the verb's:
 * it is that one whose answer is proven to be complete. */
static enum exit_code prove(const struct attaching *attaching)
{
    const struct custody *custody = attaching->custody;
    const struct stays *stays = attaching->stays;
    if (attaching->proving == NULL) {
        return EXIT_DONE;
    }
    struct digest result = hash_finish(attaching->hasher);
    struct status status = proving_make(attaching->proving, &stays->query, custody->engine,
                                        custody->between.log, custody->index);
    status = failed(status)
                 ? status
                 : query_record(custody->engine, &stays->query, &stays->outcome, &result);
    return failed(status) ? invocation_failed(custody->invocation, status, NULL, "proving")
                          : proving_finish(attaching->proving, custody->engine);
}

static enum exit_code understand(const struct custody *custody, struct stay_rows *rows)
{
    const struct invocation *invocation = custody->invocation;
    enum exit_code code = custody_find_argument(custody, 0, ID_DRIVE, &rows->question.drive);
    code = code == EXIT_DONE ? custody_find(custody, "vm", ID_VM, &rows->question.vm) : code;
    code = code == EXIT_DONE ? custody_find(custody, "with", ID_USER, &rows->with) : code;
    if (code == EXIT_DONE && rows->question.drive.kind == ID_NONE &&
        rows->question.vm.kind == ID_NONE && invocation_has(invocation, "proof")) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "what is proven is about a drive or a machine: name one");
    }
    rows->has_mode = custody_mode(custody, &rows->mode);
    rows->missed = invocation_has(invocation, "missed");
    return code;
}

static enum exit_code answer_attachments(struct custody *custody, void *context)
{
    struct attaching *attaching = context;
    struct stay_rows rows = {.question = question_of(custody),
                             .view = &custody->view,
                             .from_us = custody->between.stretch.from.utc_us,
                             .until_us = custody->between.stretch.to.utc_us,
                             .stays = attaching->stays,
                             .out = &custody->out};
    attaching->custody = custody;
    enum exit_code code = understand(custody, &rows);
    if (code != EXIT_DONE) {
        return code;
    }
    if (attaching->proving != NULL) {
        hash_start(attaching->hasher);
        rows.question.each = meet_event;
        rows.question.each_context = attaching;
    }
    struct status status = stay_rows_write(&rows);
    status = failed(status) ? status : custody->trouble;
    code = failed(status)
               ? invocation_failed(custody->invocation, status, NULL, "following the drives")
               : prove(attaching);
    return code;
}

static enum exit_code run_attachments(struct invocation *invocation)
{
    struct attaching attaching = {.custody = NULL};
    enum exit_code code =
        proving_open(invocation, invocation_value(invocation, "proof"), &attaching.proving);
    if (code != EXIT_DONE) {
        return code;
    }
    attaching.stays = calloc(1, sizeof *attaching.stays);
    struct status status = attaching.stays == NULL ? FAIL(NO_MEMORY, sizeof *attaching.stays)
                                                   : hasher_open(&attaching.hasher);
    code = failed(status)
               ? invocation_failed(invocation, status, NULL, "starting")
               : custody_run(invocation, &(struct custody_verb){.answer = answer_attachments,
                                                                .context = &attaching,
                                                                .what = "stays"});
    if (attaching.stays != NULL) {
        stays_close(attaching.stays);
    }
    free(attaching.stays);
    hasher_close(&attaching.hasher);
    proving_close(&attaching.proving);
    return code;
}

static const struct option_info attachments_options[] = {
    BETWEEN_OPTION,
    {"mode", 0, "ro|rw", "only in this mode", false},
    {"vm", 0, "VM", "only at this machine", false},
    {"with", 0, "USER", "while this user was in the machine: a row for each stretch", false},
    {"missed", 0, NULL, "also what was asked for and never came", false},
    {"proof", 0, "DIR", "a directory that proves the events that the answer rests on", false},
};

const struct verb verb_drive_attachments = {
    .name = "drive attachments",
    .about = "which machines had a drive, when, in which mode",
    .arguments = "[DRIVE]",
    .details =
        "A row for each stay of a drive at a machine, from the event by which a watcher saw it\n"
        "come to the one that ended it: that it left, or that the machine stopped. What was asked\n"
        "for stands beside it; what nobody asked for says so. With --between, stays of which any\n"
        "part lies in it. With --with, when a user was in the machine meanwhile, as its "
        "controller\n"
        "says. Without a drive, all of them.\n\n"
        "With --proof, all events that can begin or end such a stay are proven to be all there\n"
        "are, for somebody who has the log's public key and nothing else: whoever reads them in\n"
        "order comes to the same rows. Exit code 1: there was none.",
    .examples = "# which machines could write to it in the first week of March?\n"
                "cairn drive attachments lab-drive --mode rw --between 2026-03-01..2026-03-08\n"
                "cairn drive attachments drive:412 --proof answer\n"
                "cairn-verify --key log.vkey answer/rows.answer\n"
                "# while ben was in the machine\n"
                "cairn drive attachments lab-drive --with ben",
    .purpose = PURPOSE_ASK,
    OPTIONS(attachments_options),
    .guarded = true,
    .run = run_attachments,
};

/* drive conflicts --------------------------------------------------------------------------- */

struct clashing {
    struct stays stays;
    struct clashes clashes;
};

static enum exit_code answer_conflicts(struct custody *custody, void *context)
{
    struct clashing *clashing = context;
    struct clash_rows rows = {.question = question_of(custody),
                              .view = &custody->view,
                              .from_us = custody->between.stretch.from.utc_us,
                              .until_us = custody->between.stretch.to.utc_us,
                              .stays = &clashing->stays,
                              .clashes = &clashing->clashes,
                              .out = &custody->out};
    enum exit_code code = custody_find_argument(custody, 0, ID_DRIVE, &rows.question.drive);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = clash_rows_write(&rows);
    status = failed(status) ? status : custody->trouble;
    return failed(status)
               ? invocation_failed(custody->invocation, status, NULL, "following the drives")
               : EXIT_DONE;
}

static enum exit_code run_conflicts(struct invocation *invocation)
{
    struct clashing *clashing = calloc(1, sizeof *clashing);
    if (clashing == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *clashing), NULL, "starting");
    }
    enum exit_code code = custody_run(invocation, &(struct custody_verb){.answer = answer_conflicts,
                                                                         .context = clashing,
                                                                         .what = "conflicts"});
    stays_close(&clashing->stays);
    free(clashing);
    return code;
}

static const struct option_info conflicts_options[] = {
    BETWEEN_OPTION,
};

const struct verb verb_drive_conflicts = {
    .name = "drive conflicts",
    .about = "drives that were at two machines at once, one of which could write",
    .arguments = "[DRIVE]",
    .details =
        "By rule DRV-14d a drive that is attached read-write is attached nowhere else. Here\n"
        "stands what was seen all the same, whether somebody asked for it or not: a row for\n"
        "each two machines, with when both had it. Exit code 1: there was none.",
    .examples = "cairn drive conflicts\ncairn drive conflicts lab-drive --between 2026-03",
    .purpose = PURPOSE_ASK,
    OPTIONS(conflicts_options),
    .guarded = true,
    .run = run_conflicts,
};

/* drive shares ------------------------------------------------------------------------------ */

static enum exit_code answer_shares(struct custody *custody, void *context)
{
    struct share_rows rows = {
        .question = {.log = custody->between.log, .index = custody->index, .view = custody->view},
        .in_force = invocation_has(custody->invocation, "in-force"),
        .shares = context,
        .out = &custody->out};
    enum exit_code code = custody_find_argument(custody, 0, ID_DRIVE, &rows.question.drive);
    code = code == EXIT_DONE ? custody_find(custody, "user", ID_USER, &rows.user) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    rows.has_mode = custody_mode(custody, &rows.mode);
    struct status status = share_rows_write(&rows);
    if (failed(status)) {
        return invocation_failed(custody->invocation, status, NULL, "following the shares");
    }
    if (rows.without_right > 0) {
        invocation_note(custody->invocation,
                        "%" PRIu64 " shares rest on no right that the log knows of",
                        rows.without_right);
    }
    return EXIT_DONE;
}

static enum exit_code run_shares(struct invocation *invocation)
{
    struct shares *shares = calloc(1, sizeof *shares);
    if (shares == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *shares), NULL, "starting");
    }
    enum exit_code code = custody_run(
        invocation,
        &(struct custody_verb){.answer = answer_shares, .context = shares, .what = "shares"});
    free(shares);
    return code;
}

static const struct option_info shares_options[] = {
    BETWEEN_OPTION,
    {"user", 0, "USER", "only with this user, or a group that has the user", false},
    {"mode", 0, "ro|rw", "only in this mode", false},
    {"in-force", 0, NULL, "only those that nobody has ended", false},
};

const struct verb verb_drive_shares = {
    .name = "drive shares",
    .about = "who gave a drive to whom, and along which chain of shares",
    .arguments = "DRIVE",
    .details =
        "A row for each share, also of those that have ended. Its chain begins at the owner and\n"
        "names each share that the next giver's right rests on; `no right is known` stands where\n"
        "there is none. Groups are those of the moment of the share.",
    .examples = "cairn drive shares lab-drive\n"
                "# how did ben come to write to it?\n"
                "cairn drive shares lab-drive --user ben --mode rw",
    .purpose = PURPOSE_ASK,
    OPTIONS(shares_options),
    .guarded = true,
    .run = run_shares,
};

#include "core/vault/file.h"
#include "reports/event_rows.h"
#include "reports/query.h"
#include "tools/vault/keys.h"
#include "tools/verbs.h"

#include <stdlib.h>

/* Share ----------------------------------------------------------------------------------- */

/* view,download,edit as said; viewing alone if nothing is said. */
static enum exit_code read_modes(const struct vault *vault, struct vault_file_share *out)
{
    const char *modes = invocation_value(vault->invocation, "can");
    struct bytes left = bytes_of_string(modes == NULL ? "view" : modes);
    while (left.size > 0) {
        const uint8_t *comma = memchr(left.data, ',', left.size);
        const size_t size = comma == NULL ? left.size : (size_t)(comma - left.data);
        const struct bytes mode = bytes_of(left.data, size);
        const size_t taken = size + (comma == NULL ? 0 : 1);
        left = bytes_of(left.data + taken, left.size - taken);
        if (bytes_equal(mode, LITERAL("view"))) {
            out->can_view = true;
        } else if (bytes_equal(mode, LITERAL("download"))) {
            out->can_download = true;
        } else if (bytes_equal(mode, LITERAL("edit"))) {
            out->can_edit = true;
        } else {
            return invocation_fail(vault->invocation, EXIT_USAGE, NULL,
                                   "a share can be to view, download and edit");
        }
    }
    return EXIT_DONE;
}

static enum exit_code read_share(struct vault *vault, struct vault_file_share *out)
{
    struct moment expires = {0};
    const struct invocation *invocation = vault->invocation;
    const char *with = invocation_value(invocation, "with");
    if (with == NULL) {
        return invocation_fail(invocation, EXIT_USAGE, "like: --with bob, --with @chemistry",
                               "with whom? --with USER or --with @GROUP");
    }
    enum exit_code code = vault_find(vault, vault_argument(vault, 0), ID_FILE, &out->file);
    code = code == EXIT_DONE ? vault_find_holder(vault, with, &out->target) : code;
    code = code == EXIT_DONE ? read_modes(vault, out) : code;
    code = code == EXIT_DONE ? invocation_moment(invocation, "until", (struct moment){0}, &expires)
                             : code;
    if (code == EXIT_DONE && expires.kind == MOMENT_TIME) {
        out->has_expires = true;
        out->expires = expires.value;
    }
    return code;
}

static enum exit_code share(struct vault *vault)
{
    CLEANUP(secret_bytes_close) struct secret_bytes *key = NULL;
    struct vault_file_share fields = {0};
    struct vault_wrapped wrapped;
    enum exit_code code = read_share(vault, &fields);
    code = code == EXIT_DONE ? vault_fetch_key(vault, fields.file, "to share", &key) : code;
    code = code == EXIT_DONE ? vault_wrap(vault, key, fields.target, &wrapped) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    fields.wrapped = wrapped.digest;
    fields.has_epoch = wrapped.has_epoch;
    fields.epoch = wrapped.epoch;
    return vault_do(vault, COMMAND_VAULT_FILE_SHARE,
                    &(union command_fields){.vault_file_share = fields});
}

static enum exit_code run_share(struct invocation *invocation)
{
    return vault_visit(invocation, share);
}

static const struct option_info share_options[] = {
    OPERATOR_OPTIONS,
    {"with", 0, "WHO", "a user, or @GROUP", false},
    {"can", 0, "MODES", "view,download,edit: some of them (view)", false},
    {"until", 0, "TIME", "when the share ends by itself", false},
};

const struct verb verb_vault_share = {
    .name = "vault share",
    .about = "share a file of the vault",
    .arguments = "PATH",
    .details =
        "The file's key is fetched and wrapped for whom it is shared with. Sharing is the only\n"
        "way in: nothing is public.",
    .examples = "cairn vault share /scans.tar --with bob --can view,download --until 2026-12-31",
    .purpose = PURPOSE_WRITE,
    OPTIONS(share_options),
    .guarded = true,
    .signs = true,
    .run = run_share,
};

/* Unshare --------------------------------------------------------------------------------- */

static enum exit_code unshare_file(struct vault *vault)
{
    struct id file, target;
    const char *with = invocation_value(vault->invocation, "with");
    if (with == NULL) {
        return invocation_fail(vault->invocation, EXIT_USAGE, NULL,
                               "with whom no more? --with USER or --with @GROUP");
    }
    enum exit_code code = vault_find(vault, vault_argument(vault, 0), ID_FILE, &file);
    code = code == EXIT_DONE ? vault_find_holder(vault, with, &target) : code;
    union command_fields fields = {.vault_file_unshare = {.file = file, .target = target}};
    return code == EXIT_DONE ? vault_do(vault, COMMAND_VAULT_FILE_UNSHARE, &fields) : code;
}

static enum exit_code run_unshare(struct invocation *invocation)
{
    return vault_visit(invocation, unshare_file);
}

static const struct option_info unshare_options[] = {
    OPERATOR_OPTIONS,
    {"with", 0, "WHO", "a user, or @GROUP", false},
};

const struct verb verb_vault_unshare = {
    .name = "vault unshare",
    .about = "end a share of a file",
    .arguments = "PATH",
    .examples = "cairn vault unshare /scans.tar --with bob",
    .purpose = PURPOSE_WRITE,
    OPTIONS(unshare_options),
    .guarded = true,
    .signs = true,
    .run = run_unshare,
};

/* Deposit --------------------------------------------------------------------------------- */

static enum exit_code deposit(struct vault *vault)
{
    CLEANUP(secret_bytes_close) struct secret_bytes *key = NULL;
    struct vault_wrapped wrapped;
    struct id file, holder;
    const char *with = invocation_value(vault->invocation, "for");
    if (with == NULL) {
        return invocation_fail(vault->invocation, EXIT_USAGE, NULL,
                               "for whom? --for USER or --for @GROUP");
    }
    enum exit_code code = vault_find(vault, vault_argument(vault, 0), ID_FILE, &file);
    code = code == EXIT_DONE ? vault_find_holder(vault, with, &holder) : code;
    code = code == EXIT_DONE ? vault_fetch_key(vault, file, "to wrap anew", &key) : code;
    code = code == EXIT_DONE ? vault_wrap(vault, key, holder, &wrapped) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    union command_fields fields = {.vault_key_deposit = {.file = file,
                                                         .holder = holder,
                                                         .wrapped = wrapped.digest,
                                                         .has_epoch = wrapped.has_epoch,
                                                         .epoch = wrapped.epoch}};
    return vault_do(vault, COMMAND_VAULT_KEY_DEPOSIT, &fields);
}

static enum exit_code run_deposit(struct invocation *invocation)
{
    return vault_visit(invocation, deposit);
}

static const struct option_info deposit_options[] = {
    OPERATOR_OPTIONS,
    {"for", 0, "WHO", "a user, or @GROUP, who has a way to the file already", false},
};

const struct verb verb_vault_deposit = {
    .name = "vault deposit",
    .about = "wrap a file's key anew for a holder, as after a group has a new key",
    .arguments = "PATH",
    .examples = "cairn vault deposit @chemistry/results.csv --for @chemistry",
    .purpose = PURPOSE_WRITE,
    OPTIONS(deposit_options),
    .guarded = true,
    .signs = true,
    .run = run_deposit,
};

/* Tag ------------------------------------------------------------------------------------- */

static enum exit_code tag(struct vault *vault)
{
    struct id object, project = {ID_NONE, 0};
    const char *name = vault_argument(vault, 1);
    const char *reason = invocation_value(vault->invocation, "reason");
    const struct bytes why = reason == NULL ? (struct bytes){0} : bytes_of_string(reason);
    const bool none = strcmp(name, "none") == 0;
    enum exit_code code = vault_find(vault, vault_argument(vault, 0), ID_NONE, &object);
    code = code == EXIT_DONE && !none ? vault_find(vault, name, ID_PROJECT, &project) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    if (object.kind == ID_FILE) {
        union command_fields file = {.vault_file_set_project = {.file = object,
                                                                .has_project = !none,
                                                                .project = project,
                                                                .has_reason = reason != NULL,
                                                                .reason = why}};
        return vault_do(vault, COMMAND_VAULT_FILE_SET_PROJECT, &file);
    }
    union command_fields dir = {.vault_dir_set_project = {.dir = object,
                                                          .has_project = !none,
                                                          .project = project,
                                                          .has_reason = reason != NULL,
                                                          .reason = why}};
    return object.kind == ID_DIR ? vault_do(vault, COMMAND_VAULT_DIR_SET_PROJECT, &dir)
                                 : invocation_fail(vault->invocation, EXIT_USAGE,
                                                   "a group is tagged by `cairn group set-project`",
                                                   "only files and directories are tagged here");
}

static enum exit_code run_tag(struct invocation *invocation)
{
    return vault_visit(invocation, tag);
}

static const struct option_info tag_options[] = {
    OPERATOR_OPTIONS,
    {"reason", 0, "TEXT", "why, where the label gets lower", false},
};

const struct verb verb_vault_tag = {
    .name = "vault tag",
    .about = "tag a file or directory with a project, or none",
    .arguments = "PATH PROJECT",
    .details =
        "Upwards a tag may always go; downwards or to `none` it is a declassification, which\n"
        "takes a manager or PI, and a reason.",
    .examples = "cairn vault tag /scans.tar atlas\n"
                "cairn vault tag /scans.tar none --reason \"published\"",
    .purpose = PURPOSE_WRITE,
    OPTIONS(tag_options),
    .guarded = true,
    .signs = true,
    .run = run_tag,
};

/* History --------------------------------------------------------------------------------- */

struct listing {
    struct vault *vault;
    struct rows rows;
};

static struct status add_event(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct listing *listing = context;
    (void)bytes;
    return event_rows_add(&listing->rows, listing->vault->engine, leaf);
}

static struct status list_events(struct listing *listing, struct id file)
{
    char memory[48];
    struct text about = TEXT_IN(memory);
    struct query query = {0};
    struct query_outcome outcome;
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    struct engine *engine = listing->vault->engine;
    id_write(&about, file);
    TRY(query_add(&query, QUERY_ON, text_bytes(&about)));
    TRY(log_snapshot_open(engine_log(engine), &log));
    if (engine_index(engine) != NULL) {
        TRY(index_snapshot_open(engine_index(engine), &index));
    }
    TRY(event_rows_begin(&listing->rows));
    TRY(query_run(&query, log, index, add_event, listing, &outcome));
    return rows_flush(&listing->rows);
}

static enum exit_code history(struct vault *vault)
{
    struct verdict verdict;
    struct id file;
    enum exit_code code = vault_find(vault, vault_argument(vault, 0), ID_FILE, &file);
    union command_fields fields = {.vault_history_fetch = {.file = file}};
    code = code == EXIT_DONE ? vault_command(vault, COMMAND_VAULT_HISTORY_FETCH, &fields, &verdict)
                             : code;
    uint8_t *memory = code == EXIT_DONE ? malloc(ROWS_MEMORY_SIZE) : NULL;
    if (memory == NULL) {
        return code != EXIT_DONE ? code
                                 : vault_fail(vault, FAIL(NO_MEMORY, ROWS_MEMORY_SIZE), "listing");
    }
    struct arena arena = {.memory = memory, .capacity = ROWS_MEMORY_SIZE};
    struct listing listing = {.vault = vault};
    invocation_rows(vault->invocation, &listing.rows, &arena);
    struct status status = list_events(&listing, file);
    free(memory);
    return failed(status) ? vault_fail(vault, status, "reading the history") : EXIT_DONE;
}

static enum exit_code run_history(struct invocation *invocation)
{
    return vault_visit(invocation, history);
}

static const struct option_info history_options[] = {OPERATOR_OPTIONS};

const struct verb verb_vault_history = {
    .name = "vault history",
    .about = "all that happened to a file of the vault",
    .arguments = "PATH",
    .details = "For its owner and whoever it is shared with; that it was read is logged, too.",
    .examples = "cairn vault history /scans.tar",
    .purpose = PURPOSE_ASK,
    OPTIONS(history_options),
    .guarded = true,
    .signs = true,
    .run = run_history,
};

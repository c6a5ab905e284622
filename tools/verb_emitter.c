#include "tools/operator.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdio.h>

/* Register -------------------------------------------------------------------------------- */

/* The public key to register: of --public, or of a new key saved where --key-out says. */
static enum exit_code key_to_register(const struct invocation *invocation, const char *name,
                                      struct public_key *out)
{
    const char *public = invocation_value(invocation, "public");
    const char *save = invocation_value(invocation, "key-out");
    if ((public == NULL) == (save == NULL)) {
        return invocation_fail(invocation, EXIT_USAGE,
                               "--key-out FILE makes a new key; --public FILE registers one made "
                               "elsewhere",
                               "either --key-out or --public is needed");
    }
    if (public != NULL) {
        struct status status = public_key_load(public, out);
        return failed(status) ? invocation_failed(invocation, status, NULL, public) : EXIT_DONE;
    }
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    struct status status = key_library_start();
    status = failed(status) ? status : secret_key_make(KEY_ED25519, name, &key);
    status = failed(status) ? status : secret_key_save(key, save);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, save);
    }
    *out = *secret_key_public(key);
    return EXIT_DONE;
}

/* --class; what an emitter of that class may be is the log's to decide. */
static bool class_to_register(struct invocation *invocation, enum emitter_class *out)
{
    const char *word = invocation_value(invocation, "class");
    *out = EMITTER_CLASS_OUTSIDE;
    if (word == NULL || emitter_class_read(bytes_of_string(word), out)) {
        return true;
    }
    (void)invocation_fail(invocation, EXIT_USAGE, NULL, "--class is outside or watcher");
    return false;
}

static enum exit_code register_emitter(struct invocation *invocation, struct engine *engine)
{
    char memory[1024];
    struct text text = TEXT_IN(memory);
    struct public_key key;
    struct verdict verdict;
    enum emitter_class class;
    const char *name = invocation_argument(invocation, 0);
    const char *about = invocation_value(invocation, "about");
    if (!class_to_register(invocation, &class)) {
        return EXIT_USAGE;
    }
    if (!leaf_is_emitter_name(bytes_of_string(name))) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "an emitter's name is [a-z][a-z0-9_.-]*, at most %d characters",
                               NAME_MAX_SIZE);
    }
    enum exit_code code = key_to_register(invocation, name, &key);
    if (code != EXIT_DONE) {
        return code;
    }
    public_key_write(&key, &text);
    union command_fields fields = {
        .emitter_register = {.name = bytes_of_string(name),
                             .key = text_bytes(&text),
                             .has_class = class != EMITTER_CLASS_OUTSIDE,
                             .class = class,
                             .about = bytes_of_string(about == NULL ? name : about)}};
    code = operator_command(invocation, engine, COMMAND_EMITTER_REGISTER, &fields, &verdict);
    if (code == EXIT_DONE) {
        output_add(invocation->output,
                   invocation->format == ROWS_JSON ? "{\"emitter\":\"emitter:%" PRIu64
                                                     "\",\"name\":\"%s\"}\n"
                                                   : "emitter:%" PRIu64 " %s is registered\n",
                   verdict.first, name);
    }
    return code;
}

static enum exit_code run_register(struct invocation *invocation)
{
    struct engine *engine = NULL;
    enum exit_code code = store_open(invocation, STORE_WRITE, &engine);
    return code == EXIT_DONE
               ? store_finish(invocation, register_emitter(invocation, engine), &engine)
               : code;
}

static const struct option_info register_options[] = {
    {"about", 0, "TEXT", "what it is, for people", false},
    OPERATOR_OPTIONS,
    {"class", 0, "CLASS", "outside (the standard), or watcher: it says what hosts carry", false},
    {"key-out", 0, "FILE", "make the emitter's key and save it here, mode 0600", false},
    {"public", 0, "FILE", "the emitter's public key, made elsewhere", false},
};

const struct verb verb_emitter_register = {
    .name = "emitter register",
    .about = "let a component write to the log under its own key",
    .arguments = "NAME",
    .examples = "cairn emitter register door --about \"the door of room 3\" --key-out door.key\n"
                "cairn emitter register watcher --class watcher --key-out watcher.key",
    .purpose = PURPOSE_WRITE,
    OPTIONS(register_options),
    .guarded = true,
    .signs = true,
    .run = run_register,
};

/* Retire ---------------------------------------------------------------------------------- */

static enum exit_code retire_emitter(struct invocation *invocation, struct engine *engine)
{
    struct verdict verdict;
    const char *name = invocation_argument(invocation, 0);
    const char *reason = invocation_value(invocation, "reason");
    union command_fields fields = {
        .emitter_retire = {.name = bytes_of_string(name),
                           .reason = bytes_of_string(reason == NULL ? "not said" : reason)}};
    enum exit_code code =
        operator_command(invocation, engine, COMMAND_EMITTER_RETIRE, &fields, &verdict);
    if (code == EXIT_DONE) {
        output_add(invocation->output, "%s is retired (event %" PRIu64 ")\n", name, verdict.first);
    }
    return code;
}

static enum exit_code run_retire(struct invocation *invocation)
{
    struct engine *engine = NULL;
    enum exit_code code = store_open(invocation, STORE_WRITE, &engine);
    return code == EXIT_DONE ? store_finish(invocation, retire_emitter(invocation, engine), &engine)
                             : code;
}

static const struct option_info retire_options[] = {
    OPERATOR_OPTIONS,
    {"reason", 0, "TEXT", "why, for the record", false},
};

const struct verb verb_emitter_retire = {
    .name = "emitter retire",
    .about = "end what an emitter may write; what it wrote stays",
    .arguments = "NAME",
    .examples = "cairn emitter retire door --reason \"replaced\"",
    .purpose = PURPOSE_WRITE,
    OPTIONS(retire_options),
    .guarded = true,
    .signs = true,
    .run = run_retire,
};

/* List ------------------------------------------------------------------------------------ */

/* clang-format off */
static const struct column columns[] = {
    {"name",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"emitter", "ID", COLUMN_TEXT,    ALIGN_LEFT},
    {"class",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"state",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"events",  NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"about",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"key",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

static struct status list_one(struct rows *rows, struct log_snapshot *snapshot,
                              const struct emitter_row *row)
{
    char memory[64];
    struct text id = TEXT_IN(memory);
    struct emitter_head head = {0};
    struct status status = log_read_emitter(snapshot, row->name, &head);
    if (failed(status) && status.code != STATUS_NOT_FOUND) {
        return status;
    }
    id_write(&id, row->emitter);
    const struct cell cells[] = {
        cell_text(row->name),
        cell_text(text_bytes(&id)),
        cell_string(emitter_class_name(row->class)),
        cell_string(row->retired ? "retired" : "active"),
        cell_number(head.emitter_n),
        cell_text(row->about),
        cell_text(row->key),
    };
    return rows_add(rows, cells);
}

/* Each run of a machine leaves one behind. */
static bool is_over(const struct emitter_row *row)
{
    return row->class == EMITTER_CLASS_CONTROLLER && row->retired;
}

/* *hidden: how many were left out, of those that are over; NULL: none is. */
static struct status list_emitters(struct engine *engine, struct rows *rows, uint64_t *hidden)
{
    uint8_t memory[16 << 10];
    char after[STATE_KEY_MAX];
    size_t after_size = 0;
    struct bytes key, stored;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(engine_log(engine), &snapshot));
    TRY(rows_begin(rows, columns, sizeof columns / sizeof columns[0]));
    for (;;) {
        struct arena arena = ARENA_IN(memory);
        struct emitter_row row;
        struct status status = state_next(
            engine_state(engine),
            &(struct state_place){
                .table = ROW_EMITTER, .after = bytes_of(after, after_size), .as_of = UINT64_MAX},
            &key, &stored);
        if (status.code == STATUS_NOT_FOUND) {
            return rows_flush(rows);
        }
        TRY(status);
        memcpy(after, key.data, key.size);
        after_size = key.size;
        TRY(row_decode(ROW_EMITTER, stored, &arena, &row));
        if (hidden != NULL && is_over(&row)) {
            ++*hidden;
            continue;
        }
        TRY(list_one(rows, snapshot, &row));
    }
}

static enum exit_code run_list(struct invocation *invocation)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    struct engine *engine = NULL;
    enum exit_code code = store_open(invocation, STORE_READ, &engine);
    if (code != EXIT_DONE) {
        return code;
    }
    if (engine_state(engine) == NULL) {
        code = invocation_fail(invocation, EXIT_INCOMPLETE, "run cairn rebuild as its owner",
                               "the store's state/ is missing or stale");
    } else {
        invocation_rows(invocation, &rows, &arena);
        uint64_t hidden = 0;
        struct status status =
            list_emitters(engine, &rows, invocation_has(invocation, "all") ? NULL : &hidden);
        code = failed(status) ? invocation_failed(invocation, status, NULL, "listing emitters")
                              : EXIT_DONE;
        if (hidden > 0) {
            invocation_note(invocation,
                            "%" PRIu64 " controllers of machines that have ended: --all", hidden);
        }
    }
    engine_close(&engine);
    return code;
}

static const struct option_info list_options[] = {
    {"all", 0, NULL, "also controllers of machines that have ended", false},
};

const struct verb verb_emitter_list = {
    .name = "emitter list",
    .about = "list who may write to the log",
    .examples = "cairn emitter list\n"
                "cairn emitter list --all --csv",
    .purpose = PURPOSE_ASK,
    OPTIONS(list_options),
    .guarded = true,
    .run = run_list,
};

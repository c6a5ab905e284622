#include "tools/store_open.h"
#include "tools/verbs.h"

#include <inttypes.h>

enum {
    SNAPSHOT_ROWS = 1024, /* read through one snapshot: it keeps pages of the log from use */
};

struct listing {
    struct invocation *invocation;
    struct engine *engine;
    struct rows rows;
    uint64_t at_most; /* events */
    uint64_t after;   /* the size listed last */
    bool ended;
};

/* One checkpoint -------------------------------------------------------------------------- */

static struct status show_note(struct invocation *invocation, struct engine *engine,
                               uint64_t at_most)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    struct bytes note;
    uint64_t size;
    struct checkpoint checkpoint;
    TRY(log_snapshot_open(engine_log(engine), &snapshot));
    TRY(log_read_checkpoint(snapshot, at_most, &note, &size));
    TRY(checkpoint_verify(engine_log_key(engine), note, &checkpoint));
    output_put_bytes(invocation->output, note);
    return OK;
}

static enum exit_code show(struct invocation *invocation, struct engine *engine, uint64_t at_most)
{
    struct status status = show_note(invocation, engine, at_most);
    if (status.code == STATUS_NOT_FOUND) {
        return invocation_fail(invocation, EXIT_NOT_FOUND, "`cairn checkpoint list` tells of all",
                               "no checkpoint is over so few events");
    }
    return failed(status) ? invocation_failed(invocation, status, NULL, "reading the checkpoint")
                          : EXIT_DONE;
}

/* All of them ----------------------------------------------------------------------------- */

/* When the last event under it was recorded: it was signed in the same commit. */
static struct status time_of(struct log_snapshot *snapshot, uint64_t size, uint64_t *t_utc_us)
{
    struct bytes bytes;
    struct leaf leaf;
    TRY(log_read_leaf(snapshot, size - 1, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    *t_utc_us = leaf.t_utc_us;
    return OK;
}

static struct status list_one(struct listing *listing, struct log_snapshot *snapshot,
                              struct bytes note, uint64_t size)
{
    char memory[DIGEST_BASE64_SIZE + 1];
    struct text root = TEXT_IN(memory);
    struct checkpoint checkpoint;
    uint64_t t_utc_us = 0;
    TRY(log_read_note(note, size, &checkpoint));
    text_put_base64(&root, BYTES(checkpoint.root.sha256));
    if (checkpoint.size > 0) {
        TRY(time_of(snapshot, checkpoint.size, &t_utc_us));
    }
    const struct cell time = {.present = checkpoint.size > 0, .number = t_utc_us};
    const struct cell cells[] = {cell_number(checkpoint.size), time, cell_text(text_bytes(&root))};
    return rows_add(&listing->rows, cells);
}

static struct status list_some(struct listing *listing)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(engine_log(listing->engine), &snapshot));
    for (uint32_t i = 0; i < SNAPSHOT_ROWS; i++) {
        struct bytes note;
        uint64_t size;
        struct status status = log_next_checkpoint(snapshot, listing->after, &note, &size);
        if (status.code == STATUS_NOT_FOUND || (!failed(status) && size > listing->at_most)) {
            listing->ended = true;
            return OK;
        }
        TRY(status);
        TRY(list_one(listing, snapshot, note, size));
        listing->after = size;
    }
    return OK;
}

static struct status list_all(struct listing *listing)
{
    static const struct column columns[] = {
        {"size", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
        {"t", "TIME", COLUMN_TIME, ALIGN_LEFT},
        {"root", NULL, COLUMN_TEXT, ALIGN_LEFT},
    };
    TRY(rows_begin(&listing->rows, columns, sizeof columns / sizeof columns[0]));
    while (!listing->ended) {
        invocation_at(listing->invocation, "reading", listing->after);
        TRY(list_some(listing));
        if (invocation_interrupted(listing->invocation)) {
            return FAIL(INTERRUPTED, 0);
        }
    }
    return rows_flush(&listing->rows);
}

static enum exit_code list(struct invocation *invocation, struct engine *engine, uint64_t at_most)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct listing listing = {.invocation = invocation, .engine = engine, .at_most = at_most};
    invocation_rows(invocation, &listing.rows, &arena);
    struct status status = list_all(&listing);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "listing the checkpoints");
    }
    return listing.rows.row_count > 0 ? EXIT_DONE : EXIT_NOTHING;
}

/* The verb -------------------------------------------------------------------------------- */

static enum exit_code run(struct invocation *invocation)
{
    const struct number_limits limits = {.least = 1, .most = TREE_SIZE_MAX};
    const char *what = invocation_argument(invocation, 0);
    uint64_t at_most = TREE_SIZE_MAX;
    struct engine *engine = NULL;
    if (what != NULL && strcmp(what, "show") != 0 && strcmp(what, "list") != 0) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "a checkpoint can be shown or listed, not %.80s", what);
    }
    enum exit_code code = invocation_number(invocation, "size", limits, &at_most);
    if (code != EXIT_DONE) {
        return code;
    }
    code = store_open(invocation, STORE_READ, &engine);
    if (code != EXIT_DONE) {
        return code;
    }
    bool listed = what != NULL && strcmp(what, "list") == 0;
    code = listed ? list(invocation, engine, at_most) : show(invocation, engine, at_most);
    engine_close(&engine);
    return code;
}

static const struct option_info options[] = {
    {"size", 0, "N", "the newest one of at most so many events; of a list, the last", false},
};

const struct verb verb_checkpoint = {
    .name = "checkpoint",
    .about = "the signed size and root of the log",
    .arguments = "[show|list]",
    .details =
        "Shows the newest checkpoint as it was signed (C2SP signed note). Whoever keeps one\n"
        "can later tell that nothing before it was changed or taken away: send it to\n"
        "somebody outside from time to time. `list` has every one of them.",
    .examples = "cairn checkpoint\ncairn checkpoint list --json\ncairn checkpoint --size 48000",
    .purpose = PURPOSE_PROVE,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};

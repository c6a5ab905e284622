#include "store/index_internal.h"

#include <stdlib.h>

struct postings {
    struct index_snapshot *snapshot;
    struct term term;
    struct lmdb_cursor *cursors[INDEX_LEVELS_MAX]; /* NULL until needed */
    uint64_t positions[BLOCK_POSITIONS_MAX];       /* of one entry */
    size_t count;                                  /* 0: none read yet */
    size_t near;                                   /* how many were before the last question */
    uint64_t from, to; /* these positions are all that the term has in [from, to] */
};

/* The two entries of a term around a position, within one block. */
struct around {
    struct block_entry at_or_before; /* the last that begins at or before it; no term: none */
    struct block_entry after;        /* the first that begins after it; no term: none */
};

struct status postings_open(struct index_snapshot *snapshot, const struct term *term,
                            struct postings **out)
{
    struct postings *postings = malloc(sizeof *postings); /* clearing it would cost a lookup */
    if (postings == NULL) {
        return FAIL(NO_MEMORY, sizeof *postings);
    }
    postings->snapshot = snapshot;
    postings->term = *term;
    postings->count = postings->near = 0;
    postings->from = postings->to = 0;
    memset(postings->cursors, 0, sizeof postings->cursors);
    *out = postings;
    return OK;
}

void postings_close(struct postings **postings)
{
    if (*postings == NULL) {
        return;
    }
    for (size_t i = 0; i < INDEX_LEVELS_MAX; i++) {
        lmdb_cursor_close(&(*postings)->cursors[i]);
    }
    free(*postings);
    *postings = NULL;
}

static struct status damaged(const struct index_run *run, struct status status)
{
    return status.code == STATUS_MALFORMED ? FAIL_BECAUSE(CORRUPT, run->from, status.why) : status;
}

static struct status scan(struct bytes block, const struct term *term, uint64_t position,
                          struct around *out)
{
    struct block_reader reader;
    TRY(block_open(block, &reader));
    struct block_entry entry;
    struct status status = block_next(&reader, &entry);
    for (; !failed(status); status = block_next(&reader, &entry)) {
        int order = memcmp(entry.term, term->data, INDEX_TERM_SIZE);
        if (order > 0) {
            return OK;
        }
        if (order == 0 && entry.first > position) {
            out->after = entry;
            return OK;
        }
        if (order == 0) {
            out->at_or_before = entry;
        }
    }
    return status.code == STATUS_NOT_FOUND ? OK : status;
}

static struct status cursor_of(struct postings *postings, const struct index_run *run,
                               struct lmdb_cursor **out)
{
    struct lmdb_cursor **cursor = &postings->cursors[run->level];
    if (*cursor == NULL) {
        TRY(lmdb_cursor_open(postings->snapshot->txn, run->level, cursor));
    }
    *out = *cursor;
    return OK;
}

static bool is_of_run(const struct index_run *run, struct bytes key)
{
    return key.size == RUN_KEY_SIZE && bytes_read_u64(key.data) == run->from;
}

/* What the run has around a position: the block that would hold it is the last one whose key is
 * not beyond it, and what comes after may be in the next. */
static struct status look(struct postings *postings, const struct index_run *run, uint64_t position,
                          struct around *out)
{
    *out = (struct around){0};
    struct lmdb_cursor *cursor = NULL;
    TRY(cursor_of(postings, run, &cursor));
    uint8_t memory[RUN_KEY_SIZE];
    struct bytes wanted = run_key(memory, run->from, postings->term.data, position);
    struct bytes key = wanted, value;
    struct status status = lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, &key, &value);
    bool beyond = !failed(status) && is_of_run(run, key);
    if (failed(status) && status.code != STATUS_NOT_FOUND) {
        return status;
    }
    if (beyond) {
        TRY(damaged(run, scan(value, &postings->term, position, out)));
        if (bytes_equal(key, wanted)) {
            return OK;
        }
    }
    enum lmdb_move back = failed(status) ? LMDB_LAST : LMDB_PREVIOUS;
    status = lmdb_cursor_move(cursor, back, &key, &value);
    if (status.code == STATUS_NOT_FOUND || (!failed(status) && !is_of_run(run, key))) {
        return OK;
    }
    TRY(status);
    struct around here = {.after = out->after};
    TRY(damaged(run, scan(value, &postings->term, position, &here)));
    *out = here;
    return OK;
}

static uint64_t last_of(const struct postings *postings)
{
    return postings->positions[postings->count - 1];
}

static struct status take(struct postings *postings, const struct index_run *run,
                          const struct block_entry *entry)
{
    size_t count = 0;
    postings->count = 0;
    TRY(damaged(run, block_positions(entry, postings->positions, &count)));
    if (postings->positions[0] < run->from || postings->positions[count - 1] >= run->to) {
        return FAIL_BECAUSE(CORRUPT, run->from, "a position is outside of the run");
    }
    postings->count = count;
    return OK;
}

/* Whether just `count` of the positions are before `position`. */
static bool splits(const struct postings *postings, size_t count, uint64_t position)
{
    return count <= postings->count && (count == 0 || postings->positions[count - 1] < position) &&
           (count == postings->count || postings->positions[count] >= position);
}

/* How many of the positions are before `position`. Who walks asks for the neighbour next. */
static size_t count_before(struct postings *postings, uint64_t position)
{
    size_t low = 0, high = postings->count;
    for (size_t near = postings->near > 0 ? postings->near - 1 : 0; near <= postings->near + 1;
         near++) {
        if (splits(postings, near, position)) {
            low = high = near;
            break;
        }
    }
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (postings->positions[middle] < position) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    postings->near = low;
    return low;
}

/* The run that covers a position; the number of runs if none does. */
static size_t run_at(const struct run_list *list, uint64_t position)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (list->runs[middle].to <= position) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The run's first entry that reaches `from` or beyond; NOT_FOUND. */
static struct status load_after(struct postings *postings, const struct index_run *run,
                                uint64_t from)
{
    struct around around;
    TRY(look(postings, run, from, &around));
    if (around.at_or_before.term != NULL) {
        TRY(take(postings, run, &around.at_or_before));
        if (last_of(postings) >= from) {
            return OK;
        }
        postings->count = 0;
    }
    return around.after.term != NULL ? take(postings, run, &around.after) : FAIL(NOT_FOUND, from);
}

struct status postings_at_or_after(struct postings *postings, uint64_t from, uint64_t *n)
{
    const struct run_list *list = &postings->snapshot->list;
    bool known = postings->count > 0 && from >= postings->from && from <= last_of(postings);
    for (size_t i = known ? list->count : run_at(list, from); i < list->count && !known; i++) {
        const struct index_run *run = &list->runs[i];
        struct status status = load_after(postings, run, from > run->from ? from : run->from);
        if (status.code == STATUS_NOT_FOUND) {
            continue;
        }
        TRY(status);
        postings->from = from < postings->positions[0] ? from : postings->positions[0];
        postings->to = last_of(postings);
        known = true;
    }
    if (!known) {
        return FAIL(NOT_FOUND, from);
    }
    *n = postings->positions[count_before(postings, from)];
    return OK;
}

struct status postings_at_or_before(struct postings *postings, uint64_t from, uint64_t *n)
{
    from = from < BLOCK_POSITION_MAX ? from : BLOCK_POSITION_MAX;
    const struct run_list *list = &postings->snapshot->list;
    bool known = postings->count > 0 && from <= postings->to && from >= postings->positions[0];
    size_t begin = run_at(list, from);
    for (size_t i = begin < list->count ? begin + 1 : list->count; i-- > 0 && !known;) {
        struct around around;
        const struct index_run *run = &list->runs[i];
        TRY(look(postings, run, from < run->to ? from : run->to - 1, &around));
        if (around.at_or_before.term == NULL) {
            continue;
        }
        TRY(take(postings, run, &around.at_or_before));
        postings->from = postings->positions[0];
        postings->to = from > last_of(postings) ? from : last_of(postings);
        known = true;
    }
    if (!known) {
        return FAIL(NOT_FOUND, from);
    }
    *n = postings->positions[count_before(postings, from + 1) - 1];
    return OK;
}

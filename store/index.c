#include "store/index.h"

#include "schema/limits.h"
#include "store/index_internal.h"

#include <assert.h>
#include <stdlib.h>

static const char *const tables[INDEX_TABLES] = {
    "level0", "level1", "level2", "level3", "level4", "level5", "level6", "level7", "run", "meta",
};

enum {
    TRANSACTION_MAX = 8 << 20, /* bytes */
    FORMAT_VERSION = 1,
    FORMAT_SIZE = 16,
    RUN_SIZE = 1 + 8 + DIGEST_SIZE,
};

static const char format_key[] = "format";

static uint64_t span_of(const struct index_proportions *proportions, uint32_t level)
{
    uint64_t span = proportions->run_events;
    for (uint32_t i = 0; i < level; i++) {
        span *= proportions->fanout;
    }
    return span;
}

/* The table of runs ------------------------------------------------------------------------- */

static uint64_t end_of(const struct run_list *list)
{
    return list->count == 0 ? 0 : list->runs[list->count - 1].to;
}

static struct status read_run(const struct index_proportions *proportions, struct bytes key,
                              struct bytes value, struct index_run *run)
{
    if (key.size != 8 || value.size != RUN_SIZE || value.data[0] >= INDEX_LEVELS_MAX) {
        return FAIL(CORRUPT, 0);
    }
    run->level = value.data[0];
    run->from = bytes_read_u64(key.data);
    run->blocks = bytes_read_u64(value.data + 1);
    memcpy(run->root.sha256, value.data + 9, DIGEST_SIZE);
    uint64_t span = span_of(proportions, run->level);
    if (run->from % span != 0 || __builtin_add_overflow(run->from, span, &run->to)) {
        return FAIL(CORRUPT, run->from);
    }
    return OK;
}

static struct status append_run(struct run_list *list, const struct index_run *run)
{
    bool follows = run->from == end_of(list) &&
                   (list->count == 0 || run->level <= list->runs[list->count - 1].level);
    if (!follows) {
        return FAIL_BECAUSE(CORRUPT, end_of(list), "a run is missing or out of place");
    }
    if (list->count == INDEX_RUNS_MAX) {
        return FAIL(LIMIT, INDEX_RUNS_MAX);
    }
    list->runs[list->count++] = *run;
    return OK;
}

struct status run_list_load(struct lmdb_txn *txn, const struct index_proportions *proportions,
                            struct run_list *list)
{
    CLEANUP(lmdb_cursor_close) struct lmdb_cursor *cursor = NULL;
    TRY(lmdb_cursor_open(txn, INDEX_TABLE_RUN, &cursor));
    list->count = 0;
    struct bytes key, value;
    struct status status = lmdb_cursor_move(cursor, LMDB_FIRST, &key, &value);
    while (!failed(status)) {
        struct index_run run;
        TRY(read_run(proportions, key, value, &run));
        TRY(append_run(list, &run));
        status = lmdb_cursor_move(cursor, LMDB_NEXT, &key, &value);
    }
    return status.code == STATUS_NOT_FOUND ? OK : status;
}

/* Opening ----------------------------------------------------------------------------------- */

static void write_format(const struct index_proportions *proportions, uint8_t out[FORMAT_SIZE])
{
    bytes_write_u32(out, FORMAT_VERSION);
    bytes_write_u32(out + 4, proportions->run_events);
    bytes_write_u32(out + 8, proportions->fanout);
    bytes_write_u32(out + 12, proportions->block_max);
}

static struct status check_format(struct lmdb_txn *txn, const struct index_proportions *proportions)
{
    uint8_t expected[FORMAT_SIZE];
    write_format(proportions, expected);
    struct bytes found;
    TRY(lmdb_get(txn, INDEX_TABLE_META, bytes_of_string(format_key), &found));
    if (!bytes_equal(found, BYTES(expected))) {
        return FAIL_BECAUSE(VERSION, found.size >= 4 ? bytes_read_u32(found.data) : 0,
                            "the index has another format: remove it, it is made anew");
    }
    return OK;
}

static struct status claim_format(struct index *index)
{
    struct run_store *store = &index->store;
    TRY(run_store_begin(store));
    struct status status = check_format(store->txn, &index->proportions);
    if (status.code != STATUS_NOT_FOUND) {
        return status;
    }
    uint8_t format[FORMAT_SIZE];
    write_format(&index->proportions, format);
    return lmdb_put(store->txn, INDEX_TABLE_META, bytes_of_string(format_key), BYTES(format));
}

static bool is_listed(const struct run_list *list, uint32_t level, uint64_t from)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->runs[i].level == level && list->runs[i].from == from) {
            return true;
        }
    }
    return false;
}

/* The first position after `from` of which there are blocks at a level; NOT_FOUND. */
static struct status next_run(struct lmdb_txn *txn, uint32_t level, uint64_t from, uint64_t *next)
{
    CLEANUP(lmdb_cursor_close) struct lmdb_cursor *cursor = NULL;
    TRY(lmdb_cursor_open(txn, level, &cursor));
    uint8_t memory[8];
    bytes_write_u64(memory, from);
    struct bytes key = BYTES(memory), value;
    TRY(lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, &key, &value));
    if (key.size != RUN_KEY_SIZE || bytes_read_u64(key.data) < from) {
        return FAIL_BECAUSE(CORRUPT, from, "a block of the index is not where it is looked for");
    }
    *next = bytes_read_u64(key.data);
    return OK;
}

/* A run that was cut short by a crash has blocks and is not in the table. */
static struct status remove_unfinished(struct index *index)
{
    for (uint32_t level = 0; level < INDEX_LEVELS_MAX; level++) {
        uint64_t from = 0;
        struct status status = next_run(index->store.txn, level, from, &from);
        while (!failed(status)) {
            if (!is_listed(&index->list, level, from)) {
                TRY(run_delete(&index->store, level, from));
            }
            from++;
            status = next_run(index->store.txn, level, from, &from);
        }
        if (status.code != STATUS_NOT_FOUND) {
            return status;
        }
    }
    return OK;
}

static struct status open_writer(struct index *index)
{
    TRY(groups_open(index->proportions.run_events, &index->groups));
    index->readers = calloc(index->proportions.fanout, sizeof *index->readers);
    if (index->readers == NULL) {
        return FAIL(NO_MEMORY, sizeof *index->readers);
    }
    index->store.lmdb = index->lmdb;
    index->store.written_max = TRANSACTION_MAX;
    index->writer.store = &index->store;
    index->writer.hasher = index->hasher;
    index->writer.block.max = index->proportions.block_max;
    TRY(claim_format(index));
    TRY(run_list_load(index->store.txn, &index->proportions, &index->list));
    TRY(remove_unfinished(index));
    return run_store_commit(&index->store);
}

static struct status open_reader(struct index *index)
{
    CLEANUP(lmdb_abort) struct lmdb_txn *txn = NULL;
    TRY(lmdb_begin(index->lmdb, false, &txn));
    struct status status = check_format(txn, &index->proportions);
    if (status.code == STATUS_NOT_FOUND) {
        return FAIL(INCOMPLETE, 0);
    }
    TRY(status);
    return run_list_load(txn, &index->proportions, &index->list);
}

static struct status open_index(const char *directory, struct index *index)
{
    struct lmdb_options options = {
        .directory = directory,
        .tables = tables,
        .table_count = INDEX_TABLES,
        .read_only = index->read_only,
        .create = true,
        .no_read_ahead = true,
    };
    TRY(hasher_open(&index->hasher));
    TRY(lmdb_open(&options, &index->lmdb));
    return index->read_only ? open_reader(index) : open_writer(index);
}

struct status index_open_with(const char *directory, bool read_only,
                              const struct index_proportions *proportions, struct index **out)
{
    assert(proportions->run_events >= 1 && proportions->fanout >= 2);
    assert(proportions->fanout <= INDEX_FANOUT && proportions->block_max >= BLOCK_LEAST);
    assert(proportions->block_max <= INDEX_BLOCK_SIZE);
    struct index *index = calloc(1, sizeof *index);
    if (index == NULL) {
        return FAIL(NO_MEMORY, sizeof *index);
    }
    index->proportions = *proportions;
    index->read_only = read_only;
    struct status status = open_index(directory, index);
    if (failed(status)) {
        index_close(&index);
        return status;
    }
    *out = index;
    return OK;
}

struct status index_open(const char *directory, bool read_only, struct index **out)
{
    static const struct index_proportions usual = {
        .run_events = INDEX_RUN_EVENTS, .fanout = INDEX_FANOUT, .block_max = INDEX_BLOCK_SIZE};
    return index_open_with(directory, read_only, &usual, out);
}

void index_close(struct index **index)
{
    if (*index == NULL) {
        return;
    }
    lmdb_abort(&(*index)->store.txn);
    lmdb_close(&(*index)->lmdb);
    hasher_close(&(*index)->hasher);
    groups_close(&(*index)->groups);
    free((*index)->readers);
    free(*index);
    *index = NULL;
}

uint64_t index_size(const struct index *index)
{
    return end_of(&index->list);
}

/* Writing ----------------------------------------------------------------------------------- */

static struct status put_run(struct index *index, const struct index_run *run)
{
    uint8_t key[8], value[RUN_SIZE];
    bytes_write_u64(key, run->from);
    value[0] = (uint8_t)run->level;
    bytes_write_u64(value + 1, run->blocks);
    memcpy(value + 9, run->root.sha256, DIGEST_SIZE);
    TRY(run_store_begin(&index->store));
    return lmdb_put(index->store.txn, INDEX_TABLE_RUN, BYTES(key), BYTES(value));
}

static struct status build(struct index *index, struct index_run *run)
{
    *run = (struct index_run){.from = index_size(index)};
    run->to = run->from + index->proportions.run_events;
    run_start(&index->writer, run->level, run->from);
    size_t count = groups_sort(index->groups);
    for (size_t i = 0; i < count; i++) {
        struct term term;
        const uint64_t *positions = NULL;
        size_t position_count = groups_at(index->groups, i, &term, &positions);
        TRY(run_add(&index->writer, &term, positions, position_count));
    }
    TRY(run_end(&index->writer, &run->blocks, &run->root));
    TRY(put_run(index, run));
    return append_run(&index->list, run);
}

/* Whether the last `fanout` runs make up one of the next level. */
static bool merge_is_due(const struct index *index)
{
    const struct run_list *list = &index->list;
    uint32_t fanout = index->proportions.fanout;
    if (list->count < fanout) {
        return false;
    }
    const struct index_run *first = &list->runs[list->count - fanout];
    uint32_t level = list->runs[list->count - 1].level;
    return first->level == level && level + 1 < INDEX_LEVELS_MAX &&
           first->from % span_of(&index->proportions, level + 1) == 0;
}

/* The reader whose term comes first; NULL when all are done. */
static const struct run_reader *least_of(const struct index *index)
{
    const struct run_reader *least = NULL;
    for (uint32_t i = 0; i < index->proportions.fanout; i++) {
        const struct run_reader *reader = &index->readers[i];
        if (reader->more && (least == NULL || reader->entry.order[0] < least->entry.order[0] ||
                             (reader->entry.order[0] == least->entry.order[0] &&
                              reader->entry.order[1] < least->entry.order[1]))) {
            least = reader;
        }
    }
    return least;
}

/* Everything that one run has of a term. */
static struct status move_term(struct index *index, struct run_reader *reader,
                               const uint64_t order[2])
{
    while (reader->more && reader->entry.order[0] == order[0] &&
           reader->entry.order[1] == order[1]) {
        TRY(run_add_entry(&index->writer, &reader->entry));
        TRY(run_store_begin(&index->store)); /* run_add may have committed */
        TRY(run_read(reader));
    }
    return OK;
}

static struct status merge_entries(struct index *index, const struct index_run *sources)
{
    uint32_t fanout = index->proportions.fanout;
    TRY(run_store_begin(&index->store));
    for (uint32_t i = 0; i < fanout; i++) {
        index->readers[i].txn = &index->store.txn;
        index->readers[i].hasher = index->hasher;
        TRY(run_open(&index->readers[i], &sources[i]));
    }
    const struct run_reader *least = least_of(index);
    while (least != NULL) {
        uint64_t order[2] = {least->entry.order[0], least->entry.order[1]};
        for (uint32_t i = 0; i < fanout; i++) {
            TRY(move_term(index, &index->readers[i], order));
        }
        least = least_of(index);
    }
    return OK;
}

/* In one transaction the merged run appears and its sources vanish. */
static struct status replace(struct index *index, const struct index_run *sources,
                             const struct index_run *run)
{
    TRY(put_run(index, run));
    for (uint32_t i = 0; i < index->proportions.fanout; i++) {
        uint8_t key[8];
        bytes_write_u64(key, sources[i].from);
        if (i > 0) { /* the first one's record has become the merged run's */
            TRY(lmdb_delete(index->store.txn, INDEX_TABLE_RUN, BYTES(key)));
        }
        TRY(run_delete(&index->store, sources[i].level, sources[i].from));
    }
    index->list.count -= index->proportions.fanout;
    return append_run(&index->list, run);
}

static struct status merge(struct index *index, struct index_run *run)
{
    const struct index_run *sources =
        &index->list.runs[index->list.count - index->proportions.fanout];
    *run = (struct index_run){.level = sources->level + 1, .from = sources->from};
    run->to = run->from + span_of(&index->proportions, run->level);
    run_start(&index->writer, run->level, run->from);
    TRY(merge_entries(index, sources));
    TRY(run_end(&index->writer, &run->blocks, &run->root));
    return replace(index, sources, run);
}

static struct status merge_all(struct index *index, index_made *made, void *context)
{
    while (merge_is_due(index)) {
        struct index_run run;
        TRY(merge(index, &run));
        if (made != NULL) {
            made(context, &run);
        }
    }
    return OK;
}

static struct status finish_run(struct index *index, index_made *made, void *context)
{
    struct index_run run;
    TRY(merge_all(index, made, context)); /* one that a crash interrupted */
    TRY(build(index, &run));
    groups_clear(index->groups);
    index->added = 0;
    if (made != NULL) {
        made(context, &run);
    }
    return merge_all(index, made, context);
}

struct status index_add(struct index *index, uint64_t n, const struct term *terms, size_t count,
                        index_made *made, void *context)
{
    if (index->read_only) {
        return FAIL(READ_ONLY, 0);
    }
    TRY(index->failed);
    if (n != index_size(index) + index->added) {
        return FAIL(CONFLICT, index_size(index) + index->added);
    }
    if (count > INDEX_EVENT_TERMS_MAX) {
        return FAIL(LIMIT, INDEX_EVENT_TERMS_MAX);
    }
    groups_add(index->groups, n, terms, count);
    if (++index->added == index->proportions.run_events) {
        index->failed = finish_run(index, made, context);
    }
    return index->failed;
}

struct status index_add_leaf(struct index *index, const struct leaf *leaf, index_made *made,
                             void *context)
{
    struct term terms[INDEX_EVENT_TERMS_MAX];
    struct term *kind = &index->kinds[leaf->kind];
    if (kind->data[0] == 0) {
        *kind = term_of_kind(index->hasher, leaf->kind);
    }
    size_t count = terms_of_leaf_and_kind(index->hasher, leaf, kind, terms);
    return index_add(index, leaf->n, terms, count, made, context);
}

struct status index_commit(struct index *index)
{
    if (index->read_only) {
        return FAIL(READ_ONLY, 0);
    }
    TRY(index->failed);
    index->failed = run_store_commit(&index->store);
    return index->failed;
}

/* Reading ----------------------------------------------------------------------------------- */

static struct status fill_snapshot(struct index *index, struct index_snapshot *snapshot)
{
    snapshot->index = index;
    TRY(lmdb_begin(index->lmdb, false, &snapshot->txn));
    return run_list_load(snapshot->txn, &index->proportions, &snapshot->list);
}

struct status index_snapshot_open(struct index *index, struct index_snapshot **out)
{
    struct index_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot == NULL) {
        return FAIL(NO_MEMORY, sizeof *snapshot);
    }
    struct status status = fill_snapshot(index, snapshot);
    if (failed(status)) {
        index_snapshot_close(&snapshot);
        return status;
    }
    *out = snapshot;
    return OK;
}

void index_snapshot_close(struct index_snapshot **snapshot)
{
    if (*snapshot == NULL) {
        return;
    }
    lmdb_abort(&(*snapshot)->txn);
    free(*snapshot);
    *snapshot = NULL;
}

uint64_t index_snapshot_size(const struct index_snapshot *snapshot)
{
    return end_of(&snapshot->list);
}

static struct status read_whole(struct run_reader *reader, const struct index_run *run)
{
    TRY(run_open(reader, run));
    while (reader->more) {
        TRY(run_read(reader));
    }
    return OK;
}

static struct status check_run(struct index_snapshot *snapshot, const struct index_run *run)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    struct run_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return FAIL(NO_MEMORY, sizeof *reader);
    }
    reader->txn = &snapshot->txn;
    reader->hasher = hasher;
    struct status status = read_whole(reader, run);
    free(reader);
    return status;
}

struct status index_run_root(struct index_snapshot *snapshot, uint32_t level, uint64_t from,
                             struct index_run *out)
{
    for (size_t i = 0; i < snapshot->list.count; i++) {
        const struct index_run *run = &snapshot->list.runs[i];
        if (run->level == level && run->from == from) {
            TRY(check_run(snapshot, run));
            *out = *run;
            return OK;
        }
    }
    return FAIL(NOT_FOUND, from);
}

struct status index_check_pages(struct index *index)
{
    return lmdb_check_pages(index->lmdb, LMDB_PAGES_ALL);
}

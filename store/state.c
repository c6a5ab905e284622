#include "store/state.h"

#include "store/lmdb.h"
#include "store/row_cache.h"
#include "store/state_walk.h"
#include "store/undo.h"

#include <assert.h>
#include <stdlib.h>

enum state_table {
    TABLE_ROW,
    TABLE_SUBJECT,
    TABLE_META,
    TABLE_COUNT,
};

static const char *const table_names[TABLE_COUNT] = {"row", "subject", "meta"};

enum {
    SUBJECT_KEY_SIZE = 9,
    SUBJECT_CACHE = 1 << 14, /* slots */
    CHECK_SIZE = 8,          /* bytes at the end of every entry */
    COUNT_SIZE = 8,
    META_SIZE = 8 + 8 + DIGEST_SIZE + DIGEST_SIZE,
    FORMAT_VERSION = 2,
};

/* One subject's count, not yet written. The cache is direct-mapped: a slot holds one subject. */
struct subject_slot {
    struct id subject; /* ID_NONE: free */
    uint64_t on_n;
    bool dirty;
};

struct state {
    struct lmdb *lmdb;
    struct lmdb_txn *txn;
    struct hasher *hasher;
    bool read_only;
    uint64_t size;
    uint64_t newest; /* no version was made by a later event */
    uint64_t versions;
    struct digest digest;
    struct digest last;
    char fingerprint[128];
    struct subject_slot *subjects;
    struct row_cache *cache;
    struct undo undo; /* of an attempt, and what the numbers were before it */
    uint64_t size_before, versions_before;
    struct digest digest_before;
};

/* Entries --------------------------------------------------------------------------------- */

static struct digest check_of(struct state *state, enum state_table table, struct bytes key,
                              struct bytes value)
{
    const uint8_t number = (uint8_t)table;
    const struct bytes pieces[] = {bytes_of(&number, 1), key, value};
    return hash_pieces(state->hasher, pieces, sizeof pieces / sizeof pieces[0]);
}

static struct status put_entry(struct state *state, enum state_table table, struct bytes key,
                               struct bytes value)
{
    uint8_t *room = NULL;
    struct digest check = check_of(state, table, key, value);
    TRY(lmdb_put_reserve(state->txn, table, key, value.size + CHECK_SIZE, &room));
    if (value.size > 0) {
        memcpy(room, value.data, value.size);
    }
    memcpy(room + value.size, check.sha256, CHECK_SIZE);
    return OK;
}

/* Cuts the check off what is stored, after having compared it. */
static struct status open_entry(struct state *state, enum state_table table, struct bytes key,
                                struct bytes stored, struct bytes *value)
{
    if (stored.size < CHECK_SIZE) {
        return FAIL_BECAUSE(FOLD, 0, "an entry of the state is cut");
    }
    struct bytes checked = bytes_of(stored.data, stored.size - CHECK_SIZE);
    struct digest check = check_of(state, table, key, checked);
    if (memcmp(stored.data + checked.size, check.sha256, CHECK_SIZE) != 0) {
        return FAIL_BECAUSE(FOLD, 0, "an entry of the state is not what was folded");
    }
    *value = checked;
    return OK;
}

static struct status get_entry(struct state *state, enum state_table table, struct bytes key,
                               struct bytes *value)
{
    struct bytes stored;
    TRY(lmdb_get(state->txn, table, key, &stored));
    return open_entry(state, table, key, stored, value);
}

/* Meta ------------------------------------------------------------------------------------ */

static struct status write_meta(struct state *state)
{
    uint8_t value[META_SIZE];
    bytes_write_u64(value, state->size);
    bytes_write_u64(value + 8, state->versions);
    memcpy(value + 16, state->digest.sha256, DIGEST_SIZE);
    memcpy(value + 16 + DIGEST_SIZE, state->last.sha256, DIGEST_SIZE);
    TRY(put_entry(state, TABLE_META, LITERAL("fold"), BYTES(value)));
    return put_entry(state, TABLE_META, LITERAL("catalogue"), bytes_of_string(state->fingerprint));
}

/* Whether somebody has folded into it, by this version and this catalogue. */
static struct status read_catalogue(struct state *state, bool *is_new, bool *same)
{
    struct bytes value;
    struct status status = get_entry(state, TABLE_META, LITERAL("catalogue"), &value);
    *is_new = status.code == STATUS_NOT_FOUND;
    *same = !failed(status) && bytes_equal(value, bytes_of_string(state->fingerprint));
    if (*is_new) {
        uint64_t entries = 0;
        TRY(lmdb_count(state->txn, TABLE_META, &entries));
        return entries == 0 ? OK : FAIL_BECAUSE(FOLD, 0, "the state's head is missing");
    }
    return status;
}

static struct status read_meta(struct state *state)
{
    struct bytes value;
    struct status status = get_entry(state, TABLE_META, LITERAL("fold"), &value);
    if (status.code == STATUS_NOT_FOUND) {
        return FAIL_BECAUSE(FOLD, 0, "the state's head is missing");
    }
    TRY(status);
    if (value.size != META_SIZE) {
        return FAIL_BECAUSE(FOLD, 0, "the state's head has a wrong size");
    }
    state->size = bytes_read_u64(value.data);
    state->newest = state->size;
    state->versions = bytes_read_u64(value.data + 8);
    memcpy(state->digest.sha256, value.data + 16, DIGEST_SIZE);
    memcpy(state->last.sha256, value.data + 16 + DIGEST_SIZE, DIGEST_SIZE);
    return OK;
}

static struct status empty_all(struct state *state)
{
    for (lmdb_table table = 0; table < TABLE_COUNT; table++) {
        TRY(lmdb_clear(state->txn, table));
    }
    state->size = 0;
    state->versions = 0;
    state->digest = (struct digest){0};
    memset(state->subjects, 0, SUBJECT_CACHE * sizeof *state->subjects);
    row_cache_clear(state->cache);
    return OK;
}

/* Opening --------------------------------------------------------------------------------- */

static struct status open_parts(struct state *state, const struct state_options *options)
{
    struct lmdb_options lmdb = {
        .directory = options->directory,
        .tables = table_names,
        .table_count = TABLE_COUNT,
        .read_only = options->read_only,
        .create = !options->read_only,
    };
    struct text fingerprint = TEXT_IN(state->fingerprint);
    text_add(&fingerprint, "%d %s", FORMAT_VERSION, options->fingerprint);
    (void)text_string(&fingerprint);
    state->read_only = options->read_only;
    state->subjects = calloc(SUBJECT_CACHE, sizeof *state->subjects);
    if (state->subjects == NULL) {
        return FAIL(NO_MEMORY, SUBJECT_CACHE * sizeof *state->subjects);
    }
    TRY(row_cache_open(&state->cache));
    TRY(hasher_open(&state->hasher));
    TRY(lmdb_open(&lmdb, &state->lmdb));
    TRY(lmdb_begin(state->lmdb, !options->read_only, &state->txn));
    bool is_new = false, same = false;
    TRY(read_catalogue(state, &is_new, &same));
    TRY(same ? read_meta(state) : OK);
    bool stale = (!is_new && !same) || state->size > options->log_size;
    if (stale && options->read_only) {
        return FAIL_BECAUSE(NOT_FOUND, state->size, "the state was folded from another log");
    }
    return stale ? empty_all(state) : OK;
}

struct status state_open(const struct state_options *options, struct state **out)
{
    CLEANUP(state_close) struct state *state = calloc(1, sizeof *state);
    if (state == NULL) {
        return FAIL(NO_MEMORY, sizeof *state);
    }
    TRY(open_parts(state, options));
    *out = state;
    state = NULL;
    return OK;
}

void state_close(struct state **state)
{
    if (*state != NULL) {
        lmdb_abort(&(*state)->txn);
        undo_free(&(*state)->undo);
        row_cache_close(&(*state)->cache);
        lmdb_close(&(*state)->lmdb);
        hasher_close(&(*state)->hasher);
        free((*state)->subjects);
        free(*state);
        *state = NULL;
    }
}

static struct status read_anew(struct state *state)
{
    bool is_new = false, same = false;
    TRY(read_catalogue(state, &is_new, &same));
    return same ? read_meta(state) : FAIL_BECAUSE(NOT_FOUND, 0, "the state is being folded anew");
}

struct status state_look_again(struct state *state)
{
    CLEANUP(lmdb_abort) struct lmdb_txn *before = state->txn;
    state->txn = NULL;
    struct status status = lmdb_begin(state->lmdb, false, &state->txn);
    status = failed(status) ? status : read_anew(state);
    if (failed(status)) {
        lmdb_abort(&state->txn);
        state->txn = before;
        before = NULL;
        return status;
    }
    memset(state->subjects, 0, SUBJECT_CACHE * sizeof *state->subjects);
    row_cache_clear(state->cache);
    return OK;
}

uint64_t state_size(const struct state *state)
{
    return state->size;
}

struct digest state_digest(const struct state *state)
{
    return state->digest;
}

struct digest state_last(const struct state *state)
{
    return state->last;
}

uint64_t state_versions(const struct state *state)
{
    return state->versions;
}

/* The transaction that writing goes into, begun anew after each commit. */
static struct status writing(struct state *state)
{
    if (state->read_only) {
        return FAIL(READ_ONLY, 0);
    }
    return state->txn != NULL ? OK : lmdb_begin(state->lmdb, true, &state->txn);
}

static struct status reading(struct state *state)
{
    return state->txn != NULL ? OK : lmdb_begin(state->lmdb, !state->read_only, &state->txn);
}

struct status state_clear(struct state *state)
{
    TRY(writing(state));
    return empty_all(state);
}

/* Subjects -------------------------------------------------------------------------------- */

static struct subject_slot *slot_of(struct state *state, struct id subject)
{
    uint64_t mixed = (subject.n + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)subject.kind << 48;
    return &state->subjects[(mixed >> 40) % SUBJECT_CACHE];
}

static void put_subject_key(uint8_t key[static SUBJECT_KEY_SIZE], struct id subject)
{
    key[0] = (uint8_t)subject.kind;
    bytes_write_u64(key + 1, subject.n);
}

static struct status write_slot(struct state *state, struct subject_slot *slot)
{
    uint8_t key[SUBJECT_KEY_SIZE], value[8];
    put_subject_key(key, slot->subject);
    bytes_write_u64(value, slot->on_n);
    TRY(writing(state));
    slot->dirty = false;
    if (slot->on_n == 0) {
        struct status status = lmdb_delete(state->txn, TABLE_SUBJECT, BYTES(key));
        return status.code == STATUS_NOT_FOUND ? OK : status; /* counted in an attempt alone */
    }
    return put_entry(state, TABLE_SUBJECT, BYTES(key), BYTES(value));
}

static struct status read_subject(struct state *state, struct id subject, uint64_t *on_n)
{
    uint8_t key[SUBJECT_KEY_SIZE];
    struct bytes value;
    put_subject_key(key, subject);
    TRY(reading(state));
    struct status status = get_entry(state, TABLE_SUBJECT, BYTES(key), &value);
    *on_n = !failed(status) && value.size == COUNT_SIZE ? bytes_read_u64(value.data) : 0;
    return status.code == STATUS_NOT_FOUND ? OK : status;
}

/* The subject's slot, filled from disk if it holds another. */
static struct status cached(struct state *state, struct id subject, struct subject_slot **out)
{
    struct subject_slot *slot = slot_of(state, subject);
    if (!id_equal(slot->subject, subject)) {
        if (slot->dirty) {
            TRY(write_slot(state, slot));
        }
        uint64_t on_n;
        TRY(read_subject(state, subject, &on_n));
        *slot = (struct subject_slot){.subject = subject, .on_n = on_n};
    }
    *out = slot;
    return OK;
}

/* Attempts -------------------------------------------------------------------------------- */

void state_attempt(struct state *state)
{
    assert(!state->undo.open);
    undo_begin(&state->undo);
    state->size_before = state->size;
    state->versions_before = state->versions;
    state->digest_before = state->digest;
}

void state_keep(struct state *state)
{
    undo_end(&state->undo);
}

static struct status take_back(struct state *state, const struct undo_note *note)
{
    struct subject_slot *slot;
    if (note->row_key.size > 0) {
        struct status status = lmdb_delete(state->txn, TABLE_ROW, note->row_key);
        return status.code == STATUS_NOT_FOUND ? OK : status; /* one event put it twice */
    }
    TRY(cached(state, note->subject, &slot));
    slot->dirty = true;
    slot->on_n--;
    return OK;
}

struct status state_undo(struct state *state)
{
    struct undo_note note;
    assert(state->undo.open);
    undo_end(&state->undo);
    row_cache_clear(state->cache);
    TRY(writing(state));
    for (size_t at = 0; undo_next(&state->undo, &at, &note);) {
        TRY(take_back(state, &note));
    }
    state->size = state->size_before;
    state->versions = state->versions_before;
    state->digest = state->digest_before;
    return OK;
}

/* Rows ------------------------------------------------------------------------------------ */

struct status state_put(struct state *state, enum row_table table, struct bytes key,
                        struct bytes row, uint64_t n)
{
    uint8_t row_key[STATE_ENTRY_KEY_MAX];
    if (key.size > STATE_KEY_MAX) {
        return FAIL(LIMIT, STATE_KEY_MAX);
    }
    TRY(writing(state));
    size_t size = state_walk_key(row_key, table, key, n);
    TRY(undo_note_row(&state->undo, bytes_of(row_key, size)));
    row_cache_drop(state->cache, bytes_of(row_key, size - 8), n);
    state->newest = n > state->newest ? n : state->newest;
    TRY(put_entry(state, TABLE_ROW, bytes_of(row_key, size), row));
    state->digest = hash_row_version(state->hasher, &state->digest,
                                     bytes_of_string(row_name(table)), key, row, n);
    state->versions++;
    return OK;
}

/* The row under this key, which ends in the event as of which; empty if there was none. */
static struct status find_stored(struct state *state, const uint8_t *row_key, size_t size,
                                 struct bytes *row, uint64_t *made_by)
{
    struct bytes stored = bytes_of(row_key, size), value;
    CLEANUP(lmdb_cursor_close) struct lmdb_cursor *cursor = NULL;
    TRY(lmdb_cursor_open(state->txn, TABLE_ROW, &cursor));
    *row = (struct bytes){0};
    struct status status = lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, &stored, &value);
    if (status.code == STATUS_NOT_FOUND ||
        (!failed(status) && !state_walk_same_row(stored, bytes_of(row_key, size)))) {
        return OK;
    }
    TRY(status);
    TRY(open_entry(state, TABLE_ROW, stored, value, row));
    *made_by = state_walk_made_by(stored);
    return OK;
}

struct status state_find(struct state *state, enum row_table table, struct bytes key,
                         uint64_t as_of, struct bytes *row, uint64_t *made_by)
{
    uint8_t row_key[STATE_ENTRY_KEY_MAX];
    if (key.size > STATE_KEY_MAX) {
        return FAIL(LIMIT, STATE_KEY_MAX);
    }
    TRY(reading(state));
    size_t size = state_walk_key(row_key, table, key, as_of);
    uint64_t moment = as_of >= state->newest ? ROW_CACHE_NOW : as_of;
    struct bytes plain = bytes_of(row_key, size - 8), found;
    uint64_t found_by = 0;
    if (!row_cache_find(state->cache, plain, moment, &found, &found_by)) {
        TRY(find_stored(state, row_key, size, &found, &found_by));
        row_cache_keep(state->cache, plain, moment, found, found_by);
    }
    if (found.size == 0) {
        return FAIL(NOT_FOUND, as_of);
    }
    *row = found;
    *made_by = found_by;
    return OK;
}

struct status state_next(struct state *state, const struct state_place *place, struct bytes *key,
                         struct bytes *row)
{
    const struct bytes prefix = place->prefix, after = place->after;
    const enum row_table table = place->table;
    uint64_t made_by;
    struct bytes stored, value;
    if (prefix.size > STATE_KEY_MAX || after.size > STATE_KEY_MAX) {
        return FAIL(LIMIT, STATE_KEY_MAX);
    }
    TRY(reading(state));
    CLEANUP(lmdb_cursor_close) struct lmdb_cursor *cursor = NULL;
    TRY(lmdb_cursor_open(state->txn, TABLE_ROW, &cursor));
    TRY(after.size > 0 ? state_walk_after(cursor, table, after, &stored, &value)
                       : state_walk_first(cursor, table, prefix, &stored, &value));
    for (;;) {
        if (stored.size < 9 + prefix.size || stored.data[0] != (uint8_t)table ||
            (prefix.size > 0 && memcmp(stored.data + 1, prefix.data, prefix.size) != 0)) {
            return FAIL(NOT_FOUND, place->as_of);
        }
        *key = bytes_of(stored.data + 1, stored.size - 9);
        if (key->size > STATE_KEY_MAX) {
            return FAIL_BECAUSE(FOLD, 0, "a key of the state is too long");
        }
        struct status status = state_find(state, table, *key, place->as_of, row, &made_by);
        if (status.code != STATUS_NOT_FOUND) {
            return status;
        }
        TRY(state_walk_after(cursor, table, *key, &stored, &value));
    }
}

struct status state_next_change(struct state *state, const struct state_change *change, uint64_t *n)
{
    struct bytes stored, value, row;
    if (change->key.size > STATE_KEY_MAX) {
        return FAIL(LIMIT, STATE_KEY_MAX);
    }
    TRY(reading(state));
    CLEANUP(lmdb_cursor_close) struct lmdb_cursor *cursor = NULL;
    TRY(lmdb_cursor_open(state->txn, TABLE_ROW, &cursor));
    TRY((change->prefix ? state_walk_changes : state_walk_change)(
        cursor, change->table, change->key, change->after, &stored, &value));
    TRY(open_entry(state, TABLE_ROW, stored, value, &row));
    *n = state_walk_made_by(stored);
    return OK;
}

struct status state_next_version(struct state *state, const struct state_version_place *place,
                                 struct bytes *key, struct bytes *row, uint64_t *made_by)
{
    struct bytes stored, value;
    if (place->prefix.size > STATE_KEY_MAX || place->key.size > STATE_KEY_MAX) {
        return FAIL(LIMIT, STATE_KEY_MAX);
    }
    TRY(reading(state));
    CLEANUP(lmdb_cursor_close) struct lmdb_cursor *cursor = NULL;
    TRY(lmdb_cursor_open(state->txn, TABLE_ROW, &cursor));
    TRY(state_walk_versions(cursor, place, &stored, &value, key));
    TRY(open_entry(state, TABLE_ROW, stored, value, row));
    *made_by = state_walk_made_by(stored);
    return OK;
}

/* Counting subjects ----------------------------------------------------------------------- */

struct status state_count_subject(struct state *state, struct id subject, uint64_t *on_n)
{
    struct subject_slot *slot;
    TRY(cached(state, subject, &slot));
    TRY(undo_note_subject(&state->undo, subject));
    slot->dirty = true;
    *on_n = ++slot->on_n;
    return OK;
}

struct status state_subject_count(struct state *state, struct id subject, uint64_t *on_n)
{
    struct subject_slot *slot;
    TRY(cached(state, subject, &slot));
    *on_n = slot->on_n;
    return OK;
}

/* Folding --------------------------------------------------------------------------------- */

void state_advance(struct state *state, uint64_t n)
{
    assert(n == state->size);
    state->size = n + 1;
}

static struct status write_slots(struct state *state)
{
    for (size_t i = 0; i < SUBJECT_CACHE; i++) {
        if (state->subjects[i].dirty) {
            TRY(write_slot(state, &state->subjects[i]));
        }
    }
    return OK;
}

struct status state_commit(struct state *state, const struct digest *last)
{
    assert(!state->undo.open);
    TRY(writing(state));
    state->last = *last;
    TRY(write_slots(state));
    TRY(write_meta(state));
    return lmdb_commit(&state->txn);
}

/* Checking -------------------------------------------------------------------------------- */

/* Walks a table; each entry must also be where a search for it ends. */
static struct status check_table(struct state *state, enum state_table table, uint64_t *sum)
{
    uint64_t entries = 0;
    struct bytes key, stored, value, found;
    CLEANUP(lmdb_cursor_close) struct lmdb_cursor *cursor = NULL;
    TRY(lmdb_cursor_open(state->txn, table, &cursor));
    *sum = 0;
    struct status status = lmdb_cursor_move(cursor, LMDB_FIRST, &key, &stored);
    while (!failed(status)) {
        TRY(open_entry(state, table, key, stored, &value));
        if (failed(lmdb_get(state->txn, table, key, &found)) || found.data != stored.data) {
            return FAIL_BECAUSE(FOLD, 0, "an entry of the state is not where it is looked for");
        }
        entries++;
        *sum += table == TABLE_SUBJECT && value.size == COUNT_SIZE ? bytes_read_u64(value.data) : 0;
        status = lmdb_cursor_move(cursor, LMDB_NEXT, &key, &stored);
    }
    if (status.code != STATUS_NOT_FOUND) {
        return status;
    }
    uint64_t counted = 0;
    TRY(lmdb_count(state->txn, table, &counted));
    return entries == counted ? OK : FAIL_BECAUSE(FOLD, 0, "entries of the state are missing");
}

struct status state_check(struct state *state)
{
    uint64_t sum = 0;
    TRY(lmdb_check_pages(state->lmdb, LMDB_PAGES_ALL));
    TRY(reading(state));
    for (unsigned table = 0; table < TABLE_COUNT; table++) {
        TRY(check_table(state, (enum state_table)table, &sum));
        if (table == TABLE_SUBJECT && sum != state->size) {
            return FAIL_BECAUSE(FOLD, 0, "the state counts other events than the log has");
        }
    }
    return OK;
}

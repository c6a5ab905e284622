#include "store/log.h"

#include "store/emitter_head.h"
#include "store/log_internal.h"

#include <assert.h>
#include <stdlib.h>

static const char *const table_names[TABLE_COUNT] = {"leaf",       "body",    "command", "tile",
                                                     "checkpoint", "emitter", "meta"};

enum {
    HEAD_SIZE = 8 + 8 + DIGEST_SIZE,
};

struct log {
    struct lmdb *lmdb;
    struct hasher *hasher;
    struct lmdb_txn *txn; /* between begin and commit */
    struct log_head head;
    struct tree tree;
    struct log_head head_before; /* as of begin, for abort */
    struct tree tree_before;
    char origin[ORIGIN_MAX + 1];
    char leaf[LEAF_MAX + 1];
    char note[NOTE_MAX];
    uint32_t pending; /* events since begin */
};

static void put_position(uint8_t key[static KEY_SIZE], uint64_t n)
{
    bytes_write_u64(key, n);
}

/* Head ------------------------------------------------------------------------------------ */

static struct status write_head(struct lmdb_txn *txn, const struct log_head *head)
{
    uint8_t value[HEAD_SIZE];
    bytes_write_u64(value, head->size);
    bytes_write_u64(value + 8, head->t_utc_us);
    memcpy(value + 16, head->last.sha256, DIGEST_SIZE);
    return lmdb_put(txn, TABLE_META, LITERAL("head"), BYTES(value));
}

static struct status read_head(struct lmdb_txn *txn, struct log_head *head)
{
    struct bytes value;
    struct status status = lmdb_get(txn, TABLE_META, LITERAL("head"), &value);
    if (status.code == STATUS_NOT_FOUND || (!failed(status) && value.size != HEAD_SIZE)) {
        return FAIL_BECAUSE(CORRUPT, 0, "the log's head is missing or has a wrong size");
    }
    TRY(status);
    head->size = bytes_read_u64(value.data);
    head->t_utc_us = bytes_read_u64(value.data + 8);
    memcpy(head->last.sha256, value.data + 16, DIGEST_SIZE);
    return OK;
}

/* Opening --------------------------------------------------------------------------------- */

static struct status write_identity(struct log *log, const char *origin)
{
    uint8_t version[4];
    bytes_write_u32(version, LOG_FORMAT_VERSION);
    struct bytes there;
    CLEANUP(lmdb_abort) struct lmdb_txn *txn = NULL;
    TRY(lmdb_begin(log->lmdb, true, &txn));
    if (!failed(lmdb_get(txn, TABLE_META, LITERAL("version"), &there))) {
        return FAIL_BECAUSE(EXISTS, 0, "there is a log already");
    }
    TRY(lmdb_put(txn, TABLE_META, LITERAL("version"), BYTES(version)));
    TRY(lmdb_put(txn, TABLE_META, LITERAL("origin"), bytes_of_string(origin)));
    TRY(write_head(txn, &log->head));
    return lmdb_commit(&txn);
}

/* A log that has not got its identity yet has nothing at all. */
static struct status no_version(struct lmdb_txn *txn)
{
    uint64_t entries = 0, events = 0;
    TRY(lmdb_count(txn, TABLE_META, &entries));
    TRY(lmdb_count(txn, TABLE_LEAF, &events));
    return entries == 0 && events == 0 ? FAIL(INCOMPLETE, 0)
                                       : FAIL_BECAUSE(CORRUPT, 0, "the log's version is missing");
}

static struct status read_identity(struct log *log, struct lmdb_txn *txn)
{
    struct bytes version, origin;
    struct status status = lmdb_get(txn, TABLE_META, LITERAL("version"), &version);
    if (status.code == STATUS_NOT_FOUND) {
        return no_version(txn);
    }
    TRY(status);
    if (version.size != 4) {
        return FAIL_BECAUSE(CORRUPT, 0, "the log's version has a wrong size");
    }
    if (bytes_read_u32(version.data) != LOG_FORMAT_VERSION) {
        return FAIL(VERSION, bytes_read_u32(version.data));
    }
    status = lmdb_get(txn, TABLE_META, LITERAL("origin"), &origin);
    if (status.code == STATUS_NOT_FOUND ||
        (!failed(status) && (origin.size > ORIGIN_MAX || !text_is_utf8(origin)))) {
        return FAIL_BECAUSE(CORRUPT, 0, "the log's name is missing or damaged");
    }
    TRY(status);
    memcpy(log->origin, origin.data, origin.size);
    log->origin[origin.size] = '\0';
    return read_head(txn, &log->head);
}

/* The next event is chained to the last one, and not recorded before it. */
static struct status check_last(struct log_snapshot *snapshot)
{
    struct bytes bytes;
    struct leaf last;
    uint64_t n = snapshot->head.size - 1;
    TRY(log_read_leaf(snapshot, n, &bytes));
    if (failed(leaf_decode(bytes, &last)) || last.t_utc_us != snapshot->head.t_utc_us) {
        return FAIL_BECAUSE(CORRUPT, n, "the log's head is not its last event");
    }
    return OK;
}

/* The tree that the stored leaves make must be the one that was signed. */
static struct status load_tree(struct log *log)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(log, &snapshot));
    struct tree_source source = log_tree_source(snapshot);
    TRY(tree_load(&log->tree, log->hasher, log->head.size, &source));
    if (log->head.size == 0) {
        return OK;
    }
    struct bytes note;
    struct checkpoint checkpoint;
    uint64_t size;
    TRY(check_last(snapshot));
    TRY(log_read_checkpoint(snapshot, log->head.size, &note, &size));
    TRY(log_read_note(note, size, &checkpoint));
    struct digest root = tree_root(&log->tree, log->hasher);
    if (checkpoint.size != log->head.size || !digest_equal(&checkpoint.root, &root) ||
        !bytes_equal(checkpoint.origin, bytes_of_string(log->origin))) {
        return FAIL_BECAUSE(CORRUPT, log->head.size, "the log's end is not what was last signed");
    }
    return OK;
}

static struct status open_parts(struct log *log, const struct log_options *options)
{
    struct lmdb_options lmdb = {
        .directory = options->directory,
        .tables = table_names,
        .table_count = TABLE_COUNT,
        .read_only = options->read_only,
        .create = options->origin != NULL,
    };
    TRY(hasher_open(&log->hasher));
    TRY(lmdb_open(&lmdb, &log->lmdb));
    if (options->origin != NULL) {
        if (strlen(options->origin) > ORIGIN_MAX) {
            return FAIL(LIMIT, ORIGIN_MAX);
        }
        TRY(write_identity(log, options->origin));
    }
    CLEANUP(lmdb_abort) struct lmdb_txn *txn = NULL;
    TRY(lmdb_begin(log->lmdb, false, &txn));
    TRY(read_identity(log, txn));
    lmdb_abort(&txn);
    return options->read_only ? OK : load_tree(log);
}

struct status log_open(const struct log_options *options, struct log **out)
{
    CLEANUP(log_close) struct log *log = calloc(1, sizeof *log);
    if (log == NULL) {
        return FAIL(NO_MEMORY, sizeof *log);
    }
    TRY(open_parts(log, options));
    *out = log;
    log = NULL;
    return OK;
}

void log_close(struct log **log)
{
    if (*log != NULL) {
        lmdb_abort(&(*log)->txn);
        lmdb_close(&(*log)->lmdb);
        hasher_close(&(*log)->hasher);
        free(*log);
        *log = NULL;
    }
}

struct status log_check_pages(struct log *log)
{
    return lmdb_check_pages(log->lmdb, LMDB_PAGES_ALL);
}

const char *log_origin(const struct log *log)
{
    return log->origin;
}

const struct log_head *log_head_of(const struct log *log)
{
    return &log->head;
}

struct status log_look_again(struct log *log)
{
    CLEANUP(lmdb_abort) struct lmdb_txn *txn = NULL;
    TRY(lmdb_begin(log->lmdb, false, &txn));
    return read_head(txn, &log->head);
}

/* Writing --------------------------------------------------------------------------------- */

struct status log_begin(struct log *log)
{
    assert(log->txn == NULL);
    TRY(lmdb_begin(log->lmdb, true, &log->txn));
    log->head_before = log->head;
    log->tree_before = log->tree;
    log->pending = 0;
    return OK;
}

void log_abort(struct log *log)
{
    if (log->txn != NULL) {
        lmdb_abort(&log->txn);
        log->head = log->head_before;
        log->tree = log->tree_before;
    }
}

static struct status put_tile(void *context, uint32_t level, uint64_t index,
                              const struct digest hashes[static TREE_TILE_WIDTH])
{
    struct log *log = context;
    uint8_t key[LOG_TILE_KEY_SIZE];
    log_tile_key(key, level, index);
    return lmdb_put(log->txn, TABLE_TILE, BYTES(key), bytes_of(hashes, LOG_TILE_SIZE));
}

/* The log has nothing beyond what its head counts. (A full map is a conflict, too, at its size.) */
static struct status append(struct log *log, enum log_table table, uint64_t n, struct bytes value)
{
    uint8_t key[KEY_SIZE];
    put_position(key, n);
    struct status status = lmdb_append(log->txn, table, BYTES(key), value);
    return status.code == STATUS_CONFLICT && status.at == 0
               ? FAIL_BECAUSE(CORRUPT, n, "there is something beyond the log's end")
               : status;
}

struct status log_append(struct log *log, const struct log_event *event, uint64_t t_utc_us)
{
    assert(log->txn != NULL && t_utc_us >= log->head.t_utc_us);
    struct text text = TEXT_IN(log->leaf);
    struct leaf *leaf = event->leaf;
    leaf->n = log->head.size;
    leaf->prev = log->head.last;
    leaf->t_utc_us = t_utc_us;
    leaf_from_statement(leaf, &text);
    if (text.full || log->pending == COMMIT_EVENTS_MAX) {
        return FAIL(LIMIT, text.full ? LEAF_MAX : COMMIT_EVENTS_MAX);
    }
    struct digest hash = hash_leaf(log->hasher, text_bytes(&text));
    TRY(append(log, TABLE_LEAF, leaf->n, text_bytes(&text)));
    TRY(append(log, TABLE_BODY, leaf->n, event->body));
    if (event->command.size > 0) {
        TRY(append(log, TABLE_COMMAND, leaf->n, event->command));
    }
    TRY(tree_append(&log->tree, log->hasher, &hash, put_tile, log));
    log->head = (struct log_head){.size = leaf->n + 1, .last = hash, .t_utc_us = t_utc_us};
    log->pending++;
    return OK;
}

struct status log_set_emitter(struct log *log, struct bytes emitter,
                              const struct emitter_head *head)
{
    uint8_t value[EMITTER_HEAD_SIZE];
    emitter_head_write(log->hasher, emitter, head, value);
    return lmdb_put(log->txn, TABLE_EMITTER, emitter, BYTES(value));
}

static struct status write_checkpoint(struct log *log, const struct secret_key *key,
                                      struct bytes *note)
{
    struct text text = TEXT_IN(log->note);
    struct checkpoint checkpoint = {
        .origin = bytes_of_string(log->origin),
        .size = log->head.size,
        .root = tree_root(&log->tree, log->hasher),
    };
    TRY(checkpoint_sign(key, &checkpoint, &text));
    TRY(append(log, TABLE_CHECKPOINT, checkpoint.size, text_bytes(&text)));
    *note = text_bytes(&text);
    return write_head(log->txn, &log->head);
}

struct status log_commit(struct log *log, const struct secret_key *key, struct bytes *note)
{
    assert(log->txn != NULL && log->pending > 0);
    struct bytes signed_note;
    struct status status = write_checkpoint(log, key, &signed_note);
    if (!failed(status)) {
        status = lmdb_commit(&log->txn);
    }
    if (failed(status)) {
        lmdb_abort(&log->txn);
        log->head = log->head_before;
        log->tree = log->tree_before;
        return status;
    }
    *note = signed_note;
    return OK;
}

/* Reading --------------------------------------------------------------------------------- */

struct status log_snapshot_open(struct log *log, struct log_snapshot **out)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot == NULL) {
        return FAIL(NO_MEMORY, sizeof *snapshot);
    }
    snapshot->log = log;
    TRY(hasher_open(&snapshot->hasher));
    TRY(lmdb_begin(log->lmdb, false, &snapshot->txn));
    TRY(read_head(snapshot->txn, &snapshot->head));
    *out = snapshot;
    snapshot = NULL;
    return OK;
}

void log_snapshot_close(struct log_snapshot **snapshot)
{
    if (*snapshot != NULL) {
        lmdb_cursor_close(&(*snapshot)->leaves);
        lmdb_abort(&(*snapshot)->txn);
        hasher_close(&(*snapshot)->hasher);
        free(*snapshot);
        *snapshot = NULL;
    }
}

uint64_t log_snapshot_size(const struct log_snapshot *snapshot)
{
    return snapshot->head.size;
}

static struct status read_at(struct log_snapshot *snapshot, enum log_table table, uint64_t n,
                             struct bytes *value)
{
    uint8_t key[KEY_SIZE];
    put_position(key, n);
    return lmdb_get(snapshot->txn, table, BYTES(key), value);
}

/* A search through a damaged page ends in the wrong place, and would call erased what is there: the
 * neighbours of what is absent are on both sides of it. */
static struct status confirm_absent(struct log_snapshot *snapshot, enum log_table table, uint64_t n)
{
    uint8_t memory[KEY_SIZE];
    put_position(memory, n);
    struct bytes key = BYTES(memory), value;
    CLEANUP(lmdb_cursor_close) struct lmdb_cursor *cursor = NULL;
    TRY(lmdb_cursor_open(snapshot->txn, table, &cursor));
    struct status status = lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, &key, &value);
    bool between = failed(status) || (key.size == KEY_SIZE && bytes_read_u64(key.data) > n);
    status = lmdb_cursor_move(cursor, failed(status) ? LMDB_LAST : LMDB_PREVIOUS, &key, &value);
    between = between && (failed(status) || (key.size == KEY_SIZE && bytes_read_u64(key.data) < n));
    return between ? OK : FAIL_BECAUSE(CORRUPT, n, "the body is not where it is looked for");
}

struct status log_read_body(struct log_snapshot *snapshot, const struct leaf *leaf,
                            struct bytes *body)
{
    struct bytes salted;
    struct status status = read_at(snapshot, TABLE_BODY, leaf->n, &salted);
    if (status.code == STATUS_NOT_FOUND) {
        *body = (struct bytes){0};
        return confirm_absent(snapshot, TABLE_BODY, leaf->n);
    }
    TRY(status);
    if (salted.size < SALT_SIZE) {
        return FAIL_BECAUSE(CORRUPT, leaf->n, "the body is too short");
    }
    struct digest found = hash_body(snapshot->hasher, bytes_of(salted.data, SALT_SIZE),
                                    bytes_of(salted.data + SALT_SIZE, salted.size - SALT_SIZE));
    if (!digest_equal(&found, &leaf->body)) {
        return FAIL_BECAUSE(CORRUPT, leaf->n, "the body is not what the leaf commits to");
    }
    *body = salted;
    return OK;
}

struct status log_read_command(struct log_snapshot *snapshot, const struct leaf *leaf,
                               struct bytes *command)
{
    struct bytes record;
    if (!leaf->has_command) {
        *command = (struct bytes){0};
        return OK;
    }
    struct status status = read_at(snapshot, TABLE_COMMAND, leaf->n, &record);
    if (status.code == STATUS_NOT_FOUND) {
        return FAIL_BECAUSE(CORRUPT, leaf->n, "the signed command is missing");
    }
    TRY(status);
    struct digest found = hash_bytes(snapshot->hasher, record);
    if (!digest_equal(&found, &leaf->command)) {
        return FAIL_BECAUSE(CORRUPT, leaf->n, "the command is not what the leaf commits to");
    }
    *command = record;
    return OK;
}

struct status log_read_raw(struct log_snapshot *snapshot, uint64_t n, struct bytes *leaf,
                           struct bytes *body, struct bytes *command)
{
    *body = *command = (struct bytes){0};
    TRY(log_leaf_bytes(snapshot, n, leaf));
    struct status status = read_at(snapshot, TABLE_BODY, n, body);
    if (failed(status) && status.code != STATUS_NOT_FOUND) {
        return status;
    }
    status = read_at(snapshot, TABLE_COMMAND, n, command);
    return status.code == STATUS_NOT_FOUND ? OK : status;
}

struct status log_read_emitter(struct log_snapshot *snapshot, struct bytes emitter,
                               struct emitter_head *out)
{
    struct bytes value;
    TRY(lmdb_get(snapshot->txn, TABLE_EMITTER, emitter, &value));
    return emitter_head_read(snapshot->hasher, emitter, value, out);
}

/* Checkpoints ----------------------------------------------------------------------------- */

static struct status checkpoint_at(struct log_snapshot *snapshot, uint64_t from,
                                   enum lmdb_move move, struct bytes *note, uint64_t *size)
{
    uint8_t memory[KEY_SIZE];
    put_position(memory, from);
    struct bytes key = BYTES(memory);
    CLEANUP(lmdb_cursor_close) struct lmdb_cursor *cursor = NULL;
    TRY(lmdb_cursor_open(snapshot->txn, TABLE_CHECKPOINT, &cursor));
    struct status status = lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, &key, note);
    if (move == LMDB_PREVIOUS &&
        (failed(status) || key.size != KEY_SIZE || bytes_read_u64(key.data) > from)) {
        status = lmdb_cursor_move(cursor, failed(status) ? LMDB_LAST : LMDB_PREVIOUS, &key, note);
    }
    TRY(status);
    if (key.size != KEY_SIZE) {
        return FAIL_BECAUSE(CORRUPT, from, "a checkpoint is stored under a damaged key");
    }
    *size = bytes_read_u64(key.data);
    bool misplaced = move == LMDB_PREVIOUS ? *size > from : *size < from;
    return misplaced ? FAIL_BECAUSE(CORRUPT, from, "a checkpoint is not where it is looked for")
                     : OK;
}

struct status log_read_note(struct bytes note, uint64_t note_size, struct checkpoint *out)
{
    struct bytes text;
    struct checkpoint checkpoint;
    if (failed(note_text(note, &text)) || failed(checkpoint_read(text, &checkpoint)) ||
        checkpoint.size != note_size) {
        return FAIL_BECAUSE(CORRUPT, note_size, "a checkpoint is not what was signed");
    }
    *out = checkpoint;
    return OK;
}

struct status log_read_checkpoint(struct log_snapshot *snapshot, uint64_t size, struct bytes *note,
                                  uint64_t *note_size)
{
    struct checkpoint checkpoint;
    TRY(checkpoint_at(snapshot, size, LMDB_PREVIOUS, note, note_size));
    return log_read_note(*note, *note_size, &checkpoint);
}

struct status log_next_checkpoint(struct log_snapshot *snapshot, uint64_t after_size,
                                  struct bytes *note, uint64_t *note_size)
{
    return after_size == UINT64_MAX
               ? FAIL(NOT_FOUND, after_size)
               : checkpoint_at(snapshot, after_size + 1, LMDB_NEXT, note, note_size);
}

/* Tree ------------------------------------------------------------------------------------ */

/* Folds a full tile in place into its root. */
static struct digest tile_root(struct hasher *hasher, struct bytes tile)
{
    struct digest hashes[TREE_TILE_WIDTH];
    memcpy(hashes, tile.data, sizeof hashes);
    for (size_t width = TREE_TILE_WIDTH; width > 1; width /= 2) {
        for (size_t i = 0; i < width / 2; i++) {
            hashes[i] = hash_node(hasher, &hashes[2 * i], &hashes[2 * i + 1]);
        }
    }
    return hashes[0];
}

static struct status read_tree_hash(void *context, uint32_t level, uint64_t index,
                                    struct digest *out)
{
    struct log_snapshot *snapshot = context;
    uint64_t tile_index = index / TREE_TILE_WIDTH;
    struct bytes bytes;
    uint32_t shift = 8 * (level + 1);
    if (shift < 64 && tile_index < snapshot->head.size >> shift) {
        TRY(log_read_tile(snapshot, level, tile_index, &bytes));
        memcpy(out->sha256, bytes.data + index % TREE_TILE_WIDTH * DIGEST_SIZE, DIGEST_SIZE);
        return OK;
    }
    if (level == 0) {
        TRY(log_leaf_bytes(snapshot, index, &bytes));
        *out = hash_leaf(snapshot->hasher, bytes);
        return OK;
    }
    TRY(log_read_tile(snapshot, level - 1, index, &bytes));
    *out = tile_root(snapshot->hasher, bytes);
    return OK;
}

struct tree_source log_tree_source(struct log_snapshot *snapshot)
{
    return (struct tree_source){.context = snapshot, .read = read_tree_hash};
}

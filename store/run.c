#include "store/run.h"

#include <assert.h>

struct status run_store_begin(struct run_store *store)
{
    if (store->txn != NULL) {
        return OK;
    }
    store->written = 0;
    return lmdb_begin(store->lmdb, true, &store->txn);
}

struct status run_store_commit(struct run_store *store)
{
    return store->txn == NULL ? OK : lmdb_commit(&store->txn);
}

struct bytes run_key(uint8_t memory[static RUN_KEY_SIZE], uint64_t from, const uint8_t *term,
                     uint64_t position)
{
    bytes_write_u64(memory, from);
    memcpy(memory + 8, term, INDEX_TERM_SIZE);
    bytes_write_u64(memory + 8 + INDEX_TERM_SIZE, position);
    return bytes_of(memory, RUN_KEY_SIZE);
}

/* Writing ----------------------------------------------------------------------------------- */

/* Its hashes are not looked at where size and width do not say so. */
static void empty(struct tree *tree)
{
    tree->size = 0;
    memset(tree->width, 0, sizeof tree->width);
}

void run_start(struct run_writer *writer, uint32_t level, uint64_t from)
{
    writer->table = level;
    writer->from = from;
    writer->blocks = 0;
    writer->block.size = 0;
    empty(&writer->tree);
}

static struct status put_block(struct run_writer *writer)
{
    struct bytes block = block_end(&writer->block);
    struct digest leaf = hash_leaf(writer->hasher, block);
    TRY(tree_append(&writer->tree, writer->hasher, &leaf, NULL, NULL));
    TRY(run_store_begin(writer->store));
    TRY(lmdb_append(writer->store->txn, writer->table, BYTES(writer->key), block));
    if (writer->blocks == UINT32_MAX) {
        return FAIL_BECAUSE(LIMIT, UINT32_MAX, "a run has too many blocks");
    }
    writer->blocks++;
    writer->block.size = 0;
    writer->store->written += block.size;
    return writer->store->written < writer->store->written_max ? OK
                                                               : run_store_commit(writer->store);
}

static struct status begin_entry(struct run_writer *writer, const struct term *term, uint64_t first)
{
    writer->term = *term;
    if (writer->block.size > 0) {
        if (block_begin(&writer->block, term, first)) {
            return OK;
        }
        TRY(put_block(writer));
    }
    run_key(writer->key, writer->from, term->data, first);
    block_start(&writer->block, writer->blocks);
    bool begun = block_begin(&writer->block, term, first);
    assert(begun);
    (void)begun;
    return OK;
}

struct status run_add(struct run_writer *writer, const struct term *term, const uint64_t *positions,
                      size_t count)
{
    size_t done = 0;
    if (writer->block.size > 0 && memcmp(&writer->term, term, sizeof *term) == 0) {
        done = block_add(&writer->block, positions, count);
    }
    while (done < count) {
        TRY(begin_entry(writer, term, positions[done]));
        done++;
        done += block_add(&writer->block, positions + done, count - done);
    }
    return OK;
}

struct status run_add_entry(struct run_writer *writer, const struct run_entry *entry)
{
    struct block_entry rest = entry->bytes;
    bool begun = writer->block.size > 0 &&
                 memcmp(&writer->term, &entry->term, sizeof entry->term) == 0 &&
                 block_add(&writer->block, &rest.first, 1) == 1;
    if (!begun) {
        TRY(begin_entry(writer, &entry->term, rest.first));
    }
    while (!block_copy(&writer->block, &rest, entry->last)) {
        TRY(begin_entry(writer, &entry->term, rest.first));
    }
    return OK;
}

struct status run_end(struct run_writer *writer, uint64_t *blocks, struct digest *root)
{
    if (writer->block.size > 0) {
        TRY(put_block(writer));
    }
    *blocks = writer->blocks;
    *root = tree_root(&writer->tree, writer->hasher);
    return OK;
}

/* Reading ----------------------------------------------------------------------------------- */

static struct status corrupt(const struct run_reader *reader, const char *why)
{
    return FAIL_BECAUSE(CORRUPT, reader->run.from, why);
}

/* What a decoder found wrong with the bytes is damage here: we wrote them. */
static struct status damaged(const struct run_reader *reader, struct status status)
{
    return status.code == STATUS_MALFORMED ? corrupt(reader, status.why) : status;
}

static struct status take_block(struct run_reader *reader, struct bytes key, struct bytes value)
{
    if (key.size != RUN_KEY_SIZE || value.size > sizeof reader->memory) {
        return corrupt(reader, "a block or its key is of the wrong size");
    }
    memcpy(reader->memory, value.data, value.size);
    memcpy(reader->key, key.data, RUN_KEY_SIZE);
    struct bytes block = bytes_of(reader->memory, value.size);
    TRY(damaged(reader, block_open(block, &reader->block)));
    if (reader->block.number != reader->blocks++) {
        return corrupt(reader, "a block is missing, or one too many");
    }
    struct digest leaf = hash_leaf(reader->hasher, block);
    return tree_append(&reader->tree, reader->hasher, &leaf, NULL, NULL);
}

/* The block whose key is at or after so much of reader->key, if it is still of this run. */
static struct status fetch_block(struct run_reader *reader, size_t key_size)
{
    CLEANUP(lmdb_cursor_close) struct lmdb_cursor *cursor = NULL;
    TRY(lmdb_cursor_open(*reader->txn, reader->run.level, &cursor));
    struct bytes key = bytes_of(reader->key, key_size), value;
    TRY(lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, &key, &value));
    if (key.size < 8 || bytes_read_u64(key.data) != reader->run.from) {
        return FAIL(NOT_FOUND, 0);
    }
    return take_block(reader, key, value);
}

static struct status check_key(const struct run_reader *reader, const struct block_entry *entry)
{
    uint8_t memory[RUN_KEY_SIZE];
    struct bytes key = run_key(memory, reader->run.from, entry->term, entry->first);
    bool holds = bytes_equal(key, bytes_of(reader->key, RUN_KEY_SIZE));
    return holds ? OK : corrupt(reader, "a block is under the wrong key");
}

static struct status next_entry(struct run_reader *reader, struct block_entry *entry)
{
    struct status status = block_next(&reader->block, entry);
    if (status.code != STATUS_NOT_FOUND) {
        return damaged(reader, status);
    }
    reader->key[RUN_KEY_SIZE] = 0; /* with it, the least key beyond the block's own */
    TRY(fetch_block(reader, RUN_KEY_SIZE + 1));
    TRY(damaged(reader, block_next(&reader->block, entry)));
    return check_key(reader, entry);
}

static struct status take_entry(struct run_reader *reader, const struct block_entry *bytes)
{
    struct run_entry *entry = &reader->entry;
    uint64_t order[2] = {bytes_read_u64(bytes->term), bytes_read_u64(bytes->term + 8)};
    bool same = order[0] == entry->order[0] && order[1] == entry->order[1];
    bool beyond =
        order[0] > entry->order[0] || (order[0] == entry->order[0] && order[1] > entry->order[1]);
    if (reader->more && !beyond && !(same && bytes->first > entry->last)) {
        return corrupt(reader, "the entries are not in order");
    }
    TRY(damaged(reader, block_last(bytes, &entry->last)));
    if (bytes->first < reader->run.from || entry->last >= reader->run.to) {
        return corrupt(reader, "a position is outside of the run");
    }
    memcpy(&entry->term, bytes->term, INDEX_TERM_SIZE);
    memcpy(entry->order, order, sizeof order);
    entry->bytes = *bytes;
    reader->more = true;
    return OK;
}

static struct status end_of_run(struct run_reader *reader)
{
    struct digest root = tree_root(&reader->tree, reader->hasher);
    if (reader->blocks != reader->run.blocks || !digest_equal(&root, &reader->run.root)) {
        return corrupt(reader, "the blocks are not those of the run's root");
    }
    reader->more = false;
    return OK;
}

struct status run_read(struct run_reader *reader)
{
    struct block_entry entry;
    struct status status = next_entry(reader, &entry);
    if (status.code == STATUS_NOT_FOUND) {
        return end_of_run(reader);
    }
    TRY(status);
    return take_entry(reader, &entry);
}

struct status run_open(struct run_reader *reader, const struct index_run *run)
{
    reader->run = *run;
    reader->blocks = 0;
    reader->more = false;
    empty(&reader->tree);
    bytes_write_u64(reader->key, run->from);
    struct status status = fetch_block(reader, 8);
    if (status.code == STATUS_NOT_FOUND) {
        return end_of_run(reader);
    }
    TRY(status);
    struct block_entry entry;
    TRY(damaged(reader, block_next(&reader->block, &entry)));
    TRY(check_key(reader, &entry));
    return take_entry(reader, &entry);
}

struct status run_delete(struct run_store *store, uint32_t level, uint64_t from)
{
    CLEANUP(lmdb_cursor_close) struct lmdb_cursor *cursor = NULL;
    TRY(run_store_begin(store));
    TRY(lmdb_cursor_open(store->txn, level, &cursor));
    for (;;) {
        uint8_t memory[LMDB_KEY_MAX];
        bytes_write_u64(memory, from);
        struct bytes key = bytes_of(memory, 8), value;
        struct status status = lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, &key, &value);
        if (status.code == STATUS_NOT_FOUND) {
            return OK;
        }
        TRY(status);
        if (key.size < 8 || bytes_read_u64(key.data) != from) {
            return OK;
        }
        memcpy(memory, key.data, key.size); /* what is lent ends with the write */
        TRY(lmdb_delete(store->txn, level, bytes_of(memory, key.size)));
    }
}

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

struct bytes run_key(uint8_t memory[static RUN_KEY_SIZE], uint64_t from, const struct term *term,
                     uint64_t position)
{
    bytes_write_u64(memory, from);
    memcpy(memory + 8, term->data, INDEX_TERM_SIZE);
    bytes_write_u64(memory + 8 + INDEX_TERM_SIZE, position);
    return bytes_of(memory, RUN_KEY_SIZE);
}

/* Writing ----------------------------------------------------------------------------------- */

void run_start(struct run_writer *writer, uint32_t level, uint64_t from)
{
    assert(writer->entry_max >= 1 && writer->entry_max <= INDEX_ENTRY_MAX);
    writer->table = level;
    writer->from = from;
    writer->entries = 0;
    writer->entry.count = 0;
    writer->block.size = 0;
    writer->tree.size = 0;
    memset(writer->tree.width, 0, sizeof writer->tree.width);
}

static struct status put_block(struct run_writer *writer)
{
    if (writer->block.size == 0) {
        return OK;
    }
    TRY(run_store_begin(writer->store));
    TRY(lmdb_append(writer->store->txn, writer->table, BYTES(writer->key),
                    bytes_of(writer->block.data, writer->block.size)));
    writer->store->written += writer->block.size;
    writer->block.size = 0;
    return writer->store->written < writer->store->written_max ? OK
                                                               : run_store_commit(writer->store);
}

static struct status pack(struct run_writer *writer, struct bytes entry)
{
    if (writer->block.size > 0 && block_add(&writer->block, entry)) {
        return OK;
    }
    TRY(put_block(writer));
    run_key(writer->key, writer->from, &writer->entry.term, writer->entry.positions[0]);
    block_start(&writer->block, writer->entries);
    bool added = block_add(&writer->block, entry);
    assert(added);
    (void)added;
    return OK;
}

static struct status put_entry(struct run_writer *writer)
{
    if (writer->entry.count == 0) {
        return OK;
    }
    uint8_t memory[ENTRY_SIZE_MAX];
    struct bytes entry =
        bytes_of(memory, entry_write(memory, &writer->entry.term, writer->entry.positions,
                                     writer->entry.count));
    struct digest leaf = hash_leaf(writer->hasher, entry);
    TRY(tree_append(&writer->tree, writer->hasher, &leaf, NULL, NULL));
    TRY(pack(writer, entry));
    writer->entries++;
    writer->entry.count = 0;
    return OK;
}

struct status run_add(struct run_writer *writer, const struct term *term, const uint64_t *positions,
                      size_t count)
{
    struct entry *entry = &writer->entry;
    if (entry->count > 0 && memcmp(entry->term.data, term->data, INDEX_TERM_SIZE) != 0) {
        TRY(put_entry(writer));
    }
    entry->term = *term;
    while (count > 0) {
        if (entry->count == writer->entry_max) {
            TRY(put_entry(writer));
        }
        size_t room = writer->entry_max - entry->count;
        size_t taken = count < room ? count : room;
        memcpy(entry->positions + entry->count, positions, taken * sizeof *positions);
        entry->count += taken;
        positions += taken;
        count -= taken;
    }
    return OK;
}

struct status run_end(struct run_writer *writer, uint64_t *entries, struct digest *root)
{
    TRY(put_entry(writer));
    TRY(put_block(writer));
    *entries = writer->entries;
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
    TRY(damaged(reader, block_open(bytes_of(reader->memory, value.size), &reader->block)));
    if (reader->block.number != reader->entries) {
        return corrupt(reader, "a block is missing, or one too many");
    }
    reader->fresh = true;
    return OK;
}

/* The block whose key is at or after reader->key, if it is still of this run. */
static struct status fetch_block(struct run_reader *reader, size_t key_size)
{
    CLEANUP(lmdb_cursor_close) struct lmdb_cursor *cursor = NULL;
    TRY(lmdb_cursor_open(*reader->txn, reader->run.level, &cursor));
    struct bytes key = bytes_of(reader->key, key_size), value;
    struct status status = lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, &key, &value);
    if (status.code == STATUS_NOT_FOUND ||
        (!failed(status) && (key.size < 8 || bytes_read_u64(key.data) != reader->run.from))) {
        return FAIL(NOT_FOUND, 0);
    }
    TRY(status);
    return take_block(reader, key, value);
}

static struct status next_raw(struct run_reader *reader)
{
    struct status status = block_next(&reader->block, &reader->raw);
    if (status.code != STATUS_NOT_FOUND) {
        return damaged(reader, status);
    }
    reader->key[RUN_KEY_SIZE] = 0; /* the least key beyond the block's own */
    TRY(fetch_block(reader, RUN_KEY_SIZE + 1));
    return damaged(reader, block_next(&reader->block, &reader->raw));
}

static struct status check_entry(const struct run_reader *reader, const struct term *term,
                                 size_t count, uint64_t last)
{
    const struct entry *entry = &reader->entry;
    if (entry->positions[0] < reader->run.from ||
        entry->positions[entry->count - 1] >= reader->run.to) {
        return corrupt(reader, "a position is outside of the run");
    }
    if (entry->count > reader->entry_max) {
        return corrupt(reader, "an entry is too long");
    }
    int order = count == 0 ? 1 : memcmp(entry->term.data, term->data, INDEX_TERM_SIZE);
    bool follows = order > 0 || (order == 0 && entry->positions[0] > last);
    if (!follows || (order == 0 && count != reader->entry_max)) {
        return corrupt(reader, "the entries are not in order");
    }
    return OK;
}

static struct status check_key(struct run_reader *reader)
{
    uint8_t memory[RUN_KEY_SIZE];
    struct bytes key =
        run_key(memory, reader->run.from, &reader->entry.term, reader->entry.positions[0]);
    if (reader->fresh && !bytes_equal(key, bytes_of(reader->key, RUN_KEY_SIZE))) {
        return corrupt(reader, "a block is under the wrong key");
    }
    reader->fresh = false;
    return OK;
}

static struct status end_of_run(struct run_reader *reader)
{
    if (reader->entries != reader->run.entries) {
        return corrupt(reader, "the run has not as many entries as it had");
    }
    reader->more = false;
    return OK;
}

struct status run_read(struct run_reader *reader)
{
    struct term term = reader->entry.term;
    size_t count = reader->entry.count;
    uint64_t last = count > 0 ? reader->entry.positions[count - 1] : 0;
    struct status status = next_raw(reader);
    if (status.code == STATUS_NOT_FOUND) {
        return end_of_run(reader);
    }
    TRY(status);
    TRY(damaged(reader, entry_read(reader->raw, &reader->entry)));
    TRY(check_entry(reader, &term, count, last));
    TRY(check_key(reader));
    reader->entries++;
    reader->more = true;
    return OK;
}

struct status run_open(struct run_reader *reader, const struct index_run *run)
{
    reader->run = *run;
    reader->entries = 0;
    reader->entry.count = 0;
    reader->block = (struct block_reader){0};
    bytes_write_u64(reader->key, run->from);
    struct status status = fetch_block(reader, 8);
    if (status.code == STATUS_NOT_FOUND) {
        return end_of_run(reader);
    }
    TRY(status);
    return run_read(reader);
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

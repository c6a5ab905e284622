#include "store/log_internal.h"

void log_tile_key(uint8_t key[static LOG_TILE_KEY_SIZE], uint32_t level, uint64_t index)
{
    key[0] = (uint8_t)level;
    bytes_write_u64(key + 1, index);
}

static struct status move_to(struct log_snapshot *snapshot, enum lmdb_move move, uint64_t n,
                             struct bytes *leaf)
{
    uint8_t memory[KEY_SIZE];
    bytes_write_u64(memory, n);
    struct bytes key = BYTES(memory);
    TRY(lmdb_cursor_move(snapshot->leaves, move, &key, leaf));
    return bytes_equal(key, BYTES(memory)) ? OK : FAIL(NOT_FOUND, n);
}

/* Whoever scans asks for a neighbour next, and the cursor is beside it. */
static struct status find_leaf(struct log_snapshot *snapshot, uint64_t n, struct bytes *leaf)
{
    struct status status = FAIL(NOT_FOUND, n);
    if (snapshot->leaves == NULL) {
        TRY(lmdb_cursor_open(snapshot->txn, TABLE_LEAF, &snapshot->leaves));
    } else if (n == snapshot->leaf_n + 1) {
        status = move_to(snapshot, LMDB_NEXT, n, leaf);
    } else if (n + 1 == snapshot->leaf_n) {
        status = move_to(snapshot, LMDB_PREVIOUS, n, leaf);
    }
    snapshot->leaf_n = n;
    return failed(status) ? move_to(snapshot, LMDB_AT_OR_AFTER, n, leaf) : OK;
}

struct status log_leaf_bytes(struct log_snapshot *snapshot, uint64_t n, struct bytes *leaf)
{
    struct bytes found;
    struct status status = find_leaf(snapshot, n, &found);
    if (status.code == STATUS_NOT_FOUND) {
        return FAIL_BECAUSE(CORRUPT, n, "the leaf is missing");
    }
    TRY(status);
    *leaf = found;
    return OK;
}

struct status log_read_tile(struct log_snapshot *snapshot, uint32_t level, uint64_t index,
                            struct bytes *tile)
{
    uint8_t key[LOG_TILE_KEY_SIZE];
    log_tile_key(key, level, index);
    TRY(lmdb_get(snapshot->txn, TABLE_TILE, BYTES(key), tile));
    if (tile->size != LOG_TILE_SIZE) {
        return FAIL_BECAUSE(CORRUPT, index * TREE_TILE_WIDTH, "a tile has a wrong size");
    }
    return OK;
}

static struct status hash_in_tile(struct log_snapshot *snapshot, uint64_t n, struct digest *hash)
{
    uint64_t index = n / TREE_TILE_WIDTH;
    if (snapshot->tile.size == 0 || snapshot->tile_index != index) {
        struct bytes tile;
        if (failed(log_read_tile(snapshot, 0, index, &tile))) {
            return FAIL_BECAUSE(CORRUPT, n, "the tile with its hash is missing or damaged");
        }
        snapshot->tile = tile;
        snapshot->tile_index = index;
    }
    memcpy(hash->sha256, snapshot->tile.data + n % TREE_TILE_WIDTH * DIGEST_SIZE, DIGEST_SIZE);
    return OK;
}

static struct status hash_in_next(struct log_snapshot *snapshot, uint64_t n, struct digest *hash)
{
    struct bytes bytes;
    struct leaf next;
    TRY(log_leaf_bytes(snapshot, n + 1, &bytes));
    if (failed(leaf_decode(bytes, &next))) {
        return FAIL_BECAUSE(CORRUPT, n + 1, "the leaf is not well formed");
    }
    *hash = next.prev;
    return OK;
}

/* The hash that the leaf must have: from its tile, from the next leaf, or from the head. */
static struct status expected_hash(struct log_snapshot *snapshot, uint64_t n, struct digest *hash)
{
    if (n / TREE_TILE_WIDTH < snapshot->head.size / TREE_TILE_WIDTH) {
        return hash_in_tile(snapshot, n, hash);
    }
    if (n + 1 == snapshot->head.size) {
        *hash = snapshot->head.last;
        return OK;
    }
    return hash_in_next(snapshot, n, hash);
}

struct status log_read_leaf(struct log_snapshot *snapshot, uint64_t n, struct bytes *leaf)
{
    struct bytes bytes;
    struct digest expected;
    if (n >= snapshot->head.size) {
        return FAIL(NOT_FOUND, n);
    }
    TRY(log_leaf_bytes(snapshot, n, &bytes));
    TRY(expected_hash(snapshot, n, &expected));
    struct digest found = hash_leaf(snapshot->hasher, bytes);
    if (!digest_equal(&found, &expected)) {
        return FAIL_BECAUSE(CORRUPT, n, "the leaf does not have the hash that the tree holds");
    }
    *leaf = bytes;
    return OK;
}

#include "store/row_cache.h"

#include <stdlib.h>

enum {
    PLACES = 512, /* each with two entries: now, and as of an event */
    KEY_MAX = 96,
    ROW_MAX = 640,
};

struct entry {
    uint64_t as_of, made_by;
    uint16_t key_size; /* 0: free */
    uint16_t row_size;
    uint8_t key[KEY_MAX], row[ROW_MAX];
};

struct row_cache {
    struct entry entries[PLACES][2];
};

struct status row_cache_open(struct row_cache **out)
{
    *out = calloc(1, sizeof **out);
    return *out == NULL ? FAIL(NO_MEMORY, sizeof **out) : OK;
}

void row_cache_close(struct row_cache **cache)
{
    free(*cache);
    *cache = NULL;
}

/* FNV-1a over eight bytes at a time: only speed depends on it. */
static size_t place_of(struct bytes key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ key.size;
    size_t i = 0;
    for (; i + 8 <= key.size; i += 8) {
        uint64_t word;
        memcpy(&word, key.data + i, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    for (; i < key.size; i++) {
        hash = (hash ^ key.data[i]) * UINT64_C(0x100000001b3);
    }
    return (size_t)(hash >> 40) % PLACES;
}

static struct entry *entry_of(struct row_cache *cache, struct bytes key, bool now)
{
    return &cache->entries[place_of(key)][now ? 0 : 1];
}

static bool is_of(const struct entry *entry, struct bytes key)
{
    return entry->key_size > 0 && bytes_equal(bytes_of(entry->key, entry->key_size), key);
}

bool row_cache_find(struct row_cache *cache, struct bytes key, uint64_t as_of, struct bytes *row,
                    uint64_t *made_by)
{
    const struct entry *entry = entry_of(cache, key, as_of == ROW_CACHE_NOW);
    if (!is_of(entry, key) || entry->as_of != as_of) {
        return false;
    }
    *row = bytes_of(entry->row, entry->row_size);
    *made_by = entry->made_by;
    return true;
}

void row_cache_keep(struct row_cache *cache, struct bytes key, uint64_t as_of, struct bytes row,
                    uint64_t made_by)
{
    struct entry *entry = entry_of(cache, key, as_of == ROW_CACHE_NOW);
    if (key.size > KEY_MAX || row.size > ROW_MAX) {
        return;
    }
    entry->as_of = as_of;
    entry->made_by = made_by;
    entry->key_size = (uint16_t)key.size;
    entry->row_size = (uint16_t)row.size;
    memcpy(entry->key, key.data, key.size);
    if (row.size > 0) {
        memcpy(entry->row, row.data, row.size);
    }
}

void row_cache_drop(struct row_cache *cache, struct bytes key, uint64_t n)
{
    for (unsigned i = 0; i < 2; i++) {
        struct entry *entry = entry_of(cache, key, i == 0);
        if (is_of(entry, key) && entry->as_of >= n) {
            entry->key_size = 0;
        }
    }
}

void row_cache_clear(struct row_cache *cache)
{
    for (size_t i = 0; i < PLACES; i++) {
        cache->entries[i][0].key_size = 0;
        cache->entries[i][1].key_size = 0;
    }
}

#include "core/recurrence.h"

#include <stdlib.h>

#define NONE UINT32_MAX

/* A ring of entries, chained from a table of buckets by the first bytes of the digest. */
struct entry {
    struct digest digest;
    uint64_t count;
    uint32_t next; /* in its bucket, older; NONE: the last */
};

struct recurrence {
    size_t window;
    size_t used, oldest;
    struct entry *entries;
    uint32_t *buckets;
};

struct status recurrence_open(size_t window, struct recurrence **out)
{
    struct recurrence *recurrence = calloc(1, sizeof *recurrence);
    struct entry *entries = calloc(window, sizeof *entries);
    uint32_t *buckets = calloc(window, sizeof *buckets);
    if (recurrence == NULL || entries == NULL || buckets == NULL) {
        free(recurrence);
        free(entries);
        free(buckets);
        return FAIL(NO_MEMORY, window * sizeof *entries);
    }
    *recurrence = (struct recurrence){.window = window, .entries = entries, .buckets = buckets};
    recurrence_clear(recurrence);
    *out = recurrence;
    return OK;
}

void recurrence_close(struct recurrence **recurrence)
{
    if (*recurrence != NULL) {
        free((*recurrence)->entries);
        free((*recurrence)->buckets);
        free(*recurrence);
        *recurrence = NULL;
    }
}

void recurrence_clear(struct recurrence *recurrence)
{
    recurrence->used = 0;
    recurrence->oldest = 0;
    memset(recurrence->buckets, 0xff, recurrence->window * sizeof *recurrence->buckets);
}

static uint32_t *bucket_of(struct recurrence *recurrence, const struct digest *digest)
{
    return &recurrence->buckets[bytes_read_u32(digest->sha256) & (recurrence->window - 1)];
}

/* Takes an entry out of its chain. */
static void unchain(struct recurrence *recurrence, uint32_t index)
{
    struct entry *entry = &recurrence->entries[index];
    uint32_t *link = bucket_of(recurrence, &entry->digest);
    while (*link != index) {
        link = &recurrence->entries[*link].next;
    }
    *link = entry->next;
}

/* The place for a new entry: a free one, or the oldest one's. */
static uint32_t make_room(struct recurrence *recurrence)
{
    if (recurrence->used < recurrence->window) {
        return (uint32_t)recurrence->used++;
    }
    uint32_t index = (uint32_t)recurrence->oldest;
    recurrence->oldest = (recurrence->oldest + 1) % recurrence->window;
    unchain(recurrence, index);
    return index;
}

uint64_t recurrence_count(struct recurrence *recurrence, const struct digest *digest)
{
    uint32_t *bucket = bucket_of(recurrence, digest);
    for (uint32_t i = *bucket; i != NONE; i = recurrence->entries[i].next) {
        if (digest_equal(&recurrence->entries[i].digest, digest)) {
            return ++recurrence->entries[i].count;
        }
    }
    uint32_t index = make_room(recurrence);
    recurrence->entries[index] = (struct entry){.digest = *digest, .count = 1, .next = *bucket};
    *bucket = index;
    return 1;
}

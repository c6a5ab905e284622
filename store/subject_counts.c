#include "store/subject_counts.h"

#include <stdlib.h>

struct slot {
    struct id subject; /* ID_NONE: free */
    uint64_t on_n;
};

struct subject_counts {
    size_t capacity, used;
    uint32_t shares; /* a power of two */
    uint32_t share;  /* the one looked at in this pass */
    struct slot *slots;
    struct slot *kept; /* room for those that stay when the share gets smaller */
};

struct status subject_counts_open(size_t capacity, struct subject_counts **out)
{
    struct subject_counts *counts = calloc(1, sizeof *counts);
    struct slot *slots = calloc(capacity, sizeof *slots);
    struct slot *kept = calloc(capacity, sizeof *kept);
    if (counts == NULL || slots == NULL || kept == NULL) {
        free(counts);
        free(slots);
        free(kept);
        return FAIL(NO_MEMORY, 2 * capacity * sizeof *slots);
    }
    *counts =
        (struct subject_counts){.capacity = capacity, .shares = 1, .slots = slots, .kept = kept};
    *out = counts;
    return OK;
}

void subject_counts_close(struct subject_counts **counts)
{
    if (*counts != NULL) {
        free((*counts)->slots);
        free((*counts)->kept);
        free(*counts);
        *counts = NULL;
    }
}

static uint64_t hash_of(struct id subject)
{
    uint64_t x = subject.n ^ (uint64_t)subject.kind << 56;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* The share is taken from the high bits, the slot from the low ones. */
static uint32_t share_of(const struct subject_counts *counts, uint64_t hash)
{
    return (uint32_t)(hash >> 40) & (counts->shares - 1);
}

static struct slot *slot_of(const struct subject_counts *counts, struct id subject, uint64_t hash)
{
    size_t at = hash & (counts->capacity - 1);
    while (counts->slots[at].subject.kind != ID_NONE &&
           !id_equal(counts->slots[at].subject, subject)) {
        at = (at + 1) & (counts->capacity - 1);
    }
    return &counts->slots[at];
}

/* Puts the kept slots where a search finds them after others have gone. */
static void rebuild(struct subject_counts *counts, size_t kept_count)
{
    memset(counts->slots, 0, counts->capacity * sizeof *counts->slots);
    for (size_t i = 0; i < kept_count; i++) {
        const struct slot *slot = &counts->kept[i];
        *slot_of(counts, slot->subject, hash_of(slot->subject)) = *slot;
    }
    counts->used = kept_count;
}

/* Halves the share until the table is at most half full. */
static void take_smaller_share(struct subject_counts *counts)
{
    while (counts->used > counts->capacity / 2) {
        size_t kept = 0;
        counts->shares *= 2;
        for (size_t i = 0; i < counts->capacity; i++) {
            const struct slot *slot = &counts->slots[i];
            if (slot->subject.kind != ID_NONE &&
                share_of(counts, hash_of(slot->subject)) == counts->share) {
                counts->kept[kept++] = *slot;
            }
        }
        rebuild(counts, kept);
    }
}

bool subject_counts_add(struct subject_counts *counts, struct id subject, uint64_t on_n)
{
    uint64_t hash = hash_of(subject);
    if (share_of(counts, hash) != counts->share) {
        return true;
    }
    struct slot *slot = slot_of(counts, subject, hash);
    bool is_new = slot->subject.kind == ID_NONE;
    bool follows = on_n == (is_new ? 1 : slot->on_n + 1);
    *slot = (struct slot){.subject = subject, .on_n = on_n};
    counts->used += is_new;
    if (counts->used > counts->capacity / 4 * 3) {
        take_smaller_share(counts);
    }
    return follows;
}

uint32_t subject_counts_passes_left(const struct subject_counts *counts)
{
    return counts->shares - 1 - counts->share;
}

void subject_counts_next_pass(struct subject_counts *counts)
{
    counts->share++;
    memset(counts->slots, 0, counts->capacity * sizeof *counts->slots);
    counts->used = 0;
}

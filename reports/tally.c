#include "reports/tally.h"

#include <assert.h>

enum {
    LIMIT_MAX = 1 << 24,
    SLOTS_MIN = 16,
};

/* The product of a word and of what nobody can know from outside. */
static uint64_t mix(uint64_t word, uint64_t seed)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)word * seed;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_of(const struct tally *tally, struct bytes key)
{
    uint64_t hash = key.size ^ UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = 0; i < key.size; i += 8) {
        uint64_t word = 0;
        memcpy(&word, key.data + i, key.size - i < 8 ? key.size - i : 8);
        hash = mix(hash ^ word, tally->seed) + i;
    }
    return mix(hash ^ tally->seed, UINT64_C(0xc4ceb9fe1a85ec53));
}

struct status tally_init(struct tally *tally, struct arena *arena,
                         const struct tally_options *options)
{
    assert(options->limit > 0 && options->limit <= LIMIT_MAX && options->value_size % 8 == 0);
    *tally = (struct tally){.arena = arena,
                            .limit = options->limit,
                            .slot_count = SLOTS_MIN,
                            .value_size = options->value_size,
                            .why = options->why};
    tally->slots = arena_take(arena, SLOTS_MIN * sizeof *tally->slots);
    tally->entries = arena_take(arena, SLOTS_MIN / 2 * sizeof(struct tally_entry *));
    if (tally->slots == NULL || tally->entries == NULL) {
        return FAIL(NO_MEMORY, SLOTS_MIN);
    }
    memset(tally->slots, 0, SLOTS_MIN * sizeof *tally->slots);
    /* Where memory happens to be differs from run to run, so that whoever writes hostile names
     * cannot choose them to collide. Nothing that is told depends on it. */
    tally->seed = ((uintptr_t)tally->slots ^ UINT64_C(0xff51afd7ed558ccd)) | 1;
    return OK;
}

/* The slot that a key is in, or would be put into. */
static uint32_t slot_of(const struct tally *tally, struct bytes key, uint64_t hash)
{
    uint32_t slot = (uint32_t)hash & (tally->slot_count - 1);
    while (tally->slots[slot] != 0) {
        const struct tally_entry *entry = tally->entries[tally->slots[slot] - 1];
        if (entry->hash == hash && bytes_equal(entry->key, key)) {
            break;
        }
        slot = (slot + 1) & (tally->slot_count - 1);
    }
    return slot;
}

/* The old tables stay in the arena: together they are as large as the new ones. */
static struct status grow(struct tally *tally)
{
    uint32_t slot_count = tally->slot_count * 2;
    uint32_t *slots = arena_take(tally->arena, slot_count * sizeof *slots);
    struct tally_entry **entries = arena_take(tally->arena, slot_count / 2 * sizeof(void *));
    if (slots == NULL || entries == NULL) {
        return FAIL(NO_MEMORY, slot_count);
    }
    memset(slots, 0, slot_count * sizeof *slots);
    memcpy(entries, tally->entries, tally->count * sizeof(void *));
    for (uint32_t i = 0; i < tally->count; i++) {
        uint32_t slot = (uint32_t)entries[i]->hash & (slot_count - 1);
        while (slots[slot] != 0) {
            slot = (slot + 1) & (slot_count - 1);
        }
        slots[slot] = i + 1;
    }
    tally->slots = slots;
    tally->entries = entries;
    tally->slot_count = slot_count;
    return OK;
}

static void *value_of(struct tally_entry *entry)
{
    return entry + 1;
}

static struct status add(struct tally *tally, struct bytes key, uint64_t hash, void **value)
{
    if (tally->count == tally->limit) {
        return FAIL_BECAUSE(LIMIT, tally->limit, tally->why);
    }
    if (tally->count == tally->slot_count / 2) {
        TRY(grow(tally));
    }
    struct tally_entry *entry = arena_take(tally->arena, sizeof *entry + tally->value_size);
    struct bytes copy = arena_copy(tally->arena, key);
    if (entry == NULL || tally->arena->full) {
        return FAIL(NO_MEMORY, key.size + tally->value_size);
    }
    *entry = (struct tally_entry){.key = copy, .hash = hash};
    *value = value_of(entry);
    memset(*value, 0, tally->value_size);
    tally->entries[tally->count++] = entry;
    tally->slots[slot_of(tally, key, hash)] = tally->count;
    return OK;
}

struct status tally_at(struct tally *tally, struct bytes key, void **value)
{
    uint64_t hash = hash_of(tally, key);
    uint32_t found = tally->slots[slot_of(tally, key, hash)];
    if (found == 0) {
        return add(tally, key, hash, value);
    }
    *value = value_of(tally->entries[found - 1]);
    return OK;
}

void *tally_find(const struct tally *tally, struct bytes key)
{
    uint32_t found = tally->slots[slot_of(tally, key, hash_of(tally, key))];
    return found == 0 ? NULL : value_of(tally->entries[found - 1]);
}

struct bytes tally_key(const struct tally *tally, uint32_t index)
{
    assert(index < tally->count);
    return tally->entries[index]->key;
}

void *tally_value(const struct tally *tally, uint32_t index)
{
    assert(index < tally->count);
    return value_of(tally->entries[index]);
}

#include "schema/lookup.h"

#include <assert.h>

/* Little-endian by shifts: the tables are laid out on one machine and read on another. */
static uint64_t eight_bytes(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

uint64_t lookup_hash(struct bytes name, uint64_t seed)
{
    uint64_t hash = seed ^ name.size;
    if (name.size < 8) {
        uint64_t word = 0;
        for (size_t i = 0; i < name.size; i++) {
            word = word << 8 | name.data[i];
        }
        return mix(hash, word);
    }
    for (size_t i = 0; i + 8 < name.size; i += 8) {
        hash = mix(hash, eight_bytes(name.data + i));
    }
    /* The last eight overlap what has been taken already, which harms nothing. */
    return mix(hash, eight_bytes(name.data + name.size - 8));
}

bool lookup_find(const struct lookup *lookup, struct bytes name, uint32_t *position)
{
    uint64_t at = lookup_hash(name, lookup->seed) & lookup->mask;
    while (lookup->slots[at] != 0) {
        uint32_t found = lookup->slots[at] - 1u;
        if (bytes_equal(lookup->names[found], name)) {
            *position = found;
            return true;
        }
        at = (at + 1) & lookup->mask;
    }
    return false;
}

const char *lookup_name(const struct lookup *lookup, uint32_t position)
{
    assert(position < lookup->count);
    return (const char *)lookup->names[position].data;
}

#include "store/name_table.h"

#include "schema/lookup.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CAPACITY = 16, /* entries */
    SEED = 11,
};

/* Open addressing, at most half full: a slot is an entry's place and 1, or 0. */
struct name_table {
    size_t entry_size, most;
    uint8_t *entries;
    size_t count, capacity;
    uint32_t *slots;
    size_t mask; /* slots, a power of two, less 1 */
};

struct status name_table_open(size_t entry_size, size_t most, struct name_table **out)
{
    assert(entry_size > NAME_MAX_SIZE && most < UINT32_MAX / 2);
    struct name_table *table = calloc(1, sizeof *table);
    if (table == NULL) {
        return FAIL(NO_MEMORY, sizeof *table);
    }
    table->entry_size = entry_size;
    table->most = most;
    *out = table;
    return OK;
}

void name_table_close(struct name_table **table)
{
    if (*table != NULL) {
        free((*table)->entries);
        free((*table)->slots);
        free(*table);
        *table = NULL;
    }
}

/* Slots ----------------------------------------------------------------------------------- */

static uint8_t *entry_at(const struct name_table *table, size_t place)
{
    return table->entries + place * table->entry_size;
}

static struct bytes name_at(const struct name_table *table, size_t place)
{
    return bytes_of_string((const char *)entry_at(table, place));
}

static size_t home_of(const struct name_table *table, struct bytes name)
{
    return (size_t)lookup_hash(name, SEED) & table->mask;
}

/* The slot of this name, or the empty one where it would be. */
static size_t slot_of(const struct name_table *table, struct bytes name)
{
    size_t slot = home_of(table, name);
    while (table->slots[slot] != 0 && !bytes_equal(name_at(table, table->slots[slot] - 1), name)) {
        slot = (slot + 1) & table->mask;
    }
    return slot;
}

/* Whoever stands behind a slot that becomes empty, and would not be found any more, moves up. */
static void empty_slot(struct name_table *table, size_t slot)
{
    size_t next = slot;
    for (;;) {
        next = (next + 1) & table->mask;
        if (table->slots[next] == 0) {
            break;
        }
        size_t home = home_of(table, name_at(table, table->slots[next] - 1));
        if (((next - home) & table->mask) >= ((next - slot) & table->mask)) {
            table->slots[slot] = table->slots[next];
            slot = next;
        }
    }
    table->slots[slot] = 0;
}

static struct status grow(struct name_table *table)
{
    size_t capacity = table->capacity == 0 ? FIRST_CAPACITY : 2 * table->capacity;
    uint32_t *slots = calloc(2 * capacity, sizeof *slots);
    uint8_t *entries = slots == NULL ? NULL : realloc(table->entries, capacity * table->entry_size);
    if (entries == NULL) {
        free(slots);
        return FAIL(NO_MEMORY, capacity * table->entry_size);
    }
    free(table->slots);
    table->entries = entries;
    table->slots = slots;
    table->capacity = capacity;
    table->mask = 2 * capacity - 1;
    for (size_t place = 0; place < table->count; place++) {
        table->slots[slot_of(table, name_at(table, place))] = (uint32_t)place + 1;
    }
    return OK;
}

/* Entries --------------------------------------------------------------------------------- */

void *name_table_find(const struct name_table *table, struct bytes name)
{
    uint32_t found = table->count == 0 ? 0 : table->slots[slot_of(table, name)];
    return found == 0 ? NULL : entry_at(table, found - 1);
}

struct status name_table_add(struct name_table *table, struct bytes name, void **out)
{
    assert(name.size > 0 && name.size <= NAME_MAX_SIZE);
    if (table->count == table->most) {
        return FAIL(LIMIT, table->most);
    }
    if (table->count == table->capacity) {
        struct status status = grow(table);
        if (failed(status)) {
            return status;
        }
    }
    size_t slot = slot_of(table, name);
    assert(table->slots[slot] == 0);
    uint8_t *entry = entry_at(table, table->count);
    memset(entry, 0, table->entry_size);
    memcpy(entry, name.data, name.size);
    table->slots[slot] = (uint32_t)++table->count;
    *out = entry;
    return OK;
}

/* The last one takes the place of the one that goes. */
void name_table_remove(struct name_table *table, struct bytes name)
{
    size_t slot = table->count == 0 ? 0 : slot_of(table, name);
    if (table->count == 0 || table->slots[slot] == 0) {
        return;
    }
    size_t place = table->slots[slot] - 1, last = table->count - 1;
    empty_slot(table, slot);
    if (place != last) {
        table->slots[slot_of(table, name_at(table, last))] = (uint32_t)place + 1;
        memcpy(entry_at(table, place), entry_at(table, last), table->entry_size);
    }
    table->count--;
}

size_t name_table_count(const struct name_table *table)
{
    return table->count;
}

void *name_table_at(const struct name_table *table, size_t place)
{
    assert(place < table->count);
    return entry_at(table, place);
}

#include "store/groups.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

enum {
    SLOTS_FIRST = 4096,
    SLOTS_EACH = 4,           /* for each term at least: a second probe costs more than the first */
    SORTED_BY_INSERTION = 24, /* terms: below this a radix pass costs more than it saves */
    RADIX = 256,
};

struct group {
    struct term term;
    uint32_t count;
    uint32_t mark; /* while adding: its last event; then: where its events end */
};

/* One term of one event. */
struct note {
    uint32_t group;
    uint32_t event;
};

struct rank {
    uint64_t high, low; /* the term, to be compared as two numbers */
    uint32_t group;
};

struct groups {
    uint64_t seed[2]; /* against terms that were chosen to fall into one slot */
    uint64_t first;   /* position of event 0 */
    uint32_t *slots;  /* group + 1; 0: free */
    size_t slot_mask, slots_max;
    struct group *groups, *spare;
    size_t
        kept_count; /* the first groups are sorted: terms of the run before, likely to come again */
    struct note *notes;
    struct rank *ranks, *scratch;
    uint32_t *events;    /* of each group, one after the other */
    uint64_t *positions; /* of the group that is lent */
    size_t group_count, rank_count, note_count, notes_max;
};

static size_t slots_for(size_t terms)
{
    size_t slots = SLOTS_FIRST;
    while (slots < SLOTS_EACH * terms) {
        slots *= 2;
    }
    return slots;
}

struct status groups_open(size_t events_max, struct groups **out)
{
    struct groups *groups = calloc(1, sizeof *groups);
    if (groups == NULL) {
        return FAIL(NO_MEMORY, sizeof *groups);
    }
    groups->notes_max = events_max * INDEX_EVENT_TERMS_MAX;
    size_t terms = 2 * groups->notes_max; /* of this run and of the one before */
    assert(terms < UINT32_MAX);
    groups->slots_max = slots_for(terms);
    groups->slots = calloc(groups->slots_max, sizeof *groups->slots);
    groups->groups = calloc(terms, sizeof *groups->groups);
    groups->spare = calloc(terms, sizeof *groups->spare);
    groups->notes = calloc(groups->notes_max, sizeof *groups->notes);
    groups->ranks = calloc(terms, sizeof *groups->ranks);
    groups->scratch = calloc(terms, sizeof *groups->scratch);
    groups->events = calloc(groups->notes_max, sizeof *groups->events);
    groups->positions = calloc(events_max, sizeof *groups->positions);
    bool whole = groups->slots != NULL && groups->groups != NULL && groups->spare != NULL &&
                 groups->notes != NULL && groups->ranks != NULL && groups->scratch != NULL &&
                 groups->positions != NULL;
    if (!whole || getrandom(groups->seed, sizeof groups->seed, 0) != sizeof groups->seed) {
        struct status status = whole ? FAIL(IO, (uint64_t)errno) : FAIL(NO_MEMORY, terms);
        groups_close(&groups);
        return status;
    }
    groups->slot_mask = SLOTS_FIRST - 1;
    *out = groups;
    return OK;
}

void groups_close(struct groups **groups)
{
    if (*groups == NULL) {
        return;
    }
    free((*groups)->slots);
    free((*groups)->groups);
    free((*groups)->spare);
    free((*groups)->notes);
    free((*groups)->ranks);
    free((*groups)->scratch);
    free((*groups)->events);
    free((*groups)->positions);
    free(*groups);
    *groups = NULL;
}

static inline uint64_t word_of(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word); /* of any byte order: it only chooses a slot */
    return word;
}

static inline size_t slot_of(const struct groups *groups, const struct term *term)
{
    __extension__ typedef unsigned __int128 wide;
    wide product =
        (wide)(word_of(term->data) ^ groups->seed[0]) * (word_of(term->data + 8) ^ groups->seed[1]);
    return ((size_t)product ^ (size_t)(product >> 64)) & groups->slot_mask;
}

static inline bool term_equal(const struct term *a, const struct term *b)
{
    return word_of(a->data) == word_of(b->data) && word_of(a->data + 8) == word_of(b->data + 8);
}

/* The slot that has the term, or the free one where it belongs. */
static inline size_t find_slot(const struct groups *groups, const struct term *term)
{
    size_t slot = slot_of(groups, term);
    while (groups->slots[slot] != 0 &&
           !term_equal(&groups->groups[groups->slots[slot] - 1].term, term)) {
        slot = (slot + 1) & groups->slot_mask;
    }
    return slot;
}

static void place_all(struct groups *groups, size_t slots)
{
    assert(slots <= groups->slots_max);
    groups->slot_mask = slots - 1;
    memset(groups->slots, 0, slots * sizeof *groups->slots);
    for (size_t i = 0; i < groups->group_count; i++) {
        groups->slots[find_slot(groups, &groups->groups[i].term)] = (uint32_t)i + 1;
    }
}

static void add_group(struct groups *groups, const struct term *term, size_t slot)
{
    if (SLOTS_EACH * (groups->group_count + 1) > groups->slot_mask + 1) {
        place_all(groups, 2 * (groups->slot_mask + 1));
        slot = find_slot(groups, term);
    }
    groups->groups[groups->group_count] = (struct group){.term = *term};
    groups->slots[slot] = (uint32_t)++groups->group_count;
}

void groups_add(struct groups *groups, uint64_t n, const struct term *terms, size_t count)
{
    if (groups->note_count == 0) {
        groups->first = n;
    }
    assert(count <= groups->notes_max - groups->note_count);
    uint32_t event = (uint32_t)(n - groups->first);
    for (size_t i = 0; i < count; i++) {
        size_t slot = find_slot(groups, &terms[i]);
        uint32_t index = groups->slots[slot];
        if (index == 0) {
            add_group(groups, &terms[i], slot);
            index = (uint32_t)groups->group_count;
        }
        struct group *group = &groups->groups[index - 1];
        if (group->count == 0 || group->mark != event) {
            groups->notes[groups->note_count++] = (struct note){.group = index - 1, .event = event};
            group->count++;
            group->mark = event;
        }
    }
}

static bool before(const struct rank *a, const struct rank *b)
{
    return a->high != b->high ? a->high < b->high : a->low < b->low;
}

static void sort_by_insertion(struct rank *ranks, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct rank rank = ranks[i];
        size_t k = i;
        for (; k > 0 && before(&rank, &ranks[k - 1]); k--) {
            ranks[k] = ranks[k - 1];
        }
        ranks[k] = rank;
    }
}

static size_t byte_of(const struct rank *rank, unsigned byte)
{
    uint64_t word = byte < 8 ? rank->high : rank->low;
    return (word >> (56 - 8 * (byte % 8))) & 0xFF;
}

/* Terms share long beginnings and differ early after them, which is what a radix sort from the
 * front is good at. At most INDEX_TERM_SIZE deep. */
static void sort_from(struct rank *ranks, struct rank *scratch, size_t count, unsigned byte)
{
    if (count < SORTED_BY_INSERTION || byte == INDEX_TERM_SIZE) {
        sort_by_insertion(ranks, count);
        return;
    }
    uint32_t ends[RADIX] = {0};
    for (size_t i = 0; i < count; i++) {
        ends[byte_of(&ranks[i], byte)]++;
    }
    if (ends[byte_of(&ranks[0], byte)] == count) {
        sort_from(ranks, scratch, count, byte + 1);
        return;
    }
    for (size_t i = 1; i < RADIX; i++) {
        ends[i] += ends[i - 1];
    }
    for (size_t i = count; i-- > 0;) {
        scratch[--ends[byte_of(&ranks[i], byte)]] = ranks[i];
    }
    memcpy(ranks, scratch, count * sizeof *ranks);
    for (size_t i = 0; i < RADIX; i++) {
        size_t end = i + 1 < RADIX ? ends[i + 1] : count;
        if (end - ends[i] > 1) {
            sort_from(ranks + ends[i], scratch, end - ends[i], byte + 1);
        }
    }
}

static struct rank rank_of(const struct groups *groups, size_t index)
{
    const uint8_t *term = groups->groups[index].term.data;
    return (struct rank){
        .high = bytes_read_u64(term), .low = bytes_read_u64(term + 8), .group = (uint32_t)index};
}

/* Where each group's events begin; writing them moves that on to where they end. */
static void write_events(struct groups *groups)
{
    uint32_t begin = 0;
    for (size_t i = 0; i < groups->group_count; i++) {
        groups->groups[i].mark = begin;
        begin += groups->groups[i].count;
    }
    const struct note *notes = groups->notes;
    for (size_t i = 0, count = groups->note_count; i < count; i++) {
        groups->events[groups->groups[notes[i].group].mark++] = notes[i].event;
    }
}

/* The new terms are sorted, and then merged with those that already were. */
size_t groups_sort(struct groups *groups)
{
    size_t fresh_count = groups->group_count - groups->kept_count;
    struct rank *fresh = groups->scratch + groups->kept_count;
    for (size_t i = 0; i < fresh_count; i++) {
        fresh[i] = rank_of(groups, groups->kept_count + i);
    }
    sort_from(fresh, groups->ranks, fresh_count, 0);
    size_t count = 0, next = 0;
    for (size_t i = 0; i < groups->kept_count; i++) {
        if (groups->groups[i].count == 0) {
            continue;
        }
        struct rank kept = rank_of(groups, i);
        while (next < fresh_count && before(&fresh[next], &kept)) {
            groups->ranks[count++] = fresh[next++];
        }
        groups->ranks[count++] = kept;
    }
    while (next < fresh_count) {
        groups->ranks[count++] = fresh[next++];
    }
    groups->rank_count = count;
    write_events(groups);
    return count;
}

size_t groups_at(struct groups *groups, size_t rank, struct term *term, const uint64_t **positions)
{
    const struct group *group = &groups->groups[groups->ranks[rank].group];
    const uint32_t *events = groups->events + group->mark - group->count;
    for (size_t i = 0; i < group->count; i++) {
        groups->positions[i] = groups->first + events[i];
    }
    *term = group->term;
    *positions = groups->positions;
    return group->count;
}

/* A term that came but once is not expected again. */
void groups_clear(struct groups *groups)
{
    size_t kept = 0;
    for (size_t i = 0; i < groups->rank_count; i++) {
        const struct group *group = &groups->groups[groups->ranks[i].group];
        if (group->count > 1) {
            groups->spare[kept++] = (struct group){.term = group->term};
        }
    }
    struct group *groups_before = groups->groups;
    groups->groups = groups->spare;
    groups->spare = groups_before;
    groups->group_count = groups->kept_count = kept;
    groups->rank_count = groups->note_count = 0;
    place_all(groups, slots_for(kept));
}

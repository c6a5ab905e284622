#include "store/groups.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

enum {
    SLOTS_FIRST = 4096,
    SORTED_BY_INSERTION = 24, /* terms: below this a radix pass costs more than it saves */
    RADIX = 256,
};

struct group {
    struct term term;
    uint32_t count;
    uint32_t end; /* while adding: position in `notes` of its last note, plus one; then: where its
                     positions end */
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
    struct group *groups;
    struct note *notes;
    struct rank *ranks, *scratch;
    uint64_t *positions;
    size_t group_count, note_count, notes_max;
};

static size_t slots_for(size_t terms)
{
    size_t slots = SLOTS_FIRST;
    while (slots < 2 * terms) {
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
    size_t terms = events_max * INDEX_EVENT_TERMS_MAX;
    assert(terms < UINT32_MAX);
    groups->notes_max = terms;
    groups->slots_max = slots_for(terms);
    groups->slots = calloc(groups->slots_max, sizeof *groups->slots);
    groups->groups = calloc(terms, sizeof *groups->groups);
    groups->notes = calloc(terms, sizeof *groups->notes);
    groups->ranks = calloc(terms, sizeof *groups->ranks);
    groups->scratch = calloc(terms, sizeof *groups->scratch);
    groups->positions = calloc(terms, sizeof *groups->positions);
    bool whole = groups->slots != NULL && groups->groups != NULL && groups->notes != NULL &&
                 groups->ranks != NULL && groups->scratch != NULL && groups->positions != NULL;
    if (!whole || getrandom(groups->seed, sizeof groups->seed, 0) != sizeof groups->seed) {
        struct status status = whole ? FAIL(IO, (uint64_t)errno) : FAIL(NO_MEMORY, terms);
        groups_close(&groups);
        return status;
    }
    groups_clear(groups);
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
    free((*groups)->notes);
    free((*groups)->ranks);
    free((*groups)->scratch);
    free((*groups)->positions);
    free(*groups);
    *groups = NULL;
}

void groups_clear(struct groups *groups)
{
    groups->slot_mask = SLOTS_FIRST - 1;
    memset(groups->slots, 0, SLOTS_FIRST * sizeof *groups->slots);
    groups->group_count = 0;
    groups->note_count = 0;
}

static uint64_t word_of(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word); /* of any byte order: it only chooses a slot */
    return word;
}

static size_t slot_of(const struct groups *groups, const struct term *term)
{
    __extension__ typedef unsigned __int128 wide;
    wide product =
        (wide)(word_of(term->data) ^ groups->seed[0]) * (word_of(term->data + 8) ^ groups->seed[1]);
    return ((size_t)product ^ (size_t)(product >> 64)) & groups->slot_mask;
}

static bool term_equal(const struct term *a, const struct term *b)
{
    return memcmp(a->data, b->data, INDEX_TERM_SIZE) == 0;
}

static size_t find_slot(const struct groups *groups, const struct term *term)
{
    size_t slot = slot_of(groups, term);
    while (groups->slots[slot] != 0 &&
           !term_equal(&groups->groups[groups->slots[slot] - 1].term, term)) {
        slot = (slot + 1) & groups->slot_mask;
    }
    return slot;
}

static void widen(struct groups *groups)
{
    size_t slots = 2 * (groups->slot_mask + 1);
    assert(slots <= groups->slots_max);
    groups->slot_mask = slots - 1;
    memset(groups->slots, 0, slots * sizeof *groups->slots);
    for (size_t i = 0; i < groups->group_count; i++) {
        groups->slots[find_slot(groups, &groups->groups[i].term)] = (uint32_t)i + 1;
    }
}

static uint32_t add_group(struct groups *groups, const struct term *term, size_t slot)
{
    if (2 * (groups->group_count + 1) > groups->slot_mask + 1) {
        widen(groups);
        slot = find_slot(groups, term);
    }
    groups->groups[groups->group_count] = (struct group){.term = *term};
    groups->slots[slot] = (uint32_t)++groups->group_count;
    return groups->slots[slot] - 1;
}

static void add_term(struct groups *groups, uint32_t event, const struct term *term)
{
    size_t slot = find_slot(groups, term);
    uint32_t index =
        groups->slots[slot] != 0 ? groups->slots[slot] - 1 : add_group(groups, term, slot);
    struct group *group = &groups->groups[index];
    if (group->count > 0 && groups->notes[group->end - 1].event == event) {
        return;
    }
    groups->notes[groups->note_count++] = (struct note){.group = index, .event = event};
    group->count++;
    group->end = (uint32_t)groups->note_count;
}

void groups_add(struct groups *groups, uint64_t n, const struct term *terms, size_t count)
{
    if (groups->note_count == 0) {
        groups->first = n;
    }
    assert(count <= groups->notes_max - groups->note_count);
    for (size_t i = 0; i < count; i++) {
        add_term(groups, (uint32_t)(n - groups->first), &terms[i]);
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

size_t groups_sort(struct groups *groups)
{
    uint32_t end = 0;
    for (size_t i = 0; i < groups->group_count; i++) {
        struct group *group = &groups->groups[i];
        groups->ranks[i] = (struct rank){.high = bytes_read_u64(group->term.data),
                                         .low = bytes_read_u64(group->term.data + 8),
                                         .group = (uint32_t)i};
        group->end = end; /* where they begin; moved on to their end below */
        end += group->count;
    }
    for (size_t i = 0; i < groups->note_count; i++) {
        const struct note *note = &groups->notes[i];
        groups->positions[groups->groups[note->group].end++] = groups->first + note->event;
    }
    sort_from(groups->ranks, groups->scratch, groups->group_count, 0);
    return groups->group_count;
}

size_t groups_at(const struct groups *groups, size_t rank, struct term *term,
                 const uint64_t **positions)
{
    const struct group *group = &groups->groups[groups->ranks[rank].group];
    *term = group->term;
    *positions = groups->positions + group->end - group->count;
    return group->count;
}

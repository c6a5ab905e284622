#include "store/slice.h"

#include <assert.h>

int slice_key_compare(const struct slice_key *a, const struct slice_key *b)
{
    int order = memcmp(a->term, b->term, INDEX_TERM_SIZE);
    if (order != 0) {
        return order;
    }
    return a->position < b->position ? -1 : a->position > b->position;
}

static struct slice_key key_of(const uint8_t *term, uint64_t position)
{
    struct slice_key key = {.position = position};
    memcpy(key.term, term, INDEX_TERM_SIZE);
    return key;
}

/* Blocks -------------------------------------------------------------------------------------- */

static struct status take_entry(const struct block_entry *entry, bool is_first,
                                struct slice_block *block)
{
    struct slice_key first = key_of(entry->term, entry->first);
    uint64_t last;
    if (is_first) {
        block->first = first;
    } else if (slice_key_compare(&first, &block->last) <= 0) {
        return FAIL_BECAUSE(MALFORMED, entry->at, "the entries of a block are not in order");
    }
    TRY(block_last(entry, &last));
    block->last = key_of(entry->term, last);
    return OK;
}

struct status slice_block_read(struct bytes bytes, struct slice_block *out)
{
    struct slice_block block = {.bytes = bytes};
    struct block_reader reader;
    struct block_entry entry;
    TRY(block_open(bytes, &reader));
    block.number = reader.number;
    struct status status = block_next(&reader, &entry);
    for (bool is_first = true; !failed(status); is_first = false) {
        TRY(take_entry(&entry, is_first, &block));
        status = block_next(&reader, &entry);
    }
    if (status.code != STATUS_NOT_FOUND) {
        return status;
    }
    *out = block;
    return OK;
}

bool slice_needs(const struct term *term, const struct slice_range *range,
                 const struct slice_key *last_before, const struct slice_key *first_after)
{
    struct slice_key first = key_of(term->data, range->first);
    struct slice_key last = key_of(term->data, range->last);
    return (last_before == NULL || slice_key_compare(last_before, &last) < 0) &&
           (first_after == NULL || slice_key_compare(first_after, &first) > 0);
}

/* Slices -------------------------------------------------------------------------------------- */

static struct status corrupt(const struct slice *slice, const char *why)
{
    return FAIL_BECAUSE(CORRUPT, slice->from, why);
}

static struct status check_entries(const struct slice *slice, struct bytes bytes)
{
    struct block_reader reader;
    struct block_entry entry;
    uint64_t last;
    TRY(block_open(bytes, &reader));
    while (!failed(block_next(&reader, &entry))) {
        TRY(block_last(&entry, &last));
        if (entry.first < slice->from || last >= slice->to) {
            return corrupt(slice, "a block of the index has a position outside of its run");
        }
    }
    return OK;
}

struct status slice_check(const struct slice *slice)
{
    for (size_t i = 0; i < slice->count; i++) {
        const struct slice_block *block = &slice->blocks[i];
        TRY(check_entries(slice, block->bytes));
        if (block->number >= slice->total) {
            return corrupt(slice, "a block of the index is beyond its run");
        }
        if (i > 0 && (block->number <= block[-1].number ||
                      slice_key_compare(&block[-1].last, &block->first) >= 0)) {
            return corrupt(slice, "the blocks of the index are not in order");
        }
    }
    return OK;
}

/* Walking ------------------------------------------------------------------------------------- */

/* The first block that reaches the key; the number of blocks if none does. */
static size_t block_reaching(const struct slice *slice, const struct slice_key *key)
{
    size_t low = 0, high = slice->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (slice_key_compare(&slice->blocks[middle].last, key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Whether nothing of the run can stand between the key and block `at`. */
static bool begins_early(const struct slice *slice, size_t at, const struct slice_key *key)
{
    const struct slice_block *block = &slice->blocks[at];
    bool joined = at > 0 && block[-1].number + 1 == block->number;
    return block->number == 0 || joined || slice_key_compare(&block->first, key) <= 0;
}

/* Whether the blocks go on from `at` without a gap until one reaches the key or the run ends. */
static bool reaches(const struct slice *slice, size_t at, const struct slice_key *key)
{
    while (at < slice->count && slice_key_compare(&slice->blocks[at].last, key) < 0 &&
           slice->blocks[at].number + 1 < slice->total) {
        at++;
        if (at < slice->count && slice->blocks[at - 1].number + 1 != slice->blocks[at].number) {
            return false;
        }
    }
    return at < slice->count;
}

struct status slice_cursor_open(const struct slice *slice, const struct term *term,
                                const struct slice_range *range, struct slice_cursor *out)
{
    struct slice_key first = key_of(term->data, range->first);
    struct slice_key last = key_of(term->data, range->last);
    assert(range->first <= range->last);
    size_t at = block_reaching(slice, &first);
    if (at == slice->count) {
        if (at == 0 || slice->blocks[at - 1].number + 1 != slice->total) {
            return corrupt(slice, "the block of the index beyond a term is missing");
        }
    } else if (!begins_early(slice, at, &first)) {
        return corrupt(slice, "the block of the index before a term is missing");
    } else if (!reaches(slice, at, &last)) {
        return corrupt(slice, "a block of the index is missing within a term or beyond it");
    }
    out->slice = slice;
    out->term = *term;
    out->range = *range;
    out->next = at;
    out->reading = false;
    out->at = out->count = 0;
    return OK;
}

/* Reads the term's next entry; false if there is none. */
static bool next_entry(struct slice_cursor *cursor)
{
    struct block_entry entry;
    for (;;) {
        if (!cursor->reading) {
            if (cursor->next == cursor->slice->count ||
                failed(block_open(cursor->slice->blocks[cursor->next].bytes, &cursor->reader))) {
                return false;
            }
            cursor->next++;
            cursor->reading = true;
        }
        while (!failed(block_next(&cursor->reader, &entry))) {
            int order = memcmp(entry.term, cursor->term.data, INDEX_TERM_SIZE);
            if (order > 0) {
                return false;
            }
            if (order == 0) {
                return !failed(block_positions(&entry, cursor->positions, &cursor->count));
            }
        }
        cursor->reading = false;
    }
}

bool slice_cursor_move(struct slice_cursor *cursor, uint64_t from, uint64_t *n)
{
    from = from < cursor->range.first ? cursor->range.first : from;
    for (;;) {
        while (cursor->at < cursor->count && cursor->positions[cursor->at] < from) {
            cursor->at++;
        }
        if (cursor->at < cursor->count) {
            *n = cursor->positions[cursor->at];
            return *n <= cursor->range.last;
        }
        cursor->at = cursor->count = 0;
        if (!next_entry(cursor)) {
            cursor->next = cursor->slice->count;
            cursor->reading = false;
            return false;
        }
    }
}

#include "store/block.h"

#include <assert.h>

static size_t variable_write(uint8_t *out, uint64_t number)
{
    size_t size = 0;
    while (number >= 0x80) {
        out[size++] = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    out[size++] = (uint8_t)number;
    return size;
}

static struct status variable_read(struct bytes bytes, size_t *at, uint64_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < BLOCK_VARIABLE_MAX && *at + i < bytes.size; i++) {
        uint8_t byte = bytes.data[*at + i];
        number |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte >= 0x80) {
            continue;
        }
        if (byte == 0 && i > 0) {
            return FAIL_BECAUSE(MALFORMED, *at, "a number is longer than it needs to be");
        }
        if (number > BLOCK_POSITION_MAX) {
            break;
        }
        *at += i + 1;
        *out = number;
        return OK;
    }
    return FAIL_BECAUSE(MALFORMED, *at, "a number has no end or is too large");
}

/* Writing ----------------------------------------------------------------------------------- */

void block_start(struct block *block, uint32_t number)
{
    assert(block->max >= BLOCK_LEAST && block->max <= sizeof block->data);
    bytes_write_u32(block->data, number);
    block->size = BLOCK_NUMBER_SIZE;
    block->entry = 0;
}

static void end_entry(struct block *block)
{
    if (block->entry > 0) {
        bytes_write_u16(block->data + block->entry, (uint16_t)(block->size - block->entry - 2));
    }
    block->entry = 0;
}

bool block_begin(struct block *block, const struct term *term, uint64_t first)
{
    uint8_t memory[BLOCK_VARIABLE_MAX + 1];
    assert(first <= BLOCK_POSITION_MAX);
    size_t first_size = variable_write(memory, first);
    if (block->max - block->size < BLOCK_ENTRY_HEAD + first_size) {
        return false;
    }
    end_entry(block);
    block->entry = block->size;
    memcpy(block->data + block->size + 2, term->data, INDEX_TERM_SIZE);
    memcpy(block->data + block->size + BLOCK_ENTRY_HEAD, memory, first_size);
    block->size += BLOCK_ENTRY_HEAD + first_size;
    block->last = first;
    return true;
}

static bool add_slowly(struct block *block, uint64_t position)
{
    uint8_t memory[BLOCK_VARIABLE_MAX + 1];
    size_t size = variable_write(memory, position - block->last - 1);
    if (size > block->max - block->size) {
        return false;
    }
    memcpy(block->data + block->size, memory, size);
    block->size += size;
    block->last = position;
    return true;
}

size_t block_add(struct block *block, const uint64_t *positions, size_t count)
{
    assert(block->entry > 0);
    assert(count == 0 || positions[count - 1] <= BLOCK_POSITION_MAX);
    size_t i = 0;
    uint8_t *end = block->data + block->size;
    const uint8_t *roomy = block->data + block->max - BLOCK_VARIABLE_MAX;
    uint64_t last = block->last;
    for (; i < count && end <= roomy; i++) {
        uint64_t gap = positions[i] - last - 1;
        last = positions[i];
        if (gap < 0x80) {
            *end++ = (uint8_t)gap;
        } else {
            end += variable_write(end, gap);
        }
    }
    block->size = (size_t)(end - block->data);
    block->last = last;
    while (i < count && add_slowly(block, positions[i])) {
        i++;
    }
    return i;
}

struct bytes block_end(struct block *block)
{
    end_entry(block);
    return bytes_of(block->data, block->size);
}

/* Reading ----------------------------------------------------------------------------------- */

struct status block_open(struct bytes bytes, struct block_reader *out)
{
    if (bytes.size > INDEX_BLOCK_SIZE) {
        return FAIL_BECAUSE(MALFORMED, bytes.size, "a block is too large");
    }
    if (bytes.size <= BLOCK_NUMBER_SIZE) {
        return FAIL_BECAUSE(MALFORMED, bytes.size, "a block has no entry");
    }
    *out = (struct block_reader){
        .bytes = bytes, .at = BLOCK_NUMBER_SIZE, .number = bytes_read_u32(bytes.data)};
    return OK;
}

struct status block_next(struct block_reader *reader, struct block_entry *out)
{
    size_t at = reader->at, left = reader->bytes.size - at;
    if (left == 0) {
        return FAIL(NOT_FOUND, reader->number);
    }
    size_t size = left >= 2 ? bytes_read_u16(reader->bytes.data + at) : 0;
    if (size <= INDEX_TERM_SIZE || size > left - 2) {
        return FAIL_BECAUSE(MALFORMED, at, "an entry is cut short");
    }
    size_t end = at + 2 + size;
    out->term = reader->bytes.data + at + 2;
    at += BLOCK_ENTRY_HEAD;
    TRY(variable_read(bytes_of(reader->bytes.data, end), &at, &out->first));
    out->gaps = bytes_of(reader->bytes.data + at, end - at);
    out->at = at;
    reader->at = end;
    return OK;
}

struct status block_positions(const struct block_entry *entry,
                              uint64_t positions[static BLOCK_POSITIONS_MAX], size_t *count)
{
    const uint8_t *gaps = entry->gaps.data;
    size_t size = entry->gaps.size, at = 0, n = 0;
    uint64_t last = entry->first;
    assert(size < BLOCK_POSITIONS_MAX);
    positions[n++] = last;
    while (at < size) {
        uint64_t gap = gaps[at];
        if (gap < 0x80) {
            at++;
        } else {
            struct status status = variable_read(entry->gaps, &at, &gap);
            if (failed(status)) {
                return FAIL_BECAUSE(MALFORMED, entry->at + status.at, status.why);
            }
        }
        last += gap + 1;
        if (last > BLOCK_POSITION_MAX) {
            return FAIL_BECAUSE(MALFORMED, entry->at + at, "a position is too large");
        }
        positions[n++] = last;
    }
    *count = n;
    return OK;
}

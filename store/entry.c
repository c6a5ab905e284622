#include "store/entry.h"

#include <assert.h>

static size_t number_write(uint8_t *out, uint64_t number)
{
    size_t size = 0;
    while (number >= 0x80) {
        out[size++] = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    out[size++] = (uint8_t)number;
    return size;
}

static struct status number_read(struct bytes bytes, size_t *at, uint64_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < ENTRY_NUMBER_MAX && *at + i < bytes.size; i++) {
        uint8_t byte = bytes.data[*at + i];
        number |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte >= 0x80) {
            continue;
        }
        if (byte == 0 && i > 0) {
            return FAIL_BECAUSE(MALFORMED, *at, "a number is longer than it needs to be");
        }
        if (number > ENTRY_POSITION_MAX) {
            break;
        }
        *at += i + 1;
        *out = number;
        return OK;
    }
    return FAIL_BECAUSE(MALFORMED, *at, "a number has no end or is too large");
}

size_t entry_write(uint8_t out[static ENTRY_SIZE_MAX], const struct term *term,
                   const uint64_t *positions, size_t count)
{
    assert(count >= 1 && count <= INDEX_ENTRY_MAX);
    memcpy(out, term->data, INDEX_TERM_SIZE);
    uint8_t *end = out + INDEX_TERM_SIZE;
    end += number_write(end, count);
    end += number_write(end, positions[0]);
    for (size_t i = 1; i < count; i++) {
        end += number_write(end, positions[i] - positions[i - 1] - 1);
    }
    return (size_t)(end - out);
}

static struct status read_start(struct bytes bytes, size_t *at, struct term *term, uint64_t *count,
                                uint64_t *first)
{
    if (bytes.size < INDEX_TERM_SIZE) {
        return FAIL_BECAUSE(MALFORMED, bytes.size, "an entry ends within its term");
    }
    memcpy(term->data, bytes.data, INDEX_TERM_SIZE);
    *at = INDEX_TERM_SIZE;
    TRY(number_read(bytes, at, count));
    if (*count < 1 || *count > INDEX_ENTRY_MAX) {
        return FAIL_BECAUSE(MALFORMED, INDEX_TERM_SIZE, "an entry has 1 to 512 positions");
    }
    return number_read(bytes, at, first);
}

struct status entry_read(struct bytes bytes, struct entry *out)
{
    size_t at = 0;
    uint64_t count = 0;
    TRY(read_start(bytes, &at, &out->term, &count, &out->positions[0]));
    for (size_t i = 1; i < count; i++) {
        uint64_t gap = 0;
        TRY(number_read(bytes, &at, &gap));
        out->positions[i] = out->positions[i - 1] + gap + 1;
        if (out->positions[i] > ENTRY_POSITION_MAX) {
            return FAIL_BECAUSE(MALFORMED, at, "a position is too large");
        }
    }
    if (at != bytes.size) {
        return FAIL_BECAUSE(MALFORMED, at, "an entry goes on after its last position");
    }
    out->count = count;
    return OK;
}

struct status entry_read_start(struct bytes bytes, struct term *term, uint64_t *first)
{
    size_t at = 0;
    uint64_t count = 0;
    return read_start(bytes, &at, term, &count, first);
}

void block_start(struct block *block, uint64_t number)
{
    block->size = number_write(block->data, number);
}

bool block_add(struct block *block, struct bytes entry)
{
    uint8_t size[ENTRY_NUMBER_MAX];
    size_t size_size = number_write(size, entry.size);
    if (size_size + entry.size > sizeof block->data - block->size) {
        return false;
    }
    memcpy(block->data + block->size, size, size_size);
    memcpy(block->data + block->size + size_size, entry.data, entry.size);
    block->size += size_size + entry.size;
    return true;
}

struct status block_open(struct bytes bytes, struct block_reader *out)
{
    struct block_reader reader = {.bytes = bytes};
    if (bytes.size > INDEX_BLOCK_SIZE) {
        return FAIL_BECAUSE(MALFORMED, bytes.size, "a block is too large");
    }
    TRY(number_read(bytes, &reader.at, &reader.number));
    if (reader.at == bytes.size) {
        return FAIL_BECAUSE(MALFORMED, reader.at, "a block has no entry");
    }
    *out = reader;
    return OK;
}

struct status block_next(struct block_reader *reader, struct bytes *entry)
{
    if (reader->at == reader->bytes.size) {
        return FAIL(NOT_FOUND, reader->number);
    }
    uint64_t size = 0;
    TRY(number_read(reader->bytes, &reader->at, &size));
    if (size > reader->bytes.size - reader->at) {
        return FAIL_BECAUSE(MALFORMED, reader->at, "an entry is cut short");
    }
    *entry = bytes_of(reader->bytes.data + reader->at, size);
    reader->at += size;
    reader->number++;
    return OK;
}

#include "store/block.h"

#include <assert.h>

enum {
    SHORT = 1 << 14, /* gaps below it take one byte or two */
};

/* The same number in each so many bits of a word. */
#define EACH(number, bits) (UINT64_MAX / ((UINT64_C(1) << (bits)) - 1) * (number))

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

/* Returns the bytes read: 0 if there is no number in its shortest form below 2^53. */
static size_t variable_read(const uint8_t *data, size_t size, uint64_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < BLOCK_VARIABLE_MAX && i < size; i++) {
        number |= (uint64_t)(data[i] & 0x7F) << (7 * i);
        if (data[i] < 0x80) {
            *out = number;
            return (data[i] == 0 && i > 0) || number > BLOCK_POSITION_MAX ? 0 : i + 1;
        }
    }
    return 0;
}

static struct status bad_number(size_t at)
{
    return FAIL_BECAUSE(MALFORMED, at, "a number is not in its shortest form, or too large");
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

/* Without a branch on one byte or two, which would be a guess: gaps are as random as events are.
 * There is room for the two bytes. */
static size_t write_short(uint8_t *out, uint64_t gap)
{
    uint64_t two = gap >= 0x80;
    out[0] = (uint8_t)(gap | two << 7);
    out[1] = (uint8_t)(gap >> 7);
    return 1 + two;
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
        end += gap < SHORT ? write_short(end, gap) : variable_write(end, gap);
    }
    block->size = (size_t)(end - block->data);
    block->last = last;
    while (i < count && add_slowly(block, positions[i])) {
        i++;
    }
    return i;
}

/* The first byte lowest. */
static inline uint64_t eight_bytes(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

/* The sum of eight bytes below 128. */
static uint64_t sum_bytes(uint64_t bytes)
{
    uint64_t pairs = (bytes & EACH(0x00FF, 16)) + ((bytes >> 8) & EACH(0x00FF, 16));
    return pairs * EACH(0x0001, 16) >> 48;
}

/* The sum of the gaps, eight bytes at a time for as long as gaps have one byte or two: then a byte
 * counts 128-fold just when the one before it has its eighth bit set. Adds to *distance the gaps
 * and one for each; returns the bytes read, which end with a gap. */
static size_t sum_short(struct bytes gaps, uint64_t *distance)
{
    size_t at = 0;
    uint64_t ones = 0, many = 0, count = 0, carry = 0;
    for (; gaps.size - at >= 8; at += 8) {
        uint64_t word = eight_bytes(gaps.data + at);
        uint64_t goes_on = word & EACH(0x80, 8);
        uint64_t second = goes_on << 8 | carry;
        uint64_t mask = (second >> 7) * 0xFF;
        uint64_t value = word & EACH(0x7F, 8);
        uint64_t checked = value | ~mask; /* a second byte of zero is the only zero byte */
        uint64_t zero = (checked - EACH(0x01, 8)) & ~checked & EACH(0x80, 8);
        if ((goes_on & second) != 0 || zero != 0) {
            break;
        }
        ones += sum_bytes(value & ~mask);
        many += sum_bytes(value & mask);
        count += 8 - ((goes_on >> 7) * EACH(1, 8) >> 56);
        carry = goes_on >> 56;
    }
    if (carry != 0) { /* the gap's first byte is left to whoever reads on */
        at--;
        ones -= gaps.data[at] & 0x7F;
    }
    *distance += ones + (many << 7) + count;
    return at;
}

/* The same for gaps of any size; returns how many bytes are well formed. */
static size_t sum_gaps(struct bytes gaps, uint64_t *distance)
{
    size_t at = 0;
    while (at < gaps.size) {
        at += sum_short(bytes_of(gaps.data + at, gaps.size - at), distance);
        for (size_t i = 0; i < 8 && at < gaps.size; i++) {
            uint64_t gap = 0;
            size_t size = variable_read(gaps.data + at, gaps.size - at, &gap);
            if (size == 0) {
                return at;
            }
            *distance += gap + 1;
            at += size;
        }
    }
    return at;
}

/* The most bytes of gaps that fit, up to the end of a gap. */
static size_t fitting(const struct block *block, struct bytes gaps)
{
    size_t size = block->max - block->size;
    if (size >= gaps.size) {
        return gaps.size;
    }
    while (size > 0 && gaps.data[size - 1] >= 0x80) {
        size--;
    }
    return size;
}

bool block_copy(struct block *block, struct block_entry *rest, uint64_t last)
{
    assert(block->entry > 0 && block->last == rest->first);
    size_t size = fitting(block, rest->gaps);
    if (size > 0) {
        memcpy(block->data + block->size, rest->gaps.data, size);
    }
    block->size += size;
    if (size == rest->gaps.size) {
        block->last = last;
        return true;
    }
    uint64_t distance = 0, gap = 0;
    size_t summed = sum_gaps(bytes_of(rest->gaps.data, size), &distance);
    size_t next = variable_read(rest->gaps.data + size, rest->gaps.size - size, &gap);
    assert(summed == size && next > 0);
    (void)summed;
    block->last += distance;
    rest->first = block->last + gap + 1;
    rest->gaps = bytes_of(rest->gaps.data + size + next, rest->gaps.size - size - next);
    return false;
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
    size_t first_size = variable_read(reader->bytes.data + at, end - at, &out->first);
    if (first_size == 0) {
        return bad_number(at);
    }
    at += first_size;
    out->gaps = bytes_of(reader->bytes.data + at, end - at);
    out->at = at;
    reader->at = end;
    return OK;
}

struct status block_last(const struct block_entry *entry, uint64_t *last)
{
    uint64_t distance = 0;
    size_t read = sum_gaps(entry->gaps, &distance);
    if (read < entry->gaps.size) {
        return bad_number(entry->at + read);
    }
    if (entry->first + distance > BLOCK_POSITION_MAX) {
        return FAIL_BECAUSE(MALFORMED, entry->at, "a position is too large");
    }
    *last = entry->first + distance;
    return OK;
}

/* Gaps of one byte or two, as many as come without another and with a byte to spare; without a
 * branch on which of them it is. Returns the bytes read. */
static size_t read_short(const struct bytes *gaps, uint64_t *positions, size_t *count)
{
    const uint8_t *at = gaps->data, *end = gaps->data + gaps->size;
    size_t n = *count;
    uint64_t last = positions[n - 1];
    while (end - at >= 2) {
        uint64_t low = at[0], high = at[1], two = low >> 7;
        if (two != 0 && (high == 0 || high >= 0x80)) {
            break;
        }
        last += ((low & 0x7F) | (high & (0 - two)) << 7) + 1;
        positions[n++] = last;
        at += 1 + two;
    }
    *count = n;
    return (size_t)(at - gaps->data);
}

struct status block_positions(const struct block_entry *entry,
                              uint64_t positions[static BLOCK_POSITIONS_MAX], size_t *count)
{
    struct bytes gaps = entry->gaps;
    size_t n = 1;
    assert(gaps.size < BLOCK_POSITIONS_MAX);
    positions[0] = entry->first;
    while (gaps.size > 0) {
        size_t read = read_short(&gaps, positions, &n);
        gaps = bytes_of(gaps.data + read, gaps.size - read);
        if (gaps.size == 0) {
            break;
        }
        uint64_t gap = 0;
        size_t size = variable_read(gaps.data, gaps.size, &gap);
        if (size == 0) {
            return bad_number(entry->at + entry->gaps.size - gaps.size);
        }
        positions[n] = positions[n - 1] + gap + 1;
        n++;
        gaps = bytes_of(gaps.data + size, gaps.size - size);
    }
    if (positions[n - 1] > BLOCK_POSITION_MAX) {
        return FAIL_BECAUSE(MALFORMED, entry->at, "a position is too large");
    }
    *count = n;
    return OK;
}

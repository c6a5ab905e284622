#include "reports/event_ranges.h"

static bool is_digit(struct bytes rest)
{
    return rest.size > 0 && rest.data[0] >= '0' && rest.data[0] <= '9';
}

static void skip(struct bytes *rest, size_t size)
{
    *rest = bytes_of(rest->data + size, rest->size - size);
}

/* What stands between ranges: blanks, commas, and what is said in parentheses. */
static void skip_between(struct bytes *rest)
{
    uint32_t depth = 0;
    while (rest->size > 0) {
        char c = (char)rest->data[0];
        if (depth == 0 && c != ' ' && c != ',' && c != '(') {
            return;
        }
        depth += c == '(';
        depth -= c == ')' && depth > 0;
        skip(rest, 1);
    }
}

static bool read_number(struct bytes *rest, uint64_t *out)
{
    *out = 0;
    if (!is_digit(*rest)) {
        return false;
    }
    for (; is_digit(*rest); skip(rest, 1)) {
        if (__builtin_mul_overflow(*out, 10, out) ||
            __builtin_add_overflow(*out, (uint64_t)(rest->data[0] - '0'), out)) {
            return false;
        }
    }
    return true;
}

bool event_ranges_next(struct bytes *rest, struct event_range *out)
{
    skip_between(rest);
    if (!read_number(rest, &out->from)) {
        return false;
    }
    out->to = out->from;
    if (rest->size > 0 && rest->data[0] == '-') {
        skip(rest, 1);
        return read_number(rest, &out->to) && out->to >= out->from;
    }
    return true;
}

/* Adds one in its place, unless it is there. */
static size_t add_one(uint64_t *positions, size_t count, size_t capacity, uint64_t n, bool *full)
{
    size_t at = count;
    while (at > 0 && positions[at - 1] > n) {
        at--;
    }
    if (at > 0 && positions[at - 1] == n) {
        return count;
    }
    if (count == capacity) {
        *full = true;
        return count;
    }
    memmove(positions + at + 1, positions + at, (count - at) * sizeof positions[0]);
    positions[at] = n;
    return count + 1;
}

size_t event_ranges_add(uint64_t *positions, size_t count, size_t capacity,
                        const struct event_range *range, uint64_t whole, bool *full)
{
    if (range->to - range->from >= whole) {
        count = add_one(positions, count, capacity, range->from, full);
        return add_one(positions, count, capacity, range->to, full);
    }
    for (uint64_t i = 0; i <= range->to - range->from; i++) {
        count = add_one(positions, count, capacity, range->from + i, full);
    }
    return count;
}

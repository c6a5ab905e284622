#include "reports/clock/chrony.h"

enum chrony_place {
    AT_ID,
    AT_NAME,
    AT_STRATUM,
    AT_HEARD,
    AT_OFFSET,
    AT_DELAY = 10,
    AT_DISPERSION,
    AT_LEAP = 13,
    FIELDS,
};

enum {
    WHOLE_MAX = 6, /* digits of whole seconds */
    STRATUM_MAX = 16,
};

struct seconds {
    uint64_t us;
    bool negative;
};

/* Fields ---------------------------------------------------------------------------------- */

static struct status split(struct bytes line, struct bytes fields[static FIELDS])
{
    size_t count = 0, begin = 0;
    for (size_t at = 0; at <= line.size; at++) {
        if (at < line.size && line.data[at] != ',') {
            if (line.data[at] < ' ' || line.data[at] == 0x7f) {
                return FAIL_BECAUSE(MALFORMED, at, "it is no line of text");
            }
            continue;
        }
        if (count < FIELDS) {
            fields[count] = bytes_of(line.data + begin, at - begin);
        }
        count++;
        begin = at + 1;
    }
    return count == FIELDS
               ? OK
               : FAIL_BECAUSE(MALFORMED, line.size, "chronyc says 14 things of a clock");
}

/* Numbers --------------------------------------------------------------------------------- */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* The digits after the point, as microseconds; the rest of them is rounded up. */
static bool read_fraction(struct bytes text, uint64_t *us)
{
    uint64_t unit = 100000;
    bool more = false;
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.data[i])) {
            return false;
        }
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        *us += digit * unit;
        more = more || (unit == 0 && digit > 0);
        unit /= 10;
    }
    *us += more ? 1 : 0;
    return text.size > 0;
}

static bool read_seconds(struct bytes text, struct seconds *out)
{
    size_t at = 0, begin;
    uint64_t whole = 0;
    *out = (struct seconds){0};
    if (at < text.size && (text.data[at] == '-' || text.data[at] == '+')) {
        out->negative = text.data[at++] == '-';
    }
    for (begin = at; at < text.size && is_digit(text.data[at]); at++) {
        if (at - begin == WHOLE_MAX) {
            return false;
        }
        whole = whole * 10 + (uint64_t)(text.data[at] - '0');
    }
    if (at == begin) {
        return false;
    }
    out->us = whole * 1000000;
    if (at == text.size) {
        return true;
    }
    return text.data[at] == '.' &&
           read_fraction(bytes_of(text.data + at + 1, text.size - at - 1), &out->us);
}

/* The line -------------------------------------------------------------------------------- */

static struct status number_failed(struct bytes line, struct bytes field)
{
    return FAIL_BECAUSE(MALFORMED, (uint64_t)(field.data - line.data),
                        "it is no number of seconds");
}

static struct status read_numbers(struct bytes line, const struct bytes *fields, struct chrony *out)
{
    static const enum chrony_place wanted[] = {AT_OFFSET, AT_DELAY, AT_DISPERSION};
    struct seconds numbers[3];
    uint64_t stratum;
    for (size_t i = 0; i < 3; i++) {
        if (!read_seconds(fields[wanted[i]], &numbers[i])) {
            return number_failed(line, fields[wanted[i]]);
        }
    }
    if (!text_read_u64(fields[AT_STRATUM], &stratum) || stratum > STRATUM_MAX) {
        return FAIL_BECAUSE(MALFORMED, (uint64_t)(fields[AT_STRATUM].data - line.data),
                            "it is no stratum");
    }
    out->stratum = (uint32_t)stratum;
    out->offset_us = numbers[0].us;
    out->behind = numbers[0].negative && numbers[0].us > 0;
    out->error_us = (numbers[1].us + 1) / 2 + numbers[2].us;
    return OK;
}

struct status chrony_read(struct bytes line, struct chrony *out)
{
    struct bytes fields[FIELDS] = {0};
    struct chrony read = {.stratum = 0};
    if (line.size > 0 && line.data[line.size - 1] == '\n') {
        line.size--;
    }
    if (line.size > CHRONY_LINE_MAX) {
        return FAIL(LIMIT, CHRONY_LINE_MAX);
    }
    TRY(split(line, fields));
    TRY(read_numbers(line, fields, &read));
    if (fields[AT_NAME].size > CHRONY_NAME_MAX) {
        return FAIL(LIMIT, CHRONY_NAME_MAX);
    }
    memcpy(read.source, fields[AT_NAME].data, fields[AT_NAME].size);
    read.synchronised =
        !bytes_equal(fields[AT_LEAP], LITERAL("Not synchronised")) && fields[AT_NAME].size > 0;
    *out = read;
    return OK;
}

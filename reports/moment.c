#include "reports/moment.h"

#include "reports/span.h"

/* Ranges ----------------------------------------------------------------------------------- */

static struct span_reader reader_of(struct bytes text, const struct moment_context *context,
                                    struct moment_doubt *doubt)
{
    *doubt = (struct moment_doubt){.any = false};
    return (struct span_reader){.context = context,
                                .since = context->since,
                                .doubt = doubt,
                                .text = text.data,
                                .end = text.size};
}

/* Nothing happens after 9999: a bound there is none. */
static struct moment bound(enum moment_kind kind, uint64_t value)
{
    if (kind == MOMENT_TIME && value > TIME_MAX_US) {
        return (struct moment){.kind = MOMENT_OPEN};
    }
    return (struct moment){.kind = kind, .value = value};
}

static struct status read_moment(struct span_reader *reader, struct moment *out)
{
    struct span span;
    TRY(span_read(reader, &span));
    if (span.kind == MOMENT_TIME && span.from > TIME_MAX_US) {
        return span_fail(reader, "the time is after 9999");
    }
    *out = (struct moment){.kind = span.kind, .value = span.from};
    return OK;
}

struct status moment_read(struct bytes text, const struct moment_context *context,
                          struct moment *out, struct moment_doubt *doubt)
{
    struct span_reader reader = reader_of(text, context, doubt);
    return read_moment(&reader, out);
}

/* Where `mark` is in the text, or its size. */
static size_t find(struct bytes text, const char *mark)
{
    const void *at = memmem(text.data, text.size, mark, strlen(mark));
    return at == NULL ? text.size : (size_t)((const uint8_t *)at - text.data);
}

/* A..B, of which either may be missing. */
static struct status read_bounds(struct span_reader *reader, size_t dots, struct moment_range *out)
{
    struct moment_range range = {.since = {.kind = MOMENT_OPEN}};
    const size_t end = reader->end;
    reader->end = dots;
    if (!span_at_end(reader)) {
        TRY(read_moment(reader, &range.since));
        reader->since = range.since;
    }
    reader->at = dots + 2;
    reader->end = end;
    if (!span_at_end(reader)) {
        TRY(read_moment(reader, &range.until));
    }
    if (range.since.kind == range.until.kind && range.until.value < range.since.value) {
        reader->at = dots + 2;
        return span_fail(reader, "the range ends before it begins");
    }
    *out = range;
    return OK;
}

/* A/2h or A±5m. */
static struct status read_around(struct span_reader *reader, size_t mark, size_t mark_size,
                                 struct moment_range *out)
{
    const bool both_sides = mark_size == 2;
    const size_t end = reader->end;
    struct moment middle;
    struct span_duration duration = {0};
    reader->end = mark;
    TRY(read_moment(reader, &middle));
    if (middle.kind != MOMENT_TIME) {
        return span_fail(reader, "a length needs a time before it, not a position");
    }
    reader->at = mark + mark_size;
    reader->end = end;
    TRY(span_read_duration(reader, &duration));
    if (!span_at_end(reader)) {
        return span_fail(reader, "the length ends before this");
    }
    uint64_t since = middle.value;
    if (both_sides) {
        TRY(span_earlier(reader, middle.value, &duration, &since));
    }
    *out = (struct moment_range){
        .since = bound(MOMENT_TIME, since),
        .until = bound(MOMENT_TIME, span_later(reader, middle.value, &duration)),
    };
    return OK;
}

struct status moment_read_range(struct bytes text, const struct moment_context *context,
                                struct moment_range *out, struct moment_doubt *doubt)
{
    struct span_reader reader = reader_of(text, context, doubt);
    struct span span;
    size_t mark;
    if ((mark = find(text, "..")) < text.size) {
        return read_bounds(&reader, mark, out);
    }
    if ((mark = find(text, "\u00b1")) < text.size || (mark = find(text, "+-")) < text.size) {
        return read_around(&reader, mark, 2, out);
    }
    if ((mark = find(text, "/")) < text.size) {
        return read_around(&reader, mark, 1, out);
    }
    TRY(span_read(&reader, &span));
    if (span.kind == MOMENT_TIME && span.from > TIME_MAX_US) {
        return span_fail(&reader, "the time is after 9999");
    }
    *out = (struct moment_range){
        .since = {.kind = span.kind, .value = span.from},
        .until = bound(span.kind, span.past),
    };
    return OK;
}

/* Writing ---------------------------------------------------------------------------------- */

void moment_write(struct moment moment, const struct zone *zone, struct text *out)
{
    if (moment.kind == MOMENT_POSITION) {
        text_put_literal(out, "seq:");
        text_put_u64(out, moment.value);
    } else if (moment.kind == MOMENT_TIME) {
        const uint64_t fraction_us = moment.value % TIME_SECOND_US;
        const struct zone_style style = {
            .separator = 'T',
            .digits = fraction_us == 0          ? 0
                      : fraction_us % 1000 == 0 ? 3
                                                : 6,
        };
        zone_write(zone, moment.value, style, out);
    }
}

void moment_range_write(const struct moment_range *range, const struct zone *zone, struct text *out)
{
    moment_write(range->since, zone, out);
    text_put_literal(out, "..");
    moment_write(range->until, zone, out);
}

void moment_doubt_write(const struct moment_doubt *doubt, const struct zone *zone, struct text *out)
{
    moment_write((struct moment){.kind = MOMENT_TIME, .value = doubt->utc_us[0]}, zone, out);
    text_put_literal(out, " or ");
    moment_write((struct moment){.kind = MOMENT_TIME, .value = doubt->utc_us[1]}, zone, out);
}

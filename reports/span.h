/*
 * reports/span.h -- what a single time expression names; reports/moment.c makes ranges of them.
 *
 * Shape    A reader takes its text from `at` to `end`. See reports/moment.h for the grammar.
 * Errors   MALFORMED at the byte of the whole text, with the reason.
 */
#ifndef REPORTS_SPAN_H
#define REPORTS_SPAN_H

#include "reports/moment.h"

/* Later than every instant: where a stretch that reaches past 9999 ends. */
#define SPAN_BEYOND_US (TIME_MAX_US + 1)

/* Later than every position: those are below 2^53. */
#define SPAN_POSITION_MAX (UINT64_C(1) << 53)

struct span_reader {
    const struct moment_context *context;
    struct moment since; /* what +15m counts from */
    struct moment_doubt *doubt;
    const uint8_t *text;
    size_t at, end;
};

/* [from, past), in microseconds or positions. */
struct span {
    enum moment_kind kind; /* never MOMENT_OPEN */
    uint64_t from, past;   /* at most SPAN_BEYOND_US or SPAN_POSITION_MAX */
};

struct span_duration {
    uint64_t us;
    uint64_t months; /* where it is not 0, instead of microseconds */
};

static inline struct status span_fail(const struct span_reader *reader, const char *why)
{
    return FAIL_BECAUSE(MALFORMED, reader->at, why);
}

static inline bool span_at_end(const struct span_reader *reader)
{
    return reader->at == reader->end;
}

/* Reads all that is left as one expression. */
MUST_CHECK struct status span_read(struct span_reader *reader, struct span *out);

/* Reads a number and its unit, and leaves what follows. */
MUST_CHECK struct status span_read_duration(struct span_reader *reader, struct span_duration *out);

/* The instant so much later, at most SPAN_BEYOND_US; or earlier, which fails before 1970. Months
 * keep the wall clock's day and time; a day that the month does not have becomes its last. */
uint64_t span_later(const struct span_reader *reader, uint64_t from,
                    const struct span_duration *by);
MUST_CHECK struct status span_earlier(const struct span_reader *reader, uint64_t from,
                                      const struct span_duration *by, uint64_t *out);

#endif

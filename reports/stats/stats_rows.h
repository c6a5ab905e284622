/*
 * reports/stats/stats_rows.h -- counted events as rows and as a picture.
 *
 * Shape    A row is a group: its values, how many events, what was asked for beside it, the first
 *          and last event, and how it went over time: for people a line of characters, for programs
 *          a list of numbers under `course`, the first of which counts from `course_from` for
 *          `course_step` seconds. Programs get names beside ids: `actor`, `actor_name`. With an
 *          interval and nothing else, stretches in which nothing happened have a row, too.
 * Limits   STATS_EMPTY_MAX empty stretches; more is refused, with the reason.
 */
#ifndef REPORTS_STATS_STATS_ROWS_H
#define REPORTS_STATS_STATS_ROWS_H

#include "reports/moment.h"
#include "reports/rows.h"
#include "reports/spark.h"
#include "reports/stats/stats.h"

enum {
    STATS_EMPTY_MAX = 10000,
};

struct stats_rows_options {
    uint64_t top;              /* rows, with an interval in each stretch; 0: all */
    struct moment_range range; /* what was asked: a histogram reaches from end to end of it */
    bool compared;
    enum spark_letters letters;
};

/* What is left out because of `top`. */
struct stats_rest {
    uint64_t groups, events;
};

MUST_CHECK struct status stats_rows_write(const struct stats *stats,
                                          const struct stats_rows_options *options,
                                          struct rows *rows, struct stats_rest *rest);

/* The same as SVG: bars, columns over time or, by something and hour, weekday or day, a field. `of`
 * says which events: the filters. NO_MEMORY; what the output remembers is not asked for. */
MUST_CHECK struct status stats_draw(const struct stats *stats,
                                    const struct stats_rows_options *options, struct bytes of,
                                    struct output *output);

#endif

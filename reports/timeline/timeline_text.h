/*
 * reports/timeline/timeline_text.h -- a timeline for a terminal: never wider than it is.
 *
 * Shape    A line for each lane: its name, how many events, and its cells; below them when each
 *          stretch began, and what the signs mean.
 *
 *            ann      12 |· • ·  ┊  ●●x   |
 *            bob       3 |   ·   ┊ ! ·    |
 *                        |21:40  ┊ 09:12  |
 *                        |2026-03-09 ...
 *
 *          A cell shows how many events it has by three sizes of a dot; one of which any was denied
 *          is an x, one of which any failed a !.
 * Limits   From TIMELINE_TEXT_MIN columns to TIMELINE_TEXT_MAX; a narrower terminal gets as many.
 */
#ifndef REPORTS_TIMELINE_TIMELINE_TEXT_H
#define REPORTS_TIMELINE_TIMELINE_TEXT_H

#include "reports/output.h"
#include "reports/spark.h"
#include "reports/timeline/timeline.h"

enum {
    TIMELINE_TEXT_MIN = 30,
    TIMELINE_TEXT_MAX = 400,
    TIMELINE_LINE_SIZE = 4096, /* bytes of a line */
};

/* Called with each line, without its end; lent for the call. */
typedef struct status timeline_line(void *context, struct bytes line);

/* Fails as timeline_lay or as `line` does. */
MUST_CHECK struct status timeline_text(struct timeline *timeline, uint32_t width,
                                       enum spark_letters letters, timeline_line *line,
                                       void *context);

#endif

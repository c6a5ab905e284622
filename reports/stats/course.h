/*
 * reports/stats/course.h -- how something went over time, in few numbers and without knowing
 * beforehand how long it lasts.
 *
 * Shape    At most COURSE_BUCKETS buckets, each of 2^shift seconds since 1970. When an instant does
 *          not fit any more, buckets are put together by two. So the numbers depend on the instants
 *          alone, not on their order, and two courses can be laid beside each other exactly.
 */
#ifndef REPORTS_STATS_COURSE_H
#define REPORTS_STATS_COURSE_H

#include "schema/time.h"

enum {
    COURSE_BUCKETS = 32,
};

struct course { /* all zeroes: nothing yet */
    uint32_t counts[COURSE_BUCKETS];
    uint64_t first; /* the bucket that counts[0] is, as time_s >> shift */
    uint32_t shift;
    uint32_t used; /* buckets from the first that has anything to the last */
};

void course_add(struct course *course, uint64_t utc_us);

/* A course without counts that reaches over both. */
void course_reach(struct course *frame, const struct course *course);

/* The counts in the buckets of a frame that reaches over it; frame->used numbers. */
void course_project(const struct course *course, const struct course *frame,
                    uint64_t out[static COURSE_BUCKETS]);

/* When the frame's index-th bucket begins. */
uint64_t course_from_us(const struct course *frame, uint64_t index);

#endif

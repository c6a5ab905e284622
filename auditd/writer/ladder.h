/*
 * auditd/writer/ladder.h -- how full the disk is, as four steps.
 *
 * Shape    normal, warning, emergency (only what is critical to security is taken), closed (nothing
 *          is). A step up is taken at once; a step down when there is room LADDER_BACK_PERCENT
 *          below where it was taken, so that a disk at the edge does not go to and fro. Room that
 *          is to be kept in reserve, and is not, does not count as free: the step is the same
 *          whether the reserve is there or has been let go.
 * Limits   A disk with more than `roomy` bytes free is never more than a warning, whatever the
 *          percentage: 8 percent of a large disk are weeks.
 * Source   DESIGN.md 10; reliability.md F31, E.6.
 */
#ifndef AUDITD_WRITER_LADDER_H
#define AUDITD_WRITER_LADDER_H

#include "schema/catalogue/names.h"

enum {
    LADDER_BACK_PERCENT = 2,
};

struct ladder_limits {
    uint64_t warning, emergency, closed; /* percent of the file system in use */
    uint64_t roomy;                      /* bytes */
    uint64_t reserve;                    /* bytes to be kept */
};

struct ladder_room {
    uint64_t free, total; /* bytes, as whoever writes may use them */
    uint64_t reserved;    /* bytes of the reserve, as far as it is there */
};

/* Percent in use, rounded up; 100 of a disk without room. */
uint64_t ladder_used(const struct ladder_limits *limits, const struct ladder_room *room);
/* The step after `was`. */
enum daemon_mode ladder_next(const struct ladder_limits *limits, const struct ladder_room *room,
                             enum daemon_mode was);

#endif

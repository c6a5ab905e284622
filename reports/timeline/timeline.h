/*
 * reports/timeline/timeline.h -- events on lanes over time, with the idle time folded away.
 *
 * Shape    A lane is what events have in common: an actor, an object, a session, a kind, or any
 *          other dimension (reports/stats/dimension.h). The time axis is a row of cells. Where
 *          nothing happened on any lane for `gap_us` or longer, the axis is folded; where
 *          there are more folds than the cells allow, the longest are kept. A drawing is made of
 *          cells, each with the number of its events and the gravest of their outcomes, so that it
 *          is as large as its width says, whatever the number of events.
 * Limits   TIMELINE_EVENTS_MAX events; TIMELINE_LANES_MAX lanes are drawn, those with the most
 *          events; the others share one, which says how many they are.
 * Memory   One arena, TIMELINE_MEMORY_SIZE bytes.
 * Errors   LIMIT, with what to do about it; NO_MEMORY.
 */
#ifndef REPORTS_TIMELINE_TIMELINE_H
#define REPORTS_TIMELINE_TIMELINE_H

#include "reports/stats/dimension.h"

enum {
    TIMELINE_EVENTS_MAX = 500000,
    TIMELINE_LANES_MAX = 40,
    TIMELINE_LANES_KNOWN = 100000, /* counted */
    TIMELINE_STRETCHES_MAX = 32,   /* between folds */
    TIMELINE_CELLS_MAX = 400,
    TIMELINE_MEMORY_SIZE = 128 << 20,
};

struct timeline_options {
    struct arena *arena;
    struct engine *engine; /* whose names lanes have; NULL: ids */
    struct zone zone;
    struct dimension lanes;
    uint64_t gap_us;     /* from which on idle time is folded; 0: never */
    uint32_t lanes_most; /* lanes to be drawn, 1 to TIMELINE_LANES_MAX; 0: as many */
};

struct timeline_mark {
    uint64_t time_us, n;
    uint32_t lane; /* of all that are known */
    uint16_t kind;
    uint8_t outcome;
};

struct timeline_lane {
    struct bytes value; /* of the dimension */
    bool none;          /* of events that have none */
    bool others; /* those that have no lane of their own: `events` are theirs, `lanes` many */
    uint64_t events, lanes;
    uint64_t first_us, first_n, last_n;
};

/* A stretch of the axis, drawn in the cells [cell, cell + cells). */
struct timeline_stretch {
    uint64_t from_us, to_us; /* of its first and last event */
    uint32_t cell, cells;
};

struct timeline_cell {
    uint64_t events, denied, failed;
    uint64_t first_n, last_n;
};

/* The caller's memory; its members are read by those who draw. */
struct timeline {
    struct timeline_options options;
    struct tally known; /* value -> struct timeline_lane */
    struct dimension_cache cache;
    struct arena scratch;
    struct timeline_mark *marks; /* after timeline_end in the order of time */
    size_t mark_count;
    uint32_t *lane_of;                                  /* of each known lane, the drawn one */
    struct timeline_lane lanes[TIMELINE_LANES_MAX + 1]; /* in the order of their first events */
    size_t lane_count;
};

MUST_CHECK struct status timeline_begin(struct timeline *timeline,
                                        const struct timeline_options *options);

/* The next event, as for stats_event. */
MUST_CHECK struct status timeline_event(struct timeline *timeline, const struct leaf *leaf,
                                        uint64_t time_us, struct bytes body);

/* Puts events and lanes in order. */
MUST_CHECK struct status timeline_end(struct timeline *timeline);

/* What a lane is called. */
void timeline_put_label(const struct timeline *timeline, const struct timeline_lane *lane,
                        struct text *out);

/* The axis in so many cells, and what is in each cell of each lane. */
struct timeline_layout {
    struct timeline_stretch stretches[TIMELINE_STRETCHES_MAX];
    size_t stretch_count;
    uint64_t folded_us; /* the shortest pause that is folded; 0: none is */
    uint32_t cells;
    struct timeline_cell *grid; /* cells of the first lane, of the second, ... */
};

/* `cells` from 1 to TIMELINE_CELLS_MAX; a fold takes one of them. NO_MEMORY. */
MUST_CHECK struct status timeline_lay(struct timeline *timeline, uint32_t cells,
                                      struct timeline_layout *out);

/* The cell that an instant of some event is in. */
uint32_t timeline_cell_of(const struct timeline_layout *layout, uint64_t time_us);

#endif

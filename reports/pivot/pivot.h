/*
 * reports/pivot/pivot.h -- from one event to what it touches.
 *
 * Shape    Relations are asked for one by one, each answered with events in the order of the log,
 *          those nearest to the event first to be chosen. What it led to is found by `cause`, which
 *          no index knows: the events after it are looked through, as many as `scan_most` says.
 * Limits   PIVOT_EVENTS_MAX events of one relation.
 * Memory   Positions only, in the caller's arena; PIVOT_MEMORY_SIZE bytes.
 * Errors   NOT_FOUND for an event that is not there; INTERRUPTED; else as query_run fails, or as
 *          the visit does.
 * Source   interface.md 1a row 13.
 */
#ifndef REPORTS_PIVOT_PIVOT_H
#define REPORTS_PIVOT_PIVOT_H

#include "reports/query.h"
#include "schema/arena.h"

enum {
    PIVOT_EVENTS_MAX = 1000,
    PIVOT_STEPS_MAX = 64,
    PIVOT_MEMORY_SIZE = 1 << 20,
};

enum pivot_relation {
    PIVOT_SESSION,    /* in the same session */
    PIVOT_ACTOR,      /* by the same actor, around it */
    PIVOT_OBJECT,     /* about the same things, each by itself */
    PIVOT_PEOPLE,     /* of a record of another system: those of the same machine or person that
                         name both */
    PIVOT_SOURCE,     /* from the same address, around it */
    PIVOT_PROJECT,    /* in the same project, around it */
    PIVOT_CAUSE,      /* what it answers, and what that answers */
    PIVOT_CAUSED,     /* what answers it, and what answers that */
    PIVOT_BULK,       /* the other items of the same command over many */
    PIVOT_NEIGHBOURS, /* whatever else happened around it */
    PIVOT_RELATION_COUNT,
};

/* `session`, `actor`, ...; the word that --to takes. */
const char *pivot_relation_name(enum pivot_relation relation);
bool pivot_relation_read(struct bytes name, enum pivot_relation *out);

struct pivot {
    struct log_snapshot *log;
    struct index_snapshot *index; /* NULL: there is none */
    struct arena *arena;
    bool (*interrupted)(void *context); /* asked now and then while looking; NULL: never */
    void *interrupted_context;
    struct leaf leaf;                         /* the event; pivot_open sets it */
    uint64_t window_us[PIVOT_RELATION_COUNT]; /* before and after it; 0: at any time */
    uint64_t most;                            /* events of one relation, at most PIVOT_EVENTS_MAX */
    uint32_t steps;                           /* along causes, 1 to PIVOT_STEPS_MAX */
    uint64_t scan_most; /* events that are looked through for what it led to, and of those around it
                           that are not in the window */
};

/* What was found of a relation. */
struct pivot_found {
    uint64_t count;
    bool more;           /* there are more than were asked for */
    uint64_t scanned_to; /* PIVOT_CAUSED, PIVOT_BULK: events before this one were looked through */
};

/* One event; `what` is the thing of PIVOT_OBJECT and PIVOT_PEOPLE, else ID_NONE; `steps` how far
 * along causes. */
struct pivot_event {
    enum pivot_relation relation;
    struct id what;
    uint32_t steps;
    const struct leaf *leaf;
};
typedef struct status pivot_visit(void *context, const struct pivot_event *event);

/* Reads the event. log, index and arena are set; the rest gets what is usual. */
MUST_CHECK struct status pivot_open(struct pivot *pivot, uint64_t n);

/* Whether the event has such a relation at all: a session, a cause. */
bool pivot_has(const struct pivot *pivot, enum pivot_relation relation);

/* Visits the events of one relation. */
MUST_CHECK struct status pivot_run(struct pivot *pivot, enum pivot_relation relation,
                                   pivot_visit *visit, void *context, struct pivot_found *found);

/* Writes the index-th command that leads on from the event; false past the last. */
bool pivot_next(const struct pivot *pivot, size_t index, struct text *out);

#endif

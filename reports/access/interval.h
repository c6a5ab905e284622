/*
 * reports/access/interval.h -- who could have, and when: the answers of core/access over a stretch.
 *
 * Shape    For one user, verb and object, the stretch falls into intervals, each with one answer:
 *          allowed or not, class, rule, and the same facts. They meet without a gap. An interval
 *          ends with the event that changed the answer, or at the moment at which something in it
 *          ended or began by itself, and knows the answer that follows.
 * Way      From moment to moment: the answer's basis (reports/access/basis.h) says when it may
 *          change next; there it is asked for again. Nothing in between is looked at, so a quiet
 *          year costs one answer.
 * Moments  A position and a time: after event n, at that time. Events of one commit may have the
 *          same time; the intervals between them have no length in time, and are there
 *          nevertheless.
 * Facts    Those of an interval are as they were at its end; `events` are all that its facts rested
 *          on, also before they were renewed. Where these are too many, the interval is cut.
 * Memory   The caller's; nothing in an interval is lent.
 * Source   DESIGN.md 13; domain.md 2.2 Q1, Q33, Q40.
 */
#ifndef REPORTS_ACCESS_INTERVAL_H
#define REPORTS_ACCESS_INTERVAL_H

#include "core/access/access.h"
#include "reports/access/basis.h"

enum {
    INTERVAL_EVENTS_MAX = 2 * ACCESS_FACTS_MAX,
};

struct interval_moment {
    uint64_t n, utc_us;
};

enum interval_end {
    INTERVAL_STILL,  /* so at the end of the stretch */
    INTERVAL_EVENT,  /* `to.n` changed it */
    INTERVAL_EXPIRY, /* it ended, or began, by itself */
};

struct interval {
    struct interval_moment from, to; /* to.n: of INTERVAL_EVENT, the event that ends it */
    enum interval_end end;
    struct access access, next; /* next: not of INTERVAL_STILL */
    uint64_t events[INTERVAL_EVENTS_MAX];
    size_t event_count;
};

struct interval_question {
    struct view view; /* its moment does not matter */
    struct reader reader;
    struct id object;
    enum access_verb verb;
    struct interval_moment from; /* the moment at which it begins */
    struct interval_moment to;   /* the first event and the first time that count no more */
    /* When an event was recorded. */
    struct status (*time_of)(void *context, uint64_t n, uint64_t *utc_us);
    void *context;
};

/* Called for each interval, in order; a failure ends the walk in the same way. */
typedef struct status interval_visit(void *context, const struct interval *interval);

/* Fails as the state does, as time_of does, or as the visit does. */
MUST_CHECK struct status interval_each(const struct interval_question *question,
                                       struct basis *basis, interval_visit *visit, void *context);

#endif

/*
 * reports/alerts/failure.h -- what goes wrong with the audit: rules over events and deadlines.
 *
 * Shape    A rule has a name that never changes, a sentence and a severity. Most look at one event
 *          and the state as of it, so that whoever reads the same log comes to the same findings;
 *          those about deadlines look at the state as of the end, once:
 *
 *              failures_begin(&options, failures);
 *              for each event:  TRY(failures_event(failures, leaf, body));
 *              TRY(failures_end(failures));
 *
 *          Events before `since` are followed, and nothing is told of them. Where events are left
 *          out, an emitter's counter shows a gap; so all from some position on are handed over.
 * Memory   struct failures, and an arena for the rows that are looked at.
 * Limits   FAILURE_EMITTERS_MAX emitters that are not retired, which a log does not have more of.
 * Errors   As the visit or the state fails; CORRUPT for a body that is none of its kind.
 * Source   NIST SP 800-171A 3.3.4 (b, c), 3.3.7 (c), 3.3.8 (b to f), 3.3.9; domain.md AUD-11,
 *          AUD-17.
 */
#ifndef REPORTS_ALERTS_FAILURE_H
#define REPORTS_ALERTS_FAILURE_H

#include "core/view.h"
#include "reports/alerts/world.h"
#include "schema/leaf.h"
#include "schema/limits.h"

enum {
    FAILURE_EMITTERS_MAX = EMITTERS_MAX,
    FAILURE_SLOTS = 8192, /* of their table: a power of two, not nearly full */
    FAILURE_BECAUSE_MAX = 2,
    FAILURE_ARENA = 4 * BODY_MAX, /* bytes for a body or the rows of a rule */
};

#define FAILURE_TOLERANCE_US UINT64_C(1000000) /* of the clock, unless another is declared */

struct failure_info {
    const char *name;     /* `clock-stepped` */
    const char *sentence; /* what has happened */
    enum severity severity;
};

/* The rules, in the order in which they are listed; NULL past the last. */
const struct failure_info *failure_rule(size_t index);

struct failure {
    const struct failure_info *rule;
    uint64_t because[FAILURE_BECAUSE_MAX]; /* positions, ascending */
    size_t because_count;
    struct id on; /* what it is about */
};
typedef struct status failure_visit(void *context, const struct failure *failure);

struct failures_options {
    struct view view;    /* at the end of the events; its arena and trouble are not used */
    struct arena *arena; /* FAILURE_ARENA bytes */
    uint64_t since;      /* the first position that is told of */
    failure_visit *visit;
    void *context;
};

struct failures {
    struct failures_options options;
    struct status trouble;
    bool running;     /* a writer that stays has started, and not ended */
    uint64_t started; /* by this event */
    struct world_watch world;
    size_t emitter_count;
    struct failure_emitter {
        char name[NAME_MAX_SIZE + 1];
        uint64_t n; /* its newest number */
    } emitters[FAILURE_SLOTS];
};

void failures_begin(const struct failures_options *options, struct failures *out);

/* Whether the body of this kind is needed. */
bool failures_want_body(enum event_kind kind);

/* The next event; `body` without its salt, empty where it is not wanted or erased. */
MUST_CHECK struct status failures_event(struct failures *failures, const struct leaf *leaf,
                                        struct bytes body);

/* What is overdue at the end. */
MUST_CHECK struct status failures_end(struct failures *failures);

#endif

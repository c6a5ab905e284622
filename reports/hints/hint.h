/*
 * reports/hints/hint.h -- what in a history deserves a look: rules that explain themselves.
 *
 * Shape    A rule is a sentence, a window and a fold over events. A finding says which rule found
 *          it, the numbers that it is compared with, and the events that it rests on; nothing is
 *          learnt, weighted or scored. One pass over the events in the order of the log:
 *
 *              struct hints *hints;
 *              TRY(hints_begin(&options, &hints));
 *              for each event:  TRY(hints_event(hints, leaf, body));
 *              TRY(hints_end(hints));
 *
 *          Events before `since` are what is usual: they count, but nothing is told of them.
 * Who      Whoever did it: a user of ours by id; of a record of another system, its user with the
 *          name of that system, `root of syslog`. Of what components say by themselves nobody is.
 * Time     When it happened, as far as an emitter says; else when it was recorded. Hours and days
 *          are UTC.
 * Limits   A rule knows HINT_KEYS_MAX people, addresses or things, and HINT_PAIRS_MAX pairs of
 *          them. Of more it gives up, which is told (`gave_up`) while the others go on, or, where
 *          nobody listens, fails. A finding names HINT_BECAUSE_MAX events and says how many there
 *          were.
 * Memory   One arena, HINTS_MEMORY_SIZE bytes, whatever the number of events.
 * Errors   LIMIT, with what to do about it, and NO_MEMORY, unless somebody listens to `gave_up`;
 *          CORRUPT at an event whose body cannot be read; or the failure of the visit.
 * Source   domain.md 2.2, Q3, Q13 to Q16, Q33, Q41, Q45; interface.md 1a row 17.
 */
#ifndef REPORTS_HINTS_HINT_H
#define REPORTS_HINTS_HINT_H

#include "reports/moment.h"
#include "schema/arena.h"
#include "schema/leaf.h"

enum {
    HINT_BECAUSE_MAX = 32,
    HINT_KEYS_MAX = 100000,
    HINT_PAIRS_MAX = 1000000,
    HINT_RULES_MAX = 32,
    HINTS_MEMORY_SIZE = 512 << 20, /* bytes; what is not needed is never touched */
};

enum hint_severity {
    HINT_INFO,
    HINT_LOW,
    HINT_MEDIUM,
    HINT_HIGH,
    HINT_CRITICAL,
    HINT_SEVERITY_COUNT,
};

/* `info`, `low`, `medium`, `high`, `critical`. */
const char *hint_severity_name(enum hint_severity severity);
bool hint_severity_read(struct bytes name, enum hint_severity *out);

struct hint_info {
    const char *name;     /* `refusal-burst`: never changed */
    const char *sentence; /* what it looks for */
    const char *window;   /* what it compares with, and over which time */
    enum hint_severity severity;
};

/* The rules, in the order in which they are listed; NULL past the last. */
const struct hint_info *hint_rule(size_t index);
/* The index of a rule by its name; NOT_FOUND. */
MUST_CHECK struct status hint_rule_find(struct bytes name, size_t *index);

/* A finding; all of it is lent for the visit. */
struct hint {
    const struct hint_info *rule;
    uint64_t time_utc_us;    /* of the event that completed it */
    struct bytes who;        /* empty: nobody */
    struct bytes about;      /* a sentence without its subject, with the numbers; may have foreign
                                names in it */
    const uint64_t *because; /* positions, ascending: the first ones and the last */
    size_t because_count;
    uint64_t rests_on;   /* how many events there were */
    const struct id *on; /* what the last event is about */
    size_t on_count;
};

typedef struct status hint_visit(void *context, const struct hint *hint);

/* A rule has no room for more: from this event on it looks no further. */
typedef void hint_gave_up(void *context, const struct hint_info *rule, uint64_t n);

struct hints_options {
    struct arena *arena;
    bool rules[HINT_RULES_MAX]; /* which ones; none: all */
    struct moment since;        /* MOMENT_OPEN: everything is told of */
    bool at_once; /* tell of a burst when it becomes one, not when it has ended: for alerts */
    hint_visit *visit;
    hint_gave_up *gave_up; /* NULL: the pass fails instead */
    void *context;
};

struct hints; /* opaque, in the arena */

MUST_CHECK struct status hints_begin(const struct hints_options *options, struct hints **out);

/* Whether a rule at hand needs the bodies of this kind of event. */
bool hints_want_body(const struct hints *hints, enum event_kind kind);

/* The next event, in the order of the log. `body` is what log_read_body lends (salt and body);
 * empty where it is not wanted, or erased: then nothing is concluded from it. */
MUST_CHECK struct status hints_event(struct hints *hints, const struct leaf *leaf,
                                     struct bytes body);

/* What can be told only at the end of the history. */
MUST_CHECK struct status hints_end(struct hints *hints);

#endif

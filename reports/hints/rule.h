/*
 * reports/hints/rule.h -- what the rules are made of; for the files of this folder only.
 *
 * Shape    A rule has memory of its own, zeroed at the beginning, and up to three functions. It
 *          tells of what it found with hint_tell.
 */
#ifndef REPORTS_HINTS_RULE_H
#define REPORTS_HINTS_RULE_H

#include "reports/hints/hint.h"
#include "reports/tally.h"
#include "schema/catalogue/catalogue.h"

#define HINT_MINUTE_US (60 * TIME_SECOND_US)
#define HINT_HOUR_US (60 * HINT_MINUTE_US)
#define HINT_DAY_US (24 * HINT_HOUR_US)

enum {
    HINT_NAME_SIZE = 512, /* bytes, of who and what: longer names are told by their ids */
    HINT_ABOUT_SIZE = 2048,
};

/* An event as the rules see it. */
struct hint_event {
    const struct leaf *leaf;
    const union event_body *body; /* NULL: not wanted, or erased */
    struct bytes who;             /* empty: nobody */
    struct bytes act;             /* the kind, or what another system calls it */
    bool foreign;                 /* of another system */
    uint64_t time_utc_us;         /* when it happened */
    bool counts;                  /* is told of */
};

/* The events that a finding will rest on: the first ones, and the last. */
struct hint_trail {
    uint64_t n[HINT_BECAUSE_MAX];
    uint64_t count;
};

static inline void hint_trail_add(struct hint_trail *trail, uint64_t n)
{
    uint64_t at = trail->count < HINT_BECAUSE_MAX ? trail->count : HINT_BECAUSE_MAX - 1;
    trail->n[at] = n;
    trail->count++;
}

struct hint_rule {
    struct hint_info info;
    size_t state_size; /* bytes; the memory is zeroed */
    struct status (*begin)(struct hints *hints, void *state);
    struct status (*event)(struct hints *hints, void *state, const struct hint_event *event);
    struct status (*end)(struct hints *hints, void *state); /* may be NULL */
    const enum event_kind *bodies; /* kinds whose bodies it reads, up to EVENT_KIND_COUNT; NULL */
};

struct hints {
    struct hints_options options;
    const struct hint_rule *rules[HINT_RULES_MAX];
    void *states[HINT_RULES_MAX];
    size_t rule_count;
    const struct hint_rule *running;
    bool given_up[HINT_RULES_MAX];
    bool visit_failed;    /* a failure is not the rule's */
    struct arena scratch; /* for one body */
    uint64_t newest_us;   /* time recorded of the last event */
    bool wants[EVENT_KIND_COUNT];
};

/* A table with so many keys: HINT_KEYS_MAX or HINT_PAIRS_MAX. */
MUST_CHECK struct status hint_tally(struct hints *hints, struct tally *tally, uint32_t limit,
                                    size_t value_size);

/* The value under both texts, which are names or shorter. */
MUST_CHECK struct status hint_at(struct tally *tally, struct bytes first, struct bytes second,
                                 void **value);
/* The same, NULL if there is none. */
void *hint_find(const struct tally *tally, struct bytes first, struct bytes second);

/* Tells of a finding of the rule that is running. */
struct hint_finding {
    uint64_t time_utc_us;
    bool counts;
    struct bytes who;
    const struct text *about;
    const struct hint_trail *trail;
    const struct leaf *last; /* NULL: not at hand any more */
};
MUST_CHECK struct status hint_tell(struct hints *hints, const struct hint_finding *finding);

/* The same for a finding that an event completes: `earlier` (0 or more positions) and itself. */
MUST_CHECK struct status hint_tell_event(struct hints *hints, const struct hint_event *event,
                                         const struct hint_trail *earlier,
                                         const struct text *about);

/* A foreign name within a sentence: whole characters, cut beyond 80 columns. */
void hint_put_name(struct text *out, struct bytes name);
/* `3 days`, `14 h`, `5 min`, `2 s`. */
void hint_put_duration(struct text *out, uint64_t us);
/* `1.9 GB`, `40.8 MB`, `512 B`: decimal. */
void hint_put_bytes(struct text *out, uint64_t bytes);
/* `2026-03-10`. */
void hint_put_day(struct text *out, uint64_t utc_us);
/* `1 event`, `2 events`. */
void hint_put_count(struct text *out, uint64_t count, const char *noun);

/* The rules of each file, ended by NULL. */
extern const struct hint_rule *const hint_rules_novelty[];
extern const struct hint_rule *const hint_rules_outflow[];
extern const struct hint_rule *const hint_rules_refusal[];
extern const struct hint_rule *const hint_rules_rhythm[];
extern const struct hint_rule *const hint_rules_rights[];
extern const struct hint_rule *const hint_rules_vault[];

#endif

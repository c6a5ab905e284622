/*
 * reports/au/facts.h -- what the log says about its own audit, gathered event by event.
 *
 * Shape    Counts and positions that no row of the state has: gaps, records that do not conform,
 *          acts without a person, who read, what was tried last. The rest (declarations, reviews,
 *          alerts, managers, tools) judges ask of the state, as of the moment at hand.
 * Limits   EMITTERS_MAX emitters that are not retired; AU_READERS_MAX names of readers, then
 *          `readers_more`.
 */
#ifndef REPORTS_AU_FACTS_H
#define REPORTS_AU_FACTS_H

#include "reports/au/au.h"

enum {
    AU_READERS_MAX = 64,
    AU_READER_SIZE = 64, /* bytes of a name, with a final NUL; longer ones are cut */
    AU_EMITTER_SLOTS = 2 * EMITTERS_MAX,
    AU_CATALOGUE_SIZE = 65,
};

#define AU_DAY_US (UINT64_C(86400) * 1000000)

/* Something that happened some number of times. */
struct au_times {
    uint64_t count, first, last; /* events; AU_NO_EVENT while count is 0 */
    uint64_t last_us;
};

struct au_emitter {
    char name[NAME_MAX_SIZE + 1];
    bool outside, retired;
    uint64_t registered, last; /* events; `last` AU_NO_EVENT: has not spoken */
    uint64_t registered_us, last_us;
};

struct au_facts {
    struct engine *engine;
    struct view view; /* as of the event and the time at hand */
    struct arena arena, bodies;
    struct status trouble;
    uint64_t size;   /* events so far */
    uint64_t now_us; /* of the moment at hand */
    struct au_times kinds[EVENT_KIND_COUNT];
    struct au_times missing, wrong, erased; /* events that cannot be read; that do not conform */
    struct au_times findings;               /* of the verifier, all of them */
    const char *finding;                    /* what the first one is */
    struct au_times acts, untraced;         /* of users; without a person or a signature */
    struct au_times queries, reports, verified, steps, digests, archives;
    struct au_times compared, measured, tested, delivered, acknowledged, unmanaged, failures;
    uint64_t verified_findings; /* of the last recorded verification */
    bool query_failed, report_failed;
    char catalogue[AU_CATALOGUE_SIZE]; /* as the last state digest names it */
    struct id test;                    /* the newest test alert */
    uint64_t bulk, bulk_user;          /* the newest command over many that a user signed */
    char readers[AU_READERS_MAX][AU_READER_SIZE];
    uint64_t reader_events[AU_READERS_MAX];
    size_t reader_count;
    bool readers_more;
    struct au_emitter emitters[EMITTERS_MAX];
    size_t emitter_count;
    uint16_t slots[AU_EMITTER_SLOTS]; /* by name: a place in `emitters`, and 1; 0: empty */
};

/* A set of objectives: bit k is objective number k. */
typedef uint32_t au_objectives;
#define AU_ALL ((au_objectives)((UINT64_C(1) << OBJECTIVE_COUNT) - 1))
#define AU_BIT(objective) ((au_objectives)1 << (objective))

void au_facts_init(struct au_facts *facts, struct engine *engine);

/* Takes in the next event, and what the verifier says by then; the objectives whose verdict may be
 * another now. The view is then as of this event. */
au_objectives au_facts_apply(struct au_facts *facts, const struct examined *event,
                             const struct verify_report *verified);

/* Takes in what the verifier says at the end. */
void au_facts_end(struct au_facts *facts, const struct verify_report *verified);

/* Moves the view to a time, after all events so far. */
void au_facts_at(struct au_facts *facts, uint64_t now_us);

static inline void au_count(struct au_times *times, uint64_t n, uint64_t utc_us)
{
    times->first = times->count == 0 ? n : times->first;
    times->last = n;
    times->last_us = utc_us;
    times->count++;
}

#endif

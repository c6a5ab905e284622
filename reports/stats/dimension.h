/*
 * reports/stats/dimension.h -- what events can be grouped by: one value of each event.
 *
 * Shape    The members of the leaf under their names (`on`: what the event is about, see
 *          reports/subject.h), `family` (the kind without its last word), `user`, `host` and
 *          `action` of another system's records, `day`, `hour` and `weekday` of when it happened,
 *          and any field of the body by its path: `body.format`, of a list its first element.
 * Values   A text, or nothing where the event has none. Ids are ids; people are shown names.
 */
#ifndef REPORTS_STATS_DIMENSION_H
#define REPORTS_STATS_DIMENSION_H

#include "core/engine.h"
#include "reports/tally.h"
#include "reports/zone.h"

enum {
    DIMENSION_NAME_MAX = 64,
    DIMENSION_VALUE_MAX = 1024, /* bytes; what is longer is cut, and ends in its size */
};

enum dimension_kind {
    DIMENSION_ACTION,
    DIMENSION_ACTOR,
    DIMENSION_DAY,
    DIMENSION_EMITTER,
    DIMENSION_FAMILY,
    DIMENSION_HOST,
    DIMENSION_HOUR,
    DIMENSION_KIND,
    DIMENSION_ON,
    DIMENSION_OUTCOME,
    DIMENSION_PROJECT,
    DIMENSION_RULE,
    DIMENSION_SESSION,
    DIMENSION_SOURCE,
    DIMENSION_USER,
    DIMENSION_WEEKDAY,
    DIMENSION_BODY,
    DIMENSION_KIND_COUNT,
};

struct dimension {
    enum dimension_kind kind;
    char name[DIMENSION_NAME_MAX]; /* as it was written */
};

/* The names, in their order; NULL past the last. `body.` stands for all paths. */
const char *dimension_name(size_t index);

/* MALFORMED, with the reason. */
MUST_CHECK struct status dimension_read(struct bytes name, struct dimension *out);

static inline bool dimension_wants_body(const struct dimension *dimension)
{
    return dimension->kind == DIMENSION_BODY;
}

/* Whether its values are ids of things that have names. */
bool dimension_has_names(const struct dimension *dimension);

/* What subjects of other systems are, so that the state is asked once for each. What there is no
 * room for is asked for again. */
struct dimension_cache {
    struct tally classes; /* id -> class + 1 */
};

enum {
    DIMENSION_CACHE_MAX = 100000, /* subjects */
};

/* The arena is lent as long as the cache. NO_MEMORY. */
MUST_CHECK struct status dimension_cache_init(struct dimension_cache *cache, struct arena *arena);

/* What values are taken from; lent for the call. */
struct dimension_event {
    const struct leaf *leaf;
    uint64_t time_utc_us;  /* when it happened, as the caller counts */
    struct bytes body;     /* canonical JSON without its salt; empty: erased, or not wanted */
    struct arena *scratch; /* BODY_MAX bytes; set back */
    struct engine *engine; /* whose state knows what a subject is */
    struct dimension_cache *cache; /* NULL: the state is asked each time */
    struct zone zone;
};

/* Writes the value; false if the event has none. */
bool dimension_value(const struct dimension *dimension, const struct dimension_event *event,
                     struct text *out);

/* An integer, for sums; false if the event has none there. */
bool dimension_number(const struct dimension *dimension, const struct dimension_event *event,
                      uint64_t *out);

/* A value as people read it: the name of an id as of an event. */
void dimension_show(const struct dimension *dimension, struct engine *engine, struct bytes value,
                    uint64_t as_of_n, struct text *out);

#endif

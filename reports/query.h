/*
 * reports/query.h -- finding events: filters, an index where there is one, and the log itself.
 *
 * Shape    A query is a list of conditions, each on one member of the leaf: any of its values may
 *          match (OR), all conditions must (AND), and a value may be excluded; beside them, one
 *          expression (reports/filter/filter.h), which must be met, too. Candidates come from the
 *          index, walked term by term in step; every candidate is then compared with its leaf, and
 *          what the index does not cover yet is scanned. So the index decides how fast an answer
 *          is, never what it is. Every leaf that is looked at has been compared with its hash; only
 *          those that reports/sieve.h lets through are decoded, and a body is read only where the
 *          leaf meets all else.
 * Time     A range of positions, or of time. An event counts under the time it happened: `at`, but
 *          never later than it was recorded; with `by_received`, under the time it was recorded.
 * Memory   Flat: answers stream.
 * Process  What looks into a log is in reports/query_log.c, so that a program without one needs no
 *          LMDB.
 * Source   DESIGN.md 7; interface.md 1a.
 */
#ifndef REPORTS_QUERY_H
#define REPORTS_QUERY_H

#include "reports/moment.h"
#include "store/index.h"
#include "store/log.h"

enum {
    QUERY_VALUES_MAX = 64, /* over all conditions */
    QUERY_VALUE_SIZE = 96, /* bytes of one value */
    QUERY_BREATH = 4096,   /* leaves between two questions whether to stop */
};

enum query_member {
    QUERY_ACTOR,
    QUERY_EMITTER,
    QUERY_KIND, /* a glob: `audit.*` */
    QUERY_ON,   /* an id */
    QUERY_USER, /* the ids of a foreign user's or host's or action's name: like QUERY_ON, but a */
    QUERY_HOST, /* condition of its own */
    QUERY_ACTION,
    QUERY_OUTCOME,
    QUERY_PROJECT,
    QUERY_RULE,
    QUERY_SESSION,
    QUERY_SOURCE,
    QUERY_MEMBER_COUNT,
};

struct query_value {
    enum query_member member;
    bool excluded;
    char text[QUERY_VALUE_SIZE]; /* NUL-terminated */
};

struct filter; /* reports/filter/filter.h */

struct query {
    struct query_value values[QUERY_VALUES_MAX];
    size_t value_count;
    const struct filter *where; /* an expression that must be met, too; lent. NULL: none */
    struct moment_range range;
    bool by_received;
    bool newest_first;
    uint64_t limit;      /* rows; 0: all */
    struct id within;    /* a project: of events only those in which it was active or which are
                            about it; ID_NONE: all */
    uint64_t first, end; /* of positions only [first, end); end 0: to the newest */
    uint64_t look_most;  /* leaves that are compared before it gives up; 0: all */
    bool (*stopped)(void *context); /* asked now and then; true: INTERRUPTED. NULL: never */
    void *stopped_context;
};

/* What was looked at, beside the rows. */
struct query_outcome {
    uint64_t rows;
    uint64_t size;      /* events of the log that was asked */
    uint64_t compared;  /* leaves compared */
    uint64_t scanned;   /* of these, those the index did not cover or could not narrow */
    uint64_t uncovered; /* of these, those beyond what the index covers */
    uint64_t bodies;    /* bodies read, because the leaf did not decide */
    uint64_t erased;    /* of these, those that are no more: nothing in them is found */
    uint32_t terms;     /* of the index that were walked; 0: it could not narrow */
    bool cut;           /* the limit ended it before the end */
    bool tired;         /* look_most did: it has looked at everything on the way to `reached` */
    uint64_t reached;   /* if tired: the first position not looked at, in the query's order; going
                           down, the one after it */
};

/* Adds a value of a condition; a leading `!` excludes. LIMIT if there are too many or it is too
 * long; MALFORMED, with the reason, for a value that the member cannot have. */
MUST_CHECK struct status query_add(struct query *query, enum query_member member,
                                   struct bytes value);

/* The time that an event counts under: what happened is in the past of its record, whatever the
 * emitter's clock says. */
uint64_t query_time_of(const struct leaf *leaf);

/* Whether an event is of a project: it was active, or is among the subjects. */
bool query_is_within(const struct leaf *leaf, struct id project);

/* Whether the event is in the range and meets the conditions; `where` and the positions are left
 * out. */
bool query_meets(const struct query *query, const struct leaf *leaf);

/* Called for each match, in order; slices are lent for the call. A failure ends the query, and the
 * query fails in the same way. */
typedef struct status query_visit(void *context, struct bytes bytes, const struct leaf *leaf);

/* Runs it over the whole snapshot. `index` may be NULL: then the log is scanned. CORRUPT at the
 * first leaf that does not hold; LIMIT at the event for which a regular expression takes too long;
 * IO; INTERRUPTED through the visit. */
MUST_CHECK struct status query_run(const struct query *query, struct log_snapshot *log,
                                   struct index_snapshot *index, query_visit *visit, void *context,
                                   struct query_outcome *outcome);

/* The positions outside of which nothing can match: [*first, *end). *end may be before *first. */
MUST_CHECK struct status query_positions(const struct query *query, struct log_snapshot *log,
                                         uint64_t *first, uint64_t *end);
/* The first event recorded at or after a time: the log's times never decrease. */
MUST_CHECK struct status query_position_at(struct log_snapshot *log, uint64_t utc_us, uint64_t *n);

/* The query as one canonical line, for the log: `kind=audit.* outcome=failed since=… where …`, the
 * expression last. What is not plain in a value, blanks and backslashes too, is written as \xNN. */
void query_write(const struct query *query, struct text *out);

#endif

/*
 * reports/lineage/lineage.h -- where data came from, and where it can have gone.
 *
 * Shape    A graph of things (files, directories, groups, users, drives, machines, places outside)
 *          and of what the log has between them (reports/lineage/flow.h), from a root up or down.
 *          Each edge names its events.
 * Time     Only what can have been: what left a thing counts if data could have come there before.
 *          Down from the root it is what happened after `since`, each thing from the moment that it
 *          was reached; up, what happened before `until`, each from the moment that it was left.
 * Could    Without `could` data goes on only where it moved; a right that was given is an edge, but
 *          its end is no way on. With it rights lead on, those that come with a group's key, too,
 *          for as long as they last; and what is reached by nothing else says so.
 * Stops    A thing where the search ended says why.
 * Limits   LINEAGE_NODES_MAX things, LINEAGE_EDGES_MAX edges; beyond, `cut` is set, and so it is
 *          where one thing has more rights than LINEAGE_RIGHTS_MAX.
 * Memory   The caller's.
 * Errors   CORRUPT, IO, as query_run has them.
 * Source   domain.md Q6, Q7, Q32, Q37, Q40.
 */
#ifndef REPORTS_LINEAGE_LINEAGE_H
#define REPORTS_LINEAGE_LINEAGE_H

#include "reports/lineage/flow.h"
#include "reports/query.h"

enum {
    LINEAGE_NODES_MAX = 512,
    LINEAGE_EDGES_MAX = 4096,
    LINEAGE_RIGHTS_MAX = 2048, /* of one thing */
    LINEAGE_LABELS_MAX = 4096, /* ways that are looked at */
    LINEAGE_PLACE_SIZE = 64,   /* bytes of a place that are kept */
    LINEAGE_TAGS_MAX = 8,      /* changes of one thing's tag that are kept */
    LINEAGE_DEPTH_MAX = 64,
};

enum lineage_direction {
    LINEAGE_UP,
    LINEAGE_DOWN,
    LINEAGE_DIRECTIONS,
};

enum lineage_stop {
    STOP_NOWHERE,
    STOP_DEPTH,    /* as deep as was asked for */
    STOP_LIMIT,    /* no room for more */
    STOP_OUTSIDE,  /* what happens there the log does not know */
    STOP_NOT_READ, /* a right was given, and nothing is known to have moved */
    STOP_COUNT,
};

struct lineage_tag {
    uint64_t n;
    struct id project; /* ID_NONE: none */
};

/* How the search in one direction came to a node. */
struct lineage_reach {
    bool reached, expanded;
    bool could;     /* by rights only */
    uint32_t depth; /* steps from the root, the fewest */
    enum lineage_stop stop;
};

struct lineage_node {
    struct id id; /* ID_NONE: a place */
    char place[LINEAGE_PLACE_SIZE];
    size_t place_size;
    struct lineage_reach reach[LINEAGE_DIRECTIONS];
    struct lineage_tag tags[LINEAGE_TAGS_MAX];
    size_t tag_count; /* may be more than are kept */
};

struct lineage_edge {
    uint32_t from, to; /* nodes */
    const struct flow *flow;
    bool in[LINEAGE_DIRECTIONS];    /* found on the way up, on the way down */
    bool holds;                     /* walked against its way: from a place to what is in it */
    uint64_t first, last;           /* events */
    uint64_t count;                 /* of them */
    uint64_t counted_upto;          /* by the way up: what the way down does not count again */
    struct id by;                   /* who did the first of them; ID_NONE: an emitter */
    uint64_t t_utc_us, last_utc_us; /* when the first and the last were recorded */
};

struct lineage_question {
    struct id root;
    bool go[LINEAGE_DIRECTIONS];
    bool could;
    uint32_t depth;                 /* 1 to LINEAGE_DEPTH_MAX */
    uint64_t since, until;          /* positions [since, until) */
    bool (*stopped)(void *context); /* asked now and then; true: INTERRUPTED. NULL: never */
    void *stopped_context;
};

/* The answer. */
struct lineage {
    struct lineage_question question;
    struct lineage_node nodes[LINEAGE_NODES_MAX]; /* the root is the first */
    size_t node_count;
    struct lineage_edge edges[LINEAGE_EDGES_MAX];
    size_t edge_count;
    bool cut;
    uint64_t events; /* that were looked at */
    uint64_t size;   /* of the log */
};

/* Fills the answer: `out` is large, and the caller's. `index` may be NULL. */
MUST_CHECK struct status lineage_trace(const struct lineage_question *question,
                                       struct log_snapshot *log, struct index_snapshot *index,
                                       struct lineage *out);

/* Building, for the tracer and tests -------------------------------------------------------- */

/* The node of a thing, which is made if it is new; false if there is no room. */
bool lineage_node_of(struct lineage *lineage, const struct flow_thing *thing, uint32_t *out);
/* The edge, likewise. */
struct lineage_edge *lineage_edge_of(struct lineage *lineage, uint32_t from, uint32_t to,
                                     const struct flow *flow, bool holds);

/* The other end of an edge, seen from where the search in that direction comes from. */
uint32_t lineage_other(const struct lineage_edge *edge, enum lineage_direction direction);

/* Why the search ended there, in words; empty where it did not. */
const char *lineage_stop_words(enum lineage_stop stop);

/* Whether a picture shows the edge dashed: a right, and no act that moved data. */
bool lineage_is_right(const struct lineage_edge *edge);

/* What the edge says at its end away from the root, going in this direction. */
const char *lineage_words(const struct lineage_edge *edge, enum lineage_direction direction);

#endif

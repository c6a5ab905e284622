/*
 * reports/candidates.h -- the positions that may match a query, from the index.
 *
 * Shape    A plan: the postings of terms, unions of them where any value may match, and
 *          intersections where all conditions must, made of the query's conditions and of its
 *          expression alike. What the index cannot narrow is left out of an intersection, and
 *          undoes a union. Candidates are found by stepping each part to the others' position.
 *          Beyond what the index covers, and where there is no plan, every position is one.
 */
#ifndef REPORTS_CANDIDATES_H
#define REPORTS_CANDIDATES_H

#include "reports/filter/filter.h"
#include "reports/query.h"

enum {
    PLAN_NODES_MAX = 640, /* parts of a plan; what would need more is not narrowed */
    PLAN_UNION_MAX = 96,  /* terms of one union, likewise: scanning is quicker than so many */
    PLAN_NONE = UINT16_MAX,
};

enum plan_kind {
    PLAN_TERM, /* the postings of one term */
    PLAN_ANY,
    PLAN_ALL,
};

struct plan_node {
    enum plan_kind kind;
    uint16_t first, next;      /* child, sibling; or PLAN_NONE */
    struct postings *postings; /* of PLAN_TERM */
    /* The last step: nothing lies between where it was asked from and what was found. */
    bool stepped, down, none;
    uint64_t from, found;
};

struct candidates { /* the caller's memory; its members are this module's own */
    struct plan_node nodes[PLAN_NODES_MAX];
    uint16_t node_count;
    uint16_t root;    /* PLAN_NONE: the index does not narrow it */
    uint32_t terms;   /* of the index that are walked */
    uint64_t covered; /* positions that the index knows */
    uint64_t log_size;
    uint64_t used[(FILTER_NODES_MAX + 63) / 64]; /* a bit for each node of the expression */
};

/* `index` may be NULL. candidates_close also after a failure, and before the snapshot is closed.
 * Fails as the index does. */
MUST_CHECK struct status candidates_open(const struct query *query, struct index_snapshot *index,
                                         uint64_t log_size, struct candidates *out);
void candidates_close(struct candidates *candidates);

/* The next candidate at or after, or at or before a position: NOT_FOUND if there is none. */
MUST_CHECK struct status candidates_at_or_after(struct candidates *candidates, uint64_t from,
                                                uint64_t *n);
MUST_CHECK struct status candidates_at_or_before(struct candidates *candidates, uint64_t from,
                                                 uint64_t *n);

/* Whether a node of the expression took part in the plan. */
bool candidates_use_node(const struct candidates *candidates, uint16_t node);

/* Whether the index had a say in what candidates there are around this position. */
bool candidates_narrowed(const struct candidates *candidates, uint64_t n);

#endif

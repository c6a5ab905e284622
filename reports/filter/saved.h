/*
 * reports/filter/saved.h -- queries that have a name: those that Cairn brings, and those that were
 * saved in the log.
 *
 * Shape    A saved query is an expression as it was typed, so that its times and names mean what
 *          they mean when it is asked; @NAME stands for it wherever an expression may stand. One
 *          that was saved hides one that Cairn brings.
 */
#ifndef REPORTS_FILTER_SAVED_H
#define REPORTS_FILTER_SAVED_H

#include "reports/filter/fault.h"

enum {
    SAVED_NAME_MAX = 48, /* bytes */
};

struct saved_query {
    struct bytes name, question, about;
    struct bytes control; /* the requirement that it serves: `3.3.1`; empty: none */
    struct bytes by;      /* who saved it; empty: Cairn brings it */
};

/* [a-z][a-z0-9-]*, at most SAVED_NAME_MAX bytes. */
bool saved_is_name(struct bytes name);

/* Writes the question that has this name; NOT_FOUND, with what may have been meant offered.
 * `engine` may be NULL. Fails as the state does. */
MUST_CHECK struct status saved_find(struct engine *engine, struct bytes name, struct text *question,
                                    struct suggestion *suggestion);

/* Whether a question asks, by itself or through others, one of this name. Fails as saved_find. */
MUST_CHECK struct status saved_leads_to(struct engine *engine, struct bytes question,
                                        struct bytes name, bool *out);

/* Calls `visit` with all of them, in the order of their names; slices are lent for the call. */
typedef struct status saved_visit(void *context, const struct saved_query *query);
MUST_CHECK struct status saved_walk(struct engine *engine, saved_visit *visit, void *context);

#endif

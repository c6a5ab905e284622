/*
 * tools/explain.h -- how a question was understood, and what was looked at to answer it.
 */
#ifndef TOOLS_EXPLAIN_H
#define TOOLS_EXPLAIN_H

#include "reports/query.h"
#include "tools/invocation.h"

/* Says it on the errors, once the query has run; `index` may be NULL. */
void explain_query(const struct invocation *invocation, const struct query *query,
                   struct index_snapshot *index, const struct query_outcome *outcome);

#endif

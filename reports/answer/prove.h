/*
 * reports/answer/prove.h -- from a question that was asked to the answer that proves itself.
 */
#ifndef REPORTS_ANSWER_PROVE_H
#define REPORTS_ANSWER_PROVE_H

#include "reports/query.h"
#include "store/answer.h"

/* The rows as query_run visited them, over the same snapshots. Writes the answer's file; `index`
 * may be NULL. Fails as answer_make; LIMIT also for a question whose text is too long. */
MUST_CHECK struct status prove_answer(const struct query *query, struct log_snapshot *log,
                                      struct index_snapshot *index, const uint64_t *rows,
                                      size_t row_count, const struct answer_sink *sink);

#endif

/*
 * tools/proving.h -- the directory that proves an answer: `query --proof DIR`, `prove --query`.
 *
 * Shape    DIR/rows.answer shows that the rows are all of them (store/answer.h), and for each row
 *          there is DIR/N.tlog-proof (store/proof.h), for whoever needs one event only;
 *          DIR/asked.tlog-proof is of the event that says that the question was asked.
 * Process  Everything is made beside DIR and checked as cairn-verify would; the export is recorded
 *          before DIR has its name.
 * Limits   ANSWER_EVENTS_MAX rows; proofs of their own for PROVING_FILES_MAX of them.
 */
#ifndef TOOLS_PROVING_H
#define TOOLS_PROVING_H

#include "reports/query.h"
#include "tools/store_open.h"

enum {
    PROVING_FILES_MAX = 4096,
};

struct proving; /* opaque */

/* *out is NULL where `path` is. EXIT_USAGE if there is something of that name. The path is lent; on
 * EXIT_DONE *out is the caller's: proving_close. */
MUST_CHECK enum exit_code proving_open(struct invocation *invocation, const char *path,
                                       struct proving **out);
void proving_close(struct proving **proving);

/* Notes a row as query_run visits it; NULL is welcome. LIMIT. */
MUST_CHECK struct status proving_row(struct proving *proving, uint64_t n);

/* Makes the files, over the snapshots of query_run; NULL is welcome. Fails as prove_answer does. */
MUST_CHECK struct status proving_make(struct proving *proving, const struct query *query,
                                      struct engine *engine, struct log_snapshot *log,
                                      struct index_snapshot *index);

/* Records the export and gives DIR its name, when the snapshots are closed; NULL is welcome. */
MUST_CHECK enum exit_code proving_finish(struct proving *proving, struct engine *engine);

#endif

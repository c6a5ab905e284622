/*
 * tools/asked.h -- that a question was asked, as an event: audit.query_run.
 *
 * Shape    The question is the command line, options and arguments as they were given; the result
 *          is the SHA-256 over all cells of the rows that answered it.
 * Source   domain.md AUD-09; design: asking is recorded.
 */
#ifndef TOOLS_ASKED_H
#define TOOLS_ASKED_H

#include "core/engine.h"
#include "reports/moment.h"
#include "store/hash.h"
#include "tools/invocation.h"

/* Sets up the rows of an answer, as invocation_rows does; what is added to them is hashed, and
 * rows_go_on fails once there is an interruption. */
void asked_rows(const struct invocation *invocation, struct rows *rows, struct arena *memory,
                struct hasher *hasher);

/* Logs it. Does nothing in an engine that only reads. */
MUST_CHECK struct status asked_record(const struct invocation *invocation, struct engine *engine,
                                      const struct rows *rows);

/* Says what the answer rests on (reports/footer.h), and logs the question. `what` the rows are, as
 * in `3 intervals of 84 events`; the range may be NULL. EXIT_DONE, also without rows;
 * EXIT_INCOMPLETE; or what failed. */
MUST_CHECK enum exit_code asked_end(const struct invocation *invocation, struct engine *engine,
                                    const struct rows *rows, const char *what,
                                    const struct moment_range *range);

#endif

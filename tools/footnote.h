/*
 * tools/footnote.h -- the footer of an answer, on the errors, and the exit code that it stands for.
 */
#ifndef TOOLS_FOOTNOTE_H
#define TOOLS_FOOTNOTE_H

#include "reports/footer.h"
#include "tools/invocation.h"

/* Looks at the log as the answer saw it and says the footer's two lines, which --quiet drops. Tells
 * how the verb ends: EXIT_DONE, EXIT_NOTHING without rows, EXIT_INCOMPLETE; or what failed. */
MUST_CHECK enum exit_code footnote(const struct invocation *invocation, struct log_snapshot *log,
                                   struct footer *footer);

#endif

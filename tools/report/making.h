/*
 * tools/report/making.h -- reports from a command line: the question, and the file that answers it.
 */
#ifndef TOOLS_REPORT_MAKING_H
#define TOOLS_REPORT_MAKING_H

#include "reports/report_question.h"
#include "tools/store_open.h"

/* The options that say what a report is about. */
#define REPORT_OPTIONS                                                                           \
    {"period", 0, "RANGE", "2026-03, 2026-01..2026-04, last-month; in UTC (the whole log)",      \
     false},                                                                                     \
        {"at", 0, "TIME", "as of then, or after an event: seq:30377 (the period's end)", false}, \
        {"project", 0, "NAME", "of one project", false},                                         \
        {"user", 0, "USER", "of one user", false}, {"team", 0, "NAME", "of one team", false},    \
    {                                                                                            \
        "state", 0, "draft|final", "a draft is no evidence for an assessor (draft)", false       \
    }

/* The report that the first argument names. */
MUST_CHECK enum exit_code making_info(const struct invocation *invocation,
                                      const struct report_info **out);

/* The question that the options ask of it. */
MUST_CHECK enum exit_code making_question(struct invocation *invocation, struct engine *engine,
                                          const struct report_info *info,
                                          struct report_question *out);

/* A report in a file without a name, to be read from its beginning. */
struct making {
    struct invocation *invocation;
    struct engine *engine;
    struct report_question question;
    int file; /* -1: none */
    struct digest digest;
    uint64_t size; /* bytes */
    uint64_t rows;
};

/* Makes it in a format of reports/render.h. On EXIT_DONE the file is the caller's: making_close. */
MUST_CHECK enum exit_code making_render(struct making *making, const struct report_format *format);
void making_close(struct making *making);

/* Makes another file of it: what weasyprint prints of the HTML. */
MUST_CHECK enum exit_code making_print(struct making *making);

/* Logs that it was made, if the store was opened for writing: audit.report_generated. */
MUST_CHECK enum exit_code making_record(const struct making *making, const char *format);

/* To the output, or to a new file. */
MUST_CHECK enum exit_code making_put(const struct making *making);
MUST_CHECK enum exit_code making_save(const struct making *making, const char *format,
                                      const char *path);

#endif

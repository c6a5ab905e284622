/*
 * reports/report_question.h -- the question that a report answers: made, written, read again.
 *
 * Shape    One line says all that the answer depends on beside the log:
 *
 *            access-review v1 final from=TIME until=TIME now=TIME first=N size=N scope=project:88
 *
 *          Reports carry it, and audit.report_generated keeps it, so that anybody can ask again.
 * Errors   MALFORMED at the byte of a line that is none, with the reason.
 */
#ifndef REPORTS_REPORT_QUESTION_H
#define REPORTS_REPORT_QUESTION_H

#include "reports/moment.h"
#include "reports/report.h"

enum {
    REPORT_LINE_SIZE = 320, /* bytes of the line, with room for a final NUL */
};

/* What is asked for: a period, of times or positions, and a moment that nothing after counts. */
struct report_wish {
    const struct report_info *info;
    enum report_state state;
    struct id scope;
    struct moment_range period;
    struct moment at;  /* MOMENT_OPEN: the end of the period, or the newest event before it */
    uint64_t asked_us; /* by then the period may be over, though nothing has happened since; 0: not
                          known */
};

/* Makes it definite. Events count up to the end of the period, and up to `at`: as of then is the
 * time, too; without `at`, it is the end of the period if that is over, else the time of the newest
 * event. NOT_FOUND with the reason if no event counts; MALFORMED if the scope is none
 * that the report has, or it waits for something; else fails as the log does. */
MUST_CHECK struct status report_question_make(const struct report_wish *wish,
                                              struct log_snapshot *log,
                                              struct report_question *out);

/* One line, without its end. */
void report_question_write(const struct report_question *question, struct text *out);
/* Strictly what report_question_write writes; the report is one of the list. */
MUST_CHECK struct status report_question_read(struct bytes line, struct report_question *out);

/* `project`, `user`, `team`; NULL for what is no scope. */
const char *report_scope_name(enum id_kind kind);

#endif

/*
 * tests/reports/reporting.h -- a report of a test's store, as a text to be looked at.
 */
#ifndef TESTS_REPORTS_REPORTING_H
#define TESTS_REPORTS_REPORTING_H

#include "reports/render.h"
#include "reports/report_question.h"
#include "schema/json.h"
#include "tests/support/scratch.h"

enum {
    REPORTING_ARENA = 8 << 20, /* bytes: enough for an assessment */
};

struct reporting {
    char *text; /* with a final NUL */
    size_t size;
    uint64_t rows;
    struct json *json; /* of a report in JSON, else NULL */
};

/* The clock of a test begins before its log does, whose times would all be alike: later by this. */
#define REPORTING_LATER (UINT64_C(3) * 365 * 86400) /* seconds */

/* The question about everything there is, of a scope or ID_NONE. */
struct report_question reporting_ask(struct engine *engine, const char *name, struct id scope);

/* Makes it; what cannot be made fails the test. */
void reporting_make(struct engine *engine, const struct report_question *question,
                    const struct report_format *format, struct reporting *out);
void reporting_end(struct reporting *reporting);

/* The rows of a table of a report in JSON; a table that it has not fails the test. */
const struct json *reporting_table(const struct reporting *reporting, const char *name);

#endif

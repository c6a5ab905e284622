/*
 * reports/au/assessing.h -- what the AU reports have in common: the assessment that they tell of.
 */
#ifndef REPORTS_AU_ASSESSING_H
#define REPORTS_AU_ASSESSING_H

#include "reports/au/au.h"
#include "reports/report.h"

/* Assesses what a report is asked for; *out lives in the input's arena. */
MUST_CHECK struct status assessing_begin(const struct report_input *input,
                                         const struct au_assessment **out);

/* The objectives of the practices first..last: verdicts, reasons, and the events they rest on. */
MUST_CHECK struct status assessing_objectives(struct report_sink *sink,
                                              const struct au_assessment *assessment,
                                              enum practice first, enum practice last);

/* The declarations that speak of objectives of these practices. */
MUST_CHECK struct status assessing_declarations(const struct report_input *input,
                                                struct report_sink *sink,
                                                const struct au_assessment *assessment,
                                                enum practice first, enum practice last);

/* `12 (the declaration), 40-44 (what was read)`. */
void assessing_evidence(const struct au_judgement *judgement, struct text *out);

extern const struct report_column assessing_columns[];
extern const size_t assessing_column_count;

#endif

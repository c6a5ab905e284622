/*
 * reports/render.h -- the formats of reports, and what they have in common.
 *
 * Shape    text for a terminal, html for people and paper, json for programs, csv for
 *          spreadsheets (the main table alone). A format knows no report. Each but csv ends with
 *          how to verify it, and with the SHA-256 of all that stands before that.
 * Errors   Those of the output, which must be a file that can be read back.
 */
#ifndef REPORTS_RENDER_H
#define REPORTS_RENDER_H

#include "reports/report.h"

extern const struct report_format render_text, render_html, render_json, render_csv;
/* What a report rests on, for whoever proves it; no format for people, and found by no name: a line
 * `FROM TO` for each range of events. */
extern const struct report_format render_events;

/* NULL: there is none of that name. */
const struct report_format *render_find(struct bytes name);

/* Sets up a sink; the output is lent until the last call. */
void render_init(struct report_sink *sink, const struct report_format *format,
                 struct output *output);

/* For formats ---------------------------------------------------------------------------------- */

/* Calls `say` with what the header says, in order. */
typedef void render_say(struct report_sink *sink, const char *name, struct cell value,
                        enum report_column_type type);
void render_header(struct report_sink *sink, render_say *say);

/* The commands by which a reader verifies the report; NULL past the last. They live in `memory`. */
const char *render_advice(const struct report_sink *sink, size_t index, struct text *memory);

/* The SHA-256 of all that has been written so far. */
MUST_CHECK struct status render_digest(struct report_sink *sink, struct digest *out);

/* A table in one of the formats of reports/rows.h; its rows then go to sink->lines. */
MUST_CHECK struct status render_lines(struct report_sink *sink, enum rows_format format);

/* The one line that says what is asked: see reports/report_question.h. */
void render_question(const struct report_sink *sink, struct text *out);

#endif

/*
 * reports/web/page_sink.h -- a report as a page: one more format of reports/report.h.
 *
 * Shape    What a report tells becomes parts of the page: headings, facts, tables whose events and
 *          things are links, bands. The page around it is the caller's.
 * Limits   PAGE_SINK_ROWS rows of a table; of more, the report ends there, which `cut` says.
 * Errors   Those of the output; INTERRUPTED, when it is cut.
 */
#ifndef REPORTS_WEB_PAGE_SINK_H
#define REPORTS_WEB_PAGE_SINK_H

#include "reports/report.h"
#include "reports/web/page.h"

enum {
    PAGE_SINK_ROWS = 500,
};

struct page_sink {
    struct report_sink sink; /* first: what reports fill */
    struct visit *visit;
    bool in_section; /* an h2 has been written */
    bool in_table;
    bool cut;
    uint64_t bands; /* so far */
};

void page_sink_init(struct page_sink *sink, struct visit *visit);

/* Its format; the sink of the report is &page_sink.sink. */
extern const struct report_format page_sink_format;

/* Ends what a cut has left open. */
void page_sink_close(struct page_sink *sink);

#endif

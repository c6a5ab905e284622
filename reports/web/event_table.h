/*
 * reports/web/event_table.h -- events as the rows of a table: number, when, what became of it, and
 * what it says in a sentence.
 *
 * Shape    event_table_begin, a row for each event, event_table_end. On a narrow screen each row
 *          becomes a small card.
 */
#ifndef REPORTS_WEB_EVENT_TABLE_H
#define REPORTS_WEB_EVENT_TABLE_H

#include "reports/web/page.h"

void event_table_begin(struct visit *visit, const char *caption);
enum event_row {
    EVENT_ROW_PLAIN,
    EVENT_ROW_HERE,   /* the one that the page is about */
    EVENT_ROW_ANCHOR, /* `#n17` leads to it: in one table of a page only */
};
void event_table_row(struct visit *visit, const struct leaf *leaf, enum event_row how);
void event_table_end(struct visit *visit);

/* All events that a query finds, as such a table with at most `most` rows; *count is how many it
 * has, and 0 has no table. Fails as the query does. */
struct event_table_asking {
    const struct query *query;
    const char *caption;
    uint64_t most;
    uint64_t here; /* the number of the event that the page is about; UINT64_MAX: none */
};
MUST_CHECK struct status event_table_ask(struct visit *visit,
                                         const struct event_table_asking *asking, uint64_t *count);

#endif

/*
 * reports/web/recent.h -- the newest events of one thing, as a table of its page.
 *
 * Shape    The newest first, page by page if it is the table of a page, with a way to all of them
 *          in the search and to the timeline.
 * Errors   Those of the scope.
 */
#ifndef REPORTS_WEB_RECENT_H
#define REPORTS_WEB_RECENT_H

#include "reports/web/event_table.h"

enum {
    RECENT_COUNT = 20, /* events of a table */
};

struct recent {
    enum query_member member; /* that has the id: QUERY_ON, QUERY_ACTOR, … */
    const char *field;        /* what the search calls it: `on`, `actor` */
    const char *kind;         /* only events of this kind, `vault.key.*`; NULL: all */
    struct id id;
    struct bytes value; /* in place of the id, where it has none: an emitter's name */
    const char *caption;
    const char *empty;
    const char *pager; /* the parameter that has the number of an event, before which the table is
                          to be: of one table of a page; NULL: it has the newest only */
};

MUST_CHECK struct status recent_put(struct visit *visit, const struct recent *recent);

#endif

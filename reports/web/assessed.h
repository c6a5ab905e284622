/*
 * reports/web/assessed.h -- the AU practices as they are assessed for pages, and kept between them.
 *
 * Shape    An assessment verifies and folds the whole log (reports/au/au.h). Of a log of up to
 *          ASSESSED_EVENTS_MAX events it is made while the viewer waits, and kept: other pages of
 *          the same pinned moment get the same one. So do those of the newest, for as long as
 *          ASSESSED_KEPT_US, also if a few events came since, as each page that is looked at makes
 *          one; the page says of which events it is. A larger log is not assessed here; the page
 *          says how to.
 * Memory   Of the web, KEPT_SIZE bytes.
 * Errors   LIMIT for a log that is too large; INTERRUPTED when the time is over; else as au_assess.
 */
#ifndef REPORTS_WEB_ASSESSED_H
#define REPORTS_WEB_ASSESSED_H

#include "reports/au/au.h"
#include "reports/web/visit.h"

enum {
    ASSESSED_EVENTS_MAX = 100000, /* some seconds */
};

#define ASSESSED_KEPT_US (UINT64_C(300) * 1000000)

/* *out is valid until the end of the request. */
MUST_CHECK struct status assessed_get(struct visit *visit, const struct au_assessment **out);

/* The same if it is kept, or if it can be made of at most so many events; else *out is NULL. */
MUST_CHECK struct status assessed_at_hand(struct visit *visit, uint64_t events_most,
                                          const struct au_assessment **out);

/* The newest event that records an assessment of all nine practices; false if there is none. */
MUST_CHECK struct status assessed_logged(struct visit *visit, bool *found, struct leaf *out);

#endif

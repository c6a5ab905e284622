/*
 * reports/web/lives_view.h -- the lives of the rows about a thing, on its page.
 *
 * Shape    All lives as far as the viewer may see are gathered once: as lanes of a picture, as rows
 *          of a table, and as the positions at which anything changed, by which a reader goes from
 *          version to version.
 * Limits   LIVES_CHANGES_MAX changes, LIVES_ROWS_MAX rows; more are said to be there.
 * Memory   The visit's arena.
 * Errors   Those of the state and the log.
 */
#ifndef REPORTS_WEB_LIVES_VIEW_H
#define REPORTS_WEB_LIVES_VIEW_H

#include "reports/object_lives.h"
#include "reports/web/as_of.h"

enum {
    LIVES_CHANGES_MAX = 4096,
    LIVES_ROWS_MAX = 400,
};

struct lives_view; /* opaque */

/* On success *out lives as long as the visit. */
MUST_CHECK struct status lives_view_gather(struct visit *visit, const struct as_of *as_of,
                                           struct id object, struct lives_view **out);

/* The positions of the version before the one as of a moment, and of the next one; false if there
 * is none. */
bool lives_view_before(const struct lives_view *lives, uint64_t as_of_n, uint64_t *n);
bool lives_view_after(const struct lives_view *lives, uint64_t as_of_n, uint64_t *n);

/* How many changes there were, and the newest-th of them. */
size_t lives_view_count(const struct lives_view *lives);
uint64_t lives_view_change(const struct lives_view *lives, size_t newest);

/* The picture, with the table of the same below it. */
void lives_view_put(struct visit *visit, const struct lives_view *lives);

#endif

/*
 * reports/web/as_of.h -- the moment that a page about the state is of, and the form that asks for
 * another.
 *
 * Shape    `as_of` in the query is a time or a position, as the command line takes it; `between` a
 *          stretch. Without it the moment is that of the page: the newest event that counts, and
 *          now, or of a pinned page the time of that event. It is not `at`, which says how much of
 *          the log there is.
 * Errors   MALFORMED with the reason for what is no moment, or none of this log; the view is then
 *          that of the page itself.
 */
#ifndef REPORTS_WEB_AS_OF_H
#define REPORTS_WEB_AS_OF_H

#include "reports/stretch.h"
#include "reports/web/visit.h"

struct as_of {
    bool given;
    struct bytes text; /* as it was given; lent from the visit */
    struct view view;
    uint64_t newest_us; /* the time of the page itself */
};

/* Reads the parameter. The view's rows live in the visit's arena. FOLD if there is no state. */
MUST_CHECK struct status as_of_read(struct visit *visit, struct status *trouble, struct as_of *out);

/* The same of `between`, as a stretch; *given is whether it was. */
MUST_CHECK struct status as_of_read_stretch(struct visit *visit, struct stretch *out, bool *given);

/* A field for it, within a form: a label, and the text as it was given. */
void as_of_put_field(struct visit *visit, const char *id, const char *name, const char *label,
                     const char *hint);

/* A sentence: `As of event 120, 2026-03-09 21:58:00Z.` */
void as_of_put(struct visit *visit, const struct as_of *as_of);

#endif

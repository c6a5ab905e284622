/*
 * reports/web/custody_view.h -- of a drive, machine or host: where it was, and who was there.
 *
 * Shape    A drive's machines and a machine's drives as a picture, a lane for each with its mode,
 *          and as a table; of a drive, to whom it was given along which chain; of a machine, whose
 *          key it obeys; of a host, what differed from the log and who logged in to it. All of it
 *          as the command line tells it (reports/custody/).
 * Scope    For viewers who may read all; nothing for others.
 * Errors   Those of the log, the state and the output.
 */
#ifndef REPORTS_WEB_CUSTODY_VIEW_H
#define REPORTS_WEB_CUSTODY_VIEW_H

#include "reports/web/as_of.h"

/* Puts the sections of a thing; none for one of another kind. */
MUST_CHECK struct status custody_view_put(struct visit *visit, const struct as_of *as_of,
                                          struct id object);

#endif

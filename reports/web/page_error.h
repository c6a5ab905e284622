/*
 * reports/web/page_error.h -- the page that says why there is none.
 *
 * Shape    What does not exist and what may not be seen give the same bytes: nothing of the path is
 *          repeated.
 */
#ifndef REPORTS_WEB_PAGE_ERROR_H
#define REPORTS_WEB_PAGE_ERROR_H

#include "reports/web/visit.h"

/* Writes it, and sets the answer's status. */
void page_error(struct visit *visit, struct status status);

#endif

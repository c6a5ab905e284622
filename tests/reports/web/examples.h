/*
 * tests/reports/web/examples.h -- paths of every route, for a store.
 *
 * Shape    A route without parts is its own example; for each other one, a few things of the store
 *          that fit. So whoever tries all pages need not know them.
 */
#ifndef TESTS_REPORTS_WEB_EXAMPLES_H
#define TESTS_REPORTS_WEB_EXAMPLES_H

#include "core/engine.h"

/* Called with each; the text is lent for the call. */
typedef void example_visit(void *context, const char *pattern, const char *target);
void examples_each(struct engine *engine, example_visit *visit, void *context);

#endif

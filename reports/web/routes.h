/*
 * reports/web/routes.h -- the pages that there are, by their paths.
 *
 * Shape    A pattern is a path: a segment of it stands for itself, but `#` for a number without
 *          leading zeros and `$` for a word, [a-z0-9._-]+; both may be followed by letters that
 *          stand for themselves, `/events/#.json`. The first pattern that fits has it. Paths are
 *          looked up here and nowhere else: no file has one.
 */
#ifndef REPORTS_WEB_ROUTES_H
#define REPORTS_WEB_ROUTES_H

#include "reports/web/visit.h"

enum route_place {
    ROUTE_PLAIN,
    ROUTE_NAV,    /* in the navigation, under its title */
    ROUTE_GLOBAL, /* only for viewers whose scope is not narrowed; for others it does not exist */
    ROUTE_GLOBAL_NAV,
};

typedef struct status route_page(struct visit *visit);

struct route {
    const char *pattern;
    route_page *page;
    const char *title;
    enum route_place place;
};

#define ROUTE(pattern, function, title, place) struct status function(struct visit *visit);
#include "reports/web/routes.def"

/* All of them; NULL past the last. */
const struct route *route_at(size_t index);

/* The route of a path, with what stands for # and $; NULL if there is none. */
const struct route *route_find(struct bytes path, struct bytes args[static VISIT_ARGS_MAX],
                               uint64_t numbers[static VISIT_ARGS_MAX]);

/* Whether it exists for this viewer. */
bool route_is_open(const struct route *route, const struct web_viewer *viewer);

#endif

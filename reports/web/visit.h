/*
 * reports/web/visit.h -- one request on its way: all that the function of a page gets.
 *
 * Shape    web_respond decodes the request, pins the size of the log, opens the scope and calls
 *          the page with a visit. A page looks for what it is about first, and fails NOT_FOUND or
 *          MALFORMED before it writes; a failure later on is no harm: what was written is cut.
 *          The reason of a MALFORMED is shown to the viewer.
 * Memory   `arena` is fresh for each request, VISIT_ARENA bytes that cost nothing until used.
 */
#ifndef REPORTS_WEB_VISIT_H
#define REPORTS_WEB_VISIT_H

#include "reports/web/params.h"
#include "reports/web/scope.h"

enum {
    VISIT_ARENA = 160 << 20, /* bytes: room for a timeline or an assessment */
    VISIT_ARGS_MAX = 2,
    KEPT_SIZE = 4 << 20, /* bytes: of an assessment */
};

struct route;
struct au_assessment;

/* What is kept from one request to the next: see reports/web/assessed.h. */
struct web_kept {
    const struct au_assessment *assessment; /* NULL: none */
    uint64_t size;                          /* of the log */
    uint64_t now_us;
    bool pinned; /* of a page that was */
    struct arena arena;
    uint8_t memory[KEPT_SIZE];
};

struct visit {
    const struct web_options *options;
    const struct web_request *request;
    const struct web_viewer *viewer;
    struct web_answer *answer;
    struct output *output; /* the answer's */
    struct engine *engine; /* for names of visible things; events and rows come through `scope` */
    const struct route *route;
    struct bytes args[VISIT_ARGS_MAX]; /* what stands for # and $ in the route's pattern */
    uint64_t numbers[VISIT_ARGS_MAX];  /* the same, of a # */
    struct params params;
    uint64_t at; /* the size of the log that this page is of */
    bool pinned; /* `at` was given, and links keep it */
    struct scope scope;
    struct arena *arena;
    struct hasher *hasher;
    struct web_kept *kept;
    bool href_has_query; /* of the link being written: reports/web/links.h */
    const char *href_fragment;
    bool plain; /* of the page being written: reports/web/page.h */
};

/* Whether the time for the request is over. */
static inline bool visit_is_over(const struct visit *visit)
{
    return visit->options->expired != NULL && visit->options->expired(visit->options->context);
}

#endif

/*
 * reports/web/web.h -- the auditor's web: from a request to the bytes of a page.
 *
 * Shape    Pages are functions from a request and an engine that only reads; there are no sockets
 *          here. A table of routes (reports/web/routes.def) says what there is. Everything that a
 *          page tells of events and of the state comes through reports/web/scope.h, which knows
 *          what this viewer may see; what may not be seen and what does not exist are one page.
 * Moment   `?at=SIZE` pins the size of the log: the page is as of then, for ever, and so are the
 *          pages that its links lead to. Without it a page is of the newest event.
 * Errors   Whatever goes wrong becomes a page with its status. web_respond itself fails only if the
 *          output does.
 * Process  Of one thread. The engine is lent, and may look again between two requests.
 * Source   interface.md 1b; decisions/0041.
 */
#ifndef REPORTS_WEB_WEB_H
#define REPORTS_WEB_WEB_H

#include "core/engine.h"
#include "reports/output.h"

enum {
    WEB_PATH_MAX = 256,      /* bytes of a path */
    WEB_LOCATION_SIZE = 256, /* bytes, with a final NUL */
};

/* Who looks, and what may be seen. */
struct web_viewer {
    struct id invitation;       /* ID_NONE: none, in a test */
    struct bytes name;          /* as invited */
    bool scoped;                /* by project or time */
    struct id project;          /* ID_NONE: any */
    uint64_t from_us, until_us; /* recorded in [from, until); 0: open on that side */
    bool recorded;              /* this view has become an event */
};

struct web_request {
    struct bytes path;
    struct bytes query; /* what follows the `?`, undecoded; empty: nothing */
    const struct web_viewer *viewer;
    uint64_t now_utc_us;
};

struct web_answer {
    unsigned status;       /* of HTTP */
    const char *type;      /* of the content, static */
    const char *download;  /* name of the file that it is to be saved as, valid until the next
                                 request; NULL: it is shown */
    bool immutable;        /* may be kept for ever: its name changes when it does */
    struct output *output; /* set by the caller: to a file that can be cut and read back */
    char location[WEB_LOCATION_SIZE]; /* where to go instead, of status 303; else empty */
};

struct web_options {
    struct engine *engine;
    const char *program; /* for the foot of the page: `cairn 0.1.0`; outlives the web */
    /* Asked now and then while a page is made; true ends it with 503. May be NULL. */
    bool (*expired)(void *context);
    void *context;
};

struct web; /* opaque */

/* On success *out is the caller's: web_close. NO_MEMORY. */
MUST_CHECK struct status web_open(const struct web_options *options, struct web **out);
void web_close(struct web **web);

/* Writes the page and fills in the answer, whose output is set. IO. */
MUST_CHECK struct status web_respond(struct web *web, const struct web_request *request,
                                     struct web_answer *answer);

#endif

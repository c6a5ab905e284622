/*
 * tools/audit/listing.h -- a list of reports/audit/desk.h as a verb.
 */
#ifndef TOOLS_AUDIT_LISTING_H
#define TOOLS_AUDIT_LISTING_H

#include "reports/audit/desk.h"
#include "tools/as_of.h"

#define LISTING_OPTIONS                                                             \
    AS_OF_OPTION,                                                                   \
    {                                                                               \
        "all", 0, NULL, "also what is withdrawn, done or closed, or by role", false \
    }

typedef struct status listing(const struct desk *desk, uint64_t *count);

/* Opens the store for reading and writes the list; EXIT_NOTHING if it is empty. */
enum exit_code listing_run(struct invocation *invocation, listing *list);

#endif

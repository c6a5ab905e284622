/*
 * reports/filter/body.h -- the values in canonical JSON, found by their path.
 *
 * Shape    A path is names with dots between them; lists are passed through, so that `keys` means
 *          each element of keys, and an empty path means every value at whatever depth.
 * Errors   MALFORMED at the byte for what is not canonical JSON; fails as the visit does.
 */
#ifndef REPORTS_FILTER_BODY_H
#define REPORTS_FILTER_BODY_H

#include "schema/canonical.h"

enum body_type {
    BODY_STRING,
    BODY_INTEGER,
    BODY_BOOLEAN,
};

struct body_value {
    enum body_type type;
    struct bytes text; /* of a string; lent for the call */
    uint64_t number;
    bool truth;
};

/* Called with each value; *stop ends the walk. */
typedef struct status body_visit(void *context, const struct body_value *value, bool *stop);

/* `scratch` has room for the longest string that has escapes, and is set back after each. */
MUST_CHECK struct status body_walk(struct bytes json, struct bytes path, struct arena *scratch,
                                   body_visit *visit, void *context);

#endif

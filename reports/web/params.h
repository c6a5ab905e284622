/*
 * reports/web/params.h -- the query string of a request, decoded strictly.
 *
 * Shape    name=value&name=value; `+` is a blank, %XX a byte. Names are [a-z_]+. A name may come
 *          once: what two readers could understand differently is refused.
 * Limits   PARAMS_SIZE_MAX bytes, PARAMS_MAX of them.
 * Memory   Decoded values lie in the struct.
 * Errors   MALFORMED at the byte, or LIMIT, with the reason.
 * Source   URL Living Standard, application/x-www-form-urlencoded, of which this is a strict part.
 */
#ifndef REPORTS_WEB_PARAMS_H
#define REPORTS_WEB_PARAMS_H

#include "schema/bytes.h"

enum {
    PARAMS_MAX = 32,
    PARAMS_SIZE_MAX = 8 << 10, /* bytes, before decoding */
    PARAMS_NAME_MAX = 24,      /* bytes */
};

struct param {
    struct bytes name, value;
};

struct params {
    struct param params[PARAMS_MAX];
    size_t count;
    uint8_t memory[PARAMS_SIZE_MAX];
};

/* Values are UTF-8 without control characters, but line ends in a value of several lines: CR LF and
 * LF become LF. */
MUST_CHECK struct status params_read(struct bytes query, struct params *out);

/* The value; empty if it is empty or not there. */
struct bytes params_get(const struct params *params, const char *name);
bool params_has(const struct params *params, const char *name);
/* A number; `otherwise` if there is none. MALFORMED, with the reason, for what is no number. */
MUST_CHECK struct status params_number(const struct params *params, const char *name,
                                       uint64_t otherwise, uint64_t *out);

#endif

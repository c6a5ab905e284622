/*
 * reports/oscal/uuid.h -- UUIDs of version 5: the same name, the same UUID.
 *
 * Shape    Names live in the name space of one log, so that two logs never share a UUID, and one
 *          log's documents call the same thing the same, run after run.
 * Source   RFC 9562 5.5; compliance.md 3.3 (OSCAL takes versions 4 and 5 only).
 */
#ifndef REPORTS_OSCAL_UUID_H
#define REPORTS_OSCAL_UUID_H

#include "schema/bytes.h"

enum {
    UUID_SIZE = 16,
    UUID_TEXT_SIZE = 36, /* without a final NUL */
};

struct uuid_space {
    uint8_t bytes[UUID_SIZE];
};

/* A UUID as text, with a final NUL. */
struct uuid_text {
    char text[UUID_TEXT_SIZE + 1];
};

/* The name space of URLs, which RFC 9562 gives. */
extern const struct uuid_space uuid_space_url;

/* The space of the names within a space. NOT_FOUND: there is no SHA-1. */
MUST_CHECK struct status uuid_space_init(struct uuid_space *space, const struct uuid_space *within,
                                         struct bytes name);

/* The UUID of a name, in a space that uuid_space_init has made. */
struct uuid_text uuid_of(const struct uuid_space *space, struct bytes name);

#endif

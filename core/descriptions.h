/*
 * core/descriptions.h -- what was fetched of hosts and machines, beside the log.
 *
 * Shape    STORE/descriptions/<hex of its SHA-256>: the bytes that an event names by that hash.
 *          They are not truth, and may be deleted; who reads them learns whether they are what the
 *          log says.
 * Limits   DESCRIPTION_MAX bytes.
 * Process  Written by one process of the daemon; read by anybody who may read the store.
 * Source   domain.md VM-18, HST-03.
 */
#ifndef CORE_DESCRIPTIONS_H
#define CORE_DESCRIPTIONS_H

#include "schema/text.h"

#define DESCRIPTIONS_DIRECTORY "descriptions"

enum {
    DESCRIPTION_MAX = 4 << 20, /* bytes */
};

/* Makes the directory where it is missing. IO, LIMIT. */
MUST_CHECK struct status descriptions_begin(const char *store);
/* Keeps one; *digest is its SHA-256. Durable on OK; the same again is welcome. LIMIT, IO. */
MUST_CHECK struct status description_keep(const char *store, struct bytes description,
                                          struct digest *digest);
/* Reads one into `out`, of DESCRIPTION_MAX bytes. NOT_FOUND; CORRUPT if it has not that hash; IO,
 * NO_MEMORY. */
MUST_CHECK struct status description_read(const char *store, const struct digest *digest,
                                          struct text *out);

#endif

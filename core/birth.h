/*
 * core/birth.h -- a new store: its keys, its first events, its first administrator.
 *
 * Shape    The store is made in a directory beside its place and renamed when it is whole, so that
 *          a crash leaves either nothing or a store. Event 0 is audit.genesis.
 * Source   DESIGN.md 5; domain.md IDN-01, AUD-02; reliability.md F.2 P11.
 */
#ifndef CORE_BIRTH_H
#define CORE_BIRTH_H

#include "schema/status.h"
#include "store/key.h"

struct birth {
    const char *directory;   /* must not exist */
    const char *origin;      /* the log's name: [a-z0-9./-], at most ORIGIN_MAX */
    enum key_type key_type;  /* of the log's and the emitters' keys */
    const char *admin_login; /* the first super-administrator */
    const struct public_key *admin_key;
    struct bytes admin_receive_key; /* what keys are wrapped for; empty: none yet */
};

/* Makes the store. EXISTS if there is something in its place; MALFORMED for a bad name; IO, KEY. */
MUST_CHECK struct status store_create(const struct birth *birth);

#endif

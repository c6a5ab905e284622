/*
 * core/birth.h -- a new store: its keys, its first events, its first administrator.
 *
 * Shape    The store is made beside its place (core/building.h) and renamed when it is whole, so
 *          that a crash leaves no half of a store in its place. Event 0 is audit.genesis.
 * Source   DESIGN.md 5; domain.md IDN-01, AUD-02; reliability.md F.2 P11.
 */
#ifndef CORE_BIRTH_H
#define CORE_BIRTH_H

#include "schema/status.h"
#include "store/key.h"
#include "store/totp.h"

/* The provider of second factors that a store is itself: its name, its key's file, the directory of
 * its secrets. */
#define TOTP_PROVIDER "totp"

struct birth {
    const char *directory;   /* must not exist */
    const char *origin;      /* the log's name: [a-z0-9./-], at most ORIGIN_MAX */
    enum key_type key_type;  /* of the log's and the emitters' keys */
    const char *admin_login; /* the first super-administrator */
    const struct public_key *admin_key;
    struct bytes admin_receive_key;       /* what keys are wrapped for; empty: none yet */
    const struct totp_secret *admin_totp; /* the second factor; NULL: the store speaks for none */
    uint64_t (*clock)(void *context);     /* as in struct engine_options; NULL: the system's */
    void *clock_context;
};

/* Whether a store of that name can be made there, as far as can be told without making one: EXISTS,
 * MALFORMED. */
MUST_CHECK struct status store_may_be_created(const char *directory, const char *origin);

/* Makes the store, or leaves nothing. EXISTS if there is something in its place; CONFLICT if
 * another process makes one there; MALFORMED for a bad name; IO, KEY. */
MUST_CHECK struct status store_create(const struct birth *birth);

#endif

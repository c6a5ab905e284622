/*
 * tools/audit/telling.h -- open alerts go to the contacts that are to be told of them.
 *
 * Shape    A contact is told of each alert that is severe enough, is not closed, was raised since
 *          the contact was set, and has not reached it: once, or again at the next call if it
 *          could not be sent. Each attempt is an event, alert.delivered. A contact that cannot be
 *          reached is left alone for the rest of the call.
 * Limits   TELLING_JOBS_MAX messages in one call, TELLING_ATTEMPTS_MAX attempts for one alert and
 *          contact.
 */
#ifndef TOOLS_AUDIT_TELLING_H
#define TOOLS_AUDIT_TELLING_H

#include "core/engine.h"
#include "tools/invocation.h"

enum {
    TELLING_JOBS_MAX = 500,
    TELLING_ATTEMPTS_MAX = 50,
};

#define SENDMAIL_OPTION                                                              \
    {                                                                                \
        "sendmail", 0, "FILE", "the program that takes mail (CAIRN_SENDMAIL)", false \
    }

struct telling {
    struct invocation *invocation;
    struct engine *engine;
    struct rows *rows; /* one for each attempt; NULL: none */
    struct id only;    /* this alert; ID_NONE: all */
    uint64_t sent, failed;
};

/* Tells them, and returns when it is recorded. Fails as the engine, the state or the rows do; that
 * a message cannot be sent is no failure, but counted. */
MUST_CHECK struct status telling_run(struct telling *telling);

/* Tells every active contact of a failure of the audit, and records nothing: for when the log
 * cannot be written (domain.md AUD-11). The engine is one that reads. */
MUST_CHECK struct status telling_unrecorded(struct telling *telling, struct bytes about);

#endif

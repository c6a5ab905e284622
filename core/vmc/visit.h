/*
 * core/vmc/visit.h -- a user and the controller in a machine speak, and whoever passes their bytes
 * on can do nothing but cut the connection.
 *
 * Shape    Both ends; without sockets: what came goes in (visit_receive), what is to be sent is
 *          fetched (visit_outgoing, visit_sent), messages come out (visit_next).
 *          1. The user's end says a fresh public key and a nonce.
 *          2. The controller says the same of its own, and signs all of it together with the log's
 *             origin, the machine and its run. The user's end knows its key from the log.
 *          3. Encrypted from here on (store/stream.h): the user's end says who the user is, and
 *             signs what the controller has signed, and that signature.
 *          4. The controller looks for the user, and says that it accepts, or ends the visit.
 * Trust    A signature serves for one visit of one run of one machine: both halves of the key and
 *          both nonces are new in each, and either end signs under a label of its own.
 * Memory   An end has buffers of a fixed size; keys lie in locked memory. What visit_next lends is
 *          valid until the next call.
 * Errors   MALFORMED, LIMIT: what came is no visit. BAD_SIGNATURE: the other end is not who it
 *          should be, or this is another run. KEY: the user is not known, or was refused. CORRUPT:
 *          bytes were changed under way. After any failure the visit is of no use; visit_outgoing
 *          may still have the reason for the other end.
 * Source   DESIGN.md 1; domain.md VM-03, DRV-06; docs/FORMAT.md.
 */
#ifndef CORE_VMC_VISIT_H
#define CORE_VMC_VISIT_H

#include "schema/id.h"
#include "store/key.h"
#include "store/stream.h"

enum {
    VISIT_VERSION = 1,
    VISIT_NONCE_SIZE = 32,
    VISIT_MESSAGE_MAX = 32 << 10, /* bytes of a message */
    VISIT_WHY_MAX = 256,          /* bytes of a reason */
};

struct visit; /* opaque: one end */

/* What both ends must mean. */
struct visit_place {
    struct bytes origin; /* of the log */
    struct id vm;
    uint64_t run;
};

/* The controller's end asks for the key of a user; `user` may be anything that somebody said. KEY
 * if he has nothing to do here. */
typedef struct status visit_who(void *context, struct id user, struct public_key *out);

struct visit_caller {
    struct id user;
    const struct secret_key *key;        /* the user's; lent as long as the visit */
    const struct public_key *controller; /* likewise */
};
struct visit_answerer {
    const struct secret_key *key; /* the controller's; lent as long as the visit */
    visit_who *who;
    void *context;
};

/* On success *out is the caller's: visit_close. NO_MEMORY, LIMIT. */
MUST_CHECK struct status visit_call(const struct visit_place *place,
                                    const struct visit_caller *caller, struct visit **out);
MUST_CHECK struct status visit_answer(const struct visit_place *place,
                                      const struct visit_answerer *answerer, struct visit **out);
void visit_close(struct visit **visit);

/* Takes bytes that came. LIMIT: more than there is room for; take messages out first. */
MUST_CHECK struct status visit_receive(struct visit *visit, struct bytes bytes);
/* Goes on with what has come; *whole: there is a message. */
MUST_CHECK struct status visit_next(struct visit *visit, struct bytes *message, bool *whole);

/* Bytes for the other end, and that so many of them are on their way. */
struct bytes visit_outgoing(const struct visit *visit);
void visit_sent(struct visit *visit, size_t size);

/* Whether both ends know who the other is; the user. */
bool visit_is_open(const struct visit *visit);
struct id visit_user(const struct visit *visit);

/* Says something, once open. LIMIT: too long, or too much waits to be sent. */
MUST_CHECK struct status visit_say(struct visit *visit, struct bytes message);
/* Why the other end has ended the visit; empty: it has not. */
struct bytes visit_refusal(const struct visit *visit);

#endif

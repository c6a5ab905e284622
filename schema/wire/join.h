/*
 * schema/wire/join.h -- how a user's program comes to the controller in a machine, through the
 * daemon.
 *
 * Shape    A message is a frame (schema/wire/wire.h) over the socket `controllers.sock`. The
 *          program says JOIN; the daemon says JOINED, with the controller's keys as the log has
 *          them, or TURNED_AWAY. From then on both say DATA, in any order and of any size up to
 *          JOIN_DATA_MAX: the bytes of a stream between the program and the controller, which the
 *          daemon can neither read nor change without their seeing it. Whoever is done says CLOSE,
 *          or closes the socket; the daemon says CLOSE when the controller has, or is gone.
 * Numbers  The numbers of kinds and the order of fields never change; a later version adds kinds.
 * Memory   What is decoded is lent from the payload.
 * Limits   JOIN_FRAME_MAX.
 * Errors   MALFORMED, LIMIT.
 * Source   docs/FORMAT.md; docs/decisions/0055-controllers.md.
 */
#ifndef SCHEMA_WIRE_JOIN_H
#define SCHEMA_WIRE_JOIN_H

#include "schema/limits.h"
#include "schema/wire/wire.h"

enum {
    JOIN_VERSION = 1,
    JOIN_DATA_MAX = 32 << 10,              /* bytes of a stream in one DATA */
    JOIN_FRAME_MAX = JOIN_DATA_MAX + 1024, /* bytes */
    JOIN_KEY_TEXT_MAX = 512,               /* bytes of a public key's text */
    JOIN_RECEIVE_KEY_SIZE = 32,
    JOIN_WHY_MAX = 256, /* bytes of a reason */
    JOIN_ID_MAX = 64,   /* bytes of an id as text */
};

/* The name of the socket, in the directory of the daemon's own. */
#define JOIN_SOCKET_NAME "controllers.sock"

enum join_message {
    JOIN_ASK = 1,     /* struct join_ask; once, first */
    JOIN_JOINED = 32, /* struct join_joined */
    JOIN_TURNED_AWAY, /* bytes why: the connection ends */
    JOIN_DATA = 64,   /* bytes, by both */
    JOIN_CLOSE,       /* bytes why (may be empty), by both: the connection ends */
};

struct join_ask {
    uint32_t version;
    struct bytes vm; /* id as text */
};
void join_put_ask(struct text *out, const struct join_ask *ask);
MUST_CHECK struct status join_get_ask(struct bytes payload, struct join_ask *out);

/* Who is at the other end: as in vm.registered. The program holds it against the log. */
struct join_joined {
    uint64_t run;
    struct bytes name; /* of the emitter */
    struct bytes key;  /* its text */
    uint8_t receive_key[JOIN_RECEIVE_KEY_SIZE];
};
void join_put_joined(struct text *out, const struct join_joined *joined);
MUST_CHECK struct status join_get_joined(struct bytes payload, struct join_joined *out);

/* The bytes of a DATA; why of a TURNED_AWAY or CLOSE. */
void join_put_bytes(struct text *out, struct bytes bytes);
MUST_CHECK struct status join_get_bytes(struct bytes payload, struct bytes *out);

#endif

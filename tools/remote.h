/*
 * tools/remote.h -- the command line's end of a daemon's socket.
 *
 * Shape    A store that a daemon writes to is opened for reading, with the port of a remote
 *          (core/engine_port.h): commands, submissions and what is said go to the daemon, and the
 *          verb that gave them knows nothing of it. What is said goes out at once and is awaited at
 *          the flush.
 * Finding  --socket or CAIRN_SOCKET; else the file STORE/daemon, which has the path of the socket
 *          in it; else STORE/run/cairn.sock.
 * Limits   REMOTE_ANSWER_MS for each answer, REMOTE_GREETING_MS for the first; REMOTE_NOTES_MAX
 *          notes on their way.
 * Errors   UNREACHABLE: nobody answers. UNCERTAIN: who had it is gone, and whether it was done is
 *          not known. INTERRUPTED, by a signal to this process. All of them end the remote. What
 *          the daemon refuses comes back as it says.
 * Source   DESIGN.md 10; docs/decisions/0038.
 */
#ifndef TOOLS_REMOTE_H
#define TOOLS_REMOTE_H

#include "core/engine_port.h"
#include "core/store_layout.h"

enum {
    REMOTE_ANSWER_MS = 30000,
    REMOTE_GREETING_MS = 5000,
    REMOTE_NOTES_MAX = 32,
};

struct remote; /* opaque */

struct remote_options {
    const char *path;     /* of the socket */
    int signals;          /* a descriptor that can be read once to stop (tools/guard.h); -1: none */
    uint32_t answer_ms;   /* 0: REMOTE_ANSWER_MS */
    uint32_t greeting_ms; /* 0: REMOTE_GREETING_MS */
    bool lenient; /* a note that is not this user's to have said is no failure: remote_unsaid */
};

/* Where the store's daemon listens, if it has one: `given`, or what the store says. NOT_FOUND if it
 * says nothing; LIMIT, IO. */
MUST_CHECK struct status remote_find(const char *store, const char *given, struct store_path *out);

/* Connects and greets. On success *out is the caller's: remote_close, after the engine that has its
 * port. NOT_FOUND if nobody listens; UNREACHABLE, LIMIT, IO; VERSION: it speaks otherwise. */
MUST_CHECK struct status remote_open(const struct remote_options *options, struct remote **out);
void remote_close(struct remote **remote);

/* The name of the log that the daemon writes. */
const char *remote_origin(const struct remote *remote);
/* Lent as long as the remote. */
const struct engine_port *remote_port(struct remote *remote);
/* OK; or why something was not said that this user may not have said. */
struct status remote_unsaid(const struct remote *remote);

/* What the daemon says of itself: JSON, lent until the next call. */
MUST_CHECK struct status remote_status(struct remote *remote, struct bytes *json);

#endif

/*
 * core/emit/dial.h -- the way to the daemon.
 *
 * Shape    A channel over a Unix socket of this machine. Connecting waits for nobody: where the
 *          daemon does not come to take connections, that is a failure like any other.
 * Errors   UNREACHABLE: nobody listens there. LIMIT: the path is too long for a socket. IO.
 */
#ifndef CORE_EMIT_DIAL_H
#define CORE_EMIT_DIAL_H

#include "schema/wire/channel.h"

enum {
    DIAL_PATH_MAX = 4096, /* bytes of a path */
};

/* On success *out is the caller's: channel_close. */
MUST_CHECK struct status dial_socket(const char *path, struct channel **out);

/* Writes the path of the socket of the daemon that serves a store: what STORE/daemon says, or
 * STORE/run/cairn.sock. LIMIT. */
MUST_CHECK struct status dial_find(const char *store, struct text *out);

#endif

/*
 * auditd/supervisor/places.h -- where the daemon listens, and how its clients find it.
 *
 * Shape    Sockets are opened by the supervisor and handed to the processes that accept from them,
 *          so that none of these needs a path or a port. A socket that the service manager handed
 *          over is taken as it is. The file `daemon` in the store says where the socket is.
 * Errors   What cannot be opened is told on the journal in a sentence, here; the code is for the
 *          exit.
 */
#ifndef AUDITD_SUPERVISOR_PLACES_H
#define AUDITD_SUPERVISOR_PLACES_H

#include "auditd/ending.h"
#include "auditd/notify.h"

enum {
    SOCKET_PATH_MAX = 107, /* bytes of the path of a Unix socket */
};

struct places {
    struct setting_text runtime, socket, metrics, controllers, machines;
    int listeners[LISTENER_COUNT]; /* -1: none */
    bool handed[LISTENER_COUNT];   /* by the service manager: not ours to remove */
    bool announced;                /* the file in the store is there */
    const char *store;             /* lent from the settings */
};

/* Fills in the paths that settings leave out. ENDING_USAGE and a sentence if one does not fit. */
MUST_CHECK enum ending places_choose(struct places *places, const struct settings *settings);

/* Makes the runtime directory and opens everything that settings want listened to. */
MUST_CHECK enum ending places_open(struct places *places, const struct settings *settings);

/* Who may connect to the socket, by what settings say of emitters. */
void places_permit(const struct places *places, const struct settings *settings);

/* Says in the store where the socket is. */
void places_announce(struct places *places);

/* Closes and removes all of it. */
void places_close(struct places *places);

/* Tells people why the daemon does not start: `cairnd: sentence` on the standard error. Returns the
 * code. */
enum ending places_fail(enum ending code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif

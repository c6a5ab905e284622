/*
 * auditd/accepting.h -- connections of a listening socket, also where descriptors have run out.
 *
 * Shape    One descriptor is kept in reserve. When there is none for a connection, the reserve is
 *          given up for it, and the connection closed: who connects is told at once, and does not
 *          wait in a queue that wakes the loop again and again.
 * Source   reliability.md F35.
 */
#ifndef AUDITD_ACCEPTING_H
#define AUDITD_ACCEPTING_H

#include "schema/bytes.h"

struct accepting {
    int listener; /* lent; non-blocking */
    int reserve;  /* another of the same socket; -1: used up */
};

/* IO: there is no descriptor to keep. */
MUST_CHECK struct status accepting_open(int listener, struct accepting *out);

/* The next connection, non-blocking, the caller's. NOT_FOUND: there is none now. LIMIT: there was
 * one, which had to be turned away for want of a descriptor. IO. */
MUST_CHECK struct status accepting_next(struct accepting *accepting, int *fd);

#endif

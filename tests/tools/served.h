/*
 * tests/tools/served.h -- a daemon of one process, for tests: a child that has a store open for
 * writing and answers one client after the other.
 */
#ifndef TESTS_TOOLS_SERVED_H
#define TESTS_TOOLS_SERVED_H

#include "tests/support/scratch.h"

#include <sys/types.h>

/* What the child does instead of what it should, once it has greeted. */
enum served_fault {
    SERVED_WELL,
    SERVED_SILENT,      /* reads, and never answers */
    SERVED_MUTE,        /* never even greets */
    SERVED_GONE,        /* closes as soon as something is asked */
    SERVED_RETRY,       /* says once that whoever had it is gone, and does not do it */
    SERVED_DONE,        /* the same, and does it */
    SERVED_FAULT,       /* answers that it does not understand */
    SERVED_GARBAGE,     /* answers bytes that are no frame */
    SERVED_OTHER,       /* answers with another kind of message */
    SERVED_SHORT,       /* answers with half a payload */
    SERVED_OLD,         /* greets with another version */
    SERVED_ANOTHER_LOG, /* greets with another origin */
    SERVED_REFUSING,    /* refuses every note: not permitted */
};

struct served {
    char path[300]; /* of the socket */
    pid_t child;
};

/* Starts it beside the store, which nobody has open for writing. Ends with served_end. */
void served_begin(struct served *served, struct scratch *scratch, enum served_fault fault);
void served_end(struct served *served);

#endif

/*
 * tools/audit/program.h -- another program, run with what it is given to read and for so long.
 *
 * Shape    Neither a shell nor a search of more than PATH is between; the program is in a session
 *          of its own, so that all that it starts can be ended. What it prints on its standard
 *          output is kept, of what it prints on errors nothing.
 * Limits   A time, and the room for the output: what is more is not read.
 */
#ifndef TOOLS_AUDIT_PROGRAM_H
#define TOOLS_AUDIT_PROGRAM_H

#include "schema/text.h"

struct program {
    const char *const *arguments; /* the program first, ended by NULL; with a slash: that file */
    struct bytes input;
    struct text *output; /* NULL: what it prints is of no interest */
    unsigned timeout_s;
};

enum program_end {
    PROGRAM_DONE,
    PROGRAM_FAILED,  /* with another exit code than 0 */
    PROGRAM_ABSENT,  /* it could not be run */
    PROGRAM_KILLED,  /* by a signal */
    PROGRAM_LATE,    /* and was ended */
    PROGRAM_NO_ROOM, /* no process or pipe to be had */
};

/* Runs it to its end; *code is its exit code, of PROGRAM_FAILED. */
enum program_end program_run(const struct program *program, int *code);

#endif

/*
 * tools/terminal.h -- what the program stands before: a person's terminal, or a file or pipe.
 *
 * Shape    Colour, cutting to the width and progress are for terminals only. Colour is never the
 *          only sign of anything.
 * Process  Reads the variables NO_COLOR (any value but an empty one), TERM (`dumb`) and COLUMNS.
 */
#ifndef TOOLS_TERMINAL_H
#define TOOLS_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

enum color_choice {
    COLOR_AUTO,
    COLOR_ALWAYS,
    COLOR_NEVER,
};

struct terminal {
    bool color;            /* on the output */
    uint32_t width;        /* columns of the output; 0: it is no terminal */
    uint32_t errors_width; /* the same of the errors */
    int errors;            /* descriptor */
};

struct terminal terminal_look(int output, int errors, enum color_choice choice);

/* A bar on the errors, where that is a terminal; nothing elsewhere. */
struct progress {
    const struct terminal *terminal; /* lent until progress_end; NULL: show nothing */
    const char *about;
    uint64_t total;
    uint64_t drawn_ms; /* monotonic; 0: not yet */
};

struct progress progress_begin(const struct terminal *terminal, const char *about, uint64_t total);

/* Draws at most ten times a second, so it may be called often. */
void progress_show(struct progress *progress, uint64_t done);

/* Wipes the bar. */
void progress_end(struct progress *progress);

#endif

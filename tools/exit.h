/*
 * tools/exit.h -- exit codes: what a script learns from every command.
 *
 * Shape    "Nothing matched", "the question was wrong" and "the answer is not certain" are never
 *          the same number. tools/exit.def has the numbers and what they mean.
 */
#ifndef TOOLS_EXIT_H
#define TOOLS_EXIT_H

#include "schema/status.h"

#include <stddef.h>

enum exit_code {
#define EXIT(name, number, meaning) EXIT_##name = (number),
#include "tools/exit.def"
};

/* The code for a failure. IO with EPIPE is EXIT_PIPE; INTERRUPTED is 128 and the signal. */
enum exit_code exit_of(struct status status);

/* The more serious of two: INTEGRITY, then INCOMPLETE, then any failure, then DONE. Of two alike it
 * is the first. */
enum exit_code exit_worse(enum exit_code a, enum exit_code b);

/* The index-th row of the table, by rising number; NULL past the end. */
const char *exit_meaning(size_t index, enum exit_code *code);

#endif

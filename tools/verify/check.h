/*
 * tools/verify/check.h -- checks one file or directory, whatever it is.
 *
 * Shape    Decided by content: a directory with a checkpoint is one of tiles, a file begins as a
 *          bundle or as a proof does. Nothing is mapped into memory, and nothing is trusted but the
 *          key.
 */
#ifndef TOOLS_VERIFY_CHECK_H
#define TOOLS_VERIFY_CHECK_H

#include "tools/verify/answer.h"

/* Writes the answer. EXIT_DONE; EXIT_INTEGRITY: something in it does not hold, or it is none of
 * these; EXIT_INCOMPLETE: it cannot be checked; EXIT_IO. */
enum exit_code check_path(const struct asked *asked, const char *path);

#endif

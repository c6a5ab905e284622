/*
 * tools/ask.h -- what only the person at the keyboard knows: passphrases, and codes of a second
 * factor.
 *
 * Shape    A passphrase comes from the descriptor of --passphrase-fd (its next line), or from the
 *          program that CAIRN_ASKPASS names (its first line; the prompt is its argument), or it is
 *          typed at /dev/tty, where it is not shown; never from the command line. One that locks
 *          something new is typed twice and has ASK_PASSPHRASE_MIN bytes at least.
 * Process  Waits for a signal, too: what was changed at the terminal is put back first.
 * Source   docs/decisions/0021.
 */
#ifndef TOOLS_ASK_H
#define TOOLS_ASK_H

#include "store/passphrase.h"
#include "tools/invocation.h"

enum {
    ASK_PASSPHRASE_MIN = 8, /* bytes of one that locks something new */
    ASK_PROMPT_MAX = 512,
};

enum ask_use {
    ASK_TO_OPEN,
    ASK_TO_LOCK,
};

/* Asks for the passphrase of `what`, `the key of ada`. On success *out is the caller's. */
MUST_CHECK enum exit_code ask_passphrase(const struct invocation *invocation, enum ask_use use,
                                         const char *what, struct passphrase **out);

/* Asks at the terminal for a line that is no secret for long, like a code; it is shown while it is
 * typed. */
MUST_CHECK enum exit_code ask_line(const struct invocation *invocation, const char *prompt,
                                   struct text *out);

#endif

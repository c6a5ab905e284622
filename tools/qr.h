/*
 * tools/qr.h -- a text as a square that an authenticator's camera reads, for a terminal.
 *
 * Shape    Two rows of modules in each line, by half blocks; light modules are drawn and dark ones
 *          left, in white on black, so that it is read on terminals of any colour.
 * Source   ISO/IEC 18004, by libqrencode.
 */
#ifndef TOOLS_QR_H
#define TOOLS_QR_H

#include "schema/text.h"

enum {
    QR_MAX = 64 << 10, /* bytes of a square */
};

/* Draws the text. LIMIT if it is too long for a square, or the square for `out`. NO_MEMORY. */
MUST_CHECK struct status qr_draw(const char *text, struct text *out);

#endif

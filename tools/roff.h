/*
 * tools/roff.h -- text in manual pages, printed as it is.
 */
#ifndef TOOLS_ROFF_H
#define TOOLS_ROFF_H

#include "reports/output.h"

/* Text that roff prints as it is: a leading point or apostrophe would be a request. */
void roff_put(struct output *output, const char *text);

/* A line of text that ends with a line end even if the text does not. */
void roff_line(struct output *output, const char *text);

/* Lines that are not filled, a little to the right. */
void roff_block(struct output *output, const char *text);

/* Paragraphs, which are apart by an empty line. */
void roff_paragraphs(struct output *output, const char *text);

#endif

/*
 * tools/form_examples.h -- how the verbs are typed that the catalogue makes, by example.
 *
 * Shape    Lines, each a command, or `# ` and what the next one does, as in tools/command.h. Verbs
 *          that say it themselves have none here.
 */
#ifndef TOOLS_FORM_EXAMPLES_H
#define TOOLS_FORM_EXAMPLES_H

#include "tools/command.h"

/* The verb's own examples, or those here; NULL: there are none. */
const char *form_examples(const struct verb *verb);

#endif

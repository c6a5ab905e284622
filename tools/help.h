/*
 * tools/help.h -- help for people, made from the tables of tools/command.h.
 */
#ifndef TOOLS_HELP_H
#define TOOLS_HELP_H

#include "reports/output.h"
#include "tools/command.h"

/* All verbs, by purpose. */
void help_overview(const struct verb_table *table, struct output *output);

/* Usage, options and examples of one verb. */
void help_verb(const struct verb *verb, struct output *output);

/* The verbs of a group: `emitter`. */
void help_group(const struct verb_table *table, const char *group, struct output *output);

/* A page that is no verb's: `times`, `exit`. False if there is none of that name. */
bool help_topic(const char *name, struct output *output);

/* The text of the topic `times`. */
const char *help_times(void);

#endif

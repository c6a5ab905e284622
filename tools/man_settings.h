/*
 * tools/man_settings.h -- cairnd.conf(5), and a file of it with comments, from the table that reads
 * it.
 */
#ifndef TOOLS_MAN_SETTINGS_H
#define TOOLS_MAN_SETTINGS_H

#include "schema/settings.h"
#include "tools/invocation.h"

/* Prints the manual page. */
MUST_CHECK enum exit_code man_settings(const struct invocation *invocation);

/* Prints a file in which every setting stands as a comment with its standard value. */
void settings_example(struct output *output);

/* What a setting may be, for people: `a number from 1 to 4`. */
void setting_form(const struct setting_info *info, struct text *out);

#endif

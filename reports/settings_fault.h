/*
 * reports/settings_fault.h -- what is wrong with a file of settings, as a sentence.
 */
#ifndef REPORTS_SETTINGS_FAULT_H
#define REPORTS_SETTINGS_FAULT_H

#include "schema/settings.h"

/* `FILE:12: [web] lisen: the section has no such key; did you mean listen?`, of what settings_read
 * or settings_read_file failed with. */
void settings_fault_write(const char *path, const struct settings_fault *fault,
                          struct status status, struct text *out);

#endif

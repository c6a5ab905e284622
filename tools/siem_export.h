/*
 * tools/siem_export.h -- `cairn export` for other systems: chosen events as OCSF, syslog or CEF.
 *
 * Shape    The same filters as `cairn query`. The question is recorded like any other, with the
 *          hash of the leaves that answer it; the file that leaves is recorded with its own.
 */
#ifndef TOOLS_SIEM_EXPORT_H
#define TOOLS_SIEM_EXPORT_H

#include "tools/query_options.h"

/* The options of the verb that are for these forms alone. */
#define SIEM_EXPORT_OPTIONS                                                                     \
    {"ocsf", 0, "FILE", "chosen events as OCSF JSON Lines; - is the output", false},            \
        {"syslog", 0, "FILE", "chosen events as RFC 5424 syslog messages", false},              \
        {"cef", 0, "FILE", "chosen events in the Common Event Format", false},                  \
        {"framing", 0, "lines|octet-counting", "of syslog and CEF messages", false},            \
        {"pen", 0, "N", "private enterprise number of the syslog element; 32473", false},       \
        {"since", 0, "TIME", "of these three: from this time on (when it happened)", false},    \
        {"until", 0, "TIME", "before this time", false},                                        \
    {                                                                                           \
        "by-received", 0, NULL, "time is when the log recorded it, not when it happened", false \
    }

/* The form that is asked for, and its file; NULL if none of these is. */
const char *siem_export_path(const struct invocation *invocation, enum export_form *form);

/* Exports. The engine is open for recording. */
MUST_CHECK enum exit_code siem_export(struct invocation *invocation, struct engine *engine);

/* Refuses the options that are for these forms alone, where another is asked for. */
MUST_CHECK enum exit_code siem_export_refuse_options(const struct invocation *invocation);

#endif

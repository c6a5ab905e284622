/*
 * reports/siem/cef.h -- an event as one line of the Common Event Format.
 *
 * Shape    `CEF:0|Cairn|cairn|VERSION|KIND|SENTENCE|SEVERITY|` and the extension: who (suser,
 *          suid), from where (src, c6a2 or shost), what was asked (act), how it ended (outcome,
 *          reason); project, subjects, session, emitter, leaf hash and rule as cs1 to cs6, each
 *          with its label; the position as cn1 and externalId. What CEF has no room for is left
 *          out: the event itself is `cairn show N`.
 * Safety   Foreign text is printable first; then `\` and `|` in the header, `\` and `=` in the
 *          extension are escaped. There are no line ends inside.
 * Limits   Each field as CEF has it; a longer value is cut at a character, and cef.cut counts it.
 * Source   ArcSight Common Event Format, version 25.
 */
#ifndef REPORTS_SIEM_CEF_H
#define REPORTS_SIEM_CEF_H

#include "reports/siem/syslog.h"

struct cef {
    const char *version; /* of the program; lent */
    enum siem_framing framing;
    uint64_t cut; /* values that were too long; begins with 0 */
};

/* The event that was read last. */
MUST_CHECK struct status cef_put(struct siem_reader *reader, struct cef *cef,
                                 struct output *output);

#endif

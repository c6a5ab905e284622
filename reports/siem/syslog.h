/*
 * reports/siem/syslog.h -- an event as one RFC 5424 message.
 *
 * Shape    Facility 13 (log audit); the severity from the mapping (schema/siem.h). APP-NAME is
 *          `cairn`, PROCID the emitter, MSGID the kind, HOSTNAME the log's name. One element of
 *          structured data, `cairn@PEN`, has position, leaf hash, actor, subjects, outcome and
 *          what else the leaf says; MSG is one line for people, UTF-8 after its byte order mark.
 * Safety   Foreign text is printable by the time it is quoted: no line end, no control character,
 *          nothing that could end a parameter or an element before its time.
 * Framing  One message on a line, or octet counting (RFC 6587 3.4.1), as a syslog server on TCP
 *          takes it.
 * Limits   SYSLOG_MESSAGE_MAX bytes; a longer message is cut in MSG, which is the last.
 * Source   RFC 5424; RFC 5612 (32473 is the enterprise number of examples); RFC 6587.
 */
#ifndef REPORTS_SIEM_SYSLOG_H
#define REPORTS_SIEM_SYSLOG_H

#include "reports/output.h"
#include "reports/siem/event.h"

enum {
    SYSLOG_MESSAGE_MAX = 8192,
    SYSLOG_EXAMPLE_PEN = 32473,
};

enum siem_framing {
    SIEM_LINES,
    SIEM_OCTET_COUNTING,
};

struct syslog_options {
    enum siem_framing framing;
    uint32_t pen; /* private enterprise number */
};

/* The event that was read last. */
MUST_CHECK struct status syslog_put(struct siem_reader *reader,
                                    const struct syslog_options *options, struct output *output);

/* Writes a message in its frame. */
void siem_put_framed(struct output *output, enum siem_framing framing, struct bytes message);

#endif

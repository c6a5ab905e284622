/*
 * reports/alerts/message.h -- an alert as people and programs are told of it.
 *
 * Shape    The same facts in three forms: a mail (RFC 5322, headers and text), a JSON object, and
 *          one RFC 5424 message. All name the log, the alert, the rule with its sentence, how
 *          severe it is and the positions that it rests on; nothing of the events themselves, and
 *          nobody: whoever may read the log finds that there.
 *          An alert without an id is one that could not be written into the log.
 * Safety   What comes from the log is printable ASCII by the time it is in a header or a
 *          parameter.
 * Limits   ALERT_MESSAGE_MAX bytes, whatever is in an alert.
 * Source   RFC 5322, RFC 3834; RFC 8259; RFC 5424.
 */
#ifndef REPORTS_ALERTS_MESSAGE_H
#define REPORTS_ALERTS_MESSAGE_H

#include "schema/catalogue/catalogue.h"

enum {
    ALERT_MESSAGE_MAX = 16384,
    ALERT_MESSAGE_EVENTS = 100, /* positions that are named; of more, how many there are */
};

struct alert_message {
    struct bytes origin; /* the log's name */
    const struct alert_row *alert;
};

void alert_message_mail(const struct alert_message *message, struct bytes address,
                        struct text *out);
void alert_message_json(const struct alert_message *message, struct text *out);
void alert_message_syslog(const struct alert_message *message, struct text *out);

#endif

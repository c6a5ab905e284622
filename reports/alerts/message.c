#include "reports/alerts/message.h"

#include "schema/time.h"

#include <inttypes.h>

enum {
    FACILITY = 13, /* log audit */
    PEN = 32473,   /* of examples (RFC 5612) */
    WORD_MAX = 512,
};

/* Printable ASCII without what ends a header, a parameter or an element. */
static void put_safe(struct text *out, struct bytes value)
{
    for (size_t i = 0; i < value.size && i < WORD_MAX; i++) {
        uint8_t c = value.data[i];
        bool plain = c >= ' ' && c < 0x7f && c != '"' && c != ']' && c != '\\';
        text_put_char(out, plain ? (char)c : '?');
    }
}

static void put_events(const struct alert_row *alert, const char *separator, struct text *out)
{
    size_t count = alert->because_count;
    for (size_t i = 0; i < count && i < ALERT_MESSAGE_EVENTS; i++) {
        text_put_string(out, i == 0 ? "" : separator);
        text_put_u64(out, alert->because[i]);
    }
}

static void put_id(const struct alert_row *alert, struct text *out)
{
    if (alert->alert.kind == ID_NONE) {
        text_put_literal(out, "none");
    } else {
        id_write(out, alert->alert);
    }
}

/* Mail ------------------------------------------------------------------------------------ */

static void put_headers(const struct alert_message *message, struct bytes address, struct text *out)
{
    const struct alert_row *alert = message->alert;
    text_put_literal(out, "To: ");
    put_safe(out, address);
    text_add(out, "\nSubject: [cairn] %s%s: ", alert->test ? "test of " : "",
             severity_name(alert->severity));
    put_safe(out, alert->rule);
    text_put_literal(out, " (");
    put_id(alert, out);
    text_put_literal(out, ")\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\n"
                          "Content-Type: text/plain; charset=us-ascii\n\n");
}

static void put_advice(const struct alert_row *alert, struct text *out)
{
    if (alert->alert.kind == ID_NONE) {
        text_put_literal(out, "\n\nThis is not in the log: it could not be written there.\n");
        return;
    }
    text_put_literal(out, "\n\ncairn show N           shows one of them\n"
                          "cairn alert acknowledge ");
    put_id(alert, out);
    text_put_literal(out, "  says that you have seen this\n");
}

void alert_message_mail(const struct alert_message *message, struct bytes address, struct text *out)
{
    const struct alert_row *alert = message->alert;
    put_headers(message, address, out);
    put_safe(out, alert->about);
    text_put_literal(out, ".\n\nlog       ");
    put_safe(out, message->origin);
    text_put_literal(out, "\nalert     ");
    put_id(alert, out);
    text_add(out, "\nseverity  %s\nrule      ", severity_name(alert->severity));
    put_safe(out, alert->rule);
    text_put_literal(out, "\nraised    ");
    time_write(out, alert->raised);
    text_add(out, "\nevents    %zu: ", alert->because_count);
    put_events(alert, " ", out);
    if (alert->because_count > ALERT_MESSAGE_EVENTS) {
        text_put_literal(out, " and more");
    }
    put_advice(alert, out);
    if (alert->test) {
        text_put_literal(out,
                         "\nThis is a test: nothing has happened. Acknowledge it all the same.\n");
    }
}

/* JSON ------------------------------------------------------------------------------------ */

void alert_message_json(const struct alert_message *message, struct text *out)
{
    const struct alert_row *alert = message->alert;
    text_put_literal(out, "{\"about\":\"");
    put_safe(out, alert->about);
    text_put_literal(out, "\",\"alert\":\"");
    put_id(alert, out);
    text_put_literal(out, "\",\"events\":[");
    put_events(alert, ",", out);
    text_add(out, "],\"events_count\":%zu,\"log\":\"", alert->because_count);
    put_safe(out, message->origin);
    text_put_literal(out, "\",\"raised\":\"");
    time_write(out, alert->raised);
    text_put_literal(out, "\",\"rule\":\"");
    put_safe(out, alert->rule);
    text_add(out, "\",\"severity\":\"%s\",\"test\":%s}", severity_name(alert->severity),
             alert->test ? "true" : "false");
}

/* Syslog ---------------------------------------------------------------------------------- */

/* Of syslog: 2 critical to 6 informational. */
static unsigned syslog_severity(enum severity severity)
{
    return 6 - (unsigned)severity;
}

void alert_message_syslog(const struct alert_message *message, struct text *out)
{
    const struct alert_row *alert = message->alert;
    text_add(out, "<%u>1 ", FACILITY * 8 + syslog_severity(alert->severity));
    time_write(out, alert->raised);
    text_add(out, " - cairn - alert [cairn@%d alert=\"", PEN);
    put_id(alert, out);
    text_put_literal(out, "\" rule=\"");
    put_safe(out, alert->rule);
    text_add(out, "\" severity=\"%s\" events=\"", severity_name(alert->severity));
    put_events(alert, " ", out);
    text_put_literal(out, "\" log=\"");
    put_safe(out, message->origin);
    text_add(out, "\" test=\"%s\"] ", alert->test ? "true" : "false");
    put_safe(out, alert->about);
}

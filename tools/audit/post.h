/*
 * tools/audit/post.h -- messages on their way: mail, a webhook, syslog.
 *
 * Shape    Each call sends one message to one address, waits for it to be taken, and says why it
 *          was not. Mail is handed to a program that does as sendmail does (`sendmail -t -i`),
 *          with the message on its standard input. A webhook is a POST of JSON by https; plain
 *          http is for this machine alone. Syslog is one datagram, to a socket of this machine or
 *          by UDP.
 * Limits   POST_TIMEOUT_S seconds for each; no redirections are followed, and no more than
 *          POST_ANSWER_MAX bytes of an answer are read. A datagram that is sent may still be lost:
 *          of UDP more cannot be known.
 * Errors   IO, with what happened in `detail`; nothing of it ends the program.
 * Source   RFC 5322; RFC 9110; RFC 5424, RFC 5426.
 */
#ifndef TOOLS_AUDIT_POST_H
#define TOOLS_AUDIT_POST_H

#include "schema/catalogue/catalogue.h"

enum {
    POST_TIMEOUT_S = 15,
    POST_ANSWER_MAX = 64 << 10, /* bytes */
    POST_DETAIL_MAX = 200,      /* bytes */
};

/* What became of it. */
struct post {
    bool ok;
    char detail[POST_DETAIL_MAX]; /* `status 204`, `exit code 75`; printable */
};

/* Says why not. */
void post_fail(struct post *post, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `program` is the path of a sendmail. */
void post_mail(const char *program, struct bytes message, struct post *post);
void post_webhook(struct bytes address, struct bytes message, struct post *post);
/* Loads what a webhook needs, so that it can be measured; false if it is not installed. */
bool post_webhook_load(void);
void post_syslog(struct bytes address, struct bytes message, struct post *post);

#endif

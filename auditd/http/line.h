/*
 * auditd/http/line.h -- a connection to a client, with TLS or without.
 *
 * Shape    The turns are those of auditd/tls.h: what could be done at once, or what is waited for.
 * Memory   The descriptor and the session are the line's; line_close ends both.
 */
#ifndef AUDITD_HTTP_LINE_H
#define AUDITD_HTTP_LINE_H

#include "auditd/tls.h"

struct line {
    int fd;
    struct tls_session *session; /* NULL: plain */
};

enum tls_turn line_read(struct line *line, void *buffer, size_t capacity, size_t *size);
enum tls_turn line_write(struct line *line, const void *data, size_t size, size_t *written);
/* Says that nothing follows, as well as it can be said at once. */
void line_finish(struct line *line);
void line_close(struct line *line);

#endif

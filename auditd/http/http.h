/*
 * auditd/http/http.h -- what writes answers in HTTP: libmicrohttpd, over socket pairs.
 *
 * Shape    A call is one request on its way. It begins with the end of a socket pair that the front
 *          (auditd/http/front.h) hands on, is answered once, now or later, and is over when the
 *          answer has been written or whoever asked has left. The library reads a head that was
 *          written by the front and is always the same, and it looks at no network.
 * Memory   Calls are made at the start; a body is a descriptor, read as the asker takes it.
 * Process  http_fd becomes readable when there is something to do, and http_run does it. Nothing
 *          waits.
 * Source   docs/decisions/0050.
 */
#ifndef AUDITD_HTTP_HTTP_H
#define AUDITD_HTTP_HTTP_H

#include "auditd/http/answers.h"

struct http;      /* opaque */
struct http_call; /* opaque */

/* Room for so many calls at once. On success *out is the caller's: http_close. NO_MEMORY, IO. */
MUST_CHECK struct status http_open(unsigned calls, struct http **out);
void http_close(struct http **http);

int http_fd(const struct http *http);
void http_run(struct http *http);
/* Milliseconds until http_run is to be called again in any case, at most `most`. */
int http_patience_ms(struct http *http, int most);

/* Takes `fd` over, in any case. NULL: there is no room, and the descriptor is closed. */
struct http_call *http_take(struct http *http, int fd);

/* What a call is answered with. */
struct http_answer {
    unsigned status;
    const struct answer_fields *fields;
    int body; /* a descriptor that can be read from any place; the library's from here on.
                           -1: `text` is the body */
    uint64_t body_size;
    struct bytes text; /* lent for the call */
};

/* Answers; the call is http's own from here on. */
void http_answer(struct http *http, struct http_call *call, const struct http_answer *answer);
/* Whoever asked has left: there will be no answer. */
void http_drop(struct http *http, struct http_call *call);

#endif

/*
 * tests/auditd/http/hall.h -- the door of the web in this process, with clients before it and a
 * reader behind it that the test plays.
 *
 * Shape    One thread: hall_turn lets the door do what it can, and the reader answer it all.
 *          A client is a socket that does not block; hall_answer turns until its answer has ended.
 */
#ifndef TESTS_AUDITD_HTTP_HALL_H
#define TESTS_AUDITD_HTTP_HALL_H

#include "auditd/http/service.h"
#include "auditd/page_message.h"

enum {
    HALL_ANSWER_MAX = 4 << 20, /* bytes of an answer that a client keeps */
    HALL_TARGETS = 64,
};

/* How the reader answers. */
struct hall_reader {
    unsigned wrong;            /* no answer, but: 1 another id, 2 another kind, 3 noise */
    bool silent;               /* not at all */
    bool unsealed;             /* with a body that may still change */
    struct page_answer answer; /* status 0: 200, and HTML */
    struct bytes body;         /* NULL: the target */
};

struct hall {
    struct service *service;
    int listener;
    uint16_t port;
    struct channel *door;   /* the door's end */
    struct channel *reader; /* the test's */
    struct hall_reader plays;
    unsigned asked;
    struct page_request last; /* its texts are in `memory` */
    char memory[PAGE_FRAME_MAX];
    char answer[HALL_ANSWER_MAX];
    size_t answer_size;
};

void hall_open(struct hall *hall, const struct service_options *options);
void hall_close(struct hall *hall);
void hall_turn(struct hall *hall);

/* A client from 127.0.0.`last`, connected. -1: refused at once. */
int hall_client(struct hall *hall, unsigned last);
void hall_send(int client, struct bytes bytes);
/* All that comes until the end, into hall->answer; closes the client. The status, 0: no answer. */
unsigned hall_answer(struct hall *hall, int client);
/* The same for a request that a new client sends. */
unsigned hall_ask(struct hall *hall, const char *request);
/* Whether the answer has a field of that text, `name: value`. */
bool hall_has(const struct hall *hall, const char *field);
/* The body of the answer. */
struct bytes hall_body(const struct hall *hall);

#endif

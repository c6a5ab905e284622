/*
 * tests/core/emit/fake_log.h -- a log of one emitter in memory, and a daemon before it.
 *
 * Shape    The log checks submissions as the writer does (core/prepare.h) and remembers what it
 *          took. The daemon speaks schema/wire over a socket pair within the test's own thread, and
 *          has moods: it cuts connections, swallows answers, refuses, or lets queued ones wait.
 */
#ifndef TESTS_CORE_EMIT_FAKE_LOG_H
#define TESTS_CORE_EMIT_FAKE_LOG_H

#include "core/engine.h"
#include "core/prepare.h"
#include "schema/wire/channel.h"
#include "schema/wire/message.h"
#include "tests/schema/random_record.h"

enum {
    FAKE_EVENTS_MAX = 20000,
};

struct fake_event {
    uint64_t number; /* of the detail; 0: an event that tells of losses */
    uint64_t count;  /* of those */
    char why[64];
    char *statement;
    size_t statement_size;
    struct emitter_head head; /* after it */
};

struct fake_log {
    char origin[64];
    struct secret_key *key;
    struct prepare *prepare;
    struct prepared prepared;
    struct fake_event events[FAKE_EVENTS_MAX];
    uint64_t count;
};

/* A log that knows the emitter `door`, whose key it has made. */
void fake_log_begin(struct fake_log *log);
void fake_log_end(struct fake_log *log);
void fake_log_submit(struct fake_log *log, struct bytes submission, struct receipt *receipt);
struct emitter_head fake_log_head(const struct fake_log *log);
/* It has only the first `count` events any more. */
void fake_log_forget(struct fake_log *log, uint64_t count);
/* Somebody else with the same key says something. */
void fake_log_meddle(struct fake_log *log);

/* Ways of a daemon, each one in so many times; 0: never. */
struct fake_moods {
    unsigned cut_before, cut_after, cut_inside; /* around a submission, and amidst its answer */
    unsigned retry, full;                       /* what it answers instead */
    bool away;                                  /* nobody listens */
    bool lazy;                                  /* what is queued stays so */
};

struct fake_daemon {
    struct fake_log *log;
    struct fake_moods moods;
    struct random random;
    struct channel *channel; /* NULL: nobody is connected */
    char **queue;            /* submissions that were acknowledged as queued */
    size_t *queue_sizes, queue_count;
};

void fake_daemon_begin(struct fake_daemon *daemon, struct fake_log *log, uint64_t seed);
void fake_daemon_end(struct fake_daemon *daemon);
/* A delivery_dial; the context is the daemon. */
struct status fake_daemon_dial(void *context, struct channel **out);
/* Takes what has come, and answers. */
void fake_daemon_turn(struct fake_daemon *daemon);
/* Forgets what it had queued, and hangs up. */
void fake_daemon_crash(struct fake_daemon *daemon);

#endif

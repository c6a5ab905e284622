/*
 * tests/auditd/vmc/far_side.h -- the world as a controller sees it: the daemon's process at the
 * other end of its port, and a user who visits through it.
 *
 * Shape    far_turn takes what has come and answers; nothing waits. Every submission is checked as
 *          the log would: chain, counter, signature; its events are added to `events` as lines
 *          `kind body`. Facts are signed by the owner's key, or by another one.
 * Errors   Whatever does not hold is a failure of far_turn.
 */
#ifndef TESTS_AUDITD_VMC_FAR_SIDE_H
#define TESTS_AUDITD_VMC_FAR_SIDE_H

#include "auditd/vmc/protocol.h"
#include "core/command_record.h"
#include "core/vmc/errand.h"
#include "core/vmc/visit.h"
#include "schema/wire/channel.h"
#include "store/hash.h"
#include "store/log.h"

enum {
    FAR_EVENTS_MAX = 64 << 10, /* bytes of lines */
    FAR_ORIGIN_SIZE = 32,
};
#define FAR_ORIGIN "lab.example/log"

struct far_side {
    struct channel *channel;
    const struct secret_key *owner_key;
    struct id vm, owner;
    uint64_t run, n; /* the number of the newest fact */
    struct vmc_greeting greeting;
    char vm_text[32], name[NAME_MAX_SIZE + 1], owner_text[32];

    /* What the controller has said. */
    bool has_key, is_ready;
    struct public_key key;
    struct receive_key receive_key;
    unsigned knocks, hellos;
    uint64_t applied, wanted_after;
    struct emitter_head head;
    struct hasher *hasher;
    bool refuses; /* submissions are answered with GAP */

    /* The visit. */
    struct visit *visit;
    uint32_t connection;
    bool is_closed, is_done;
    struct reply done; /* its code is kept in done_code */
    char done_code[32], done_why[WIRE_SENTENCE_MAX + 1];
    char answers_memory[8 << 10];
    struct text answers; /* steps and rows, line by line */
    char events_memory[FAR_EVENTS_MAX];
    struct text events;
    uint8_t arena_memory[BODY_MAX];
};

/* Over a connected socket, which it takes over. `owner_key` is lent. */
MUST_CHECK struct status far_open(int fd, struct id vm, uint64_t run,
                                  const struct secret_key *owner_key, struct far_side *out);
void far_close(struct far_side *far);
/* Another connection to the same controller: everything that was learnt of it stays. */
MUST_CHECK struct status far_reconnect(struct far_side *far, int fd);

MUST_CHECK struct status far_turn(struct far_side *far);
MUST_CHECK struct status far_greet(struct far_side *far);

/* A fact about `subject`; with a command, if it has fields, by this user and key (NULL: the owner).
 */
struct far_fact {
    enum event_kind kind;
    struct id subject;
    const union event_body *body;
    bool is_signed;
    enum command_kind command;
    const union command_fields *fields;
    struct id actor;
    const struct secret_key *key;
};
MUST_CHECK struct status far_say(struct far_side *far, const struct far_fact *fact);
/* Frames as they are. */
MUST_CHECK struct status far_send(struct far_side *far, enum vmc_message kind, uint32_t id,
                                  struct bytes payload);

/* Begins a visit of somebody; goes on in far_turn. */
MUST_CHECK struct status far_visit(struct far_side *far, struct id user,
                                   const struct secret_key *key);
MUST_CHECK struct status far_ask(struct far_side *far, const struct errand *errand);
void far_leave(struct far_side *far);

#endif

/*
 * tests/support/guest.h -- a machine that is not there, with a controller that behaves, or does
 * not.
 *
 * Shape    It listens where qemu would. guest_next hands out what it is told; guest_react answers
 *          as a controller that behaves: says its keys, applies facts, echoes what users say.
 */
#ifndef TESTS_SUPPORT_GUEST_H
#define TESTS_SUPPORT_GUEST_H

#include "auditd/vmc/protocol.h"
#include "core/emission.h"
#include "schema/wire/channel.h"

struct guest {
    int listener; /* -1: none */
    char path[128];
    struct channel *channel;
    struct speaker speaker; /* its key is made when it first learns its name */
    struct emission *emission;
    char vm[32], origin[ORIGIN_MAX + 1];
    uint64_t run;
    uint8_t nonce[VMC_NONCE_SIZE], receive_key[VMC_RECEIVE_KEY_SIZE];
    bool welcomed;
    char owner[32], owner_key[VMC_KEY_TEXT_MAX];
    char fault[256]; /* why it was turned away, the last time */
    unsigned greetings, facts, receipts, opened, closed;
    uint64_t applied;
    char last_fact[64];
    char receipt[32]; /* the last one's code */
};

/* Listens at DIRECTORY/vm-N.sock. */
MUST_CHECK struct status guest_open(struct guest *guest, const char *directory, uint64_t vm);
void guest_close(struct guest *guest);
/* Takes who connects; false: nobody is there. */
bool guest_is_connected(struct guest *guest);
/* Ends the connection; it listens on. */
void guest_hang_up(struct guest *guest);

/* The next message, lent until the next call; false if there is none now, or the other side has
 * gone. */
bool guest_next(struct guest *guest, struct frame *out);
/* As a controller that behaves; IO, MALFORMED. */
MUST_CHECK struct status guest_react(struct guest *guest, const struct frame *frame);
/* Says a frame of any kind. */
MUST_CHECK struct status guest_say(struct guest *guest, uint8_t kind, uint32_t id,
                                   struct bytes payload);
/* The greeting as it came, and a hello to it, signed by the key. */
MUST_CHECK struct status guest_hello(struct guest *guest);

/* Makes a submission of one event about its machine, vm.user_connected by that user, and lends it;
 * and sends one, moving the head. */
MUST_CHECK struct status guest_make(struct guest *guest, uint64_t user, struct bytes *out);
MUST_CHECK struct status guest_submit(struct guest *guest, uint32_t id, struct bytes submission);

#endif

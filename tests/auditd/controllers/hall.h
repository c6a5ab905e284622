/*
 * tests/auditd/controllers/hall.h -- the controllers' loop with a real writer on one side, machines
 * that are not there on the other, and users.
 *
 * Shape    Machines are in the state as rows. hall_spin lets everybody do what they can, guests
 *          that behave too.
 */
#ifndef TESTS_AUDITD_CONTROLLERS_HALL_H
#define TESTS_AUDITD_CONTROLLERS_HALL_H

#include "auditd/controllers/controllers.h"
#include "auditd/writer/clerk.h"
#include "schema/wire/join.h"
#include "tests/support/enclave.h"
#include "tests/support/guest.h"

enum {
    HALL_GUESTS_MAX = 256,
};

struct hall {
    struct enclave enclave;
    struct clerk *clerk;
    struct channel *ours, *theirs; /* the channel to the writer: its end, and the loop's */
    struct settings settings;
    struct counters *counters;
    struct journal journal;
    int listener, journal_file;
    char directory[128], socket[160];
    struct controllers *controllers;
    struct vm_row vms[HALL_GUESTS_MAX];
    struct guest guests[HALL_GUESTS_MAX];
    size_t count;
    bool writer_sleeps; /* it takes nothing */
};

int hall_begin(void **state);
int hall_end(void **state);

/* A machine that is asked for, and listens; its place. */
size_t hall_machine(struct hall *hall);
/* Its row, as it is in the state from here on. */
void hall_put(struct hall *hall, size_t place);
/* Any row, likewise. */
void hall_put_row(struct hall *hall, enum row_table table, const void *row);
/* Everybody in turn, until `done` is true; fails the test if that takes too long. Guests that are
 * told of behave; `silent` ones (NULL: none) are left to the test. */
void hall_spin(struct hall *hall, bool (*done)(struct hall *hall));
/* So many turns, in any case. */
void hall_turns(struct hall *hall, unsigned turns);
bool hall_all_welcomed(struct hall *hall);

void hall_writer_comes(struct hall *hall);
void hall_writer_goes(struct hall *hall);

/* A user's program: connected; its ASK said. */
struct channel *hall_user(struct hall *hall, size_t place);
/* The next frame that it hears within a while; false: it was left. */
bool hall_heard(struct hall *hall, struct channel *user, struct frame *out);
void hall_user_says(struct channel *user, uint8_t kind, struct bytes payload);

/* How many events of a kind are in the log. */
size_t hall_events(struct hall *hall, enum event_kind kind);

#endif

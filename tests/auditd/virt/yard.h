/*
 * tests/auditd/virt/yard.h -- a store, a host of libvirt's test driver, and what is done between.
 *
 * Shape    ada defines pools below the scratch directory and makes drives; the host is within the
 *          process. The writer is at hand: what effects say is in the log at once, unless the yard
 *          is told to lose it, or to end the process at some step.
 */
#ifndef TESTS_AUDITD_VIRT_YARD_H
#define TESTS_AUDITD_VIRT_YARD_H

#include "auditd/virt/effects.h"
#include "core/effect/effect.h"
#include "core/note.h"
#include "tests/support/enclave.h"

enum yard_loss {
    YARD_NONE,
    YARD_BEFORE, /* the note does not reach the writer */
    YARD_AFTER,  /* it does, and its answer does not come back */
};

struct yard {
    struct enclave enclave;
    struct notes *notes;
    struct effects *effects;
    struct hypervisor *eye; /* a look of our own at the host, which lasts as long as it */
    struct settings *settings;
    char pools[300]; /* the directory of all pools */
    char runtime[300];
    struct id host;
    struct id images, drives, layers, isos; /* pools */
    enum yard_loss loss;
    enum event_kind lost_kind; /* of this kind only */
    uint64_t now_us;           /* of effects */
    size_t said;
};

void yard_begin(struct yard *yard);
void yard_end(struct yard *yard);
/* As after a crash of the process: what it kept in memory is gone, the host goes on. */
void yard_restart(struct yard *yard);

/* Turns until nothing is due, or `most` turns; the pauses between attempts pass. */
void yard_work(struct yard *yard, unsigned most);
/* One turn, no pause. */
void yard_turn(struct yard *yard);

/* The pools, defined and made. */
void yard_pools(struct yard *yard);
struct id yard_drive(struct yard *yard, const char *name, enum drive_kind kind, uint64_t size);

/* A machine of a brick whose bytes are `image`, with the drive read-write if there is one. */
struct id yard_machine(struct yard *yard, const char *name, struct id drive);
/* What a watcher or the writer itself would say, at once in the log. */
void yard_say(struct yard *yard, enum event_kind kind, const struct id on[2],
              const union event_body *body);

/* What became of the request of this number. */
struct effect_row yard_effect(struct yard *yard, uint64_t request);
/* How many events of a kind there are. */
uint64_t yard_count(struct yard *yard, enum event_kind kind);
/* The path of a file in a pool's directory (`drives/drive-7.raw`), in a buffer of the yard's. */
const char *yard_path(struct yard *yard, const char *name);

#endif

/*
 * tests/store/recorded.h -- a random log on disk with an index of small runs, whose roots it logs,
 * for the tests of answers.
 *
 * Shape    Leaves and bodies are well formed; the emitters' signatures and counters are left out,
 *          since no answer looks at them. A run's root is logged some events after it was made.
 */
#ifndef TESTS_STORE_RECORDED_H
#define TESTS_STORE_RECORDED_H

#include "schema/leaf.h"
#include "store/index_internal.h"
#include "store/log.h"
#include "tests/store/exported.h"

#define RECORDED_ORIGIN "recorded.example/log"

enum {
    RECORDED_WAITING = 64, /* runs not yet logged */
};

struct recorded {
    struct scratch scratch;
    struct hasher *hasher;
    struct secret_key *key;
    struct log *log;
    struct index *index;
    uint64_t random;
    uint64_t t_utc_us;
    uint64_t log_after; /* events between a run and its logging */
    struct index_run waiting[RECORDED_WAITING];
    size_t waiting_count;
    uint64_t waited; /* events */
};

void recorded_begin(struct recorded *recorded, uint64_t seed,
                    const struct index_proportions *proportions);
/* Appends so many events at least. */
void recorded_write(struct recorded *recorded, uint64_t events);
void recorded_end(struct recorded *recorded);

/* 0 to below - 1. */
uint64_t recorded_random(struct recorded *recorded, uint64_t below);

/* A term that some events have, or now and then one that none has. */
struct term recorded_term(struct recorded *recorded);

#endif

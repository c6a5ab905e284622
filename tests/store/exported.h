/*
 * tests/store/exported.h -- a log of a few emitters and users, and what is exported of it, for the
 * tests of bundles, tiles and proofs.
 */
#ifndef TESTS_STORE_EXPORTED_H
#define TESTS_STORE_EXPORTED_H

#include "store/bundle.h"
#include "tests/support/scratch.h"

struct exported {
    struct scratch scratch;
    struct engine *engine;
    uint64_t size; /* events, all of them under the last checkpoint */
};

/* Makes a store of at least `events` events. */
void exported_begin(struct exported *exported, enum key_type type, uint32_t events);
void exported_end(struct exported *exported);

/* Bytes that grow. */
struct growing {
    uint8_t *data;
    size_t size, capacity;
};

struct status growing_put(void *context, struct bytes bytes);
void growing_free(struct growing *growing);

/* The bundle of the first `size` events, whose checkpoint there is. */
struct growing exported_bundle(const struct exported *exported, uint64_t size);

/* The checkpoint of at most `size` events, copied; its size is the answer. */
uint64_t exported_checkpoint(const struct exported *exported, uint64_t size, struct text *note);

/* Verifies a bundle in memory; the report is copied. */
struct status verify_memory(const struct public_key *key, struct bytes bundle, bool threaded,
                            struct verify_report *report);

#endif

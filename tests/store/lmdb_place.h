/*
 * tests/store/lmdb_place.h -- a fresh directory for each test of LMDB, and what they all do in it.
 */
#ifndef TESTS_STORE_LMDB_PLACE_H
#define TESTS_STORE_LMDB_PLACE_H

#include "store/lmdb.h"

enum {
    LEAF,
    BODY,
    TABLES,
};

struct place {
    char root[64];
    char store[96];
    char file[160];
};

/* Set-up and teardown of a test. */
int make_place(void **state);
int remove_place(void **state);
#define FRESH(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

/* The path of a file of the store; valid until the next call. */
const char *path_of(struct place *place, const char *name);
struct lmdb_options options_of(const struct place *place);
struct lmdb *open_store(const struct lmdb_options *options);
struct lmdb_txn *begin(struct lmdb *lmdb, bool write);
struct bytes key_of(uint8_t memory[8], uint64_t n);
/* Appends a leaf of this size under n; in a transaction, or with one of its own for [from, to). */
struct status append(struct lmdb_txn *txn, uint64_t n, size_t size);
void append_committed(struct lmdb *lmdb, uint64_t from, uint64_t to);
uint64_t count_of(struct lmdb *lmdb);
/* Runs `body` in a child; returns its exit code, or 1000 + the signal that ended it. */
int in_child(int (*body)(struct place *place), struct place *place);

#endif

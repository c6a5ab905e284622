/*
 * The map of LMDB: how it grows, and what is not taken for damage.
 */
#include "tests/store/lmdb_place.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void a_full_map_asks_to_begin_again_and_is_then_larger(void **state)
{
    struct lmdb_options options = options_of(*state);
    options.map_size = 1 << 20;
    struct lmdb *lmdb = open_store(&options);
    uint64_t done = 0, conflicts = 0;
    while (done < 20000) {
        struct lmdb_txn *txn = begin(lmdb, true);
        struct status status = OK;
        uint64_t n = done;
        while (n < 20000 && !failed(status)) {
            status = append(txn, n, 1000);
            n += failed(status) ? 0 : 1;
        }
        if (failed(status)) {
            assert_int_equal(status.code, STATUS_CONFLICT);
            assert_true(status.at >= 2 << 20);
            assert_int_equal(append(txn, n, 1000).code, STATUS_CONFLICT);
            status = lmdb_commit(&txn);
            assert_int_equal(status.code, STATUS_CONFLICT);
            conflicts++;
            continue;
        }
        assert_int_equal(lmdb_commit(&txn).code, STATUS_OK);
        done = n;
    }
    assert_in_range(conflicts, 1, 8);
    assert_int_equal(count_of(lmdb), 20000);
    lmdb_close(&lmdb);
}

static void a_map_grows_before_it_is_full(void **state)
{
    struct lmdb_options options = options_of(*state);
    options.map_size = 1 << 20;
    struct lmdb *lmdb = open_store(&options);
    for (uint64_t n = 0; n < 20000; n += 100) {
        append_committed(lmdb, n, n + 100);
    }
    assert_int_equal(count_of(lmdb), 20000);
    lmdb_close(&lmdb);
}

static void a_reader_that_holds_a_full_map_is_named(void **state)
{
    struct lmdb_options options = options_of(*state);
    options.map_size = 1 << 20;
    struct lmdb *lmdb = open_store(&options);
    struct lmdb_txn *reading = begin(lmdb, false), *txn = begin(lmdb, true);
    struct status status = OK;
    for (uint64_t n = 0; n < 5000 && !failed(status); n++) {
        status = append(txn, n, 1000);
    }
    assert_int_equal(status.code, STATUS_CONFLICT);
    lmdb_abort(&txn);
    assert_int_equal(lmdb_begin(lmdb, true, &txn).code, STATUS_LIMIT);
    lmdb_abort(&reading);
    append_committed(lmdb, 0, 5000 / 4);
    lmdb_close(&lmdb);
}

static int grow_elsewhere(struct place *place)
{
    struct lmdb_options options = options_of(place);
    options.map_size = 64 << 20;
    struct lmdb *lmdb = open_store(&options);
    append_committed(lmdb, 10, 5000);
    lmdb_close(&lmdb);
    return 0;
}

static void a_reader_adopts_a_map_that_another_process_enlarged(void **state)
{
    struct lmdb_options options = options_of(*state);
    options.map_size = 1 << 20;
    struct lmdb *lmdb = open_store(&options);
    append_committed(lmdb, 0, 10);
    lmdb_close(&lmdb);
    options.read_only = true;
    lmdb = open_store(&options);
    assert_int_equal(count_of(lmdb), 10);
    assert_int_equal(in_child(grow_elsewhere, *state), 0);
    assert_int_equal(count_of(lmdb), 5000);
    lmdb_close(&lmdb);
}

/* Not reached in a build with sanitizers, and known not to be by the compiler. */
__attribute__((unused)) static int open_in_little_space(struct place *place)
{
    struct rlimit limit = {.rlim_cur = UINT64_C(1) << 30, .rlim_max = UINT64_C(1) << 30};
    if (setrlimit(RLIMIT_AS, &limit) != 0) {
        return 2;
    }
    struct lmdb_options options = options_of(place);
    struct lmdb *lmdb = open_store(&options);
    append_committed(lmdb, 0, 1000);
    lmdb_close(&lmdb);
    return 0;
}

static void a_small_address_space_is_enough(void **state)
{
    if (CAIRN_SANITIZED) {
        skip(); /* a sanitizer's own memory is beyond any limit */
    }
    assert_int_equal(in_child(open_in_little_space, *state), 0);
}

static void a_freed_last_page_is_not_taken_for_truncation(void **state)
{
    struct lmdb_options options = options_of(*state);
    options.no_read_ahead = true;
    struct lmdb *lmdb = open_store(&options);
    static const uint8_t large[100000] = {1};
    for (uint64_t round = 0; round < 30; round++) {
        struct lmdb_txn *txn = begin(lmdb, true);
        for (uint64_t n = 0; n < 60; n++) {
            uint8_t key[8];
            struct bytes value = bytes_of(large, (n * 7919 + round * 104729) % sizeof large);
            assert_int_equal(lmdb_put(txn, BODY, key_of(key, n), value).code, STATUS_OK);
        }
        for (uint64_t n = 0; n < 60; n += 1 + round % 2) {
            uint8_t key[8];
            assert_int_equal(lmdb_delete(txn, BODY, key_of(key, 59 - n)).code, STATUS_OK);
        }
        assert_int_equal(lmdb_commit(&txn).code, STATUS_OK);
        lmdb_close(&lmdb);
        lmdb = open_store(&options);
    }
    lmdb_close(&lmdb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(a_full_map_asks_to_begin_again_and_is_then_larger),
        FRESH(a_map_grows_before_it_is_full),
        FRESH(a_reader_that_holds_a_full_map_is_named),
        FRESH(a_reader_adopts_a_map_that_another_process_enlarged),
        FRESH(a_small_address_space_is_enough),
        FRESH(a_freed_last_page_is_not_taken_for_truncation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

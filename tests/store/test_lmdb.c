#include "tests/store/lmdb_place.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void what_was_committed_is_there_after_reopening(void **state)
{
    struct lmdb_options options = options_of(*state);
    struct lmdb *lmdb = open_store(&options);
    append_committed(lmdb, 0, 1000);
    lmdb_close(&lmdb);
    assert_null(lmdb);
    options.create = false;
    lmdb = open_store(&options);
    assert_int_equal(count_of(lmdb), 1000);
    lmdb_close(&lmdb);
    options.read_only = true;
    lmdb = open_store(&options);
    struct lmdb_txn *txn = begin(lmdb, false);
    for (uint64_t n = 0; n < 1000; n++) {
        uint8_t key[8];
        struct bytes value;
        assert_int_equal(lmdb_get(txn, LEAF, key_of(key, n), &value).code, STATUS_OK);
        assert_int_equal(value.size, 1000);
        assert_int_equal(value.data[999], n & 0xFF);
    }
    lmdb_abort(&txn);
    lmdb_close(&lmdb);
}

static void what_was_aborted_is_not(void **state)
{
    struct lmdb_options options = options_of(*state);
    struct lmdb *lmdb = open_store(&options);
    struct lmdb_txn *txn = begin(lmdb, true);
    assert_int_equal(append(txn, 0, 10).code, STATUS_OK);
    lmdb_abort(&txn);
    assert_null(txn);
    lmdb_abort(&txn);
    assert_int_equal(count_of(lmdb), 0);
    lmdb_close(&lmdb);
    lmdb_close(&lmdb);
}

static void a_missing_environment_is_not_found(void **state)
{
    struct place *place = *state;
    struct lmdb_options options = options_of(place);
    struct lmdb *lmdb = NULL;
    options.create = false;
    assert_int_equal(lmdb_open(&options, &lmdb).code, STATUS_NOT_FOUND);
    options.read_only = true;
    assert_int_equal(lmdb_open(&options, &lmdb).code, STATUS_NOT_FOUND);
    options.create = true; /* a reader makes nothing */
    assert_int_equal(lmdb_open(&options, &lmdb).code, STATUS_NOT_FOUND);
    assert_int_equal(mkdir(place->store, 0700), 0);
    assert_int_equal(lmdb_open(&options, &lmdb).code, STATUS_NOT_FOUND);
    assert_null(lmdb);
}

static void a_creation_that_was_cut_short_is_incomplete_and_begun_again(void **state)
{
    struct place *place = *state;
    struct lmdb_options options = options_of(place);
    struct lmdb *lmdb = NULL;
    assert_int_equal(mkdir(place->store, 0700), 0);
    FILE *unfinished = fopen(path_of(place, "data.new"), "w");
    assert_non_null(unfinished);
    fputs("half", unfinished);
    fclose(unfinished);
    options.create = false;
    assert_int_equal(lmdb_open(&options, &lmdb).code, STATUS_INCOMPLETE);
    options.read_only = true;
    assert_int_equal(lmdb_open(&options, &lmdb).code, STATUS_INCOMPLETE);
    options = options_of(place);
    lmdb = open_store(&options);
    assert_int_not_equal(access(path_of(place, "data.new"), F_OK), 0);
    lmdb_close(&lmdb);
}

static void a_missing_table_is_damage_and_made_on_request(void **state)
{
    struct lmdb_options options = options_of(*state);
    options.table_count = 1;
    struct lmdb *lmdb = open_store(&options);
    lmdb_close(&lmdb);
    options.table_count = TABLES;
    options.create = false;
    struct status status = lmdb_open(&options, &lmdb);
    assert_int_equal(status.code, STATUS_CORRUPT);
    assert_int_equal(status.at, BODY);
    options.create = true;
    lmdb = open_store(&options);
    lmdb_close(&lmdb);
}

static void modes_do_not_depend_on_the_umask(void **state)
{
    struct place *place = *state;
    static const mode_t masks[] = {0, 0777};
    for (size_t i = 0; i < 2; i++) {
        mode_t before = umask(masks[i]);
        struct lmdb_options options = options_of(place);
        struct lmdb *lmdb = open_store(&options);
        append_committed(lmdb, 0, 1);
        umask(before);
        static const char *const names[] = {"data.mdb", "lock.mdb", "writer.lock"};
        struct stat about;
        assert_int_equal(stat(place->store, &about), 0);
        assert_int_equal(about.st_mode & 07777, 0700);
        for (size_t k = 0; k < 3; k++) {
            assert_int_equal(stat(path_of(place, names[k]), &about), 0);
            assert_int_equal(about.st_mode & 07777, 0600);
        }
        lmdb_close(&lmdb);
        char command[128];
        snprintf(command, sizeof command, "rm -rf '%s'", place->store);
        assert_int_equal(system(command), 0);
    }
}

static void a_second_writer_in_one_process_is_refused(void **state)
{
    struct lmdb_options options = options_of(*state);
    struct lmdb *lmdb = open_store(&options), *second = NULL;
    struct status status = lmdb_open(&options, &second);
    assert_int_equal(status.code, STATUS_IN_USE);
    assert_int_equal(status.at, getpid());
    options.read_only = true;
    status = lmdb_open(&options, &second);
    assert_int_equal(status.code, STATUS_IN_USE);
    append_committed(lmdb, 0, 10);
    lmdb_close(&lmdb);
    lmdb = open_store(&options);
    lmdb_close(&lmdb);
}

static int write_second(struct place *place)
{
    struct lmdb_options options = options_of(place);
    struct lmdb *lmdb = NULL;
    struct status status = lmdb_open(&options, &lmdb);
    return status.code == STATUS_IN_USE && status.at == (uint64_t)getppid() ? 0 : 1;
}

static int read_second(struct place *place)
{
    struct lmdb_options options = options_of(place);
    options.read_only = true;
    struct lmdb *lmdb = NULL;
    if (failed(lmdb_open(&options, &lmdb))) {
        return 1;
    }
    struct lmdb_txn *txn = NULL;
    if (lmdb_begin(lmdb, true, &txn).code != STATUS_READ_ONLY) {
        return 2;
    }
    return count_of(lmdb) == 10 ? 0 : 3;
}

static void a_second_process_may_read_but_not_write(void **state)
{
    struct lmdb_options options = options_of(*state);
    struct lmdb *lmdb = open_store(&options);
    append_committed(lmdb, 0, 10);
    assert_int_equal(in_child(write_second, *state), 0);
    assert_int_equal(in_child(read_second, *state), 0);
    append_committed(lmdb, 10, 20);
    lmdb_close(&lmdb);
}

static int die_while_writing(struct place *place)
{
    struct lmdb_options options = options_of(place);
    struct lmdb *lmdb = open_store(&options);
    append_committed(lmdb, 10, 20);
    struct lmdb_txn *reading = begin(lmdb, false), *txn = begin(lmdb, true);
    assert_int_equal(append(txn, 20, 10).code, STATUS_OK);
    (void)reading;
    kill(getpid(), SIGKILL);
    return 0;
}

static void a_writer_that_was_killed_leaves_the_lock_and_his_commits(void **state)
{
    struct lmdb_options options = options_of(*state);
    struct lmdb *lmdb = open_store(&options);
    append_committed(lmdb, 0, 10);
    lmdb_close(&lmdb);
    assert_int_equal(in_child(die_while_writing, *state), 1000 + SIGKILL);
    lmdb = open_store(&options);
    assert_int_equal(count_of(lmdb), 20);
    append_committed(lmdb, 20, 30);
    lmdb_close(&lmdb);
}

static void a_garbled_reader_table_is_set_up_anew(void **state)
{
    struct place *place = *state;
    struct lmdb_options options = options_of(place);
    struct lmdb *lmdb = open_store(&options);
    append_committed(lmdb, 0, 10);
    lmdb_close(&lmdb);
    static const size_t sizes[] = {0, 1, 100, 8192, 1 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        FILE *file = fopen(path_of(place, "lock.mdb"), "w");
        assert_non_null(file);
        for (size_t k = 0; k < sizes[i]; k++) {
            fputc((int)(k * 7 + 13) & 0xFF, file);
        }
        fclose(file);
        lmdb = open_store(&options);
        assert_int_equal(count_of(lmdb), 10);
        lmdb_close(&lmdb);
    }
}

static void a_file_cut_at_any_page_is_truncated(void **state)
{
    struct place *place = *state;
    struct lmdb_options options = options_of(place);
    struct lmdb *lmdb = open_store(&options);
    append_committed(lmdb, 0, 100);
    uint64_t used = lmdb_used_bytes(lmdb);
    lmdb_close(&lmdb);
    assert_true(used > 100 * 1000);
    for (uint64_t size = used; size-- > 0; size -= size % 512) {
        assert_int_equal(truncate(path_of(place, "data.mdb"), (off_t)size), 0);
        struct status status = lmdb_open(&options, &lmdb);
        assert_int_equal(status.code, STATUS_TRUNCATED);
        assert_int_equal(status.at, size);
        options.read_only = !options.read_only;
    }
}

static void a_file_cut_under_a_writer_is_noticed_before_he_writes(void **state)
{
    struct place *place = *state;
    struct lmdb_options options = options_of(place);
    struct lmdb *lmdb = open_store(&options);
    append_committed(lmdb, 0, 100);
    assert_int_equal(truncate(path_of(place, "data.mdb"), 4096 * 5), 0);
    struct lmdb_txn *txn = NULL;
    assert_int_equal(lmdb_begin(lmdb, true, &txn).code, STATUS_TRUNCATED);
    assert_null(txn);
    lmdb_close(&lmdb);
}

static void garbage_in_the_meta_pages_is_no_environment(void **state)
{
    struct place *place = *state;
    struct lmdb_options options = options_of(place);
    struct lmdb *lmdb = open_store(&options);
    lmdb_close(&lmdb);
    int file = open(path_of(place, "data.mdb"), O_WRONLY);
    static const uint8_t garbage[2 * 4096] = {1, 2, 3};
    assert_int_equal(pwrite(file, garbage, sizeof garbage, 0), sizeof garbage);
    close(file);
    assert_int_equal(lmdb_open(&options, &lmdb).code, STATUS_CORRUPT);
}

static void keys_are_appended_in_order_only(void **state)
{
    struct lmdb_options options = options_of(*state);
    struct lmdb *lmdb = open_store(&options);
    struct lmdb_txn *txn = begin(lmdb, true);
    assert_int_equal(append(txn, 7, 10).code, STATUS_OK);
    assert_int_equal(append(txn, 7, 10).code, STATUS_CONFLICT);
    assert_int_equal(append(txn, 6, 10).code, STATUS_CONFLICT);
    assert_int_equal(append(txn, 8, 10).code, STATUS_OK);
    uint8_t key[8], *room = NULL;
    assert_int_equal(lmdb_append_reserve(txn, LEAF, key_of(key, 9), 300, &room).code, STATUS_OK);
    memset(room, 0x5A, 300);
    assert_int_equal(lmdb_commit(&txn).code, STATUS_OK);
    txn = begin(lmdb, false);
    struct bytes value;
    assert_int_equal(lmdb_get(txn, LEAF, key_of(key, 9), &value).code, STATUS_OK);
    assert_int_equal(value.size, 300);
    assert_int_equal(value.data[299], 0x5A);
    lmdb_abort(&txn);
    lmdb_close(&lmdb);
}

static void keys_of_a_wrong_size_are_refused(void **state)
{
    struct lmdb_options options = options_of(*state);
    struct lmdb *lmdb = open_store(&options);
    struct lmdb_txn *txn = begin(lmdb, true);
    static const uint8_t key[LMDB_KEY_MAX + 1] = {1};
    struct bytes value = LITERAL("x");
    assert_int_equal(lmdb_put(txn, LEAF, bytes_of(key, 0), value).code, STATUS_LIMIT);
    assert_int_equal(lmdb_put(txn, LEAF, BYTES(key), value).code, STATUS_LIMIT);
    assert_int_equal(lmdb_put(txn, LEAF, bytes_of(key, LMDB_KEY_MAX), value).code, STATUS_OK);
    assert_int_equal(lmdb_get(txn, LEAF, bytes_of(key, LMDB_KEY_MAX), &value).code, STATUS_OK);
    assert_int_equal(lmdb_delete(txn, LEAF, bytes_of(key, LMDB_KEY_MAX)).code, STATUS_OK);
    assert_int_equal(lmdb_delete(txn, LEAF, bytes_of(key, LMDB_KEY_MAX)).code, STATUS_NOT_FOUND);
    lmdb_abort(&txn);
    lmdb_close(&lmdb);
}

static void a_cursor_walks_both_ways_and_finds_what_is_at_or_after(void **state)
{
    struct lmdb_options options = options_of(*state);
    struct lmdb *lmdb = open_store(&options);
    struct lmdb_txn *txn = begin(lmdb, true);
    for (uint64_t n = 10; n < 1000; n += 10) {
        assert_int_equal(append(txn, n, 50).code, STATUS_OK);
    }
    struct lmdb_cursor *cursor = NULL;
    struct bytes key, value;
    uint8_t wanted[8];
    assert_int_equal(lmdb_cursor_open(txn, LEAF, &cursor).code, STATUS_OK);
    for (uint64_t n = 0; n <= 990; n++) {
        key = key_of(wanted, n);
        assert_int_equal(lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, &key, &value).code, STATUS_OK);
        assert_int_equal(bytes_read_u64(key.data), n == 0 ? 10 : (n + 9) / 10 * 10);
    }
    key = key_of(wanted, 991);
    struct status status = lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, &key, &value);
    assert_int_equal(status.code, STATUS_NOT_FOUND);
    assert_int_equal(lmdb_cursor_move(cursor, LMDB_LAST, &key, &value).code, STATUS_OK);
    assert_int_equal(bytes_read_u64(key.data), 990);
    assert_int_equal(lmdb_cursor_move(cursor, LMDB_NEXT, &key, &value).code, STATUS_NOT_FOUND);
    for (uint64_t n = 980; n > 0; n -= 10) {
        assert_int_equal(lmdb_cursor_move(cursor, LMDB_PREVIOUS, &key, &value).code, STATUS_OK);
        assert_int_equal(bytes_read_u64(key.data), n);
    }
    status = lmdb_cursor_move(cursor, LMDB_PREVIOUS, &key, &value);
    assert_int_equal(status.code, STATUS_NOT_FOUND);
    assert_int_equal(lmdb_cursor_move(cursor, LMDB_FIRST, &key, &value).code, STATUS_OK);
    assert_int_equal(bytes_read_u64(key.data), 10);
    lmdb_cursor_close(&cursor);
    lmdb_cursor_close(&cursor);
    assert_int_equal(lmdb_clear(txn, LEAF).code, STATUS_OK);
    assert_int_equal(lmdb_commit(&txn).code, STATUS_OK);
    assert_int_equal(count_of(lmdb), 0);
    lmdb_close(&lmdb);
}

/* The disk that fails: a limit on the size of files makes LMDB's writes fail. */
static int fail_to_commit(struct place *place)
{
    struct lmdb_options options = options_of(place);
    struct lmdb *lmdb = open_store(&options);
    append_committed(lmdb, 0, 10);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {.rlim_cur = 32768, .rlim_max = 32768};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        return 2;
    }
    struct lmdb_txn *txn = begin(lmdb, true);
    for (uint64_t n = 10; n < 200; n++) {
        if (failed(append(txn, n, 1000))) {
            return 3;
        }
    }
    struct status status = lmdb_commit(&txn);
    if (status.code != STATUS_IO || txn != NULL) {
        return 4;
    }
    if (lmdb_begin(lmdb, true, &txn).code != STATUS_STOPPED) {
        return 5;
    }
    if (count_of(lmdb) != 10) {
        return 6;
    }
    lmdb_close(&lmdb);
    return 0;
}

static void a_commit_that_failed_is_the_last_one(void **state)
{
    assert_int_equal(in_child(fail_to_commit, *state), 0);
    struct lmdb_options options = options_of(*state);
    struct lmdb *lmdb = open_store(&options);
    assert_int_equal(count_of(lmdb), 10);
    append_committed(lmdb, 10, 20);
    lmdb_close(&lmdb);
}

struct reading {
    struct lmdb *lmdb;
    uint64_t rounds, worst;
};

static void *read_again_and_again(void *context)
{
    struct reading *reading = context;
    uint64_t before = 0;
    for (uint64_t i = 0; i < reading->rounds; i++) {
        uint64_t count = count_of(reading->lmdb);
        reading->worst += count < before ? 1 : 0;
        before = count;
    }
    return NULL;
}

static void threads_may_read_while_one_writes(void **state)
{
    struct lmdb_options options = options_of(*state);
    options.map_size = 1 << 20;
    struct lmdb *lmdb = open_store(&options);
    struct reading reading[2] = {{.lmdb = lmdb, .rounds = 3000}, {.lmdb = lmdb, .rounds = 3000}};
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, read_again_and_again, &reading[i]), 0);
    }
    for (uint64_t n = 0; n < 400; n += 10) {
        append_committed(lmdb, n, n + 10);
    }
    for (size_t i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(reading[i].worst, 0);
    }
    assert_int_equal(count_of(lmdb), 400);
    lmdb_close(&lmdb);
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(what_was_committed_is_there_after_reopening),
        FRESH(what_was_aborted_is_not),
        FRESH(a_missing_environment_is_not_found),
        FRESH(a_creation_that_was_cut_short_is_incomplete_and_begun_again),
        FRESH(a_missing_table_is_damage_and_made_on_request),
        FRESH(modes_do_not_depend_on_the_umask),
        FRESH(a_second_writer_in_one_process_is_refused),
        FRESH(a_second_process_may_read_but_not_write),
        FRESH(a_writer_that_was_killed_leaves_the_lock_and_his_commits),
        FRESH(a_garbled_reader_table_is_set_up_anew),
        FRESH(a_file_cut_at_any_page_is_truncated),
        FRESH(a_file_cut_under_a_writer_is_noticed_before_he_writes),
        FRESH(garbage_in_the_meta_pages_is_no_environment),
        FRESH(keys_are_appended_in_order_only),
        FRESH(keys_of_a_wrong_size_are_refused),
        FRESH(a_cursor_walks_both_ways_and_finds_what_is_at_or_after),
        FRESH(a_commit_that_failed_is_the_last_one),
        FRESH(threads_may_read_while_one_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The pages of an environment: each is in use or free, whatever was done, and what is damaged of
 * that is found before anybody writes over it.
 */
#include "tests/schema/random_record.h"
#include "tests/store/lmdb_place.h"

#include <fcntl.h>
#include <lmdb.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    COMMITS = 300,
    KEYS = 400,
    LARGEST = 40000,
    PAGE = 4096,
};

static void expect(struct lmdb *lmdb, enum lmdb_pages pages, enum status_code expected)
{
    struct status status = lmdb_check_pages(lmdb, pages);
    if (status.code != expected) {
        fail_msg("%s: %s", status_sentence(status.code), status.why == NULL ? "" : status.why);
    }
}

/* Whatever is done ------------------------------------------------------------------------- */

static void change_something(struct random *random, struct lmdb_txn *txn)
{
    static const uint8_t value[LARGEST];
    uint8_t key[8];
    lmdb_table table = random_below(random, 2) == 0 ? LEAF : BODY;
    struct bytes name = key_of(key, random_below(random, KEYS));
    uint64_t choice = random_below(random, 100);
    struct status status = OK;
    if (choice == 0) {
        status = lmdb_clear(txn, table);
    } else if (choice < 40) {
        status = lmdb_delete(txn, table, name);
    } else {
        size_t most = choice < 90 ? 300 : LARGEST;
        status = lmdb_put(txn, table, name, bytes_of(value, random_below(random, most)));
    }
    assert_true(!failed(status) || status.code == STATUS_NOT_FOUND);
}

static void every_page_is_in_use_or_free(void **state)
{
    struct lmdb_options options = options_of(*state);
    struct lmdb *lmdb = open_store(&options);
    struct lmdb_txn *reader = NULL;
    struct random random = {.state = 17};
    for (unsigned i = 0; i < COMMITS; i++) {
        struct lmdb_txn *txn = begin(lmdb, true);
        for (uint64_t change = random_below(&random, 60); change > 0; change--) {
            change_something(&random, txn);
        }
        if (random_below(&random, 5) == 0) {
            lmdb_abort(&txn);
        } else {
            assert_int_equal(lmdb_commit(&txn).code, STATUS_OK);
        }
        if (random_below(&random, 8) == 0) { /* one that keeps old pages from being used again */
            lmdb_abort(&reader);
            reader = random_below(&random, 2) == 0 ? NULL : begin(lmdb, false);
        }
        expect(lmdb, LMDB_PAGES_ALL, STATUS_OK);
        expect(lmdb, LMDB_PAGES_FREE, STATUS_OK);
        if (random_below(&random, 20) == 0) {
            lmdb_abort(&reader);
            lmdb_close(&lmdb);
            lmdb = open_store(&options);
        }
    }
    lmdb_abort(&reader);
    lmdb_close(&lmdb);
}

/* Damage ----------------------------------------------------------------------------------- */

/* Where the longest entry of the list of free pages is: its key and its value in the file. */
struct spot {
    uint64_t key_at, value_at; /* bytes from the beginning of the file */
    uint64_t count;            /* pages in it */
    uint64_t first;            /* the first of them, which is the last in the file */
    uint64_t used, last;       /* the first and the last page with entries */
    uint64_t pages, free;      /* of the file */
};

static uint64_t place_of(const void *at)
{
    uint64_t page;
    const uint8_t *start = (const uint8_t *)at - (uintptr_t)at % PAGE;
    memcpy(&page, start, sizeof page);
    return page * PAGE + (uintptr_t)at % PAGE;
}

/* The page of a table's first or last entry. */
static uint64_t page_with_entries(MDB_txn *txn, MDB_cursor_op end)
{
    MDB_dbi table;
    MDB_val key, value;
    MDB_cursor *cursor;
    assert_int_equal(mdb_dbi_open(txn, "leaf", 0, &table), 0);
    assert_int_equal(mdb_cursor_open(txn, table, &cursor), 0);
    assert_int_equal(mdb_cursor_get(cursor, &key, &value, end), 0);
    mdb_cursor_close(cursor);
    return place_of(key.mv_data) / PAGE;
}

static struct spot find_list(const char *directory)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key, value;
    MDB_envinfo info;
    struct spot spot = {0};
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 4), 0);
    assert_int_equal(mdb_env_open(env, directory, MDB_RDONLY | MDB_NOLOCK, 0), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), 0);
    assert_int_equal(mdb_env_info(env, &info), 0);
    assert_int_equal(mdb_cursor_open(txn, 0, &cursor), 0);
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        uint64_t count;
        memcpy(&count, value.mv_data, sizeof count);
        spot.free += count;
        if (count > spot.count) {
            spot.count = count;
            spot.key_at = place_of(key.mv_data);
            spot.value_at = place_of(value.mv_data);
            memcpy(&spot.first, (const uint8_t *)value.mv_data + 8, sizeof spot.first);
        }
    }
    mdb_cursor_close(cursor);
    spot.used = page_with_entries(txn, MDB_FIRST);
    spot.last = page_with_entries(txn, MDB_LAST);
    spot.pages = info.me_last_pgno + 1;
    mdb_txn_abort(txn);
    mdb_env_close(env);
    return spot;
}

/* Puts a word into the file, and returns the one that was there. */
static uint64_t exchange(struct place *place, uint64_t at, uint64_t word)
{
    uint64_t before;
    int file = open(path_of(place, "data.mdb"), O_RDWR | O_CLOEXEC);
    assert_int_equal(pread(file, &before, sizeof before, (off_t)at), sizeof before);
    assert_int_equal(pwrite(file, &word, sizeof word, (off_t)at), sizeof word);
    close(file);
    return before;
}

static struct spot make_list(struct place *place)
{
    struct lmdb_options options = options_of(place);
    struct lmdb *lmdb = open_store(&options);
    append_committed(lmdb, 0, 200);
    append_committed(lmdb, 200, 400);
    struct lmdb_txn *txn = begin(lmdb, true);
    for (uint64_t n = 100; n < 300; n++) {
        uint8_t key[8];
        assert_int_equal(lmdb_delete(txn, LEAF, key_of(key, n)).code, STATUS_OK);
    }
    assert_int_equal(lmdb_commit(&txn).code, STATUS_OK);
    lmdb_close(&lmdb);
    const struct spot spot = find_list(place->store);
    assert_true(spot.count > 2);
    return spot;
}

/* What comes of opening the store with this word in its file. */
static enum status_code open_with(struct place *place, bool read_only, uint64_t at, uint64_t word)
{
    struct lmdb_options options = options_of(place);
    struct lmdb *lmdb = NULL;
    options.create = false;
    options.read_only = read_only;
    uint64_t before = exchange(place, at, word);
    struct status status = lmdb_open(&options, &lmdb);
    if (!failed(status) && read_only) {
        status = lmdb_check_pages(lmdb, LMDB_PAGES_ALL);
    }
    lmdb_close(&lmdb);
    (void)exchange(place, at, before);
    return status.code;
}

static void a_list_of_free_pages_that_cannot_be_is_not_written_over(void **state)
{
    struct place *place = *state;
    const struct spot spot = make_list(place);
    const struct {
        uint64_t at, word;
    } damages[] = {
        {spot.key_at, 0},                     /* freed before there was anything */
        {spot.key_at, 1000},                  /* freed by what has not been yet */
        {spot.value_at, spot.count + 1},      /* more than there is room for */
        {spot.value_at, UINT64_MAX},          /* by far */
        {spot.value_at + 8, 0},               /* a page that is never free */
        {spot.value_at + 8, 1},               /* another */
        {spot.value_at + 8, spot.pages},      /* one that the file has not */
        {spot.value_at + 8, UINT64_MAX},      /* by far */
        {spot.value_at + 16, spot.first},     /* one twice */
        {spot.value_at + 16, spot.first + 1}, /* out of order */
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        for (int reads = 0; reads < 2; reads++) {
            assert_int_equal(open_with(place, reads != 0, damages[i].at, damages[i].word),
                             STATUS_CORRUPT);
        }
    }
    assert_int_equal(open_with(place, false, spot.value_at, spot.count), STATUS_OK);
}

/* Fewer than there are: no harm to a writer, and told by whoever looks at all. */
static void a_page_that_is_neither_is_told(void **state)
{
    struct place *place = *state;
    const struct spot spot = make_list(place);
    assert_int_equal(open_with(place, false, spot.value_at, spot.count - 1), STATUS_OK);
    assert_int_equal(open_with(place, true, spot.value_at, spot.count - 1), STATUS_CORRUPT);
}

static uint64_t word_at(struct place *place, uint64_t at)
{
    uint64_t word = exchange(place, at, 0);
    (void)exchange(place, at, word);
    return word;
}

/* The list is as it can be; that the page is in use shows when it is come across. */
static void a_page_in_use_that_is_listed_as_free_is_told(void **state)
{
    struct place *place = *state;
    const struct spot spot = make_list(place);
    uint64_t i = 1;
    while (i < spot.count && word_at(place, spot.value_at + 8 * (i + 1)) > spot.used) {
        i++;
    }
    assert_int_equal(open_with(place, true, spot.value_at + 8 * i, spot.used), STATUS_CORRUPT);
    assert_int_equal(open_with(place, false, spot.value_at + 8 * i, spot.used), STATUS_CORRUPT);
}

/* The same in a child, for LMDB itself may fall over a damaged page: that counts as told. */
static bool is_told(struct place *place, uint64_t at, uint64_t word)
{
    uint64_t before = word_at(place, at);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = {0};
        setrlimit(RLIMIT_CORE, &no_core);
        signal(SIGSEGV, SIG_DFL);
        _exit(open_with(place, true, at, word) == STATUS_OK ? 0 : 1);
    }
    int ended = 0;
    assert_int_equal(waitpid(child, &ended, 0), child);
    (void)exchange(place, at, before);
    return ended != 0;
}

/* Of every page in use, and of no other: a flipped bit of its head. LMDB does not use two of its
 * bytes. */
static void a_damaged_head_of_a_page_is_told(void **state)
{
    struct place *place = *state;
    const struct spot spot = make_list(place);
    uint64_t told = 0;
    for (uint64_t page = 2; page < spot.pages; page++) {
        unsigned of_this = 0;
        for (unsigned bit = 0; bit < 128; bit += 3) {
            uint64_t at = page * PAGE + bit / 64 * 8;
            uint64_t word = word_at(place, at) ^ UINT64_C(1) << bit % 64;
            bool unused = bit / 16 == 4;
            bool is = is_told(place, at, word);
            assert_false(unused && is);
            of_this += is;
        }
        told += of_this > 0;
        assert_true(of_this == 0 || of_this == 43 - 5);
    }
    assert_int_equal(told, spot.pages - 2 - spot.free);
}

/* Of a large table, whoever opens it to write looks at the end, where the log is written. */
static void a_damaged_end_of_a_large_table_is_not_written_to(void **state)
{
    struct place *place = *state;
    struct lmdb_options options = options_of(place);
    struct lmdb *lmdb = open_store(&options);
    append_committed(lmdb, 0, 2000);
    lmdb_close(&lmdb);
    const struct spot spot = find_list(place->store);
    const uint64_t pages[] = {spot.last, spot.used};
    for (size_t i = 0; i < 2; i++) {
        uint64_t at = pages[i] * PAGE + 8;
        uint64_t word = word_at(place, at) ^ UINT64_C(1) << 52; /* where its room begins */
        assert_int_equal(open_with(place, true, at, word), STATUS_CORRUPT);
        assert_int_equal(open_with(place, false, at, word), i == 0 ? STATUS_CORRUPT : STATUS_OK);
    }
}

/* LMDB keeps two pages about the file; the number of the last page is at this place of both. */
static void a_number_of_pages_that_cannot_be_is_damage_and_no_want_of_memory(void **state)
{
    struct place *place = *state;
    const struct spot spot = make_list(place);
    const uint64_t last_page_at = 16 + 24 + 2 * 48;
    for (unsigned bit = 0; bit < 64; bit++) {
        for (uint64_t meta = 0; meta < 2; meta++) {
            uint64_t at = meta * PAGE + last_page_at;
            uint64_t last = word_at(place, at);
            bool is_newest = last + 1 == spot.pages;
            enum status_code code = open_with(place, true, at, last ^ UINT64_C(1) << bit);
            bool named = code == STATUS_CORRUPT || code == STATUS_TRUNCATED;
            if (!named && (is_newest || code != STATUS_OK)) {
                fail_msg("bit %u of page %ju: %s", bit, (uintmax_t)meta, status_sentence(code));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(every_page_is_in_use_or_free),
        FRESH(a_list_of_free_pages_that_cannot_be_is_not_written_over),
        FRESH(a_page_that_is_neither_is_told),
        FRESH(a_page_in_use_that_is_listed_as_free_is_told),
        FRESH(a_damaged_head_of_a_page_is_told),
        FRESH(a_damaged_end_of_a_large_table_is_not_written_to),
        FRESH(a_number_of_pages_that_cannot_be_is_damage_and_no_want_of_memory),
    };
    return cmocka_run_group_tests_name("store/lmdb pages", tests, NULL, NULL);
}

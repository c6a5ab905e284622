#include "tests/store/lmdb_place.h"

#include "schema/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const tables[] = {"leaf", "body"};

int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    snprintf(place->root, sizeof place->root, "lmdb-XXXXXX");
    assert_non_null(mkdtemp(place->root));
    snprintf(place->store, sizeof place->store, "%s/store", place->root);
    *state = place;
    return 0;
}

int remove_place(void **state)
{
    struct place *place = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", place->root);
    int code = system(command);
    free(place);
    return code;
}

const char *path_of(struct place *place, const char *name)
{
    snprintf(place->file, sizeof place->file, "%s/%s", place->store, name);
    return place->file;
}

struct lmdb_options options_of(const struct place *place)
{
    return (struct lmdb_options){
        .directory = place->store, .tables = tables, .table_count = TABLES, .create = true};
}

struct lmdb *open_store(const struct lmdb_options *options)
{
    struct lmdb *lmdb = NULL;
    struct status status = lmdb_open(options, &lmdb);
    if (failed(status)) {
        char memory[256];
        struct text text = TEXT_IN(memory);
        status_describe(status, &text);
        fail_msg("%s", text_string(&text));
    }
    return lmdb;
}

struct lmdb_txn *begin(struct lmdb *lmdb, bool write)
{
    struct lmdb_txn *txn = NULL;
    assert_int_equal(lmdb_begin(lmdb, write, &txn).code, STATUS_OK);
    return txn;
}

struct bytes key_of(uint8_t memory[8], uint64_t n)
{
    bytes_write_u64(memory, n);
    return bytes_of(memory, 8);
}

struct status append(struct lmdb_txn *txn, uint64_t n, size_t size)
{
    uint8_t key[8], value[2000];
    memset(value, (int)(n & 0xFF), size);
    return lmdb_append(txn, LEAF, key_of(key, n), bytes_of(value, size));
}

void append_committed(struct lmdb *lmdb, uint64_t from, uint64_t to)
{
    struct lmdb_txn *txn = begin(lmdb, true);
    for (uint64_t n = from; n < to; n++) {
        assert_int_equal(append(txn, n, 1000).code, STATUS_OK);
    }
    assert_int_equal(lmdb_commit(&txn).code, STATUS_OK);
    assert_null(txn);
}

uint64_t count_of(struct lmdb *lmdb)
{
    struct lmdb_txn *txn = begin(lmdb, false);
    uint64_t count = 0;
    assert_int_equal(lmdb_count(txn, LEAF, &count).code, STATUS_OK);
    lmdb_abort(&txn);
    return count;
}

int in_child(int (*body)(struct place *place), struct place *place)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(body(place));
    }
    int state = 0;
    assert_int_equal(waitpid(child, &state, 0), child);
    return WIFEXITED(state) ? WEXITSTATUS(state) : 1000 + WTERMSIG(state);
}

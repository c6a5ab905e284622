/*
 * The log against a plain list in memory: whatever was committed is there, byte for byte, and
 * nothing else; what was damaged in the file is not handed out.
 */
#include "store/lmdb.h"
#include "store/log.h"
#include "tests/schema/random_record.h"
#include "tests/store/chronicle.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    SIZE = 600, /* events: two tiles and a beginning */
};

struct world {
    struct chronicle chronicle; /* the plain list; its first `committed` events are in the log */
    struct scratch scratch;
    char directory[320];
    struct log *log;
    size_t committed;
    uint64_t checkpoints[SIZE];
    size_t checkpoint_count;
    struct random random;
};

static void open_log(struct world *world, bool create)
{
    must(log_open(&(struct log_options){.directory = world->directory,
                                        .origin = create ? CHRONICLE_ORIGIN : NULL},
                  &world->log));
}

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    scratch_begin(&world->scratch);
    snprintf(world->directory, sizeof world->directory, "%s/log", world->scratch.directory);
    world->random.state = 83;
    chronicle_begin(&world->chronicle, SIZE);
    chronicle_fill(&world->chronicle, SIZE);
    open_log(world, true);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    log_close(&world->log);
    chronicle_end(&world->chronicle);
    scratch_end(&world->scratch);
    free(world);
    return 0;
}

/* Appending ----------------------------------------------------------------------------------- */

static struct status append(struct world *world, const struct told *told)
{
    char memory[LEAF_MAX + 1];
    struct text statement = TEXT_IN(memory);
    struct leaf leaf;
    leaf_encode_statement(&told->leaf, &statement);
    must(leaf_decode_statement(text_bytes(&statement), &leaf));
    leaf.version = told->leaf.version; /* a statement does not tell it */
    leaf.on_n = told->leaf.on_n;
    leaf.sig = told->leaf.sig;
    struct log_event event = {
        .leaf = &leaf, .body = told_body(told), .command = told_command(told)};
    TRY(log_append(world->log, &event, told->leaf.t_utc_us));
    assert_true(digest_equal(&leaf.prev, &told->leaf.prev));
    assert_int_equal(leaf.n, told->leaf.n);
    return OK;
}

/* Begins, appends events committed..until-1, and commits or aborts. */
static void batch(struct world *world, size_t until, bool commit)
{
    struct bytes note;
    struct checkpoint checkpoint;
    must(log_begin(world->log));
    for (size_t i = world->committed; i < until; i++) {
        must(append(world, &world->chronicle.events[i]));
        assert_int_equal(log_head_of(world->log)->size, i + 1);
    }
    if (!commit) {
        log_abort(world->log);
        return;
    }
    must(log_commit(world->log, world->chronicle.log_key, &note));
    must(checkpoint_verify(secret_key_public(world->chronicle.log_key), note, &checkpoint));
    assert_int_equal(checkpoint.size, until);
    world->committed = until;
    world->checkpoints[world->checkpoint_count++] = until;
}

static void commit_all(struct world *world, size_t each)
{
    while (world->committed < SIZE) {
        size_t until = world->committed + each;
        batch(world, until < SIZE ? until : SIZE, true);
    }
}

/* Comparing ----------------------------------------------------------------------------------- */

static void assert_event(struct log_snapshot *snapshot, const struct told *told, uint64_t n)
{
    struct bytes leaf, body, command, raw_leaf, raw_body, raw_command;
    struct leaf decoded;
    must(log_read_leaf(snapshot, n, &leaf));
    assert_true(bytes_equal(leaf, told_leaf(told)));
    must(leaf_decode(leaf, &decoded));
    must(log_read_body(snapshot, &decoded, &body));
    assert_true(bytes_equal(body, told_body(told)));
    must(log_read_command(snapshot, &decoded, &command));
    assert_true(bytes_equal(command, told_command(told)));
    must(log_read_raw(snapshot, n, &raw_leaf, &raw_body, &raw_command));
    assert_true(bytes_equal(leaf, raw_leaf) && bytes_equal(body, raw_body) &&
                bytes_equal(command, raw_command));
}

static void assert_same(struct world *world)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    struct bytes leaf;
    const struct log_head *head = log_head_of(world->log);
    must(log_snapshot_open(world->log, &snapshot));
    assert_int_equal(log_snapshot_size(snapshot), world->committed);
    assert_int_equal(head->size, world->committed);
    for (size_t n = 0; n < world->committed; n++) {
        assert_event(snapshot, &world->chronicle.events[n], n);
    }
    assert_int_equal(log_read_leaf(snapshot, world->committed, &leaf).code, STATUS_NOT_FOUND);
    assert_int_equal(log_read_leaf(snapshot, UINT64_MAX, &leaf).code, STATUS_NOT_FOUND);
    if (world->committed > 0) {
        const struct told *last = &world->chronicle.events[world->committed - 1];
        struct digest hash = hash_leaf(world->chronicle.hasher, told_leaf(last));
        assert_true(digest_equal(&hash, &head->last));
        assert_int_equal(head->t_utc_us, last->leaf.t_utc_us);
    }
}

static void an_empty_log_has_its_name_and_nothing_else(void **state)
{
    struct world *world = *state;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    struct bytes note;
    struct emitter_head head;
    uint64_t size;
    assert_string_equal(log_origin(world->log), CHRONICLE_ORIGIN);
    assert_same(world);
    must(log_snapshot_open(world->log, &snapshot));
    assert_int_equal(log_read_checkpoint(snapshot, UINT64_MAX - 1, &note, &size).code,
                     STATUS_NOT_FOUND);
    assert_int_equal(log_next_checkpoint(snapshot, 0, &note, &size).code, STATUS_NOT_FOUND);
    assert_int_equal(log_read_emitter(snapshot, LITERAL("door"), &head).code, STATUS_NOT_FOUND);
}

static void batches_committed_and_aborted_leave_what_a_list_holds(void **state)
{
    struct world *world = *state;
    while (world->committed < SIZE) {
        size_t until = world->committed + 1 + (size_t)random_below(&world->random, 90);
        until = until < SIZE ? until : SIZE;
        bool commit = random_below(&world->random, 3) > 0;
        batch(world, until, commit);
        if (random_below(&world->random, 4) == 0) {
            log_close(&world->log);
            open_log(world, false);
        }
        assert_same(world);
    }
}

static void what_was_not_committed_is_forgotten_with_the_handle(void **state)
{
    struct world *world = *state;
    batch(world, 10, true);
    must(log_begin(world->log));
    for (size_t i = 10; i < 20; i++) {
        must(append(world, &world->chronicle.events[i]));
    }
    log_close(&world->log);
    open_log(world, false);
    assert_same(world);
    commit_all(world, 100);
    assert_same(world);
}

static void a_snapshot_stays_as_it_was(void **state)
{
    struct world *world = *state;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    struct bytes leaf, note;
    uint64_t size;
    batch(world, 300, true);
    must(log_snapshot_open(world->log, &snapshot));
    batch(world, 550, true);
    assert_int_equal(log_snapshot_size(snapshot), 300);
    for (size_t n = 0; n < 300; n++) {
        assert_event(snapshot, &world->chronicle.events[n], n);
    }
    assert_int_equal(log_read_leaf(snapshot, 300, &leaf).code, STATUS_NOT_FOUND);
    must(log_read_checkpoint(snapshot, UINT64_MAX - 1, &note, &size));
    assert_int_equal(size, 300);
}

/* Forwards, backwards, from one end to the other: a leaf found beside the last one is the leaf. */
static void leaves_are_the_same_in_whatever_order_they_are_read(void **state)
{
    struct world *world = *state;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    uint64_t n = 0;
    commit_all(world, 100);
    must(log_snapshot_open(world->log, &snapshot));
    for (unsigned i = 0; i < 20 * SIZE; i++) {
        struct bytes leaf;
        must(log_read_leaf(snapshot, n, &leaf));
        assert_true(bytes_equal(leaf, told_leaf(&world->chronicle.events[n])));
        switch (random_below(&world->random, 8)) {
        case 0:
            n = random_below(&world->random, SIZE);
            break;
        case 1:
        case 2:
        case 3:
            n = n > 0 ? n - 1 : 0;
            break;
        default:
            n = n + 1 < SIZE ? n + 1 : 0;
            break;
        }
    }
}

static void the_tree_of_a_snapshot_is_that_of_its_leaves(void **state)
{
    struct world *world = *state;
    struct tree *tree = calloc(1, sizeof *tree);
    commit_all(world, 77);
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    must(log_snapshot_open(world->log, &snapshot));
    struct tree_source source = log_tree_source(snapshot);
    for (size_t n = 0; n <= SIZE; n++) {
        struct digest root;
        must(tree_root_at(&source, world->chronicle.hasher, n, &root));
        struct digest expected = tree_root(tree, world->chronicle.hasher);
        assert_true(digest_equal(&root, &expected));
        if (n < SIZE) {
            struct digest leaf =
                hash_leaf(world->chronicle.hasher, told_leaf(&world->chronicle.events[n]));
            must(tree_append(tree, world->chronicle.hasher, &leaf, NULL, NULL));
        }
    }
    free(tree);
}

/* Checkpoints and emitters --------------------------------------------------------------------- */

static void checkpoints_are_walked_in_order_and_found_by_size(void **state)
{
    struct world *world = *state;
    commit_all(world, 35);
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    struct bytes note;
    uint64_t size = 0;
    must(log_snapshot_open(world->log, &snapshot));
    for (size_t i = 0; i < world->checkpoint_count; i++) {
        must(log_next_checkpoint(snapshot, size, &note, &size));
        assert_int_equal(size, world->checkpoints[i]);
        struct checkpoint checkpoint;
        must(checkpoint_verify(secret_key_public(world->chronicle.log_key), note, &checkpoint));
        assert_int_equal(checkpoint.size, size);
    }
    assert_int_equal(log_next_checkpoint(snapshot, size, &note, &size).code, STATUS_NOT_FOUND);
    assert_int_equal(log_next_checkpoint(snapshot, UINT64_MAX, &note, &size).code,
                     STATUS_NOT_FOUND);
    size_t next = 0;
    for (uint64_t at = 0; at <= SIZE + 5; at++) {
        next += next < world->checkpoint_count && world->checkpoints[next] <= at;
        struct status status = log_read_checkpoint(snapshot, at, &note, &size);
        assert_int_equal(status.code, next == 0 ? STATUS_NOT_FOUND : STATUS_OK);
        assert_true(next == 0 || size == world->checkpoints[next - 1]);
    }
}

static void an_emitters_head_is_that_of_its_last_commit(void **state)
{
    struct world *world = *state;
    struct bytes note;
    const struct emitter_head kept = {.chain = {{1, 2}}, .emitter_n = 7};
    const struct emitter_head forgotten = {.chain = {{3}}, .emitter_n = 9};
    must(log_begin(world->log));
    must(append(world, &world->chronicle.events[0]));
    must(log_set_emitter(world->log, LITERAL("door"), &kept));
    must(log_commit(world->log, world->chronicle.log_key, &note));
    world->committed = 1;
    must(log_begin(world->log));
    must(append(world, &world->chronicle.events[1]));
    must(log_set_emitter(world->log, LITERAL("door"), &forgotten));
    log_abort(world->log);
    log_close(&world->log);
    open_log(world, false);
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    struct emitter_head head;
    must(log_snapshot_open(world->log, &snapshot));
    must(log_read_emitter(snapshot, LITERAL("door"), &head));
    assert_int_equal(head.emitter_n, 7);
    assert_true(digest_equal(&head.chain, &kept.chain));
}

/* Limits and opening --------------------------------------------------------------------------- */

static void a_commit_has_its_limit_and_what_was_in_it_stays_appendable(void **state)
{
    struct world *world = *state;
    struct told told = world->chronicle.events[0];
    struct bytes note;
    must(log_begin(world->log));
    for (size_t i = 0; i < COMMIT_EVENTS_MAX; i++) {
        told.leaf.n = i;
        told.leaf.on[0].n = i;
        told.leaf.prev = log_head_of(world->log)->last;
        must(append(world, &told));
    }
    told.leaf.prev = log_head_of(world->log)->last;
    assert_int_equal(append(world, &told).code, STATUS_LIMIT);
    must(log_commit(world->log, world->chronicle.log_key, &note));
    assert_int_equal(log_head_of(world->log)->size, COMMIT_EVENTS_MAX);
}

static void a_log_is_never_made_over_one_that_is_there(void **state)
{
    struct world *world = *state;
    batch(world, 10, true);
    log_close(&world->log);
    assert_int_equal(log_open(&(struct log_options){.directory = world->directory,
                                                    .origin = "another.example/log"},
                              &world->log)
                         .code,
                     STATUS_EXISTS);
    open_log(world, false);
    assert_same(world);
}

static void a_log_that_is_not_there_is_not_found(void **state)
{
    struct world *world = *state;
    struct log *log = NULL;
    char path[400];
    snprintf(path, sizeof path, "%s/none", world->scratch.directory);
    assert_int_equal(log_open(&(struct log_options){.directory = path}, &log).code,
                     STATUS_NOT_FOUND);
    assert_null(log);
}

static void readers_are_many_and_write_nothing(void **state)
{
    struct world *world = *state;
    struct log *none = NULL, *reader = NULL;
    batch(world, 20, true);
    assert_int_equal(log_open(&(struct log_options){.directory = world->directory}, &none).code,
                     STATUS_IN_USE);
    log_close(&world->log);
    must(
        log_open(&(struct log_options){.directory = world->directory, .read_only = true}, &reader));
    assert_int_equal(log_head_of(reader)->size, 20);
    assert_string_equal(log_origin(reader), CHRONICLE_ORIGIN);
    assert_true(failed(log_begin(reader)));
    log_close(&reader);
    open_log(world, false);
}

/* Damage -------------------------------------------------------------------------------------- */

static const char *const tables[] = {"leaf",       "body",    "command", "tile",
                                     "checkpoint", "emitter", "meta"};

/* Changes one byte of an entry of a table, or takes the entry out if `at` is beyond it. */
static void damage(struct world *world, lmdb_table table, struct bytes key, size_t at)
{
    CLEANUP(lmdb_close) struct lmdb *lmdb = NULL;
    CLEANUP(lmdb_abort) struct lmdb_txn *txn = NULL;
    struct bytes value;
    uint8_t copy[16384];
    must(lmdb_open(&(struct lmdb_options){.directory = world->directory,
                                          .tables = tables,
                                          .table_count = sizeof tables / sizeof tables[0]},
                   &lmdb));
    must(lmdb_begin(lmdb, true, &txn));
    must(lmdb_get(txn, table, key, &value));
    assert_true(value.size <= sizeof copy);
    if (at < value.size) {
        memcpy(copy, value.data, value.size);
        copy[at] ^= 1;
        must(lmdb_put(txn, table, key, bytes_of(copy, value.size)));
    } else {
        must(lmdb_delete(txn, table, key));
    }
    must(lmdb_commit(&txn));
}

/* The same for event n; read by a handle that compares nothing when it is opened. */
static struct status read_damaged(struct world *world, lmdb_table table, uint64_t n, size_t at)
{
    uint8_t key[8];
    struct bytes leaf, body, command;
    struct leaf decoded;
    CLEANUP(log_close) struct log *log = NULL;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    bytes_write_u64(key, n);
    damage(world, table, BYTES(key), at);
    must(log_open(&(struct log_options){.directory = world->directory, .read_only = true}, &log));
    must(log_snapshot_open(log, &snapshot));
    struct status status = log_read_leaf(snapshot, n, &leaf);
    if (!failed(status)) {
        must(leaf_decode(leaf, &decoded));
        status = log_read_body(snapshot, &decoded, &body);
        status = failed(status) ? status : log_read_command(snapshot, &decoded, &command);
    }
    return status;
}

static void nothing_damaged_is_handed_out(void **state)
{
    struct world *world = *state;
    const uint64_t places[] = {0, 4, 255, 256, 511, 512, 520, SIZE - 2, SIZE - 1};
    commit_all(world, 100);
    log_close(&world->log);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        for (lmdb_table table = 0; table < 3; table++) {
            const struct told *told = &world->chronicle.events[places[i]];
            const size_t sizes[] = {told->text_size, told->body_size, told->command_size};
            if (sizes[table] > 0) {
                size_t at = (size_t)random_below(&world->random, sizes[table]);
                struct status status = read_damaged(world, table, places[i], at);
                assert_int_equal(status.code, STATUS_CORRUPT);
                assert_int_equal(status.at, places[i]);
                assert_non_null(status.why);
                status = read_damaged(world, table, places[i], at); /* and back again */
                assert_false(failed(status));
            }
        }
    }
}

static void a_missing_part_is_told_but_for_an_erased_body(void **state)
{
    struct world *world = *state;
    commit_all(world, 100);
    log_close(&world->log);
    assert_false(failed(read_damaged(world, 1, 8, SIZE_MAX)));
    assert_int_equal(read_damaged(world, 2, 8, SIZE_MAX).code, STATUS_CORRUPT);
    assert_int_equal(read_damaged(world, 0, 8, SIZE_MAX).code, STATUS_CORRUPT);
}

/* Whoever scans goes on behind the gap. */
static void a_missing_leaf_is_told_by_itself_and_no_other(void **state)
{
    struct world *world = *state;
    CLEANUP(log_close) struct log *log = NULL;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    uint8_t key[8];
    struct bytes leaf;
    commit_all(world, 100);
    log_close(&world->log);
    bytes_write_u64(key, 300);
    damage(world, 0, BYTES(key), SIZE_MAX);
    must(log_open(&(struct log_options){.directory = world->directory, .read_only = true}, &log));
    must(log_snapshot_open(log, &snapshot));
    for (uint64_t i = 0; i < 2 * SIZE; i++) {
        uint64_t n = i < SIZE ? i : 2 * SIZE - 1 - i;
        struct status status = log_read_leaf(snapshot, n, &leaf);
        assert_int_equal(status.code, n == 300 ? STATUS_CORRUPT : STATUS_OK);
    }
}

static void a_damaged_tile_is_told_by_each_leaf_it_is_compared_with(void **state)
{
    struct world *world = *state;
    CLEANUP(log_close) struct log *log = NULL;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    const uint8_t key[9] = {0, 0, 0, 0, 0, 0, 0, 0, 1};
    struct bytes leaf;
    commit_all(world, 100);
    log_close(&world->log);
    damage(world, 3, BYTES(key), 5 * DIGEST_SIZE);
    must(log_open(&(struct log_options){.directory = world->directory, .read_only = true}, &log));
    must(log_snapshot_open(log, &snapshot));
    for (uint64_t n = 0; n < SIZE; n++) {
        struct status status = log_read_leaf(snapshot, n, &leaf);
        assert_int_equal(status.code, n == 256 + 5 ? STATUS_CORRUPT : STATUS_OK);
    }
}

static void a_damaged_checkpoint_is_damage_and_no_bad_input(void **state)
{
    struct world *world = *state;
    uint8_t key[8];
    commit_all(world, 100);
    log_close(&world->log);
    bytes_write_u64(key, SIZE);
    for (size_t at = 0; at < 150; at++) {
        CLEANUP(log_close) struct log *log = NULL;
        CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
        struct bytes note;
        struct checkpoint checkpoint;
        uint64_t size;
        const struct log_options options = {.directory = world->directory, .read_only = true};
        damage(world, 4, BYTES(key), at);
        must(log_open(&options, &log));
        must(log_snapshot_open(log, &snapshot));
        struct status status = log_read_checkpoint(snapshot, SIZE, &note, &size);
        assert_true(!failed(status) || (status.code == STATUS_CORRUPT && status.at == SIZE));
        if (!failed(status)) {
            status =
                checkpoint_verify(secret_key_public(world->chronicle.log_key), note, &checkpoint);
            assert_int_equal(status.code, STATUS_BAD_SIGNATURE);
        }
        log_snapshot_close(&snapshot);
        log_close(&log);
        damage(world, 4, BYTES(key), at); /* and back again */
    }
}

/* The writer does not go on from an end that is not what it signed. */
static void a_damaged_end_is_not_opened_for_writing(void **state)
{
    struct world *world = *state;
    uint8_t last[8], checkpoint[8];
    commit_all(world, 100);
    log_close(&world->log);
    bytes_write_u64(last, SIZE - 1);
    bytes_write_u64(checkpoint, SIZE);
    const struct {
        lmdb_table table;
        struct bytes key;
        size_t at;
    } damages[] = {
        {0, BYTES(last), 20},      {4, BYTES(checkpoint), 40},     {4, BYTES(checkpoint), SIZE_MAX},
        {6, LITERAL("head"), 7},   {6, LITERAL("head"), 15},       {6, LITERAL("head"), 20},
        {6, LITERAL("origin"), 0}, {6, LITERAL("head"), SIZE_MAX},
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        char copy[400];
        struct log *log = NULL;
        snprintf(copy, sizeof copy, "%s/copy", world->scratch.directory);
        copy_tree(world->directory, copy);
        damage(world, damages[i].table, damages[i].key, damages[i].at);
        struct status status = log_open(&(struct log_options){.directory = world->directory}, &log);
        if (status.code != STATUS_CORRUPT) {
            fail_msg("damage %zu was not told: %d", i, (int)status.code);
        }
        remove_tree(world->directory);
        copy_tree(copy, world->directory);
        remove_tree(copy);
    }
    open_log(world, false);
    assert_same(world);
}

#define WITH_LOG(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOG(an_empty_log_has_its_name_and_nothing_else),
        WITH_LOG(batches_committed_and_aborted_leave_what_a_list_holds),
        WITH_LOG(what_was_not_committed_is_forgotten_with_the_handle),
        WITH_LOG(a_snapshot_stays_as_it_was),
        WITH_LOG(leaves_are_the_same_in_whatever_order_they_are_read),
        WITH_LOG(the_tree_of_a_snapshot_is_that_of_its_leaves),
        WITH_LOG(checkpoints_are_walked_in_order_and_found_by_size),
        WITH_LOG(an_emitters_head_is_that_of_its_last_commit),
        WITH_LOG(a_commit_has_its_limit_and_what_was_in_it_stays_appendable),
        WITH_LOG(a_log_is_never_made_over_one_that_is_there),
        WITH_LOG(a_log_that_is_not_there_is_not_found),
        WITH_LOG(readers_are_many_and_write_nothing),
        WITH_LOG(nothing_damaged_is_handed_out),
        WITH_LOG(a_missing_part_is_told_but_for_an_erased_body),
        WITH_LOG(a_missing_leaf_is_told_by_itself_and_no_other),
        WITH_LOG(a_damaged_tile_is_told_by_each_leaf_it_is_compared_with),
        WITH_LOG(a_damaged_checkpoint_is_damage_and_no_bad_input),
        WITH_LOG(a_damaged_end_is_not_opened_for_writing),
    };
    return cmocka_run_group_tests_name("store/log", tests, NULL, NULL);
}

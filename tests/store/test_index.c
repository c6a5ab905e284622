/*
 * The index against a naive one: for each term, the plain list of its positions.
 */
#include "tests/store/index_oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* Asks for random and all positions of a term, both ways. */
static void compare(struct index_snapshot *snapshot, const struct oracle *oracle, uint64_t number,
                    uint64_t *seed)
{
    struct term term = common_term(number);
    const uint64_t *positions = oracle->positions[number];
    uint64_t size = index_snapshot_size(snapshot), n = 0;
    size_t count = 0;
    while (count < oracle->counts[number] && positions[count] < size) {
        count++;
    }
    struct postings *postings = NULL;
    assert_ok(postings_open(snapshot, &term, &postings));
    for (size_t i = 0; i < 60; i++) {
        uint64_t from = next_random(seed) % (size + size / 8 + 1);
        size_t after = 0;
        while (after < count && positions[after] < from) {
            after++;
        }
        struct status status = postings_at_or_after(postings, from, &n);
        assert_int_equal(status.code, after < count ? STATUS_OK : STATUS_NOT_FOUND);
        assert_true(after == count || n == positions[after]);
        size_t upto = after < count && positions[after] == from ? after + 1 : after;
        status = postings_at_or_before(postings, from, &n);
        assert_int_equal(status.code, upto > 0 ? STATUS_OK : STATUS_NOT_FOUND);
        assert_true(upto == 0 || n == positions[upto - 1]);
    }
    uint64_t from = 0;
    for (size_t i = 0; i < count; i++, from = n + 1) {
        assert_ok(postings_at_or_after(postings, from, &n));
        assert_int_equal(n, positions[i]);
    }
    assert_int_equal(postings_at_or_after(postings, from, &n).code, STATUS_NOT_FOUND);
    from = UINT64_MAX;
    for (size_t i = count; i-- > 0; from = n - 1) {
        assert_ok(postings_at_or_before(postings, from, &n));
        assert_int_equal(n, positions[i]);
        if (n == 0) {
            break;
        }
    }
    postings_close(&postings);
    assert_null(postings);
}

static void compare_all(struct index *index, const struct oracle *oracle)
{
    uint64_t seed = 5;
    struct index_snapshot *snapshot = NULL;
    assert_ok(index_snapshot_open(index, &snapshot));
    for (uint64_t number = 0; number < COMMON; number++) {
        compare(snapshot, oracle, number, &seed);
    }
    for (size_t i = 0; i < 200; i++) {
        uint64_t at = next_random(&seed) % index_snapshot_size(snapshot), n = 0;
        struct term term = unique_term(at);
        struct postings *postings = NULL;
        assert_ok(postings_open(snapshot, &term, &postings));
        struct status status = postings_at_or_after(postings, 0, &n);
        assert_int_equal(status.code, at % 5 == 0 ? STATUS_OK : STATUS_NOT_FOUND);
        assert_true(at % 5 != 0 || n == at);
        postings_close(&postings);
    }
    index_snapshot_close(&snapshot);
    assert_null(snapshot);
}

static void check_roots(struct index *index, const struct made *made)
{
    struct index_snapshot *snapshot = NULL;
    assert_ok(index_snapshot_open(index, &snapshot));
    uint64_t covered = 0;
    for (size_t i = 0; i < made->count; i++) {
        const struct index_run *run = &made->runs[i];
        struct index_run found;
        struct status status = index_run_root(snapshot, run->level, run->from, &found);
        if (status.code == STATUS_NOT_FOUND) { /* merged since */
            continue;
        }
        assert_ok(status);
        covered += found.to - found.from;
        assert_true(digest_equal(&found.root, &run->root));
        assert_true(found.blocks == run->blocks && found.to == run->to);
    }
    assert_int_equal(covered, index_snapshot_size(snapshot));
    index_snapshot_close(&snapshot);
}

static void random_terms_are_found_as_the_oracle_says(void **state)
{
    struct room *room = *state;
    static struct made made;
    made.count = 0;
    struct index *index = open_index(room, &usual);
    add_up_to(index, EVENTS, &made);
    assert_ok(index_commit(index));
    assert_int_equal(index_size(index), EVENTS / INDEX_RUN_EVENTS * INDEX_RUN_EVENTS);
    compare_all(index, &room->oracle);
    check_roots(index, &made);
    index_close(&index);
}

static void the_same_holds_in_many_levels_of_small_runs(void **state)
{
    struct room *room = *state;
    static struct made made;
    made.count = 0;
    struct index *index = open_index(room, &small);
    index->store.written_max = 100000; /* commits in the middle of runs and merges */
    uint32_t highest = 0;
    for (uint64_t end = 20011; end < EVENTS; end += 70001) {
        add_up_to(index, end, &made);
        assert_ok(index_commit(index));
        compare_all(index, &room->oracle);
        check_roots(index, &made);
    }
    for (size_t i = 0; i < made.count; i++) {
        highest = made.runs[i].level > highest ? made.runs[i].level : highest;
    }
    assert_int_equal(highest, 6);
    index_close(&index);
}

/* The run's blocks, as the format says in words: each term's positions, in order, in blocks that
 * are filled as far as the next position fits. */
static struct digest naive_run_root(const struct index_proportions *proportions,
                                    const struct index_run *run, struct hasher *hasher)
{
    struct groups *groups = NULL;
    assert_ok(groups_open(run->to - run->from, &groups));
    for (uint64_t n = run->from; n < run->to; n++) {
        struct term terms[EVENT_TERMS + 1];
        uint64_t numbers[EVENT_TERMS];
        groups_add(groups, n, terms, terms_at(n, terms, numbers));
    }
    struct digest *leaves = calloc(run->blocks, sizeof *leaves);
    struct world world = {.hasher = hasher, .leaves = leaves};
    struct block block = {.max = proportions->block_max};
    uint32_t number = 0;
    block_start(&block, 0);
    size_t count = groups_sort(groups);
    for (size_t i = 0; i < count; i++) {
        struct term term;
        const uint64_t *positions = NULL;
        size_t position_count = groups_at(groups, i, &term, &positions);
        bool goes_on = false;
        for (size_t k = 0; k < position_count; k++) {
            bool fits = goes_on ? block_add(&block, &positions[k], 1) == 1
                                : block_begin(&block, &term, positions[k]);
            if (!fits) {
                assert_in_range(number, 0, run->blocks - 1);
                leaves[number++] = hash_leaf(hasher, block_end(&block));
                block_start(&block, number);
                assert_true(block_begin(&block, &term, positions[k]));
            }
            goes_on = true;
        }
    }
    leaves[number++] = hash_leaf(hasher, block_end(&block));
    assert_int_equal(number, run->blocks);
    struct digest root = naive_root(&world, 0, number);
    free(leaves);
    groups_close(&groups);
    return root;
}

static void roots_are_those_of_the_format_in_words(void **state)
{
    struct room *room = *state;
    static struct made made;
    made.count = 0;
    struct hasher *hasher = NULL;
    assert_ok(hasher_open(&hasher));
    struct index *index = open_index(room, &small);
    add_up_to(index, 20000, &made);
    uint32_t levels = 0;
    for (size_t i = 0; i < made.count; i++) {
        struct digest root = naive_run_root(&small, &made.runs[i], hasher);
        assert_true(digest_equal(&root, &made.runs[i].root));
        levels |= 1u << made.runs[i].level;
    }
    assert_int_equal(levels, 0x3F);
    index_close(&index);
    hasher_close(&hasher);
}

static void assert_same_runs(const struct made *a, const struct made *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->runs[i].level, b->runs[i].level);
        assert_int_equal(a->runs[i].from, b->runs[i].from);
        assert_int_equal(a->runs[i].blocks, b->runs[i].blocks);
        assert_true(digest_equal(&a->runs[i].root, &b->runs[i].root));
    }
}

/* Takes away the runs that a crash took away; they are made once more. */
static void forget_lost_runs(struct made *made, const struct index *index)
{
    size_t count = index->list.count;
    const struct index_run *last = count > 0 ? &index->list.runs[count - 1] : NULL;
    while (made->count > 0 && (last == NULL || made->runs[made->count - 1].from != last->from ||
                               made->runs[made->count - 1].level != last->level)) {
        made->count--;
    }
}

static void after_a_crash_the_same_runs_are_made_again(void **state)
{
    struct room *room = *state;
    static struct made once, again;
    uint64_t seed = 6;
    once.count = again.count = 0;
    struct index *index = open_index(room, &small);
    add_up_to(index, 30000, &once);
    index_close(&index); /* without a commit: nothing is there */
    index = open_index(room, &small);
    assert_int_equal(index_size(index), 0);
    index->store.written_max = 10000;
    for (uint64_t end = 0; end < 30000; end += next_random(&seed) % 2000) {
        add_up_to(index, end, &again);
        uint64_t added = index_size(index);
        if (next_random(&seed) % 2 == 0) {
            assert_ok(index_commit(index));
        }
        index_close(&index);
        index = open_index(room, &small);
        index->store.written_max = 10000;
        assert_true(index_size(index) <= added);
        forget_lost_runs(&again, index);
    }
    add_up_to(index, 30000, &again);
    assert_ok(index_commit(index));
    check_roots(index, &again);
    assert_same_runs(&once, &again);
    index_close(&index);
}

static void blocks_of_a_run_that_was_cut_short_are_removed(void **state)
{
    struct room *room = *state;
    static struct made once, again;
    once.count = again.count = 0;
    struct index *index = open_index(room, &small);
    add_up_to(index, 16 * 50, &once);
    assert_ok(index_commit(index));
    struct lmdb_txn *txn = NULL;
    assert_ok(lmdb_begin(index->lmdb, true, &txn));
    for (uint64_t level = 0; level < INDEX_LEVELS_MAX; level++) {
        for (uint64_t from = 16 * 50; from < 16 * 60; from += 16) {
            uint8_t key[RUN_KEY_SIZE];
            struct term term = common_term(from);
            assert_ok(lmdb_append(txn, (lmdb_table)level, run_key(key, from, term.data, from),
                                  LITERAL("left over")));
        }
    }
    assert_ok(lmdb_commit(&txn));
    index_close(&index);
    index = open_index(room, &small);
    assert_int_equal(index_size(index), 16 * 50);
    add_up_to(index, 16 * 64, &once);
    assert_ok(index_commit(index));
    check_roots(index, &once);
    index_close(&index);
    remove_directory(state);
    make_directory(state);
    index = open_index(room, &small);
    add_up_to(index, 16 * 64, &again);
    assert_same_runs(&once, &again);
    index_close(&index);
}

/* A merge that is due but not done, as a crash in a large one leaves it: made with a larger fanout,
 * then opened with a smaller one. */
static void a_merge_that_a_crash_interrupted_is_done_with_the_next_run(void **state)
{
    struct room *room = *state;
    struct index_proportions wide = small;
    static struct made once, again;
    once.count = again.count = 0;
    wide.fanout = 16;
    struct index *index = open_index(room, &wide);
    add_up_to(index, 16 * 4, &once);
    struct lmdb_txn **txn = &index->store.txn;
    uint8_t format[16];
    static const uint32_t numbers[] = {1, 16, 4, 150};
    for (size_t i = 0; i < 4; i++) {
        bytes_write_u32(format + 4 * i, numbers[i]);
    }
    assert_ok(lmdb_put(*txn, INDEX_TABLE_META, LITERAL("format"), BYTES(format)));
    assert_ok(index_commit(index));
    index_close(&index);
    index = open_index(room, &small);
    assert_int_equal(index_size(index), 16 * 4);
    add_up_to(index, 16 * 5, &once);
    assert_ok(index_commit(index));
    check_roots(index, &once);
    index_close(&index);
    remove_directory(state);
    make_directory(state);
    index = open_index(room, &small);
    add_up_to(index, 16 * 5, &again);
    assert_same_runs(&once, &again);
    index_close(&index);
}

static void an_index_of_other_proportions_is_another_version(void **state)
{
    struct room *room = *state;
    struct index *index = open_index(room, &small);
    index_close(&index);
    assert_int_equal(index_open(room->directory, false, &index).code, STATUS_VERSION);
    assert_int_equal(index_open(room->directory, true, &index).code, STATUS_VERSION);
    assert_null(index);
}

static void what_is_not_committed_is_not_read(void **state)
{
    struct room *room = *state;
    static struct made made;
    made.count = 0;
    struct index *index = open_index(room, &small);
    struct index_snapshot *before = NULL, *after = NULL;
    add_up_to(index, 16 * 10 + 3, &made);
    assert_int_equal(index_size(index), 16 * 10);
    assert_ok(index_snapshot_open(index, &before));
    assert_int_equal(index_snapshot_size(before), 0);
    assert_ok(index_commit(index));
    assert_ok(index_snapshot_open(index, &after));
    assert_int_equal(index_snapshot_size(before), 0);
    assert_int_equal(index_snapshot_size(after), 16 * 10);
    index_snapshot_close(&before);
    index_snapshot_close(&after);
    index_close(&index);
}

static void positions_are_added_without_a_gap(void **state)
{
    struct room *room = *state;
    struct index *index = open_index(room, &small);
    struct term terms[INDEX_EVENT_TERMS_MAX + 1] = {{{0}}};
    struct status status = index_add(index, 1, terms, 1, NULL, NULL);
    assert_int_equal(status.code, STATUS_CONFLICT);
    assert_int_equal(status.at, 0);
    status = index_add(index, 0, terms, INDEX_EVENT_TERMS_MAX + 1, NULL, NULL);
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_ok(index_add(index, 0, terms, 0, NULL, NULL));
    assert_int_equal(index_add(index, 0, terms, 1, NULL, NULL).code, STATUS_CONFLICT);
    index_close(&index);
    assert_ok(index_open_with(room->directory, true, &small, &index));
    assert_int_equal(index_add(index, 0, terms, 1, NULL, NULL).code, STATUS_READ_ONLY);
    assert_int_equal(index_commit(index).code, STATUS_READ_ONLY);
    index_close(&index);
}

static void a_leaf_is_added_by_its_terms(void **state)
{
    struct room *room = *state;
    struct leaf leaf = {.actor = LITERAL("user:12"), .emitter = LITERAL("vault"), .on_count = 1};
    struct index *index = open_index(room, &small);
    struct index_snapshot *snapshot = NULL;
    leaf.on[0] = (struct id){.kind = (enum id_kind)1, .n = 4};
    for (leaf.n = 0; leaf.n < 16; leaf.n++) {
        leaf.kind = (enum event_kind)(leaf.n % EVENT_KIND_COUNT);
        assert_ok(index_add_leaf(index, &leaf, NULL, NULL));
    }
    assert_ok(index_commit(index));
    assert_ok(index_snapshot_open(index, &snapshot));
    for (leaf.n = 0; leaf.n < 16; leaf.n++) {
        struct term terms[INDEX_EVENT_TERMS_MAX];
        leaf.kind = (enum event_kind)(leaf.n % EVENT_KIND_COUNT);
        size_t count = terms_of_leaf(index->hasher, &leaf, terms);
        for (size_t i = 0; i < count; i++) {
            struct postings *postings = NULL;
            uint64_t n = 0;
            assert_ok(postings_open(snapshot, &terms[i], &postings));
            assert_ok(postings_at_or_after(postings, leaf.n, &n));
            assert_int_equal(n, leaf.n);
            postings_close(&postings);
        }
    }
    index_snapshot_close(&snapshot);
    index_close(&index);
}

static void events_without_terms_make_runs_too(void **state)
{
    struct room *room = *state;
    static struct made made;
    made.count = 0;
    struct index *index = open_index(room, &small);
    for (uint64_t n = 0; n < 16 * 4; n++) {
        assert_ok(index_add(index, n, NULL, 0, note_run, &made));
    }
    assert_ok(index_commit(index));
    assert_int_equal(made.count, 5);
    assert_true(digest_equal(&made.runs[4].root, &hash_empty));
    check_roots(index, &made);
    index_close(&index);
}

/* Walks everything; nothing may crash, and what is found is within the index. */
static void walk_damaged(struct index *index, uint64_t *corrupt)
{
    struct index_snapshot *snapshot = NULL;
    assert_ok(index_snapshot_open(index, &snapshot));
    for (uint64_t number = 0; number < COMMON; number += 3) {
        struct term term = common_term(number);
        struct postings *postings = NULL;
        uint64_t n = 0, from = 0, steps = 0;
        assert_ok(postings_open(snapshot, &term, &postings));
        struct status status = postings_at_or_after(postings, from, &n);
        for (; !failed(status); status = postings_at_or_after(postings, from, &n)) {
            assert_true(n >= from && n < index_snapshot_size(snapshot) && steps++ < 2000);
            from = n + 1;
        }
        assert_true(status.code == STATUS_NOT_FOUND || status.code == STATUS_CORRUPT);
        *corrupt += status.code == STATUS_CORRUPT ? 1 : 0;
        postings_close(&postings);
    }
    index_snapshot_close(&snapshot);
}

static void every_flipped_byte_of_a_block_is_noticed(void **state)
{
    struct room *room = *state;
    static struct made made;
    made.count = 0;
    struct index *index = open_index(room, &small);
    add_up_to(index, 16 * 16, &made);
    assert_ok(index_commit(index));
    const struct index_run *run = &index->list.runs[0];
    uint8_t key[RUN_KEY_SIZE], block[INDEX_BLOCK_SIZE];
    uint64_t corrupt = 0;
    for (size_t at = 0, size = 1; at < size; at++) {
        struct lmdb_txn *txn = NULL;
        struct lmdb_cursor *cursor = NULL;
        struct bytes name, value;
        assert_ok(lmdb_begin(index->lmdb, true, &txn));
        assert_ok(lmdb_cursor_open(txn, run->level, &cursor));
        assert_ok(lmdb_cursor_move(cursor, LMDB_FIRST, &name, &value));
        for (size_t i = 0; i < 20; i++) {
            assert_ok(lmdb_cursor_move(cursor, LMDB_NEXT, &name, &value));
        }
        lmdb_cursor_close(&cursor);
        size = value.size;
        memcpy(key, name.data, name.size);
        memcpy(block, value.data, size);
        block[at] ^= (uint8_t)(1u << at % 8);
        assert_ok(lmdb_put(txn, run->level, BYTES(key), bytes_of(block, size)));
        assert_ok(lmdb_commit(&txn));
        struct index_snapshot *snapshot = NULL;
        struct index_run found;
        assert_ok(index_snapshot_open(index, &snapshot));
        struct status status = index_run_root(snapshot, run->level, run->from, &found);
        assert_int_equal(status.code, STATUS_CORRUPT);
        index_snapshot_close(&snapshot);
        walk_damaged(index, &corrupt);
        block[at] ^= (uint8_t)(1u << at % 8);
        assert_ok(lmdb_begin(index->lmdb, true, &txn));
        assert_ok(lmdb_put(txn, run->level, BYTES(key), bytes_of(block, size)));
        assert_ok(lmdb_commit(&txn));
    }
    assert_true(corrupt > 0);
    check_roots(index, &made);
    index_close(&index);
}

static void a_block_that_is_gone_or_misplaced_is_noticed(void **state)
{
    struct room *room = *state;
    static struct made made;
    made.count = 0;
    struct index *index = open_index(room, &small);
    add_up_to(index, 16 * 16, &made);
    assert_ok(index_commit(index));
    const struct index_run *run = &index->list.runs[0];
    for (uint64_t skip = 0; skip < run->blocks; skip++) {
        for (size_t misplace = 0; misplace < 2; misplace++) {
            struct index_snapshot *snapshot = NULL;
            struct index_run found;
            struct bytes name, value;
            struct lmdb_cursor *cursor = NULL;
            assert_ok(run_store_begin(&index->store));
            struct lmdb_txn *txn = index->store.txn;
            assert_ok(lmdb_cursor_open(txn, run->level, &cursor));
            assert_ok(lmdb_cursor_move(cursor, LMDB_FIRST, &name, &value));
            for (uint64_t i = 0; i < skip; i++) {
                assert_ok(lmdb_cursor_move(cursor, LMDB_NEXT, &name, &value));
            }
            lmdb_cursor_close(&cursor);
            uint8_t key[RUN_KEY_SIZE], moved[RUN_KEY_SIZE], block[INDEX_BLOCK_SIZE];
            size_t size = value.size;
            memcpy(key, name.data, sizeof key);
            memcpy(moved, name.data, sizeof moved);
            memcpy(block, value.data, size);
            moved[RUN_KEY_SIZE - 1] ^= 1;
            assert_ok(lmdb_delete(txn, run->level, BYTES(key)));
            if (misplace == 1) {
                assert_ok(lmdb_put(txn, run->level, BYTES(moved), bytes_of(block, size)));
            }
            assert_ok(index_commit(index));
            assert_ok(index_snapshot_open(index, &snapshot));
            struct status status = index_run_root(snapshot, run->level, run->from, &found);
            assert_int_equal(status.code, STATUS_CORRUPT);
            index_snapshot_close(&snapshot);
            assert_ok(run_store_begin(&index->store));
            txn = index->store.txn;
            if (misplace == 1) {
                assert_ok(lmdb_delete(txn, run->level, BYTES(moved)));
            }
            assert_ok(lmdb_put(txn, run->level, BYTES(key), bytes_of(block, size)));
            assert_ok(index_commit(index));
        }
    }
    check_roots(index, &made);
    index_close(&index);
}

/* A table of runs that does not cover the positions from 0 on. */
static void a_run_that_is_missing_from_the_table_is_noticed(void **state)
{
    struct room *room = *state;
    static struct made made;
    made.count = 0;
    struct index *index = open_index(room, &small);
    add_up_to(index, 16 * 7, &made);
    uint8_t key[8];
    bytes_write_u64(key, 16 * 4);
    assert_ok(lmdb_delete(index->store.txn, INDEX_TABLE_RUN, BYTES(key)));
    assert_ok(index_commit(index));
    struct index_snapshot *snapshot = NULL;
    struct status status = index_snapshot_open(index, &snapshot);
    assert_int_equal(status.code, STATUS_CORRUPT);
    assert_int_equal(status.at, 16 * 4);
    assert_null(snapshot);
    index_close(&index);
    assert_int_equal(index_open_with(room->directory, false, &small, &index).code, STATUS_CORRUPT);
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(random_terms_are_found_as_the_oracle_says),
        FRESH(the_same_holds_in_many_levels_of_small_runs),
        FRESH(roots_are_those_of_the_format_in_words),
        FRESH(after_a_crash_the_same_runs_are_made_again),
        FRESH(blocks_of_a_run_that_was_cut_short_are_removed),
        FRESH(a_merge_that_a_crash_interrupted_is_done_with_the_next_run),
        FRESH(an_index_of_other_proportions_is_another_version),
        FRESH(what_is_not_committed_is_not_read),
        FRESH(positions_are_added_without_a_gap),
        FRESH(a_leaf_is_added_by_its_terms),
        FRESH(events_without_terms_make_runs_too),
        FRESH(every_flipped_byte_of_a_block_is_noticed),
        FRESH(a_block_that_is_gone_or_misplaced_is_noticed),
        FRESH(a_run_that_is_missing_from_the_table_is_noticed),
    };
    return cmocka_run_group_tests(tests, make_room, end_room);
}

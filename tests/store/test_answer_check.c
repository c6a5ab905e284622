/*
 * Answers that somebody has bent: nothing can be left out, put in or moved without being told, even
 * where the rest is proven anew.
 */
#include "tests/store/answered.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* A question of which the answer has runs and candidates within them. */
static struct answer *rich_answer(struct recorded *recorded, struct visited *visited,
                                  struct growing *file)
{
    for (;;) {
        struct question question;
        struct answer_ground ground;
        answered_draw(recorded, &question);
        *file = answered_make(recorded, &question);
        struct answer *answer = answered_read(file);
        must(answered_check(recorded, answer, visited, &ground));
        size_t within = 0;
        while (within < visited->count && visited->positions[within] < ground.covered) {
            within++;
        }
        if (answer->run_count > 3 && within > 1 && within < visited->count) {
            return answer;
        }
        answer_close(&answer);
        growing_free(file);
    }
}

static void expect_refused(struct recorded *recorded, const struct answer *answer, const char *why)
{
    struct visited *visited = malloc(sizeof *visited);
    struct answer_ground ground;
    assert_non_null(visited);
    struct status status = answered_check(recorded, answer, visited, &ground);
    free(visited);
    assert_int_equal(status.code, STATUS_CORRUPT);
    assert_non_null(status.why);
    assert_string_equal(status.why, why);
}

static struct status keep_hash(void *context, const struct digest *hash)
{
    return growing_put(context, BYTES(hash->sha256));
}

/* The proof of the events that are left. */
static void prove_again(struct recorded *recorded, struct answer *answer, struct growing *hashes)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    uint64_t *positions = calloc(answer->event_count, sizeof *positions);
    assert_non_null(positions);
    for (size_t i = 0; i < answer->event_count; i++) {
        positions[i] = answer->events[i].n;
    }
    must(log_snapshot_open(recorded->log, &log));
    const struct tree_source source = log_tree_source(log);
    hashes->size = 0;
    must(tree_part_prove(&source, recorded->hasher, log_snapshot_size(log),
                         &(struct tree_part){positions, answer->event_count},
                         &(struct tree_part_sink){hashes, keep_hash}));
    answer->hashes = bytes_of(hashes->data, hashes->size);
    free(positions);
}

static size_t place_of(const struct answer *answer, uint64_t n)
{
    return (size_t)(answer_event_at(answer, n) - answer->events);
}

/* Whoever has the log can prove what is left anew; but not that it is all. */
static void an_event_left_out_is_missed_even_if_the_rest_is_proven_anew(void **state)
{
    struct recorded *recorded = *state;
    struct visited *visited = malloc(sizeof *visited);
    struct growing file, hashes = {0};
    assert_non_null(visited);
    struct answer *answer = rich_answer(recorded, visited, &file);
    struct answer_event *events = calloc(answer->event_count, sizeof *events);
    assert_non_null(events);
    memcpy(events, answer->events, answer->event_count * sizeof *events);
    size_t all = answer->event_count;
    for (size_t i = 0; i < visited->count; i++) {
        size_t at = place_of(answer, visited->positions[i]);
        answer->event_count = all - 1;
        memmove(answer->events + at, answer->events + at + 1, (all - 1 - at) * sizeof *events);
        prove_again(recorded, answer, &hashes);
        struct answer_ground ground;
        struct visited *again = malloc(sizeof *again);
        assert_non_null(again);
        struct status status = answered_check(recorded, answer, again, &ground);
        free(again);
        assert_int_equal(status.code, STATUS_CORRUPT);
        assert_int_equal(status.at, visited->positions[i]);
        answer->event_count = all;
        memcpy(answer->events, events, all * sizeof *events);
    }
    free(events);
    free(visited);
    answer_close(&answer);
    growing_free(&hashes);
    growing_free(&file);
}

static void a_run_left_out_is_missed(void **state)
{
    struct recorded *recorded = *state;
    struct visited *visited = malloc(sizeof *visited);
    struct growing file;
    assert_non_null(visited);
    struct answer *answer = rich_answer(recorded, visited, &file);
    size_t all = answer->run_count;
    struct answer_run saved[ANSWER_RUNS_MAX];
    memcpy(saved, answer->runs, all * sizeof *saved);
    answer->run_count = all - 1;
    for (size_t i = 0; i + 1 < all; i++) {
        memmove(answer->runs + i, answer->runs + i + 1, (all - 1 - i) * sizeof *saved);
        expect_refused(recorded, answer, "a run of the index is missing, or in the wrong place");
        memcpy(answer->runs, saved, all * sizeof *saved);
    }
    expect_refused(recorded, answer, "an event that no run of the index covers is missing");
    answer->run_count = all;
    free(visited);
    answer_close(&answer);
    growing_free(&file);
}

static void slices_of_two_runs_cannot_change_places(void **state)
{
    struct recorded *recorded = *state;
    struct visited *visited = malloc(sizeof *visited);
    struct growing file;
    assert_non_null(visited);
    struct answer *answer = rich_answer(recorded, visited, &file);
    struct answer_run first = answer->runs[0], second = answer->runs[1];
    answer->runs[0] = second;
    answer->runs[1] = first;
    struct answer_ground ground;
    assert_int_equal(answered_check(recorded, answer, visited, &ground).code, STATUS_CORRUPT);
    answer->runs[0].logged = first.logged;
    answer->runs[1].logged = second.logged;
    assert_int_equal(answered_check(recorded, answer, visited, &ground).code, STATUS_CORRUPT);
    answer->runs[0] = first;
    answer->runs[1] = second;
    must(answered_check(recorded, answer, visited, &ground));
    free(visited);
    answer_close(&answer);
    growing_free(&file);
}

/* The path of a run's blocks, made anew from its real blocks. */
struct repath {
    struct tree_part_writer writer;
    const struct answer_run *run;
    struct hasher *hasher;
    size_t at;
};

static struct status add_block(void *context, struct bytes block)
{
    struct repath *repath = context;
    struct digest hash = hash_leaf(repath->hasher, block);
    bool is_part = repath->at < repath->run->block_count &&
                   repath->run->blocks[repath->at].number == bytes_read_u32(block.data);
    repath->at += is_part;
    return tree_part_add(&repath->writer, &hash, is_part);
}

static void path_again(struct recorded *recorded, struct answer_run *run, uint64_t from,
                       struct growing *hashes)
{
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    const struct index_run *runs;
    must(index_snapshot_open(recorded->index, &index));
    size_t count = index_snapshot_runs(index, &runs), i = 0;
    while (i < count && runs[i].from != from) {
        i++;
    }
    assert_true(i < count);
    hashes->size = 0;
    struct repath repath = {
        .writer = {.hasher = recorded->hasher, .sink = {hashes, keep_hash}},
        .run = run,
        .hasher = recorded->hasher,
    };
    must(index_run_blocks(index, &runs[i], add_block, &repath));
    must(tree_part_end(&repath.writer));
    run->hashes = bytes_of(hashes->data, hashes->size);
}

static uint64_t from_of(const struct answer_run *run)
{
    return run->blocks[0].first.position / answered_runs.run_events * answered_runs.run_events;
}

static void a_block_cut_from_a_slice_is_missed(void **state)
{
    struct recorded *recorded = *state;
    struct visited *visited = malloc(sizeof *visited);
    struct growing file, hashes = {0};
    unsigned refused = 0;
    assert_non_null(visited);
    struct answer *answer = rich_answer(recorded, visited, &file);
    for (size_t i = 0; i < answer->run_count; i++) {
        struct answer_run saved = answer->runs[i];
        CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
        const struct index_run *runs;
        must(index_snapshot_open(recorded->index, &index));
        size_t count = index_snapshot_runs(index, &runs), at = 0;
        while (at < count && !(runs[at].from <= from_of(&saved) && from_of(&saved) < runs[at].to)) {
            at++;
        }
        struct slice_block *blocks = calloc(saved.block_count, sizeof *blocks);
        assert_non_null(blocks);
        for (size_t cut = 0; saved.block_count > 1 && cut < saved.block_count; cut++) {
            struct answer_ground ground;
            memcpy(blocks, saved.blocks, saved.block_count * sizeof *blocks);
            memmove(blocks + cut, blocks + cut + 1, (saved.block_count - 1 - cut) * sizeof *blocks);
            answer->runs[i].blocks = blocks;
            answer->runs[i].block_count = saved.block_count - 1;
            path_again(recorded, &answer->runs[i], runs[at].from, &hashes);
            struct status status = answered_check(recorded, answer, visited, &ground);
            assert_int_equal(status.code, STATUS_CORRUPT);
            refused++;
            answer->runs[i] = saved;
        }
        free(blocks);
    }
    assert_true(refused > 3);
    free(visited);
    answer_close(&answer);
    growing_free(&hashes);
    growing_free(&file);
}

static void another_key_verifies_nothing(void **state)
{
    struct recorded *recorded = *state;
    struct visited *visited = malloc(sizeof *visited);
    struct growing file;
    struct answer_ground ground;
    struct secret_key *other = NULL;
    assert_non_null(visited);
    must(secret_key_make(KEY_ED25519, RECORDED_ORIGIN, &other));
    struct answer *answer = rich_answer(recorded, visited, &file);
    assert_int_equal(answer_check(answer, recorded->hasher, secret_key_public(other),
                                  answered_visit, visited, &ground)
                         .code,
                     STATUS_BAD_SIGNATURE);
    secret_key_close(&other);
    free(visited);
    answer_close(&answer);
    growing_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_left_out_is_missed_even_if_the_rest_is_proven_anew),
        cmocka_unit_test(a_run_left_out_is_missed),
        cmocka_unit_test(slices_of_two_runs_cannot_change_places),
        cmocka_unit_test(a_block_cut_from_a_slice_is_missed),
        cmocka_unit_test(another_key_verifies_nothing),
    };
    return cmocka_run_group_tests_name("store/answer_check", tests, make_recorded, remove_recorded);
}

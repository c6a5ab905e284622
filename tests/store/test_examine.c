/*
 * What one event says by itself: its form, its hashes, what it commits to.
 */
#include "schema/canonical.h"
#include "store/verify.h"
#include "tests/store/chronicle.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    COMMANDED = 4
};

struct world {
    struct chronicle chronicle;
    struct examiner *examiner;
};

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    chronicle_begin(&world->chronicle, 16);
    chronicle_fill(&world->chronicle, 10);
    must(examiner_open(&world->examiner));
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    examiner_close(&world->examiner);
    chronicle_end(&world->chronicle);
    free(world);
    return 0;
}

static struct examined event_of(const struct told *told)
{
    return (struct examined){
        .bytes = told_leaf(told), .body = told_body(told), .command = told_command(told)};
}

static void a_sound_event_is_decoded_and_hashed(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < world->chronicle.count; i++) {
        const struct told *told = &world->chronicle.events[i];
        struct examined event = event_of(told);
        char memory[LEAF_MAX + 1];
        struct text statement = TEXT_IN(memory);
        examine(world->examiner, true, &event);
        assert_null(event.wrong);
        assert_true(event.decoded);
        assert_int_equal(event.leaf.kind, told->leaf.kind);
        leaf_encode_statement(&told->leaf, &statement);
        struct digest leaf = hash_leaf(world->chronicle.hasher, told_leaf(told));
        struct digest said = hash_bytes(world->chronicle.hasher, text_bytes(&statement));
        assert_true(digest_equal(&leaf, &event.leaf_hash));
        assert_true(digest_equal(&said, &event.statement_hash));
    }
}

/* One examiner for many events, one of them wrong: nothing is carried over to the next. */
static void a_wrong_event_leaves_nothing_behind(void **state)
{
    struct world *world = *state;
    struct examined bad = event_of(&world->chronicle.events[COMMANDED]);
    struct examined good = bad;
    bad.body.size--;
    examine(world->examiner, true, &bad);
    assert_string_equal(bad.wrong, "the body is not what the leaf commits to");
    examine(world->examiner, true, &good);
    assert_null(good.wrong);
    bad = good;
    bad.bytes.size--;
    examine(world->examiner, true, &bad);
    assert_false(bad.decoded);
    assert_non_null(bad.wrong);
    bad = event_of(&world->chronicle.events[COMMANDED]);
    examine(world->examiner, true, &bad);
    assert_null(bad.wrong);
}

static void a_leaf_alone_is_enough_where_there_are_only_leaves(void **state)
{
    struct world *world = *state;
    struct examined event = {.bytes = told_leaf(&world->chronicle.events[COMMANDED])};
    examine(world->examiner, false, &event);
    assert_null(event.wrong);
    assert_true(event.leaf.has_command);
    examine(world->examiner, true, &event);
    assert_string_equal(event.wrong, "the signed command is missing");
}

/* The commitment holds, for it was made over these bytes; but they are no body of the kind. */
static void examine_body(struct world *world, const char *body, const char *expected)
{
    struct told *told = &world->chronicle.events[3];
    char memory[LEAF_MAX + 1];
    struct text leaf = TEXT_IN(memory);
    assert_int_equal(told->leaf.kind, EVENT_AUDIT_OBSERVED);
    told->body_size = SALT_SIZE + strlen(body);
    memcpy(told->body + SALT_SIZE, body, strlen(body));
    told->leaf.body =
        hash_body(world->chronicle.hasher, bytes_of(told->body, SALT_SIZE), bytes_of_string(body));
    leaf_encode(&told->leaf, &leaf);
    struct examined event = {.bytes = text_bytes(&leaf), .body = told_body(told)};
    examine(world->examiner, true, &event);
    if (expected == NULL) {
        assert_null(event.wrong);
    } else {
        assert_string_equal(event.wrong, expected);
    }
}

static void a_body_is_one_of_its_kind_in_canonical_form(void **state)
{
    static const char wrong[] = "the body is not one of its kind";
    examine_body(*state, "{\"what\":\"it opened\"}", NULL);
    examine_body(*state, "{\"detail\":\"x\",\"what\":\"it opened\"}", NULL);
    examine_body(*state, "", wrong);
    examine_body(*state, "{}", wrong);
    examine_body(*state, "{\"what\":\"it opened\"} ", wrong);
    examine_body(*state, "{\"what\": \"it opened\"}", wrong);
    examine_body(*state, "{\"what\":7}", wrong);
    examine_body(*state, "{\"what\":\"it opened\",\"when\":1}", wrong);
    examine_body(*state, "{\"what\":\"it opened\",\"detail\":\"x\"}", wrong);
}

#define WITH_LOG(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOG(a_sound_event_is_decoded_and_hashed),
        WITH_LOG(a_wrong_event_leaves_nothing_behind),
        WITH_LOG(a_leaf_alone_is_enough_where_there_are_only_leaves),
        WITH_LOG(a_body_is_one_of_its_kind_in_canonical_form),
    };
    return cmocka_run_group_tests_name("store/examine", tests, NULL, NULL);
}

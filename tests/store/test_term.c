#include "store/index.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int make_hasher(void **state)
{
    struct hasher *hasher = NULL;
    struct status status = hasher_open(&hasher);
    *state = hasher;
    return failed(status) ? -1 : 0;
}

static int end_hasher(void **state)
{
    struct hasher *hasher = *state;
    hasher_close(&hasher);
    return 0;
}

static void a_short_value_is_in_the_term_itself(void **state)
{
    struct term term = term_of(*state, TERM_ON, LITERAL("drive:30377"));
    static const uint8_t expected[] = "\x01"
                                      "drive:30377\0\0\0\0";
    assert_memory_equal(term.data, expected, INDEX_TERM_SIZE);
    term = term_of(*state, TERM_RULE, LITERAL("fifteen letters"));
    assert_memory_equal(term.data,
                        "\x08"
                        "fifteen letters",
                        INDEX_TERM_SIZE);
    term = term_of(*state, TERM_RULE, LITERAL(""));
    static const uint8_t empty[INDEX_TERM_SIZE] = {TERM_RULE};
    assert_memory_equal(term.data, empty, INDEX_TERM_SIZE);
}

static void a_long_value_is_there_by_its_hash(void **state)
{
    struct term term = term_of(*state, TERM_KIND, LITERAL("sixteen letters!"));
    struct digest digest = hash_bytes(*state, LITERAL("sixteen letters!"));
    assert_int_equal(term.data[0], TERM_KIND);
    assert_memory_equal(term.data + 1, digest.sha256, INDEX_TERM_SIZE - 1);
    struct term same = term_of_digest(TERM_KIND, &digest);
    assert_memory_equal(term.data, same.data, INDEX_TERM_SIZE);
}

static void an_id_is_the_term_of_its_text(void **state)
{
    for (enum id_kind kind = ID_NONE + 1; kind < ID_KIND_COUNT; kind++) {
        for (uint64_t n = 1; n < UINT64_C(1) << 53; n *= 7) {
            char memory[96];
            struct text text = TEXT_IN(memory);
            id_write(&text, (struct id){.kind = kind, .n = n});
            struct term expected = term_of(*state, TERM_ON, text_bytes(&text));
            struct term term = term_of_id(*state, TERM_ON, (struct id){.kind = kind, .n = n});
            assert_memory_equal(term.data, expected.data, INDEX_TERM_SIZE);
        }
    }
}

/* Everything that a leaf can have, and one subject twice. */
static struct leaf full_leaf(void)
{
    struct leaf leaf = {
        .actor = LITERAL("user:12"),
        .cause = LEAF_NO_CAUSE,
        .has_command = true,
        .emitter = LITERAL("vault"),
        .kind = (enum event_kind)1,
        .on_count = LEAF_SUBJECTS_MAX,
        .outcome = OUTCOME_DENIED,
        .project = {.kind = (enum id_kind)1, .n = 88},
        .session = {.kind = (enum id_kind)1, .n = 89},
        .rule = LITERAL("DRV-14d"),
        .source = LITERAL("2001:db8:0:1:2:3:4:5"),
    };
    for (size_t i = 0; i < LEAF_SUBJECTS_MAX; i++) {
        leaf.on[i] = (struct id){.kind = (enum id_kind)1, .n = i / 2};
    }
    return leaf;
}

static bool has(const struct term *terms, size_t count, struct term wanted)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        found += memcmp(&terms[i], &wanted, sizeof wanted) == 0 ? 1 : 0;
    }
    return found == 1;
}

static void a_leaf_has_each_of_its_terms_once(void **state)
{
    struct leaf leaf = full_leaf();
    struct term terms[INDEX_EVENT_TERMS_MAX];
    size_t count = terms_of_leaf(*state, &leaf, terms);
    assert_int_equal(count, LEAF_SUBJECTS_MAX / 2 + 9);
    assert_true(has(terms, count, term_of_id(*state, TERM_ON, leaf.on[0])));
    assert_true(has(terms, count, term_of_id(*state, TERM_ON, leaf.on[7])));
    assert_true(has(terms, count, term_of(*state, TERM_ACTOR, leaf.actor)));
    struct bytes kind = bytes_of_string(event_name(leaf.kind));
    assert_true(has(terms, count, term_of(*state, TERM_KIND, kind)));
    assert_true(has(terms, count, term_of_id(*state, TERM_PROJECT, leaf.project)));
    assert_true(has(terms, count, term_of_id(*state, TERM_SESSION, leaf.session)));
    assert_true(has(terms, count, term_of(*state, TERM_SOURCE, leaf.source)));
    assert_true(has(terms, count, term_of(*state, TERM_OUTCOME, LITERAL("denied"))));
    assert_true(has(terms, count, term_of(*state, TERM_RULE, leaf.rule)));
    assert_true(has(terms, count, term_of(*state, TERM_EMITTER, leaf.emitter)));
    assert_true(has(terms, count, term_of_digest(TERM_COMMAND, &leaf.command)));
}

static void what_a_leaf_does_not_have_makes_no_term(void **state)
{
    struct leaf leaf = {.actor = LITERAL("vault"), .emitter = LITERAL("vault"), .on_count = 1};
    leaf.on[0] = (struct id){.kind = (enum id_kind)1, .n = 4};
    struct term terms[INDEX_EVENT_TERMS_MAX];
    assert_int_equal(terms_of_leaf(*state, &leaf, terms), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_value_is_in_the_term_itself),
        cmocka_unit_test(a_long_value_is_there_by_its_hash),
        cmocka_unit_test(an_id_is_the_term_of_its_text),
        cmocka_unit_test(a_leaf_has_each_of_its_terms_once),
        cmocka_unit_test(what_a_leaf_does_not_have_makes_no_term),
    };
    return cmocka_run_group_tests(tests, make_hasher, end_hasher);
}

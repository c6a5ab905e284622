/*
 * The three verbs of a decision: the first refusal ends it, events come in order.
 */
#include "core/decision.h"
#include "store/hash.h"
#include "store/key.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void decide(const struct view *view, bool forbidden, bool allowed, struct decision *decision)
{
    REFUSE_IF(forbidden, RULE_AUD_14C);
    REFUSE_UNLESS(allowed, RULE_AUD_14B);
    EMIT(EVENT_AUDIT_OBSERVED, THE_LOG, audit_observed, .what = LITERAL("one"));
    EMIT(EVENT_EMITTER_REGISTERED, NEW(ID_EMITTER), emitter_registered, .name = LITERAL("two"));
}

static void the_first_refusal_ends_the_decision(void **unused)
{
    (void)unused;
    const struct view view = {0};
    struct decision decision = {0};
    decide(&view, true, false, &decision);
    assert_int_equal(decision.refused, RULE_AUD_14C);
    assert_int_equal(decision.count, 0);
    decision = (struct decision){0};
    decide(&view, false, false, &decision);
    assert_int_equal(decision.refused, RULE_AUD_14B);
    assert_int_equal(decision.count, 0);
}

static enum rule refusal(const struct view *view, bool forbidden, bool allowed)
{
    FORBID_IF(forbidden, RULE_AUD_14C);
    FORBID_UNLESS(allowed, RULE_AUD_14B);
    return RULE_NONE;
}

static void where_a_policy_has_a_rule_off_the_next_reason_shows(void **unused)
{
    (void)unused;
    const struct policy policy = {.off[RULE_AUD_14C] = true};
    const struct view view = {.policy = &policy}, plain = {0};
    struct decision decision = {0};
    decide(&view, true, false, &decision);
    assert_int_equal(decision.refused, RULE_AUD_14B);
    decision = (struct decision){0};
    decide(&view, true, true, &decision);
    assert_int_equal(decision.refused, RULE_NONE);
    assert_int_equal(decision.count, 2);
    assert_int_equal(refusal(&plain, true, false), RULE_AUD_14C);
    assert_int_equal(refusal(&view, true, false), RULE_AUD_14B);
    assert_int_equal(refusal(&view, true, true), RULE_NONE);
}

static void events_come_in_the_order_they_were_emitted(void **unused)
{
    (void)unused;
    const struct view view = {0};
    struct decision decision = {0};
    decide(&view, false, true, &decision);
    assert_int_equal(decision.refused, RULE_NONE);
    assert_int_equal(decision.count, 2);
    assert_int_equal(decision.events[0].kind, EVENT_AUDIT_OBSERVED);
    assert_true(id_equal(decision.events[0].on[0], THE_LOG));
    assert_int_equal(decision.events[1].kind, EVENT_EMITTER_REGISTERED);
    assert_true(id_equal(decision.events[1].on[0], NEW(ID_EMITTER)));
    assert_true(bytes_equal(decision.events[1].body.emitter_registered.name, LITERAL("two")));
}

static void a_key_is_one_of_the_two_algorithms_and_nothing_else(void **unused)
{
    (void)unused;
    const enum key_type types[] = {KEY_ED25519, KEY_ECDSA_P256};
    struct status trouble = OK;
    const struct view view = {.trouble = &trouble};
    assert_false(failed(key_library_start()));
    for (size_t i = 0; i < 2; i++) {
        CLEANUP(secret_key_close) struct secret_key *key = NULL;
        char memory[512];
        struct text text = TEXT_IN(memory);
        assert_false(failed(secret_key_make(types[i], "who", &key)));
        public_key_write(secret_key_public(key), &text);
        assert_true(decision_is_key(&view, text_bytes(&text)));
        assert_false(decision_is_key(&view, bytes_of(memory, text.size - 1)));
        text_put_char(&text, '\n');
        assert_false(decision_is_key(&view, text_bytes(&text)));
    }
    assert_false(decision_is_key(&view, (struct bytes){0}));
    assert_false(failed(trouble));
}

struct some {
    struct digest digests[3];
    size_t given, count;
};

static bool next_of_some(void *context, struct digest *out)
{
    struct some *some = context;
    if (some->given == some->count) {
        return false;
    }
    *out = some->digests[some->given++];
    return true;
}

/* By the definition: leaves begin with 0, nodes with 1, and the left subtree is the full one. */
static void a_root_over_digests_is_that_of_rfc_6962(void **unused)
{
    (void)unused;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct status trouble = OK;
    const struct view view = {.trouble = &trouble};
    struct some some = {.digests = {{{1}}, {{2}}, {{3}}}};
    struct digest leaves[3], roots[4];
    assert_false(failed(hasher_open(&hasher)));
    for (size_t i = 0; i < 3; i++) {
        leaves[i] = hash_leaf(hasher, BYTES(some.digests[i].sha256));
    }
    roots[0] = hash_empty;
    roots[1] = leaves[0];
    roots[2] = hash_node(hasher, &leaves[0], &leaves[1]);
    roots[3] = hash_node(hasher, &roots[2], &leaves[2]);
    for (size_t count = 0; count < 4; count++) {
        some.given = 0;
        some.count = count;
        struct digest root = decision_root(&view, next_of_some, &some);
        assert_true(digest_equal(&root, &roots[count]));
    }
    assert_false(failed(trouble));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_refusal_ends_the_decision),
        cmocka_unit_test(where_a_policy_has_a_rule_off_the_next_reason_shows),
        cmocka_unit_test(events_come_in_the_order_they_were_emitted),
        cmocka_unit_test(a_key_is_one_of_the_two_algorithms_and_nothing_else),
        cmocka_unit_test(a_root_over_digests_is_that_of_rfc_6962),
    };
    return cmocka_run_group_tests_name("core/decision", tests, NULL, NULL);
}

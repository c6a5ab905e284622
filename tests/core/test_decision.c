/*
 * The three verbs of a decision: the first refusal ends it, events come in order.
 */
#include "core/decision.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void decide(bool forbidden, bool allowed, struct decision *decision)
{
    REFUSE_IF(forbidden, RULE_AUD_14C);
    REFUSE_UNLESS(allowed, RULE_AUD_14B);
    EMIT(EVENT_AUDIT_OBSERVED, THE_LOG, audit_observed, .what = LITERAL("one"));
    EMIT(EVENT_EMITTER_REGISTERED, NEW(ID_EMITTER), emitter_registered, .name = LITERAL("two"));
}

static void the_first_refusal_ends_the_decision(void **unused)
{
    (void)unused;
    struct decision decision = {0};
    decide(true, false, &decision);
    assert_int_equal(decision.refused, RULE_AUD_14C);
    assert_int_equal(decision.count, 0);
    decision = (struct decision){0};
    decide(false, false, &decision);
    assert_int_equal(decision.refused, RULE_AUD_14B);
    assert_int_equal(decision.count, 0);
}

static void events_come_in_the_order_they_were_emitted(void **unused)
{
    (void)unused;
    struct decision decision = {0};
    decide(false, true, &decision);
    assert_int_equal(decision.refused, RULE_NONE);
    assert_int_equal(decision.count, 2);
    assert_int_equal(decision.events[0].kind, EVENT_AUDIT_OBSERVED);
    assert_true(id_equal(decision.events[0].on[0], THE_LOG));
    assert_int_equal(decision.events[1].kind, EVENT_EMITTER_REGISTERED);
    assert_true(id_equal(decision.events[1].on[0], NEW(ID_EMITTER)));
    assert_true(bytes_equal(decision.events[1].body.emitter_registered.name, LITERAL("two")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_refusal_ends_the_decision),
        cmocka_unit_test(events_come_in_the_order_they_were_emitted),
    };
    return cmocka_run_group_tests_name("core/decision", tests, NULL, NULL);
}

/*
 * Whose act an event is: a user's comes with what the user signed, or as one of many that do.
 */
#include "store/acts.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    OPENED = 90,
};

static struct leaf act(const char *actor, enum event_kind kind, bool commanded)
{
    return (struct leaf){.n = OPENED,
                         .actor = bytes_of_string(actor),
                         .cause = LEAF_NO_CAUSE,
                         .kind = kind,
                         .has_command = commanded};
}

static struct leaf item_of(const char *actor, uint64_t item)
{
    struct leaf leaf = act(actor, EVENT_EMITTER_RETIRED, false);
    leaf.n = OPENED + 1 + item;
    leaf.cause = OPENED;
    leaf.item = item;
    return leaf;
}

static void a_users_act_comes_with_a_command_and_an_emitters_may_not(void **unused)
{
    struct acts acts = {0};
    struct leaf leaf = act("user:4", EVENT_EMITTER_RETIRED, true);
    (void)unused;
    assert_null(acts_follow(&acts, &leaf));
    leaf.has_command = false;
    assert_non_null(acts_follow(&acts, &leaf));
    leaf = act("audit", EVENT_EMITTER_RETIRED, false);
    assert_null(acts_follow(&acts, &leaf));
}

static void items_follow_the_command_that_they_are_of(void **unused)
{
    static const uint64_t sound[] = {1, 2, 2, 3}, missing[] = {1, 3};
    struct acts acts = {0};
    struct leaf opened = act("user:4", EVENT_BULK_OPENED, true), leaf;
    (void)unused;
    leaf = item_of("user:4", 1);
    assert_non_null(acts_follow(&acts, &leaf));
    assert_null(acts_follow(&acts, &opened));
    for (unsigned i = 0; i < 4; i++) {
        leaf = item_of("user:4", sound[i]);
        assert_null(acts_follow(&acts, &leaf));
    }
    leaf = item_of("user:5", 4);
    assert_non_null(acts_follow(&acts, &leaf));
    leaf = item_of("user:4", 4);
    leaf.cause = OPENED - 1;
    assert_non_null(acts_follow(&acts, &leaf));
    assert_null(acts_follow(&acts, &opened));
    for (unsigned i = 0; i < 2; i++) {
        leaf = item_of("user:4", missing[i]);
        assert_int_equal(acts_follow(&acts, &leaf) == NULL, i == 0);
    }
}

static void the_end_of_many_ends_them(void **unused)
{
    struct acts acts = {0};
    struct leaf opened = act("user:4", EVENT_BULK_OPENED, true);
    struct leaf closed = act("user:4", EVENT_BULK_CLOSED, false), late = item_of("user:4", 1);
    (void)unused;
    closed.cause = OPENED;
    assert_non_null(acts_follow(&acts, &closed));
    assert_null(acts_follow(&acts, &opened));
    assert_null(acts_follow(&acts, &closed));
    assert_non_null(acts_follow(&acts, &closed));
    assert_non_null(acts_follow(&acts, &late));
    opened.has_command = false;
    assert_non_null(acts_follow(&acts, &opened));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_users_act_comes_with_a_command_and_an_emitters_may_not),
        cmocka_unit_test(items_follow_the_command_that_they_are_of),
        cmocka_unit_test(the_end_of_many_ends_them),
    };
    return cmocka_run_group_tests_name("store/acts", tests, NULL, NULL);
}

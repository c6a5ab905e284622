/*
 * Terms of service: the newest ones are accepted, and required ones come first.
 */
#include "core/identity/terms.h"
#include "tests/core/identity/people.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct id publish(struct people *people, bool required)
{
    struct actor actor = people_actor(people, enclave_id(&people->enclave, "ada"));
    union command_fields fields = {.system_publish_terms = {.size = 9, .required = required}};
    return (struct id){ID_TERMS,
                       people_have(people, &actor, COMMAND_SYSTEM_PUBLISH_TERMS, &fields)};
}

static enum rule accepting(struct people *people, struct id user, struct id terms)
{
    struct actor actor = people_actor(people, user);
    union command_fields fields = {.user_accept_terms = {.terms = terms}};
    enum rule rule = people_ask(people, &actor, COMMAND_USER_ACCEPT_TERMS, &fields);
    if (rule == RULE_NONE) {
        people_do(people, &actor);
    }
    return rule;
}

static bool due(struct people *people, struct id user)
{
    struct user_row row = people_row(people, user);
    struct view view = enclave_view(&people->enclave);
    return terms_due(&view, &row);
}

static void terms_are_published_by_a_super_administrator(void **state)
{
    union command_fields fields = {.system_publish_terms = {.size = 9}};
    for (unsigned by = 0; by < USER_ROLE_COUNT; by++) {
        struct actor actor = people_stranger((enum user_role)by);
        assert_int_equal(people_ask(*state, &actor, COMMAND_SYSTEM_PUBLISH_TERMS, &fields),
                         by == USER_ROLE_SUPER_ADMIN ? RULE_NONE : RULE_IDN_12A);
    }
}

static void only_the_newest_terms_are_accepted(void **state)
{
    struct people *people = *state;
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    assert_int_equal(accepting(people, ben, (struct id){ID_TERMS, 1}), RULE_IDN_13A);
    struct id first = publish(people, true), second = publish(people, true);
    assert_int_equal(accepting(people, ben, first), RULE_IDN_13A);
    assert_int_equal(accepting(people, ben, second), RULE_NONE);
    assert_int_equal(accepting(people, ben, second), RULE_NONE); /* again: shown again */
    struct user_row row = people_row(people, ben);
    assert_true(row.has_terms && id_equal(row.terms, second));
}

/* What IDN-13b stands on. */
static void terms_are_due_until_the_newest_required_ones_are_accepted(void **state)
{
    struct people *people = *state;
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    assert_false(due(people, ben));
    publish(people, false);
    assert_false(due(people, ben));
    struct id terms = publish(people, true);
    assert_true(due(people, ben));
    assert_int_equal(accepting(people, ben, terms), RULE_NONE);
    assert_false(due(people, ben));
    publish(people, true);
    assert_true(due(people, ben));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(terms_are_published_by_a_super_administrator),
        WITH_PEOPLE(only_the_newest_terms_are_accepted),
        WITH_PEOPLE(terms_are_due_until_the_newest_required_ones_are_accepted),
    };
    return cmocka_run_group_tests_name("core/identity/terms", tests, NULL, NULL);
}

/*
 * Declarations: drafted by one, approved by another, in force for a time.
 */
#include "core/audit/declaration.h"
#include "tests/core/audit/office.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct bytes retention[] = {
    {(const uint8_t *)"3.3.1e", 6}, {(const uint8_t *)"3.3.1a", 6}, {(const uint8_t *)"3.3.1e", 6}};

static union command_fields declaring(const struct office *office)
{
    uint64_t now = office->world->now_us;
    return (union command_fields){.policy_declare = {.document = LITERAL("rules.pdf"),
                                                     .version = LITERAL("2"),
                                                     .objective = retention,
                                                     .objective_count = 2,
                                                     .effective = now,
                                                     .review_by = now + OFFICE_DAY_US}};
}

static struct id declare(struct office *office, const struct actor *actor)
{
    union command_fields fields = declaring(office);
    return (struct id){ID_DECLARATION,
                       world_must(office->world, actor, COMMAND_POLICY_DECLARE, &fields)};
}

static enum rule approve(struct office *office, const struct actor *actor, struct id declaration)
{
    union command_fields fields = {.policy_approve = {.declaration = declaration}};
    return world_try(office->world, actor, COMMAND_POLICY_APPROVE, &fields, NULL);
}

static enum rule withdraw(struct office *office, const struct actor *actor, struct id declaration)
{
    union command_fields fields = {
        .policy_withdraw = {.declaration = declaration, .reason = LITERAL("wrong")}};
    return world_try(office->world, actor, COMMAND_POLICY_WITHDRAW, &fields, NULL);
}

static enum rule declaring_is(struct office *office, const struct policy_declare *command)
{
    union command_fields fields = {.policy_declare = *command};
    return world_try(office->world, &office->eve, COMMAND_POLICY_DECLARE, &fields, NULL);
}

static bool is_in_force(struct office *office, struct bytes objective)
{
    struct declaration_row found;
    struct view view = world_view(office->world);
    return declaration_for(&view, objective, &found);
}

/* Words ------------------------------------------------------------------------------------- */

static void an_objective_is_a_practice_and_a_letter(void **unused)
{
    (void)unused;
    static const char *const wrong[] = {"",        "3.3.1",   "3.3.e",  "3.3.1.e",
                                        "3.3.1E",  "3.3.1ee", "333.1e", "3.333.1e",
                                        "3.3.1e ", "a.3.1e",  "3..1e",  "3.3.1["};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(declaration_is_objective(bytes_of_string(wrong[i])));
    }
    assert_true(declaration_is_objective(LITERAL("3.3.1a")));
    assert_true(declaration_is_objective(LITERAL("3.14.10z")));
}

/* AUD-06b. */
static void kinds_are_named_one_by_one_by_noun_or_all_at_once(void **unused)
{
    (void)unused;
    static const char *const wrong[] = {"",       "vault",    "vault.", "*.opened",
                                        "sess.*", "vault.**", ".*"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(declaration_is_kinds(bytes_of_string(wrong[i])));
    }
    assert_true(declaration_names_kind(LITERAL("*"), EVENT_SESSION_OPENED));
    assert_true(declaration_names_kind(LITERAL("session.*"), EVENT_SESSION_OPENED));
    assert_true(declaration_names_kind(LITERAL("session.opened"), EVENT_SESSION_OPENED));
    assert_false(declaration_names_kind(LITERAL("session.*"), EVENT_USER_DELETED));
    assert_false(declaration_names_kind(LITERAL("session.open"), EVENT_SESSION_OPENED));
    assert_true(declaration_is_kinds(LITERAL("vault.*")));
}

/* Declaring ---------------------------------------------------------------------------------- */

/* AUD-14k. */
static void auditors_and_managers_declare(void **state)
{
    struct office *office = *state;
    union command_fields fields = declaring(office);
    office_works(office, COMMAND_POLICY_DECLARE, &fields);
    (void)world_must(office->world, &office->ben, COMMAND_POLICY_DECLARE, &fields);
}

/* AUD-05b. */
static void a_declaration_names_objectives_a_document_and_its_version(void **state)
{
    struct office *office = *state;
    struct policy_declare command = declaring(office).policy_declare;
    struct bytes many[DECLARATION_OBJECTIVES_MAX + 1], wrong = LITERAL("3.3.1");
    char memory[DECLARATION_OBJECTIVES_MAX + 1][16];
    for (size_t i = 0; i <= DECLARATION_OBJECTIVES_MAX; i++) {
        struct text text = TEXT_IN(memory[i]);
        text_add(&text, "3.%u.1a", (unsigned)i);
        many[i] = text_bytes(&text);
    }
    command.objective = many;
    command.objective_count = DECLARATION_OBJECTIVES_MAX;
    assert_int_equal(declaring_is(office, &command), RULE_NONE);
    command.objective_count = DECLARATION_OBJECTIVES_MAX + 1;
    assert_int_equal(declaring_is(office, &command), RULE_AUD_05B);
    command.objective_count = 0;
    assert_int_equal(declaring_is(office, &command), RULE_AUD_05B);
    command.objective = &wrong;
    command.objective_count = 1;
    assert_int_equal(declaring_is(office, &command), RULE_AUD_05B);
    command.objective = retention;
    command.objective_count = 3;
    assert_int_equal(declaring_is(office, &command), RULE_AUD_05B);
    command.objective_count = 2;
    command.document = (struct bytes){0};
    assert_int_equal(declaring_is(office, &command), RULE_AUD_05B);
    command = declaring(office).policy_declare;
    command.version = (struct bytes){0};
    assert_int_equal(declaring_is(office, &command), RULE_AUD_05B);
}

/* AUD-05c. */
static void a_declaration_is_reviewed_after_it_takes_effect_and_after_now(void **state)
{
    struct office *office = *state;
    struct policy_declare command = declaring(office).policy_declare;
    command.effective = command.review_by;
    assert_int_equal(declaring_is(office, &command), RULE_AUD_05C);
    command.effective--;
    assert_int_equal(declaring_is(office, &command), RULE_NONE);
    command.review_by = office->world->now_us;
    command.effective = office->world->now_us - 1;
    assert_int_equal(declaring_is(office, &command), RULE_AUD_05C);
}

/* AUD-05d. */
static void a_cadence_is_at_most_a_year_and_a_retention_may_be_longer(void **state)
{
    static const struct bytes cadences[] = {{(const uint8_t *)"3.3.3a", 6},
                                            {(const uint8_t *)"3.3.5a", 6}};
    static const struct {
        uint64_t days;
        bool cadence, other;
    } cases[] = {{0, false, false},  {1, true, true},      {366, true, true},
                 {367, false, true}, {36600, false, true}, {36601, false, false}};
    struct office *office = *state;
    struct policy_declare command = declaring(office).policy_declare;
    command.has_period_days = true;
    command.objective_count = 1;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        command.period_days = cases[i].days;
        for (size_t k = 0; k < 2; k++) {
            command.objective = &cadences[k];
            assert_int_equal(declaring_is(office, &command),
                             cases[i].cadence ? RULE_NONE : RULE_AUD_05D);
        }
        command.objective = retention;
        assert_int_equal(declaring_is(office, &command), cases[i].other ? RULE_NONE : RULE_AUD_05D);
    }
}

/* AUD-06b. */
static void kinds_that_are_declared_exist(void **state)
{
    static const struct bytes kinds[] = {{(const uint8_t *)"*", 1},
                                         {(const uint8_t *)"coffee.made", 11}};
    struct office *office = *state;
    struct policy_declare command = declaring(office).policy_declare;
    command.kinds = kinds;
    command.kinds_count = 1;
    assert_int_equal(declaring_is(office, &command), RULE_NONE);
    command.kinds_count = 2;
    assert_int_equal(declaring_is(office, &command), RULE_AUD_06B);
}

/* Approving ---------------------------------------------------------------------------------- */

/* AUD-14j, AUD-05e. */
static void a_manager_approves_what_somebody_else_declared(void **state)
{
    struct office *office = *state;
    struct id mine = declare(office, &office->ben);
    assert_int_equal(approve(office, &office->eve, mine), RULE_AUD_14J);
    assert_int_equal(approve(office, &office->ada, mine), RULE_AUD_14J);
    assert_int_equal(approve(office, &office->ben, mine), RULE_AUD_05E);
    assert_false(is_in_force(office, LITERAL("3.3.1e")));
    assert_int_equal(approve(office, &office->cat, mine), RULE_NONE);
    assert_true(is_in_force(office, LITERAL("3.3.1e")));
    assert_true(is_in_force(office, LITERAL("3.3.1a")));
    assert_false(is_in_force(office, LITERAL("3.3.1")));
    struct declaration_row row;
    struct view view = world_view(office->world);
    assert_true(declaration_by_id(&view, mine, &row));
    assert_true(id_equal(row.declarer, office->ben.user));
    assert_true(row.has_approver && id_equal(row.approver, office->cat.user));
    assert_int_equal(row.approved, office->world->now_us);
}

/* AUD-05f. */
static void a_draft_is_approved_once_and_in_time(void **state)
{
    struct office *office = *state;
    assert_int_equal(approve(office, &office->ben, (struct id){ID_DECLARATION, 99}), RULE_AUD_05F);
    struct id one = declare(office, &office->eve), two = declare(office, &office->eve);
    assert_int_equal(approve(office, &office->ben, one), RULE_NONE);
    assert_int_equal(approve(office, &office->ben, one), RULE_AUD_05F);
    office->world->now_us += OFFICE_DAY_US;
    assert_int_equal(approve(office, &office->ben, two), RULE_AUD_05F);
}

/* AUD-05f, AUD-05g. */
static void whoever_declared_it_or_a_manager_withdraws_a_declaration_once(void **state)
{
    struct office *office = *state;
    struct id one = declare(office, &office->ben), two = declare(office, &office->eve);
    assert_int_equal(withdraw(office, &office->dan, one), RULE_AUD_14K);
    assert_int_equal(withdraw(office, &office->eve, one), RULE_AUD_05G);
    assert_int_equal(withdraw(office, &office->eve, two), RULE_NONE);
    assert_int_equal(approve(office, &office->ben, two), RULE_AUD_05F);
    assert_int_equal(approve(office, &office->cat, one), RULE_NONE);
    assert_int_equal(withdraw(office, &office->cat, one), RULE_NONE);
    assert_int_equal(withdraw(office, &office->cat, one), RULE_AUD_05F);
    assert_int_equal(withdraw(office, &office->cat, (struct id){ID_DECLARATION, 9}), RULE_AUD_05F);
    assert_false(is_in_force(office, LITERAL("3.3.1e")));
}

static void a_declaration_is_in_force_from_when_it_takes_effect_until_its_review(void **state)
{
    struct office *office = *state;
    struct world *world = office->world;
    union command_fields fields = declaring(office);
    fields.policy_declare.effective = world->now_us + 10;
    fields.policy_declare.review_by = world->now_us + 20;
    struct id id = {ID_DECLARATION,
                    world_must(world, &office->eve, COMMAND_POLICY_DECLARE, &fields)};
    assert_int_equal(approve(office, &office->ben, id), RULE_NONE);
    for (uint64_t at = 0; at < 30; at++) {
        assert_int_equal(is_in_force(office, LITERAL("3.3.1e")), at >= 10 && at < 20);
        world->now_us++;
    }
}

/* Histories ---------------------------------------------------------------------------------- */

enum {
    HISTORIES = 40,
    DEEDS = 60,
    MODEL_MAX = DEEDS,
};

/* What a declaration is, told by a model that keeps nothing but a list. */
struct told {
    struct id id, declarer;
    bool approved, withdrawn;
    uint64_t effective, review_by;
};

static bool told_in_force(const struct told *told, uint64_t now)
{
    return told->approved && !told->withdrawn && told->effective <= now && now < told->review_by;
}

static const struct actor *actor_of(const struct office *office, uint32_t which)
{
    const struct actor *all[] = {&office->ada, &office->ben, &office->cat, &office->dan,
                                 &office->eve};
    return all[which];
}

static void compare(struct office *office, const struct told *told, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        struct declaration_row row;
        struct view view = world_view(office->world);
        bool in_force = told_in_force(&told[i], office->world->now_us);
        assert_true(declaration_by_id(&view, told[i].id, &row));
        assert_int_equal(declaration_in_force(&view, &row), in_force);
        any = any || in_force;
    }
    assert_int_equal(is_in_force(office, LITERAL("3.3.1e")), any);
}

static void a_history_of_declarations_is_as_a_naive_list_tells_it(void **state)
{
    struct office *office = *state;
    uint64_t seed = 20261121;
    struct told told[MODEL_MAX];
    size_t count = 0;
    for (size_t deed = 0; deed < DEEDS * HISTORIES / 10; deed++) {
        uint32_t who = world_random(&seed, 5), what = world_random(&seed, 4);
        const struct actor *actor = actor_of(office, who);
        struct told *one = count == 0 ? NULL : &told[world_random(&seed, (uint32_t)count)];
        uint64_t now = office->world->now_us += world_random(&seed, 6);
        bool works = who == 1 || who == 2 || who == 4, manages = who == 1 || who == 2;
        if (what == 0 && count < MODEL_MAX) {
            union command_fields fields = declaring(office);
            fields.policy_declare.effective = now + world_random(&seed, 20);
            fields.policy_declare.review_by = now + 10 + world_random(&seed, 40);
            const struct policy_declare *command = &fields.policy_declare;
            bool may = works && command->effective < command->review_by;
            struct id id = {ID_DECLARATION, office->world->n};
            assert_int_equal(
                world_try(office->world, actor, COMMAND_POLICY_DECLARE, &fields, NULL) == RULE_NONE,
                may);
            if (may) {
                told[count++] = (struct told){.id = id,
                                              .declarer = actor->user,
                                              .effective = command->effective,
                                              .review_by = command->review_by};
            }
        } else if (what == 1 && one != NULL) {
            bool may = manages && !one->approved && !one->withdrawn && now < one->review_by &&
                       !id_equal(one->declarer, actor->user);
            assert_int_equal(approve(office, actor, one->id) == RULE_NONE, may);
            one->approved = one->approved || may;
        } else if (what == 2 && one != NULL && world_random(&seed, 3) == 0) {
            bool may =
                works && !one->withdrawn && (manages || id_equal(one->declarer, actor->user));
            assert_int_equal(withdraw(office, actor, one->id) == RULE_NONE, may);
            one->withdrawn = one->withdrawn || may;
        }
        compare(office, told, count);
    }
}

#define WITH_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_begin, office_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_objective_is_a_practice_and_a_letter),
        cmocka_unit_test(kinds_are_named_one_by_one_by_noun_or_all_at_once),
        WITH_OFFICE(auditors_and_managers_declare),
        WITH_OFFICE(a_declaration_names_objectives_a_document_and_its_version),
        WITH_OFFICE(a_declaration_is_reviewed_after_it_takes_effect_and_after_now),
        WITH_OFFICE(a_cadence_is_at_most_a_year_and_a_retention_may_be_longer),
        WITH_OFFICE(kinds_that_are_declared_exist),
        WITH_OFFICE(a_manager_approves_what_somebody_else_declared),
        WITH_OFFICE(a_draft_is_approved_once_and_in_time),
        WITH_OFFICE(whoever_declared_it_or_a_manager_withdraws_a_declaration_once),
        WITH_OFFICE(a_declaration_is_in_force_from_when_it_takes_effect_until_its_review),
        WITH_OFFICE(a_history_of_declarations_is_as_a_naive_list_tells_it),
    };
    return cmocka_run_group_tests_name("core/audit/declaration", tests, NULL, NULL);
}

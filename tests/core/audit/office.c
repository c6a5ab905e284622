#include "tests/core/audit/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void name_manager(struct office *office, struct id user)
{
    union command_fields fields = {
        .audit_set_manager = {.user = user, .added = true, .reason = LITERAL("named")}};
    (void)world_must(office->world, &office->ada, COMMAND_AUDIT_SET_MANAGER, &fields);
}

static struct actor somebody(struct world *world, const char *login, enum user_role role)
{
    return world_actor(world, world_user(world, login, role));
}

int office_begin(void **state)
{
    struct office *office = calloc(1, sizeof *office);
    assert_non_null(office);
    void *world = NULL;
    (void)world_begin(&world);
    office->world = world;
    office->ada = somebody(world, "ada", USER_ROLE_SUPER_ADMIN);
    office->ben = somebody(world, "ben", USER_ROLE_ADMIN);
    office->cat = somebody(world, "cat", USER_ROLE_USER);
    office->dan = somebody(world, "dan", USER_ROLE_ADMIN);
    office->eve = somebody(world, "eve", USER_ROLE_AUDITOR);
    name_manager(office, office->ben.user);
    name_manager(office, office->cat.user);
    *state = office;
    return 0;
}

int office_end(void **state)
{
    struct office *office = *state;
    void *world = office->world;
    (void)world_end(&world);
    free(office);
    return 0;
}

void office_manages(struct office *office, enum command_kind kind,
                    const union command_fields *fields)
{
    world_refused(office->world, &office->ada, kind, fields, RULE_AUD_14J);
    world_refused(office->world, &office->dan, kind, fields, RULE_AUD_14J);
    world_refused(office->world, &office->eve, kind, fields, RULE_AUD_14J);
    (void)world_must(office->world, &office->cat, kind, fields);
}

void office_works(struct office *office, enum command_kind kind, const union command_fields *fields)
{
    world_refused(office->world, &office->ada, kind, fields, RULE_AUD_14K);
    world_refused(office->world, &office->dan, kind, fields, RULE_AUD_14K);
    (void)world_must(office->world, &office->eve, kind, fields);
}

struct id office_declare(struct office *office, struct bytes objective, uint64_t days)
{
    union command_fields fields = {
        .policy_declare = {.document = LITERAL("rules.pdf"),
                           .version = LITERAL("1"),
                           .objective = &objective,
                           .objective_count = 1,
                           .effective = office->world->now_us,
                           .review_by = office->world->now_us + days * OFFICE_DAY_US}};
    struct id id = {ID_DECLARATION,
                    world_must(office->world, &office->eve, COMMAND_POLICY_DECLARE, &fields)};
    fields = (union command_fields){.policy_approve = {.declaration = id}};
    (void)world_must(office->world, &office->cat, COMMAND_POLICY_APPROVE, &fields);
    return id;
}

struct id office_case(struct office *office, const char *name)
{
    union command_fields fields = {.case_create = {.name = bytes_of_string(name)}};
    return (struct id){ID_CASE,
                       world_must(office->world, &office->eve, COMMAND_CASE_CREATE, &fields)};
}

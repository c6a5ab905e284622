#include "tests/core/access/cast.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct cast cast_of(struct world *world)
{
    struct cast cast = {.admin = making_admin(world)};
    struct id *people[] = {&cast.ann, &cast.bob, &cast.cat, &cast.gil, &cast.gwen, &cast.eve};
    static const char *const names[] = {"ann", "bob", "cat", "gil", "gwen", "eve"};
    for (size_t i = 0; i < 6; i++) {
        *people[i] = world_user(world, names[i], USER_ROLE_USER);
    }
    cast.project = making_project(world, &cast.admin, "atlas", NOBODY);
    cast.group = place_group(world, cast.gwen, NOBODY);
    place_group_member(world, cast.group, cast.gil, USER_PERMISSIONS);
    for (size_t i = 0; i < 6; i++) {
        if (!id_equal(*people[i], cast.eve)) {
            making_member(world, &cast.admin, cast.project, *people[i], PROJECT_ROLE_MANAGER);
        }
        cast.sessions[i] = world_session(world, *people[i]);
        world_activate(world, cast.sessions[i], cast.project);
    }
    return cast;
}

struct access ask(struct world *world, enum access_verb verb, const struct reader *reader,
                  struct id object)
{
    struct access access;
    struct view view = world_view(world);
    size_t used = view.arena->used;
    access_of(verb, &view, reader, object, &access);
    world_check(world);
    assert_int_equal(view.arena->used, used);
    return access;
}

static void picture_of(struct world *world, const struct reader *reader, struct id object,
                       char out[ACCESS_VERB_COUNT + 1])
{
    for (unsigned verb = 0; verb < ACCESS_VERB_COUNT; verb++) {
        struct access access = ask(world, (enum access_verb)verb, reader, object);
        out[verb] = access.allowed ? CAST_LETTERS[verb] : '.';
    }
    out[ACCESS_VERB_COUNT] = '\0';
}

void expect(struct world *world, struct id user, struct id object, const char *picture)
{
    char seen[ACCESS_VERB_COUNT + 1];
    const struct reader reader = {.user = user};
    picture_of(world, &reader, object, seen);
    assert_string_equal(seen, picture);
}

void expect_in(struct world *world, struct id user, struct id session, struct id object,
               const char *picture)
{
    char seen[ACCESS_VERB_COUNT + 1];
    const struct reader reader = {.user = user, .session = session};
    picture_of(world, &reader, object, seen);
    assert_string_equal(seen, picture);
}

void expect_rule(struct world *world, enum access_verb verb, struct id user, struct id object,
                 enum rule rule)
{
    const struct reader reader = {.user = user};
    struct access access = ask(world, verb, &reader, object);
    assert_string_equal(rule_id(access.rule), rule_id(rule));
}

const struct access_fact *fact_of(const struct access *access, enum access_fact_kind kind)
{
    for (size_t i = 0; i < access->fact_count; i++) {
        if (access->facts[i].kind == kind) {
            return &access->facts[i];
        }
    }
    fail_msg("no fact says %s", access_fact_phrase(kind));
    return NULL;
}

struct id own_file(struct world *world, const struct cast *cast, struct id project)
{
    return place_file(world,
                      &(struct place){.parent = cast->ann, .owner = cast->ann, .project = project});
}

struct id group_file(struct world *world, const struct cast *cast, struct id owner,
                     struct id project)
{
    return place_file(world, &(struct place){.parent = cast->group,
                                             .owner = owner,
                                             .group = cast->group,
                                             .project = project});
}

#include "tests/core/world.h"

#include "core/dispatch.h"
#include "core/identity/user.h"
#include "store/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct arena new_arena(void)
{
    struct arena arena = {.memory = malloc(WORLD_ARENA), .capacity = WORLD_ARENA};
    assert_non_null(arena.memory);
    return arena;
}

int world_begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    char path[320];
    assert_non_null(world);
    scratch_begin(&world->scratch);
    snprintf(path, sizeof path, "%s/state", world->scratch.directory);
    must(state_open(&(struct state_options){.directory = path,
                                            .fingerprint = "catalogue",
                                            .log_size = UINT64_MAX},
                    &world->state));
    world->n = 10;
    world->now_us = WORLD_START_US;
    world->view_arena = new_arena();
    world->fold_arena = new_arena();
    *state = world;
    return 0;
}

int world_end(void **state)
{
    struct world *world = *state;
    world_check(world);
    must(state_check(world->state));
    state_close(&world->state);
    scratch_end(&world->scratch);
    free(world->view_arena.memory);
    free(world->fold_arena.memory);
    free(world);
    return 0;
}

void world_check(struct world *world)
{
    must(world->trouble);
}

struct view world_view_as_of(struct world *world, uint64_t n)
{
    world_check(world);
    arena_reset(&world->view_arena);
    return (struct view){.state = world->state,
                         .as_of_n = n,
                         .now_utc_us = world->now_us,
                         .arena = &world->view_arena,
                         .trouble = &world->trouble};
}

struct view world_view(struct world *world)
{
    return world_view_as_of(world, world->n - 1);
}

/* Rows --------------------------------------------------------------------------------------- */

static struct evolution evolution_of(struct world *world)
{
    arena_reset(&world->fold_arena);
    return (struct evolution){.state = world->state, .n = world->n, .arena = &world->fold_arena};
}

uint64_t world_put(struct world *world, enum row_table table, const void *row)
{
    struct evolution evolution = evolution_of(world);
    evolution_put(&evolution, table, row);
    must(evolution.status);
    return world->n++;
}

uint64_t world_remove(struct world *world, enum row_table table, const void *row)
{
    struct evolution evolution = evolution_of(world);
    evolution_remove(&evolution, table, row);
    must(evolution.status);
    return world->n++;
}

struct id world_user(struct world *world, const char *login, enum user_role role)
{
    const struct user_row row = {.user = {ID_USER, world->n},
                                 .login = bytes_of_string(login),
                                 .key = LITERAL("a key"),
                                 .role = role};
    world_put(world, ROW_USER, &row);
    return row.user;
}

struct id world_session(struct world *world, struct id user)
{
    const struct session_row row = {.session = {ID_SESSION, world->n},
                                    .user = user,
                                    .state = SESSION_STATE_OPENED,
                                    .expires = world->now_us + WORLD_SESSION_US,
                                    .opened_n = world->n};
    world_put(world, ROW_SESSION, &row);
    world_put(world, ROW_OPEN_SESSION,
              &(struct open_session_row){.user = user, .session = row.session});
    return row.session;
}

void world_activate(struct world *world, struct id session, struct id project)
{
    struct session_row row = {.session = session};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_SESSION, &row));
    row.has_project = project.kind != ID_NONE;
    row.project = project;
    world_put(world, ROW_SESSION, &row);
}

struct id world_active(struct world *world, struct id session)
{
    struct session_row row = {.session = session};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_SESSION, &row));
    return row.has_project ? row.project : NOBODY;
}

/* Commands ----------------------------------------------------------------------------------- */

struct actor world_actor(struct world *world, struct id user)
{
    struct user_row row;
    struct view view = world_view(world);
    assert_true(user_by_id(&view, user, &row));
    return (struct actor){.user = user, .role = row.role};
}

struct actor world_actor_in(struct world *world, struct id session)
{
    struct session_row row = {.session = session};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_SESSION, &row));
    struct actor actor = world_actor(world, row.user);
    actor.session = session;
    actor.opened_n = row.opened_n;
    actor.project = row.has_project ? row.project : NOBODY;
    return actor;
}

/* The id that an event makes is its position. What a body says goes through its codec. */
static void happen(struct world *world, const struct actor *actor, const struct decided *decided)
{
    char name_memory[48], memory[64 << 10];
    struct text name = TEXT_IN(name_memory), body = TEXT_IN(memory);
    if (actor->user.kind != ID_NONE) {
        id_write(&name, actor->user);
    }
    struct leaf leaf = {.actor = text_bytes(&name),
                        .kind = decided->kind,
                        .on_count = decided->on_count,
                        .session = actor->session,
                        .n = world->n,
                        .t_utc_us = world->now_us};
    assert_int_equal(decided->on[0].kind, event_infos[decided->kind].on[0]);
    for (size_t i = 0; i < decided->on_count; i++) {
        leaf.on[i] = decided->on[i];
        assert_int_not_equal(leaf.on[i].kind, ID_NONE);
        if (leaf.on[i].n == ID_NEW) {
            leaf.on[i].n = world->n;
        }
    }
    event_body_encode(decided->kind, &decided->body, &body);
    assert_false(body.full);
    must(evolution_fold(world->state, &leaf, text_bytes(&body), &world->fold_arena));
    world->n++;
}

uint64_t world_say(struct world *world, const struct decided *event)
{
    const struct actor nobody = {.user = NOBODY};
    happen(world, &nobody, event);
    return world->n - 1;
}

enum rule world_try(struct world *world, const struct actor *actor, enum command_kind kind,
                    const union command_fields *fields, uint64_t *first)
{
    struct decision *decision = &world->decision;
    struct view view = world_view(world);
    *decision = (struct decision){.refused = RULE_NONE};
    dispatch_decide(kind, &view, actor, fields, decision);
    world_check(world);
    if (first != NULL) {
        *first = world->n;
    }
    if (decision->refused == RULE_NONE) {
        assert_true(decision->count > 0);
        for (size_t i = 0; i < decision->count; i++) {
            happen(world, actor, &decision->events[i]);
        }
    }
    return decision->refused;
}

uint64_t world_must(struct world *world, const struct actor *actor, enum command_kind kind,
                    const union command_fields *fields)
{
    uint64_t first;
    enum rule refused = world_try(world, actor, kind, fields, &first);
    if (refused != RULE_NONE) {
        fail_msg("%s was refused by %s: %s", command_name(kind), rule_id(refused),
                 rule_sentence(refused));
    }
    return first;
}

void world_refused(struct world *world, const struct actor *actor, enum command_kind kind,
                   const union command_fields *fields, enum rule rule)
{
    enum rule refused = world_try(world, actor, kind, fields, NULL);
    if (refused != rule) {
        fail_msg("%s was not refused by %s, but %s", command_name(kind), rule_id(rule),
                 refused == RULE_NONE ? "allowed" : rule_id(refused));
    }
}

size_t world_decided(const struct world *world, enum event_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < world->decision.count; i++) {
        count += world->decision.events[i].kind == kind ? 1 : 0;
    }
    return count;
}

void world_about(const struct world *world, struct id first, struct id second, struct id third)
{
    const struct id expected[] = {first, second, third};
    const struct decided *decided = &world->decision.events[0];
    assert_true(world->decision.count > 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(i < decided->on_count, expected[i].kind != ID_NONE);
        assert_true(expected[i].kind == ID_NONE || id_equal(decided->on[i], expected[i]));
    }
}

uint32_t world_random(uint64_t *seed, uint32_t bound)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % bound;
}

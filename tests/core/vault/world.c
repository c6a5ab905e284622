#include "tests/core/vault/world.h"

#include "core/dispatch.h"
#include "schema/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

int world_begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    scratch_begin(&world->scratch);
    must(state_open(
        &(struct state_options){.directory = world->scratch.directory, .fingerprint = "world"},
        &world->state));
    world->arena = (struct arena){.memory = malloc(WORLD_MEMORY), .capacity = WORLD_MEMORY};
    world->folding = (struct arena){.memory = malloc(WORLD_MEMORY), .capacity = WORLD_MEMORY};
    assert_true(world->arena.memory != NULL && world->folding.memory != NULL);
    world->now_utc_us = world->scratch.clock_us;
    world->trouble = OK;
    *state = world;
    return 0;
}

int world_end(void **state)
{
    struct world *world = *state;
    must(state_check(world->state));
    state_close(&world->state);
    scratch_end(&world->scratch);
    free(world->arena.memory);
    free(world->folding.memory);
    free(world);
    return 0;
}

/* Rows ----------------------------------------------------------------------------------------- */

struct view world_view(struct world *world)
{
    must(world->trouble);
    arena_reset(&world->arena);
    return (struct view){.state = world->state,
                         .as_of_n = UINT64_MAX,
                         .now_utc_us = world->now_utc_us,
                         .arena = &world->arena,
                         .trouble = &world->trouble};
}

static struct evolution begin_event(struct world *world)
{
    arena_reset(&world->folding);
    return (struct evolution){
        .state = world->state, .n = world->n, .arena = &world->folding, .status = OK};
}

uint64_t world_put(struct world *world, enum row_table table, const void *row)
{
    struct evolution evolution = begin_event(world);
    evolution_put(&evolution, table, row);
    must(evolution.status);
    return world->n++;
}

uint64_t world_remove(struct world *world, enum row_table table, const void *row)
{
    struct evolution evolution = begin_event(world);
    evolution_remove(&evolution, table, row);
    must(evolution.status);
    return world->n++;
}

/* People --------------------------------------------------------------------------------------- */

struct person world_person(struct world *world, enum user_role role)
{
    enum user_permission all[USER_PERMISSION_COUNT];
    struct person person = {.user = {ID_USER, world->n}, .role = role};
    for (unsigned i = 0; i < USER_PERMISSION_COUNT; i++) {
        all[i] = (enum user_permission)i;
    }
    (void)world_put(world, ROW_USER,
                    &(struct user_row){.user = person.user,
                                       .login = LITERAL("somebody"),
                                       .key = LITERAL("a key"),
                                       .role = role,
                                       .state = USER_STATE_ACTIVE,
                                       .permissions = all,
                                       .permissions_count = USER_PERMISSION_COUNT});
    world_login(world, &person);
    return person;
}

static void put_session(struct world *world, const struct person *person, struct id project)
{
    (void)world_put(world, ROW_SESSION,
                    &(struct session_row){.session = person->session,
                                          .user = person->user,
                                          .state = SESSION_STATE_OPENED,
                                          .nonce = LITERAL("a nonce"),
                                          .expires = world->now_utc_us + 3600 * TIME_SECOND_US,
                                          .opened_n = person->opened_n,
                                          .has_project = project.kind != ID_NONE,
                                          .project = project});
}

void world_login(struct world *world, struct person *person)
{
    person->session = (struct id){ID_SESSION, world->n};
    person->opened_n = world->n;
    put_session(world, person, (struct id){ID_NONE, 0});
}

struct id world_project(struct world *world, struct id parent)
{
    struct id project = {ID_PROJECT, world->n};
    (void)world_put(world, ROW_PROJECT,
                    &(struct project_row){.project = project,
                                          .name = LITERAL("a project"),
                                          .has_parent = parent.kind != ID_NONE,
                                          .parent = parent});
    return project;
}

void world_join(struct world *world, struct person *person, struct id project,
                enum project_role role)
{
    (void)world_put(
        world, ROW_MEMBERSHIP,
        &(struct membership_row){.project = project, .user = person->user, .role = role});
    (void)world_put(world, ROW_MEMBER_OF,
                    &(struct member_of_row){.user = person->user, .project = project});
}

void world_activate(struct world *world, const struct person *person, struct id project)
{
    put_session(world, person, project);
}

void world_work_on(struct world *world, struct person *person, struct id project,
                   enum project_role role)
{
    world_join(world, person, project, role);
    world_login(world, person);
    world_activate(world, person, project);
}

/* Commands ------------------------------------------------------------------------------------- */

static void fold(struct world *world, const struct person *person, struct decided *decided)
{
    char actor[48], memory[64 << 10];
    struct text actor_text = TEXT_IN(actor), body = TEXT_IN(memory);
    id_write(&actor_text, person->user);
    assert_int_equal(decided->on[0].kind, event_infos[decided->kind].on[0]);
    for (size_t i = 0; i < decided->on_count; i++) {
        assert_true(decided->on[i].kind != ID_NONE && (i == 0 || decided->on[i].n != ID_NEW));
    }
    if (decided->on[0].n == ID_NEW) {
        decided->on[0].n = world->n;
    }
    struct leaf leaf = {.kind = decided->kind,
                        .n = world->n,
                        .actor = text_bytes(&actor_text),
                        .session = person->session,
                        .on_count = decided->on_count};
    memcpy(leaf.on, decided->on, sizeof leaf.on);
    event_body_encode(decided->kind, &decided->body, &body);
    assert_false(body.full);
    must(evolution_fold(world->state, &leaf, text_bytes(&body), &world->folding));
    world->n++;
}

enum rule world_do(struct world *world, const struct person *person, enum command_kind kind,
                   const union command_fields *fields)
{
    struct view view = world_view(world);
    const struct actor actor = {.user = person->user,
                                .role = person->role,
                                .login = LITERAL("somebody"),
                                .session = person->session,
                                .opened_n = person->opened_n};
    world->decision = (struct decision){.count = 0};
    world->first = world->n;
    dispatch_decide(kind, &view, &actor, fields, &world->decision);
    must(world->trouble);
    if (world->decision.refused == RULE_NONE) {
        for (size_t i = 0; i < world->decision.count; i++) {
            fold(world, person, &world->decision.events[i]);
        }
    }
    return world->decision.refused;
}

uint64_t world_must(struct world *world, const struct person *person, enum command_kind kind,
                    const union command_fields *fields)
{
    enum rule refused = world_do(world, person, kind, fields);
    if (refused != RULE_NONE) {
        fail_msg("%s was refused by %s: %s", command_name(kind), rule_id(refused),
                 rule_sentence(refused));
    }
    return world->first;
}

size_t world_count(const struct world *world, enum event_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < world->decision.count; i++) {
        count += world->decision.events[i].kind == kind;
    }
    return count;
}

/* What most tests begin with ------------------------------------------------------------------- */

struct digest some_digest(unsigned number)
{
    struct digest digest = {{0}};
    bytes_write_u32(digest.sha256, number);
    return digest;
}

struct id make_group(struct world *world, const struct person *owner)
{
    static const uint8_t key[32] = {7};
    union command_fields fields = {
        .group_create = {.name = LITERAL("lab"), .key = BYTES(key), .wrapped = some_digest(1)}};
    return (struct id){ID_GROUP, world_must(world, owner, COMMAND_GROUP_CREATE, &fields)};
}

void add_member(struct world *world, const struct person *by, struct id group,
                const struct person *user, enum group_preset preset)
{
    struct view view = world_view(world);
    struct group_row row = {.group = group};
    assert_true(view_find(&view, ROW_GROUP, &row));
    union command_fields fields = {
        .group_add_member = {
            .group = group, .user = user->user, .epoch = row.epoch, .wrapped = some_digest(2)}};
    (void)world_must(world, by, COMMAND_GROUP_ADD_MEMBER, &fields);
    fields = (union command_fields){
        .group_apply_preset = {.group = group, .user = user->user, .preset = preset}};
    (void)world_must(world, by, COMMAND_GROUP_APPLY_PRESET, &fields);
}

void rotate_key(struct world *world, const struct person *by, struct id group, uint64_t epoch,
                const struct id *holders, size_t count)
{
    static const uint8_t key[32] = {8};
    struct digest wrapped[16];
    assert_true(count <= 16);
    for (size_t i = 0; i < count; i++) {
        wrapped[i] = some_digest((unsigned)(100 * epoch + i));
    }
    union command_fields fields = {.group_rotate_key = {.group = group,
                                                        .epoch = epoch,
                                                        .key = BYTES(key),
                                                        .holders = holders,
                                                        .holders_count = count,
                                                        .wrapped = wrapped,
                                                        .wrapped_count = count}};
    (void)world_must(world, by, COMMAND_GROUP_ROTATE_KEY, &fields);
}

struct id make_dir(struct world *world, const struct person *person, struct id parent,
                   const char *name)
{
    union command_fields fields = {
        .vault_dir_create = {.parent = parent, .name = bytes_of_string(name)}};
    return (struct id){ID_DIR, world_must(world, person, COMMAND_VAULT_DIR_CREATE, &fields)};
}

static bool is_in_group(struct world *world, struct id place)
{
    struct view view = world_view(world);
    struct dir_row dir = {.dir = place};
    return place.kind == ID_GROUP ||
           (place.kind == ID_DIR && view_find(&view, ROW_DIR, &dir) && dir.has_group);
}

struct id make_file(struct world *world, const struct person *person, struct id parent,
                    const char *name)
{
    const bool in_group = is_in_group(world, parent);
    union command_fields fields = {.vault_file_create = {.parent = parent,
                                                         .name = bytes_of_string(name),
                                                         .wrapped = some_digest(3),
                                                         .has_group_wrapped = in_group,
                                                         .group_wrapped = some_digest(4),
                                                         .has_epoch = in_group,
                                                         .epoch = 1}};
    return (struct id){ID_FILE, world_must(world, person, COMMAND_VAULT_FILE_CREATE, &fields)};
}

struct id make_sealed(struct world *world, const struct person *person, struct id parent,
                      const char *name)
{
    struct id file = make_file(world, person, parent, name);
    union command_fields fields = {.vault_file_seal = {.file = file, .root = hash_empty}};
    (void)world_must(world, person, COMMAND_VAULT_FILE_SEAL, &fields);
    return file;
}

enum rule fetch_key(struct world *world, const struct person *person, struct id file)
{
    union command_fields fields = {.vault_key_fetch = {.file = file}};
    return world_do(world, person, COMMAND_VAULT_KEY_FETCH, &fields);
}

enum rule share_with(struct world *world, const struct person *person, struct id file,
                     const struct person *target)
{
    enum rule refused = fetch_key(world, person, file);
    union command_fields fields = {.vault_file_share = {.file = file,
                                                        .target = target->user,
                                                        .wrapped = some_digest(5),
                                                        .can_view = true,
                                                        .can_download = true,
                                                        .can_edit = true}};
    return refused != RULE_NONE ? refused
                                : world_do(world, person, COMMAND_VAULT_FILE_SHARE, &fields);
}

#include "tests/core/vault/people.h"

#include "store/hash.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void put_user(struct world *world, struct id user, enum user_role role, size_t permissions)
{
    enum user_permission all[USER_PERMISSION_COUNT];
    for (unsigned i = 0; i < USER_PERMISSION_COUNT; i++) {
        all[i] = (enum user_permission)i;
    }
    (void)world_put(world, ROW_USER,
                    &(struct user_row){.user = user,
                                       .login = LITERAL("somebody"),
                                       .key = LITERAL("a key"),
                                       .has_receive_key = true,
                                       .receive_key = LITERAL("a key to receive by"),
                                       .role = role,
                                       .permissions = all,
                                       .permissions_count = permissions});
}

struct person person_new(struct world *world, enum user_role role)
{
    struct person person = {.user = {ID_USER, world->n}};
    put_user(world, person.user, role, USER_PERMISSION_COUNT);
    person_login(world, &person);
    return person;
}

void person_bar(struct world *world, const struct person *person)
{
    put_user(world, person->user, world_actor(world, person->user).role, 0);
}

void person_login(struct world *world, struct person *person)
{
    person->session = world_session(world, person->user);
}

void person_join(struct world *world, const struct person *person, struct id project,
                 enum project_role role)
{
    (void)world_put(
        world, ROW_MEMBERSHIP,
        &(struct membership_row){.project = project, .user = person->user, .role = role});
    (void)world_put(world, ROW_MEMBER_OF,
                    &(struct member_of_row){.user = person->user, .project = project});
}

void person_work_on(struct world *world, struct person *person, struct id project,
                    enum project_role role)
{
    person_join(world, person, project, role);
    person_login(world, person);
    world_activate(world, person->session, project);
}

enum rule person_try(struct world *world, const struct person *person, enum command_kind kind,
                     const union command_fields *fields)
{
    const struct actor actor = world_actor_in(world, person->session);
    return world_try(world, &actor, kind, fields, NULL);
}

uint64_t person_must(struct world *world, const struct person *person, enum command_kind kind,
                     const union command_fields *fields)
{
    const struct actor actor = world_actor_in(world, person->session);
    return world_must(world, &actor, kind, fields);
}

uint64_t first_event(const struct world *world)
{
    return world->n - world->decision.count;
}

struct id some_project(struct world *world, struct id parent)
{
    struct id project = {ID_PROJECT, world->n};
    (void)world_put(world, ROW_PROJECT,
                    &(struct project_row){.project = project,
                                          .name = LITERAL("a project"),
                                          .has_parent = parent.kind != ID_NONE,
                                          .parent = parent});
    return project;
}

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
    return (struct id){ID_GROUP, person_must(world, owner, COMMAND_GROUP_CREATE, &fields)};
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
    (void)person_must(world, by, COMMAND_GROUP_ADD_MEMBER, &fields);
    fields = (union command_fields){
        .group_apply_preset = {.group = group, .user = user->user, .preset = preset}};
    (void)person_must(world, by, COMMAND_GROUP_APPLY_PRESET, &fields);
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
    (void)person_must(world, by, COMMAND_GROUP_ROTATE_KEY, &fields);
}

struct id make_dir(struct world *world, const struct person *person, struct id parent,
                   const char *name)
{
    union command_fields fields = {
        .vault_dir_create = {.parent = parent, .name = bytes_of_string(name)}};
    return (struct id){ID_DIR, person_must(world, person, COMMAND_VAULT_DIR_CREATE, &fields)};
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
    return (struct id){ID_FILE, person_must(world, person, COMMAND_VAULT_FILE_CREATE, &fields)};
}

struct id make_sealed(struct world *world, const struct person *person, struct id parent,
                      const char *name)
{
    struct id file = make_file(world, person, parent, name);
    union command_fields fields = {.vault_file_seal = {.file = file, .root = hash_empty}};
    (void)person_must(world, person, COMMAND_VAULT_FILE_SEAL, &fields);
    return file;
}

enum rule fetch_key(struct world *world, const struct person *person, struct id file)
{
    union command_fields fields = {.vault_key_fetch = {.file = file}};
    return person_try(world, person, COMMAND_VAULT_KEY_FETCH, &fields);
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
                                : person_try(world, person, COMMAND_VAULT_FILE_SHARE, &fields);
}

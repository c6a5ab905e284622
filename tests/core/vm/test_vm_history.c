/*
 * Random histories of machines against a model of arrays: who may do what, where machines go, what
 * counts, and who has access to which directory.
 */
#include "core/vm/access_directory.h"
#include "core/vm/host.h"
#include "tests/core/vm/naive_machines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Doing ------------------------------------------------------------------------------------ */

/* Whether the command is allowed must be what the model says. */
static bool agree(struct model *model, const struct person *person, enum command_kind kind,
                  const union command_fields *fields, bool expected)
{
    const enum rule refused = person_try(model->world, person, kind, fields);
    if ((refused == RULE_NONE) != expected) {
        fail_msg("%s: %s, but the model says %s", command_name(kind),
                 refused == RULE_NONE ? "allowed" : rule_id(refused), expected ? "yes" : "no");
    }
    model->done_at = expected ? first_event(model->world) : 0;
    return expected;
}

static void start(struct model *model)
{
    const size_t user = naive_pick(model, USERS),
                 whose = naive_chance(model, 8) ? naive_pick(model, USERS) : user;
    const bool team = naive_chance(model, 2);
    const size_t host = naive_roomiest(model);
    const union command_fields fields = {.vm_start = {.config = model->configs[whose][team]}};
    if (model->vm_count == VMS) {
        return;
    }
    if (agree(model, &model->people[user], COMMAND_VM_START, &fields,
              user == whose && host < HOSTS && (!team || naive_fits_team(model)))) {
        model->vms[model->vm_count++] = (struct machine){.id = {ID_VM, model->done_at},
                                                         .owner = user,
                                                         .host = host,
                                                         .team = team,
                                                         .service = !team,
                                                         .state = VM_STATE_REQUESTED,
                                                         .counts = true};
    }
}

static void power_up(struct model *model, struct machine *vm)
{
    const size_t host = naive_roomiest(model);
    const union command_fields fields = {.vm_power_up = {.vm = vm->id}};
    if (agree(model, &model->lab.admin, COMMAND_VM_POWER_UP, &fields,
              vm->service && (vm->state == VM_STATE_STOPPED || vm->state == VM_STATE_FAILED) &&
                  host < HOSTS && (!vm->team || naive_fits_team(model)))) {
        vm->state = VM_STATE_REQUESTED;
        vm->host = host;
        vm->counts = true;
    }
}

static void stop_or_delete(struct model *model, struct machine *vm)
{
    const size_t user = naive_chance(model, 4) ? naive_pick(model, USERS) : vm->owner;
    const union command_fields stop = {.vm_shutdown = {.vm = vm->id}};
    const union command_fields end = {.vm_delete = {.vm = vm->id}};
    const bool over = vm->state == VM_STATE_STOPPED || vm->state == VM_STATE_FAILED;
    if (naive_chance(model, 2)) {
        if (agree(model, &model->people[user], COMMAND_VM_SHUTDOWN, &stop,
                  user == vm->owner && naive_is_up(vm))) {
            vm->state = VM_STATE_STOPPING;
        }
    } else if (naive_chance(model, 3) && agree(model, &model->people[user], COMMAND_VM_DELETE, &end,
                                               user == vm->owner && over)) {
        vm->state = VM_STATE_DELETED;
    }
}

/* What watchers and controllers say, whatever was asked for. */
static void observe(struct model *model, struct machine *vm)
{
    const bool over = vm->state >= VM_STATE_STOPPED;
    switch (naive_pick(model, 4)) {
    case 0:
        lab_run(model->world, vm->id);
        vm->counts = true;
        if (vm->state == VM_STATE_REQUESTED || vm->state == VM_STATE_STOPPED ||
            vm->state == VM_STATE_FAILED) {
            vm->state = VM_STATE_RUNNING;
        }
        break;
    case 1:
    case 2:
        if (!over) {
            lab_connect(model->world, vm->id);
            vm->state = naive_is_up(vm) ? VM_STATE_REGISTERED : vm->state;
        }
        break;
    default:
        lab_end(model->world, vm->id);
        vm->counts = false;
        vm->state = vm->state == VM_STATE_FAILED || vm->state == VM_STATE_DELETED
                        ? vm->state
                        : VM_STATE_STOPPED;
    }
}

static void change_host(struct model *model)
{
    const size_t host = naive_pick(model, HOSTS);
    const bool active = naive_chance(model, 3) ? model->active[host] : !model->active[host];
    const union command_fields fields = {
        .host_change_state = {.host = model->hosts[host],
                              .state = active ? HOST_STATE_ACTIVE : HOST_STATE_MAINTENANCE,
                              .reason = LITERAL("a test")}};
    if (agree(model, &model->lab.root, COMMAND_HOST_CHANGE_STATE, &fields,
              active != model->active[host])) {
        model->active[host] = active;
    }
}

/* Users ------------------------------------------------------------------------------------ */

/* A profile of the machine, which is to be used by this actor. */
static bool fits_profile(const struct model *model, const struct machine *vm, size_t actor,
                         const struct profile *profile)
{
    return vm->state == VM_STATE_REGISTERED && !profile->deleted &&
           vm == &model->vms[profile->vm] && (profile->permissions & ~naive_has(vm, actor)) == 0;
}

/* Mostly what the actor may give, and often what lets managers manage. */
static unsigned some_permissions(struct model *model, const struct machine *vm, size_t actor,
                                 enum vm_role role)
{
    const unsigned any = (unsigned)naive_pick(model, 1u << VM_PERMISSION_COUNT);
    const unsigned users = naive_chance(model, 2) ? 1u << VM_PERMISSION_USERS : 0;
    return naive_chance(model, 4) ? any : (any | users) & naive_has(vm, actor) & naive_mask(role);
}

static void add_user(struct model *model, struct machine *vm, size_t actor)
{
    const size_t target = naive_pick(model, USERS);
    const enum vm_role role = naive_chance(model, 2) ? VM_ROLE_MANAGER : VM_ROLE_USER;
    const bool with = model->profile_count > 0 && naive_chance(model, 2);
    const size_t at = with ? naive_pick(model, model->profile_count) : 0;
    const struct profile *profile = &model->profiles[at];
    const union command_fields fields = {.vm_add_user = {.vm = vm->id,
                                                         .user = model->people[target].user,
                                                         .role = role,
                                                         .has_profile = with,
                                                         .profile = profile->id}};
    if (agree(model, &model->people[actor], COMMAND_VM_ADD_USER, &fields,
              naive_lives(vm) && naive_manages(vm, actor, VM_PERMISSION_USERS) &&
                  target != vm->owner && !vm->users[target].in &&
                  (!with || (fits_profile(model, vm, actor, profile) && profile->role == role)))) {
        vm->users[target] = (struct place){.in = true,
                                           .role = role,
                                           .permissions = with ? profile->permissions : 0,
                                           .profile = with ? (int)at : -1};
    }
}

/* Whether the actor may change this user at all. */
static bool may_change(const struct machine *vm, size_t actor, size_t target)
{
    return naive_lives(vm) && naive_manages(vm, actor, VM_PERMISSION_USERS) &&
           target != vm->owner && vm->users[target].in &&
           (vm->users[target].permissions & ~naive_has(vm, actor)) == 0;
}

static void change_user(struct model *model, struct machine *vm, size_t actor)
{
    const size_t target = naive_pick(model, USERS);
    struct place *place = &vm->users[target];
    const enum vm_role role = naive_chance(model, 2) ? VM_ROLE_MANAGER : VM_ROLE_USER;
    const union command_fields removal = {
        .vm_remove_user = {.vm = vm->id, .user = model->people[target].user}};
    const union command_fields change = {
        .vm_set_role = {.vm = vm->id, .user = model->people[target].user, .role = role}};
    const bool may = may_change(vm, actor, target);
    if (naive_chance(model, 4)) {
        if (agree(model, &model->people[actor], COMMAND_VM_REMOVE_USER, &removal, may)) {
            *place = (struct place){.profile = -1};
        }
    } else if (agree(model, &model->people[actor], COMMAND_VM_SET_ROLE, &change, may)) {
        place->profile = place->role == role ? place->profile : -1;
        place->role = role;
        place->permissions &= naive_mask(role);
    }
}

static void set_profile(struct model *model, struct machine *vm, size_t actor)
{
    const size_t target = naive_pick(model, USERS);
    struct place *place = &vm->users[target];
    const bool with = model->profile_count > 0 && naive_chance(model, 2);
    const size_t at = with ? naive_pick(model, model->profile_count) : 0;
    const struct profile *profile = &model->profiles[at];
    const unsigned wanted = with ? 0 : some_permissions(model, vm, actor, place->role);
    enum vm_permission list[VM_PERMISSION_COUNT];
    const union command_fields fields = {
        .vm_set_profile = {.vm = vm->id,
                           .user = model->people[target].user,
                           .has_profile = with,
                           .profile = profile->id,
                           .permissions = list,
                           .permissions_count = vm_permission_list(wanted, list)}};
    const bool fits =
        with ? fits_profile(model, vm, actor, profile)
             : ((wanted & ~naive_mask(place->role)) | (wanted & ~naive_has(vm, actor))) == 0;
    if (agree(model, &model->people[actor], COMMAND_VM_SET_PROFILE, &fields,
              may_change(vm, actor, target) && fits)) {
        place->role = with ? profile->role : place->role;
        place->permissions = with ? profile->permissions : wanted;
        place->profile = with ? (int)at : -1;
    }
}

static void make_profile(struct model *model, struct machine *vm, size_t actor)
{
    const enum vm_role role = naive_chance(model, 2) ? VM_ROLE_MANAGER : VM_ROLE_USER;
    const unsigned wanted = (unsigned)naive_pick(model, 1u << VM_PERMISSION_COUNT) &
                            (naive_chance(model, 4) ? ~0u : naive_mask(role));
    enum vm_permission list[VM_PERMISSION_COUNT];
    const char name[] = {'p', (char)('a' + model->profile_count), '\0'};
    const union command_fields fields = {
        .vm_profile_create = {.vm = vm->id,
                              .name = bytes_of_string(name),
                              .role = role,
                              .permissions = list,
                              .permissions_count = vm_permission_list(wanted, list)}};
    if (model->profile_count < PROFILES &&
        agree(model, &model->people[actor], COMMAND_VM_PROFILE_CREATE, &fields,
              vm->state == VM_STATE_REGISTERED && naive_manages(vm, actor, VM_PERMISSION_USERS) &&
                  (wanted & ~naive_has(vm, actor)) == 0 && (wanted & ~naive_mask(role)) == 0)) {
        model->profiles[model->profile_count++] =
            (struct profile){.id = {ID_VMPROFILE, model->done_at},
                             .vm = (size_t)(vm - model->vms),
                             .role = role,
                             .permissions = wanted};
    }
}

static bool is_used(const struct model *model, size_t profile)
{
    for (size_t i = 0; i < USERS; i++) {
        const struct place *place = &model->vms[model->profiles[profile].vm].users[i];
        if (place->in && place->profile == (int)profile) {
            return true;
        }
    }
    return false;
}

static void change_profile(struct model *model, size_t at, size_t actor)
{
    struct profile *profile = &model->profiles[at];
    struct machine *vm = &model->vms[profile->vm];
    const unsigned wanted = some_permissions(model, vm, actor, profile->role);
    enum vm_permission list[VM_PERMISSION_COUNT];
    const union command_fields edit = {
        .vm_profile_edit = {.profile = profile->id,
                            .permissions = list,
                            .permissions_count = vm_permission_list(wanted, list)}};
    const union command_fields removal = {.vm_profile_delete = {.profile = profile->id}};
    const bool may = !profile->deleted && vm->state == VM_STATE_REGISTERED &&
                     naive_manages(vm, actor, VM_PERMISSION_USERS);
    if (naive_chance(model, 3)) {
        profile->deleted = agree(model, &model->people[actor], COMMAND_VM_PROFILE_DELETE, &removal,
                                 may && !is_used(model, at)) ||
                           profile->deleted;
    } else if (agree(model, &model->people[actor], COMMAND_VM_PROFILE_EDIT, &edit,
                     may && (wanted & ~naive_has(vm, actor)) == 0 &&
                         (wanted & ~naive_mask(profile->role)) == 0)) {
        profile->permissions = wanted;
        for (size_t i = 0; i < USERS; i++) {
            if (vm->users[i].in && vm->users[i].profile == (int)at) {
                vm->users[i].permissions = wanted;
            }
        }
    }
}

/* Directories ------------------------------------------------------------------------------ */

/* Users of a machine, and now and then somebody who is none. */
static size_t some_users(struct model *model, const struct machine *vm, unsigned *set,
                         struct id out[static USERS])
{
    size_t count = 0;
    for (size_t i = 0; i < USERS; i++) {
        if ((*set >> i & 1) != 0 && (vm->users[i].in || naive_chance(model, 10))) {
            out[count++] = model->people[i].user;
        } else {
            *set &= ~(1u << i);
        }
    }
    return count;
}

static bool are_users(const struct machine *vm, unsigned set)
{
    for (size_t i = 0; i < USERS; i++) {
        if ((set >> i & 1) != 0 && !vm->users[i].in) {
            return false;
        }
    }
    return true;
}

static void make_directory(struct model *model, struct machine *vm, size_t actor)
{
    struct directory directory = {.vm = (size_t)(vm - model->vms),
                                  .group = (enum access_group)naive_pick(model, ACCESS_GROUP_COUNT),
                                  .read = (unsigned)naive_pick(model, 1u << USERS),
                                  .write = (unsigned)naive_pick(model, 1u << USERS)};
    struct id read[USERS], write[USERS];
    const char name[] = {'d', (char)('a' + model->directory_count), '\0'};
    if (directory.group != ACCESS_GROUP_CUSTOM && !naive_chance(model, 6)) {
        directory.read = directory.write = 0;
    }
    const union command_fields fields = {
        .vm_accessdir_create = {.vm = vm->id,
                                .name = bytes_of_string(name),
                                .group = directory.group,
                                .read = read,
                                .read_count = some_users(model, vm, &directory.read, read),
                                .write = write,
                                .write_count = some_users(model, vm, &directory.write, write)}};
    const bool listed = (directory.read | directory.write) != 0;
    if (model->directory_count < DIRECTORIES &&
        agree(model, &model->people[actor], COMMAND_VM_ACCESSDIR_CREATE, &fields,
              naive_lives(vm) && naive_manages(vm, actor, VM_PERMISSION_ACCESS_DIRECTORIES) &&
                  listed == (directory.group == ACCESS_GROUP_CUSTOM) &&
                  are_users(vm, directory.read | directory.write))) {
        directory.id = (struct id){ID_ACCESSDIR, model->done_at};
        model->directories[model->directory_count++] = directory;
    }
}

/* Comparing -------------------------------------------------------------------------------- */

static void compare_rights(const struct model *model, const struct machine *vm)
{
    struct view view = world_view(model->world);
    for (size_t user = 0; user < USERS; user++) {
        assert_int_equal(vm_permissions(&view, vm->id, model->people[user].user),
                         naive_has(vm, user));
        for (unsigned p = 0; p < VM_PERMISSION_COUNT; p++) {
            assert_int_equal(
                vm_manages(&view, vm->id, model->people[user].user, (enum vm_permission)p),
                naive_manages(vm, user, (enum vm_permission)p));
        }
    }
}

static void compare(const struct model *model)
{
    struct view view = world_view(model->world);
    for (size_t i = 0; i < HOSTS; i++) {
        assert_int_equal(host_load_of(&view, model->hosts[i]).vms, naive_load(model, i));
    }
    for (size_t i = 0; i < model->vm_count; i++) {
        assert_int_equal(lab_row(model->world, model->vms[i].id).state, model->vms[i].state);
        compare_rights(model, &model->vms[i]);
    }
    for (size_t i = 0; i < model->directory_count; i++) {
        const struct directory *directory = &model->directories[i];
        for (size_t user = 0; user < 2 * USERS; user++) {
            const bool writes = user >= USERS;
            assert_int_equal(access_directory_allows(&view, directory->id,
                                                     model->people[user % USERS].user,
                                                     writes ? DRIVE_MODE_RW : DRIVE_MODE_RO),
                             naive_reaches(model, directory, user % USERS, writes));
        }
    }
}

/* Histories -------------------------------------------------------------------------------- */

static void arrange(struct model *model, struct machine *vm)
{
    const size_t actor = naive_chance(model, 2) ? naive_pick(model, USERS) : vm->owner;
    switch (naive_pick(model, 7)) {
    case 0:
    case 1:
        add_user(model, vm, actor);
        break;
    case 2:
        change_user(model, vm, actor);
        break;
    case 3:
        set_profile(model, vm, actor);
        break;
    case 4:
        make_profile(model, vm, actor);
        break;
    case 5:
        make_directory(model, vm, actor);
        break;
    default:
        if (model->profile_count > 0) {
            change_profile(model, naive_pick(model, model->profile_count), actor);
        }
    }
}

static void step(struct model *model)
{
    struct machine *vm =
        model->vm_count > 0 ? &model->vms[naive_pick(model, model->vm_count)] : NULL;
    if (vm == NULL || naive_chance(model, 12)) {
        start(model);
    } else if (naive_chance(model, 15)) {
        change_host(model);
    } else if (naive_chance(model, 8)) {
        power_up(model, vm);
    } else if (naive_chance(model, 8)) {
        stop_or_delete(model, vm);
    } else if (naive_chance(model, 5)) {
        observe(model, vm);
    } else {
        arrange(model, vm);
    }
}

static void furnish(struct model *model)
{
    struct world *world = model->world;
    const struct id users[] = {model->people[0].user, model->people[1].user, model->people[2].user,
                               model->people[3].user};
    model->team = (struct id){ID_TEAM, world->n};
    (void)world_put(
        world, ROW_TEAM,
        &(struct team_row){
            .team = model->team, .name = LITERAL("t"), .has_cores = true, .cores = TEAM_CORES});
    const union command_fields fields = {.hw_manage_access = {.hardware = model->lab.hardware,
                                                              .added = users,
                                                              .added_count = USERS}};
    (void)person_must(world, &model->lab.admin, COMMAND_HW_MANAGE_ACCESS, &fields);
    for (size_t i = 0; i < USERS; i++) {
        (void)world_put(world, ROW_TEAM_MEMBER,
                        &(struct team_member_row){.team = model->team, .user = users[i]});
        model->configs[i][0] = lab_config(world, &model->lab, &model->people[i],
                                          &(struct recipe){.name = "own", .service = true});
        model->configs[i][1] = lab_config(world, &model->lab, &model->people[i],
                                          &(struct recipe){.name = "team", .team = model->team});
    }
}

static void the_policy_of_machines_is_what_a_naive_model_says(void **state)
{
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    model->world = *state;
    model->seed = 4177;
    model->lab = lab_begin(model->world, ROOM);
    model->hosts[0] = model->lab.host;
    model->hosts[1] =
        lab_host(model->world, &model->lab, "south", LAB_CORES, (uint64_t)ROOM * LAB_MEMORY);
    model->active[0] = model->active[1] = true;
    model->people[0] = model->lab.ann;
    model->people[1] = model->lab.bob;
    model->people[2] = model->lab.cid;
    model->people[3] = model->lab.root; /* one of the users, as far as machines go */
    furnish(model);
    for (size_t i = 0; i < STEPS; i++) {
        step(model);
        if (i % 7 == 0) {
            compare(model);
        }
    }
    assert_int_equal(model->vm_count, VMS);
    assert_true(model->directory_count > 3 && model->profile_count > 3);
    free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(the_policy_of_machines_is_what_a_naive_model_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

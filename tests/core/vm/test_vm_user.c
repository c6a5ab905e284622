/*
 * Who is in a machine: users, managers, profiles and groups, and that no role in the system means
 * anything there.
 */
#include "core/dispatch.h"
#include "core/vm/vm_group.h"
#include "core/vm/vm_profile.h"
#include "tests/core/vm/lab.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define BIT(permission) (1u << (permission))

static union command_fields entry(struct id vm, const struct person *user, enum vm_role role)
{
    return (union command_fields){.vm_add_user = {.vm = vm, .user = user->user, .role = role}};
}

static union command_fields role_of(struct id vm, const struct person *user, enum vm_role role)
{
    return (union command_fields){.vm_set_role = {.vm = vm, .user = user->user, .role = role}};
}

static union command_fields removal(struct id vm, const struct person *user)
{
    return (union command_fields){.vm_remove_user = {.vm = vm, .user = user->user}};
}

static union command_fields own(struct id vm, const struct person *user,
                                const enum vm_permission *permissions, size_t count)
{
    return (union command_fields){
        .vm_set_profile = {
            .vm = vm, .user = user->user, .permissions = permissions, .permissions_count = count}};
}

static union command_fields profile_of(struct id vm, const struct person *user, struct id profile)
{
    return (union command_fields){
        .vm_set_profile = {.vm = vm, .user = user->user, .has_profile = true, .profile = profile}};
}

static union command_fields creation(struct id vm, const char *name, enum vm_role role,
                                     const enum vm_permission *permissions, size_t count)
{
    return (union command_fields){.vm_profile_create = {.vm = vm,
                                                        .name = bytes_of_string(name),
                                                        .role = role,
                                                        .permissions = permissions,
                                                        .permissions_count = count}};
}

static struct id make_profile(struct world *world, const struct person *by, struct id vm,
                              const char *name, enum vm_permission permission)
{
    const union command_fields fields = creation(vm, name, VM_ROLE_USER, &permission, 1);
    return (struct id){ID_VMPROFILE, person_must(world, by, COMMAND_VM_PROFILE_CREATE, &fields)};
}

static unsigned permissions_of(struct world *world, struct id vm, const struct person *user)
{
    struct view view = world_view(world);
    return vm_permissions(&view, vm, user->user);
}

/* VM-06a: and not before the manager is permitted to. */
static void the_users_of_a_machine_are_managed_by_its_owner_or_a_manager_who_may(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    const union command_fields add = entry(vm, &lab.cid, VM_ROLE_USER);
    person_refused(world, &lab.bob, COMMAND_VM_ADD_USER, &add, RULE_VM_06A);
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_MANAGER);
    person_refused(world, &lab.bob, COMMAND_VM_ADD_USER, &add, RULE_VM_06A);
    lab_permit(world, &lab.ann, vm, &lab.bob, BIT(VM_PERMISSION_USERS));
    (void)person_must(world, &lab.bob, COMMAND_VM_ADD_USER, &add);
    const union command_fields demote = role_of(vm, &lab.bob, VM_ROLE_USER);
    (void)person_must(world, &lab.ann, COMMAND_VM_SET_ROLE, &demote);
    const union command_fields remove = removal(vm, &lab.cid);
    person_refused(world, &lab.bob, COMMAND_VM_REMOVE_USER, &remove, RULE_VM_06A);
    (void)person_must(world, &lab.ann, COMMAND_VM_REMOVE_USER, &remove);
    const union command_fields unknown = entry(lab.host, &lab.cid, VM_ROLE_USER);
    person_refused(world, &lab.ann, COMMAND_VM_ADD_USER, &unknown, RULE_VM_01C);
}

/* VM-06d, VM-06e. */
static void the_owner_stays_the_owner_and_everybody_is_in_it_once(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    const struct person nobody = {.user = {ID_USER, 99999}};
    union command_fields fields = entry(vm, &lab.ann, VM_ROLE_USER);
    person_refused(world, &lab.ann, COMMAND_VM_ADD_USER, &fields, RULE_VM_06D);
    fields = role_of(vm, &lab.ann, VM_ROLE_USER);
    person_refused(world, &lab.ann, COMMAND_VM_SET_ROLE, &fields, RULE_VM_06D);
    fields = removal(vm, &lab.ann);
    person_refused(world, &lab.ann, COMMAND_VM_REMOVE_USER, &fields, RULE_VM_06D);
    fields = own(vm, &lab.ann, NULL, 0);
    person_refused(world, &lab.ann, COMMAND_VM_SET_PROFILE, &fields, RULE_VM_06D);
    fields = removal(vm, &lab.bob);
    person_refused(world, &lab.ann, COMMAND_VM_REMOVE_USER, &fields, RULE_VM_06E);
    fields = role_of(vm, &lab.bob, VM_ROLE_MANAGER);
    person_refused(world, &lab.ann, COMMAND_VM_SET_ROLE, &fields, RULE_VM_06E);
    fields = entry(vm, &nobody, VM_ROLE_USER);
    person_refused(world, &lab.ann, COMMAND_VM_ADD_USER, &fields, RULE_IDN_01D);
    fields = entry(vm, &lab.bob, VM_ROLE_USER);
    (void)person_must(world, &lab.ann, COMMAND_VM_ADD_USER, &fields);
    person_refused(world, &lab.ann, COMMAND_VM_ADD_USER, &fields, RULE_VM_06E);
    assert_int_equal(permissions_of(world, vm, &lab.bob), 0);
}

/* VM-06f. */
static void a_manager_gives_no_permission_that_is_not_theirs(void **state)
{
    static const enum vm_permission both[] = {VM_PERMISSION_TERMINAL, VM_PERMISSION_DRIVES};
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_MANAGER);
    lab_let_in(world, &lab.ann, vm, &lab.cid, VM_ROLE_USER);
    lab_permit(world, &lab.ann, vm, &lab.bob, BIT(VM_PERMISSION_USERS) | BIT(both[0]));
    const struct id profile = make_profile(world, &lab.ann, vm, "drives", both[1]);
    union command_fields fields = own(vm, &lab.cid, both, 2);
    person_refused(world, &lab.bob, COMMAND_VM_SET_PROFILE, &fields, RULE_VM_06F);
    fields = own(vm, &lab.bob, both, 2);
    person_refused(world, &lab.bob, COMMAND_VM_SET_PROFILE, &fields, RULE_VM_06F);
    fields = profile_of(vm, &lab.cid, profile);
    person_refused(world, &lab.bob, COMMAND_VM_SET_PROFILE, &fields, RULE_VM_06F);
    fields = creation(vm, "more", VM_ROLE_USER, both, 2);
    person_refused(world, &lab.bob, COMMAND_VM_PROFILE_CREATE, &fields, RULE_VM_06F);
    fields = own(vm, &lab.cid, both, 1);
    (void)person_must(world, &lab.bob, COMMAND_VM_SET_PROFILE, &fields);
    lab_permit(world, &lab.ann, vm, &lab.cid, BIT(both[1]));
    fields = removal(vm, &lab.cid);
    person_refused(world, &lab.bob, COMMAND_VM_REMOVE_USER, &fields, RULE_VM_06F);
    fields = own(vm, &lab.cid, both, 1);
    person_refused(world, &lab.bob, COMMAND_VM_SET_PROFILE, &fields, RULE_VM_06F);
}

/* VM-07b. */
static void
whoever_is_added_to_a_tagged_machine_is_a_member_who_meets_its_requirements(void **state)
{
    struct world *world = *state;
    struct lab lab = lab_begin(world, 1);
    const struct id project = some_project(world, NOBODY);
    person_work_on(world, &lab.ann, project, PROJECT_ROLE_USER);
    const struct recipe recipe = {.name = "one", .project = project};
    const struct id vm = lab_start(world, &lab.ann, lab_config(world, &lab, &lab.ann, &recipe));
    const union command_fields add = entry(vm, &lab.bob, VM_ROLE_USER);
    person_refused(world, &lab.ann, COMMAND_VM_ADD_USER, &add, RULE_VM_07B);
    person_join(world, &lab.bob, project, PROJECT_ROLE_USER);
    (void)person_must(world, &lab.ann, COMMAND_VM_ADD_USER, &add);
    lab_permit(world, &lab.ann, vm, &lab.bob, BIT(VM_PERMISSION_FILES));
    assert_int_equal(permissions_of(world, vm, &lab.bob), BIT(VM_PERMISSION_FILES));
    (void)world_remove(world, ROW_MEMBERSHIP,
                       &(struct membership_row){.project = project, .user = lab.bob.user});
    assert_int_equal(permissions_of(world, vm, &lab.bob), 0);
    struct view view = world_view(world);
    assert_false(vm_has(&view, vm, lab.bob.user));
}

/* Profiles -------------------------------------------------------------------------------- */

/* VM-08a. */
static void profiles_are_made_and_used_while_the_machine_is_connected(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const enum vm_permission files = VM_PERMISSION_FILES;
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    const struct id profile = make_profile(world, &lab.ann, vm, "readers", files);
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_USER);
    lab_end(world, vm);
    union command_fields fields = creation(vm, "others", VM_ROLE_USER, &files, 1);
    person_refused(world, &lab.ann, COMMAND_VM_PROFILE_CREATE, &fields, RULE_VM_08A);
    fields = (union command_fields){.vm_profile_edit = {.profile = profile}};
    person_refused(world, &lab.ann, COMMAND_VM_PROFILE_EDIT, &fields, RULE_VM_08A);
    fields = (union command_fields){.vm_profile_delete = {.profile = profile}};
    person_refused(world, &lab.ann, COMMAND_VM_PROFILE_DELETE, &fields, RULE_VM_08A);
    fields = profile_of(vm, &lab.bob, profile);
    person_refused(world, &lab.ann, COMMAND_VM_SET_PROFILE, &fields, RULE_VM_08A);
    fields = entry(vm, &lab.cid, VM_ROLE_USER);
    fields.vm_add_user.has_profile = true;
    fields.vm_add_user.profile = profile;
    person_refused(world, &lab.ann, COMMAND_VM_ADD_USER, &fields, RULE_VM_08A);
}

/* VM-08b. */
static void statistics_and_groups_are_managers_alone(void **state)
{
    static const enum vm_permission alone[] = {VM_PERMISSION_STATISTICS, VM_PERMISSION_GROUPS};
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_USER);
    for (size_t i = 0; i < 2; i++) {
        const char name[] = {(char)('a' + i), '\0'};
        union command_fields fields = creation(vm, name, VM_ROLE_USER, &alone[i], 1);
        person_refused(world, &lab.ann, COMMAND_VM_PROFILE_CREATE, &fields, RULE_VM_08B);
        fields = own(vm, &lab.bob, &alone[i], 1);
        person_refused(world, &lab.ann, COMMAND_VM_SET_PROFILE, &fields, RULE_VM_08B);
        fields = creation(vm, name, VM_ROLE_MANAGER, &alone[i], 1);
        (void)person_must(world, &lab.ann, COMMAND_VM_PROFILE_CREATE, &fields);
    }
    const struct id users = make_profile(world, &lab.ann, vm, "users", VM_PERMISSION_FILES);
    union command_fields fields = entry(vm, &lab.cid, VM_ROLE_MANAGER);
    fields.vm_add_user.has_profile = true;
    fields.vm_add_user.profile = users;
    person_refused(world, &lab.ann, COMMAND_VM_ADD_USER, &fields, RULE_VM_08B);
    fields = (union command_fields){
        .vm_profile_edit = {.profile = users, .permissions = alone, .permissions_count = 1}};
    person_refused(world, &lab.ann, COMMAND_VM_PROFILE_EDIT, &fields, RULE_VM_08B);
}

/* VM-08c, VM-01d. */
static void a_profile_belongs_to_one_machine_and_is_deleted_when_no_user_has_it(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 2);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    const struct id other = lab_connected(world, &lab, &lab.ann, "two");
    const struct id profile = make_profile(world, &lab.ann, vm, "readers", VM_PERMISSION_FILES);
    const enum vm_permission files = VM_PERMISSION_FILES;
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_USER);
    lab_let_in(world, &lab.ann, other, &lab.bob, VM_ROLE_USER);
    union command_fields fields = creation(vm, "readers", VM_ROLE_USER, &files, 1);
    person_refused(world, &lab.ann, COMMAND_VM_PROFILE_CREATE, &fields, RULE_VM_01D);
    fields = profile_of(other, &lab.bob, profile);
    person_refused(world, &lab.ann, COMMAND_VM_SET_PROFILE, &fields, RULE_VM_08C);
    fields = profile_of(vm, &lab.bob, profile);
    (void)person_must(world, &lab.ann, COMMAND_VM_SET_PROFILE, &fields);
    const union command_fields gone = {.vm_profile_delete = {.profile = profile}};
    person_refused(world, &lab.ann, COMMAND_VM_PROFILE_DELETE, &gone, RULE_VM_08C);
    fields = own(vm, &lab.bob, NULL, 0);
    (void)person_must(world, &lab.ann, COMMAND_VM_SET_PROFILE, &fields);
    (void)person_must(world, &lab.ann, COMMAND_VM_PROFILE_DELETE, &gone);
    person_refused(world, &lab.ann, COMMAND_VM_PROFILE_DELETE, &gone, RULE_VM_01C);
    struct vm_profile_row row;
    struct view view = world_view(world);
    assert_false(vm_profile_by_id(&view, profile, &row));
}

/* VM-09a: and who has a profile has what it says at that moment. */
static void a_new_profile_replaces_the_old(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const enum vm_permission drives = VM_PERMISSION_DRIVES;
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    const struct id first = make_profile(world, &lab.ann, vm, "first", VM_PERMISSION_FILES);
    const struct id second = make_profile(world, &lab.ann, vm, "second", VM_PERMISSION_TERMINAL);
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_USER);
    union command_fields fields = profile_of(vm, &lab.bob, first);
    (void)person_must(world, &lab.ann, COMMAND_VM_SET_PROFILE, &fields);
    assert_int_equal(permissions_of(world, vm, &lab.bob), BIT(VM_PERMISSION_FILES));
    fields = profile_of(vm, &lab.bob, second);
    (void)person_must(world, &lab.ann, COMMAND_VM_SET_PROFILE, &fields);
    assert_true(id_equal(world->decision.events[0].body.vm_user_profile_set.from, first));
    assert_int_equal(permissions_of(world, vm, &lab.bob), BIT(VM_PERMISSION_TERMINAL));
    fields.vm_set_profile.permissions = &drives;
    fields.vm_set_profile.permissions_count = 1;
    person_refused(world, &lab.ann, COMMAND_VM_SET_PROFILE, &fields, RULE_VM_09A);
    fields = (union command_fields){
        .vm_profile_edit = {.profile = second, .permissions = &drives, .permissions_count = 1}};
    (void)person_must(world, &lab.ann, COMMAND_VM_PROFILE_EDIT, &fields);
    assert_int_equal(permissions_of(world, vm, &lab.bob), BIT(VM_PERMISSION_DRIVES));
}

static void what_does_not_go_with_a_new_role_falls_away(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_MANAGER);
    lab_permit(world, &lab.ann, vm, &lab.bob,
               BIT(VM_PERMISSION_GROUPS) | BIT(VM_PERMISSION_UPLOAD));
    const union command_fields demote = role_of(vm, &lab.bob, VM_ROLE_USER);
    (void)person_must(world, &lab.ann, COMMAND_VM_SET_ROLE, &demote);
    assert_int_equal(permissions_of(world, vm, &lab.bob), BIT(VM_PERMISSION_UPLOAD));
    const union command_fields promote = role_of(vm, &lab.bob, VM_ROLE_MANAGER);
    (void)person_must(world, &lab.ann, COMMAND_VM_SET_ROLE, &promote);
    assert_int_equal(permissions_of(world, vm, &lab.bob), BIT(VM_PERMISSION_UPLOAD));
}

/* Groups ---------------------------------------------------------------------------------- */

static union command_fields joining(struct id group, const struct person *user)
{
    return (union command_fields){.vm_group_add_member = {.group = group, .user = user->user}};
}

/* VM-11a, VM-11b. */
static void groups_of_a_machine_are_made_by_its_owner_or_a_manager_who_may(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_MANAGER);
    union command_fields fields = {.vm_group_create = {.vm = vm, .name = LITERAL("writers")}};
    person_refused(world, &lab.bob, COMMAND_VM_GROUP_CREATE, &fields, RULE_VM_11A);
    person_refused(world, &lab.root, COMMAND_VM_GROUP_CREATE, &fields, RULE_VM_11A);
    lab_permit(world, &lab.ann, vm, &lab.bob, BIT(VM_PERMISSION_GROUPS));
    const struct id group = {ID_VMGROUP,
                             person_must(world, &lab.bob, COMMAND_VM_GROUP_CREATE, &fields)};
    person_refused(world, &lab.ann, COMMAND_VM_GROUP_CREATE, &fields, RULE_VM_01D);
    fields = joining(group, &lab.cid);
    person_refused(world, &lab.bob, COMMAND_VM_GROUP_ADD_MEMBER, &fields, RULE_VM_11B);
    lab_let_in(world, &lab.ann, vm, &lab.cid, VM_ROLE_USER);
    person_refused(world, &lab.cid, COMMAND_VM_GROUP_ADD_MEMBER, &fields, RULE_VM_11A);
    (void)person_must(world, &lab.bob, COMMAND_VM_GROUP_ADD_MEMBER, &fields);
    person_refused(world, &lab.bob, COMMAND_VM_GROUP_ADD_MEMBER, &fields, RULE_VM_11B);
    fields =
        (union command_fields){.vm_group_remove_member = {.group = group, .user = lab.bob.user}};
    person_refused(world, &lab.ann, COMMAND_VM_GROUP_REMOVE_MEMBER, &fields, RULE_VM_11B);
    fields.vm_group_remove_member.user = lab.cid.user;
    (void)person_must(world, &lab.ann, COMMAND_VM_GROUP_REMOVE_MEMBER, &fields);
    struct view view = world_view(world);
    assert_false(vm_group_has(&view, group, lab.cid.user));
}

/* VM-11b: who leaves the machine leaves its groups. */
static void nobody_is_in_a_group_who_is_not_in_the_machine(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    struct id groups[2];
    for (size_t i = 0; i < 2; i++) {
        const char name[] = {(char)('a' + i), '\0'};
        const union command_fields fields = {
            .vm_group_create = {.vm = vm, .name = bytes_of_string(name)}};
        groups[i] =
            (struct id){ID_VMGROUP, person_must(world, &lab.ann, COMMAND_VM_GROUP_CREATE, &fields)};
    }
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_USER);
    lab_let_in(world, &lab.ann, vm, &lab.cid, VM_ROLE_USER);
    for (size_t i = 0; i < 2; i++) {
        union command_fields fields = joining(groups[i], &lab.bob);
        (void)person_must(world, &lab.ann, COMMAND_VM_GROUP_ADD_MEMBER, &fields);
        fields = joining(groups[i], &lab.cid);
        (void)person_must(world, &lab.ann, COMMAND_VM_GROUP_ADD_MEMBER, &fields);
    }
    union command_fields fields = removal(vm, &lab.bob);
    (void)person_must(world, &lab.ann, COMMAND_VM_REMOVE_USER, &fields);
    fields = (union command_fields){.vm_group_delete = {.group = groups[0]}};
    (void)person_must(world, &lab.ann, COMMAND_VM_GROUP_DELETE, &fields);
    person_refused(world, &lab.ann, COMMAND_VM_GROUP_DELETE, &fields, RULE_VM_01C);
    struct view view = world_view(world);
    assert_false(vm_group_has(&view, groups[0], lab.bob.user));
    assert_false(vm_group_has(&view, groups[1], lab.bob.user));
    assert_false(vm_group_has(&view, groups[0], lab.cid.user));
    assert_true(vm_group_has(&view, groups[1], lab.cid.user));
}

/* Roles in the system --------------------------------------------------------------------- */

/* VM-06b: every command within a machine, asked by somebody of each role in the system who is
 * nobody, a user, or a manager of it, is answered the same as to a plain user. */
static void no_role_in_the_system_means_anything_in_a_machine(void **state)
{
    static const enum vm_permission files = VM_PERMISSION_FILES;
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    const struct id profile = make_profile(world, &lab.ann, vm, "readers", files);
    union command_fields fields = {
        .vm_accessdir_create = {.vm = vm, .name = LITERAL("d"), .group = ACCESS_GROUP_NOBODY}};
    const struct id directory = {
        ID_ACCESSDIR, person_must(world, &lab.ann, COMMAND_VM_ACCESSDIR_CREATE, &fields)};
    fields = (union command_fields){.vm_group_create = {.vm = vm, .name = LITERAL("g")}};
    const struct id group = {ID_VMGROUP,
                             person_must(world, &lab.ann, COMMAND_VM_GROUP_CREATE, &fields)};
    lab_let_in(world, &lab.ann, vm, &lab.cid, VM_ROLE_USER);
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_USER);
    const struct {
        enum command_kind kind;
        union command_fields fields;
    } commands[] = {
        {COMMAND_VM_ADD_USER, entry(vm, &lab.admin, VM_ROLE_MANAGER)},
        {COMMAND_VM_REMOVE_USER, removal(vm, &lab.cid)},
        {COMMAND_VM_SET_ROLE, role_of(vm, &lab.cid, VM_ROLE_MANAGER)},
        {COMMAND_VM_SET_PROFILE, profile_of(vm, &lab.cid, profile)},
        {COMMAND_VM_SET_PROFILE, own(vm, &lab.cid, &files, 1)},
        {COMMAND_VM_PROFILE_CREATE, creation(vm, "p", VM_ROLE_USER, &files, 1)},
        {COMMAND_VM_PROFILE_EDIT, {.vm_profile_edit = {.profile = profile}}},
        {COMMAND_VM_PROFILE_DELETE, {.vm_profile_delete = {.profile = profile}}},
        {COMMAND_VM_ACCESSDIR_CREATE, {.vm_accessdir_create = {.vm = vm, .name = LITERAL("e")}}},
        {COMMAND_VM_ACCESSDIR_SET, {.vm_accessdir_set = {.directory = directory}}},
        {COMMAND_VM_ACCESSDIR_DELETE, {.vm_accessdir_delete = {.directory = directory}}},
        {COMMAND_VM_GROUP_CREATE, {.vm_group_create = {.vm = vm, .name = LITERAL("h")}}},
        {COMMAND_VM_GROUP_DELETE, {.vm_group_delete = {.group = group}}},
        {COMMAND_VM_GROUP_ADD_MEMBER, joining(group, &lab.cid)},
        {COMMAND_VM_SHUTDOWN, {.vm_shutdown = {.vm = vm}}},
        {COMMAND_VM_DELETE, {.vm_delete = {.vm = vm}}},
        {COMMAND_VM_SET_PROJECT, {.vm_set_project = {.vm = vm}}},
        {COMMAND_VM_START, {.vm_start = {.config = lab_row(world, vm).config}}},
    };
    const unsigned sets[] = {0, BIT(VM_PERMISSION_USERS), vm_role_permissions(VM_ROLE_USER)};
    for (size_t s = 0; s < sizeof sets / sizeof sets[0]; s++) {
        lab_permit(world, &lab.ann, vm, &lab.bob, sets[s]);
        for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
            for (unsigned who = 0; who < 2; who++) {
                struct actor actor = {.user = who == 0 ? lab.bob.user : lab.root.user,
                                      .role = USER_ROLE_USER};
                struct view view = world_view(world);
                static struct decision plain, mighty;
                plain = mighty = (struct decision){.refused = RULE_NONE};
                dispatch_decide(commands[i].kind, &view, &actor, &commands[i].fields, &plain);
                actor.role = USER_ROLE_SUPER_ADMIN;
                dispatch_decide(commands[i].kind, &view, &actor, &commands[i].fields, &mighty);
                assert_string_equal(rule_id(plain.refused), rule_id(mighty.refused));
                assert_int_not_equal(plain.refused, RULE_NONE);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(the_users_of_a_machine_are_managed_by_its_owner_or_a_manager_who_may),
        IN_WORLD(the_owner_stays_the_owner_and_everybody_is_in_it_once),
        IN_WORLD(a_manager_gives_no_permission_that_is_not_theirs),
        IN_WORLD(whoever_is_added_to_a_tagged_machine_is_a_member_who_meets_its_requirements),
        IN_WORLD(profiles_are_made_and_used_while_the_machine_is_connected),
        IN_WORLD(statistics_and_groups_are_managers_alone),
        IN_WORLD(a_profile_belongs_to_one_machine_and_is_deleted_when_no_user_has_it),
        IN_WORLD(a_new_profile_replaces_the_old),
        IN_WORLD(what_does_not_go_with_a_new_role_falls_away),
        IN_WORLD(groups_of_a_machine_are_made_by_its_owner_or_a_manager_who_may),
        IN_WORLD(nobody_is_in_a_group_who_is_not_in_the_machine),
        IN_WORLD(no_role_in_the_system_means_anything_in_a_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

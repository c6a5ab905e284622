/*
 * Access directories: Everybody, Nobody and Managers are computed, Custom is a list.
 */
#include "core/vm/access_directory.h"
#include "tests/core/vm/lab.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define BIT(permission) (1u << (permission))

static union command_fields creation(struct id vm, const char *name, enum access_group group)
{
    return (union command_fields){
        .vm_accessdir_create = {.vm = vm, .name = bytes_of_string(name), .group = group}};
}

static struct id make(struct world *world, const struct person *by, struct id vm, const char *name,
                      enum access_group group)
{
    const union command_fields fields = creation(vm, name, group);
    return (struct id){ID_ACCESSDIR, person_must(world, by, COMMAND_VM_ACCESSDIR_CREATE, &fields)};
}

/* read, write, neither: `r`, `w`, `-`. */
static char access_of_person(struct world *world, struct id directory, const struct person *person)
{
    struct view view = world_view(world);
    const bool read = access_directory_allows(&view, directory, person->user, DRIVE_MODE_RO);
    const bool write = access_directory_allows(&view, directory, person->user, DRIVE_MODE_RW);
    assert_true(read || !write);
    return write ? 'w' : read ? 'r' : '-';
}

/* VM-10a, VM-10d. */
static void access_directories_are_the_owners_or_a_managers_who_may(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    union command_fields fields = creation(vm, "plans", ACCESS_GROUP_EVERYBODY);
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_MANAGER);
    person_refused(world, &lab.bob, COMMAND_VM_ACCESSDIR_CREATE, &fields, RULE_VM_10A);
    lab_permit(world, &lab.ann, vm, &lab.bob, BIT(VM_PERMISSION_ACCESS_DIRECTORIES));
    const struct id directory = make(world, &lab.bob, vm, "plans", ACCESS_GROUP_EVERYBODY);
    person_refused(world, &lab.ann, COMMAND_VM_ACCESSDIR_CREATE, &fields, RULE_VM_10D);
    fields = creation(vm, "a/b", ACCESS_GROUP_EVERYBODY);
    person_refused(world, &lab.ann, COMMAND_VM_ACCESSDIR_CREATE, &fields, RULE_VM_10D);
    fields = creation(lab.host, "c", ACCESS_GROUP_EVERYBODY);
    person_refused(world, &lab.ann, COMMAND_VM_ACCESSDIR_CREATE, &fields, RULE_VM_01C);
    fields = (union command_fields){
        .vm_accessdir_set = {.directory = directory, .group = ACCESS_GROUP_NOBODY}};
    person_refused(world, &lab.cid, COMMAND_VM_ACCESSDIR_SET, &fields, RULE_VM_10A);
    (void)person_must(world, &lab.bob, COMMAND_VM_ACCESSDIR_SET, &fields);
    fields = (union command_fields){.vm_accessdir_delete = {.directory = directory}};
    person_refused(world, &lab.root, COMMAND_VM_ACCESSDIR_DELETE, &fields, RULE_VM_10A);
    (void)person_must(world, &lab.ann, COMMAND_VM_ACCESSDIR_DELETE, &fields);
    person_refused(world, &lab.ann, COMMAND_VM_ACCESSDIR_DELETE, &fields, RULE_VM_01C);
    (void)make(world, &lab.ann, vm, "plans", ACCESS_GROUP_EVERYBODY);
}

/* VM-10b, VM-10c: ann owns it, bob manages, cid is a user, root is nobody in it. */
static void each_group_lets_in_whom_it_says_and_always_the_owner(void **state)
{
    static const struct {
        enum access_group group;
        const char *ann_bob_cid_root;
    } rows[] = {{ACCESS_GROUP_EVERYBODY, "www-"},
                {ACCESS_GROUP_NOBODY, "w---"},
                {ACCESS_GROUP_MANAGERS, "ww--"}};
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    const struct person *people[] = {&lab.ann, &lab.bob, &lab.cid, &lab.root};
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_MANAGER);
    lab_let_in(world, &lab.ann, vm, &lab.cid, VM_ROLE_USER);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char name[] = {(char)('a' + i), '\0'};
        const struct id directory = make(world, &lab.ann, vm, name, rows[i].group);
        for (size_t p = 0; p < 4; p++) {
            assert_int_equal(access_of_person(world, directory, people[p]),
                             rows[i].ann_bob_cid_root[p]);
        }
    }
}

/* VM-10c: membership is computed, so that it follows who is in the machine, and as what. */
static void what_is_computed_follows_the_machines_users(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    const struct id managers = make(world, &lab.ann, vm, "m", ACCESS_GROUP_MANAGERS);
    const struct id everybody = make(world, &lab.ann, vm, "e", ACCESS_GROUP_EVERYBODY);
    assert_int_equal(access_of_person(world, everybody, &lab.bob), '-');
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_USER);
    assert_int_equal(access_of_person(world, everybody, &lab.bob), 'w');
    assert_int_equal(access_of_person(world, managers, &lab.bob), '-');
    union command_fields fields = {
        .vm_set_role = {.vm = vm, .user = lab.bob.user, .role = VM_ROLE_MANAGER}};
    (void)person_must(world, &lab.ann, COMMAND_VM_SET_ROLE, &fields);
    assert_int_equal(access_of_person(world, managers, &lab.bob), 'w');
    fields = (union command_fields){.vm_remove_user = {.vm = vm, .user = lab.bob.user}};
    (void)person_must(world, &lab.ann, COMMAND_VM_REMOVE_USER, &fields);
    assert_int_equal(access_of_person(world, managers, &lab.bob), '-');
    assert_int_equal(access_of_person(world, everybody, &lab.bob), '-');
}

/* VM-10c. */
static void custom_is_a_list_of_the_machines_users_and_nothing_else_takes_one(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    union command_fields fields = creation(vm, "c", ACCESS_GROUP_CUSTOM);
    person_refused(world, &lab.ann, COMMAND_VM_ACCESSDIR_CREATE, &fields, RULE_VM_10C);
    fields.vm_accessdir_create.read = &lab.bob.user;
    fields.vm_accessdir_create.read_count = 1;
    person_refused(world, &lab.ann, COMMAND_VM_ACCESSDIR_CREATE, &fields, RULE_VM_10C);
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_USER);
    lab_let_in(world, &lab.ann, vm, &lab.cid, VM_ROLE_MANAGER);
    fields.vm_accessdir_create.group = ACCESS_GROUP_EVERYBODY;
    person_refused(world, &lab.ann, COMMAND_VM_ACCESSDIR_CREATE, &fields, RULE_VM_10C);
    fields.vm_accessdir_create.group = ACCESS_GROUP_CUSTOM;
    const struct id directory = {
        ID_ACCESSDIR, person_must(world, &lab.ann, COMMAND_VM_ACCESSDIR_CREATE, &fields)};
    assert_int_equal(access_of_person(world, directory, &lab.ann), 'w');
    assert_int_equal(access_of_person(world, directory, &lab.bob), 'r');
    assert_int_equal(access_of_person(world, directory, &lab.cid), '-');
    fields = (union command_fields){.vm_accessdir_set = {.directory = directory,
                                                         .group = ACCESS_GROUP_CUSTOM,
                                                         .write = &lab.cid.user,
                                                         .write_count = 1}};
    (void)person_must(world, &lab.ann, COMMAND_VM_ACCESSDIR_SET, &fields);
    assert_int_equal(access_of_person(world, directory, &lab.bob), '-');
    assert_int_equal(access_of_person(world, directory, &lab.cid), 'w');
    fields = (union command_fields){.vm_remove_user = {.vm = vm, .user = lab.cid.user}};
    (void)person_must(world, &lab.ann, COMMAND_VM_REMOVE_USER, &fields);
    assert_int_equal(access_of_person(world, directory, &lab.cid), '-');
}

static void a_directory_lies_on_a_drive_that_is_at_the_machine(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    const struct drive_row drive = {.drive = {ID_DRIVE, world->n},
                                    .name = LITERAL("data"),
                                    .owner = lab.ann.user,
                                    .pool = lab.pool};
    union command_fields fields = creation(vm, "c", ACCESS_GROUP_EVERYBODY);
    fields.vm_accessdir_create.has_drive = true;
    fields.vm_accessdir_create.drive = drive.drive;
    person_refused(world, &lab.ann, COMMAND_VM_ACCESSDIR_CREATE, &fields, RULE_DRV_01B);
    (void)world_put(world, ROW_DRIVE, &drive);
    person_refused(world, &lab.ann, COMMAND_VM_ACCESSDIR_CREATE, &fields, RULE_DRV_14F);
    (void)world_put(world, ROW_ATTACHMENT,
                    &(struct attachment_row){.drive = drive.drive, .vm = vm});
    const struct id directory = {
        ID_ACCESSDIR, person_must(world, &lab.ann, COMMAND_VM_ACCESSDIR_CREATE, &fields)};
    struct accessdir_row row;
    struct view view = world_view(world);
    assert_true(access_directory_by_id(&view, directory, &row));
    assert_true(row.has_drive && id_equal(row.drive, drive.drive));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(access_directories_are_the_owners_or_a_managers_who_may),
        IN_WORLD(each_group_lets_in_whom_it_says_and_always_the_owner),
        IN_WORLD(what_is_computed_follows_the_machines_users),
        IN_WORLD(custom_is_a_list_of_the_machines_users_and_nothing_else_takes_one),
        IN_WORLD(a_directory_lies_on_a_drive_that_is_at_the_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

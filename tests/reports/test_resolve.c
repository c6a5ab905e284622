/*
 * What people call things, and the ids they mean.
 */
#include "core/evolution.h"
#include "reports/resolve.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void put(struct enclave *enclave, enum row_table table, const void *row)
{
    uint8_t memory[4096];
    struct arena arena = ARENA_IN(memory);
    struct evolution evolution = {
        .state = engine_state(enclave->engine), .n = 1000, .arena = &arena};
    evolution_put(&evolution, table, row);
    must(evolution.status);
}

static struct status find(struct enclave *enclave, enum id_kind kind, const char *name,
                          struct id *out)
{
    struct view view = enclave_view(enclave);
    const struct resolver resolver = {.view = &view, .user = enclave_id(enclave, "ada")};
    return resolve(&resolver, kind, bytes_of_string(name), out);
}

static void assert_found(struct enclave *enclave, enum id_kind kind, const char *name,
                         struct id expected)
{
    struct id id;
    must(find(enclave, kind, name, &id));
    assert_true(id_equal(id, expected));
}

static void assert_not_found(struct enclave *enclave, enum id_kind kind, const char *name)
{
    struct id id;
    struct status status = find(enclave, kind, name, &id);
    assert_int_equal(status.code, STATUS_NOT_FOUND);
    assert_non_null(status.why);
}

/* A group `lab` with a directory `raw` and in it the file `a.csv`; ada's own file `notes`. */
static void furnish(struct enclave *enclave)
{
    const struct id group = {ID_GROUP, 50}, dir = {ID_DIR, 51};
    put(enclave, ROW_GROUP,
        &(struct group_row){
            .group = group, .name = LITERAL("lab"), .owner = {ID_USER, 3}, .key = LITERAL("k")});
    put(enclave, ROW_GROUP_NAME, &(struct group_name_row){.name = LITERAL("lab"), .group = group});
    put(enclave, ROW_ENTRY,
        &(struct entry_row){.parent = group, .name = LITERAL("raw"), .object = dir});
    put(enclave, ROW_ENTRY,
        &(struct entry_row){.parent = dir, .name = LITERAL("a.csv"), .object = {ID_FILE, 52}});
    put(enclave, ROW_ENTRY,
        &(struct entry_row){.parent = enclave_id(enclave, "ada"),
                            .name = LITERAL("notes"),
                            .object = {ID_FILE, 53}});
}

static void names_and_ids_lead_to_the_same_thing(void **unused)
{
    struct enclave enclave;
    (void)unused;
    enclave_begin(&enclave);
    furnish(&enclave);
    struct id ada = enclave_id(&enclave, "ada");
    assert_found(&enclave, ID_USER, "ada", ada);
    assert_found(&enclave, ID_NONE, "ada", ada);
    assert_found(&enclave, ID_USER, "user:77", (struct id){ID_USER, 77});
    assert_found(&enclave, ID_GROUP, "lab", (struct id){ID_GROUP, 50});
    assert_found(&enclave, ID_NONE, "lab", (struct id){ID_GROUP, 50});
    assert_not_found(&enclave, ID_USER, "eve");
    assert_not_found(&enclave, ID_GROUP, "eve");
    assert_not_found(&enclave, ID_NONE, "eve");
    assert_not_found(&enclave, ID_PROJECT, "eve");
    assert_not_found(&enclave, ID_CERT, "eve");
    assert_not_found(&enclave, ID_USER, "");
    enclave_end(&enclave);
}

static void a_path_begins_with_a_user_or_a_group(void **unused)
{
    struct enclave enclave;
    (void)unused;
    enclave_begin(&enclave);
    furnish(&enclave);
    const struct id file = {ID_FILE, 52}, notes = {ID_FILE, 53}, dir = {ID_DIR, 51};
    assert_found(&enclave, ID_FILE, "@lab/raw/a.csv", file);
    assert_found(&enclave, ID_FILE, "@lab//raw/a.csv", file);
    assert_found(&enclave, ID_DIR, "@lab/raw/", dir);
    assert_found(&enclave, ID_FILE, "dir:51/a.csv", file);
    assert_found(&enclave, ID_FILE, "group:50/raw/a.csv", file);
    assert_found(&enclave, ID_NONE, "/notes", notes);
    assert_found(&enclave, ID_NONE, "@lab", (struct id){ID_GROUP, 50});
    assert_not_found(&enclave, ID_FILE, "@lab/raw/b.csv");
    assert_not_found(&enclave, ID_FILE, "@gone/raw");
    assert_not_found(&enclave, ID_FILE, "notes");
    assert_not_found(&enclave, ID_FILE, "/notes/deeper");
    enclave_end(&enclave);
}

static void the_last_name_of_a_parent_need_not_be_there(void **unused)
{
    struct enclave enclave;
    struct id parent;
    struct bytes name;
    (void)unused;
    enclave_begin(&enclave);
    furnish(&enclave);
    struct view view = enclave_view(&enclave);
    const struct resolver resolver = {.view = &view, .user = enclave_id(&enclave, "ada")};
    must(resolve_parent(&resolver, LITERAL("@lab/raw/new.csv"), &parent, &name));
    assert_int_equal(parent.n, 51);
    assert_true(bytes_equal(name, LITERAL("new.csv")));
    must(resolve_parent(&resolver, LITERAL("/new"), &parent, &name));
    assert_true(id_equal(parent, resolver.user));
    assert_int_equal(resolve_parent(&resolver, LITERAL("/"), &parent, &name).code,
                     STATUS_NOT_FOUND);
    assert_int_equal(resolve_parent(&resolver, LITERAL("@lab/none/new"), &parent, &name).code,
                     STATUS_NOT_FOUND);
    enclave_end(&enclave);
}

static void two_groups_of_one_name_are_told_apart_by_id_only(void **unused)
{
    struct enclave enclave;
    struct id id;
    (void)unused;
    enclave_begin(&enclave);
    furnish(&enclave);
    const struct id other = {ID_GROUP, 60};
    put(&enclave, ROW_GROUP,
        &(struct group_row){
            .group = other, .name = LITERAL("lab"), .owner = {ID_USER, 3}, .key = LITERAL("k")});
    put(&enclave, ROW_GROUP_NAME, &(struct group_name_row){.name = LITERAL("lab"), .group = other});
    assert_int_equal(find(&enclave, ID_GROUP, "lab", &id).code, STATUS_CONFLICT);
    assert_found(&enclave, ID_GROUP, "group:60", other);
    put(&enclave, ROW_GROUP,
        &(struct group_row){.group = other,
                            .name = LITERAL("lab"),
                            .owner = {ID_USER, 3},
                            .key = LITERAL("k"),
                            .deleted = true});
    assert_found(&enclave, ID_GROUP, "lab", (struct id){ID_GROUP, 50});
    enclave_end(&enclave);
}

static void a_name_alone_is_looked_for_among_all_kinds_and_a_kind_may_be_said(void **unused)
{
    struct enclave enclave;
    (void)unused;
    enclave_begin(&enclave);
    furnish(&enclave);
    const struct id project = {ID_PROJECT, 70};
    put(&enclave, ROW_PROJECT_NAME,
        &(struct project_name_row){.name = LITERAL("ada"), .project = project});
    assert_found(&enclave, ID_NONE, "ada", enclave_id(&enclave, "ada"));
    assert_found(&enclave, ID_NONE, "project:ada", project);
    assert_found(&enclave, ID_NONE, "user:ada", enclave_id(&enclave, "ada"));
    assert_found(&enclave, ID_NONE, "group:lab", (struct id){ID_GROUP, 50});
    assert_found(&enclave, ID_NONE, "lab", (struct id){ID_GROUP, 50});
    assert_found(&enclave, ID_NONE, "phones", enclave.provider);
    assert_not_found(&enclave, ID_NONE, "project:lab");
    assert_not_found(&enclave, ID_NONE, "nothing");
    assert_not_found(&enclave, ID_NONE, "session:none");
    enclave_end(&enclave);
}

/* Two people with a drive of one name, and one with another. */
static void stock(struct enclave *enclave)
{
    const struct id ada = enclave_id(enclave, "ada"), ben = enclave_id(enclave, "ben");
    const struct drive_name_row names[] = {
        {.owner = ada, .name = LITERAL("both"), .drive = {ID_DRIVE, 61}},
        {.owner = ben, .name = LITERAL("both"), .drive = {ID_DRIVE, 62}},
        {.owner = ben, .name = LITERAL("his"), .drive = {ID_DRIVE, 63}},
    };
    for (size_t i = 0; i < 3; i++) {
        put(enclave, ROW_DRIVE_NAME, &names[i]);
    }
    put(enclave, ROW_POOL_NAME,
        &(struct pool_name_row){.name = LITERAL("disks"), .pool = {ID_POOL, 64}});
    put(enclave, ROW_DRIVE,
        &(struct drive_row){.drive = {ID_DRIVE, 63},
                            .name = LITERAL("his"),
                            .owner = ben,
                            .pool = {ID_POOL, 64},
                            .has_newest = true,
                            .newest = {ID_SNAPSHOT, 66}});
    put(enclave, ROW_SNAPSHOT,
        &(struct snapshot_row){.snapshot = {ID_SNAPSHOT, 65},
                               .drive = {ID_DRIVE, 63},
                               .name = LITERAL("before"),
                               .pool = {ID_POOL, 64}});
    put(enclave, ROW_SNAPSHOT,
        &(struct snapshot_row){.snapshot = {ID_SNAPSHOT, 66},
                               .drive = {ID_DRIVE, 63},
                               .name = LITERAL("after"),
                               .pool = {ID_POOL, 64},
                               .has_parent = true,
                               .parent = {ID_SNAPSHOT, 65}});
}

static void a_drive_is_the_askers_else_the_only_one_of_its_name(void **unused)
{
    struct enclave enclave;
    struct id id;
    (void)unused;
    enclave_begin(&enclave);
    enclave_join(&enclave, "ben", USER_ROLE_USER);
    stock(&enclave);
    assert_found(&enclave, ID_DRIVE, "both", (struct id){ID_DRIVE, 61});
    assert_found(&enclave, ID_DRIVE, "ben/both", (struct id){ID_DRIVE, 62});
    assert_found(&enclave, ID_NONE, "ben/both", (struct id){ID_DRIVE, 62});
    assert_found(&enclave, ID_NONE, "drive:ben/both", (struct id){ID_DRIVE, 62});
    assert_found(&enclave, ID_DRIVE, "his", (struct id){ID_DRIVE, 63});
    assert_found(&enclave, ID_NONE, "drive:his", (struct id){ID_DRIVE, 63});
    assert_found(&enclave, ID_POOL, "disks", (struct id){ID_POOL, 64});
    assert_found(&enclave, ID_SNAPSHOT, "ben/his/before", (struct id){ID_SNAPSHOT, 65});
    assert_found(&enclave, ID_NONE, "snapshot:his/after", (struct id){ID_SNAPSHOT, 66});
    assert_not_found(&enclave, ID_DRIVE, "ada/his");
    assert_not_found(&enclave, ID_DRIVE, "nobody/his");
    assert_not_found(&enclave, ID_SNAPSHOT, "his");
    assert_not_found(&enclave, ID_SNAPSHOT, "his/never");
    struct view view = enclave_view(&enclave);
    const struct resolver nobody = {.view = &view};
    assert_int_equal(resolve(&nobody, ID_DRIVE, LITERAL("both"), &id).code, STATUS_CONFLICT);
    enclave_end(&enclave);
}

/* Machines of two people, one of which has things of its own. */
static void a_machine_is_called_after_its_owner_and_what_it_has_after_it(void **unused)
{
    struct enclave enclave;
    (void)unused;
    enclave_begin(&enclave);
    enclave_join(&enclave, "ben", USER_ROLE_USER);
    const struct id ada = enclave_id(&enclave, "ada"), ben = enclave_id(&enclave, "ben");
    const struct id adas = {ID_VM, 71}, bens = {ID_VM, 72}, recipe = {ID_CONFIG, 73};
    const struct id profile = {ID_VMPROFILE, 74}, directory = {ID_ACCESSDIR, 75};
    const struct id group = {ID_VMGROUP, 76}, host = {ID_HOST, 77}, hardware = {ID_HARDWARE, 78};
    put(&enclave, ROW_VM_NAME,
        &(struct vm_name_row){.owner = ada, .name = LITERAL("desk"), .vm = adas});
    put(&enclave, ROW_VM_NAME,
        &(struct vm_name_row){.owner = ben, .name = LITERAL("desk"), .vm = bens});
    put(&enclave, ROW_CONFIG_NAME,
        &(struct config_name_row){.owner = ben, .name = LITERAL("recipe"), .config = recipe});
    put(&enclave, ROW_VM_PROFILE_NAME,
        &(struct vm_profile_name_row){.vm = bens, .name = LITERAL("x"), .profile = profile});
    put(&enclave, ROW_ACCESSDIR_NAME,
        &(struct accessdir_name_row){.vm = bens, .name = LITERAL("x"), .directory = directory});
    put(&enclave, ROW_VM_GROUP_NAME,
        &(struct vm_group_name_row){.vm = adas, .name = LITERAL("x"), .group = group});
    put(&enclave, ROW_HOST_NAME, &(struct host_name_row){.name = LITERAL("north"), .host = host});
    put(&enclave, ROW_HARDWARE_NAME,
        &(struct hardware_name_row){.name = LITERAL("small"), .hardware = hardware});
    assert_found(&enclave, ID_VM, "desk", adas);
    assert_found(&enclave, ID_VM, "ben/desk", bens);
    assert_found(&enclave, ID_NONE, "vm:ben/desk", bens);
    assert_found(&enclave, ID_CONFIG, "recipe", recipe);
    assert_found(&enclave, ID_VMPROFILE, "ben/desk/x", profile);
    assert_found(&enclave, ID_ACCESSDIR, "ben/desk/x", directory);
    assert_found(&enclave, ID_NONE, "accessdir:ben/desk/x", directory);
    assert_found(&enclave, ID_VMGROUP, "desk/x", group);
    assert_found(&enclave, ID_HOST, "north", host);
    assert_found(&enclave, ID_NONE, "north", host);
    assert_found(&enclave, ID_HARDWARE, "small", hardware);
    assert_not_found(&enclave, ID_VMPROFILE, "desk/x");
    assert_not_found(&enclave, ID_VMPROFILE, "x");
    assert_not_found(&enclave, ID_BRICK, "small");
    enclave_end(&enclave);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_ids_lead_to_the_same_thing),
        cmocka_unit_test(a_path_begins_with_a_user_or_a_group),
        cmocka_unit_test(a_name_alone_is_looked_for_among_all_kinds_and_a_kind_may_be_said),
        cmocka_unit_test(the_last_name_of_a_parent_need_not_be_there),
        cmocka_unit_test(two_groups_of_one_name_are_told_apart_by_id_only),
        cmocka_unit_test(a_drive_is_the_askers_else_the_only_one_of_its_name),
        cmocka_unit_test(a_machine_is_called_after_its_owner_and_what_it_has_after_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

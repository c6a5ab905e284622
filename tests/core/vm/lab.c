#include "tests/core/vm/lab.h"

#include "core/vm/controller.h"
#include "schema/catalogue/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

void person_refused(struct world *world, const struct person *person, enum command_kind kind,
                    const union command_fields *fields, enum rule rule)
{
    const enum rule refused = person_try(world, person, kind, fields);
    assert_string_equal(rule_id(refused), rule_id(rule));
}

struct id lab_host(struct world *world, const struct lab *lab, const char *name, uint64_t cores,
                   uint64_t memory_mib)
{
    char memory[64];
    struct text uri = TEXT_IN(memory);
    text_put_literal(&uri, "qemu+ssh://");
    text_put_string(&uri, name);
    const union command_fields fields = {.host_register = {.name = bytes_of_string(name),
                                                           .uri = text_bytes(&uri),
                                                           .cores = cores,
                                                           .memory_mib = memory_mib}};
    return (struct id){ID_HOST, person_must(world, &lab->root, COMMAND_HOST_REGISTER, &fields)};
}

static struct id add_pool(struct world *world)
{
    const struct pool_row row = {.pool = {ID_POOL, world->n},
                                 .name = LITERAL("images"),
                                 .kind = POOL_KIND_IMAGE,
                                 .path = LITERAL("/images")};
    (void)world_put(world, ROW_POOL, &row);
    return row.pool;
}

static void add_hardware(struct world *world, struct lab *lab)
{
    const struct id users[] = {lab->ann.user, lab->bob.user, lab->cid.user};
    union command_fields fields = {.brick_register = {.name = LITERAL("debian"),
                                                      .pool = lab->pool,
                                                      .file = LITERAL("debian.qcow2"),
                                                      .sha256 = some_digest(1)}};
    lab->brick =
        (struct id){ID_BRICK, person_must(world, &lab->root, COMMAND_BRICK_REGISTER, &fields)};
    fields = (union command_fields){.hw_create = {.name = LITERAL("small"),
                                                  .brick = lab->brick,
                                                  .cores = LAB_CORES,
                                                  .memory_mib = LAB_MEMORY}};
    lab->hardware =
        (struct id){ID_HARDWARE, person_must(world, &lab->admin, COMMAND_HW_CREATE, &fields)};
    fields = (union command_fields){
        .hw_manage_access = {.hardware = lab->hardware, .added = users, .added_count = 3}};
    (void)person_must(world, &lab->admin, COMMAND_HW_MANAGE_ACCESS, &fields);
}

struct lab lab_begin(struct world *world, uint64_t machines)
{
    struct lab lab = {.root = person_new(world, USER_ROLE_SUPER_ADMIN),
                      .admin = person_new(world, USER_ROLE_ADMIN),
                      .ann = person_new(world, USER_ROLE_USER),
                      .bob = person_new(world, USER_ROLE_USER),
                      .cid = person_new(world, USER_ROLE_USER)};
    lab.pool = add_pool(world);
    add_hardware(world, &lab);
    lab.host = lab_host(world, &lab, "north", LAB_CORES, machines * LAB_MEMORY);
    return lab;
}

/* Machines -------------------------------------------------------------------------------- */

struct id lab_config(struct world *world, const struct lab *lab, const struct person *owner,
                     const struct recipe *recipe)
{
    const union command_fields fields = {
        .vm_config_create = {.name = bytes_of_string(recipe->name),
                             .hardware = lab->hardware,
                             .has_project = recipe->project.kind != ID_NONE,
                             .project = recipe->project,
                             .has_team = recipe->team.kind != ID_NONE,
                             .team = recipe->team,
                             .service = recipe->service}};
    return (struct id){ID_CONFIG, person_must(world, owner, COMMAND_VM_CONFIG_CREATE, &fields)};
}

struct id lab_start(struct world *world, const struct person *owner, struct id config)
{
    const union command_fields fields = {.vm_start = {.config = config}};
    return (struct id){ID_VM, person_must(world, owner, COMMAND_VM_START, &fields)};
}

struct id lab_machine(struct world *world, const struct lab *lab, const struct person *owner,
                      const char *name)
{
    return lab_start(world, owner, lab_config(world, lab, owner, &(struct recipe){.name = name}));
}

struct vm_row lab_row(struct world *world, struct id vm)
{
    struct vm_row row = {.vm = vm};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_VM, &row));
    return row;
}

void lab_run(struct world *world, struct id vm)
{
    struct decided event = {
        .kind = EVENT_VM_DOMAIN_STARTED, .on = {vm, lab_row(world, vm).host}, .on_count = 2};
    event.body.vm_domain_started.uuid = LITERAL("9b2f5a0e-0000-8000-8000-000000000000");
    (void)world_say(world, &event);
}

void lab_connect(struct world *world, struct id vm)
{
    char memory[NAME_MAX_SIZE + 1];
    struct text name = TEXT_IN(memory);
    const struct id emitter = {ID_EMITTER, world->n};
    controller_name_write(&name, vm, lab_row(world, vm).run);
    struct decided event = {.kind = EVENT_VM_REGISTERED, .on = {vm, emitter}, .on_count = 2};
    event.body.vm_registered = (struct vm_registered){.emitter = emitter,
                                                      .name = text_bytes(&name),
                                                      .key = LITERAL("controller"),
                                                      .receive_key = LITERAL("receive"),
                                                      .version = LITERAL("1")};
    (void)world_say(world, &event);
}

void lab_end(struct world *world, struct id vm)
{
    struct decided event = {
        .kind = EVENT_VM_STOPPED, .on = {vm, lab_row(world, vm).host}, .on_count = 2};
    (void)world_say(world, &event);
}

struct id lab_connected(struct world *world, const struct lab *lab, const struct person *owner,
                        const char *name)
{
    const struct id vm = lab_machine(world, lab, owner, name);
    lab_run(world, vm);
    lab_connect(world, vm);
    return vm;
}

/* Users ----------------------------------------------------------------------------------- */

void lab_let_in(struct world *world, const struct person *by, struct id vm,
                const struct person *user, enum vm_role role)
{
    const union command_fields fields = {
        .vm_add_user = {.vm = vm, .user = user->user, .role = role}};
    (void)person_must(world, by, COMMAND_VM_ADD_USER, &fields);
}

void lab_permit(struct world *world, const struct person *by, struct id vm,
                const struct person *user, unsigned permissions)
{
    enum vm_permission list[VM_PERMISSION_COUNT];
    const size_t count = vm_permission_list(permissions, list);
    const union command_fields fields = {
        .vm_set_profile = {
            .vm = vm, .user = user->user, .permissions = list, .permissions_count = count}};
    (void)person_must(world, by, COMMAND_VM_SET_PROFILE, &fields);
}

#include "tests/core/drive/yard.h"

#include "core/effect/effect.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct id make_pool(struct yard *yard, const char *name, enum pool_kind kind)
{
    char memory[64];
    struct text path = TEXT_IN(memory);
    text_add(&path, "/pools/%s", name);
    const union command_fields fields = {.pool_define = {.name = bytes_of_string(name),
                                                         .kind = kind,
                                                         .path = text_bytes(&path),
                                                         .hosts = &yard->host,
                                                         .hosts_count = 1}};
    return (struct id){ID_POOL,
                       person_must(yard->world, &yard->root, COMMAND_POOL_DEFINE, &fields)};
}

struct yard yard_of(struct world *world)
{
    struct yard yard = {.world = world, .host = {ID_HOST, world->n}};
    (void)world_put(world, ROW_HOST,
                    &(struct host_row){.host = yard.host,
                                       .name = LITERAL("h1"),
                                       .uri = LITERAL("test:///default"),
                                       .cores = 8,
                                       .memory_mib = 1024});
    yard.root = person_new(world, USER_ROLE_SUPER_ADMIN);
    yard.ann = person_new(world, USER_ROLE_USER);
    yard.bob = person_new(world, USER_ROLE_USER);
    yard.cat = person_new(world, USER_ROLE_USER);
    yard.drives = make_pool(&yard, "drives", POOL_KIND_DRIVE);
    yard.snapshots = make_pool(&yard, "snapshots", POOL_KIND_SNAPSHOT);
    yard.media = make_pool(&yard, "media", POOL_KIND_ISO);
    return yard;
}

union command_fields yard_drive_fields(const struct yard *yard, const char *name)
{
    return (union command_fields){.drive_create = {.name = bytes_of_string(name),
                                                   .pool = yard->drives,
                                                   .kind = DRIVE_KIND_QCOW2,
                                                   .size = YARD_SIZE,
                                                   .wrapped = some_digest(11)}};
}

struct id yard_drive(struct yard *yard, const struct person *owner, const char *name)
{
    const union command_fields fields = yard_drive_fields(yard, name);
    const uint64_t n = person_must(yard->world, owner, COMMAND_DRIVE_CREATE, &fields);
    yard_ended(yard->world, n, true, "/pools/drives/d.qcow2");
    return (struct id){ID_DRIVE, n};
}

/* Machines -------------------------------------------------------------------------------- */

static struct vm_row vm_row_of(struct world *world, struct id vm)
{
    struct vm_row row = {.vm = vm};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_VM, &row));
    return row;
}

struct id yard_vm(struct yard *yard, const struct person *owner, struct id project)
{
    const struct id vm = {ID_VM, yard->world->n};
    (void)world_put(yard->world, ROW_VM,
                    &(struct vm_row){.vm = vm,
                                     .name = LITERAL("m"),
                                     .owner = owner->user,
                                     .owner_key = LITERAL("a key"),
                                     .config = {ID_CONFIG, 1},
                                     .host = yard->host,
                                     .hardware = {ID_HARDWARE, 1},
                                     .brick = {ID_BRICK, 1},
                                     .has_project = project.kind != ID_NONE,
                                     .project = project,
                                     .state = VM_STATE_REGISTERED,
                                     .run = vm.n});
    return vm;
}

void yard_vm_state(struct yard *yard, struct id vm, enum vm_state state)
{
    struct vm_row row = vm_row_of(yard->world, vm);
    row.state = state;
    (void)world_put(yard->world, ROW_VM, &row);
}

void yard_vm_tag(struct yard *yard, struct id vm, struct id project)
{
    struct vm_row row = vm_row_of(yard->world, vm);
    row.has_project = project.kind != ID_NONE;
    row.project = project;
    (void)world_put(yard->world, ROW_VM, &row);
}

void yard_vm_user(struct yard *yard, struct id vm, const struct person *user)
{
    static const enum vm_permission permissions[] = {VM_PERMISSION_DRIVES};
    (void)world_put(yard->world, ROW_VM_USER,
                    &(struct vm_user_row){.vm = vm,
                                          .user = user->user,
                                          .key = LITERAL("a key"),
                                          .role = VM_ROLE_USER,
                                          .permissions = permissions,
                                          .permissions_count = 1});
}

/* Commands -------------------------------------------------------------------------------- */

enum rule yard_fetch(struct yard *yard, const struct person *by, struct id drive)
{
    const union command_fields fields = {.drive_key_fetch = {.drive = drive}};
    return person_try(yard->world, by, COMMAND_DRIVE_KEY_FETCH, &fields);
}

enum rule yard_share(struct yard *yard, const struct person *by, struct id drive, struct id target,
                     enum drive_mode mode)
{
    const enum rule refused = yard_fetch(yard, by, drive);
    const union command_fields fields = {.drive_share = {.drive = drive,
                                                         .target = target,
                                                         .mode = mode,
                                                         .wrapped = some_digest(12),
                                                         .has_epoch = target.kind == ID_GROUP,
                                                         .epoch = 1}};
    return refused != RULE_NONE ? refused
                                : person_try(yard->world, by, COMMAND_DRIVE_SHARE, &fields);
}

enum rule yard_unshare(struct yard *yard, const struct person *by, struct id drive,
                       struct id target)
{
    const union command_fields fields = {.drive_unshare = {.drive = drive, .target = target}};
    return person_try(yard->world, by, COMMAND_DRIVE_UNSHARE, &fields);
}

enum rule yard_attach(struct yard *yard, const struct person *by, struct id drive, struct id vm,
                      enum drive_mode mode)
{
    const union command_fields fields = {.drive_attach = {.drive = drive, .vm = vm, .mode = mode}};
    return person_try(yard->world, by, COMMAND_DRIVE_ATTACH, &fields);
}

enum rule yard_detach(struct yard *yard, const struct person *by, struct id drive, struct id vm)
{
    const union command_fields fields = {.drive_detach = {.drive = drive, .vm = vm}};
    return person_try(yard->world, by, COMMAND_DRIVE_DETACH, &fields);
}

enum rule yard_tag(struct yard *yard, const struct person *by, struct id drive, struct id from,
                   struct id to)
{
    const union command_fields fields = {.drive_set_project = {.drive = drive,
                                                               .has_from = from.kind != ID_NONE,
                                                               .from = from,
                                                               .has_project = to.kind != ID_NONE,
                                                               .project = to,
                                                               .has_reason = true,
                                                               .reason = LITERAL("it is time")}};
    return person_try(yard->world, by, COMMAND_DRIVE_SET_PROJECT, &fields);
}

/* Events from elsewhere ------------------------------------------------------------------- */

uint64_t yard_say(struct world *world, enum event_kind kind, struct id first, struct id second,
                  const union event_body *body)
{
    char memory[4096];
    struct text text = TEXT_IN(memory);
    const struct leaf leaf = {.actor = LITERAL("watcher"),
                              .kind = kind,
                              .on = {first, second},
                              .on_count = second.kind == ID_NONE ? 1 : 2,
                              .n = world->n,
                              .t_utc_us = world->now_us};
    event_body_encode(kind, body, &text);
    assert_false(text.full);
    arena_reset(&world->fold_arena);
    must(evolution_fold(world->state, &leaf, text_bytes(&text), &world->fold_arena));
    return world->n++;
}

void yard_ended(struct world *world, uint64_t request, bool done, const char *path)
{
    struct effect_row row;
    struct view view = world_view(world);
    assert_true(effect_of(&view, request, &row));
    if (done) {
        const union event_body body = {
            .effect_done = {.request = request,
                            .effect = row.effect,
                            .attempt = 1,
                            .has_path = path != NULL,
                            .path = bytes_of_string(path == NULL ? "" : path)}};
        (void)yard_say(world, EVENT_EFFECT_DONE, THE_LOG, NONE, &body);
        return;
    }
    const union event_body body = {
        .effect_failed = {
            .request = request, .effect = row.effect, .attempt = 1, .why = LITERAL("no room")}};
    (void)yard_say(world, EVENT_EFFECT_FAILED, THE_LOG, NONE, &body);
}

void yard_seen(struct world *world, struct id drive, struct id vm, enum drive_mode mode)
{
    const union event_body body = {.drive_attached = {.vm = vm,
                                                      .mode = mode,
                                                      .device = LITERAL("vdb"),
                                                      .path = LITERAL("/pools/drives/d.qcow2")}};
    (void)yard_say(world, EVENT_DRIVE_ATTACHED, drive, vm, &body);
}

void yard_gone(struct world *world, struct id drive, struct id vm)
{
    const union event_body body = {.drive_detached = {.vm = vm, .cause = DETACH_CAUSE_OBSERVED}};
    (void)yard_say(world, EVENT_DRIVE_DETACHED, drive, vm, &body);
}

/* Rows ------------------------------------------------------------------------------------ */

struct drive_row yard_drive_row(struct world *world, struct id drive)
{
    struct drive_row row = {.drive = drive};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_DRIVE, &row));
    return row;
}

bool yard_attachment(struct world *world, struct id drive, struct id vm, struct attachment_row *out)
{
    struct attachment_row row = {.drive = drive, .vm = vm};
    struct view view = world_view(world);
    const bool found = view_find(&view, ROW_ATTACHMENT, &row);
    if (out != NULL) {
        *out = row;
    }
    return found;
}

bool yard_is_tagged(struct world *world, struct id project, struct id drive)
{
    struct tagged_row row = {.project = project, .object = drive};
    struct view view = world_view(world);
    return view_find(&view, ROW_TAGGED, &row);
}

bool yard_has_entered(struct world *world, struct id vm, struct id label)
{
    struct vm_label_row row = {.vm = vm, .label = label};
    struct view view = world_view(world);
    return view_find(&view, ROW_VM_LABEL, &row);
}

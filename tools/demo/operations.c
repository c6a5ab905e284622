#include "schema/time.h"
#include "tools/demo/story.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * What befalls drives and machines in fourteen days: one that is wanted twice, a snapshot, a disk
 * that nobody asked for, a rack that has to go dark; and what the watcher does all day.
 */

enum {
    SECOND_DAY = 3,   /* the Thursday */
    RESCUE_DAY = 9,   /* the second Wednesday */
    COOLING_DAY = 12, /* the second Saturday */
    RECONCILE_MINUTES = 5,
    FILES_MINUTES = 60,
    TOLD_MAX = 160, /* bytes of what a mismatch says */
};

static struct status come(struct stage *stage, enum who who, enum cast_project project)
{
    return stage_is_in(stage, who) ? OK : stage_login(stage, who, project);
}

static bool is_up(const struct script *script, enum cast_machine machine)
{
    return world_controller(script->world, script->estate.machines[machine]) != NULL;
}

/* Drives at machines ----------------------------------------------------------------------- */

static struct status detach(struct script *script, enum cast_drive drive, enum cast_machine machine)
{
    const struct drive_detach fields = {.drive = script->estate.drives[drive],
                                        .vm = script->estate.machines[machine]};
    TRY(stage_do(script->stage, cast_drives[drive].owner, COMMAND_DRIVE_DETACH,
                 &(union command_fields){.drive_detach = fields}, NULL));
    return world_turn(script->world);
}

static struct status attach(struct script *script, enum cast_drive drive, enum cast_machine machine)
{
    const enum who owner = cast_drives[drive].owner;
    const struct drive_attach fields = {.drive = script->estate.drives[drive],
                                        .vm = script->estate.machines[machine],
                                        .mode = DRIVE_MODE_RW};
    TRY(stage_do(script->stage, owner, COMMAND_DRIVE_ATTACH,
                 &(union command_fields){.drive_attach = fields}, NULL));
    TRY(world_turn(script->world));
    stage_pass(script->stage, 3);
    return premises_unlock(script, owner, drive, machine);
}

/* ORBIT's archive goes to where it is worked on, and back in the evening. */
static struct status play_archive(struct script *script, const struct script_item *item)
{
    const bool there = item->value == 1;
    const enum cast_machine from = there ? ORBIT_WS_2 : ORBIT_WS_1;
    const enum cast_machine to = there ? ORBIT_WS_1 : ORBIT_WS_2;
    if (!is_up(script, from) || !is_up(script, to)) {
        return OK;
    }
    TRY(come(script->stage, SANA, ORBIT));
    TRY(detach(script, ORBIT_ARCHIVE, from));
    stage_pass(script->stage, 30);
    return attach(script, ORBIT_ARCHIVE, to);
}

/* Mira's machine writes to the tables: nobody else has them meanwhile, whatever was shared. */
static struct status play_second(struct script *script, const struct script_item *item)
{
    uint64_t n;
    const struct drive_attach fields = {.drive = script->estate.drives[HELIX_TABLES],
                                        .vm = script->estate.machines[STEWARD_WS],
                                        .mode = DRIVE_MODE_RW};
    (void)item;
    TRY(come(script->stage, TOMAS, HELIX));
    TRY(stage_refused(script->stage, TOMAS, COMMAND_DRIVE_ATTACH,
                      &(union command_fields){.drive_attach = fields}, RULE_DRV_14D, &n));
    story_plant(script, TRUTH_DENIED_SECOND, n);
    return OK;
}

/* Before the level of the project is another one. */
static struct status play_snapshot(struct script *script, const struct script_item *item)
{
    const struct drive_snapshot_create fields = {.drive = script->estate.drives[HELIX_TABLES],
                                                 .name = LITERAL("before level 3"),
                                                 .pool = script->estate.pools[POOL_SNAPSHOTS]};
    (void)item;
    TRY(come(script->stage, MIRA, HELIX));
    TRY(detach(script, HELIX_TABLES, HELIX_WS_1));
    TRY(stage_do(script->stage, MIRA, COMMAND_DRIVE_SNAPSHOT_CREATE,
                 &(union command_fields){.drive_snapshot_create = fields}, NULL));
    TRY(world_turn(script->world));
    return attach(script, HELIX_TABLES, HELIX_WS_1);
}

/* A medium with tools, for an afternoon. */
static struct status play_medium(struct script *script, const struct script_item *item)
{
    const struct id vm = script->estate.machines[ATLAS_WS_1];
    const struct iso_attach in = {.iso = script->estate.medium, .vm = vm};
    const struct iso_detach out = {.iso = script->estate.medium, .vm = vm};
    TRY(come(script->stage, HANA, ATLAS));
    if (item->value == 0) {
        TRY(stage_do(script->stage, HANA, COMMAND_ISO_ATTACH,
                     &(union command_fields){.iso_attach = in}, NULL));
    } else {
        TRY(stage_do(script->stage, HANA, COMMAND_ISO_DETACH,
                     &(union command_fields){.iso_detach = out}, NULL));
    }
    return world_turn(script->world);
}

/* More than there is room for: the host says so, and the drive is none. */
static struct status play_too_large(struct script *script, const struct script_item *item)
{
    CLEANUP(secret_bytes_close) struct secret_bytes *secret = NULL;
    struct stage *stage = script->stage;
    struct drive_create create = {.name = LITERAL("orbit-everything"),
                                  .pool = script->estate.pools[POOL_DRIVES],
                                  .kind = DRIVE_KIND_RAW,
                                  .size = UINT64_C(24) << 40,
                                  .has_project = true,
                                  .project = stage->projects[ORBIT]};
    struct drive_delete delete = {.drive = {ID_DRIVE, 0}};
    (void)item;
    TRY(come(stage, SANA, ORBIT));
    TRY(secret_bytes_make(&secret));
    TRY(stage_wrap(stage, secret, SANA, &create.wrapped));
    TRY(stage_do(stage, SANA, COMMAND_DRIVE_CREATE, &(union command_fields){.drive_create = create},
                 &delete.drive.n));
    TRY(world_turn(script->world));
    stage_pass(stage, 140);
    TRY(stage_do(stage, SANA, COMMAND_DRIVE_DELETE, &(union command_fields){.drive_delete = delete},
                 NULL));
    return world_turn(script->world);
}

/* Machines --------------------------------------------------------------------------------- */

/* Over the weekend nobody needs it. */
static struct status play_weekend(struct script *script, const struct script_item *item)
{
    const struct vm_shutdown fields = {.vm = script->estate.machines[STEWARD_WS],
                                       .has_reason = true,
                                       .reason = LITERAL("weekend")};
    (void)item;
    if (!is_up(script, STEWARD_WS)) {
        return OK;
    }
    TRY(come(script->stage, TOMAS, HELIX));
    TRY(stage_do(script->stage, TOMAS, COMMAND_VM_SHUTDOWN,
                 &(union command_fields){.vm_shutdown = fields}, NULL));
    TRY(world_turn(script->world));
    return stage_logout(script->stage, TOMAS);
}

/* Whoever finds a machine down in the morning starts another one from the same recipe. */
static struct status play_morning(struct script *script, const struct script_item *item)
{
    const enum cast_machine machine = (enum cast_machine)item->value;
    const struct cast_machine_info *info = &cast_machines[machine];
    if (is_up(script, machine) || info->service ||
        script->estate.machines[machine].kind == ID_NONE) {
        return OK;
    }
    TRY(come(script->stage, info->owner, info->project));
    const struct vm_delete fields = {.vm = script->estate.machines[machine]};
    TRY(stage_do(script->stage, info->owner, COMMAND_VM_DELETE,
                 &(union command_fields){.vm_delete = fields}, NULL));
    TRY(world_turn(script->world));
    return premises_start(script, machine);
}

/* What only super-administrators look at. */
static struct status play_look(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    const struct vm_fetch_xml describe = {.vm = script->estate.machines[ATLAS_WS_2]};
    (void)item;
    TRY(come(stage, ADA, NO_PROJECT));
    for (size_t i = 0; i < HOST_COUNT; i++) {
        const struct host_check_utilisation look = {.host = script->estate.hosts[i]};
        TRY(stage_do(stage, ADA, COMMAND_HOST_CHECK_UTILISATION,
                     &(union command_fields){.host_check_utilisation = look}, NULL));
    }
    TRY(stage_do(stage, ADA, COMMAND_VM_FETCH_XML,
                 &(union command_fields){.vm_fetch_xml = describe}, NULL));
    return world_turn(script->world);
}

/* A rack goes dark ------------------------------------------------------------------------- */

static struct status set_host(struct script *script, enum cast_host host, enum host_state state,
                              struct bytes reason)
{
    const struct host_change_state fields = {
        .host = script->estate.hosts[host], .state = state, .reason = reason};
    return stage_do(script->stage, ADA, COMMAND_HOST_CHANGE_STATE,
                    &(union command_fields){.host_change_state = fields}, NULL);
}

static struct status play_cooling(struct script *script, const struct script_item *item)
{
    uint64_t n;
    const struct host_shutdown_vms fields = {.host = script->estate.hosts[RACK_2],
                                             .reason = LITERAL("cooling of rack-2 failed, T-4440")};
    (void)item;
    TRY(come(script->stage, ADA, NO_PROJECT));
    TRY(stage_do(script->stage, ADA, COMMAND_HOST_SHUTDOWN_VMS,
                 &(union command_fields){.host_shutdown_vms = fields}, &n));
    story_plant(script, TRUTH_COOLING, n);
    TRY(world_turn(script->world));
    return set_host(script, RACK_2, HOST_STATE_MAINTENANCE, fields.reason);
}

static struct status play_cooled(struct script *script, const struct script_item *item)
{
    const struct vm_power_up fields = {.vm = script->estate.machines[AUDIT_WS]};
    (void)item;
    TRY(come(script->stage, ADA, NO_PROJECT));
    TRY(set_host(script, RACK_2, HOST_STATE_ACTIVE, LITERAL("cooled again, T-4440")));
    TRY(stage_do(script->stage, ADA, COMMAND_VM_POWER_UP,
                 &(union command_fields){.vm_power_up = fields}, NULL));
    TRY(world_turn(script->world));
    return stage_logout(script->stage, ADA);
}

/* A disk that nobody asked for ------------------------------------------------------------- */

/* What is said of it; its hash is what it is known by. */
static struct status tell_disk(struct script *script, bool lasts, uint64_t *n)
{
    char object[TOLD_MAX], all[2 * TOLD_MAX];
    struct world *world = script->world;
    const char *observed = "/var/tmp/rescue.img, read-write";
    snprintf(object, sizeof object, "vm:%" PRIu64 " vdz", script->estate.machines[ATLAS_WS_2].n);
    snprintf(all, sizeof all, "disk_unknown\n%" PRIu64 "\n%s\n\n%s", script->estate.hosts[RACK_2].n,
             object, observed);
    const struct digest identity = hash_bytes(script->stage->hasher, bytes_of_string(all));
    const union event_body comes = {.reconcile_mismatch = {.kind = MISMATCH_KIND_DISK_UNKNOWN,
                                                           .object = bytes_of_string(object),
                                                           .has_observed = true,
                                                           .observed = bytes_of_string(observed),
                                                           .identity = identity}};
    const union event_body goes = {.reconcile_cleared = {.identity = identity}};
    script->mismatches = lasts ? 1 : 0;
    TRY(stage_run(script->stage));
    TRY(import_flush(script->stage->import));
    *n = stage_size(script->stage);
    return world_say(
        world, &world->watcher,
        &(struct draft){.kind = lasts ? EVENT_RECONCILE_MISMATCH : EVENT_RECONCILE_CLEARED,
                        .on = {script->estate.hosts[RACK_2]},
                        .on_count = 1,
                        .body = lasts ? &comes : &goes});
}

/* Somebody with a key to the rack itself, past all commands. */
static struct status play_rescue(struct script *script, const struct script_item *item)
{
    uint64_t n;
    struct world *world = script->world;
    const union event_body body = {.host_admin_login = {.account = LITERAL("root"),
                                                        .has_address = true,
                                                        .address = LITERAL("10.20.1.5"),
                                                        .has_terminal = true,
                                                        .terminal = LITERAL("pts/0")}};
    (void)item;
    TRY(world_say(world, &world->sentry,
                  &(struct draft){.kind = EVENT_HOST_ADMIN_LOGIN,
                                  .on = {script->estate.hosts[RACK_2]},
                                  .on_count = 1,
                                  .body = &body}));
    stage_pass(script->stage, 290);
    TRY(tell_disk(script, true, &n));
    story_plant(script, TRUTH_DISK_UNASKED, n);
    return OK;
}

static struct status play_rescued(struct script *script, const struct script_item *item)
{
    uint64_t n;
    (void)item;
    TRY(tell_disk(script, false, &n));
    return foreign_say(script->stage,
                       &(struct foreign_saying){
                           .action = "config.changed",
                           .user = "ada",
                           .host = "rack-2",
                           .address = cast_people[ADA].address,
                           .detail = ",\"what\":\"rescue disk attached to atlas-ws-2 by hand, "
                                     "and taken out again\",\"ticket\":\"T-4433\""});
}

/* The watcher's day ------------------------------------------------------------------------ */

static uint64_t count_machines(struct script *script, struct id host, struct status *trouble)
{
    uint64_t count = 0;
    struct host_vm_row row = {.host = host};
    struct view view = world_view(script->world, trouble);
    struct view_walk walk = view_walk_of(&view, ROW_HOST_VM, &row, 1);
    while (view_walk_next(&walk, &row)) {
        count++;
    }
    return count;
}

static struct status play_reconcile(struct script *script, const struct script_item *item)
{
    struct status trouble = OK;
    struct draft drafts[HOST_COUNT];
    union event_body bodies[HOST_COUNT];
    (void)item;
    if (script->estate.hosts[0].kind == ID_NONE) {
        return OK;
    }
    TRY(stage_run(script->stage));
    for (size_t i = 0; i < HOST_COUNT; i++) {
        const struct id host = script->estate.hosts[i];
        bodies[i].reconcile_run =
            (struct reconcile_run){.checked = count_machines(script, host, &trouble),
                                   .mismatches = i == RACK_2 ? script->mismatches : 0,
                                   .as_of = stage_size(script->stage) - 1};
        drafts[i] = (struct draft){
            .kind = EVENT_RECONCILE_RUN, .on = {host}, .on_count = 1, .body = &bodies[i]};
    }
    TRY(trouble);
    return world_say_all(script->world, &script->world->watcher, drafts, HOST_COUNT);
}

/* A file as the watcher sees it; false if there is none yet. */
struct look {
    char path[WORLD_TEXT], backing[WORLD_TEXT];
    union event_body body;
};

static bool find_drive(struct script *script, enum cast_drive drive, struct drive_row *out,
                       bool *attached, struct status *trouble)
{
    struct view view = world_view(script->world, trouble);
    struct attachment_row at = {.drive = script->estate.drives[drive]};
    struct view_walk walk = view_walk_of(&view, ROW_ATTACHMENT, &at, 1);
    *attached = view_walk_next(&walk, &at);
    *out = (struct drive_row){.drive = script->estate.drives[drive]};
    return out->drive.kind != ID_NONE && view_find(&view, ROW_DRIVE, out) && out->has_path;
}

/* Files grow as they are written to, and never shrink. */
static bool look_at(struct script *script, enum cast_drive which, struct look *look,
                    struct status *trouble)
{
    struct drive_row drive;
    bool attached;
    if (!find_drive(script, which, &drive, &attached, trouble)) {
        return false;
    }
    const bool writes = attached && which != REFERENCE;
    if (writes || script->written_us[which] == 0) {
        script->allocated[which] += stage_random(script->stage, 96) << 20;
        script->written_us[which] = script->stage->now_us;
    }
    const uint64_t allocated = script->allocated[which];
    snprintf(look->path, sizeof look->path, "%.*s", (int)drive.path.size,
             (const char *)drive.path.data);
    snprintf(look->backing, sizeof look->backing, "/srv/cairn/drives/drive-%" PRIu64 ".qcow2",
             drive.drive.n);
    look->body.drive_file_observed = (struct drive_file_observed){
        .path = bytes_of_string(look->path),
        .file_size = drive.kind == DRIVE_KIND_RAW ? drive.size : allocated + (1 << 20),
        .allocated = allocated,
        .inode = 1310721 + which,
        .modified = script->written_us[which],
        .has_backing = drive.has_newest,
        .backing = bytes_of_string(look->backing),
        .attached = attached};
    return true;
}

static struct status play_files(struct script *script, const struct script_item *item)
{
    struct status trouble = OK;
    struct draft drafts[VOLUME_COUNT];
    struct look looks[VOLUME_COUNT];
    size_t count = 0;
    (void)item;
    TRY(stage_run(script->stage));
    for (enum cast_drive drive = 0; drive < VOLUME_COUNT; drive++) {
        if (look_at(script, drive, &looks[drive], &trouble)) {
            drafts[count++] = (struct draft){.kind = EVENT_DRIVE_FILE_OBSERVED,
                                             .on = {script->estate.drives[drive]},
                                             .on_count = 1,
                                             .body = &looks[drive].body};
        }
    }
    TRY(trouble);
    return count == 0 ? OK : world_say_all(script->world, &script->world->watcher, drafts, count);
}

/* The plan --------------------------------------------------------------------------------- */

static const struct scene {
    uint32_t day, hour, minute;
    script_play *play;
    uint32_t value;
} scenes[] = {
    {SECOND_DAY, 10, 10, play_second, 0},
    {LEVEL_DAY, 8, 2, play_snapshot, 0},
    {2, 13, 30, play_medium, 0},
    {2, 17, 10, play_medium, 1},
    {1, 11, 25, play_too_large, 0},
    {NIGHT_DAY, 9, 40, play_look, 0},
    {RESCUE_DAY, 22, 47, play_rescue, 0},
    {RESCUE_DAY + 1, 8, 35, play_rescued, 0},
    {COOLING_DAY, 11, 20, play_cooling, 0},
    {COOLING_DAY, 15, 40, play_cooled, 0},
};

static struct status plan_watching(struct script *script, uint32_t day)
{
    const uint64_t second_us = UINT64_C(1000000);
    for (uint32_t minute = 0; minute < 24 * 60; minute += RECONCILE_MINUTES) {
        TRY(script_add(script, SCRIPT_AT(day, 0, minute) + 11 * second_us, play_reconcile, 0, 0));
    }
    for (uint32_t minute = 0; minute < 24 * 60; minute += FILES_MINUTES) {
        TRY(script_add(script, SCRIPT_AT(day, 0, minute) + 25 * second_us, play_files, 0, 0));
    }
    return OK;
}

static struct status plan_working_day(struct script *script, uint32_t day)
{
    for (uint32_t machine = 0; machine < MACHINE_COUNT; machine++) {
        TRY(script_add(script, SCRIPT_AT(day, 7, 30 + machine), play_morning, 0, machine));
    }
    TRY(script_add(script, SCRIPT_AT(day, 12, 31), play_archive, 0, 1));
    TRY(script_add(script, SCRIPT_AT(day, 17, 4), play_archive, 0, 2));
    return day % 7 == 4 ? script_add(script, SCRIPT_AT(day, 18, 40), play_weekend, 0, 0) : OK;
}

struct status operations_plan(struct script *script, uint32_t day)
{
    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
        const struct scene *scene = &scenes[i];
        if (scene->day == day) {
            TRY(script_add(script, SCRIPT_AT(day, scene->hour, scene->minute), scene->play, 0,
                           scene->value));
        }
    }
    TRY(day % 7 < 5 ? plan_working_day(script, day) : OK);
    return plan_watching(script, day);
}

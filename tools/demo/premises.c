#include "tools/demo/script.h"

/* What the first morning makes of iron: hosts, pools, an image, then drives and machines. */

enum {
    CORES = 8,
    MEMORY_MIB = 32 << 10,
    RESEARCH_PERMISSIONS = 5,
};

static struct status come(struct stage *stage, enum who who, enum cast_project project)
{
    return stage_is_in(stage, who) ? OK : stage_login(stage, who, project);
}

/* Some bytes that nobody will ever compare. */
static struct digest some_digest(void)
{
    struct digest digest;
    key_random(digest.sha256, sizeof digest.sha256);
    return digest;
}

/* Iron ------------------------------------------------------------------------------------- */

static struct status make_hosts(struct script *script)
{
    struct estate *estate = &script->estate;
    for (size_t i = 0; i < HOST_COUNT; i++) {
        const struct cast_host_info *info = &cast_hosts[i];
        const struct host_register host = {.name = bytes_of_string(info->name),
                                           .uri = bytes_of_string(info->uri),
                                           .cores = info->cores,
                                           .memory_mib = info->memory_mib};
        estate->hosts[i].kind = ID_HOST;
        TRY(stage_do(script->stage, ADA, COMMAND_HOST_REGISTER,
                     &(union command_fields){.host_register = host}, &estate->hosts[i].n));
    }
    return world_register(script->world);
}

static struct status make_pools(struct script *script)
{
    struct estate *estate = &script->estate;
    for (size_t i = 0; i < POOL_COUNT; i++) {
        const struct cast_pool_info *info = &cast_pools[i];
        const struct pool_define pool = {.name = bytes_of_string(info->name),
                                         .kind = info->kind,
                                         .path = bytes_of_string(info->path),
                                         .hosts = estate->hosts,
                                         .hosts_count = HOST_COUNT};
        stage_pass(script->stage, 15);
        estate->pools[i].kind = ID_POOL;
        TRY(stage_do(script->stage, ADA, COMMAND_POOL_DEFINE,
                     &(union command_fields){.pool_define = pool}, &estate->pools[i].n));
        TRY(world_turn(script->world));
    }
    return OK;
}

/* The image that all machines begin with, and who may use the hardware. */
static struct status make_hardware(struct script *script)
{
    struct stage *stage = script->stage;
    struct estate *estate = &script->estate;
    const struct id users[] = {stage->people[ADA].user, stage->people[MIRA].user,
                               stage->people[TOMAS].user, stage->people[HANA].user,
                               stage->people[SANA].user};
    const struct brick_register brick = {.name = LITERAL("research-13"),
                                         .os = OPERATING_SYSTEM_LINUX,
                                         .pool = estate->pools[POOL_IMAGES],
                                         .file = LITERAL("research-13.qcow2"),
                                         .sha256 = some_digest()};
    estate->brick.kind = ID_BRICK;
    TRY(stage_do(stage, ADA, COMMAND_BRICK_REGISTER,
                 &(union command_fields){.brick_register = brick}, &estate->brick.n));
    estate->hardware.kind = ID_HARDWARE;
    const struct hw_create hardware = {.name = LITERAL("workstation"),
                                       .brick = estate->brick,
                                       .cores = CORES,
                                       .memory_mib = MEMORY_MIB,
                                       .has_instructions = true,
                                       .instructions = LITERAL("Drives are under /drives.")};
    TRY(stage_do(stage, ADA, COMMAND_HW_CREATE, &(union command_fields){.hw_create = hardware},
                 &estate->hardware.n));
    const struct hw_manage_access access = {.hardware = estate->hardware,
                                            .added = users,
                                            .added_count = sizeof users / sizeof users[0]};
    return stage_do(stage, ADA, COMMAND_HW_MANAGE_ACCESS,
                    &(union command_fields){.hw_manage_access = access}, NULL);
}

static struct status make_media(struct script *script)
{
    struct stage *stage = script->stage;
    struct estate *estate = &script->estate;
    const struct iso_register medium = {.name = LITERAL("toolchain-2026.1"),
                                        .pool = estate->pools[POOL_MEDIA],
                                        .file = LITERAL("toolchain-2026.1.iso"),
                                        .sha256 = some_digest()};
    const struct nfs_allow export = {.server = LITERAL("10.20.0.50"),
                                     .export = LITERAL("/exports/genomes"),
                                     .mode = DRIVE_MODE_RO,
                                     .in_envelope = true};
    estate->medium.kind = ID_ISO;
    TRY(stage_do(stage, ADA, COMMAND_ISO_REGISTER, &(union command_fields){.iso_register = medium},
                 &estate->medium.n));
    estate->export.kind = ID_NFS;
    TRY(stage_do(stage, ADA, COMMAND_NFS_ALLOW, &(union command_fields){.nfs_allow = export},
                 &estate->export.n));
    return world_turn(script->world);
}

static struct status play_iron(struct script *script, const struct script_item *item)
{
    (void)item;
    TRY(make_hosts(script));
    TRY(make_pools(script));
    TRY(make_hardware(script));
    return make_media(script);
}

/* Drives ----------------------------------------------------------------------------------- */

static struct status share_with(struct script *script, enum cast_drive drive,
                                const struct secret_bytes *secret, uint32_t people,
                                enum drive_mode mode)
{
    struct stage *stage = script->stage;
    for (enum who who = 0; who < WHO_COUNT; who++) {
        if ((people & CAST_BIT(who)) == 0) {
            continue;
        }
        struct drive_share share = {
            .drive = script->estate.drives[drive], .target = stage->people[who].user, .mode = mode};
        TRY(stage_wrap(stage, secret, who, &share.wrapped));
        TRY(stage_do(stage, cast_drives[drive].owner, COMMAND_DRIVE_SHARE,
                     &(union command_fields){.drive_share = share}, NULL));
    }
    return OK;
}

static struct status fetch_key(struct script *script, enum who who, struct id drive, struct id vm)
{
    const struct drive_key_fetch fetch = {.drive = drive, .has_vm = vm.kind != ID_NONE, .vm = vm};
    return stage_do(script->stage, who, COMMAND_DRIVE_KEY_FETCH,
                    &(union command_fields){.drive_key_fetch = fetch}, NULL);
}

static struct status make_drive(struct script *script, enum cast_drive drive)
{
    CLEANUP(secret_bytes_close) struct secret_bytes *secret = NULL;
    struct stage *stage = script->stage;
    const struct cast_drive_info *info = &cast_drives[drive];
    struct drive_create create = {.name = bytes_of_string(info->name),
                                  .pool = script->estate.pools[POOL_DRIVES],
                                  .kind = info->kind,
                                  .size = info->size_gib << 30};
    if (info->project != NO_PROJECT) {
        create.has_project = true;
        create.project = stage->projects[info->project];
    }
    TRY(secret_bytes_make(&secret));
    TRY(stage_wrap(stage, secret, info->owner, &create.wrapped));
    script->estate.drives[drive].kind = ID_DRIVE;
    TRY(stage_do(stage, info->owner, COMMAND_DRIVE_CREATE,
                 &(union command_fields){.drive_create = create}, &script->estate.drives[drive].n));
    TRY(world_turn(script->world));
    TRY(fetch_key(script, info->owner, script->estate.drives[drive], (struct id){ID_NONE, 0}));
    TRY(share_with(script, drive, secret, info->writers, DRIVE_MODE_RW));
    return share_with(script, drive, secret, info->readers, DRIVE_MODE_RO);
}

/* Machines --------------------------------------------------------------------------------- */

static struct status make_drives_of(struct script *script, const struct cast_machine_info *info)
{
    for (enum cast_drive drive = 0; drive < VOLUME_COUNT; drive++) {
        if ((info->writing & CAST_BIT(drive)) != 0 &&
            script->estate.drives[drive].kind == ID_NONE) {
            TRY(make_drive(script, drive));
        }
    }
    return OK;
}

static struct status make_config(struct script *script, enum cast_machine machine)
{
    const struct cast_machine_info *info = &cast_machines[machine];
    struct id drives[VOLUME_COUNT];
    enum drive_mode modes[VOLUME_COUNT];
    struct vm_config_create config = {.name = bytes_of_string(info->name),
                                      .hardware = script->estate.hardware,
                                      .drives = drives,
                                      .modes = modes,
                                      .service = info->service};
    for (enum cast_drive drive = 0; drive < VOLUME_COUNT; drive++) {
        if (((info->writing | info->reading) & CAST_BIT(drive)) != 0) {
            drives[config.drives_count] = script->estate.drives[drive];
            modes[config.drives_count++] =
                (info->writing & CAST_BIT(drive)) != 0 ? DRIVE_MODE_RW : DRIVE_MODE_RO;
        }
    }
    config.modes_count = config.drives_count;
    if (info->project != NO_PROJECT) {
        config.has_project = true;
        config.project = script->stage->projects[info->project];
    }
    script->estate.configs[machine].kind = ID_CONFIG;
    return stage_do(script->stage, info->owner, COMMAND_VM_CONFIG_CREATE,
                    &(union command_fields){.vm_config_create = config},
                    &script->estate.configs[machine].n);
}

struct status premises_fetch(struct script *script, enum who who, enum cast_drive drive,
                             enum cast_machine machine)
{
    const struct id vm = script->estate.machines[machine];
    return world_controller(script->world, vm) == NULL
               ? OK
               : fetch_key(script, who, script->estate.drives[drive], vm);
}

struct status premises_unlock(struct script *script, enum who who, enum cast_drive drive,
                              enum cast_machine machine)
{
    const struct id vm = script->estate.machines[machine];
    TRY(fetch_key(script, who, script->estate.drives[drive], vm));
    return world_mount(script->world, script->estate.drives[drive], vm);
}

static struct status unlock_all(struct script *script, enum cast_machine machine)
{
    const struct cast_machine_info *info = &cast_machines[machine];
    for (enum cast_drive drive = 0; drive < VOLUME_COUNT; drive++) {
        if (((info->writing | info->reading) & CAST_BIT(drive)) != 0) {
            stage_pass(script->stage, 4);
            TRY(premises_unlock(script, info->owner, drive, machine));
        }
    }
    return OK;
}

/* Who works there does so by one profile. */
static struct status let_users_in(struct script *script, enum cast_machine machine)
{
    static const enum vm_permission permissions[RESEARCH_PERMISSIONS] = {
        VM_PERMISSION_APPLICATIONS, VM_PERMISSION_DRIVES, VM_PERMISSION_FILES,
        VM_PERMISSION_TERMINAL, VM_PERMISSION_UPLOAD};
    struct stage *stage = script->stage;
    const struct cast_machine_info *info = &cast_machines[machine];
    const struct id vm = script->estate.machines[machine];
    struct id profile = {ID_VMPROFILE, 0};
    const struct vm_profile_create create = {.vm = vm,
                                             .name = LITERAL("research"),
                                             .role = VM_ROLE_USER,
                                             .permissions = permissions,
                                             .permissions_count = RESEARCH_PERMISSIONS};
    TRY(stage_do(stage, info->owner, COMMAND_VM_PROFILE_CREATE,
                 &(union command_fields){.vm_profile_create = create}, &profile.n));
    for (enum who who = 0; who < WHO_COUNT; who++) {
        const struct vm_add_user add = {.vm = vm,
                                        .user = stage->people[who].user,
                                        .role = VM_ROLE_USER,
                                        .has_profile = true,
                                        .profile = profile};
        TRY((info->users & CAST_BIT(who)) == 0
                ? OK
                : stage_ask(stage, info->owner, COMMAND_VM_ADD_USER,
                            &(union command_fields){.vm_add_user = add}));
    }
    return world_apply(script->world, vm);
}

struct status premises_start(struct script *script, enum cast_machine machine)
{
    struct stage *stage = script->stage;
    const struct cast_machine_info *info = &cast_machines[machine];
    const struct vm_start start = {.config = script->estate.configs[machine],
                                   .has_host = true,
                                   .host = script->estate.hosts[info->host],
                                   .has_name = true,
                                   .name = bytes_of_string(info->name)};
    script->estate.machines[machine].kind = ID_VM;
    TRY(stage_do(stage, info->owner, COMMAND_VM_START, &(union command_fields){.vm_start = start},
                 &script->estate.machines[machine].n));
    TRY(world_turn(script->world));
    TRY(let_users_in(script, machine));
    return unlock_all(script, machine);
}

static struct status play_machine(struct script *script, const struct script_item *item)
{
    const enum cast_machine machine = (enum cast_machine)item->value;
    const struct cast_machine_info *info = &cast_machines[machine];
    TRY(come(script->stage, info->owner, info->project));
    TRY(make_drives_of(script, info));
    TRY(make_config(script, machine));
    return premises_start(script, machine);
}

/* What all shall read is copied to its drive once; from then on nobody has it to write. */
static struct status play_references(struct script *script, const struct script_item *item)
{
    struct estate *estate = &script->estate;
    const struct drive_detach detach = {.drive = estate->drives[REFERENCE],
                                        .vm = estate->machines[AUDIT_WS]};
    (void)item;
    TRY(come(script->stage, ADA, NO_PROJECT));
    TRY(stage_do(script->stage, ADA, COMMAND_DRIVE_DETACH,
                 &(union command_fields){.drive_detach = detach}, NULL));
    TRY(world_turn(script->world));
    const struct vm_config_edit edit = {.config = estate->configs[AUDIT_WS]};
    return stage_do(script->stage, ADA, COMMAND_VM_CONFIG_EDIT,
                    &(union command_fields){.vm_config_edit = edit}, NULL);
}

/* Among the users of a machine, one may have what others do not see. */
static struct status play_directory(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    const struct id readers[] = {stage->people[REN].user, stage->people[LEE].user};
    const struct vm_accessdir_create create = {.vm = script->estate.machines[HELIX_WS_2],
                                               .name = LITERAL("phenotypes"),
                                               .has_drive = true,
                                               .drive = script->estate.drives[HELIX_LAB],
                                               .group = ACCESS_GROUP_CUSTOM,
                                               .read = readers,
                                               .read_count = 2,
                                               .write = readers + 1,
                                               .write_count = 1};
    (void)item;
    TRY(stage_do(stage, MIRA, COMMAND_VM_ACCESSDIR_CREATE,
                 &(union command_fields){.vm_accessdir_create = create}, NULL));
    return world_apply(script->world, script->estate.machines[HELIX_WS_2]);
}

struct status premises_plan(struct script *script, uint32_t day)
{
    if (day != 0) {
        return OK;
    }
    TRY(script_add(script, SCRIPT_AT(0, 6, 56), play_iron, 0, 0));
    TRY(script_add(script, SCRIPT_AT(0, 7, 31), play_machine, 0, AUDIT_WS));
    TRY(script_add(script, SCRIPT_AT(0, 7, 37), play_references, 0, 0));
    for (uint32_t machine = AUDIT_WS + 1; machine < MACHINE_COUNT; machine++) {
        TRY(script_add(script, SCRIPT_AT(0, 7, 58) + machine * UINT64_C(90000000), play_machine, 0,
                       machine));
    }
    return script_add(script, SCRIPT_AT(0, 8, 11), play_directory, 0, 0);
}

#include "schema/time.h"
#include "tools/demo/story.h"

#include <inttypes.h>
#include <stdio.h>

/* From a login at 21:41 to a session that is not ren's, at 08:02. */

#define ATLAS_SIZE UINT64_C(1900000000)
#define NIGHT_ADDRESS "198.51.100.23"
#define DROP_ADDRESS "203.0.113.77"
#define COPY_NAME "model_ckpt.bin"

enum {
    CONNECTIONS = 30,
    JOB = 88213,
};

static struct status play_night_login(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    uint64_t n;
    (void)item;
    TRY(foreign_accepted(stage, "ren", NIGHT_ADDRESS));
    TRY(foreign_ship(stage, &n));
    story_plant(script, TRUTH_NIGHT_SSH, n);
    TRY(foreign_say(stage, &(struct foreign_saying){.action = "tunnel.opened",
                                                    .user = "ren",
                                                    .host = "helix-ws-2",
                                                    .address = NIGHT_ADDRESS,
                                                    .detail = ",\"tunnel\":\"t-helix-ssh\""}));
    TRY(script_visit(script, REN, HELIX_WS_2, true));
    stage->people[REN].address = NIGHT_ADDRESS;
    stage_pass(stage, 50);
    TRY(stage_login(stage, REN, HELIX));
    story_plant(script, TRUTH_NIGHT_LOGIN, stage->people[REN].session.n);
    return OK;
}

/* In sixteen steps, as fast as the machine reads. */
static struct status play_read(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    (void)item;
    TRY(stage_list(stage, REN, HELIX_RAW));
    TRY(stage_run(stage));
    const uint64_t key = stage_size(stage);
    TRY(stage_fetch_key(stage, REN, script->cohort.file, "model training"));
    TRY(stage_run(stage));
    story_plant(script, TRUTH_KEY_FETCHED, key);
    story_plant(script, TRUTH_COHORT_READ, stage_size(stage));
    for (uint32_t from = 0; from < script->cohort.chunks; from += 16) {
        const uint32_t to =
            from + 15 < script->cohort.chunks ? from + 15 : script->cohort.chunks - 1;
        TRY(stage_read(stage, REN, &script->cohort, from, to));
        TRY(stage_run(stage));
        stage_pass(stage, 5);
    }
    return OK;
}

/* The copy, in HELIX still ---------------------------------------------------------------- */

static struct status say_job(struct script *script, const char *action, uint64_t *n)
{
    char detail[128];
    snprintf(detail, sizeof detail,
             ",\"job\":%d,\"partition\":\"gpu-sec\",\"project\":\"HELIX\",\"name\":\"train\"", JOB);
    TRY(foreign_say(script->stage,
                    &(struct foreign_saying){
                        .action = action, .user = "ren", .host = "helix-ws-2", .detail = detail}));
    return n == NULL ? OK : foreign_ship(script->stage, n);
}

static struct status make_folder(struct stage *stage, struct id *out)
{
    out->kind = ID_DIR;
    return stage_do(
        stage, REN, COMMAND_VAULT_DIR_CREATE,
        &(union command_fields){.vault_dir_create = {.parent = stage->groups[HELIX_SCRATCH].group,
                                                     .name = LITERAL("tmp")}},
        &out->n);
}

static struct status play_copy(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    uint64_t n;
    (void)item;
    TRY(say_job(script, "job.started", &n));
    story_plant(script, TRUTH_JOB, n);
    TRY(make_folder(stage, &script->folder));
    TRY(stage_write(stage,
                    &(struct stage_writing){.who = REN,
                                            .group = HELIX_SCRATCH,
                                            .parent = script->folder,
                                            .name = COPY_NAME,
                                            .type = "application/octet-stream",
                                            .size = STORY_COHORT_SIZE,
                                            .per_second = 1,
                                            .kept = true},
                    &script->copy));
    story_plant(script, TRUTH_COPY_MADE, script->copy.file.n);
    return say_job(script, "job.finished", NULL);
}

/* The ways that are closed, and one that is open and leads nowhere ------------------------ */

static struct status try_move(struct script *script)
{
    struct stage *stage = script->stage;
    struct vault_dir_move_entry move = {.parent = script->folder,
                                        .name = LITERAL(COPY_NAME),
                                        .target = stage->groups[ATLAS_PUB].group,
                                        .to = LITERAL(COPY_NAME),
                                        .has_group_wrapped = true,
                                        .has_epoch = true,
                                        .epoch = 1};
    uint64_t n;
    TRY(stage_wrap_for_group(stage, ATLAS_PUB, &move.group_wrapped));
    TRY(stage_refused(stage, REN, COMMAND_VAULT_DIR_MOVE_ENTRY,
                      &(union command_fields){.vault_dir_move_entry = move}, RULE_CLS_02A, &n));
    story_plant(script, TRUTH_DENIED_MOVE, n);
    return OK;
}

static struct status try_lower(struct script *script)
{
    struct stage *stage = script->stage;
    uint64_t n;
    TRY(stage_refused(stage, REN, COMMAND_VAULT_FILE_SET_PROJECT,
                      &(union command_fields){
                          .vault_file_set_project = {.file = script->copy.file,
                                                     .has_project = true,
                                                     .project = stage->projects[ATLAS],
                                                     .has_reason = true,
                                                     .reason = LITERAL("checkpoint, no data")}},
                      RULE_VLT_11A, &n));
    story_plant(script, TRUTH_DENIED_LOWER, n);
    return OK;
}

static struct status play_ways(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    struct vault_file_share share = {.file = script->copy.file,
                                     .target = stage->groups[ATLAS_PUB].group,
                                     .has_epoch = true,
                                     .epoch = 1,
                                     .can_view = true,
                                     .has_expires = true,
                                     .expires = SCRIPT_AT(TUESDAY, 22, 36)};
    uint64_t n;
    (void)item;
    TRY(stage_fetch_key(stage, REN, script->copy.file, NULL));
    TRY(stage_run(stage));
    TRY(try_move(script));
    stage_pass(stage, 95);
    TRY(try_lower(script));
    stage_pass(stage, 160);
    TRY(stage_wrap_for_group(stage, ATLAS_PUB, &share.wrapped));
    TRY(stage_do(stage, REN, COMMAND_VAULT_FILE_SHARE,
                 &(union command_fields){.vault_file_share = share}, &n));
    story_plant(script, TRUTH_SHARED, n);
    return OK;
}

/* Out through the licence server's tunnel ------------------------------------------------- */

static struct status play_atlas(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    (void)item;
    TRY(stage_logout(stage, REN));
    TRY(script_visit(script, REN, HELIX_WS_2, false));
    TRY(foreign_say(stage, &(struct foreign_saying){.action = "tunnel.opened",
                                                    .user = "ren",
                                                    .host = "atlas-ws-2",
                                                    .address = NIGHT_ADDRESS,
                                                    .detail = ",\"tunnel\":\"t-atlas-ssh\""}));
    TRY(script_visit(script, REN, ATLAS_WS_2, true));
    stage_pass(stage, 30);
    TRY(stage_login(stage, REN, ATLAS));
    TRY(stage_write(stage,
                    &(struct stage_writing){.who = REN,
                                            .group = ATLAS_PUB,
                                            .parent = stage->groups[ATLAS_PUB].group,
                                            .name = "libflex_cache.tar",
                                            .type = "application/gzip",
                                            .size = ATLAS_SIZE,
                                            .per_second = 1,
                                            .kept = true},
                    &script->atlas_copy));
    story_plant(script, TRUTH_ATLAS_COPY, script->atlas_copy.file.n);
    return OK;
}

static struct status play_transfer(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    char detail[64];
    uint64_t n;
    const bool last = item->value + 1 == CONNECTIONS;
    snprintf(detail, sizeof detail, ",\"tunnel\":\"t-atlas-lic\",\"port\":27003");
    TRY(foreign_say(stage, &(struct foreign_saying){.action = "licence.connected",
                                                    .host = "atlas-ws-2",
                                                    .address = DROP_ADDRESS,
                                                    .bytes_out = ATLAS_SIZE / CONNECTIONS,
                                                    .detail = detail}));
    if (item->value > 0 && !last) {
        return OK;
    }
    TRY(foreign_ship(stage, &n));
    story_plant(script, last ? TRUTH_TRANSFER_LAST : TRUTH_TRANSFER_FIRST, n);
    return OK;
}

static struct status delete (struct script *script, const struct stage_file *file, enum truth truth)
{
    uint64_t n;
    TRY(stage_do(script->stage, REN, COMMAND_VAULT_FILE_DELETE,
                 &(union command_fields){.vault_file_delete = {.file = file->file}}, &n));
    story_plant(script, truth, n);
    return OK;
}

static struct status play_cleaning(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    (void)item;
    TRY(delete (script, &script->atlas_copy, TRUTH_DELETED_ATLAS));
    TRY(stage_logout(stage, REN));
    stage_pass(stage, 20);
    TRY(stage_login(stage, REN, HELIX));
    TRY(stage_do(
        stage, REN, COMMAND_VAULT_FILE_UNSHARE,
        &(union command_fields){.vault_file_unshare = {.file = script->copy.file,
                                                       .target = stage->groups[ATLAS_PUB].group}},
        NULL));
    TRY(delete (script, &script->copy, TRUTH_DELETED_COPY));
    stage_pass(stage, 30);
    TRY(stage_logout(stage, REN));
    TRY(script_visit(script, REN, ATLAS_WS_2, false));
    TRY(foreign_say(stage, &(struct foreign_saying){
                               .action = "tunnel.closed", .user = "ren", .host = "atlas-ws-2"}));
    return foreign_gone(stage, "ren", NIGHT_ADDRESS);
}

/* The morning ----------------------------------------------------------------------------- */

static struct status play_ada_early(struct script *script, const struct script_item *item)
{
    (void)item;
    TRY(foreign_accepted(script->stage, "ada", cast_people[ADA].address));
    return stage_login(script->stage, ADA, NO_PROJECT);
}

/* Whoever manages the audit could end what keeps it: first in her name, then in her session. */
static struct status play_theft(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    uint64_t n;
    const union command_fields fields = {
        .audit_set_manager = {.user = stage->people[REN].user,
                              .added = true,
                              .reason = LITERAL("retention of HELIX, 30 days")}};
    struct stage_theft theft = {.thief = REN,
                                .actor = stage->people[ADA].user,
                                .session = stage->people[ADA].session,
                                .kind = COMMAND_AUDIT_SET_MANAGER,
                                .fields = &fields};
    (void)item;
    TRY(stage_steal(stage, &theft, RULE_IDN_06E, &n));
    story_plant(script, TRUTH_FORGED, n);
    stage_pass(stage, 75);
    theft.actor = stage->people[REN].user;
    TRY(stage_steal(stage, &theft, RULE_IDN_11B, &n));
    story_plant(script, TRUTH_STOLEN_SESSION, n);
    stage->people[REN].address = cast_people[REN].address;
    return OK;
}

/* The plan -------------------------------------------------------------------------------- */

static const struct scene {
    uint32_t day, hour, minute;
    script_play *play;
} scenes[] = {
    {NIGHT_DAY, 21, 41, play_night_login}, {NIGHT_DAY, 21, 58, play_read},
    {NIGHT_DAY, 22, 5, play_copy},         {NIGHT_DAY, 22, 30, play_ways},
    {TUESDAY, 0, 12, play_atlas},          {TUESDAY, 3, 15, play_cleaning},
    {TUESDAY, 7, 52, play_ada_early},      {TUESDAY, 8, 2, play_theft},
};

struct status night_plan(struct script *script, uint32_t day)
{
    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
        const struct scene *scene = &scenes[i];
        if (scene->day == day) {
            TRY(script_add(script, SCRIPT_AT(day, scene->hour, scene->minute), scene->play, 0, 0));
        }
    }
    for (uint32_t i = 0; i < CONNECTIONS && day == TUESDAY; i++) {
        const uint64_t at =
            SCRIPT_AT(day, 0, 40) + i * UINT64_C(150) * 60000000 / (CONNECTIONS - 1);
        TRY(script_add(script, at, play_transfer, 0, i));
    }
    return OK;
}

#include "tools/demo/story.h"

#include <stdio.h>

/* What looks bad and is not: each has its explanation in the log. */

enum {
    SCRIPT_DAY = 2,
    SPRAY_DAY = 6,
    TABLES = 12,
    SCRIPT_TRIES = 40,
    SPRAY_TRIES = 120,
    BACKUP_SETS = 90,
};

/* Passwords ------------------------------------------------------------------------------- */

static struct status play_script(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    uint64_t n;
    TRY(foreign_failed(stage, "svc-inbox", "10.20.0.30"));
    if (item->value > 0) {
        return OK;
    }
    TRY(foreign_ship(stage, &n));
    story_plant(script, TRUTH_SCRIPT_FIRST, n);
    return OK;
}

static struct status play_script_ends(struct script *script, const struct script_item *item)
{
    (void)item;
    return foreign_say(script->stage,
                       &(struct foreign_saying){.action = "config.changed",
                                                .user = "ada",
                                                .host = "inbox-1",
                                                .address = cast_people[ADA].address,
                                                .detail = ",\"account\":\"svc-inbox\",\"what\":"
                                                          "\"expired password renewed\","
                                                          "\"ticket\":\"T-4397\""});
}

static struct status play_spray(struct script *script, const struct script_item *item)
{
    static const enum who names[] = {MIRA, REN, LEE, ADA, HANA, OMAR};
    struct stage *stage = script->stage;
    uint64_t n;
    const enum who who = names[item->value % (sizeof names / sizeof names[0])];
    TRY(foreign_failed(stage, cast_people[who].login, "192.0.2.200"));
    if (item->value > 0) {
        return OK;
    }
    TRY(foreign_ship(stage, &n));
    story_plant(script, TRUTH_SPRAY_FIRST, n);
    return OK;
}

/* Volumes --------------------------------------------------------------------------------- */

static struct status play_full_backup(struct script *script, const struct script_item *item)
{
    char detail[64];
    struct stage *stage = script->stage;
    uint64_t n;
    snprintf(detail, sizeof detail, ",\"set\":\"full-%02u\"", (unsigned)item->value + 1);
    TRY(foreign_say(stage, &(struct foreign_saying){.action = "backup.set_copied",
                                                    .host = "backup-1",
                                                    .address = "10.20.0.41",
                                                    .bytes_out = UINT64_C(444000000),
                                                    .detail = detail}));
    if (item->value > 0) {
        return OK;
    }
    TRY(foreign_ship(stage, &n));
    story_plant(script, TRUTH_BACKUP_FULL, n);
    return OK;
}

/* A campaign's passes are put together: much is read and written, and all of it is ORBIT's. */
static struct status play_orbit(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    struct stage_file file;
    (void)item;
    if (!stage_is_in(stage, VIKTOR)) {
        TRY(stage_login(stage, VIKTOR, ORBIT));
    }
    story_plant(script, TRUTH_ORBIT_COPY, stage_size(stage));
    for (uint32_t i = 0; i < 14 && i < script->files[ORBIT_DATA].count; i++) {
        const struct stage_file *from = &script->files[ORBIT_DATA].files[i];
        TRY(stage_fetch_key(stage, VIKTOR, from->file, "campaign of March"));
        for (uint32_t chunk = 0; chunk < from->chunks; chunk++) {
            TRY(stage_read(stage, VIKTOR, from, chunk, chunk));
        }
        TRY(stage_run(stage));
        stage_pass(stage, 20);
    }
    return stage_write(stage,
                       &(struct stage_writing){.who = VIKTOR,
                                               .group = ORBIT_DATA,
                                               .parent = stage->groups[ORBIT_DATA].group,
                                               .name = "campaign_march.bin",
                                               .size = UINT64_C(1650000000),
                                               .per_second = 16},
                       &file);
}

/* A legitimate export --------------------------------------------------------------------- */

static struct status say_airlock(struct script *script, const char *action, const char *user)
{
    return foreign_say(script->stage,
                       &(struct foreign_saying){.action = action,
                                                .user = user,
                                                .host = "airlock-1",
                                                .detail = ",\"request\":\"AL-0117\",\"files\":12,"
                                                          "\"purpose\":\"journal supplement\""});
}

static struct status export_table(struct script *script, uint32_t which)
{
    char name[64], content[128];
    struct stage *stage = script->stage;
    struct stage_file file;
    snprintf(name, sizeof name, "table_s%u.csv", (unsigned)which + 1);
    snprintf(content, sizeof content, "group,n,mean\ncase,%u,0.%02u\ncontrol,%u,0.%02u\n",
             210 + (unsigned)which, 31 + (unsigned)which, 640 + (unsigned)which,
             18 + (unsigned)which);
    TRY(stage_write(stage,
                    &(struct stage_writing){.who = LEE,
                                            .group = HELIX_RESULTS,
                                            .parent = stage->groups[HELIX_RESULTS].group,
                                            .name = name,
                                            .type = "text/csv",
                                            .content = content},
                    &file));
    TRY(stage_fetch_key(stage, LEE, file.file, "airlock AL-0117"));
    TRY(stage_read(stage, LEE, &file, 0, 0));
    return stage_do(
        stage, LEE, COMMAND_VAULT_FILE_DOWNLOAD,
        &(union command_fields){
            .vault_file_download = {.file = file.file, .destination = LITERAL("airlock AL-0117")}},
        NULL);
}

static struct status play_export(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    (void)item;
    if (!stage_is_in(stage, LEE)) {
        TRY(stage_login(stage, LEE, HELIX));
    }
    TRY(say_airlock(script, "airlock.requested", "lee"));
    stage_pass(stage, 1300);
    TRY(say_airlock(script, "airlock.approved", "tomas"));
    stage_pass(stage, 700);
    TRY(say_airlock(script, "airlock.approved", "jules"));
    story_plant(script, TRUTH_LEE_EXPORT, stage_size(stage));
    for (uint32_t i = 0; i < TABLES; i++) {
        stage_pass(stage, 9);
        TRY(export_table(script, i));
    }
    return OK;
}

/* The plan -------------------------------------------------------------------------------- */

struct bursting {
    uint64_t at_us, every_us;
    uint32_t count;
    script_play *play;
};

static struct status plan_burst(struct script *script, const struct bursting *bursting)
{
    for (uint32_t i = 0; i < bursting->count; i++) {
        TRY(script_add(script, bursting->at_us + i * bursting->every_us, bursting->play, 0, i));
    }
    return OK;
}

struct status herrings_plan(struct script *script, uint32_t day)
{
    const uint64_t second = 1000000;
    switch (day) {
    case SCRIPT_DAY:
        TRY(script_add(script, SCRIPT_AT(day, 9, 25), play_script_ends, 0, 0));
        return plan_burst(script, &(struct bursting){SCRIPT_AT(day, 2, 0), 30 * second,
                                                     SCRIPT_TRIES, play_script});
    case SPRAY_DAY:
        TRY(plan_burst(script, &(struct bursting){SCRIPT_AT(day, 2, 1), 60 * second, BACKUP_SETS,
                                                  play_full_backup}));
        return plan_burst(
            script, &(struct bursting){SCRIPT_AT(day, 3, 10), 7 * second, SPRAY_TRIES, play_spray});
    case NIGHT_DAY:
        return script_add(script, SCRIPT_AT(day, 13, 5), play_orbit, 0, 0);
    case TUESDAY:
        return script_add(script, SCRIPT_AT(day, 14, 30), play_export, 0, 0);
    default:
        return OK;
    }
}

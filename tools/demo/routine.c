#include "tools/demo/script.h"

#include <stdio.h>

/* What people do on a working day: they come, work in bursts, and leave. */

enum {
    READS_MAX = 21, /* ranges of chunks that are read of one file */
    MINUTE_US = 60 * 1000000,
};

static bool is_working_day(uint32_t day)
{
    return day % 7 < 5;
}

/* Coming and leaving ---------------------------------------------------------------------- */

/* The keys of those drives of the machine that are shared with somebody. */
static struct status fetch_drives(struct script *script, enum who who, enum cast_machine machine)
{
    for (enum cast_drive drive = 0; drive < VOLUME_COUNT && machine != NO_MACHINE; drive++) {
        const struct cast_drive_info *info = &cast_drives[drive];
        const bool there = (cast_machines[machine].writing & CAST_BIT(drive)) != 0;
        if (there && ((info->writers | info->readers) & CAST_BIT(who)) != 0) {
            TRY(premises_fetch(script, who, drive, machine));
        }
    }
    return OK;
}

static struct status play_arrive(struct script *script, const struct script_item *item)
{
    const enum who who = (enum who)item->who;
    const struct cast_person *cast = &cast_people[who];
    struct stage *stage = script->stage;
    TRY(foreign_accepted(stage, cast->login, cast->address));
    TRY(foreign_say(stage, &(struct foreign_saying){.action = "tunnel.opened",
                                                    .user = cast->login,
                                                    .host = cast->host,
                                                    .address = cast->address}));
    stage_pass(stage, 20 + stage_random(stage, 60));
    TRY(stage_is_in(stage, who) ? OK : stage_login(stage, who, cast->project));
    stage_pass(stage, 6);
    TRY(script_visit(script, who, cast_machine_of(who), true));
    return fetch_drives(script, who, cast_machine_of(who));
}

static struct status play_leave(struct script *script, const struct script_item *item)
{
    const enum who who = (enum who)item->who;
    const struct cast_person *cast = &cast_people[who];
    struct stage *stage = script->stage;
    TRY(script_visit(script, who, cast_machine_of(who), false));
    TRY(foreign_say(stage, &(struct foreign_saying){.action = "tunnel.closed",
                                                    .user = cast->login,
                                                    .host = cast->host}));
    TRY(foreign_gone(stage, cast->login, cast->address));
    return stage_is_in(stage, who) ? stage_logout(stage, who) : OK;
}

/* Work ------------------------------------------------------------------------------------ */

/* The groups of a project, the first of which is where most is read. */
static size_t groups_of(enum cast_project project, enum cast_group out[static GROUP_COUNT])
{
    size_t count = 0;
    for (enum cast_group group = 0; group < GROUP_COUNT; group++) {
        if (cast_groups[group].project == project) {
            out[count++] = group;
        }
    }
    return count;
}

static enum cast_group pick_group(struct script *script, enum cast_project project)
{
    enum cast_group groups[GROUP_COUNT];
    const size_t count = groups_of(project, groups);
    for (size_t tries = 0; tries < 4; tries++) {
        const enum cast_group group = groups[stage_random(script->stage, count)];
        if (script->files[group].count > 0) {
            return group;
        }
    }
    return groups[0];
}

/* Ranges of chunks, some of them here and some of them there, as programs read columns. */
static struct status read_ranges(struct stage *stage, enum who who, const struct stage_file *file)
{
    char memory[READS_MAX * 96 + 8];
    struct text items = TEXT_IN(memory);
    const uint64_t reads = 5 + stage_random(stage, READS_MAX - 4);
    for (uint64_t i = 0; i < reads; i++) {
        const uint64_t from = stage_random(stage, file->chunks);
        const union command_fields fields = {
            .vault_chunk_fetch = {.file = file->file,
                                  .from = from,
                                  .to = from + stage_random(stage, file->chunks - from)}};
        text_put_char(&items, i == 0 ? '[' : ',');
        command_fields_encode(COMMAND_VAULT_CHUNK_FETCH, &fields, &items);
    }
    text_put_char(&items, ']');
    return stage_ask_many(stage, who, COMMAND_VAULT_CHUNK_FETCH, text_bytes(&items));
}

static struct status read_file(struct script *script, enum who who, enum cast_group group)
{
    struct stage *stage = script->stage;
    const struct script_files *files = &script->files[group];
    const uint32_t known = files->count < SCRIPT_FILES_MAX ? files->count : SCRIPT_FILES_MAX;
    if (known == 0) {
        return OK;
    }
    const struct stage_file *file = &files->files[stage_random(stage, known)];
    TRY(stage_fetch_key(stage, who, file->file, NULL));
    return read_ranges(stage, who, file);
}

static struct status write_result(struct script *script, enum who who, enum cast_project project)
{
    static const enum cast_group results[PROJECT_COUNT] = {HELIX_RESULTS, ATLAS_PUB, ORBIT_DATA};
    static const char *const names[] = {"counts", "fit", "table", "plot", "model", "summary"};
    struct stage *stage = script->stage;
    struct stage_file file;
    char name[64];
    const enum cast_group group =
        project == HELIX && stage_random(stage, 3) == 0 ? HELIX_SCRATCH : results[project];
    snprintf(name, sizeof name, "%s_%s_%05u.parquet", cast_people[who].login,
             names[stage_random(stage, sizeof names / sizeof names[0])], (unsigned)++script->made);
    stage_pass(stage, 30);
    TRY(stage_write(stage,
                    &(struct stage_writing){.who = who,
                                            .group = group,
                                            .parent = stage->groups[group].group,
                                            .name = name,
                                            .type = "application/vnd.apache.parquet",
                                            .size = 1 + stage_random(stage, 40 << 20)},
                    &file));
    script_note_file(script, group, &file);
    return OK;
}

static struct status work_in_project(struct script *script, enum who who)
{
    struct stage *stage = script->stage;
    const enum cast_project project = cast_people[who].project;
    const enum cast_group group = pick_group(script, project);
    TRY(stage_list(stage, who, group));
    TRY(read_file(script, who, group));
    TRY(read_file(script, who, pick_group(script, project)));
    TRY(stage_run(stage));
    return stage_random(stage, 4) == 0 ? write_result(script, who, project) : OK;
}

/* An auditor takes rows away, and says so. */
static struct status work_of_auditor(struct script *script)
{
    struct stage *stage = script->stage;
    struct export_record export = {.what = LITERAL("events of the week"),
                                   .scope = EXPORT_SCOPE_SELECTED,
                                   .format = EXPORT_FORMAT_CSV,
                                   .count = 100 + stage_random(stage, 900)};
    key_random(export.digest.sha256, sizeof export.digest.sha256);
    return stage_do(stage, KOFI, COMMAND_EXPORT_RECORD,
                    &(union command_fields){.export_record = export}, NULL);
}

static struct status play_work(struct script *script, const struct script_item *item)
{
    const enum who who = (enum who)item->who;
    if (!stage_is_in(script->stage, who)) {
        return OK;
    }
    if (who == KOFI) {
        return work_of_auditor(script);
    }
    return cast_people[who].project == NO_PROJECT ? OK : work_in_project(script, who);
}

/* The plan -------------------------------------------------------------------------------- */

static struct status plan_person(struct script *script, uint32_t day, enum who who)
{
    struct stage *stage = script->stage;
    const uint64_t arrive = SCRIPT_AT(day, 8, 10) + stage_random(stage, 70) * MINUTE_US +
                            stage_random(stage, MINUTE_US);
    const uint64_t leave = SCRIPT_AT(day, 16, 40) + stage_random(stage, 80) * MINUTE_US +
                           stage_random(stage, MINUTE_US);
    const uint64_t between = leave - arrive - 20 * (uint64_t)MINUTE_US;
    const uint32_t bursts = cast_people[who].bursts * script->options.scale;
    TRY(script_add(script, arrive, play_arrive, who, 0));
    for (uint32_t i = 0; i < bursts; i++) {
        const uint64_t at = arrive + 10 * (uint64_t)MINUTE_US + stage_random(stage, between);
        TRY(script_add(script, at, play_work, who, 0));
    }
    return script_add(script, leave, play_leave, who, 0);
}

/* Auditors come twice a week; everybody stays away now and then. */
static bool comes(struct script *script, uint32_t day, enum who who)
{
    if (who == KOFI || who == NOOR || who == ELIN) {
        return day % 7 == 1 || day % 7 == 3;
    }
    return stage_random(script->stage, 12) != 0 || day == 0;
}

struct status routine_plan(struct script *script, uint32_t day)
{
    if (!is_working_day(day)) {
        return OK;
    }
    for (enum who who = 0; who < WHO_COUNT; who++) {
        if (cast_people[who].bursts > 0 && comes(script, day, who) && !story_has(who, day)) {
            TRY(plan_person(script, day, who));
        }
    }
    return OK;
}

#include "tools/demo/script.h"

#include <stdlib.h>

/* Truth ----------------------------------------------------------------------------------- */

static const struct {
    const char *name, *part, *sentence;
} truths[TRUTH_COUNT] = {
#define INCIDENT "incident"
#define REFUSED "refused"
#define HERRING "herring"
#define TRUTH(name_, part_, sentence_) {#name_, part_, sentence_},
#include "tools/demo/truth.def"
#undef TRUTH
};

const char *truth_name(enum truth truth)
{
    return truths[truth].name;
}

const char *truth_part(enum truth truth)
{
    return truths[truth].part;
}

const char *truth_sentence(enum truth truth)
{
    return truths[truth].sentence;
}

/* The agenda ------------------------------------------------------------------------------ */

struct status script_add(struct script *script, uint64_t at_us, script_play *play, uint32_t who,
                         uint32_t value)
{
    if (script->count == script->capacity) {
        const size_t capacity = script->capacity == 0 ? 4096 : script->capacity * 2;
        struct script_item *items = realloc(script->items, capacity * sizeof *items);
        if (items == NULL) {
            return FAIL(NO_MEMORY, capacity * sizeof *items);
        }
        script->items = items;
        script->capacity = capacity;
    }
    script->items[script->count] = (struct script_item){at_us, script->count, play, who, value};
    script->count++;
    return OK;
}

struct status script_visit(struct script *script, enum who who, enum cast_machine machine,
                           bool comes)
{
    return machine == NO_MACHINE
               ? OK
               : world_user(script->world, script->estate.machines[machine], who, comes);
}

void script_note_file(struct script *script, enum cast_group group, const struct stage_file *file)
{
    struct script_files *files = &script->files[group];
    files->files[files->count % SCRIPT_FILES_MAX] = *file;
    files->count++;
}

static int by_time(const void *a, const void *b)
{
    const struct script_item *x = a, *y = b;
    if (x->at_us != y->at_us) {
        return x->at_us < y->at_us ? -1 : 1;
    }
    return (x->order > y->order) - (x->order < y->order);
}

/* What other systems wrote arrives every half hour. */
static struct status ship(struct script *script, const struct script_item *item)
{
    (void)item;
    return foreign_ship(script->stage, NULL);
}

static struct status plan_day(struct script *script, uint32_t day)
{
    script->count = 0;
    TRY(founding_plan(script, day));
    TRY(premises_plan(script, day));
    TRY(story_plan(script, day));
    TRY(herrings_plan(script, day));
    TRY(operations_plan(script, day));
    TRY(office_plan(script, day));
    TRY(routine_plan(script, day));
    TRY(machines_plan(script, day));
    for (uint32_t minute = 0; minute < 24 * 60; minute += 30) {
        TRY(script_add(script, SCRIPT_AT(day, 0, minute) + 1, ship, 0, 0));
    }
    qsort(script->items, script->count, sizeof script->items[0], by_time);
    return OK;
}

static struct status play_day(struct script *script, uint32_t day)
{
    const struct script_progress *progress = &script->options.progress;
    const uint64_t days = script->options.days;
    for (size_t i = 0; i < script->count; i++) {
        const struct script_item *item = &script->items[i];
        stage_at(script->stage, item->at_us);
        TRY(item->play(script, item));
        if (i % 64 == 0) {
            progress->show(progress->context, day * 1000 + i * 1000 / script->count, days * 1000);
        }
        if (i % 64 == 0 && progress->stop(progress->context)) {
            return FAIL(INTERRUPTED, 2);
        }
    }
    return OK;
}

static struct status play_days(struct script *script)
{
    for (uint32_t day = 0; day < script->options.days; day++) {
        TRY(plan_day(script, day));
        TRY(play_day(script, day));
    }
    return stage_finish(script->stage);
}

static struct status take_files(struct script *script)
{
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        script->files[i].files = calloc(SCRIPT_FILES_MAX, sizeof *script->files[i].files);
        if (script->files[i].files == NULL) {
            return FAIL(NO_MEMORY, SCRIPT_FILES_MAX);
        }
    }
    return OK;
}

struct status script_play_all(struct stage *stage, const struct script_options *options,
                              uint64_t truth[static TRUTH_COUNT])
{
    struct script script = {.stage = stage, .options = *options};
    for (size_t i = 0; i < TRUTH_COUNT; i++) {
        script.truth[i] = UINT64_MAX;
    }
    struct status status = take_files(&script);
    status = failed(status) ? status : world_open(stage, &script.world);
    status = failed(status) ? status : play_days(&script);
    memcpy(truth, script.truth, sizeof script.truth);
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        free(script.files[i].files);
    }
    free(script.items);
    world_close(&script.world);
    return status;
}

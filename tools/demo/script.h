/*
 * tools/demo/script.h -- fourteen days in the enclave: what is played when.
 *
 * Shape    Each day is an agenda: items with their times, of the routine (tools/demo/routine.c) and
 *          of the story (tools/demo/story.c), sorted and played in turn. A scene of the story is a
 *          row with its moment. The truth is what the story has planted, event by event.
 */
#ifndef TOOLS_DEMO_SCRIPT_H
#define TOOLS_DEMO_SCRIPT_H

#include "tools/demo/estate.h"
#include "tools/demo/foreign.h"
#include "tools/demo/world.h"

enum {
    SCRIPT_DAYS = 14,      /* of the story */
    SCRIPT_DAYS_MAX = 366, /* more of them are routine */
    SCRIPT_SCALE_MAX = 1000,
    SCRIPT_FILES_MAX = 4096, /* of one group, that people know of */
};

#define SCRIPT_BEGINS_US UINT64_C(1772409600000000) /* 2026-03-02T00:00:00Z, a Monday */
#define SCRIPT_DAY_US (UINT64_C(86400) * 1000000)

/* The moment on the n-th day (from 0). */
#define SCRIPT_AT(day, hour, minute)                    \
    (SCRIPT_BEGINS_US + (uint64_t)(day)*SCRIPT_DAY_US + \
     ((uint64_t)(hour)*60 + (uint64_t)(minute)) * UINT64_C(60000000))

enum truth {
#define TRUTH(name, part, sentence) TRUTH_##name,
#include "tools/demo/truth.def"
#undef TRUTH
    TRUTH_COUNT,
};

/* `ren-certified`; `incident`, `refused`, `herring`; and the sentence. */
const char *truth_name(enum truth truth);
const char *truth_part(enum truth truth);
const char *truth_sentence(enum truth truth);

struct script;

struct script_item {
    uint64_t at_us;
    uint64_t order; /* among those of one moment */
    struct status (*play)(struct script *script, const struct script_item *item);
    uint32_t who, value;
};
typedef struct status script_play(struct script *script, const struct script_item *item);

/* What people know of: the files of one group. */
struct script_files {
    struct stage_file *files;
    uint32_t count;
};

struct script_progress {
    void (*show)(void *context, uint64_t done, uint64_t total);
    bool (*stop)(void *context);
    void *context;
};

struct script_options {
    uint32_t days, scale;
    struct script_progress progress;
};

struct script {
    struct stage *stage;
    struct world *world;
    struct estate estate;
    struct script_options options;
    struct script_item *items; /* of the day at hand */
    size_t count, capacity;
    struct script_files files[GROUP_COUNT];
    uint64_t made;               /* files, so that their names differ */
    uint64_t truth[TRUTH_COUNT]; /* UINT64_MAX: not played */
    struct stage_file cohort, copy, atlas_copy;
    struct id folder;                                           /* that the copy is in */
    uint64_t mismatches;                                        /* that last */
    uint64_t allocated[VOLUME_COUNT], written_us[VOLUME_COUNT]; /* of the drives' files */
};

/* Plays all of it on an open stage. INTERRUPTED if it is to stop. */
MUST_CHECK struct status script_play_all(struct stage *stage, const struct script_options *options,
                                         uint64_t truth[static TRUTH_COUNT]);

/* Adds to the agenda of the day. */
MUST_CHECK struct status script_add(struct script *script, uint64_t at_us, script_play *play,
                                    uint32_t who, uint32_t value);
/* Somebody comes into a machine, or leaves it, as its controller says; nothing if it is down. */
MUST_CHECK struct status script_visit(struct script *script, enum who who,
                                      enum cast_machine machine, bool comes);
/* Notes what people may work with from now on. */
void script_note_file(struct script *script, enum cast_group group, const struct stage_file *file);

/* The parts: what each adds to the agenda of a day ------------------------------------------- */

/* tools/demo/founding.c: the first morning, and what there is by noon. */
MUST_CHECK struct status founding_plan(struct script *script, uint32_t day);
/* tools/demo/routine.c, tools/demo/machines.c: what happens every day. */
MUST_CHECK struct status routine_plan(struct script *script, uint32_t day);
MUST_CHECK struct status machines_plan(struct script *script, uint32_t day);
/* tools/demo/premises.c, tools/demo/operations.c: hosts, drives and machines, and what befalls
 * them. */
MUST_CHECK struct status premises_plan(struct script *script, uint32_t day);
MUST_CHECK struct status operations_plan(struct script *script, uint32_t day);
/* A machine's owner starts one from its recipe, lets its users in and unlocks its drives. */
MUST_CHECK struct status premises_start(struct script *script, enum cast_machine machine);
/* Somebody fetches the key of a drive, to use it in a machine; nothing if that is down. */
MUST_CHECK struct status premises_fetch(struct script *script, enum who who, enum cast_drive drive,
                                        enum cast_machine machine);
/* Somebody unlocks a drive that is attached. */
MUST_CHECK struct status premises_unlock(struct script *script, enum who who, enum cast_drive drive,
                                         enum cast_machine machine);
/* tools/demo/story.c, tools/demo/herrings.c: what was planted. */
MUST_CHECK struct status story_plan(struct script *script, uint32_t day);
MUST_CHECK struct status herrings_plan(struct script *script, uint32_t day);
/* tools/demo/office.c: the audit's own work. */
MUST_CHECK struct status office_plan(struct script *script, uint32_t day);

/* Whether the story has the person to itself that day. */
bool story_has(enum who who, uint32_t day);

#endif

#include "schema/time.h"
#include "tools/demo/demo.h"
#include "tools/demo/workshop.h"
#include "tools/verbs.h"
#include "tools/wall.h"

#include <inttypes.h>
#include <stdio.h>

#define DEFAULT_STORE "demo-store"

enum {
    SEED_USUAL = 42,
    BYTES_OF_DAY = 5 << 20, /* about, of the routine of a day */
};

/* What is built. */
struct demo {
    struct invocation *invocation;
    struct place place;
    struct workshop workshop;
    struct stage *stage;
    struct script_options options;
    struct progress progress;
    struct demo_sum sum;
    uint64_t truth[TRUTH_COUNT];
};

/* Places ---------------------------------------------------------------------------------- */

enum exit_code demo_place(const struct invocation *invocation, struct place *out)
{
    const char *given = invocation_value(invocation, "store");
    struct status status = place_of(given != NULL ? given : DEFAULT_STORE, out);
    return failed(status) ? invocation_failed(invocation, status, NULL, "--store") : EXIT_DONE;
}

enum exit_code demo_there(const struct invocation *invocation, struct place *out,
                          uint64_t truth[static TRUTH_COUNT])
{
    enum exit_code code = demo_place(invocation, out);
    if (code != EXIT_DONE) {
        return code;
    }
    if (place_look(out) != PLACE_DEMO) {
        return invocation_fail(invocation, EXIT_NOT_FOUND, "cairn demo makes one",
                               "there is no demonstration at %s", out->store.text);
    }
    struct status status = place_read_truth(out, truth);
    return failed(status) ? invocation_failed(invocation, status, NULL, out->truth.text)
                          : EXIT_DONE;
}

static enum exit_code make_room(const struct demo *demo)
{
    const struct invocation *invocation = demo->invocation;
    const char *path = demo->place.store.text;
    const enum place_state state = place_look(&demo->place);
    if (state == PLACE_TAKEN) {
        return invocation_fail(invocation, EXIT_CONFLICT, "like: --store ./another",
                               "%s is there, and was not made by `cairn demo`", path);
    }
    if (state == PLACE_DEMO && !invocation_has(invocation, "force")) {
        return invocation_fail(invocation, EXIT_CONFLICT,
                               "--force makes it anew; `cairn demo reset` removes it",
                               "there is a demonstration at %s", path);
    }
    struct status status = state == PLACE_DEMO ? place_remove(&demo->place) : OK;
    return failed(status) ? invocation_failed(invocation, status, NULL, path) : EXIT_DONE;
}

/* Building -------------------------------------------------------------------------------- */

static void show(void *context, uint64_t done, uint64_t total)
{
    struct demo *demo = context;
    demo->progress.total = total;
    progress_show(&demo->progress, done);
}

static bool stop(void *context)
{
    const struct demo *demo = context;
    return invocation_interrupted(demo->invocation);
}

static struct status play(struct demo *demo)
{
    demo->options.progress = (struct script_progress){show, stop, demo};
    TRY(stage_open(&(struct stage_options){.directory = demo->workshop.store.text,
                                           .seed = demo->sum.seed,
                                           .begins_us = SCRIPT_AT(0, 6, 0)},
                   &demo->stage));
    return script_play_all(demo->stage, &demo->options, demo->truth);
}

/* The checkpoint's third line. */
static struct status sum_up(struct demo *demo)
{
    char memory[NOTE_MAX];
    struct text note = TEXT_IN(memory);
    TRY(engine_checkpoint(demo->stage->engine, &note));
    demo->sum.events = stage_size(demo->stage);
    demo->sum.commands = demo->stage->commands;
    (void)sscanf(text_string(&note), "%*[^\n]\n%*[^\n]\n%63[^\n]", demo->sum.root);
    return OK;
}

static struct status build(struct demo *demo)
{
    const uint64_t days = demo->options.days * (uint64_t)(demo->options.scale + 1);
    place_clear_half(&demo->place);
    TRY(workshop_open(demo->place.half.text, days * BYTES_OF_DAY, &demo->workshop));
    demo->progress = invocation_progress(demo->invocation, "playing", 1);
    struct status status = play(demo);
    progress_end(&demo->progress);
    TRY(status);
    TRY(sum_up(demo));
    TRY(place_keep_people(&demo->place, demo->stage));
    TRY(place_write_truth(&demo->place, demo->truth));
    stage_close(&demo->stage);
    return workshop_bring(&demo->workshop, demo->place.half.text);
}

static enum exit_code tell_failure(const struct demo *demo, struct status status)
{
    const char *trouble = demo->stage == NULL ? "" : demo->stage->trouble;
    return invocation_failed(demo->invocation, status, trouble[0] == '\0' ? NULL : trouble,
                             "building the enclave");
}

static enum exit_code build_and_take(struct demo *demo)
{
    struct status status = build(demo);
    enum exit_code code = failed(status) ? tell_failure(demo, status) : EXIT_DONE;
    stage_close(&demo->stage);
    workshop_close(&demo->workshop);
    if (code != EXIT_DONE) {
        place_clear_half(&demo->place);
        return code;
    }
    status = place_take(&demo->place);
    return failed(status)
               ? invocation_failed(demo->invocation, status, NULL, demo->place.store.text)
               : EXIT_DONE;
}

static enum exit_code read_options(struct demo *demo)
{
    uint64_t seed = SEED_USUAL, days = SCRIPT_DAYS, scale = 1;
    const struct invocation *invocation = demo->invocation;
    enum exit_code code =
        invocation_number(invocation, "seed", (struct number_limits){0, UINT32_MAX}, &seed);
    code = code != EXIT_DONE ? code
                             : invocation_number(invocation, "days",
                                                 (struct number_limits){1, SCRIPT_DAYS_MAX}, &days);
    code = code != EXIT_DONE
               ? code
               : invocation_number(invocation, "scale", (struct number_limits){0, SCRIPT_SCALE_MAX},
                                   &scale);
    demo->sum.seed = seed;
    demo->options.days = (uint32_t)days;
    demo->options.scale = (uint32_t)scale;
    return code;
}

/* Truth ----------------------------------------------------------------------------------- */

/* clang-format off */
static const struct column columns[] = {
    {"event", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"part",  NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"label", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"what",  NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

static struct status put_truth(struct rows *rows, const uint64_t truth[static TRUTH_COUNT])
{
    TRY(rows_begin(rows, columns, sizeof columns / sizeof columns[0]));
    for (unsigned i = 0; i < TRUTH_COUNT; i++) {
        const struct cell cells[] = {cell_number(truth[i]), cell_string(truth_part((enum truth)i)),
                                     cell_string(truth_name((enum truth)i)),
                                     cell_string(truth_sentence((enum truth)i))};
        TRY(truth[i] == UINT64_MAX ? OK : rows_add(rows, cells));
    }
    return rows_flush(rows);
}

static enum exit_code tell_truth(struct invocation *invocation)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    struct place place;
    uint64_t truth[TRUTH_COUNT];
    enum exit_code code = demo_there(invocation, &place, truth);
    if (code != EXIT_DONE) {
        return code;
    }
    invocation_rows(invocation, &rows, &arena);
    return exit_of(put_truth(&rows, truth));
}

/* The verb -------------------------------------------------------------------------------- */

static enum exit_code run(struct invocation *invocation)
{
    struct demo demo = {.invocation = invocation};
    const uint64_t began_us = wall_now_utc_us();
    if (invocation_has(invocation, "truth")) {
        return tell_truth(invocation);
    }
    enum exit_code code = demo_place(invocation, &demo.place);
    code = code == EXIT_DONE ? read_options(&demo) : code;
    code = code == EXIT_DONE ? make_room(&demo) : code;
    code = code == EXIT_DONE ? build_and_take(&demo) : code;
    if (code == EXIT_DONE) {
        demo.sum.took_us = wall_now_utc_us() - began_us;
        demo_tour(invocation, &demo.place, &demo.sum, demo.truth);
    }
    return code;
}

static const struct option_info options[] = {
    {"seed", 0, "N", "all that is left to chance follows from it (42)", false},
    {"days", 0, "N", "how many of the days to play (14)", false},
    {"scale", 0, "N", "so many times the routine; 0: the story alone (1)", false},
    {"force", 0, NULL, "make it anew where there is a demonstration", false},
    {"truth", 0, NULL, "only say which events of it were planted", false},
};

const struct verb verb_demo = {
    .name = "demo",
    .about = "build an enclave to try things on: fourteen days, and an incident",
    .details =
        "Northgate Secure Enclave and its people are invented; what they do goes the way that it\n"
        "goes in earnest: commands signed by their keys, authenticated and decided, records of\n"
        "other systems taken in. The same seed makes the same log, bit by bit, on any machine:\n"
        "its keys follow from the seed and are no secrets, so nothing that matters belongs into\n"
        "it. The store is ./demo-store, or --store DIR; CAIRN_STORE does not count here. Keys of\n"
        "its people lie beside it; their passphrase is \"northgate\".",
    .examples = "cairn demo\n"
                "cairn demo --truth\n"
                "# a million events, for measuring\n"
                "cairn demo --store ./large --scale 22",
    .purpose = PURPOSE_START,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};

/* Reset ----------------------------------------------------------------------------------- */

static enum exit_code run_reset(struct invocation *invocation)
{
    struct place place;
    enum exit_code code = demo_place(invocation, &place);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = place_remove(&place);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, place.store.text);
    }
    invocation_note(invocation, "%s is gone", place.store.text);
    return EXIT_DONE;
}

const struct verb verb_demo_reset = {
    .name = "demo reset",
    .about = "remove a demonstration, with the keys beside it",
    .details = "Only what `cairn demo` has made is ever removed.",
    .examples = "cairn demo reset",
    .purpose = PURPOSE_START,
    .guarded = true,
    .run = run_reset,
};

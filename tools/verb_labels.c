#include "reports/labels/combine_rows.h"
#include "reports/labels/lowered.h"
#include "reports/resolve.h"
#include "store/index.h"
#include "tools/access/between.h"
#include "tools/asked.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    LABELS_ARENA = 1 << 20, /* bytes for the rows that are looked at at a time */
};

/* A question on its way to an answer. */
struct asking {
    struct invocation *invocation;
    struct engine *engine;
    struct status trouble;
    struct view view;
    struct between between;
    struct index_snapshot *index;
    struct id user, project;
    struct hasher *hasher;
    struct rows out;
    struct combine combine;
    struct arena arena, row_arena;
    uint8_t memory[LABELS_ARENA], row_memory[ROWS_MEMORY_SIZE];
};

/* Understanding ------------------------------------------------------------------------------ */

static enum exit_code find(const struct asking *asking, const char *option, enum id_kind kind,
                           struct id *out)
{
    const struct resolver resolver = {.view = &asking->view};
    const char *name = invocation_value(asking->invocation, option);
    struct status status = name == NULL ? OK : resolve(&resolver, kind, bytes_of_string(name), out);
    if (failed(status)) {
        return invocation_fail(asking->invocation, exit_of(status), NULL, "--%s %s: %s", option,
                               name, status.why == NULL ? "it cannot be found" : status.why);
    }
    return EXIT_DONE;
}

static enum exit_code understand(struct asking *asking)
{
    enum exit_code code = between_open(asking->invocation, asking->engine, &asking->between);
    if (code != EXIT_DONE) {
        return code;
    }
    asking->view = engine_view(asking->engine, UINT64_MAX, &asking->arena, &asking->trouble);
    asking->view.as_of_n = asking->between.stretch.to.n == 0 ? 0 : asking->between.stretch.to.n - 1;
    asking->view.now_utc_us = asking->between.stretch.to.utc_us;
    code = find(asking, "project", ID_PROJECT, &asking->project);
    if (code == EXIT_DONE && engine_index(asking->engine) != NULL) {
        struct status status = index_snapshot_open(engine_index(asking->engine), &asking->index);
        code = failed(status) ? invocation_failed(asking->invocation, status, NULL, "the index")
                              : code;
    }
    asked_rows(asking->invocation, &asking->out, &asking->row_arena, asking->hasher);
    return code;
}

/* Checking ----------------------------------------------------------------------------------- */

static enum exit_code tell_check(const struct asking *asking, const struct combine_rows *rows)
{
    const char *sort = holder_sort_name(rows->question.sort);
    if (rows->combined > 0) {
        invocation_note(asking->invocation,
                        "of %" PRIu64 " %ss that saw labels %" PRIu64
                        " combined what form no chain",
                        rows->holders, sort, rows->combined);
        return EXIT_NOTHING; /* the answer is no */
    }
    if (rows->incomplete > 0) {
        invocation_note(asking->invocation, "of %" PRIu64 " %ss not all could be looked at",
                        rows->incomplete, sort);
        return EXIT_INCOMPLETE;
    }
    invocation_note(asking->invocation, "%" PRIu64 " %ss saw labels; those of each form a chain",
                    rows->holders, sort);
    return EXIT_DONE;
}

static const char *holders_name(const struct combine_rows *rows)
{
    static const char *const names[HOLDER_SORT_COUNT] = {
        [HOLDER_SESSION] = "sessions",
        [HOLDER_USER] = "users",
        [HOLDER_VM] = "machines",
    };
    return names[rows->question.sort];
}

static enum holder_sort sort_of(const struct invocation *invocation)
{
    const char *per = invocation_value(invocation, "per");
    for (unsigned i = 0; per != NULL && i < HOLDER_SORT_COUNT; i++) {
        if (strcmp(per, holder_sort_name((enum holder_sort)i)) == 0) {
            return (enum holder_sort)i;
        }
    }
    return HOLDER_SESSION;
}

static enum exit_code check(struct asking *asking)
{
    struct invocation *invocation = asking->invocation;
    struct combine_rows rows = {.question = {.view = asking->view,
                                             .log = asking->between.log,
                                             .index = asking->index,
                                             .sort = sort_of(invocation),
                                             .range = asking->between.range,
                                             .carried = invocation_has(invocation, "carried")},
                                .project = asking->project,
                                .failing = invocation_has(invocation, "failing"),
                                .combine = &asking->combine,
                                .out = &asking->out};
    enum exit_code code = find(asking, "user", ID_USER, &rows.user);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = combine_rows(&rows);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "checking labels");
    }
    code = tell_check(asking, &rows);
    enum exit_code end = asked_end(invocation, asking->engine, &asking->out, holders_name(&rows),
                                   &asking->between.range);
    return end == EXIT_DONE ? code : end;
}

static enum exit_code lowered(struct asking *asking)
{
    struct invocation *invocation = asking->invocation;
    struct lowered_rows rows = {.view = asking->view,
                                .log = asking->between.log,
                                .index = asking->index,
                                .project = asking->project,
                                .range = asking->between.range,
                                .out = &asking->out};
    struct status status = lowered_rows(&rows);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "looking for lowered labels");
    }
    invocation_note(invocation, "%" PRIu64 " labels were lowered", rows.count);
    enum exit_code code =
        asked_end(invocation, asking->engine, &asking->out, "rows", &asking->between.range);
    return code == EXIT_DONE && rows.count == 0 ? EXIT_NOTHING : code;
}

/* Running ------------------------------------------------------------------------------------ */

static enum exit_code ask(struct asking *asking, enum exit_code (*answer)(struct asking *asking))
{
    enum exit_code code = store_open(asking->invocation, STORE_RECORD, &asking->engine);
    if (code != EXIT_DONE) {
        return code;
    }
    code = understand(asking);
    code = code == EXIT_DONE ? answer(asking) : code;
    index_snapshot_close(&asking->index);
    between_close(&asking->between);
    return store_finish(asking->invocation, code, &asking->engine);
}

static enum exit_code run(struct invocation *invocation,
                          enum exit_code (*answer)(struct asking *asking))
{
    struct asking *asking = calloc(1, sizeof *asking);
    if (asking == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *asking), NULL, "starting");
    }
    asking->invocation = invocation;
    asking->arena = ARENA_IN(asking->memory);
    asking->row_arena = ARENA_IN(asking->row_memory);
    struct status status = hasher_open(&asking->hasher);
    enum exit_code code = failed(status) ? invocation_failed(invocation, status, NULL, "starting")
                                         : ask(asking, answer);
    hasher_close(&asking->hasher);
    free(asking);
    return code;
}

static enum exit_code run_check(struct invocation *invocation)
{
    return run(invocation, check);
}

static enum exit_code run_lowered(struct invocation *invocation)
{
    return run(invocation, lowered);
}

static const struct option_info check_options[] = {
    BETWEEN_OPTION,
    {"per", 0, "session|user|vm", "whose labels are to form a chain (session)", false},
    {"user", 0, "USER", "of this user", false},
    {"project", 0, "PROJECT", "only where data of this project was seen", false},
    {"carried", 0, NULL, "also labels that other sessions saw and could have written into a file",
     false},
    {"failing", 0, NULL, "only those whose labels form no chain", false},
};

const struct verb verb_labels_check = {
    .name = "labels check",
    .about = "whether labels that must not meet have met",
    .details =
        "Projects form a tree. Whoever sees data of two projects of which neither is above the\n"
        "other has combined what is to stay apart. For each session, or each user over all\n"
        "sessions, the labels of all files whose keys were fetched and which were read are\n"
        "compared; two that form no chain are told with the shortest path by which each came,\n"
        "and the events. With --carried the paths lead through files: a session that saw a label\n"
        "and then wrote a file could have put it there. With --per vm it is the labels that "
        "entered\n"
        "each machine, with its tag and its drives. Exit code 1: labels have been combined.",
    .examples = "cairn labels check\n"
                "cairn labels check --per user --failing --between 2026-03\n"
                "cairn labels check --user bob --carried\n"
                "cairn labels check --per vm",
    .purpose = PURPOSE_ASK,
    OPTIONS(check_options),
    .guarded = true,
    .run = run_check,
};

static const struct option_info lowered_options[] = {
    BETWEEN_OPTION,
    {"project", 0, "PROJECT", "out of this project", false},
};

const struct verb verb_labels_lowered = {
    .name = "labels lowered",
    .about = "who lowered labels, by what right, and who can read because of it",
    .details =
        "A row for each user who may read the object since the label was lowered, and might\n"
        "not before; one row without a user, if there is none.",
    .examples = "cairn labels lowered\ncairn labels lowered --project texas --between 2026-03",
    .purpose = PURPOSE_ASK,
    OPTIONS(lowered_options),
    .guarded = true,
    .run = run_lowered,
};

/* Who may, who could have, who did; and what somebody can reach. */
#include "reports/access/reach.h"
#include "reports/access/reasons.h"
#include "reports/access/use_rows.h"
#include "reports/web/access_asking.h"
#include "reports/web/grid.h"
#include "reports/web/interval_bands.h"
#include "reports/web/routes.h"
#include "reports/web/words.h"

#include <inttypes.h>

enum {
    USES_SHOWN = 100, /* each is judged at each of its moments, which takes long */
};

static const struct grid_column columns[] = {
    {"login", NULL, GRID_HIDDEN},       {"object", NULL, GRID_WORDS},
    {"place", NULL, GRID_CODE},         {"events", "Rests on", GRID_EVENTS},
    {"ended", "Ended by", GRID_WORDS},  {"ended_by", "Refused by", GRID_RULE},
    {"from_n", NULL, GRID_HIDDEN},      {"to_n", NULL, GRID_HIDDEN},
    {"fetch", "By event", GRID_EVENT},  {"fetched", "Key fetched", GRID_USUAL},
    {"label", "Tag", GRID_WORDS},       {"file", NULL, GRID_WORDS},
    {"session", NULL, GRID_ID},         {"of", "Of bytes", GRID_USUAL},
    {"certs", "Relied on", GRID_WORDS}, {"because", NULL, GRID_FOLD},
};

/* What was not there yet is an answer, too. */
static struct status end_grid(struct grid *grid, struct status status)
{
    if (status.code == STATUS_NOT_FOUND && status.why != NULL) {
        page_notice(grid->visit, PAGE_WARNING, status.why);
        return OK;
    }
    return grid_end(grid, status);
}

static void begin_grid(struct grid *grid, struct visit *visit, const char *caption,
                       const char *empty)
{
    grid_init(grid, visit,
              &(struct grid_options){
                  .caption = caption,
                  .empty = empty,
                  .columns = columns,
                  .column_count = sizeof columns / sizeof columns[0],
                  .more = "The command below lists them all; a shorter stretch shows others."});
}

/* One answer --------------------------------------------------------------------------------- */

static enum access_verb verb_of(const struct access_asking *asking)
{
    unsigned verb = 0;
    while (verb + 1 < ACCESS_VERB_COUNT && !asking->verbs[verb]) {
        verb++;
    }
    return (enum access_verb)verb;
}

/* `ann may read data.csv`, large, with the rule in words. */
static struct status put_verdict(struct access_asking *asking)
{
    struct visit *visit = asking->visit;
    struct user_row user = {.user = asking->user};
    if (!view_find(&asking->as_of.view, ROW_USER, &user)) {
        page_notice(visit, PAGE_WARNING, "there was no such user then");
        return *asking->as_of.view.trouble;
    }
    struct output *output = visit->output;
    struct access access = {0};
    char memory[REASONS_SIZE];
    struct text reasons = TEXT_IN(memory);
    enum access_verb verb = verb_of(asking);
    const struct reader reader = {.user = asking->user};
    access_of(verb, &asking->as_of.view, &reader, asking->object, &access);
    output_add(output,
               "<div class=\"verdict %s\"><span class=\"sign\" aria-hidden=\"true\">%s"
               "</span><strong>",
               access.allowed ? "good" : "bad", access.allowed ? "\xe2\x9c\x93" : "\xe2\x9c\x95");
    output_put_string(output, access.allowed ? "Yes: " : "No: ");
    link_object_as_of(visit, asking->user, asking->as_of.view.as_of_n);
    output_put_string(output, asking->as_of.given ? access.allowed ? " could " : " could not "
                              : access.allowed    ? " may "
                                                  : " may not ");
    html_put_string(output, access_verb_name(verb));
    output_put_char(output, ' ');
    link_object_as_of(visit, asking->object, asking->as_of.view.as_of_n);
    output_put_string(output, "</strong><p>");
    if (access.class != ACCESS_CLASS_NONE) {
        output_add(output, "Class %u. ", (unsigned)access.class);
    }
    if (access.rule != RULE_NONE) {
        html_put_string(output, rule_id(access.rule));
        output_put_string(output, ": ");
        html_put_string(output, rule_sentence(access.rule));
    }
    output_put_string(output, "</p></div>\n<p>It rests on these facts:</p>\n");
    reasons_put(&asking->as_of.view, &access, &reasons);
    words_put_list(visit, text_bytes(&reasons));
    output_put_char(output, '\n');
    return *asking->as_of.view.trouble;
}

static struct status put_moment(struct access_asking *asking, struct grid *grid)
{
    struct access_question question = {.view = &asking->as_of.view,
                                       .object = asking->object,
                                       .refused = asking->refused || asking->user.kind != ID_NONE};
    uint64_t allowed = 0;
    memcpy(question.verbs, asking->verbs, sizeof question.verbs);
    if (asking->object.kind == ID_NONE) {
        question.refused = false;
        begin_grid(grid, asking->visit, "All that can be reached, and why", "Nothing at all.");
        return end_grid(grid, reach_rows(&grid->rows, &question, asking->user, &allowed));
    }
    if (asking->user.kind != ID_NONE && !asking->all_verbs) {
        return put_verdict(asking);
    }
    begin_grid(grid, asking->visit, "Who may, and every fact that this rests on", "Nobody may.");
    struct status status = access_rows_begin(&grid->rows);
    if (!failed(status)) {
        status = asking->user.kind != ID_NONE
                     ? access_rows_add(&grid->rows, &question, asking->user, &allowed)
                     : access_rows_add_all(&grid->rows, &question, &allowed);
    }
    return end_grid(grid, status);
}

/* Intervals ---------------------------------------------------------------------------------- */

static struct status fill_intervals(struct access_asking *asking, struct rows *out)
{
    struct visit *visit = asking->visit;
    struct interval_rows rows = {
        .question = {.view = asking->as_of.view,
                     .object = asking->object,
                     .from = asking->stretch.from,
                     .to = asking->stretch.to,
                     .time_of = stretch_time_of,
                     .context = visit->scope.log},
        .refused =
            asking->refused || (asking->user.kind != ID_NONE && asking->object.kind != ID_NONE),
        .log = visit->scope.log,
        .basis = arena_take(visit->arena, sizeof(struct basis)),
        .out = out,
    };
    memcpy(rows.verbs, asking->verbs, sizeof rows.verbs);
    if (rows.basis == NULL) {
        return FAIL(NO_MEMORY, sizeof(struct basis));
    }
    if (asking->object.kind == ID_NONE) {
        return reach_intervals(&rows, asking->user);
    }
    TRY(interval_rows_begin(&rows));
    return asking->user.kind != ID_NONE ? interval_rows_add(&rows, asking->user)
                                        : interval_rows_add_all(&rows);
}

static struct status put_intervals(struct access_asking *asking, struct grid *grid)
{
    struct visit *visit = asking->visit;
    struct interval_bands *lanes = arena_take(visit->arena, sizeof *lanes);
    struct bands *bands = bands_new(visit->arena);
    if (lanes == NULL || bands == NULL) {
        return FAIL(NO_MEMORY, sizeof *bands);
    }
    begin_grid(grid, visit, "Intervals, with the events at their edges",
               "Nobody could, at any time in it.");
    bands->from_us = asking->stretch.from.utc_us;
    TRY(stretch_time_of(visit->scope.log, asking->stretch.to.n - 1, &bands->last_us));
    interval_bands_init(lanes, bands, visit);
    struct status status = fill_intervals(asking, &lanes->rows);
    if (failed(status)) {
        return end_grid(grid, status);
    }
    bands_put(visit, bands, "intervals", "Who could, and when");
    return end_grid(grid, fill_intervals(asking, &grid->rows));
}

/* Uses --------------------------------------------------------------------------------------- */

static struct status put_uses(struct access_asking *asking, struct grid *grid)
{
    struct visit *visit = asking->visit;
    bool is_file = asking->object.kind == ID_FILE;
    struct use_rows rows = {
        .question = {.view = asking->as_of.view,
                     .log = visit->scope.log,
                     .index = visit->scope.index,
                     .file = is_file ? asking->object : (struct id){ID_NONE, 0},
                     .user = asking->user,
                     .stopped = visit->options->expired,
                     .stopped_context = visit->options->context,
                     .range = {.since = {MOMENT_POSITION, 0},
                               .until = {MOMENT_POSITION, visit->scope.end}}},
        .under = is_file ? (struct id){ID_NONE, 0} : asking->object,
        .use = arena_take(visit->arena, sizeof(struct use)),
        .out = &grid->rows,
    };
    if (rows.use == NULL) {
        return FAIL(NO_MEMORY, sizeof(struct use));
    }
    if (asking->between) {
        rows.question.range =
            (struct moment_range){.since = {MOMENT_TIME, asking->stretch.from.utc_us},
                                  .until = {MOMENT_TIME, asking->stretch.to.utc_us}};
    }
    begin_grid(grid, visit, "Keys that were fetched, and what was read with them",
               "No key was fetched.");
    grid->options.limit = USES_SHOWN;
    return end_grid(grid, use_rows(&rows));
}

/* The page ----------------------------------------------------------------------------------- */

static const char *heading_of(const struct access_asking *asking)
{
    if (asking->did) {
        return "Who did";
    }
    if (asking->object.kind == ID_NONE) {
        return asking->between ? "What could be reached, and when" : "What can be reached";
    }
    if (asking->user.kind == ID_NONE) {
        return asking->between ? "Who could have, and when" : "Who may";
    }
    return asking->between ? "When it could have been" : "The answer";
}

static struct status put_answer(struct access_asking *asking)
{
    struct visit *visit = asking->visit;
    struct grid *grid = arena_take(visit->arena, sizeof *grid);
    if (grid == NULL) {
        return FAIL(NO_MEMORY, sizeof *grid);
    }
    page_section(visit, "answer", heading_of(asking));
    if (!asking->between && !asking->did) {
        output_put_string(visit->output, "<p class=\"note\">");
        as_of_put(visit, &asking->as_of);
        output_put_string(visit->output, "</p>\n");
    }
    TRY(asking->did       ? put_uses(asking, grid)
        : asking->between ? put_intervals(asking, grid)
                          : put_moment(asking, grid));
    page_section_end(visit);
    page_section(visit, "command", "The same on the command line");
    access_asking_command(asking);
    page_section_end(visit);
    return asking->trouble;
}

static void put_hint(struct visit *visit)
{
    output_put_string(
        visit->output,
        "<p>Name a person, a thing, or both. With a thing alone the answer is who may read it; "
        "with "
        "a person alone, all that this person can reach. The answer is the one that the store "
        "itself decides by, as of any moment, with every fact that it rests on and the event that "
        "made it so. Over a stretch it is intervals; and <em>who did</em> tells which keys were "
        "fetched and what was read with them.</p>\n<p>");
    link_to(visit, "/users", "People");
    output_put_string(visit->output, " \xc2\xb7 ");
    link_to(visit, "/files", "Files");
    output_put_string(visit->output, " \xc2\xb7 ");
    link_to(visit, "/groups", "Groups");
    output_put_string(visit->output, " \xc2\xb7 ");
    link_to(visit, "/access?ask=did", "All keys that were fetched");
    output_put_string(visit->output, "</p>\n");
}

struct status page_access(struct visit *visit)
{
    struct access_asking *asking = arena_take(visit->arena, sizeof *asking);
    if (asking == NULL) {
        return FAIL(NO_MEMORY, sizeof *asking);
    }
    TRY(access_asking_read(visit, asking));
    bool asked = asking->did || asking->user.kind != ID_NONE || asking->object.kind != ID_NONE;
    visit->answer->status = asking->malformed ? 400 : asking->fault[0] != '\0' ? 404 : 200;
    page_begin(visit, &(struct page_head){
                          .title = LITERAL("Access"),
                          .lead = LITERAL("Who may, who could have, and who did; when, and why.")});
    access_asking_form(asking);
    if (asked && asking->fault[0] == '\0') {
        TRY(put_answer(asking));
    } else {
        put_hint(visit);
    }
    page_end(visit);
    return OK;
}

/* Pages of things: what they are, as of any moment, and what became of them. */
#include "reports/access/use_rows.h"
#include "reports/lineage/flow.h"
#include "reports/naming.h"
#include "reports/place.h"
#include "reports/web/custody_view.h"
#include "reports/web/grid.h"
#include "reports/web/lives_view.h"
#include "reports/web/object_rows_view.h"
#include "reports/web/recent.h"
#include "reports/web/routes.h"
#include "reports/web/words.h"

#include <inttypes.h>

enum {
    TITLE_SIZE = 700,
    USES_SHOWN = 25,
};

struct object_page {
    struct visit *visit;
    struct id id;
    struct status trouble;
    struct as_of as_of;
    struct lives_view *lives;
    bool has_row; /* of its own, as of the moment */
    enum row_table table;
    uint64_t made_by;
    _Alignas(8) char row[OBJECT_ROW_MAX];
};

/* Moments ------------------------------------------------------------------------------------ */

static void put_path(const struct object_page *page, struct text *out)
{
    if (!link_object_path(page->id, out)) {
        text_put_string(out, "/");
    }
}

static void link_version(const struct object_page *page, bool there, uint64_t n, const char *label)
{
    struct visit *visit = page->visit;
    char memory[64], position_memory[32];
    struct text path = TEXT_IN(memory), position = TEXT_IN(position_memory);
    if (!there) {
        output_add(visit->output, "<span class=\"button off\">%s</span>\n", label);
        return;
    }
    put_path(page, &path);
    text_add(&position, "seq:%" PRIu64, n);
    href_begin_with(visit, "class=\"button\"", text_string(&path));
    href_param(visit, "as_of", text_bytes(&position));
    href_end(visit);
    html_put_string(visit->output, label);
    link_end(visit);
    output_put_char(visit->output, '\n');
}

static void put_moment(const struct object_page *page)
{
    struct visit *visit = page->visit;
    char memory[64];
    struct text path = TEXT_IN(memory);
    uint64_t before = 0, after = 0, now = page->as_of.view.as_of_n;
    bool has_before = lives_view_before(page->lives, now, &before);
    bool has_after = lives_view_after(page->lives, now, &after);
    put_path(page, &path);
    output_add(visit->output, "<form class=\"moment\" action=\"%s\">\n<div class=\"fields\">\n",
               text_string(&path));
    link_keep_at(visit);
    as_of_put_field(visit, "as-of", "as_of", "As of (time or seq:N)", "2026-03-09 21:58");
    output_put_string(visit->output, "<button>Show</button>\n");
    link_version(page, has_before, before, "\xe2\x86\x90 Version before");
    link_version(page, has_after, after, "Next version \xe2\x86\x92");
    if (page->as_of.given) {
        href_begin_with(visit, "class=\"button\"", text_string(&path));
        href_end(visit);
        output_put_string(visit->output, "The newest</a>\n");
    }
    output_put_string(visit->output, "</div>\n<p class=\"note\">");
    as_of_put(visit, &page->as_of);
    output_put_string(visit->output, "</p>\n</form>\n");
}

/* What it is --------------------------------------------------------------------------------- */

static struct status keep_leaf(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct leaf *kept = context;
    (void)bytes;
    kept->n = leaf->n;
    kept->emitter_n = leaf->emitter_n;
    return OK;
}

static void put_place(struct object_page *page)
{
    char memory[2048];
    struct text place = TEXT_IN(memory);
    bool has_place = page->id.kind == ID_FILE || page->id.kind == ID_DIR;
    if (!has_place || page->visit->scope.narrowed) {
        return; /* what lies above it may be anybody's */
    }
    place_put(&page->as_of.view, page->id, &place);
    page_fact_begin(page->visit, "Path");
    page_code(page->visit, text_bytes(&place));
    page_fact_end(page->visit);
}

static void put_class(struct object_page *page)
{
    enum id_kind kind = page->id.kind;
    if (page->visit->scope.narrowed ||
        (kind != ID_FILE && kind != ID_DIR && kind != ID_GROUP && kind != ID_DRIVE)) {
        return;
    }
    struct access access = {0};
    const struct reader nobody = {.user = {ID_USER, 0}};
    struct id label = access_label(&page->as_of.view, page->id);
    may_read(&page->as_of.view, &nobody, page->id, &access);
    page_fact_begin(page->visit, "Class");
    output_add(page->visit->output, "%u", (unsigned)access.class);
    if (label.kind != ID_NONE) {
        output_put_string(page->visit->output, ", tagged ");
        link_object_as_of(page->visit, label, page->as_of.view.as_of_n);
    }
    page_fact_end(page->visit);
}

/* How far its own counter is: a number that is missing would show. */
static struct status put_count(struct object_page *page)
{
    const struct emitter_row *row = (const void *)page->row;
    struct leaf newest = {0};
    struct query_outcome outcome;
    struct query *query = arena_take(page->visit->arena, sizeof *query);
    if (query == NULL) {
        return FAIL(NO_MEMORY, sizeof *query);
    }
    *query = (struct query){.newest_first = true, .limit = 1};
    TRY(query_add(query, QUERY_EMITTER, row->name));
    TRY(scope_query(&page->visit->scope, query, keep_leaf, &newest, &outcome));
    if (outcome.rows > 0) {
        page_fact_number(page->visit, "Its own number by now", newest.emitter_n);
        page_fact_begin(page->visit, "Its last event");
        link_event(page->visit, newest.n);
        page_fact_end(page->visit);
    }
    return OK;
}

static struct status put_now(struct object_page *page)
{
    struct visit *visit = page->visit;
    page_section(visit, "as-it-was", page->as_of.given ? "As it was" : "As it is");
    put_moment(page);
    if (!page->has_row) {
        page_empty(visit, page->as_of.given ? "There is no row of it as of this moment."
                                            : "The state has no row of it that may be shown.");
        page_section_end(visit);
        return OK;
    }
    page_facts_begin(visit);
    put_place(page);
    put_class(page);
    TRY(object_put_facts(visit, &page->as_of.view, page->table, page->row));
    TRY(page->table == ROW_EMITTER && !visit->scope.narrowed ? put_count(page) : OK);
    page_fact_begin(visit, "So since event");
    link_event(visit, page->made_by);
    page_fact_end(visit);
    page_facts_end(visit);
    page_section_end(visit);
    return OK;
}

static struct status put_others(struct object_page *page)
{
    struct visit *visit = page->visit;
    uint64_t count = 0;
    page_section(visit, "related", "What is kept under it");
    TRY(object_put_others(visit, &page->as_of.view, page->id, &count));
    if (count == 0) {
        page_empty(visit, "Nothing as of this moment.");
    }
    page_section_end(visit);
    return OK;
}

/* Uses --------------------------------------------------------------------------------------- */

static struct status put_uses(struct object_page *page, const char *heading, const char *caption)
{
    const enum grid_form of_file = page->id.kind == ID_FILE ? GRID_HIDDEN : GRID_WORDS;
    const enum grid_form of_user = page->id.kind == ID_USER ? GRID_HIDDEN : GRID_ID;
    const struct grid_column columns[] = {
        {"file", NULL, of_file},           {"user", NULL, of_user},
        {"login", NULL, GRID_HIDDEN},      {"label", "Tag", GRID_WORDS},
        {"of", "Of bytes", GRID_USUAL},    {"certs", NULL, GRID_HIDDEN},
        {"fetch", "By event", GRID_EVENT}, {"fetched", "Key fetched", GRID_USUAL},
        {"certified", NULL, GRID_HIDDEN},  {"could", "Allowed", GRID_YES_NO},
        {"session", NULL, GRID_WORDS},     {"events", NULL, GRID_HIDDEN},
    };
    struct visit *visit = page->visit;
    struct grid *grid = arena_take(visit->arena, sizeof *grid);
    struct use *use = arena_take(visit->arena, sizeof *use);
    if (grid == NULL || use == NULL) {
        return FAIL(NO_MEMORY, sizeof *use);
    }
    page_section(visit, "uses", heading);
    grid_init(grid, visit,
              &(struct grid_options){.caption = caption,
                                     .empty = "No key of it was fetched.",
                                     .columns = columns,
                                     .column_count = sizeof columns / sizeof columns[0],
                                     .limit = USES_SHOWN,
                                     .more = "Access has all of them, of any stretch of time."});
    struct use_rows rows = {
        .question = {.view = page->as_of.view,
                     .log = visit->scope.log,
                     .index = visit->scope.index,
                     .stopped = visit->options->expired,
                     .stopped_context = visit->options->context,
                     .range = {.until = {MOMENT_POSITION, page->as_of.view.as_of_n + 1}}},
        .use = use,
        .out = &grid->rows};
    if (page->id.kind == ID_USER) {
        rows.question.user = page->id;
    } else {
        rows.question.file = page->id;
    }
    TRY(grid_end(grid, use_rows(&rows)));
    page_section_end(visit);
    return OK;
}

/* Ways on ------------------------------------------------------------------------------------ */

static void put_way(struct visit *visit, const char *path, const char *param, struct bytes value,
                    const char *label)
{
    href_begin_with(visit, "class=\"button\"", path);
    if (param != NULL) {
        href_param(visit, param, value);
    }
    href_end(visit);
    html_put_string(visit->output, label);
    link_end(visit);
    output_put_char(visit->output, '\n');
}

static void put_ways(const struct object_page *page)
{
    struct visit *visit = page->visit;
    char memory[64], path_memory[64];
    struct text id = TEXT_IN(memory), path = TEXT_IN(path_memory);
    enum id_kind kind = page->id.kind;
    bool holds = kind == ID_FILE || kind == ID_DIR || kind == ID_GROUP || kind == ID_DRIVE;
    id_write(&id, page->id);
    output_put_string(visit->output, "<p class=\"actions\">");
    if (holds) {
        put_way(visit, "/access", "object", text_bytes(&id), "Who may read it");
    }
    if (kind == ID_USER) {
        put_way(visit, "/access", "user", text_bytes(&id), "What this person can reach");
    }
    if (flow_holds(kind)) {
        text_add(&path, "/lineage/%s/%" PRIu64, id_kind_name(kind), page->id.n);
        put_way(visit, text_string(&path), NULL, (struct bytes){0},
                "Where data came from and went");
    }
    if (kind == ID_CASE) {
        text_add(&path, "/cases/%" PRIu64, page->id.n);
        put_way(visit, text_string(&path), NULL, (struct bytes){0}, "What is in the case");
    }
    output_put_string(visit->output, "</p>\n");
}

static void put_command(const struct object_page *page)
{
    struct visit *visit = page->visit;
    char memory[64];
    struct text id = TEXT_IN(memory);
    id_write(&id, page->id);
    page_command_begin(visit);
    output_put_string(visit->output, "cairn state show ");
    html_put(visit->output, text_bytes(&id));
    output_add(visit->output, " --as-of seq:%" PRIu64, page->as_of.view.as_of_n);
    page_command_end(visit);
}

/* History ------------------------------------------------------------------------------------ */

static struct status put_history(struct object_page *page)
{
    struct visit *visit = page->visit;
    page_section(visit, "history", "What held when");
    lives_view_put(visit, page->lives);
    page_section_end(visit);
    return OK;
}

static struct status put_recent(struct object_page *page)
{
    struct visit *visit = page->visit;
    const struct recent about = {.member = QUERY_ON,
                                 .field = "on",
                                 .id = page->id,
                                 .caption = "The newest events about it",
                                 .pager = "before",
                                 .empty = "No event is about it."};
    struct recent of = {.id = page->id, .empty = "There is none."};
    page_section(visit, "events", "Newest events about it");
    TRY(recent_put(visit, &about));
    page_section_end(visit);
    if (page->id.kind == ID_USER) {
        of.member = QUERY_ACTOR;
        of.field = "actor";
        of.caption = "What this person did last";
    } else if (page->id.kind == ID_SESSION) {
        of.member = QUERY_SESSION;
        of.field = "session";
        of.caption = "What was done in this session last";
    } else if (page->id.kind == ID_PROJECT) {
        of.member = QUERY_PROJECT;
        of.field = "project";
        of.caption = "What was done last while it was active";
    } else if (page->id.kind == ID_EMITTER && page->has_row) {
        of.member = QUERY_EMITTER;
        of.field = "emitter";
        of.value = ((const struct emitter_row *)(const void *)page->row)->name;
        of.caption = "What it said last";
    } else {
        return OK;
    }
    page_section(visit, "acts", of.caption);
    TRY(recent_put(visit, &of));
    page_section_end(visit);
    return OK;
}

/* The page ----------------------------------------------------------------------------------- */

static struct status put_page(struct object_page *page)
{
    struct visit *visit = page->visit;
    bool global = !visit->scope.narrowed;
    if (global) {
        put_ways(page);
    }
    TRY(put_now(page));
    TRY(put_history(page));
    if (global && page->id.kind == ID_FILE) {
        TRY(put_uses(page, "Who read it", "Keys of it that were fetched, and what was read"));
    }
    if (global && page->id.kind == ID_USER) {
        TRY(put_uses(page, "What this person read", "Keys fetched, and what was read with them"));
    }
    TRY(custody_view_put(visit, &page->as_of, page->id));
    TRY(put_others(page));
    TRY(put_recent(page));
    page_section(visit, "command", "The same on the command line");
    put_command(page);
    page_section_end(visit);
    return OK;
}

static struct status show(struct visit *visit, struct id id)
{
    char title_memory[TITLE_SIZE], kicker_memory[48];
    struct text title = TEXT_IN(title_memory), kicker = TEXT_IN(kicker_memory);
    struct object_page *page = arena_take(visit->arena, sizeof *page);
    if (page == NULL) {
        return FAIL(NO_MEMORY, sizeof *page);
    }
    memset(page, 0, sizeof *page);
    page->visit = visit;
    page->id = id;
    TRY(scope_require_object(&visit->scope, id));
    TRY(as_of_read(visit, &page->trouble, &page->as_of));
    struct status status =
        object_own_row(visit, &page->as_of.view, id, &page->table, page->row, &page->made_by);
    page->has_row = !failed(status);
    TRY(page->has_row || status.code == STATUS_NOT_FOUND ? OK : status);
    TRY(lives_view_gather(visit, &page->as_of, id, &page->lives));
    scope_put_name(&visit->scope, id, page->as_of.view.as_of_n, &title);
    text_put_string(&kicker, id_kind_name(id.kind));
    page_begin(visit, &(struct page_head){.title = text_bytes(&title),
                                          .kicker = text_string(&kicker),
                                          .lead = bytes_of_string(id_infos[id.kind].about)});
    TRY(put_page(page));
    page_end(visit);
    return page->trouble;
}

struct status page_object(struct visit *visit)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    struct id id;
    text_put_bytes(&text, visit->args[0]);
    text_put_char(&text, ':');
    text_put_bytes(&text, visit->args[1]);
    return failed(id_read(text_bytes(&text), &id)) ? FAIL(NOT_FOUND, 0) : show(visit, id);
}

struct status page_user(struct visit *visit)
{
    return show(visit, (struct id){ID_USER, visit->numbers[0]});
}

struct status page_project(struct visit *visit)
{
    return show(visit, (struct id){ID_PROJECT, visit->numbers[0]});
}

struct status page_group(struct visit *visit)
{
    return show(visit, (struct id){ID_GROUP, visit->numbers[0]});
}

struct status page_file(struct visit *visit)
{
    return show(visit, (struct id){ID_FILE, visit->numbers[0]});
}

struct status page_session(struct visit *visit)
{
    return show(visit, (struct id){ID_SESSION, visit->numbers[0]});
}

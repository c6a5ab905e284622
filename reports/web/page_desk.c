/* What those who keep the audit work with: cases, alerts, declarations, reviews; and who looked. */
#include "reports/audit/desk.h"
#include "reports/row_words.h"
#include "reports/web/as_of.h"
#include "reports/web/grid.h"
#include "reports/web/recent.h"
#include "reports/web/routes.h"
#include "reports/web/words.h"
#include "schema/json.h"

#include <inttypes.h>

enum {
    NOTES_MAX = 200,
    KIND_FIELDS = 4,
    HEADING_SIZE = 32,
    LONG_SIZE = 48, /* bytes of a text that wants room */
};

struct desk_page {
    const char *path, *title, *lead, *empty;
    const char *command;
    struct status (*list)(const struct desk *desk, uint64_t *count);
};

static const struct grid_column columns[] = {
    {"events", "Because of", GRID_EVENTS},
    {"what", NULL, GRID_WORDS},
    {"acknowledger", "Seen by", GRID_WORDS},
    {"closer", "Closed by", GRID_WORDS},
    {"rule", NULL, GRID_CODE},
};

/* Which lists there are, one beside the other. */
static void put_lists(struct visit *visit, const char *path)
{
    static const struct {
        const char *path, *title;
    } lists[] = {{"/cases", "Cases"},
                 {"/alerts", "Alerts"},
                 {"/declarations", "Declarations"},
                 {"/reviews", "Reviews"},
                 {"/auditors", "Auditors"}};
    output_put_string(visit->output, "<nav class=\"actions\" aria-label=\"Oversight\">\n");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        bool here = strcmp(lists[i].path, path) == 0;
        href_begin_with(visit, here ? "class=\"button\" aria-current=\"page\"" : "class=\"button\"",
                        lists[i].path);
        href_end(visit);
        output_put_string(visit->output, lists[i].title);
        output_put_string(visit->output, "</a>\n");
    }
    output_put_string(visit->output, "</nav>\n");
}

static void put_form(struct visit *visit, const char *path)
{
    output_add(visit->output, "<form action=\"%s\">\n<div class=\"fields\">\n", path);
    link_keep_at(visit);
    as_of_put_field(visit, "as-of", "as_of", "As of (time or seq:N)", "2026-03-09 21:58");
    output_add(visit->output,
               "<div class=\"field check\"><input id=\"all\" type=\"checkbox\" name=\"all\" "
               "value=\"1\"%s/><label for=\"all\">also what is closed or done</label></div>\n"
               "<button>Show</button>\n</div>\n</form>\n",
               params_get(&visit->params, "all").size > 0 ? " checked=\"checked\"" : "");
}

static struct status put_list(struct visit *visit, const struct as_of *as_of,
                              const struct desk_page *page)
{
    struct grid *grid = arena_take(visit->arena, sizeof *grid);
    uint64_t count = 0;
    if (grid == NULL) {
        return FAIL(NO_MEMORY, sizeof *grid);
    }
    grid_init(grid, visit,
              &(struct grid_options){.caption = page->title,
                                     .hidden_caption = true,
                                     .empty = page->empty,
                                     .columns = columns,
                                     .column_count = sizeof columns / sizeof columns[0],
                                     .more = "The command below lists them all."});
    const struct desk desk = {.engine = visit->engine,
                              .view = &as_of->view,
                              .rows = &grid->rows,
                              .all = params_get(&visit->params, "all").size > 0};
    return grid_end(grid, page->list(&desk, &count));
}

static struct status show(struct visit *visit, const struct desk_page *page)
{
    struct status trouble = OK;
    struct as_of as_of;
    TRY(as_of_read(visit, &trouble, &as_of));
    page_begin(visit, &(struct page_head){.title = bytes_of_string(page->title),
                                          .kicker = "Oversight",
                                          .lead = bytes_of_string(page->lead)});
    put_lists(visit, page->path);
    put_form(visit, page->path);
    output_put_string(visit->output, "<p class=\"note\">");
    as_of_put(visit, &as_of);
    output_put_string(visit->output, "</p>\n");
    TRY(put_list(visit, &as_of, page));
    page_section(visit, "command", "The same on the command line");
    page_command_begin(visit);
    output_add(visit->output, "cairn %s --as-of seq:%" PRIu64 "%s", page->command,
               as_of.view.as_of_n, params_get(&visit->params, "all").size > 0 ? " --all" : "");
    page_command_end(visit);
    page_section_end(visit);
    page_end(visit);
    return trouble;
}

struct status page_cases(struct visit *visit)
{
    return show(visit, &(struct desk_page){"/cases", "Cases",
                                           "Investigations: what was put into them, and what is "
                                           "kept for them.",
                                           "There is no open case.", "case list", desk_cases});
}

struct status page_alerts(struct visit *visit)
{
    return show(visit, &(struct desk_page){"/alerts", "Alerts",
                                           "What the rules found, who was told, and what became "
                                           "of it.",
                                           "There is no open alert.", "alert list", desk_alerts});
}

struct status page_declarations(struct visit *visit)
{
    return show(
        visit, &(struct desk_page){"/declarations", "Declarations",
                                   "What no machine can know is declared, by a document, and "
                                   "approved by a second person.",
                                   "Nothing has been declared.", "policy list", desk_declarations});
}

struct status page_reviews(struct visit *visit)
{
    return show(visit,
                &(struct desk_page){"/reviews", "Reviews",
                                    "Reviews of what is logged and of what was logged.",
                                    "There is no open review.", "review list", desk_reviews});
}

/* One case ----------------------------------------------------------------------------------- */

static struct status find_case(struct visit *visit, const struct as_of *as_of, struct case_row *out)
{
    *out = (struct case_row){.folder = {ID_CASE, visit->numbers[0]}};
    TRY(scope_require_object(&visit->scope, out->folder));
    bool found = view_find(&as_of->view, ROW_CASE, out);
    TRY(*as_of->view.trouble);
    return found ? OK : FAIL(NOT_FOUND, 0);
}

static void put_facts(struct visit *visit, const struct case_row *row)
{
    page_facts_begin(visit);
    page_fact_begin(visit, "State");
    page_tone(visit, row->has_closed ? PAGE_MUTED : PAGE_GOOD, row->has_closed ? "closed" : "open");
    if (row->held) {
        output_put_char(visit->output, ' ');
        page_tone(visit, PAGE_WARNING, "held");
    }
    page_fact_end(visit);
    page_fact_begin(visit, "Opened by");
    link_object(visit, row->opener);
    page_fact_end(visit);
    page_fact_time(visit, "Opened", row->opened);
    if (row->held && row->has_until) {
        page_fact_time(visit, "Held until", row->until);
    }
    if (row->has_closed) {
        page_fact_time(visit, "Closed", row->closed);
    }
    page_facts_end(visit);
}

static void put_object_link(struct visit *visit, struct id folder)
{
    char memory[64];
    struct text path = TEXT_IN(memory);
    text_add(&path, "/objects/case/%" PRIu64, folder.n);
    output_put_string(visit->output, "<p class=\"actions\">");
    href_begin_with(visit, "class=\"button\"", text_string(&path));
    href_end(visit);
    output_put_string(visit->output, "Its versions over time</a></p>\n");
}

static struct status put_contents(struct visit *visit, const struct as_of *as_of, struct id folder)
{
    struct grid *grid = arena_take(visit->arena, sizeof *grid);
    uint64_t count = 0;
    if (grid == NULL) {
        return FAIL(NO_MEMORY, sizeof *grid);
    }
    page_section(visit, "contents", "What is in it");
    grid_init(grid, visit,
              &(struct grid_options){.caption = "Events and notes",
                                     .hidden_caption = true,
                                     .empty = "Nothing has been put into it.",
                                     .columns = columns,
                                     .column_count = sizeof columns / sizeof columns[0],
                                     .more = "The command below lists them all."});
    const struct desk desk = {
        .engine = visit->engine, .view = &as_of->view, .rows = &grid->rows, .all = true};
    TRY(grid_end(grid, desk_case(&desk, folder, &count)));
    page_section_end(visit);
    return OK;
}

/* The words of a note are in the body of its event. */
static struct status put_note(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct visit *visit = context;
    struct bytes salt, body;
    struct json_error error;
    CLEANUP(json_free) struct json *json = NULL;
    (void)bytes;
    TRY(scope_body(&visit->scope, leaf, &salt, &body));
    output_put_string(visit->output, "<p class=\"note\">Event ");
    link_event(visit, leaf->n);
    output_put_string(visit->output, ", ");
    page_time(visit, leaf->t_utc_us);
    output_put_string(visit->output, "</p>\n<blockquote>");
    if (body.size == 0 || failed(json_parse(body, &json, &error))) {
        output_put_string(visit->output,
                          "The note has been erased; the event still commits to it.");
    } else {
        html_put(visit->output, json_string_member(json, "text"));
    }
    output_put_string(visit->output, "</blockquote>\n");
    return OK;
}

static struct status put_notes(struct visit *visit, const struct as_of *as_of, struct id folder)
{
    char memory[64];
    struct text id = TEXT_IN(memory);
    struct query_outcome outcome;
    struct query *query = arena_take(visit->arena, sizeof *query);
    if (query == NULL) {
        return FAIL(NO_MEMORY, sizeof *query);
    }
    *query = (struct query){.limit = NOTES_MAX, .end = as_of->view.as_of_n + 1};
    id_write(&id, folder);
    TRY(query_add(query, QUERY_KIND, LITERAL("case.noted")));
    TRY(query_add(query, QUERY_OUTCOME, LITERAL("ok")));
    TRY(query_add(query, QUERY_ON, text_bytes(&id)));
    page_section(visit, "notes", "Notes");
    TRY(scope_query(&visit->scope, query, put_note, visit, &outcome));
    if (outcome.rows == 0) {
        page_empty(visit, "Nobody has written one.");
    }
    page_section_end(visit);
    return OK;
}

static struct status put_history(struct visit *visit, struct id folder)
{
    const struct recent recent = {.member = QUERY_ON,
                                  .field = "on",
                                  .id = folder,
                                  .caption = "What became of the case",
                                  .empty = "There is no event about it."};
    page_section(visit, "history", "What became of it");
    TRY(recent_put(visit, &recent));
    page_section_end(visit);
    return OK;
}

struct status page_case(struct visit *visit)
{
    struct status trouble = OK;
    struct as_of as_of;
    struct case_row row;
    TRY(as_of_read(visit, &trouble, &as_of));
    TRY(find_case(visit, &as_of, &row));
    /* The row lies in the arena, which lists set back: its words are used before them. */
    page_begin(visit, &(struct page_head){.title = row.name,
                                          .kicker = "Case",
                                          .lead = row.has_about ? row.about : (struct bytes){0}});
    put_lists(visit, "");
    put_facts(visit, &row);
    put_object_link(visit, row.folder);
    TRY(put_contents(visit, &as_of, row.folder));
    TRY(put_notes(visit, &as_of, row.folder));
    TRY(put_history(visit, row.folder));
    page_section(visit, "command", "The whole folder, with a proof for every event");
    output_put_string(visit->output, "<p>The folder that whoever checks the case elsewhere gets is "
                                     "made, and recorded, by a command:</p>\n");
    page_command_begin(visit);
    output_add(visit->output, "cairn case export case:%" PRIu64 " --out case-%" PRIu64,
               row.folder.n, row.folder.n);
    page_command_end(visit);
    page_section_end(visit);
    page_end(visit);
    return trouble;
}

/* Those who look ----------------------------------------------------------------------------- */

static const char *standing_of(const struct invitation_row *row, uint64_t now_us)
{
    return row->has_revoked         ? "revoked"
           : row->expires <= now_us ? "expired"
           : row->has_entered       ? "used"
                                    : "not used";
}

static void put_optional_time(struct visit *visit, bool has, uint64_t utc_us)
{
    if (has) {
        page_time(visit, utc_us);
    } else {
        output_put_string(visit->output, "\xe2\x80\x93");
    }
}

static void put_invitation(struct visit *visit, const struct invitation_row *row, uint64_t now_us)
{
    const char *standing = standing_of(row, now_us);
    bool over = row->has_revoked || row->expires <= now_us;
    output_put_string(visit->output, "<tr><td class=\"tight\">");
    link_object(visit, row->invitation);
    output_put_string(visit->output, "</td><td>");
    page_tone(visit, over ? PAGE_MUTED : PAGE_GOOD, standing);
    output_put_string(visit->output, "</td><td>");
    if (row->has_project) {
        link_object(visit, row->project);
    } else {
        output_put_string(visit->output, "everything");
    }
    output_put_string(visit->output, "</td><td>");
    put_optional_time(visit, row->has_from, row->from);
    output_put_string(visit->output, "</td><td>");
    put_optional_time(visit, row->has_until, row->until);
    output_put_string(visit->output, "</td><td>");
    page_time(visit, row->expires);
    output_put_string(visit->output, "</td><td>");
    link_object(visit, row->inviter);
    output_put_string(visit->output, "</td><td>");
    put_optional_time(visit, row->has_entered, row->entered);
    output_put_string(visit->output, "</td></tr>\n");
}

static struct status put_invitations(struct visit *visit, const struct as_of *as_of)
{
    static const char *const headings[] = {"Invitation", "Standing",  "Sees",       "From",
                                           "Until",      "Link ends", "Invited by", "Entered"};
    struct invitation_row row = {0};
    struct view_walk walk = view_walk_of(&as_of->view, ROW_INVITATION, &row, 0);
    uint64_t count = 0;
    page_section(visit, "invitations", "Invitations");
    while (count < GRID_ROWS_MAX && view_walk_next(&walk, &row)) {
        if (count++ == 0) {
            page_table_begin(visit,
                             &(struct page_table){.caption = "Who was let in, to see what",
                                                  .headings = headings,
                                                  .count = sizeof headings / sizeof headings[0]});
        }
        put_invitation(visit, &row, as_of->view.now_utc_us);
    }
    TRY(*as_of->view.trouble);
    if (count == 0) {
        page_empty(visit, "Nobody has been invited.");
    } else {
        page_table_end(visit);
    }
    page_section_end(visit);
    return OK;
}

/* Events of one kind, with what their bodies say: who looked at what. */
struct kind_list {
    const char *id, *heading, *kind, *empty;
    const char *fields[KIND_FIELDS]; /* of the body, as the catalogue has them; NULL: no more */
};

struct writing {
    struct visit *visit;
    const struct kind_list *list;
    uint64_t count;
};

static void put_body_field(struct visit *visit, const struct json *json, const char *name)
{
    char memory[8 << 10];
    struct text text = TEXT_IN(memory);
    const struct json *value = json_member(json, name);
    row_words_value(value, &text);
    output_put_string(visit->output, text.size > LONG_SIZE ? "<td class=\"words\">" : "<td>");
    if (value == NULL || text.full) {
        output_put_string(visit->output, text.full ? "(long)" : "\xe2\x80\x93");
    } else {
        words_put(visit, text_bytes(&text));
    }
    output_put_string(visit->output, "</td>");
}

static void begin_kind(struct visit *visit, const struct kind_list *list)
{
    const char *headings[KIND_FIELDS + 3] = {"Event", "When (UTC)", "Whose"};
    char memory[KIND_FIELDS][HEADING_SIZE];
    size_t count = 3;
    for (size_t i = 0; i < KIND_FIELDS && list->fields[i] != NULL; i++) {
        struct text text = TEXT_IN(memory[i]);
        text_put_char(&text, (char)(list->fields[i][0] - 'a' + 'A'));
        text_put_string(&text, list->fields[i] + 1);
        headings[count++] = text_string(&text);
    }
    page_table_begin(visit, &(struct page_table){.caption = list->heading,
                                                 .headings = headings,
                                                 .count = count,
                                                 .hidden_caption = true});
}

static struct status put_kind_row(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct writing *writing = context;
    struct visit *visit = writing->visit;
    struct bytes salt, body;
    struct json_error error;
    CLEANUP(json_free) struct json *json = NULL;
    (void)bytes;
    TRY(scope_body(&visit->scope, leaf, &salt, &body));
    TRY(body.size == 0 ? OK : json_parse(body, &json, &error));
    if (writing->count++ == 0) {
        begin_kind(visit, writing->list);
    }
    output_put_string(visit->output, "<tr><td class=\"tight\">");
    link_event(visit, leaf->n);
    output_put_string(visit->output, "</td><td>");
    page_time(visit, leaf->t_utc_us);
    output_put_string(visit->output, "</td><td class=\"tight\">");
    link_object(visit, leaf->on[0]);
    output_put_string(visit->output, "</td>");
    for (size_t i = 0; i < KIND_FIELDS && writing->list->fields[i] != NULL; i++) {
        put_body_field(visit, json, writing->list->fields[i]);
    }
    output_put_string(visit->output, "</tr>\n");
    return OK;
}

static void link_kind(struct visit *visit, const char *kind)
{
    char memory[64];
    struct text expression = TEXT_IN(memory);
    text_add(&expression, "kind = %s", kind);
    output_put_string(visit->output, "<p class=\"actions\">");
    link_search(visit, text_string(&expression), "All of them in the search");
    output_put_string(visit->output, "</p>\n");
}

static struct status put_kind(struct visit *visit, const struct kind_list *list)
{
    struct query *query = arena_take(visit->arena, sizeof *query);
    struct writing writing = {.visit = visit, .list = list};
    struct query_outcome outcome;
    if (query == NULL) {
        return FAIL(NO_MEMORY, sizeof *query);
    }
    *query = (struct query){.newest_first = true, .limit = RECENT_COUNT};
    TRY(query_add(query, QUERY_KIND, bytes_of_string(list->kind)));
    page_section(visit, list->id, list->heading);
    TRY(scope_query(&visit->scope, query, put_kind_row, &writing, &outcome));
    if (writing.count == 0) {
        page_empty(visit, list->empty);
    } else {
        page_table_end(visit);
        link_kind(visit, list->kind);
    }
    page_section_end(visit);
    return OK;
}

static const struct kind_list kind_lists[] = {
    {"views",
     "Pages that were looked at",
     "auditor.viewed",
     "No page has been looked at yet, or views were not recorded.",
     {"path", "query", "status", "size"}},
    {"refused",
     "Who was turned away",
     "auditor.turned_away",
     "Nobody was turned away.",
     {"address", "why"}},
    {"queries",
     "Questions on the command line",
     "audit.query_run",
     "Nobody has asked there.",
     {"by", "query", "rows"}},
    {"reports",
     "Reports that were made",
     "audit.report_generated",
     "None has been made.",
     {"by", "report", "format", "state"}},
};

struct status page_auditors(struct visit *visit)
{
    struct status trouble = OK;
    struct as_of as_of;
    TRY(as_of_read(visit, &trouble, &as_of));
    page_begin(visit, &(struct page_head){
                          .title = LITERAL("Auditors"),
                          .kicker = "Oversight",
                          .lead = LITERAL("The audit of the auditors: who was let in, and who "
                                          "looked at what.")});
    put_lists(visit, "/auditors");
    TRY(put_invitations(visit, &as_of));
    for (size_t i = 0; i < sizeof kind_lists / sizeof kind_lists[0]; i++) {
        TRY(put_kind(visit, &kind_lists[i]));
    }
    page_section(visit, "command", "The same on the command line");
    page_command(visit, LITERAL("cairn report run audit-of-auditors"));
    page_section_end(visit);
    page_end(visit);
    return trouble;
}

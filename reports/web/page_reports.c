/* Reports: which there are, each as a page, and as the files that are given to others. */
#include "reports/au/au.h"
#include "reports/oscal/oscal.h"
#include "reports/render.h"
#include "reports/report_question.h"
#include "reports/resolve.h"
#include "reports/web/assessed.h"
#include "reports/web/page_sink.h"
#include "reports/web/routes.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    MAKING_ARENA = AU_MEMORY + REPORT_ARENA,
    FILE_NAME_SIZE = 96,
};

struct report_page {
    struct visit *visit;
    const struct report_info *info;
    struct report_question question;
    const struct report_format *format; /* NULL: the page itself */
    bool oscal;
    enum oscal_document document;
};

/* Which there are ---------------------------------------------------------------------------- */

/* Of a narrowed viewer only what is told of visible events alone: a table of events of the project,
 * or of the time. What rests on the state may rest on anything. */
static bool may_see(const struct visit *visit, const struct report_info *info)
{
    const struct scope *scope = &visit->scope;
    if (!scope->narrowed) {
        return true;
    }
    uint32_t wanted = scope->project.kind == ID_NONE ? REPORT_GLOBAL : REPORT_OF_PROJECT;
    return info->run != NULL && info->events != NULL && (info->scopes & wanted) != 0;
}

/* With the period that was asked for, and with the part if it can be made of such a one. */
static void link_report(struct visit *visit, const char *path, const struct report_info *info)
{
    struct bytes period = params_get(&visit->params, "period");
    struct bytes scope = params_get(&visit->params, "scope");
    href_begin(visit, path);
    if (period.size > 0) {
        href_param(visit, "period", period);
    }
    if (scope.size > 0 && (info->scopes & ~(uint32_t)REPORT_GLOBAL) != 0) {
        href_param(visit, "scope", scope);
    }
    href_end(visit);
    html_put_string(visit->output, info->title);
    link_end(visit);
}

static void put_field(struct visit *visit, const char *name, const char *label, const char *hint)
{
    output_add(visit->output,
               "<div class=\"field\"><label for=\"%s\">%s</label><input id=\"%s\" name=\"%s\" "
               "value=\"",
               name, label, name, name);
    html_put(visit->output, params_get(&visit->params, name));
    output_add(visit->output,
               "\" placeholder=\"%s\" autocomplete=\"off\" spellcheck=\"false\" "
               "maxlength=\"200\"/></div>\n",
               hint);
}

static void put_list_form(struct visit *visit)
{
    output_put_string(visit->output, "<form action=\"/reports\">\n<div class=\"fields\">\n");
    link_keep_at(visit);
    put_field(visit, "period", "Period", "2026-03, last-month, -90d..");
    if (!visit->scope.narrowed) {
        put_field(visit, "scope", "Only of a project, user or team", "project:29, ann");
    }
    output_put_string(visit->output, "<button>Choose</button>\n</div>\n</form>\n");
}

static void put_report_row(struct visit *visit, const struct report_info *info)
{
    char memory[96];
    struct text path = TEXT_IN(memory);
    text_add(&path, "/reports/%s", info->name);
    output_put_string(visit->output, "<tr><td class=\"tight\">");
    if (info->run != NULL) {
        link_report(visit, text_string(&path), info);
    } else {
        html_put_string(visit->output, info->title);
    }
    output_put_string(visit->output, "</td><td class=\"words\">");
    html_put_string(visit->output, info->about);
    if (info->waits != NULL) {
        output_put_string(visit->output, " It waits for ");
        html_put_string(visit->output, info->waits);
        output_put_char(visit->output, '.');
    }
    output_put_string(visit->output, "</td><td>");
    html_put_string(visit->output, info->serves);
    output_put_string(visit->output, "</td></tr>\n");
}

static void put_reports(struct visit *visit, bool au, const char *id, const char *heading)
{
    static const char *const headings[] = {"Report", "What it answers", "Serves"};
    const struct report_info *info;
    page_section(visit, id, heading);
    page_table_begin(visit, &(struct page_table){.caption = heading,
                                                 .headings = headings,
                                                 .count = sizeof headings / sizeof headings[0],
                                                 .hidden_caption = true});
    for (size_t i = 0; (info = report_at(i)) != NULL; i++) {
        bool of_au = strncmp(info->name, "au-3", 4) == 0 ||
                     strcmp(info->name, "au-assessment") == 0 ||
                     strcmp(info->name, "control-effectiveness") == 0;
        if (of_au == au && may_see(visit, info)) {
            put_report_row(visit, info);
        }
    }
    page_table_end(visit);
    page_section_end(visit);
}

struct status page_reports(struct visit *visit)
{
    page_begin(visit, &(struct page_head){
                          .title = LITERAL("Reports"),
                          .lead = LITERAL("Each is made of the log alone: the same question over "
                                          "the same log gives the same bytes, wherever and "
                                          "whenever it is asked.")});
    put_list_form(visit);
    if (!visit->scope.narrowed) {
        put_reports(visit, true, "practices", "The AU practices");
    }
    put_reports(visit, false, "others", visit->scope.narrowed ? "Of what you see" : "All others");
    page_section(visit, "command", "On the command line");
    page_command(visit, LITERAL("cairn report list"));
    page_section_end(visit);
    page_end(visit);
    return OK;
}

/* The question ------------------------------------------------------------------------------- */

static struct status read_scope(const struct report_page *page, struct id *out)
{
    struct visit *visit = page->visit;
    struct bytes name = params_get(&visit->params, "scope");
    struct status trouble = OK;
    if (visit->scope.narrowed) {
        *out = visit->scope.project;
        return OK;
    }
    *out = (struct id){ID_NONE, 0};
    if (name.size == 0) {
        return OK;
    }
    struct view view = scope_view(&visit->scope, UINT64_MAX, visit->arena, &trouble);
    const struct resolver resolver = {.view = &view};
    struct status status = resolve(&resolver, ID_NONE, name, out);
    TRY(trouble);
    return status.code == STATUS_NOT_FOUND || status.code == STATUS_CONFLICT
               ? FAIL_BECAUSE(MALFORMED, 0, status.why)
               : status;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* A narrowed viewer's time is the most that a period can be. */
static void clip_period(const struct visit *visit, struct moment_range *period)
{
    const struct web_viewer *viewer = visit->viewer;
    if (!visit->scope.narrowed) {
        return;
    }
    if (viewer->from_us > 0) {
        uint64_t since = period->since.kind == MOMENT_TIME ? period->since.value : 0;
        period->since = (struct moment){MOMENT_TIME, later(since, viewer->from_us)};
    }
    if (viewer->until_us > 0) {
        uint64_t until = period->until.kind == MOMENT_TIME ? period->until.value : viewer->until_us;
        period->until =
            (struct moment){MOMENT_TIME, until < viewer->until_us ? until : viewer->until_us};
    }
}

static struct status read_question(struct report_page *page)
{
    struct visit *visit = page->visit;
    const struct moment_context context = {.now_utc_us = visit->request->now_utc_us,
                                           .zone = zone_utc()};
    struct bytes period = params_get(&visit->params, "period");
    struct report_wish wish = {.info = page->info, .state = REPORT_STATE_DRAFT};
    struct moment_doubt doubt;
    if (visit->scope.end == 0) {
        return FAIL(NOT_FOUND, 0);
    }
    TRY(read_scope(page, &wish.scope));
    TRY(period.size > 0 ? moment_read_range(period, &context, &wish.period, &doubt) : OK);
    if (visit->scope.narrowed &&
        (wish.period.since.kind == MOMENT_POSITION || wish.period.until.kind == MOMENT_POSITION)) {
        return FAIL_BECAUSE(MALFORMED, 0, "a period is of times here, not of positions");
    }
    clip_period(visit, &wish.period);
    /* As of the last event that counts, so that the command gives the same bytes for ever. */
    wish.at = (struct moment){MOMENT_POSITION, visit->scope.end - 1};
    struct status status = report_question_make(&wish, visit->scope.log, &page->question);
    return status.code == STATUS_NOT_FOUND
               ? FAIL_BECAUSE(MALFORMED, 0, "nothing had been recorded in that period")
               : status;
}

/* Making it ---------------------------------------------------------------------------------- */

static bool show_progress(void *context, uint64_t done, uint64_t total)
{
    (void)done;
    (void)total;
    return visit_is_over(context);
}

static struct status make(const struct report_page *page, const struct report_format *format,
                          struct report_sink *sink)
{
    struct visit *visit = page->visit;
    struct arena *arena = arena_take(visit->arena, sizeof *arena);
    void *memory = arena_take(visit->arena, MAKING_ARENA);
    uint64_t rows;
    if (arena == NULL || memory == NULL) {
        return FAIL(NO_MEMORY, MAKING_ARENA);
    }
    *arena = (struct arena){.memory = memory, .capacity = MAKING_ARENA};
    return report_make(&(struct report_making){.engine = visit->engine,
                                               .question = page->question,
                                               .format = format,
                                               .output = visit->output,
                                               .sink = sink,
                                               .arena = arena,
                                               .program = visit->options->program,
                                               .progress = show_progress,
                                               .progress_context = visit},
                       &rows);
}

/* Downloads ---------------------------------------------------------------------------------- */

static bool is_oscal(const struct report_info *info)
{
    return strcmp(info->name, "au-assessment") == 0;
}

static struct status name_download(struct report_page *page, const char *ending)
{
    struct visit *visit = page->visit;
    char *name = arena_take(visit->arena, FILE_NAME_SIZE);
    if (name == NULL) {
        return FAIL(NO_MEMORY, FILE_NAME_SIZE);
    }
    snprintf(name, FILE_NAME_SIZE, "%s-%" PRIu64 ".%s", page->info->name, page->question.size,
             ending);
    visit->answer->download = name;
    return OK;
}

static const char *type_of(const char *format)
{
    return strcmp(format, "html") == 0   ? "text/html; charset=utf-8"
           : strcmp(format, "csv") == 0  ? "text/csv; charset=utf-8"
           : strcmp(format, "json") == 0 ? "application/json"
                                         : "text/plain; charset=utf-8";
}

static struct status download(struct report_page *page)
{
    struct report_sink *sink = arena_take(page->visit->arena, sizeof *sink);
    if (sink == NULL) {
        return FAIL(NO_MEMORY, sizeof *sink);
    }
    TRY(make(page, page->format, sink));
    page->visit->answer->type = type_of(page->format->name);
    return name_download(page,
                         strcmp(page->format->name, "text") == 0 ? "txt" : page->format->name);
}

/* The events that the assessment rests on, by their hashes. */
static struct status know_events(struct visit *visit, const struct au_assessment *assessment,
                                 struct oscal_event *out, size_t *count)
{
    uint64_t *positions = arena_take(visit->arena, OSCAL_EVENTS_MAX * sizeof *positions);
    if (positions == NULL) {
        return FAIL(NO_MEMORY, OSCAL_EVENTS_MAX);
    }
    *count = oscal_events(assessment, positions);
    for (size_t i = 0; i < *count; i++) {
        struct bytes bytes;
        struct leaf leaf;
        TRY(scope_leaf(&visit->scope, positions[i], &bytes, &leaf));
        out[i] =
            (struct oscal_event){.n = positions[i], .leaf_hash = hash_leaf(visit->hasher, bytes)};
    }
    return OK;
}

static struct status download_oscal(struct report_page *page)
{
    struct visit *visit = page->visit;
    struct oscal_event *events = arena_take(visit->arena, OSCAL_EVENTS_MAX * sizeof *events);
    struct arena *arena = arena_take(visit->arena, sizeof *arena);
    void *memory = arena_take(visit->arena, MAKING_ARENA);
    const char *version = strrchr(visit->options->program, ' ');
    struct oscal_input input = {.origin = log_origin(engine_log(visit->engine)),
                                .version = version == NULL ? "" : version + 1,
                                .events = events};
    const struct report_question *question = &page->question;
    if (events == NULL || memory == NULL) {
        return FAIL(NO_MEMORY, MAKING_ARENA);
    }
    *arena = (struct arena){.memory = memory, .capacity = MAKING_ARENA};
    TRY(au_assess(visit->engine,
                  &(struct au_question){.from_us = question->from_us,
                                        .until_us = question->until_us,
                                        .now_us = question->now_us,
                                        .size = question->size,
                                        .progress = show_progress,
                                        .progress_context = visit},
                  arena, &input.assessment));
    TRY(know_events(visit, input.assessment, events, &input.event_count));
    if (!oscal_has(&input, page->document)) {
        return FAIL(NOT_FOUND, 0);
    }
    TRY(oscal_put(&input, page->document, visit->output));
    visit->answer->type = "application/json";
    return name_download(page, oscal_file_name(page->document));
}

/* The page ----------------------------------------------------------------------------------- */

static void link_download(const struct report_page *page, const char *format, const char *document,
                          const char *label)
{
    static const char *const kept[] = {"period", "scope"};
    struct visit *visit = page->visit;
    char memory[96];
    struct text path = TEXT_IN(memory);
    text_add(&path, "/reports/%s", page->info->name);
    href_begin_with(visit, "class=\"button\"", text_string(&path));
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        struct bytes value = params_get(&visit->params, kept[i]);
        if (value.size > 0) {
            href_param(visit, kept[i], value);
        }
    }
    href_param(visit, "format", bytes_of_string(format));
    if (document != NULL) {
        href_param(visit, "document", bytes_of_string(document));
    }
    href_end(visit);
    html_put_string(visit->output, label);
    link_end(visit);
    output_put_char(visit->output, '\n');
}

static void put_form(const struct report_page *page)
{
    struct visit *visit = page->visit;
    bool scoped = (page->info->scopes & ~(uint32_t)REPORT_GLOBAL) != 0;
    output_add(visit->output, "<form action=\"/reports/%s\">\n<div class=\"fields\">\n",
               page->info->name);
    link_keep_at(visit);
    put_field(visit, "period", "Period", "2026-03, last-month, -90d..");
    if (scoped && !visit->scope.narrowed) {
        put_field(visit, "scope", "Only of a project, user or team", "project:29, ann");
    }
    output_put_string(visit->output, "<button>Make it</button>\n</div>\n</form>\n"
                                     "<p class=\"actions\">");
    link_download(page, "html", NULL, "Download HTML");
    link_download(page, "csv", NULL, "CSV");
    link_download(page, "json", NULL, "JSON");
    for (unsigned i = 0; is_oscal(page->info) && i < OSCAL_DOCUMENT_COUNT; i++) {
        char label[64];
        const char *file = oscal_file_name((enum oscal_document)i);
        snprintf(label, sizeof label, "OSCAL %.*s", (int)strcspn(file, "."), file);
        if (i != OSCAL_POAM) { /* which there may be nothing for */
            link_download(page, "oscal", file, label);
        }
    }
    output_put_string(visit->output, "</p>\n");
}

static void put_command(const struct report_page *page)
{
    struct visit *visit = page->visit;
    const struct report_question *question = &page->question;
    char memory[64], from_memory[40], until_memory[40];
    struct text scope = TEXT_IN(memory), from = TEXT_IN(from_memory), until = TEXT_IN(until_memory);
    const char *option = report_scope_name(question->scope.kind);
    time_write(&from, question->from_us);
    time_write(&until, question->until_us);
    page_section(visit, "verify", "How to verify it");
    output_put_string(
        visit->output,
        "<p>A downloaded report says by itself what was asked. Whoever has the store, "
        "or a copy of it, makes it again and compares it byte for byte; or makes the "
        "same report from nothing:</p>\n");
    page_command_begin(visit);
    output_add(visit->output, "cairn report verify %s-%" PRIu64 ".html\ncairn report run %s",
               page->info->name, question->size, page->info->name);
    if (option != NULL) {
        id_write(&scope, question->scope);
        output_add(visit->output, " --%s %s", option, text_string(&scope));
    }
    output_add(visit->output, " --period %s..%s --at seq:%" PRIu64 " --format html",
               text_string(&from), text_string(&until), question->size - 1);
    page_command_end(visit);
    page_section_end(visit);
}

static struct status show(struct report_page *page)
{
    struct visit *visit = page->visit;
    struct page_sink *sink = arena_take(visit->arena, sizeof *sink);
    if (sink == NULL) {
        return FAIL(NO_MEMORY, sizeof *sink);
    }
    page_begin(visit, &(struct page_head){.title = bytes_of_string(page->info->title),
                                          .kicker = "Report",
                                          .lead = bytes_of_string(page->info->about)});
    put_form(page);
    page_sink_init(sink, visit);
    struct status status = make(page, &page_sink_format, &sink->sink);
    TRY(status.code == STATUS_INTERRUPTED && sink->cut ? OK : status);
    page_sink_close(sink);
    put_command(page);
    page_end(visit);
    return OK;
}

static struct status read_format(struct report_page *page)
{
    struct bytes format = params_get(&page->visit->params, "format");
    struct bytes document = params_get(&page->visit->params, "document");
    page->document = OSCAL_ASSESSMENT_RESULTS;
    page->oscal = is_oscal(page->info) && bytes_equal(format, LITERAL("oscal"));
    page->format = format.size > 0 && !page->oscal ? render_find(format) : NULL;
    if (format.size > 0 && !page->oscal && page->format == NULL) {
        return FAIL_BECAUSE(MALFORMED, 0, "there is no such format of this report");
    }
    for (unsigned i = 0; document.size > 0 && i < OSCAL_DOCUMENT_COUNT; i++) {
        if (bytes_equal(document, bytes_of_string(oscal_file_name((enum oscal_document)i)))) {
            page->document = (enum oscal_document)i;
            return OK;
        }
    }
    return document.size > 0 ? FAIL_BECAUSE(MALFORMED, 0, "there is no such document") : OK;
}

struct status page_report(struct visit *visit)
{
    struct report_page page = {.visit = visit, .info = report_find(visit->args[0])};
    if (page.info == NULL || page.info->run == NULL || !may_see(visit, page.info)) {
        return FAIL(NOT_FOUND, 0);
    }
    if (engine_state(visit->engine) == NULL) {
        return FAIL_BECAUSE(FOLD, 0, "there is no state to look in");
    }
    TRY(read_format(&page));
    TRY(read_question(&page));
    return page.oscal ? download_oscal(&page) : page.format != NULL ? download(&page) : show(&page);
}

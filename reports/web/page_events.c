#include "reports/event_rows.h"
#include "reports/filter/saved.h"
#include "reports/web/event_table.h"
#include "reports/web/routes.h"
#include "reports/web/search.h"
#include "reports/web/summary.h"

static void put(struct visit *visit, const char *text)
{
    output_put_string(visit->output, text);
}

/* Rows -------------------------------------------------------------------------------------- */

struct rows_seen {
    struct visit *visit;
    uint64_t count, last_n;
};

static struct status put_row(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct rows_seen *seen = context;
    (void)bytes;
    if (seen->count++ == 0) {
        event_table_begin(seen->visit, "Events, the newest first");
    }
    seen->last_n = leaf->n;
    event_table_row(seen->visit, leaf, EVENT_ROW_ANCHOR);
    return output_status(seen->visit->output);
}

static void put_page_link(struct visit *visit, const struct search *search, uint64_t before,
                          const char *label)
{
    href_begin_with(visit, "class=\"button\"", "/events");
    search_params(visit, search, search->q);
    if (before > 0) {
        href_number(visit, "before", before);
    }
    href_end(visit);
    html_put_string(visit->output, label);
    link_end(visit);
    put(visit, "\n");
}

static void put_pager(struct visit *visit, const struct search *search,
                      const struct rows_seen *seen, const struct query_outcome *outcome)
{
    bool later = params_has(&visit->params, "before");
    if (outcome->tired) {
        put(visit, "<p class=\"note\">Looked through the events from ");
        page_number(visit, outcome->reached);
        put(visit, " on; older ones were not looked at for this page.</p>\n");
    }
    if (!later && !outcome->cut && !outcome->tired) {
        return;
    }
    put(visit, "<nav class=\"pager\" aria-label=\"Pages\">\n");
    if (later) {
        put_page_link(visit, search, 0, "Newest");
    }
    if (outcome->cut) {
        put_page_link(visit, search, seen->last_n, "Older");
    } else if (outcome->tired) {
        put_page_link(visit, search, outcome->reached, "Look further back");
    }
    put(visit, "</nav>\n");
}

/* Around them ------------------------------------------------------------------------------- */

static void put_download(struct visit *visit, const struct search *search, const char *path,
                         const char *label)
{
    href_begin_with(visit, "class=\"button\"", path);
    search_params(visit, search, search->q);
    if (!visit->pinned) {
        href_number(visit, "at", visit->at);
    }
    href_end(visit);
    html_put_string(visit->output, label);
    link_end(visit);
    put(visit, "\n");
}

static void put_count(struct visit *visit, const struct summary *summary)
{
    if (summary->events == 0) {
        put(visit, "<p><strong>None found so far</strong></p>\n");
        return;
    }
    put(visit, summary->more ? "<p><strong>At least " : "<p><strong>");
    page_number(visit, summary->events);
    put(visit, summary->events == 1 ? " event</strong>" : " events</strong>");
    if (summary->by_outcome[OUTCOME_DENIED] + summary->by_outcome[OUTCOME_FAILED] > 0) {
        put(visit, ", of these ");
        page_number(visit, summary->by_outcome[OUTCOME_DENIED]);
        put(visit, " denied and ");
        page_number(visit, summary->by_outcome[OUTCOME_FAILED]);
        put(visit, " failed");
    }
    put(visit, "</p>\n");
}

static void put_line(struct visit *visit, const struct search *search,
                     const struct summary *summary)
{
    put(visit, "<div class=\"line\">\n");
    put_count(visit, summary);
    put(visit, "<div class=\"actions\">\n");
    href_begin_with(visit, "class=\"button\"", "/timeline");
    search_params(visit, search, search->q);
    href_end(visit);
    put(visit, "Timeline</a>\n");
    put_download(visit, search, "/events.csv", "CSV");
    put_download(visit, search, "/events.jsonl", "JSON Lines");
    put(visit, "</div>\n</div>\n");
}

static void put_command(struct visit *visit, const struct search *search)
{
    char memory[4 * FILTER_TEXT_MAX + 512];
    struct text command = TEXT_IN(memory);
    search_command(visit, search, &command);
    put(visit, "<h2 class=\"small\">The same on the command line</h2>\n");
    page_command(visit, text_bytes(&command));
}

/* What was searched, and what to do next. */
static struct status put_nothing(struct visit *visit, const struct search *search)
{
    uint64_t count;
    TRY(scope_count(&visit->scope, SUMMARY_EVENTS_MAX, &count));
    put(visit, "<section aria-labelledby=\"none\">\n<h2 id=\"none\">No event matches</h2>\n<p>");
    if (search_narrows(search)) {
        put(visit, "Searched were ");
        put(visit, count == SUMMARY_EVENTS_MAX && visit->scope.narrowed ? "at least " : "all ");
        page_number(visit, count);
        put(visit, " events that you may see, up to event ");
        page_number(visit, visit->at);
        put(visit, ".</p>\n<ul>\n");
        if (search->since.size + search->until.size > 0 && search->q.size > 0) {
            put(visit, "<li>");
            href_begin(visit, "/events");
            href_param(visit, "q", search->q);
            href_end(visit);
            put(visit, "Ask the same of all time</a></li>\n");
        }
        put(visit, "<li>");
        link_to(visit, "/events", "Show all events");
        put(visit, "</li>\n<li>");
        link_to(visit, "/help#search", "What can be asked");
        put(visit, "</li>\n</ul>\n");
    } else {
        put(visit, "There is nothing yet that you may see.</p>\n");
    }
    put(visit, "</section>\n");
    return OK;
}

/* Saved questions --------------------------------------------------------------------------- */

static struct status put_saved(void *context, const struct saved_query *saved)
{
    struct visit *visit = context;
    char memory[SAVED_NAME_MAX + 2];
    struct text name = TEXT_IN(memory);
    text_put_char(&name, '@');
    text_put_bytes(&name, saved->name);
    put(visit, "<li>");
    href_begin(visit, "/events");
    href_param(visit, "q", text_bytes(&name));
    href_end(visit);
    html_put(visit->output, text_bytes(&name));
    link_end(visit);
    put(visit, " <span class=\"note\">");
    html_put(visit->output, saved->about);
    put(visit, "</span></li>\n");
    return output_status(visit->output);
}

static struct status put_all_saved(struct visit *visit)
{
    put(visit, "<details>\n<summary>Saved questions</summary>\n<ul class=\"grid-3\">\n");
    TRY(saved_walk(visit->scope.narrowed ? NULL : visit->engine, put_saved, visit));
    put(visit, "</ul>\n</details>\n");
    return OK;
}

/* The page ---------------------------------------------------------------------------------- */

/* The first page has been gathered with the counts. */
static void put_first_rows(struct visit *visit, const struct search *search,
                           const struct summary *summary)
{
    struct rows_seen seen = {.visit = visit};
    uint64_t shown = summary->events < SEARCH_ROWS ? summary->events : SEARCH_ROWS;
    bool full = summary->events > SEARCH_ROWS;
    for (uint64_t i = 0; i < shown; i++) {
        (void)put_row(&seen, bytes_of(NULL, 0), &summary->rows[i]);
    }
    if (shown > 0) {
        event_table_end(visit);
    }
    put_pager(visit, search, &seen,
              &(struct query_outcome){
                  .cut = full, .tired = summary->tired && !full, .reached = summary->reached});
}

static struct status put_rows(struct visit *visit, const struct search *search)
{
    struct rows_seen seen = {.visit = visit};
    struct query query = search->query;
    struct query_outcome outcome;
    TRY(params_number(&visit->params, "before", 0, &query.end));
    query.limit = SEARCH_ROWS;
    query.look_most = search_looks(search);
    TRY(scope_query(&visit->scope, &query, put_row, &seen, &outcome));
    if (seen.count > 0) {
        event_table_end(visit);
    }
    put_pager(visit, search, &seen, &outcome);
    return OK;
}

static struct status put_found(struct visit *visit, const struct search *search,
                               const struct summary *summary)
{
    put(visit, "<div class=\"search\">\n<div>\n");
    put_line(visit, search, summary);
    summary_put_histogram(visit, search, summary);
    if (params_has(&visit->params, "before")) {
        TRY(put_rows(visit, search));
    } else {
        put_first_rows(visit, search, summary);
    }
    put_command(visit, search);
    put(visit, "</div>\n");
    if (summary->events > 0) {
        summary_put_facets(visit, search, summary);
    }
    put(visit, "</div>\n");
    return OK;
}

static struct status put_page(struct visit *visit, const struct search *search)
{
    struct summary *summary = arena_take(visit->arena, sizeof *summary);
    if (summary == NULL) {
        return FAIL(NO_MEMORY, sizeof *summary);
    }
    if (search->wrong == SEARCH_FIELD_NONE) {
        TRY(summary_make(visit, search, summary));
    } else {
        visit->answer->status = 400;
    }
    page_begin(visit, &(struct page_head){.title = LITERAL("Events")});
    search_form(visit, search, "/events");
    TRY(put_all_saved(visit));
    if (search->wrong == SEARCH_FIELD_NONE) {
        bool found = summary->events > 0 || summary->more;
        TRY(found ? put_found(visit, search, summary) : put_nothing(visit, search));
    }
    page_end(visit);
    return OK;
}

struct status page_events(struct visit *visit)
{
    return search_page(visit, put_page);
}

/* Downloads --------------------------------------------------------------------------------- */

struct stream {
    struct rows rows;
    struct engine *engine;
};

static struct status stream_row(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct stream *stream = context;
    (void)bytes;
    return event_rows_add(&stream->rows, stream->engine, leaf);
}

static struct status stream_all(struct visit *visit, const struct search *search,
                                enum rows_format format)
{
    struct stream stream = {.engine = visit->engine};
    struct query_outcome outcome;
    struct arena memory = {.memory = arena_take(visit->arena, ROWS_MEMORY_SIZE),
                           .capacity = ROWS_MEMORY_SIZE};
    if (search->wrong != SEARCH_FIELD_NONE) {
        return FAIL_BECAUSE(MALFORMED, 0,
                            "the question cannot be read: see the page of the search");
    }
    rows_init(&stream.rows, &(struct rows_options){.format = format, .zone = zone_utc()},
              visit->output, &memory);
    TRY(event_rows_begin(&stream.rows));
    TRY(scope_query(&visit->scope, &search->query, stream_row, &stream, &outcome));
    return rows_flush(&stream.rows);
}

static struct status download(struct visit *visit, enum rows_format format)
{
    struct search *search = arena_take(visit->arena, sizeof *search);
    if (search == NULL) {
        return FAIL(NO_MEMORY, sizeof *search);
    }
    struct status status = search_read(visit, search);
    status = failed(status) ? status : stream_all(visit, search, format);
    search_close(search);
    return status;
}

struct status page_events_csv(struct visit *visit)
{
    TRY(download(visit, ROWS_CSV));
    visit->answer->type = "text/csv; charset=utf-8; header=present";
    visit->answer->download = "events.csv";
    return OK;
}

struct status page_events_jsonl(struct visit *visit)
{
    TRY(download(visit, ROWS_JSON));
    visit->answer->type = "application/jsonl; charset=utf-8";
    visit->answer->download = "events.jsonl";
    return OK;
}

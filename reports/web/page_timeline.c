#include "reports/html.h"
#include "reports/timeline/timeline_svg.h"
#include "reports/web/event_table.h"
#include "reports/web/routes.h"
#include "reports/web/search.h"

enum {
    EVENTS_MAX = 2000, /* that are drawn */
    ROWS_MAX = 200,    /* that are listed below, by each mark its first */
    LANES_MOST = 24,
};

static void put(struct visit *visit, const char *text)
{
    output_put_string(visit->output, text);
}

/* What lanes may be; names of others are no choice. */
static const struct {
    const char *name, *label;
} choices[] = {
    {"actor", "Actor"},         {"kind", "Kind"},
    {"on", "What it is about"}, {"session", "Session"},
    {"project", "Project"},     {"source", "Address"},
    {"outcome", "Outcome"},     {"emitter", "Vouched for by"},
};

enum {
    CHOICES = sizeof choices / sizeof choices[0],
};

static size_t chosen(const struct visit *visit)
{
    struct bytes by = params_get(&visit->params, "by");
    for (size_t i = 0; i < CHOICES; i++) {
        if (bytes_equal(by, bytes_of_string(choices[i].name))) {
            return i;
        }
    }
    return 0;
}

/* Gathering --------------------------------------------------------------------------------- */

struct drawing {
    struct timeline timeline;
    struct timeline_layout layout;
    struct leaf *leaves; /* the newest first */
    size_t count;
    bool more;
};

static struct status gather(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct drawing *drawing = context;
    (void)bytes;
    drawing->leaves[drawing->count++] = *leaf;
    return OK;
}

static struct status draw(struct visit *visit, const struct search *search, struct drawing *drawing)
{
    struct query query = search->query;
    struct query_outcome outcome;
    struct timeline_options options = {.arena = visit->arena,
                                       .engine = visit->engine,
                                       .zone = zone_utc(),
                                       .gap_us = 30 * 60 * TIME_SECOND_US,
                                       .lanes_most = LANES_MOST};
    drawing->leaves = arena_take(visit->arena, EVENTS_MAX * sizeof *drawing->leaves);
    if (drawing->leaves == NULL) {
        return FAIL(NO_MEMORY, EVENTS_MAX);
    }
    query.limit = EVENTS_MAX;
    query.look_most = search_looks(search);
    TRY(dimension_read(bytes_of_string(choices[chosen(visit)].name), &options.lanes));
    TRY(scope_query(&visit->scope, &query, gather, drawing, &outcome));
    drawing->more = outcome.cut || outcome.tired;
    TRY(timeline_begin(&drawing->timeline, &options));
    for (size_t i = drawing->count; i > 0; i--) {
        const struct leaf *leaf = &drawing->leaves[i - 1];
        TRY(timeline_event(&drawing->timeline, leaf, query_time_of(leaf), bytes_of(NULL, 0)));
    }
    TRY(timeline_end(&drawing->timeline));
    return timeline_svg_lay(&drawing->timeline, &drawing->layout);
}

/* The page ---------------------------------------------------------------------------------- */

static void put_lanes(struct visit *visit, const struct search *search)
{
    put(visit,
        "<nav class=\"pager\" aria-label=\"Lanes\">\n<span class=\"note\">A lane for each</span>"
        "\n");
    for (size_t i = 0; i < CHOICES; i++) {
        href_begin_with(visit,
                        i == chosen(visit) ? "class=\"button\" aria-current=\"true\""
                                           : "class=\"button\"",
                        "/timeline");
        search_params(visit, search, search->q);
        href_param(visit, "by", bytes_of_string(choices[i].name));
        href_end(visit);
        put(visit, choices[i].label);
        put(visit, "</a>\n");
    }
    put(visit, "</nav>\n");
}

static void put_picture(struct visit *visit, const struct drawing *drawing)
{
    put(visit, "<figure class=\"timeline\" tabindex=\"0\">\n");
    timeline_svg(&drawing->timeline, &drawing->layout, LITERAL("the events of this search"),
                 visit->output);
    put(visit, "</figure>\n<p class=\"note\">");
    if (drawing->more) {
        put(visit, "Drawn are the newest ");
        page_number(visit, drawing->count);
        put(visit, " events that match; there are more. ");
    }
    put(visit,
        "Idle time is folded. A circle is one event or more, a cross has refusals, a triangle "
        "failures.</p>\n");
}

static void put_list(struct visit *visit, const struct drawing *drawing)
{
    page_section(visit, "list", "The same as a list");
    event_table_begin(visit, "Events of the timeline");
    for (size_t i = 0; i < drawing->count && i < ROWS_MAX; i++) {
        event_table_row(visit, &drawing->leaves[i], EVENT_ROW_ANCHOR);
    }
    event_table_end(visit);
    if (drawing->count > ROWS_MAX) {
        put(visit, "<p class=\"note\">The newest ");
        page_number(visit, ROWS_MAX);
        put(visit, " of them are listed.</p>\n");
    }
    page_section_end(visit);
}

static struct status put_page(struct visit *visit, const struct search *search)
{
    struct drawing *drawing = arena_take(visit->arena, sizeof *drawing);
    if (drawing == NULL) {
        return FAIL(NO_MEMORY, sizeof *drawing);
    }
    memset(drawing, 0, sizeof *drawing);
    if (search->wrong == SEARCH_FIELD_NONE) {
        TRY(draw(visit, search, drawing));
    } else {
        visit->answer->status = 400;
    }
    page_begin(visit, &(struct page_head){.title = LITERAL("Timeline")});
    search_form(visit, search, "/timeline");
    if (drawing->count > 0) {
        put_lanes(visit, search);
        put_picture(visit, drawing);
        put_list(visit, drawing);
    } else if (search->wrong == SEARCH_FIELD_NONE) {
        page_empty(visit, "No event matches.");
    }
    page_end(visit);
    return OK;
}

struct status page_timeline(struct visit *visit)
{
    return search_page(visit, put_page);
}

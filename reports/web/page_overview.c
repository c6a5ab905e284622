#include "reports/chart.h"
#include "reports/web/assessed.h"
#include "reports/web/event_table.h"
#include "reports/web/integrity.h"
#include "reports/web/routes.h"
#include "schema/controls/controls.h"

enum {
    RATE_DAYS = 30,
    NEWEST = 8,         /* refusals and alerts that are shown */
    LOOKS_MOST = 20000, /* leaves compared for them */
    COUNT_MOST = 1000,  /* refusals that are counted */
    ASSESS_MOST = 4000, /* events of a log that is assessed for this page */
};

#define DAY_US (UINT64_C(86400) * TIME_SECOND_US)

static void put(struct visit *visit, const char *text)
{
    output_put_string(visit->output, text);
}

static void card_begin(struct visit *visit, const char *heading)
{
    put(visit, "<div class=\"card\">\n<h2>");
    html_put_string(visit->output, heading);
    put(visit, "</h2>\n");
}

static void card_end(struct visit *visit)
{
    put(visit, "</div>\n");
}

/* Size and rate ----------------------------------------------------------------------------- */

static struct status put_size(struct visit *visit)
{
    struct leaf oldest, newest;
    uint64_t count;
    TRY(scope_count(&visit->scope, COUNT_MOST, &count));
    card_begin(visit, "Events");
    put(visit, "<p class=\"big\">");
    put(visit, count == COUNT_MOST && visit->scope.project.kind != ID_NONE ? "at least " : "");
    page_number(visit, count);
    put(visit, "</p>\n<p class=\"note\">");
    struct status status = scope_oldest(&visit->scope, &oldest);
    if (!failed(status) && !failed(scope_newest(&visit->scope, &newest))) {
        put(visit, "recorded ");
        page_time(visit, oldest.t_utc_us);
        put(visit, " to ");
        page_time(visit, newest.t_utc_us);
    }
    put(visit, "</p>\n");
    card_end(visit);
    return status.code == STATUS_NOT_FOUND ? OK : status;
}

/* Exact numbers of each day, by looking up where days begin. */
static struct status put_rate(struct visit *visit)
{
    uint64_t days[RATE_DAYS], total = 0, from, next;
    struct leaf newest;
    struct status status = scope_newest(&visit->scope, &newest);
    if (failed(status) || visit->scope.project.kind != ID_NONE) {
        return status.code == STATUS_NOT_FOUND ? OK : status;
    }
    uint64_t end_us = (newest.t_utc_us / DAY_US + 1) * DAY_US;
    uint64_t begin_us = end_us > RATE_DAYS * DAY_US ? end_us - RATE_DAYS * DAY_US : 0;
    TRY(scope_position_at(&visit->scope, begin_us, &from));
    for (uint64_t day = 0; day < RATE_DAYS; day++) {
        TRY(scope_position_at(&visit->scope, begin_us + (day + 1) * DAY_US, &next));
        days[day] = next - from;
        total += days[day];
        from = next;
    }
    card_begin(visit, "Thirty days to the newest event");
    put(visit, "<p class=\"big\">");
    page_number(visit, total);
    put(visit, "</p>\n");
    chart_spark(visit->output,
                &(struct chart_head){.id = "rate",
                                     .title = LITERAL("Events recorded each day"),
                                     .unit = LITERAL("events a day")},
                days, RATE_DAYS);
    put(visit, "<p class=\"note\">on the last day ");
    page_number(visit, days[RATE_DAYS - 1]);
    put(visit, "</p>\n");
    card_end(visit);
    return OK;
}

/* Gaps, refusals, alerts -------------------------------------------------------------------- */

static void put_gaps(struct visit *visit, const struct integrity *integrity)
{
    if (visit->scope.narrowed) {
        return;
    }
    card_begin(visit, "Gaps");
    put(visit, "<p class=\"big\">");
    if (integrity->missing == 0) {
        put(visit, "none</p>\n<p class=\"note\">");
    } else {
        page_number(visit, integrity->missing);
        put(visit, " events</p>\n<p class=\"note\">");
    }
    page_number(visit, integrity->emitters);
    put(visit, " components count their own events: ");
    link_to(visit, "/integrity#emitters", "see each");
    put(visit, "</p>\n");
    card_end(visit);
}

static struct status count_one(void *context, struct bytes bytes, const struct leaf *leaf)
{
    uint64_t *count = context;
    (void)bytes;
    (void)leaf;
    (*count)++;
    return OK;
}

static struct status put_refused(struct visit *visit)
{
    uint64_t count = 0;
    struct query query = {.newest_first = true, .limit = COUNT_MOST, .look_most = LOOKS_MOST};
    struct query_outcome outcome;
    TRY(query_add(&query, QUERY_OUTCOME, LITERAL("denied")));
    TRY(scope_query(&visit->scope, &query, count_one, &count, &outcome));
    card_begin(visit, "Refusals");
    put(visit, outcome.cut || outcome.tired ? "<p class=\"big\">at least " : "<p class=\"big\">");
    page_number(visit, count);
    put(visit, "</p>\n<p class=\"note\">");
    link_search(visit, "outcome = denied", "all refusals");
    put(visit, " · ");
    link_search(visit, "outcome = failed", "all failures");
    put(visit, "</p>\n");
    card_end(visit);
    return OK;
}

static struct status put_alerts(struct visit *visit)
{
    struct status trouble = OK;
    struct view view = scope_view(&visit->scope, UINT64_MAX, visit->arena, &trouble);
    if (visit->scope.narrowed || view.state == NULL) {
        return OK;
    }
    uint64_t open = view_count(&view, ROW_OPEN_ALERT, COUNT_MOST);
    card_begin(visit, "Alerts that are open");
    put(visit, "<p class=\"big\">");
    put(visit, open == COUNT_MOST ? "at least " : "");
    page_number(visit, open);
    put(visit, "</p>\n<p class=\"note\">");
    link_search(visit, "kind = alert.raised", "all that were raised");
    put(visit, "</p>\n");
    card_end(visit);
    return trouble;
}

/* Controls ---------------------------------------------------------------------------------- */

static void put_practice(struct visit *visit, const struct au_assessment *assessment,
                         enum practice practice)
{
    char memory[64];
    struct text path = TEXT_IN(memory);
    text_add(&path, "/controls/%s", practice_infos[practice].id);
    put(visit, "<li>");
    href_begin(visit, text_string(&path));
    href_end(visit);
    put(visit, "<strong>");
    html_put_string(visit->output, practice_infos[practice].id);
    put(visit, "</strong> ");
    html_put_string(visit->output, practice_infos[practice].title);
    put(visit, " ");
    if (assessment != NULL) {
        bool met = assessment->met[practice];
        page_tone(visit, met ? PAGE_GOOD : PAGE_BAD, met ? "met" : "not met");
    }
    put(visit, "</a></li>\n");
}

static struct status put_controls(struct visit *visit)
{
    const struct au_assessment *assessment = NULL;
    if (visit->scope.narrowed) {
        return OK;
    }
    TRY(assessed_at_hand(visit, ASSESS_MOST, &assessment));
    page_section(visit, "controls", "Audit and accountability, nine practices");
    put(visit, "<ul class=\"tiles\">\n");
    for (unsigned i = 0; i < PRACTICE_COUNT; i++) {
        put_practice(visit, assessment, (enum practice)i);
    }
    put(visit, "</ul>\n<p class=\"note\">");
    if (assessment == NULL) {
        put(visit, "Whether each is met is assessed from the log when you ask: ");
    } else {
        put(visit, "Assessed from the first ");
        page_number(visit, assessment->size);
        put(visit, " events: ");
    }
    link_to(visit, "/controls", assessment == NULL ? "assess all nine" : "reasons and evidence");
    put(visit, ".</p>\n");
    page_section_end(visit);
    return OK;
}

/* The newest -------------------------------------------------------------------------------- */

struct newest {
    const char *id, *heading, *expression, *none;
    enum query_member member;
    struct bytes value;
};

static struct status put_newest(struct visit *visit, const struct newest *newest)
{
    uint64_t count;
    struct query query = {.newest_first = true, .look_most = LOOKS_MOST};
    TRY(query_add(&query, newest->member, newest->value));
    page_section(visit, newest->id, newest->heading);
    TRY(event_table_ask(
        visit,
        &(struct event_table_asking){
            .query = &query, .caption = newest->heading, .most = NEWEST, .here = UINT64_MAX},
        &count));
    if (count == 0) {
        page_empty(visit, newest->none);
    } else {
        put(visit, "<p>");
        link_search(visit, newest->expression, "All of them");
        put(visit, "</p>\n");
    }
    page_section_end(visit);
    return OK;
}

static struct status put_all_newest(struct visit *visit)
{
    TRY(put_newest(visit, &(struct newest){.id = "refusals",
                                           .heading = "The newest refusals",
                                           .expression = "outcome = denied",
                                           .none = "Nothing has been refused lately.",
                                           .member = QUERY_OUTCOME,
                                           .value = LITERAL("denied")}));
    if (visit->scope.narrowed) {
        return OK; /* alerts are about the whole log */
    }
    return put_newest(visit, &(struct newest){.id = "alerts",
                                              .heading = "The newest alerts",
                                              .expression = "kind = alert.raised",
                                              .none = "No alert has been raised lately.",
                                              .member = QUERY_KIND,
                                              .value = LITERAL("alert.raised")});
}

struct status page_overview(struct visit *visit)
{
    struct integrity integrity;
    struct bytes origin = bytes_of_string(log_origin(engine_log(visit->engine)));
    TRY(integrity_look(visit, &integrity));
    page_begin(visit, &(struct page_head){.title = origin, .kicker = "The log"});
    integrity_put_verdict(visit, &integrity);
    put(visit, "<div class=\"cards\">\n");
    TRY(put_size(visit));
    TRY(put_rate(visit));
    put_gaps(visit, &integrity);
    TRY(put_refused(visit));
    TRY(put_alerts(visit));
    put(visit, "</div>\n");
    TRY(put_all_newest(visit));
    TRY(put_controls(visit));
    page_end(visit);
    return OK;
}

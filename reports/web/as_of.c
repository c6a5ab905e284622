#include "reports/web/as_of.h"

#include "reports/web/page.h"

static struct moment_context context_of(const struct visit *visit)
{
    return (struct moment_context){.now_utc_us = visit->request->now_utc_us, .zone = zone_utc()};
}

/* How many events a view may look at. */
static uint64_t end_of(const struct visit *visit)
{
    uint64_t folded = state_size(engine_state(visit->engine));
    return visit->scope.end < folded ? visit->scope.end : folded;
}

/* The moment of the page itself. */
static struct status set_newest(struct visit *visit, uint64_t end, struct view *view)
{
    view->as_of_n = end - 1;
    view->now_utc_us = visit->request->now_utc_us;
    return visit->pinned || visit->scope.end < visit->scope.size
               ? stretch_time_of(visit->scope.log, end - 1, &view->now_utc_us)
               : OK;
}

static struct status unusable(struct status status)
{
    return status.code == STATUS_NOT_FOUND ? FAIL_BECAUSE(MALFORMED, 0, status.why) : status;
}

struct status as_of_read(struct visit *visit, struct status *trouble, struct as_of *out)
{
    const struct moment_context context = context_of(visit);
    struct moment moment = {0};
    struct moment_doubt doubt;
    *out = (struct as_of){.text = params_get(&visit->params, "as_of")};
    if (engine_state(visit->engine) == NULL) {
        return FAIL_BECAUSE(FOLD, 0, "there is no state to look in");
    }
    uint64_t end = end_of(visit);
    if (end == 0) {
        return FAIL(NOT_FOUND, 0);
    }
    *trouble = OK;
    out->view = scope_view(&visit->scope, UINT64_MAX, visit->arena, trouble);
    TRY(set_newest(visit, end, &out->view));
    out->newest_us = out->view.now_utc_us;
    if (out->text.size == 0) {
        return OK;
    }
    out->given = true;
    TRY(moment_read(out->text, &context, &moment, &doubt));
    return unusable(stretch_set_view(visit->scope.log, end, moment, &out->view));
}

struct status as_of_read_stretch(struct visit *visit, struct stretch *out, bool *given)
{
    const struct moment_context context = context_of(visit);
    struct bytes text = params_get(&visit->params, "between");
    struct moment_range range = {0};
    struct moment_doubt doubt;
    struct view newest = {0};
    uint64_t end = end_of(visit);
    *given = text.size > 0;
    if (end == 0) {
        return FAIL(NOT_FOUND, 0);
    }
    TRY(*given ? moment_read_range(text, &context, &range, &doubt) : OK);
    if (range.since.kind == MOMENT_POSITION && range.since.value >= end) {
        return FAIL_BECAUSE(MALFORMED, 0, "the log has no such event yet");
    }
    TRY(set_newest(visit, end, &newest));
    TRY(unusable(stretch_find(visit->scope.log, end, &range, newest.now_utc_us, out)));
    return stretch_is_empty(out)
               ? FAIL_BECAUSE(MALFORMED, 0, "nothing had been recorded yet in that time")
               : OK;
}

void as_of_put_field(struct visit *visit, const char *id, const char *name, const char *label,
                     const char *hint)
{
    struct output *output = visit->output;
    output_add(output, "<div class=\"field\"><label for=\"%s\">", id);
    html_put_string(output, label);
    output_add(output, "</label><input id=\"%s\" name=\"%s\" value=\"", id, name);
    html_put(output, params_get(&visit->params, name));
    output_put_string(output, "\" placeholder=\"");
    html_put_string(output, hint);
    output_put_string(output, "\" autocomplete=\"off\" spellcheck=\"false\" maxlength=\"200\"/>"
                              "</div>\n");
}

void as_of_put(struct visit *visit, const struct as_of *as_of)
{
    output_put_string(visit->output, "As of event ");
    if (visit->scope.narrowed) { /* it may not be theirs to see */
        page_number(visit, as_of->view.as_of_n);
    } else {
        link_event(visit, as_of->view.as_of_n);
    }
    output_put_string(visit->output, ", ");
    page_time(visit, as_of->view.now_utc_us);
    output_put_string(visit->output, as_of->given ? "." : " (the newest).");
}

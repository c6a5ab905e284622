#include "reports/web/search.h"

#include "reports/web/page.h"

/* Reading ----------------------------------------------------------------------------------- */

static struct status read_expression(struct visit *visit, struct search *out)
{
    struct status status =
        scope_filter(&visit->scope, out->q, visit->request->now_utc_us, &out->filter, &out->fault);
    out->has_filter = true;
    if (status.code == STATUS_MALFORMED || status.code == STATUS_LIMIT) {
        out->wrong = SEARCH_FIELD_Q;
        return OK;
    }
    TRY(status);
    const struct filter *filter = &out->filter;
    out->is_any = filter->nodes[filter->root].kind == FILTER_ANY;
    out->query.where = filter;
    return OK;
}

/* One moment; false, and why, if it is none. */
static bool read_moment(const struct visit *visit, struct bytes typed, struct moment *out,
                        const char **why)
{
    const struct moment_context context = {.now_utc_us = visit->request->now_utc_us,
                                           .zone = zone_utc()};
    struct moment_doubt doubt;
    if (typed.size == 0) {
        return true;
    }
    struct status status = moment_read(typed, &context, out, &doubt);
    *why = failed(status) ? status.why : NULL;
    return !failed(status);
}

struct status search_read(struct visit *visit, struct search *out)
{
    const struct params *params = &visit->params;
    memset(out, 0, sizeof *out);
    out->q = params_get(params, "q");
    out->since = params_get(params, "since");
    out->until = params_get(params, "until");
    out->query.newest_first = true;
    if (!read_moment(visit, out->since, &out->query.range.since, &out->why)) {
        out->wrong = SEARCH_FIELD_SINCE;
    } else if (!read_moment(visit, out->until, &out->query.range.until, &out->why)) {
        out->wrong = SEARCH_FIELD_UNTIL;
    }
    return out->q.size > 0 && out->wrong == SEARCH_FIELD_NONE ? read_expression(visit, out) : OK;
}

void search_close(struct search *search)
{
    if (search->has_filter) {
        filter_close(&search->filter);
    }
}

struct status search_page(struct visit *visit,
                          struct status (*put)(struct visit *visit, const struct search *search))
{
    struct search *search = arena_take(visit->arena, sizeof *search);
    if (search == NULL) {
        return FAIL(NO_MEMORY, sizeof *search);
    }
    struct status status = search_read(visit, search);
    status = failed(status) ? status : put(visit, search);
    search_close(search);
    return status;
}

uint64_t search_looks(const struct search *search)
{
    bool bodies = search->query.where != NULL && search->query.where->reads_bodies;
    return bodies ? SEARCH_LOOK_INTO_MOST : SEARCH_LOOK_MOST;
}

bool search_narrows(const struct search *search)
{
    return search->q.size > 0 || search->since.size > 0 || search->until.size > 0;
}

/* Asking again ------------------------------------------------------------------------------ */

static bool is_word(struct bytes value)
{
    bool word = value.size > 0;
    for (size_t i = 0; word && i < value.size; i++) {
        uint8_t c = value.data[i];
        word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               (c != '\0' && strchr("._:-", c) != NULL);
    }
    return word;
}

static void put_value(struct text *out, struct bytes value)
{
    bool word = is_word(value);
    text_put_string(out, word ? "" : "\"");
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] == '"' || value.data[i] == '\\') {
            text_put_char(out, '\\');
        }
        text_put(out, &value.data[i], 1);
    }
    text_put_string(out, word ? "" : "\"");
}

bool search_with(const struct search *search, enum search_change change, const char *field,
                 struct bytes value, struct text *out)
{
    text_put_string(out, search->is_any ? "(" : "");
    text_put_bytes(out, search->q);
    text_put_string(out, search->is_any ? ")" : "");
    text_put_string(out, search->q.size > 0 ? " and " : "");
    text_put_string(out, field);
    text_put_string(out, change == SEARCH_ONLY ? " = " : " != ");
    put_value(out, value);
    return !out->full && out->size <= FILTER_TEXT_MAX;
}

void search_params(struct visit *visit, const struct search *search, struct bytes q)
{
    if (q.size > 0) {
        href_param(visit, "q", q);
    }
    if (search->since.size > 0) {
        href_param(visit, "since", search->since);
    }
    if (search->until.size > 0) {
        href_param(visit, "until", search->until);
    }
}

/* A word for a shell: in single quotes where it has to be. */
static void put_quoted(struct text *out, struct bytes word)
{
    bool plain = is_word(word) && word.data[0] != '-';
    text_put_string(out, plain ? "" : "'");
    for (size_t i = 0; i < word.size; i++) {
        if (word.data[i] == '\'') {
            text_put_literal(out, "'\\''");
        } else {
            text_put_char(out, word.data[i] == '\n' ? ' ' : (char)word.data[i]);
        }
    }
    text_put_string(out, plain ? "" : "'");
}

void search_command(const struct visit *visit, const struct search *search, struct text *out)
{
    text_put_literal(out, "cairn query");
    if (search->q.size > 0) {
        text_put_char(out, ' ');
        put_quoted(out, search->q);
    }
    if (search->since.size > 0) {
        text_put_literal(out, " --since=");
        put_quoted(out, search->since);
    }
    if (search->until.size > 0) {
        text_put_literal(out, " --until=");
        put_quoted(out, search->until);
    } else if (visit->pinned) {
        text_put_literal(out, " --until=seq:");
        text_put_u64(out, visit->at);
    }
    text_put_literal(out, " --reverse");
}

/* The form ---------------------------------------------------------------------------------- */

static void put(struct visit *visit, const char *text)
{
    output_put_string(visit->output, text);
}

static void put_faulty(struct visit *visit, const struct search *search, enum search_field field)
{
    if (search->wrong == field) {
        put(visit, " aria-invalid=\"true\" aria-describedby=\"fault\"");
    }
}

static void put_moment(struct visit *visit, const struct search *search, enum search_field field)
{
    bool since = field == SEARCH_FIELD_SINCE;
    put(visit, since ? "<div class=\"field\"><label for=\"since\">From</label>\n"
                       "<input id=\"since\" name=\"since\" size=\"18\" value=\""
                     : "<div class=\"field\"><label for=\"until\">Until before</label>\n"
                       "<input id=\"until\" name=\"until\" size=\"18\" value=\"");
    html_put(visit->output, since ? search->since : search->until);
    put(visit, since ? "\" placeholder=\"2026-03-09 21:00\"" : "\" placeholder=\"now\"");
    put_faulty(visit, search, field);
    put(visit, "/></div>\n");
}

/* What is wrong, with carets below it. */
static void put_fault(struct visit *visit, const struct search *search)
{
    char above_memory[FILTER_LINE_SIZE], below_memory[FILTER_LINE_SIZE];
    struct text above = TEXT_IN(above_memory), below = TEXT_IN(below_memory);
    put(visit, "<div class=\"fault\" id=\"fault\" role=\"alert\">\n<p>");
    if (search->wrong != SEARCH_FIELD_Q) {
        html_put_string(visit->output, search->wrong == SEARCH_FIELD_SINCE ? "From: " : "Until: ");
        html_put_string(visit->output, search->why == NULL ? "not a time" : search->why);
        put(visit, "</p>\n</div>\n");
        return;
    }
    html_put(visit->output, text_bytes(&search->fault.sentence));
    put(visit, "</p>\n");
    if (search->fault.advice.size > 0) {
        html_element(visit->output, "p", NULL, text_bytes(&search->fault.advice));
    }
    filter_fault_write(&search->fault, search->q, &above, &below);
    put(visit, "<pre aria-hidden=\"true\">");
    html_put(visit->output, text_bytes(&above));
    put(visit, "\n");
    html_put(visit->output, text_bytes(&below));
    put(visit, "</pre>\n</div>\n");
}

void search_form(struct visit *visit, const struct search *search, const char *action)
{
    output_add(visit->output,
               "<form class=\"ask\" action=\"%s\" role=\"search\" "
               "aria-label=\"Events\">\n",
               action);
    link_keep_at(visit);
    put(visit, "<div class=\"fields\">\n<div class=\"field wide-field\"><label for=\"q\">Expression"
               "</label>\n<input id=\"q\" name=\"q\" maxlength=\"4096\" autocomplete=\"off\" "
               "autocapitalize=\"off\" spellcheck=\"false\" value=\"");
    html_put(visit->output, search->q);
    put(visit, "\" placeholder=\"actor = ann and kind in (vault.*, drive.*)\"");
    put_faulty(visit, search, SEARCH_FIELD_Q);
    put(visit, "/></div>\n");
    put_moment(visit, search, SEARCH_FIELD_SINCE);
    put_moment(visit, search, SEARCH_FIELD_UNTIL);
    put(visit, "<button class=\"main\">Search</button>\n</div>\n");
    if (search->wrong != SEARCH_FIELD_NONE) {
        put_fault(visit, search);
    }
    put(visit, "</form>\n");
}

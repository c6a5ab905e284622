#include "reports/web/recent.h"

static void put_expression(const struct recent *recent, struct bytes value, struct text *out)
{
    text_put_string(out, recent->field);
    text_put_literal(out, " = ");
    text_put_bytes(out, value);
    if (recent->kind != NULL) {
        text_put_literal(out, " and kind = ");
        text_put_string(out, recent->kind);
    }
}

/* What is written, and where the next page begins. */
struct writing {
    struct visit *visit;
    const struct recent *recent;
    uint64_t count, last;
};

static struct status add(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct writing *writing = context;
    (void)bytes;
    if (writing->count++ == 0) {
        event_table_begin(writing->visit, writing->recent->caption);
    }
    event_table_row(writing->visit, leaf, EVENT_ROW_PLAIN);
    writing->last = leaf->n;
    return output_status(writing->visit->output);
}

static struct status ask(struct writing *writing, struct bytes value, uint64_t before)
{
    struct visit *visit = writing->visit;
    const struct recent *recent = writing->recent;
    struct query_outcome outcome;
    struct query *query = arena_take(visit->arena, sizeof *query);
    if (query == NULL) {
        return FAIL(NO_MEMORY, sizeof *query);
    }
    *query = (struct query){.newest_first = true, .limit = RECENT_COUNT, .end = before};
    TRY(query_add(query, recent->member, value));
    if (recent->kind != NULL) {
        TRY(query_add(query, QUERY_KIND, bytes_of_string(recent->kind)));
    }
    TRY(scope_query(&visit->scope, query, add, writing, &outcome));
    if (writing->count > 0) {
        event_table_end(visit);
    }
    return OK;
}

/* The page itself, with other events in the table. */
static void link_page(struct visit *visit, const char *pager, uint64_t before, const char *label)
{
    char memory[WEB_PATH_MAX + 1];
    struct text path = TEXT_IN(memory);
    struct bytes as_of = params_get(&visit->params, "as_of");
    text_put_bytes(&path, visit->request->path);
    href_begin_with(visit, "class=\"button\"", text_string(&path));
    if (as_of.size > 0) {
        href_param(visit, "as_of", as_of);
    }
    if (before > 0) {
        href_number(visit, pager, before);
    }
    href_end(visit);
    html_put_string(visit->output, label);
    link_end(visit);
    output_put_char(visit->output, '\n');
}

static void put_ways(const struct writing *writing, const char *expression, uint64_t before)
{
    struct visit *visit = writing->visit;
    const struct recent *recent = writing->recent;
    output_put_string(visit->output, "<p class=\"actions\">");
    if (recent->pager != NULL && before > 0) {
        link_page(visit, recent->pager, 0, "\xe2\x86\x90 Newest");
    }
    if (recent->pager != NULL && writing->count == RECENT_COUNT && writing->last > 0) {
        link_page(visit, recent->pager, writing->last, "Older \xe2\x86\x92");
    }
    link_search(visit, expression, "All of them in the search");
    output_put_string(visit->output, " ");
    href_begin(visit, "/timeline");
    href_param(visit, "q", bytes_of_string(expression));
    href_end(visit);
    output_put_string(visit->output, "As a timeline</a></p>\n");
}

struct status recent_put(struct visit *visit, const struct recent *recent)
{
    char memory[64], expression_memory[512];
    struct text id = TEXT_IN(memory), expression = TEXT_IN(expression_memory);
    struct writing writing = {.visit = visit, .recent = recent};
    uint64_t before = 0;
    id_write(&id, recent->id);
    struct bytes value = recent->value.size > 0 ? recent->value : text_bytes(&id);
    if (recent->pager != NULL) {
        TRY(params_number(&visit->params, recent->pager, 0, &before));
    }
    TRY(ask(&writing, value, before));
    if (writing.count == 0) {
        page_empty(visit, recent->empty);
    }
    put_expression(recent, value, &expression);
    if (writing.count > 0 || before > 0) {
        put_ways(&writing, text_string(&expression), before);
    }
    return OK;
}

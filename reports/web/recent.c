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

static struct status ask(struct visit *visit, const struct recent *recent, struct bytes value,
                         uint64_t *count)
{
    struct query *query = arena_take(visit->arena, sizeof *query);
    if (query == NULL) {
        return FAIL(NO_MEMORY, sizeof *query);
    }
    *query = (struct query){.newest_first = true};
    TRY(query_add(query, recent->member, value));
    if (recent->kind != NULL) {
        TRY(query_add(query, QUERY_KIND, bytes_of_string(recent->kind)));
    }
    return event_table_ask(
        visit,
        &(struct event_table_asking){
            .query = query, .caption = recent->caption, .most = RECENT_COUNT, .here = UINT64_MAX},
        count);
}

struct status recent_put(struct visit *visit, const struct recent *recent)
{
    char memory[64], expression_memory[512];
    struct text id = TEXT_IN(memory), expression = TEXT_IN(expression_memory);
    uint64_t count = 0;
    id_write(&id, recent->id);
    struct bytes value = recent->value.size > 0 ? recent->value : text_bytes(&id);
    TRY(ask(visit, recent, value, &count));
    if (count == 0) {
        page_empty(visit, recent->empty);
        return OK;
    }
    put_expression(recent, value, &expression);
    output_put_string(visit->output, "<p class=\"actions\">");
    link_search(visit, text_string(&expression), "All of them in the search");
    output_put_string(visit->output, "</p>\n");
    return OK;
}

#include "reports/web/event_table.h"

#include "reports/sentence.h"

static void put(struct visit *visit, const char *text)
{
    output_put_string(visit->output, text);
}

void event_table_begin(struct visit *visit, const char *caption)
{
    put(visit, "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"");
    html_put_string(visit->output, caption);
    put(visit, "\">\n<table class=\"events\">\n<caption class=\"hidden\">");
    html_put_string(visit->output, caption);
    put(visit, "</caption>\n<thead>\n<tr><th scope=\"col\">Event</th><th scope=\"col\">When (UTC)"
               "</th><th scope=\"col\">Outcome</th><th scope=\"col\">What happened</th>"
               "<th scope=\"col\">Kind</th></tr>\n</thead>\n<tbody>\n");
}

void event_table_row(struct visit *visit, const struct leaf *leaf, enum event_row how)
{
    char memory[SENTENCE_SIZE_MAX];
    struct text sentence = TEXT_IN(memory);
    sentence_put(visit->engine, leaf, &sentence);
    put(visit, how == EVENT_ROW_HERE ? "<tr class=\"here\" aria-current=\"true\">" : "<tr");
    if (how == EVENT_ROW_ANCHOR) {
        put(visit, " id=\"n");
        output_put_u64(visit->output, leaf->n);
        put(visit, "\"");
    }
    put(visit, how == EVENT_ROW_HERE ? "<td class=\"tight\">" : "><td class=\"tight\">");
    link_event(visit, leaf->n);
    put(visit, "</td><td class=\"tight\">");
    page_time(visit, query_time_of(leaf));
    put(visit, "</td><td class=\"tight\">");
    page_outcome(visit, leaf->outcome);
    put(visit, "</td><td class=\"words\">");
    html_put(visit->output, text_bytes(&sentence));
    put(visit, "</td><td class=\"kind\">");
    page_code(visit, bytes_of_string(event_name(leaf->kind)));
    put(visit, "</td></tr>\n");
}

void event_table_end(struct visit *visit)
{
    put(visit, "</tbody>\n</table>\n</div>\n");
}

struct asking {
    struct visit *visit;
    const struct event_table_asking *asking;
    uint64_t count;
};

static struct status add_row(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct asking *asking = context;
    (void)bytes;
    if (asking->count++ == 0) {
        event_table_begin(asking->visit, asking->asking->caption);
    }
    event_table_row(asking->visit, leaf,
                    leaf->n == asking->asking->here ? EVENT_ROW_HERE : EVENT_ROW_PLAIN);
    return output_status(asking->visit->output);
}

struct status event_table_ask(struct visit *visit, const struct event_table_asking *asking,
                              uint64_t *count)
{
    struct asking rows = {.visit = visit, .asking = asking};
    struct query query = *asking->query;
    struct query_outcome outcome;
    query.limit = asking->most;
    TRY(scope_query(&visit->scope, &query, add_row, &rows, &outcome));
    if (rows.count > 0) {
        event_table_end(visit);
    }
    *count = rows.count;
    return OK;
}

#include "reports/web/summary.h"

#include "reports/web/page.h"

static const struct {
    const char *field, *heading;
} members[SUMMARY_MEMBERS] = {
    [SUMMARY_KIND] = {"kind", "Kind"},        [SUMMARY_OUTCOME] = {"outcome", "Outcome"},
    [SUMMARY_ACTOR] = {"actor", "Actor"},     [SUMMARY_PROJECT] = {"project", "Active project"},
    [SUMMARY_SOURCE] = {"source", "Address"}, [SUMMARY_EMITTER] = {"emitter", "Vouched for by"},
};

/* Counting ---------------------------------------------------------------------------------- */

static struct bytes value_of(enum summary_member member, const struct leaf *leaf, struct text *text)
{
    switch (member) {
    case SUMMARY_KIND:
        return bytes_of_string(event_name(leaf->kind));
    case SUMMARY_OUTCOME:
        return bytes_of_string(outcome_name(leaf->outcome));
    case SUMMARY_ACTOR:
        return leaf->actor;
    case SUMMARY_SOURCE:
        return leaf->source;
    case SUMMARY_EMITTER:
        return leaf->emitter;
    case SUMMARY_PROJECT:
    case SUMMARY_MEMBERS:
        break;
    }
    if (leaf->project.kind != ID_NONE) {
        id_write(text, leaf->project);
    }
    return text_bytes(text);
}

static struct status count_member(struct summary *summary, enum summary_member member,
                                  const struct leaf *leaf)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    struct bytes value = value_of(member, leaf, &text);
    void *found;
    if (value.size == 0) {
        return OK;
    }
    TRY(tally_at(&summary->groups[member], value, &found));
    struct summary_group *group = found;
    group->last_n = group->events++ == 0 ? leaf->n : group->last_n;
    return OK;
}

static struct status count(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct summary *summary = context;
    uint64_t time_us = query_time_of(leaf);
    (void)bytes;
    if (summary->events < SEARCH_ROWS) {
        summary->rows[summary->events] = *leaf;
    }
    summary->marks[summary->events++] =
        (struct summary_mark){.time_us = time_us, .outcome = leaf->outcome};
    summary->by_outcome[leaf->outcome]++;
    summary->from_n = leaf->n;
    summary->first_us = time_us < summary->first_us ? time_us : summary->first_us;
    summary->last_us = time_us > summary->last_us ? time_us : summary->last_us;
    for (unsigned member = 0; member < SUMMARY_MEMBERS; member++) {
        TRY(count_member(summary, (enum summary_member)member, leaf));
    }
    return OK;
}

struct status summary_make(struct visit *visit, const struct search *search, struct summary *out)
{
    struct query query = search->query;
    struct query_outcome outcome;
    memset(out, 0, sizeof *out);
    out->first_us = UINT64_MAX;
    out->marks = arena_take(visit->arena, SUMMARY_EVENTS_MAX * sizeof *out->marks);
    if (out->marks == NULL) {
        return FAIL(NO_MEMORY, SUMMARY_EVENTS_MAX);
    }
    for (unsigned member = 0; member < SUMMARY_MEMBERS; member++) {
        TRY(tally_init(&out->groups[member], visit->arena,
                       &(struct tally_options){.limit = SUMMARY_EVENTS_MAX + 1,
                                               .value_size = sizeof(struct summary_group)}));
    }
    query.limit = SUMMARY_EVENTS_MAX;
    query.look_most = search_looks(search);
    TRY(scope_query(&visit->scope, &query, count, out, &outcome));
    out->more = outcome.cut || outcome.tired;
    out->tired = outcome.tired;
    out->reached = outcome.reached;
    return OK;
}

/* Facets ------------------------------------------------------------------------------------ */

static void put(struct visit *visit, const char *text)
{
    output_put_string(visit->output, text);
}

/* The next most frequent value after `last`: by events, equal ones in the order they came. */
static bool next_group(const struct tally *groups, uint32_t *at, bool first)
{
    const struct summary_group *last = first ? NULL : tally_value(groups, *at);
    bool found = false;
    uint32_t best = 0;
    for (uint32_t i = 0; i < groups->count; i++) {
        const struct summary_group *group = tally_value(groups, i);
        const struct summary_group *so_far = found ? tally_value(groups, best) : NULL;
        bool beyond = last == NULL || group->events < last->events ||
                      (group->events == last->events && i > *at);
        if (beyond && (so_far == NULL || group->events > so_far->events)) {
            best = i;
            found = true;
        }
    }
    *at = best;
    return found;
}

static void put_label(struct visit *visit, enum summary_member member, struct bytes value,
                      uint64_t last_n, struct text *out)
{
    struct id id;
    bool named = member == SUMMARY_ACTOR || member == SUMMARY_PROJECT;
    if (named && !failed(id_read(value, &id))) {
        scope_put_name(&visit->scope, id, last_n, out);
    } else {
        text_put_bytes(out, value);
    }
}

static void put_change(struct visit *visit, const struct search *search, enum search_change change,
                       const char *field, struct bytes value)
{
    char memory[FILTER_TEXT_MAX + 256];
    struct text q = TEXT_IN(memory);
    if (!search_with(search, change, field, value, &q)) {
        return;
    }
    href_begin(visit, "/events");
    search_params(visit, search, text_bytes(&q));
    output_add(visit->output, "\" aria-label=\"%s ", change == SEARCH_ONLY ? "Only" : "Without");
    html_put_string(visit->output, field);
    put(visit, " ");
    html_put(visit->output, value);
    href_end(visit);
    put(visit, change == SEARCH_ONLY ? "+</a>" : "−</a>");
}

static void put_group(struct visit *visit, const struct search *search, enum summary_member member,
                      struct bytes value, const struct summary_group *group)
{
    char memory[1024];
    struct text label = TEXT_IN(memory);
    put_label(visit, member, value, group->last_n, &label);
    put(visit, "<li><span title=\"");
    html_put(visit->output, text_bytes(&label));
    put(visit, "\">");
    html_put(visit->output, text_bytes(&label));
    put(visit, "</span> <span class=\"count\">");
    page_number(visit, group->events);
    put(visit, "</span> <span class=\"pair\">");
    put_change(visit, search, SEARCH_ONLY, members[member].field, value);
    put_change(visit, search, SEARCH_NOT, members[member].field, value);
    put(visit, "</span></li>\n");
}

static void put_facet(struct visit *visit, const struct search *search,
                      const struct summary *summary, enum summary_member member)
{
    const struct tally *groups = &summary->groups[member];
    uint32_t at = 0, shown = 0;
    if (groups->count == 0) {
        return;
    }
    put(visit, "<div>\n");
    html_element(visit->output, "h3", NULL, bytes_of_string(members[member].heading));
    put(visit, "\n<ul>\n");
    while (shown < SUMMARY_SHOWN && next_group(groups, &at, shown == 0)) {
        put_group(visit, search, member, tally_key(groups, at), tally_value(groups, at));
        shown++;
    }
    put(visit, "</ul>\n");
    if (groups->count > shown) {
        put(visit, "<p class=\"note\">and ");
        page_number(visit, groups->count - shown);
        put(visit, summary->more ? " more at least</p>\n" : " more</p>\n");
    }
    put(visit, "</div>\n");
}

void summary_put_facets(struct visit *visit, const struct search *search,
                        const struct summary *summary)
{
    put(visit, "<section class=\"facets\" aria-labelledby=\"facets\">\n<h2 id=\"facets\">"
               "Narrow it down</h2>\n<p class=\"note\">");
    if (summary->more) {
        put(visit, "Counted are the newest ");
        page_number(visit, summary->events);
        put(visit, " events that match, from event ");
        page_number(visit, summary->from_n);
        put(visit, " on; of each value there are at least so many. ");
    }
    put(visit, "+ asks for these only, − for the others.</p>\n<div class=\"groups\">\n");
    for (unsigned member = 0; member < SUMMARY_MEMBERS; member++) {
        put_facet(visit, search, summary, (enum summary_member)member);
    }
    put(visit, "</div>\n</section>\n");
}

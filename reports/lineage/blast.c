#include "reports/lineage/blast.h"

#include <inttypes.h>

/* clang-format off */
static const struct column columns[] = {
    {"what",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"thing",  NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"from",   NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"until",  NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"rule",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"events", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"first",  NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"last",   NULL, COLUMN_INTEGER, ALIGN_RIGHT},
};
/* clang-format on */

enum {
    COLUMNS = sizeof columns / sizeof columns[0],
    PROGRAM_COLUMNS = 2, /* the last ones, which a table leaves out */
    NAMED_EVENTS = 8,    /* of an interval */
};

static void put_thing(const struct blast *blast, size_t node, struct text *out)
{
    struct view view = blast->question.view;
    const struct lineage_node *thing = &blast->lineage->nodes[node];
    lineage_put_name(&view, thing, out);
    if (thing->tag_count > 0) {
        text_put_char(out, ' ');
        lineage_put_tags(&view, thing, out);
    }
}

/* Acts and rights ---------------------------------------------------------------------------- */

/* What is said of an edge, and of which of its ends. */
static struct status add_edge(const struct blast *blast, const struct lineage_edge *edge,
                              struct bytes what, size_t node)
{
    char thing_memory[2 * LINEAGE_NAME_SIZE], events_memory[LINEAGE_NAME_SIZE];
    struct text thing = TEXT_IN(thing_memory), events = TEXT_IN(events_memory);
    put_thing(blast, node, &thing);
    lineage_put_events(edge, &events);
    const struct cell cells[COLUMNS] = {
        cell_text(what),
        cell_text(text_bytes(&thing)),
        cell_number(edge->t_utc_us),
        edge->count > 1 ? cell_number(edge->last_utc_us) : cell_absent(),
        cell_absent(),
        cell_text(text_bytes(&events)),
        cell_number(edge->first),
        cell_number(edge->last),
    };
    return rows_add(blast->rows, cells);
}

/* What the user read of a thing. */
static struct status add_read(const struct blast *blast, size_t node)
{
    const struct lineage *lineage = blast->lineage;
    for (size_t i = 0; i < lineage->edge_count; i++) {
        const struct lineage_edge *edge = &lineage->edges[i];
        if (edge->in[LINEAGE_UP] && edge->from == node && edge->to == 0 &&
            flow_carries(edge->flow)) {
            TRY(add_edge(blast, edge, bytes_of_string(lineage_words(edge, LINEAGE_UP)), node));
        }
    }
    return OK;
}

/* What the user did, and what was done with what came of it. */
static struct status add_done(const struct blast *blast, bool own)
{
    const struct lineage *lineage = blast->lineage;
    for (size_t i = 0; i < lineage->edge_count; i++) {
        char memory[2 * LINEAGE_NAME_SIZE];
        struct text what = TEXT_IN(memory);
        const struct lineage_edge *edge = &lineage->edges[i];
        if (!edge->in[LINEAGE_DOWN] || (edge->from == 0) != own) {
            continue;
        }
        if (!own) {
            lineage_put_name(&blast->question.view, &lineage->nodes[edge->from], &what);
            text_put_char(&what, ' ');
        }
        text_put_string(&what, lineage_words(edge, LINEAGE_DOWN));
        TRY(add_edge(blast, edge, text_bytes(&what), edge->to));
    }
    return OK;
}

/* What could have been ----------------------------------------------------------------------- */

struct access_of_node {
    const struct blast *blast;
    size_t node;
};

static void put_events(const struct interval *interval, struct text *out)
{
    for (size_t i = 0; i < interval->event_count && i < NAMED_EVENTS; i++) {
        text_add(out, "%s%" PRIu64, i == 0 ? "events " : ", ", interval->events[i]);
    }
    if (interval->event_count > NAMED_EVENTS) {
        text_add(out, " and %zu more", interval->event_count - NAMED_EVENTS);
    }
}

static struct status add_interval(void *context, const struct interval *interval)
{
    const struct access_of_node *of = context;
    char thing_memory[2 * LINEAGE_NAME_SIZE], events_memory[LINEAGE_NAME_SIZE];
    struct text thing = TEXT_IN(thing_memory), events = TEXT_IN(events_memory);
    if (!interval->access.allowed) {
        return OK;
    }
    put_thing(of->blast, of->node, &thing);
    put_events(interval, &events);
    bool ended = interval->end != INTERVAL_STILL;
    const struct cell cells[COLUMNS] = {
        cell_string("could read"),
        cell_text(text_bytes(&thing)),
        cell_number(interval->from.utc_us),
        ended ? cell_number(interval->to.utc_us) : cell_absent(),
        cell_string(rule_id(interval->access.rule)),
        cell_text(text_bytes(&events)),
        interval->event_count > 0 ? cell_number(interval->events[0]) : cell_absent(),
        interval->event_count > 0 ? cell_number(interval->events[interval->event_count - 1])
                                  : cell_absent(),
    };
    return rows_add(of->blast->rows, cells);
}

static struct status add_could(struct blast *blast, size_t node)
{
    struct access_of_node of = {.blast = blast, .node = node};
    blast->question.reader = (struct reader){.user = blast->lineage->question.root};
    blast->question.object = blast->lineage->nodes[node].id;
    blast->question.verb = ACCESS_READ;
    return interval_each(&blast->question, blast->basis, add_interval, &of);
}

struct status blast_rows(struct blast *blast)
{
    const struct lineage *lineage = blast->lineage;
    bool for_people = blast->rows->options.format == ROWS_TABLE;
    TRY(rows_begin(blast->rows, columns, for_people ? COLUMNS - PROGRAM_COLUMNS : COLUMNS));
    for (size_t i = 0; i < lineage->node_count; i++) {
        const struct lineage_reach *reach = &lineage->nodes[i].reach[LINEAGE_UP];
        if (lineage->nodes[i].id.kind == ID_FILE && reach->reached) {
            TRY(add_read(blast, i));
            TRY(add_could(blast, i));
        }
    }
    TRY(add_done(blast, true));
    TRY(add_done(blast, false));
    return rows_flush(blast->rows);
}

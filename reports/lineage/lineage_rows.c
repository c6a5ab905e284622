#include "reports/lineage/lineage_rows.h"

/* clang-format off */
static const struct column columns[] = {
    {"from",   NULL,    COLUMN_TEXT,    ALIGN_LEFT},
    {"what",   NULL,    COLUMN_TEXT,    ALIGN_LEFT},
    {"to",     NULL,    COLUMN_TEXT,    ALIGN_LEFT},
    {"class",  NULL,    COLUMN_TEXT,    ALIGN_LEFT},
    {"time",   NULL,    COLUMN_TIME,    ALIGN_LEFT},
    {"event",  NULL,    COLUMN_INTEGER, ALIGN_RIGHT},
    {"last",   NULL,    COLUMN_INTEGER, ALIGN_RIGHT},
    {"events", NULL,    COLUMN_INTEGER, ALIGN_RIGHT},
    {"by",     NULL,    COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

enum {
    COLUMNS = sizeof columns / sizeof columns[0],
};

static struct status add(const struct lineage *lineage, const struct lineage_edge *edge,
                         const struct view *view, struct rows *rows)
{
    char from_memory[LINEAGE_NAME_SIZE], to_memory[LINEAGE_NAME_SIZE];
    char by_memory[LINEAGE_NAME_SIZE];
    struct text from = TEXT_IN(from_memory), to = TEXT_IN(to_memory), by = TEXT_IN(by_memory);
    const struct lineage_node who = {.id = edge->by};
    lineage_put_name(view, &lineage->nodes[edge->from], &from);
    lineage_put_name(view, &lineage->nodes[edge->to], &to);
    lineage_put_name(view, &who, &by);
    const struct cell cells[COLUMNS] = {
        cell_text(text_bytes(&from)),
        cell_string(lineage_words(edge, LINEAGE_DOWN)),
        cell_text(text_bytes(&to)),
        cell_string(flow_class_name(edge->flow->class)),
        cell_number(edge->t_utc_us),
        cell_number(edge->first),
        cell_number(edge->last),
        cell_number(edge->count),
        edge->by.kind == ID_NONE ? cell_absent() : cell_text(text_bytes(&by)),
    };
    return rows_add(rows, cells);
}

/* The next one after `last` in the order of first events, and of edges where they are the same. */
static const struct lineage_edge *next_edge(const struct lineage *lineage,
                                            const struct lineage_edge *last)
{
    const struct lineage_edge *next = NULL;
    for (size_t i = 0; i < lineage->edge_count; i++) {
        const struct lineage_edge *edge = &lineage->edges[i];
        bool after = last == NULL || edge->first > last->first ||
                     (edge->first == last->first && edge > last);
        if (after && (next == NULL || edge->first < next->first)) {
            next = edge;
        }
    }
    return next;
}

struct status lineage_rows(const struct lineage *lineage, const struct view *view,
                           struct rows *rows)
{
    const struct lineage_edge *edge = NULL;
    TRY(rows_begin(rows, columns, COLUMNS));
    while ((edge = next_edge(lineage, edge)) != NULL) {
        TRY(add(lineage, edge, view, rows));
    }
    return rows_flush(rows);
}

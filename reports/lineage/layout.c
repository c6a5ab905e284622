#include "reports/lineage/layout.h"

#include <string.h>

enum {
    SWEEPS = 8,
    SCALE = 1024, /* of a row, for the middle of several */
};

/* What came before the root has a negative step, what came after a positive one. */
static int32_t step_of(const struct lineage_node *node)
{
    const struct lineage_reach *up = &node->reach[LINEAGE_UP], *down = &node->reach[LINEAGE_DOWN];
    bool left = up->reached && (!down->reached || up->depth <= down->depth);
    return left ? -(int32_t)up->depth : (int32_t)down->depth;
}

static void set_columns(const struct lineage *lineage, struct layout *out)
{
    int32_t least = 0, most = 0;
    for (size_t i = 0; i < lineage->node_count; i++) {
        int32_t step = step_of(&lineage->nodes[i]);
        least = step < least ? step : least;
        most = step > most ? step : most;
    }
    for (size_t i = 0; i < lineage->node_count; i++) {
        out->column[i] = (uint32_t)(step_of(&lineage->nodes[i]) - least);
    }
    out->columns = (uint32_t)(most - least) + 1;
}

/* In the order of the nodes, to begin with. */
static void set_rows(const struct lineage *lineage, struct layout *out)
{
    uint32_t used[2 * LINEAGE_DEPTH_MAX + 1] = {0};
    out->rows = 0;
    for (size_t i = 0; i < lineage->node_count; i++) {
        out->row[i] = used[out->column[i]]++;
        out->rows = out->row[i] + 1 > out->rows ? out->row[i] + 1 : out->rows;
    }
}

/* The middle of the neighbours, of whatever column; its own row without any. */
static uint64_t middle_of(const struct lineage *lineage, const struct layout *layout, size_t node)
{
    uint64_t sum = 0, count = 0;
    for (size_t i = 0; i < lineage->edge_count; i++) {
        const struct lineage_edge *edge = &lineage->edges[i];
        if (edge->from == node || edge->to == node) {
            sum += layout->row[edge->from == node ? edge->to : edge->from];
            count++;
        }
    }
    return count == 0 ? (uint64_t)layout->row[node] * SCALE : sum * SCALE / count;
}

/* Orders one column by the middles; of equals, the one that stood higher stays so. */
static void order(const struct lineage *lineage, uint32_t column, struct layout *layout)
{
    uint64_t middles[LAYOUT_NODES_MAX];
    uint32_t rows[LAYOUT_NODES_MAX];
    memcpy(rows, layout->row, sizeof rows);
    for (size_t i = 0; i < lineage->node_count; i++) {
        middles[i] = layout->column[i] == column ? middle_of(lineage, layout, i) : 0;
    }
    for (size_t i = 0; i < lineage->node_count; i++) {
        uint32_t above = 0;
        for (size_t k = 0; k < lineage->node_count && layout->column[i] == column; k++) {
            bool higher =
                middles[k] < middles[i] || (middles[k] == middles[i] && rows[k] < rows[i]);
            above += layout->column[k] == column && higher;
        }
        layout->row[i] = layout->column[i] == column ? above : layout->row[i];
    }
}

bool layout_of(const struct lineage *lineage, struct layout *out)
{
    if (lineage->node_count > LAYOUT_NODES_MAX) {
        return false;
    }
    memset(out, 0, sizeof *out);
    set_columns(lineage, out);
    set_rows(lineage, out);
    for (uint32_t sweep = 0; sweep < SWEEPS; sweep++) {
        for (uint32_t i = 0; i < out->columns; i++) {
            order(lineage, sweep % 2 == 0 ? i : out->columns - 1 - i, out);
        }
    }
    return true;
}

#include "reports/lineage/lineage.h"

#include <assert.h>

static bool is_thing(const struct lineage_node *node, const struct flow_thing *thing)
{
    struct bytes place = thing->place;
    if (thing->id.kind != ID_NONE) {
        return id_equal(node->id, thing->id);
    }
    place.size = place.size > LINEAGE_PLACE_SIZE ? LINEAGE_PLACE_SIZE : place.size;
    return node->id.kind == ID_NONE && bytes_equal(bytes_of(node->place, node->place_size), place);
}

bool lineage_node_of(struct lineage *lineage, const struct flow_thing *thing, uint32_t *out)
{
    for (size_t i = 0; i < lineage->node_count; i++) {
        if (is_thing(&lineage->nodes[i], thing)) {
            *out = (uint32_t)i;
            return true;
        }
    }
    if (lineage->node_count == LINEAGE_NODES_MAX) {
        lineage->cut = true;
        return false;
    }
    struct lineage_node *node = &lineage->nodes[lineage->node_count];
    *node = (struct lineage_node){.id = thing->id};
    if (thing->id.kind == ID_NONE) {
        size_t size = thing->place.size;
        node->place_size = size > LINEAGE_PLACE_SIZE ? LINEAGE_PLACE_SIZE : size;
        memcpy(node->place, thing->place.data, node->place_size);
    }
    *out = (uint32_t)lineage->node_count++;
    return true;
}

struct lineage_edge *lineage_edge_of(struct lineage *lineage, uint32_t from, uint32_t to,
                                     const struct flow *flow, bool holds)
{
    for (size_t i = 0; i < lineage->edge_count; i++) {
        struct lineage_edge *edge = &lineage->edges[i];
        if (edge->from == from && edge->to == to && edge->flow == flow && edge->holds == holds) {
            return edge;
        }
    }
    if (lineage->edge_count == LINEAGE_EDGES_MAX) {
        lineage->cut = true;
        return NULL;
    }
    struct lineage_edge *edge = &lineage->edges[lineage->edge_count++];
    *edge = (struct lineage_edge){.from = from, .to = to, .flow = flow, .holds = holds};
    return edge;
}

uint32_t lineage_other(const struct lineage_edge *edge, enum lineage_direction direction)
{
    return direction == LINEAGE_DOWN ? edge->to : edge->from;
}

const char *lineage_stop_words(enum lineage_stop stop)
{
    static const char *const words[STOP_COUNT] = {
        [STOP_NOWHERE] = "",
        [STOP_DEPTH] = "not followed further",
        [STOP_LIMIT] = "no room for more",
        [STOP_OUTSIDE] = "outside",
        [STOP_NOT_READ] = "nothing is known to have moved",
    };
    assert(stop < STOP_COUNT);
    return words[stop];
}

bool lineage_is_right(const struct lineage_edge *edge)
{
    return edge->flow->class == FLOW_GIVEN || edge->flow->class == FLOW_HELD;
}

const char *lineage_words(const struct lineage_edge *edge, enum lineage_direction direction)
{
    bool down = direction == LINEAGE_DOWN;
    return down != edge->holds ? edge->flow->down : edge->flow->up;
}

#include "tests/reports/lineage/sketch.h"

#include <stdlib.h>

const struct flow *sketch_flow(enum event_kind kind)
{
    for (size_t i = 0; i < flow_count; i++) {
        if (flows[i].kind == kind && !flows[i].ends) {
            return &flows[i];
        }
    }
    return NULL;
}

static uint32_t node(struct lineage *lineage, struct id id, const char *place)
{
    uint32_t out = 0;
    struct flow_thing thing = {.id = id, .place = bytes_of_string(place)};
    (void)lineage_node_of(lineage, &thing, &out);
    return out;
}

static void edge(struct lineage *lineage, uint32_t from, uint32_t to, enum event_kind kind,
                 uint64_t n)
{
    struct lineage_edge *edge = lineage_edge_of(lineage, from, to, sketch_flow(kind), false);
    bool up = to == 0;
    edge->first = edge->last = n;
    edge->count = 1;
    edge->by = (struct id){ID_USER, 13};
    edge->t_utc_us = edge->last_utc_us = n * 1000000;
    edge->in[up ? LINEAGE_UP : LINEAGE_DOWN] = true;
}

static void reach(struct lineage *lineage, uint32_t i, enum lineage_direction direction,
                  uint32_t depth, enum lineage_stop stop)
{
    lineage->nodes[i].reach[direction] = (struct lineage_reach){
        .reached = true, .expanded = stop == STOP_NOWHERE, .depth = depth, .stop = stop};
}

struct lineage *sketch_make(void)
{
    struct lineage *lineage = calloc(1, sizeof *lineage);
    struct id none = {ID_NONE, 0};
    lineage->question = (struct lineage_question){
        .root = {ID_FILE, 55}, .go = {true, true}, .depth = 4, .until = 90};
    uint32_t file = node(lineage, lineage->question.root, "");
    uint32_t maker = node(lineage, (struct id){ID_USER, 13}, "");
    uint32_t group = node(lineage, (struct id){ID_GROUP, 48}, "");
    uint32_t reader = node(lineage, (struct id){ID_USER, 15}, "");
    uint32_t place = node(lineage, none, SKETCH_HOSTILE);
    uint32_t copy = node(lineage, (struct id){ID_FILE, 80}, "");
    edge(lineage, maker, file, EVENT_VAULT_FILE_CREATED, 55);
    edge(lineage, maker, file, EVENT_VAULT_CHUNK_WRITTEN, 56);
    edge(lineage, file, group, EVENT_VAULT_FILE_SHARED, 61);
    edge(lineage, file, reader, EVENT_VAULT_CHUNK_READ, 70);
    edge(lineage, file, place, EVENT_VAULT_FILE_DOWNLOADED, 72);
    edge(lineage, reader, copy, EVENT_VAULT_CHUNK_WRITTEN, 81);
    lineage->edges[1].last = 58;
    lineage->edges[1].count = 3;
    reach(lineage, file, LINEAGE_UP, 0, STOP_NOWHERE);
    reach(lineage, file, LINEAGE_DOWN, 0, STOP_NOWHERE);
    reach(lineage, maker, LINEAGE_UP, 1, STOP_NOWHERE);
    reach(lineage, group, LINEAGE_DOWN, 1, STOP_NOT_READ);
    reach(lineage, reader, LINEAGE_DOWN, 1, STOP_NOWHERE);
    reach(lineage, place, LINEAGE_DOWN, 1, STOP_OUTSIDE);
    reach(lineage, copy, LINEAGE_DOWN, 2, STOP_DEPTH);
    lineage->nodes[file].tags[0] = (struct lineage_tag){55, {ID_PROJECT, 26}};
    lineage->nodes[file].tags[1] = (struct lineage_tag){75, {ID_NONE, 0}};
    lineage->nodes[file].tag_count = 2;
    lineage->size = 90;
    return lineage;
}

void sketch_show(struct capture *capture)
{
    capture_begin(capture, &(struct rows_options){.format = ROWS_CSV});
}

const char *sketch_shown(struct capture *capture)
{
    capture_end(capture);
    return capture->text;
}

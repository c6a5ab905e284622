#include "reports/lineage/graph_json.h"

#include "reports/json_out.h"
#include "reports/naming.h"

static const char *const direction_names[LINEAGE_DIRECTIONS] = {
    [LINEAGE_UP] = "up",
    [LINEAGE_DOWN] = "down",
};

static void put_id(struct json_out *json, const char *name, struct id id)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    id_write(&text, id);
    json_out_text(json, name, text_bytes(&text));
}

static void put_question(struct json_out *json, const struct lineage *lineage)
{
    const struct lineage_question *question = &lineage->question;
    put_id(json, "root", question->root);
    json_out_array(json, "directions");
    for (size_t i = 0; i < LINEAGE_DIRECTIONS; i++) {
        if (question->go[i]) {
            json_out_string(json, NULL, direction_names[i]);
        }
    }
    json_out_close(json);
    json_out_flag(json, "could", question->could);
    json_out_number(json, "depth", question->depth);
    json_out_number(json, "since", question->since);
    json_out_number(json, "until", question->until);
    json_out_number(json, "size", lineage->size);
    json_out_flag(json, "cut", lineage->cut);
}

static void put_reach(struct json_out *json, const char *name, const struct lineage_reach *reach)
{
    if (!reach->reached) {
        return;
    }
    json_out_object(json, name);
    json_out_number(json, "depth", reach->depth);
    json_out_flag(json, "could", reach->could);
    if (reach->stop != STOP_NOWHERE) {
        json_out_string(json, "stop", lineage_stop_words(reach->stop));
    }
    json_out_close(json);
}

static void put_tags(struct json_out *json, const struct lineage_node *node)
{
    json_out_array(json, "tags");
    for (size_t i = 0; i < node->tag_count && i < LINEAGE_TAGS_MAX; i++) {
        json_out_object(json, NULL);
        json_out_number(json, "event", node->tags[i].n);
        if (node->tags[i].project.kind != ID_NONE) {
            put_id(json, "project", node->tags[i].project);
        }
        json_out_close(json);
    }
    json_out_close(json);
}

static void put_node(struct json_out *json, const struct lineage_node *node, size_t i,
                     const struct view *view)
{
    char memory[LINEAGE_NAME_SIZE];
    struct text name = TEXT_IN(memory);
    json_out_object(json, NULL);
    json_out_number(json, "node", i);
    if (node->id.kind == ID_NONE) {
        json_out_text(json, "place", bytes_of(node->place, node->place_size));
    } else {
        put_id(json, "id", node->id);
        if (view != NULL && naming_put_name(view, node->id, &name)) {
            json_out_text(json, "name", text_bytes(&name));
        }
    }
    put_tags(json, node);
    for (size_t k = 0; k < LINEAGE_DIRECTIONS; k++) {
        put_reach(json, direction_names[k], &node->reach[k]);
    }
    json_out_close(json);
}

static void put_edge(struct json_out *json, const struct lineage_edge *edge)
{
    json_out_object(json, NULL);
    json_out_number(json, "from", edge->from);
    json_out_number(json, "to", edge->to);
    json_out_string(json, "class", flow_class_name(edge->flow->class));
    json_out_string(json, "what", lineage_words(edge, LINEAGE_DOWN));
    json_out_string(json, "kind", event_name(edge->flow->kind));
    json_out_number(json, "first", edge->first);
    json_out_number(json, "last", edge->last);
    json_out_number(json, "events", edge->count);
    json_out_time(json, "time", edge->t_utc_us);
    if (edge->by.kind != ID_NONE) {
        put_id(json, "by", edge->by);
    }
    json_out_close(json);
}

void lineage_graph_json(const struct lineage *lineage, const struct view *view,
                        struct output *output)
{
    struct json_out json;
    json_out_init(&json, output, 2);
    json_out_object(&json, NULL);
    put_question(&json, lineage);
    json_out_array(&json, "nodes");
    for (size_t i = 0; i < lineage->node_count; i++) {
        put_node(&json, &lineage->nodes[i], i, view);
    }
    json_out_close(&json);
    json_out_array(&json, "edges");
    for (size_t i = 0; i < lineage->edge_count; i++) {
        put_edge(&json, &lineage->edges[i]);
    }
    json_out_close(&json);
    json_out_close(&json);
    output_put_char(output, '\n');
}

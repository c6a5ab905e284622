#include "reports/lineage/prov.h"

#include "reports/json_out.h"

#include <inttypes.h>

/* A document on its way. */
struct prov {
    const struct lineage *lineage;
    const struct view *view;
    struct json_out json;
    char name[LINEAGE_NAME_SIZE]; /* of the member that is open: the writer lends it */
    uint64_t relations;           /* so far: each has a name of its own */
};

/* Names -------------------------------------------------------------------------------------- */

/* A qualified name has no colon but the one after its prefix. */
static void put_node_name(const struct prov *prov, size_t i, struct text *out)
{
    const struct lineage_node *node = &prov->lineage->nodes[i];
    text_put_literal(out, "cairn:");
    if (node->id.kind == ID_NONE) {
        text_add(out, "place_%zu", i);
    } else {
        text_add(out, "%s_%" PRIu64, id_infos[node->id.kind].name, node->id.n);
    }
}

static void put_act_name(const struct prov *prov, const struct lineage_edge *edge, struct text *out)
{
    text_add(out, "cairn:e%" PRIu64 "_%zu", edge->first, (size_t)(edge - prov->lineage->edges));
}

static void open_named(struct prov *prov, const struct text *name)
{
    memcpy(prov->name, name->data, name->size);
    prov->name[name->size] = '\0';
    json_out_object(&prov->json, prov->name);
}

static void refer_node(struct prov *prov, const char *member, size_t i)
{
    char memory[96];
    struct text name = TEXT_IN(memory);
    put_node_name(prov, i, &name);
    json_out_text(&prov->json, member, text_bytes(&name));
}

static void refer_act(struct prov *prov, const char *member, const struct lineage_edge *edge)
{
    char memory[96];
    struct text name = TEXT_IN(memory);
    put_act_name(prov, edge, &name);
    json_out_text(&prov->json, member, text_bytes(&name));
}

/* A relation is called `_:r1`, as what has no name of its own is. */
static void open_relation(struct prov *prov)
{
    char memory[32];
    struct text name = TEXT_IN(memory);
    text_add(&name, "_:r%" PRIu64, ++prov->relations);
    open_named(prov, &name);
}

/* What is what ------------------------------------------------------------------------------- */

static bool is_agent(const struct prov *prov, size_t i)
{
    return prov->lineage->nodes[i].id.kind == ID_USER;
}

static bool is_act(const struct lineage_edge *edge)
{
    return flow_carries(edge->flow);
}

/* Whether an edge before this one is an act between the same two things. */
static bool is_again(const struct prov *prov, const struct lineage_edge *edge)
{
    const struct lineage_edge *edges = prov->lineage->edges;
    for (size_t i = 0; &edges[i] < edge; i++) {
        if (is_act(&edges[i]) && edges[i].from == edge->from && edges[i].to == edge->to) {
            return true;
        }
    }
    return false;
}

static size_t node_of_user(const struct prov *prov, struct id user)
{
    for (size_t i = 0; i < prov->lineage->node_count; i++) {
        if (id_equal(prov->lineage->nodes[i].id, user)) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* Things ------------------------------------------------------------------------------------- */

static void put_label(struct prov *prov, size_t i)
{
    char memory[LINEAGE_NAME_SIZE];
    struct text name = TEXT_IN(memory);
    lineage_put_name(prov->view, &prov->lineage->nodes[i], &name);
    json_out_text(&prov->json, "prov:label", text_bytes(&name));
}

static const char *type_of(enum id_kind kind)
{
    if (kind == ID_USER) {
        return "prov:Person";
    }
    return kind == ID_DIR || kind == ID_GROUP ? "prov:Collection" : NULL;
}

static void put_thing(struct prov *prov, size_t i)
{
    char memory[96];
    struct text name = TEXT_IN(memory);
    const char *type = type_of(prov->lineage->nodes[i].id.kind);
    put_node_name(prov, i, &name);
    open_named(prov, &name);
    put_label(prov, i);
    if (type != NULL) {
        json_out_object(&prov->json, "prov:type");
        json_out_string(&prov->json, "$", type);
        json_out_string(&prov->json, "type", "xsd:QName");
        json_out_close(&prov->json);
    }
    json_out_close(&prov->json);
}

static void put_things(struct prov *prov, const char *member, bool agents)
{
    json_out_optional_object(&prov->json, member);
    for (size_t i = 0; i < prov->lineage->node_count; i++) {
        if (is_agent(prov, i) == agents) {
            put_thing(prov, i);
        }
    }
    json_out_close(&prov->json);
}

static void put_activities(struct prov *prov)
{
    json_out_optional_object(&prov->json, "activity");
    for (size_t i = 0; i < prov->lineage->edge_count; i++) {
        char memory[96];
        struct text name = TEXT_IN(memory);
        const struct lineage_edge *edge = &prov->lineage->edges[i];
        if (!is_act(edge)) {
            continue;
        }
        put_act_name(prov, edge, &name);
        open_named(prov, &name);
        json_out_time(&prov->json, "prov:startTime", edge->t_utc_us);
        json_out_time(&prov->json, "prov:endTime", edge->last_utc_us);
        json_out_string(&prov->json, "prov:label", event_name(edge->flow->kind));
        json_out_number(&prov->json, "cairn:first", edge->first);
        json_out_number(&prov->json, "cairn:last", edge->last);
        json_out_number(&prov->json, "cairn:events", edge->count);
        json_out_close(&prov->json);
    }
    json_out_close(&prov->json);
}

/* Relations ---------------------------------------------------------------------------------- */

static void put_used(struct prov *prov)
{
    json_out_optional_object(&prov->json, "used");
    for (size_t i = 0; i < prov->lineage->edge_count; i++) {
        const struct lineage_edge *edge = &prov->lineage->edges[i];
        if (is_act(edge) && !is_agent(prov, edge->from)) {
            open_relation(prov);
            refer_act(prov, "prov:activity", edge);
            refer_node(prov, "prov:entity", edge->from);
            json_out_time(&prov->json, "prov:time", edge->t_utc_us);
            json_out_close(&prov->json);
        }
    }
    json_out_close(&prov->json);
}

static void put_generated(struct prov *prov)
{
    json_out_optional_object(&prov->json, "wasGeneratedBy");
    for (size_t i = 0; i < prov->lineage->edge_count; i++) {
        const struct lineage_edge *edge = &prov->lineage->edges[i];
        if (is_act(edge) && !is_agent(prov, edge->to)) {
            open_relation(prov);
            refer_node(prov, "prov:entity", edge->to);
            refer_act(prov, "prov:activity", edge);
            json_out_time(&prov->json, "prov:time", edge->t_utc_us);
            json_out_close(&prov->json);
        }
    }
    json_out_close(&prov->json);
}

static void put_associated(struct prov *prov)
{
    json_out_optional_object(&prov->json, "wasAssociatedWith");
    for (size_t i = 0; i < prov->lineage->edge_count; i++) {
        const struct lineage_edge *edge = &prov->lineage->edges[i];
        size_t who = edge->by.kind == ID_NONE ? SIZE_MAX : node_of_user(prov, edge->by);
        if (is_act(edge) && who != SIZE_MAX) {
            open_relation(prov);
            refer_act(prov, "prov:activity", edge);
            refer_node(prov, "prov:agent", who);
            json_out_close(&prov->json);
        }
    }
    json_out_close(&prov->json);
}

static void put_attributed(struct prov *prov)
{
    json_out_optional_object(&prov->json, "wasAttributedTo");
    for (size_t i = 0; i < prov->lineage->edge_count; i++) {
        const struct lineage_edge *edge = &prov->lineage->edges[i];
        if (is_act(edge) && is_agent(prov, edge->from) && !is_agent(prov, edge->to) &&
            !is_again(prov, edge)) {
            open_relation(prov);
            refer_node(prov, "prov:entity", edge->to);
            refer_node(prov, "prov:agent", edge->from);
            json_out_close(&prov->json);
        }
    }
    json_out_close(&prov->json);
}

static void put_derivation(struct prov *prov, uint32_t to, uint32_t from, const char *certainty)
{
    open_relation(prov);
    refer_node(prov, "prov:generatedEntity", to);
    refer_node(prov, "prov:usedEntity", from);
    json_out_string(&prov->json, "cairn:certainty", certainty);
    json_out_close(&prov->json);
}

/* Whether somebody read that before the last time that she wrote this. */
static bool read_before(const struct prov *prov, const struct lineage_edge *read,
                        const struct lineage_edge *write)
{
    uint64_t first = UINT64_MAX, last = 0;
    for (size_t i = 0; i < prov->lineage->edge_count; i++) {
        const struct lineage_edge *edge = &prov->lineage->edges[i];
        if (is_act(edge) && edge->from == read->from && edge->to == read->to) {
            first = edge->first < first ? edge->first : first;
        }
        if (is_act(edge) && edge->from == write->from && edge->to == write->to) {
            last = edge->last > last ? edge->last : last;
        }
    }
    return first < last;
}

/* What somebody read, and later wrote something else: once for each two things. */
static void put_possible(struct prov *prov, const struct lineage_edge *read)
{
    for (size_t i = 0; i < prov->lineage->edge_count; i++) {
        const struct lineage_edge *write = &prov->lineage->edges[i];
        if (is_act(write) && write->from == read->to && write->to != read->from &&
            !is_agent(prov, write->to) && !is_again(prov, write) &&
            read_before(prov, read, write)) {
            put_derivation(prov, write->to, read->from, "possible");
        }
    }
}

static void put_derived(struct prov *prov)
{
    json_out_optional_object(&prov->json, "wasDerivedFrom");
    for (size_t i = 0; i < prov->lineage->edge_count; i++) {
        const struct lineage_edge *edge = &prov->lineage->edges[i];
        if (!is_act(edge) || is_agent(prov, edge->from) || is_again(prov, edge)) {
            continue;
        }
        if (is_agent(prov, edge->to)) {
            put_possible(prov, edge);
        } else {
            put_derivation(prov, edge->to, edge->from, "recorded");
        }
    }
    json_out_close(&prov->json);
}

static void put_influences(struct prov *prov)
{
    json_out_optional_object(&prov->json, "wasInfluencedBy");
    for (size_t i = 0; i < prov->lineage->edge_count; i++) {
        const struct lineage_edge *edge = &prov->lineage->edges[i];
        if (is_act(edge)) {
            continue;
        }
        open_relation(prov);
        refer_node(prov, "prov:influencee", edge->to);
        refer_node(prov, "prov:influencer", edge->from);
        json_out_string(&prov->json, "prov:label", lineage_words(edge, LINEAGE_DOWN));
        json_out_number(&prov->json, "cairn:event", edge->first);
        json_out_close(&prov->json);
    }
    json_out_close(&prov->json);
}

void lineage_prov(const struct lineage *lineage, const struct view *view, struct output *output)
{
    struct prov prov = {.lineage = lineage, .view = view};
    json_out_init(&prov.json, output, 2);
    json_out_object(&prov.json, NULL);
    json_out_object(&prov.json, "prefix");
    json_out_string(&prov.json, "cairn", "urn:cairn:");
    json_out_close(&prov.json);
    put_things(&prov, "entity", false);
    put_things(&prov, "agent", true);
    put_activities(&prov);
    put_used(&prov);
    put_generated(&prov);
    put_associated(&prov);
    put_attributed(&prov);
    put_derived(&prov);
    put_influences(&prov);
    json_out_close(&prov.json);
    output_put_char(output, '\n');
}

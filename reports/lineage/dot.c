#include "reports/lineage/dot.h"

#include "reports/glyph.h"

#include <inttypes.h>

/* Within quotes a backslash is a backslash only when doubled. */
static void put_quoted(struct output *output, struct bytes text)
{
    struct glyph glyph;
    char memory[64];
    while (glyph_next(&text, &glyph)) {
        struct text shown = TEXT_IN(memory);
        glyph_put(&glyph, &shown);
        struct bytes bytes = text_bytes(&shown);
        for (size_t i = 0; i < bytes.size; i++) {
            if (bytes.data[i] == '"' || bytes.data[i] == '\\') {
                output_put_char(output, '\\');
            }
            output_put_char(output, (char)bytes.data[i]);
        }
    }
}

static const char *shape_of(const struct lineage_node *node)
{
    switch ((unsigned)node->id.kind) {
    case ID_NONE:
        return "cds";
    case ID_USER:
        return "ellipse";
    case ID_GROUP:
        return "hexagon";
    case ID_DIR:
        return "folder";
    case ID_FILE:
        return "note";
    case ID_DRIVE:
    case ID_SNAPSHOT:
        return "cylinder";
    case ID_VM:
        return "component";
    default:
        return "box";
    }
}

static enum lineage_stop stop_of(const struct lineage_node *node)
{
    for (size_t i = 0; i < LINEAGE_DIRECTIONS; i++) {
        if (node->reach[i].reached && node->reach[i].stop != STOP_NOWHERE) {
            return node->reach[i].stop;
        }
    }
    return STOP_NOWHERE;
}

static void put_node(const struct lineage *lineage, const struct view *view, size_t i,
                     struct output *output)
{
    char name_memory[LINEAGE_NAME_SIZE], tags_memory[LINEAGE_NAME_SIZE];
    struct text name = TEXT_IN(name_memory), tags = TEXT_IN(tags_memory);
    const struct lineage_node *node = &lineage->nodes[i];
    const char *stop = lineage_stop_words(stop_of(node));
    lineage_put_name(view, node, &name);
    lineage_put_tags(view, node, &tags);
    output_add(output, "  n%zu [shape=%s, label=\"", i, shape_of(node));
    put_quoted(output, text_bytes(&name));
    if (tags.size > 0) {
        output_put_string(output, "\\n");
        put_quoted(output, text_bytes(&tags));
    }
    if (stop[0] != '\0') {
        output_add(output, "\\n(%s)", stop);
    }
    output_add(output, "\"%s];\n", i == 0 ? ", peripheries=2" : "");
}

static void put_edge(const struct lineage_edge *edge, struct output *output)
{
    char memory[128];
    struct text events = TEXT_IN(memory);
    const char *style = lineage_is_right(edge) ? ", style=dashed" : "";
    lineage_put_events(edge, &events);
    output_add(output, "  n%" PRIu32 " -> n%" PRIu32 " [label=\"%s\\n%s\"%s];\n", edge->from,
               edge->to, lineage_words(edge, LINEAGE_DOWN), text_string(&events),
               edge->flow->class == FLOW_INSIDE ? ", style=dotted" : style);
}

void lineage_dot(const struct lineage *lineage, const struct view *view, struct output *output)
{
    output_put_string(output, "digraph lineage {\n  rankdir=LR;\n"
                              "  node [fontname=\"sans-serif\"];\n"
                              "  edge [fontname=\"sans-serif\", fontsize=10];\n");
    for (size_t i = 0; i < lineage->node_count; i++) {
        put_node(lineage, view, i, output);
    }
    for (size_t i = 0; i < lineage->edge_count; i++) {
        put_edge(&lineage->edges[i], output);
    }
    output_put_string(output, "}\n");
}

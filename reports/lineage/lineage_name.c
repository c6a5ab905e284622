#include "reports/lineage/lineage_name.h"

#include "reports/naming.h"

#include <inttypes.h>

static void put_id(const struct view *view, struct id id, struct text *out)
{
    if (view != NULL) {
        naming_put(view, id, out);
    } else {
        id_write(out, id);
    }
}

void lineage_put_name(const struct view *view, const struct lineage_node *node, struct text *out)
{
    if (node->id.kind != ID_NONE) {
        put_id(view, node->id, out);
        return;
    }
    text_put_literal(out, "outside: ");
    text_put(out, node->place, node->place_size);
}

static void put_tag(const struct view *view, struct id project, struct text *out)
{
    if (project.kind == ID_NONE) {
        text_put_literal(out, "no tag");
    } else if (view == NULL || !naming_put_name(view, project, out)) {
        id_write(out, project);
    }
}

void lineage_put_tags(const struct view *view, const struct lineage_node *node, struct text *out)
{
    size_t kept = node->tag_count < LINEAGE_TAGS_MAX ? node->tag_count : LINEAGE_TAGS_MAX;
    for (size_t i = 0; i < kept; i++) {
        text_put_string(out, i == 0 ? "[" : "; ");
        put_tag(view, node->tags[i].project, out);
        text_add(out, " from event %" PRIu64, node->tags[i].n);
    }
    if (node->tag_count > kept) {
        text_add(out, "; %zu more", node->tag_count - kept);
    }
    text_put_string(out, kept > 0 ? "]" : "");
}

void lineage_put_events(const struct lineage_edge *edge, struct text *out)
{
    if (edge->count <= 1) {
        text_add(out, "event %" PRIu64, edge->first);
    } else {
        text_add(out, "%" PRIu64 " events, %" PRIu64 " to %" PRIu64, edge->count, edge->first,
                 edge->last);
    }
}

#include "reports/lineage/tree.h"

#include "reports/glyph.h"

/* A tree on its way. */
struct drawing {
    const struct lineage *lineage;
    const struct view *view;
    enum lineage_direction direction;
    bool ascii;
    bool opened[LINEAGE_NODES_MAX];
    bool more[LINEAGE_DEPTH_MAX + 1]; /* of each level, whether lines of it are to come */
    struct output *output;
};

/* Lines -------------------------------------------------------------------------------------- */

static void put_foreign(const struct drawing *tree, struct bytes text)
{
    struct glyph glyph;
    char memory[64];
    while (glyph_next(&text, &glyph)) {
        struct text shown = TEXT_IN(memory);
        glyph_put(&glyph, &shown);
        output_put_bytes(tree->output, text_bytes(&shown));
    }
}

static void put_node(const struct drawing *tree, const struct lineage_node *node)
{
    char memory[LINEAGE_NAME_SIZE];
    struct text text = TEXT_IN(memory);
    lineage_put_name(tree->view, node, &text);
    if (node->tag_count > 0) {
        text_put_char(&text, ' ');
        lineage_put_tags(tree->view, node, &text);
    }
    put_foreign(tree, text_bytes(&text));
}

static void put_branches(const struct drawing *tree, uint32_t level)
{
    for (uint32_t i = 1; i < level; i++) {
        const char *rule = tree->ascii ? "|  " : "│  ";
        output_put_string(tree->output, tree->more[i] ? rule : "   ");
    }
    if (tree->more[level]) {
        output_put_string(tree->output, tree->ascii ? "|- " : "├─ ");
    } else {
        output_put_string(tree->output, tree->ascii ? "`- " : "└─ ");
    }
}

static void put_end(const struct drawing *tree, const struct lineage_node *node, bool again)
{
    const struct lineage_reach *reach = &node->reach[tree->direction];
    const char *stop = lineage_stop_words(reach->stop);
    if (again) {
        output_put_string(tree->output, "  (shown elsewhere)");
    } else if (stop[0] != '\0' && reach->stop != STOP_OUTSIDE) {
        output_add(tree->output, "  (%s)", stop);
    }
    output_put_char(tree->output, '\n');
}

/* Edges -------------------------------------------------------------------------------------- */

static bool is_child(const struct drawing *tree, const struct lineage_edge *edge, uint32_t node)
{
    bool down = tree->direction == LINEAGE_DOWN;
    return edge->in[tree->direction] && (down ? edge->from : edge->to) == node;
}

/* Whether an edge before it, in the order of events, leads to the same thing: one line has both. */
static bool is_first(const struct drawing *tree, const struct lineage_edge *edge, uint32_t node)
{
    for (size_t i = 0; i < tree->lineage->edge_count; i++) {
        const struct lineage_edge *other = &tree->lineage->edges[i];
        bool before = other->first < edge->first || (other->first == edge->first && other < edge);
        if (before && is_child(tree, other, node) &&
            lineage_other(other, tree->direction) == lineage_other(edge, tree->direction)) {
            return false;
        }
    }
    return true;
}

/* The next one after `last` in the order of first events. */
static const struct lineage_edge *next_child(const struct drawing *tree, uint32_t node,
                                             const struct lineage_edge *last)
{
    const struct lineage_edge *next = NULL;
    for (size_t i = 0; i < tree->lineage->edge_count; i++) {
        const struct lineage_edge *edge = &tree->lineage->edges[i];
        bool after = last == NULL || edge->first > last->first ||
                     (edge->first == last->first && edge > last);
        if (is_child(tree, edge, node) && after && (next == NULL || edge->first < next->first) &&
            is_first(tree, edge, node)) {
            next = edge;
        }
    }
    return next;
}

/* The words of all edges that lead there, and all their events as one. */
static void put_words(const struct drawing *tree, const struct lineage_edge *edge, uint32_t node,
                      struct lineage_edge *all)
{
    bool some = false;
    *all = *edge;
    all->count = 0;
    for (size_t i = 0; i < tree->lineage->edge_count; i++) {
        const struct lineage_edge *other = &tree->lineage->edges[i];
        if (!is_child(tree, other, node) ||
            lineage_other(other, tree->direction) != lineage_other(edge, tree->direction)) {
            continue;
        }
        bool could = lineage_is_right(other) && tree->lineage->question.could;
        output_add(tree->output, "%s%s%s", some ? ", " : "", could ? "could: " : "",
                   lineage_words(other, tree->direction));
        all->count += other->count;
        all->last = other->last > all->last ? other->last : all->last;
        some = true;
    }
}

static void put_line(const struct drawing *tree, const struct lineage_edge *edge, uint32_t level,
                     uint32_t parent, bool again)
{
    char memory[128];
    struct lineage_edge all;
    struct text events = TEXT_IN(memory);
    const struct lineage_node *node = &tree->lineage->nodes[lineage_other(edge, tree->direction)];
    put_branches(tree, level);
    put_words(tree, edge, parent, &all);
    output_put_char(tree->output, ' ');
    put_node(tree, node);
    lineage_put_events(&all, &events);
    output_put_string(tree->output, "  ");
    output_put_bytes(tree->output, text_bytes(&events));
    put_end(tree, node, again);
}

/* Whether it is shown open here: where it is nearest to the root, the first time. */
static bool opens(const struct drawing *tree, uint32_t node, uint32_t level)
{
    const struct lineage_reach *reach = &tree->lineage->nodes[node].reach[tree->direction];
    return !tree->opened[node] && reach->expanded && reach->depth == level;
}

/* What is open: the edge that led there, and at each level the one that is being shown. */
static void put_below_root(struct drawing *tree)
{
    const struct lineage_edge *path[LINEAGE_DEPTH_MAX + 1] = {NULL};
    uint32_t nodes[LINEAGE_DEPTH_MAX + 1] = {0}, level = 1;
    tree->opened[0] = true;
    while (level > 0) {
        path[level] = next_child(tree, nodes[level - 1], path[level]);
        if (path[level] == NULL) {
            level--;
            continue;
        }
        uint32_t other = lineage_other(path[level], tree->direction);
        bool open = opens(tree, other, level) && level < LINEAGE_DEPTH_MAX;
        bool again = !open && tree->lineage->nodes[other].reach[tree->direction].expanded;
        tree->more[level] = next_child(tree, nodes[level - 1], path[level]) != NULL;
        put_line(tree, path[level], level, nodes[level - 1], again);
        if (open) {
            tree->opened[other] = true;
            nodes[level] = other;
            level++;
            path[level] = NULL;
        }
    }
}

void lineage_tree(const struct lineage *lineage, const struct view *view,
                  enum lineage_direction direction, const struct tree_style *style,
                  struct output *output)
{
    struct drawing tree = {.lineage = lineage,
                           .view = view,
                           .direction = direction,
                           .ascii = style->ascii,
                           .output = output};
    if (style->titled) {
        output_put_string(output,
                          direction == LINEAGE_UP ? "where it came from\n" : "where it went\n");
    }
    put_node(&tree, &lineage->nodes[0]);
    output_put_char(output, '\n');
    put_below_root(&tree);
}

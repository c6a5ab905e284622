#include "reports/labels/combine.h"

#include "core/access/access.h"
#include "core/project/label.h"

#include <assert.h>

/* What there is to know of a sort of holders: another sort is another row. */
static const struct {
    const char *name;
    enum query_member member; /* by which the log knows what it did */
} sorts[HOLDER_SORT_COUNT] = {
    [HOLDER_SESSION] = {"session", QUERY_SESSION},
    [HOLDER_USER] = {"user", QUERY_ACTOR},
    [HOLDER_VM] = {"vm", QUERY_ON},
};

const char *holder_sort_name(enum holder_sort sort)
{
    assert(sort < HOLDER_SORT_COUNT);
    return sorts[sort].name;
}

/* A search on its way. */
struct search {
    const struct combine_question *question;
    struct view view;
    struct combine *out;
    size_t at;     /* the node that is being looked at */
    uint32_t best; /* steps of the shortest path that was found; UINT32_MAX: none */
};

/* Queries ------------------------------------------------------------------------------------ */

static struct moment position(uint64_t n)
{
    return (struct moment){.kind = MOMENT_POSITION, .value = n};
}

static struct status add_id(struct query *query, enum query_member member, struct id id)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    id_write(&text, id);
    return query_add(query, member, text_bytes(&text));
}

static struct status add_kind(struct query *query, enum event_kind kind)
{
    return query_add(query, QUERY_KIND, bytes_of_string(event_name(kind)));
}

static struct status ask(struct search *search, const struct query *query, query_visit *visit)
{
    struct query_outcome outcome;
    return query_run(query, search->question->log, search->question->index, visit, search,
                     &outcome);
}

/* Nodes -------------------------------------------------------------------------------------- */

/* The place itself, if it has been come to before by what includes this. */
static bool is_known(const struct combine *out, struct id id, uint64_t before)
{
    for (size_t i = 0; i < out->node_count; i++) {
        if (id_equal(out->nodes[i].id, id) && out->nodes[i].before >= before) {
            return true;
        }
    }
    return false;
}

static bool add_node(struct search *search, const struct combine_node *node)
{
    struct combine *out = search->out;
    if (out->node_count == COMBINE_NODES_MAX) {
        out->incomplete = true;
        return false;
    }
    out->nodes[out->node_count++] = *node;
    return true;
}

/* Labels ------------------------------------------------------------------------------------- */

static void note_pair(struct search *search, size_t a, size_t b)
{
    struct combine *out = search->out;
    uint32_t steps = out->nodes[out->labels[a].node].steps + out->nodes[out->labels[b].node].steps;
    if (steps < search->best) {
        search->best = steps;
        out->combined = true;
        out->a = a;
        out->b = b;
    }
}

static bool has_label(const struct combine *out, struct id label)
{
    for (size_t i = 0; i < out->label_count; i++) {
        if (id_equal(out->labels[i].label, label)) {
            return true;
        }
    }
    return false;
}

/* A label is first met where it is nearest. */
static void note_label(struct search *search, struct id label, size_t node)
{
    struct combine *out = search->out;
    if (label.kind == ID_NONE || has_label(out, label) || out->label_count == COMBINE_LABELS_MAX) {
        return;
    }
    size_t added = out->label_count++;
    out->labels[added] = (struct combine_label){.label = label, .node = node};
    for (size_t i = 0; i < added; i++) {
        const struct id pair[] = {out->labels[i].label, label};
        if (!label_is_chain(&search->view, pair, 2)) {
            note_pair(search, i, added);
        }
    }
}

/* Steps back --------------------------------------------------------------------------------- */

/* A holder has seen a file. Which labels it had counts each time; where its content came from once,
 * as late as possible. */
static struct status meet_file(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct search *search = context;
    struct combine *out = search->out;
    const struct combine_node *here = &out->nodes[search->at];
    (void)bytes;
    if (leaf->on_count == 0 || leaf->on[0].kind != ID_FILE) {
        return OK;
    }
    search->view.as_of_n = leaf->n;
    search->view.now_utc_us = leaf->t_utc_us;
    const struct combine_node node = {.id = leaf->on[0],
                                      .before = leaf->n,
                                      .event = leaf->n,
                                      .parent = search->at,
                                      .steps = here->steps + 1,
                                      .label = access_label(&search->view, leaf->on[0])};
    bool is_new = node.label.kind != ID_NONE && !has_label(out, node.label);
    bool leads_on = search->question->carried && !is_known(out, node.id, node.before);
    if ((is_new || leads_on) && add_node(search, &node)) {
        note_label(search, node.label, out->node_count - 1);
    }
    return *search->view.trouble;
}

/* A session has written into a file. */
static struct status meet_writer(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct search *search = context;
    const struct combine_node *here = &search->out->nodes[search->at];
    (void)bytes;
    if (leaf->session.kind != ID_SESSION || is_known(search->out, leaf->session, leaf->n)) {
        return OK;
    }
    (void)add_node(search, &(struct combine_node){.id = leaf->session,
                                                  .before = leaf->n,
                                                  .event = leaf->n,
                                                  .parent = search->at,
                                                  .steps = here->steps + 1});
    return OK;
}

static struct status find_files(struct search *search)
{
    static const enum event_kind kinds[] = {EVENT_VAULT_KEY_FETCHED, EVENT_VAULT_CHUNK_READ,
                                            EVENT_VAULT_FILE_VIEWED, EVENT_VAULT_FILE_DOWNLOADED};
    const struct combine_node *here = &search->out->nodes[search->at];
    bool is_first = here->parent == SIZE_MAX;
    enum query_member member = is_first ? sorts[search->question->sort].member : QUERY_SESSION;
    struct query query = {.by_received = true, .newest_first = search->question->carried};
    if (is_first) {
        query.range = search->question->range;
    } else {
        query.range.until = position(here->before);
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        TRY(add_kind(&query, kinds[i]));
    }
    TRY(add_id(&query, member, here->id));
    return ask(search, &query, meet_file);
}

static struct status find_writers(struct search *search)
{
    const struct combine_node *here = &search->out->nodes[search->at];
    struct query query = {
        .range = {.until = position(here->before)}, .by_received = true, .newest_first = true};
    TRY(add_kind(&query, EVENT_VAULT_CHUNK_WRITTEN));
    TRY(add_id(&query, QUERY_ON, here->id));
    return ask(search, &query, meet_writer);
}

/* What has entered a machine, with what brought it. */
static struct status find_entered(struct search *search, struct id vm)
{
    struct vm_label_row row = {.vm = vm};
    struct view_walk walk = view_walk_of(&search->view, ROW_VM_LABEL, &row, 1);
    while (view_walk_next(&walk, &row)) {
        const struct combine_node node = {.id = row.by,
                                          .before = row.since_n,
                                          .event = row.since_n,
                                          .parent = 0,
                                          .steps = 1,
                                          .label = row.label};
        if (add_node(search, &node)) {
            note_label(search, row.label, search->out->node_count - 1);
        }
    }
    return *search->view.trouble;
}

/* Breadth first: nodes are looked at in the order of their steps, until no path can be shorter than
 * the one that was found. */
struct status combine_find(const struct combine_question *question, struct id holder,
                           struct combine *out)
{
    struct search search = {
        .question = question, .view = question->view, .out = out, .best = UINT32_MAX};
    out->node_count = out->label_count = 0;
    out->combined = out->incomplete = false;
    (void)add_node(&search,
                   &(struct combine_node){.id = holder, .before = UINT64_MAX, .parent = SIZE_MAX});
    if (question->sort == HOLDER_VM) {
        return find_entered(&search, holder);
    }
    for (; search.at < out->node_count; search.at++) {
        const struct combine_node *here = &out->nodes[search.at];
        if (here->steps + 2 >= search.best) { /* the other label takes a step, too */
            break;
        }
        if (here->id.kind != ID_FILE) {
            TRY(find_files(&search));
        } else if (question->carried) {
            TRY(find_writers(&search));
        }
    }
    return OK;
}

#include "reports/lineage/lineage.h"

#include <string.h>

/* A way to a node: from when on (down) or until when (up) data counts there. */
struct label {
    uint64_t at;
    uint32_t node, depth;
    bool could, done;
};

/* Something that lasts: from an event until another. */
struct right {
    const struct flow *flow;
    struct flow_thing from, to; /* no places */
    uint64_t start, end;        /* positions; end UINT64_MAX: it lasts */
    uint64_t t_utc_us;
    struct id by;
};

/* What was joined is so no more: of several, the oldest that had not ended by itself. */
struct parting {
    struct flow_thing from, to;
    uint64_t n;
};

/* Everything on its way; about 500 KiB, on the stack of lineage_trace. */
struct trace {
    struct lineage *lineage;
    struct log_snapshot *log;
    struct index_snapshot *index;
    enum lineage_direction direction;
    bool wanted[EVENT_KIND_COUNT]; /* kinds that say something */
    struct label labels[LINEAGE_LABELS_MAX];
    size_t label_count;
    bool counted[LINEAGE_NODES_MAX]; /* in this direction */
    bool open[LINEAGE_NODES_MAX];    /* a place whose content counts */
    /* the node at hand */
    const struct label *label;
    bool counts;
    bool by_actor; /* what the node did; what is about it has been looked at */
    struct right rights[LINEAGE_RIGHTS_MAX];
    size_t right_count;
    struct parting partings[LINEAGE_RIGHTS_MAX];
    size_t parting_count;
};

/* Labels ------------------------------------------------------------------------------------- */

/* Earlier is better on the way down, later on the way up. */
static bool is_before(const struct trace *trace, uint64_t a, uint64_t b)
{
    return trace->direction == LINEAGE_DOWN ? a < b : a > b;
}

static bool is_no_worse(const struct trace *trace, const struct label *a, const struct label *b)
{
    return a->node == b->node && !is_before(trace, b->at, a->at) && a->depth <= b->depth &&
           (!a->could || b->could);
}

/* Unless there is one that is no worse; in the place of one that is no better, and still waits. */
static void push(struct trace *trace, const struct label *label)
{
    struct label *slot = NULL;
    for (size_t i = 0; i < trace->label_count; i++) {
        struct label *known = &trace->labels[i];
        if (is_no_worse(trace, known, label)) {
            return;
        }
        if (!known->done && is_no_worse(trace, label, known)) {
            slot = known;
        }
    }
    if (slot == NULL && trace->label_count == LINEAGE_LABELS_MAX) {
        trace->lineage->cut = true;
        return;
    }
    slot = slot != NULL ? slot : &trace->labels[trace->label_count++];
    *slot = *label;
}

/* The best one that is left, so that a node's first label is the one that counts the most. */
static struct label *pop(struct trace *trace)
{
    struct label *best = NULL;
    for (size_t i = 0; i < trace->label_count; i++) {
        struct label *label = &trace->labels[i];
        if (!label->done && (best == NULL || is_before(trace, label->at, best->at) ||
                             (label->at == best->at && label->depth < best->depth))) {
            best = label;
        }
    }
    return best;
}

/* Edges -------------------------------------------------------------------------------------- */

/* One event that is an edge from the node at hand, or to it. */
struct step {
    const struct flow *flow;
    const struct flow_thing *from, *to;
    uint64_t n; /* the event */
    uint64_t t_utc_us;
    uint64_t at; /* when what is there counts from, or until */
    struct id by;
    bool holds;
};

static void count(const struct trace *trace, struct lineage_edge *edge, const struct step *step)
{
    bool up = trace->direction == LINEAGE_UP;
    if (!trace->counts || (!up && edge->counted_upto > 0 && step->n < edge->counted_upto)) {
        return;
    }
    if (edge->count == 0 || step->n < edge->first) {
        edge->first = step->n;
        edge->by = step->by;
        edge->t_utc_us = step->t_utc_us;
    }
    if (edge->count == 0 || step->n > edge->last) {
        edge->last = step->n;
        edge->last_utc_us = step->t_utc_us;
    }
    edge->count++;
}

/* The way up counts what was before the label; of that the way down counts nothing again. */
static void close_counts(struct trace *trace)
{
    struct lineage *lineage = trace->lineage;
    for (size_t i = 0; trace->counts && i < lineage->edge_count; i++) {
        struct lineage_edge *edge = &lineage->edges[i];
        bool mine = edge->holds ? edge->from == trace->label->node : edge->to == trace->label->node;
        if (trace->direction == LINEAGE_UP && mine) {
            edge->counted_upto = trace->label->at;
        }
    }
}

static bool leads_on(const struct trace *trace, const struct step *step)
{
    return flow_carries(step->flow) || step->holds ||
           (step->flow->class != FLOW_INSIDE && trace->lineage->question.could) ||
           (step->flow->class != FLOW_HELD && trace->open[trace->label->node] &&
            trace->direction == LINEAGE_UP);
}

static struct lineage_reach *reach_of(const struct trace *trace, uint32_t node)
{
    return &trace->lineage->nodes[node].reach[trace->direction];
}

static void reach(struct lineage_reach *reach, uint32_t depth, bool could)
{
    reach->could = could && (!reach->reached || reach->could);
    reach->depth = reach->reached && reach->depth < depth ? reach->depth : depth;
    reach->reached = true;
}

static void take(struct trace *trace, const struct step *step)
{
    uint32_t from, to;
    struct lineage *lineage = trace->lineage;
    if (!lineage_node_of(lineage, step->from, &from) || !lineage_node_of(lineage, step->to, &to)) {
        reach_of(trace, trace->label->node)->stop = STOP_LIMIT;
        return;
    }
    struct lineage_edge *edge = lineage_edge_of(lineage, from, to, step->flow, step->holds);
    if (edge == NULL) {
        reach_of(trace, trace->label->node)->stop = STOP_LIMIT;
        return;
    }
    edge->in[trace->direction] = true;
    count(trace, edge, step);
    uint32_t other = from == trace->label->node ? to : from;
    struct lineage_node *node = &lineage->nodes[other];
    uint32_t depth = trace->label->depth + 1;
    bool is_right = step->flow->class == FLOW_GIVEN || step->flow->class == FLOW_HELD;
    bool could =
        trace->label->could || (is_right && !step->holds && !trace->open[trace->label->node]);
    reach(reach_of(trace, other), depth, could);
    trace->open[other] = trace->open[other] || (step->holds && node->id.kind == ID_DIR);
    if (leads_on(trace, step) && node->id.kind != ID_NONE) {
        push(trace, &(struct label){.at = step->at, .node = other, .depth = depth, .could = could});
    }
}

/* Events ------------------------------------------------------------------------------------- */

static struct id actor_of(const struct leaf *leaf)
{
    struct id id;
    bool person = !leaf_is_emitter_name(leaf->actor) && !failed(id_read(leaf->actor, &id));
    return person ? id : (struct id){ID_NONE, 0};
}

/* Whether the end that the search comes from is the node at hand; a place whose content counts is
 * left, on the way down, against the way that things went into it. */
static bool is_mine(const struct trace *trace, const struct flow *flow,
                    const struct flow_thing *from, const struct flow_thing *to, bool *holds)
{
    const struct lineage_node *node = &trace->lineage->nodes[trace->label->node];
    bool down = trace->direction == LINEAGE_DOWN;
    bool contains = flow->class == FLOW_INSIDE || flow->class == FLOW_GIVEN;
    *holds = down && contains && trace->open[trace->label->node] && id_equal(to->id, node->id);
    return *holds || id_equal(down ? from->id : to->id, node->id);
}

static bool is_node(const struct trace *trace, const struct flow_thing *thing)
{
    return id_equal(thing->id, trace->lineage->nodes[trace->label->node].id);
}

static void note_parting(struct trace *trace, const struct parting *parting)
{
    if (trace->parting_count == LINEAGE_RIGHTS_MAX) {
        trace->lineage->cut = true;
        return;
    }
    trace->partings[trace->parting_count++] = *parting;
}

static void end_rights(struct trace *trace, const struct flow *flow, const struct flow_thing *from,
                       const struct flow_thing *to, uint64_t n)
{
    bool any_from = flow->from.role == FLOW_NOBODY, any_to = flow->to.role == FLOW_NOBODY;
    if (flow->class == FLOW_JOINED && !any_from && !any_to) {
        if (!is_node(trace, from) && !is_node(trace, to)) {
            return; /* of others */
        }
        note_parting(trace, &(struct parting){*from, *to, n});
        return;
    }
    for (size_t i = 0; i < trace->right_count; i++) {
        struct right *right = &trace->rights[i];
        if (right->end == UINT64_MAX && right->flow->class == flow->class &&
            (any_to || flow_same(&right->to, to)) && (any_from || flow_same(&right->from, from))) {
            right->end = n;
        }
    }
}

static void begin_right(struct trace *trace, const struct right *right)
{
    if (trace->right_count == LINEAGE_RIGHTS_MAX) {
        trace->lineage->cut = true;
        return;
    }
    trace->rights[trace->right_count++] = *right;
}

/* Data moved at that moment. */
static void take_act(struct trace *trace, const struct step *step)
{
    const struct lineage_question *question = &trace->lineage->question;
    bool counts =
        trace->direction == LINEAGE_DOWN ? step->n >= trace->label->at : step->n < trace->label->at;
    if (counts && step->n >= question->since && step->n < question->until) {
        take(trace, step);
    }
}

/* Everybody's files are in the own tree; and what is put into a group has a row for that. */
static bool says_nothing(const struct flow *flow, const struct flow_thing *from,
                         const struct flow_thing *to)
{
    return flow->class == FLOW_INSIDE &&
           (to->id.kind == ID_USER || (from->id.kind == ID_FILE && to->id.kind == ID_GROUP));
}

static void look_at(struct trace *trace, const struct flow *flow, const struct leaf *leaf,
                    struct bytes body)
{
    struct flow_thing from, to;
    bool holds;
    if (!flow_read(flow, leaf, body, &from, &to)) {
        return;
    }
    if (flow->ends) {
        end_rights(trace, flow, &from, &to, leaf->n);
        return;
    }
    if (!is_mine(trace, flow, &from, &to, &holds) || says_nothing(flow, &from, &to)) {
        return;
    }
    if (flow->class != FLOW_MOVED) {
        begin_right(trace, &(struct right){flow, from, to, leaf->n, UINT64_MAX, leaf->t_utc_us,
                                           actor_of(leaf)});
        return;
    }
    take_act(trace, &(struct step){.flow = flow,
                                   .from = &from,
                                   .to = &to,
                                   .n = leaf->n,
                                   .t_utc_us = leaf->t_utc_us,
                                   .at = leaf->n,
                                   .by = actor_of(leaf)});
}

static void note_tag(struct trace *trace, const struct leaf *leaf, struct bytes body)
{
    struct id project;
    struct lineage_node *node = &trace->lineage->nodes[trace->label->node];
    if (!trace->counts || !id_equal(leaf->on[0], node->id) || !flow_tag(leaf, body, &project)) {
        return;
    }
    for (size_t i = 0; i < node->tag_count && i < LINEAGE_TAGS_MAX; i++) {
        if (node->tags[i].n == leaf->n) {
            return;
        }
    }
    if (node->tag_count < LINEAGE_TAGS_MAX) {
        node->tags[node->tag_count] = (struct lineage_tag){leaf->n, project};
    }
    node->tag_count++;
}

static bool is_about(const struct trace *trace, const struct leaf *leaf)
{
    for (size_t i = 0; i < leaf->on_count; i++) {
        if (id_equal(leaf->on[i], trace->lineage->nodes[trace->label->node].id)) {
            return true;
        }
    }
    return false;
}

static struct status visit(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct trace *trace = context;
    struct bytes body;
    (void)bytes;
    trace->lineage->events++;
    if (leaf->n >= trace->lineage->question.until || (trace->by_actor && is_about(trace, leaf))) {
        return OK;
    }
    if (!trace->wanted[leaf->kind]) {
        return OK;
    }
    TRY(log_read_body(trace->log, leaf, &body));
    if (body.size < SALT_SIZE) {
        return OK; /* erased */
    }
    body = bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE);
    for (size_t i = 0; i < flow_count; i++) {
        look_at(trace, &flows[i], leaf, body);
    }
    note_tag(trace, leaf, body);
    return OK;
}

/* Rights ------------------------------------------------------------------------------------- */

static bool is_open(const struct trace *trace, const struct flow_thing *thing)
{
    for (size_t i = 0; i < trace->lineage->node_count; i++) {
        if (trace->open[i] && id_equal(trace->lineage->nodes[i].id, thing->id)) {
            return true;
        }
    }
    return false;
}

static void take_right(struct trace *trace, const struct right *right)
{
    bool holds;
    const struct lineage_question *question = &trace->lineage->question;
    uint64_t at = trace->label->at;
    bool down = trace->direction == LINEAGE_DOWN;
    bool overlaps = down ? right->end > at && right->start < question->until
                         : right->start < at && right->end > question->since;
    if (!overlaps || (right->flow->class == FLOW_HELD && !question->could)) {
        return;
    }
    (void)is_mine(trace, right->flow, &right->from, &right->to, &holds);
    if (!holds && down && right->flow->class != FLOW_HELD && is_open(trace, &right->to)) {
        return; /* the place that it was found in */
    }
    uint64_t latest = right->start > at ? right->start : at;
    uint64_t soonest = right->end < at ? right->end : at;
    take(trace, &(struct step){.flow = right->flow,
                               .from = holds ? &right->to : &right->from,
                               .to = holds ? &right->from : &right->to,
                               .n = right->start,
                               .t_utc_us = right->t_utc_us,
                               .at = down ? latest : soonest,
                               .by = right->by,
                               .holds = holds});
}

/* Nodes -------------------------------------------------------------------------------------- */

static struct status ask(struct trace *trace, enum query_member member, struct id id)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    const struct lineage_question *question = &trace->lineage->question;
    struct query query = {.stopped = question->stopped,
                          .stopped_context = question->stopped_context};
    struct query_outcome outcome;
    trace->by_actor = member == QUERY_ACTOR;
    id_write(&text, id);
    TRY(query_add(&query, member, text_bytes(&text)));
    return query_run(&query, trace->log, trace->index, visit, trace, &outcome);
}

static struct status ask_kind(struct trace *trace, const char *kinds)
{
    const struct lineage_question *question = &trace->lineage->question;
    struct query query = {.stopped = question->stopped,
                          .stopped_context = question->stopped_context};
    struct query_outcome outcome;
    trace->by_actor = true;
    TRY(query_add(&query, QUERY_KIND, bytes_of_string(kinds)));
    return query_run(&query, trace->log, trace->index, visit, trace, &outcome);
}

static struct status note_first(void *context, struct bytes bytes, const struct leaf *leaf)
{
    uint64_t *n = context;
    (void)bytes;
    *n = leaf->n;
    return OK;
}

/* What is joined to a machine ends when it stops, and that is about the machine alone. */
static struct status end_joined(const struct trace *trace, struct right *right)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    struct query query = {.first = right->start, .limit = 1};
    struct query_outcome outcome;
    struct id vm = right->from.id.kind == ID_VM ? right->from.id : right->to.id;
    uint64_t n = UINT64_MAX;
    id_write(&text, vm);
    TRY(query_add(&query, QUERY_ON, text_bytes(&text)));
    TRY(query_add(&query, QUERY_KIND, bytes_of_string(event_name(EVENT_VM_STOPPED))));
    TRY(query_run(&query, trace->log, trace->index, note_first, &n, &outcome));
    right->end = n < right->end ? n : right->end;
    return OK;
}

static void part(struct trace *trace, const struct parting *parting)
{
    for (size_t i = 0; i < trace->right_count; i++) {
        struct right *right = &trace->rights[i];
        if (right->flow->class == FLOW_JOINED && right->start < parting->n &&
            right->end > parting->n && flow_same(&right->from, &parting->from) &&
            flow_same(&right->to, &parting->to)) {
            right->end = parting->n;
            return;
        }
    }
}

static struct status end_all_joined(struct trace *trace, const struct lineage_node *node)
{
    for (size_t i = 0; i < trace->right_count && node->id.kind != ID_VM; i++) {
        if (trace->rights[i].flow->class == FLOW_JOINED) {
            TRY(end_joined(trace, &trace->rights[i]));
        }
    }
    for (size_t i = 0; i < trace->parting_count; i++) {
        part(trace, &trace->partings[i]);
    }
    return OK;
}

static struct status expand(struct trace *trace, const struct label *label)
{
    const struct lineage_node *node = &trace->lineage->nodes[label->node];
    trace->label = label;
    trace->counts = !trace->counted[label->node];
    trace->right_count = trace->parting_count = 0;
    TRY(ask(trace, QUERY_ON, node->id));
    if (node->id.kind == ID_USER) {
        TRY(ask(trace, QUERY_ACTOR, node->id));
        TRY(ask_kind(trace, "vm.user_*")); /* about the machine, and said by its controller */
    }
    TRY(end_all_joined(trace, node));
    for (size_t i = 0; i < trace->right_count; i++) {
        take_right(trace, &trace->rights[i]);
    }
    close_counts(trace);
    trace->counted[label->node] = true;
    reach_of(trace, label->node)->expanded = true;
    return OK;
}

static struct status go(struct trace *trace, enum lineage_direction direction)
{
    const struct lineage_question *question = &trace->lineage->question;
    struct label *label;
    bool is_place = question->root.kind == ID_DIR || question->root.kind == ID_GROUP;
    trace->direction = direction;
    trace->label_count = 0;
    memset(trace->counted, 0, sizeof trace->counted);
    memset(trace->open, 0, sizeof trace->open);
    trace->open[0] = is_place;
    reach(reach_of(trace, 0), 0, false);
    push(trace,
         &(struct label){.at = direction == LINEAGE_DOWN ? question->since : question->until});
    while ((label = pop(trace)) != NULL) {
        label->done = true;
        if (label->depth < question->depth) {
            TRY(expand(trace, label));
        }
    }
    return OK;
}

/* What was not gone on from, and why. */
static void mark_stops(struct lineage *lineage, enum lineage_direction direction)
{
    for (size_t i = 0; i < lineage->node_count; i++) {
        const struct lineage_node *node = &lineage->nodes[i];
        struct lineage_reach *reach = &lineage->nodes[i].reach[direction];
        if (node->id.kind == ID_NONE) {
            reach->stop = STOP_OUTSIDE;
        } else if (reach->reached && !reach->expanded && reach->stop == STOP_NOWHERE) {
            reach->stop = reach->depth >= lineage->question.depth ? STOP_DEPTH : STOP_NOT_READ;
        }
    }
}

struct status lineage_trace(const struct lineage_question *question, struct log_snapshot *log,
                            struct index_snapshot *index, struct lineage *out)
{
    struct trace trace = {.lineage = out, .log = log, .index = index};
    for (size_t i = 0; i < EVENT_KIND_COUNT; i++) {
        trace.wanted[i] = flow_says((enum event_kind)i);
    }
    uint32_t root;
    out->question = *question;
    out->node_count = out->edge_count = 0;
    out->cut = false;
    out->events = 0;
    out->size = log_snapshot_size(log);
    (void)lineage_node_of(out, &(struct flow_thing){.id = question->root}, &root);
    for (unsigned i = 0; i < LINEAGE_DIRECTIONS; i++) {
        if (question->go[i]) {
            TRY(go(&trace, (enum lineage_direction)i));
            mark_stops(out, (enum lineage_direction)i);
        }
    }
    return OK;
}

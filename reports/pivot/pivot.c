#include "reports/pivot/pivot.h"

#include <assert.h>

enum {
    ID_SIZE = 64,
    RECORD_NAMES = 3, /* subjects of a record that names a person, a machine and an action */
    USUAL_MOST = 10,
    USUAL_SCAN = 200000,
    ASK_EVERY = 4096, /* events between two looks at signals */
};

#define MINUTE_US (60 * TIME_SECOND_US)
#define HOUR_US (60 * MINUTE_US)

static const char *const names[PIVOT_RELATION_COUNT] = {"session", "actor",     "object", "people",
                                                        "source",  "project",   "cause",  "caused",
                                                        "bulk",    "neighbours"};

const char *pivot_relation_name(enum pivot_relation relation)
{
    assert(relation < PIVOT_RELATION_COUNT);
    return names[relation];
}

bool pivot_relation_read(struct bytes name, enum pivot_relation *out)
{
    for (unsigned i = 0; i < PIVOT_RELATION_COUNT; i++) {
        if (bytes_equal(name, bytes_of_string(names[i]))) {
            *out = (enum pivot_relation)i;
            return true;
        }
    }
    return false;
}

static struct status read_leaf(const struct pivot *pivot, uint64_t n, struct leaf *out)
{
    struct bytes bytes;
    TRY(log_read_leaf(pivot->log, n, &bytes));
    return failed(leaf_decode(bytes, out))
               ? FAIL_BECAUSE(CORRUPT, n, "the leaf is not in canonical form")
               : OK;
}

struct status pivot_open(struct pivot *pivot, uint64_t n)
{
    pivot->most = USUAL_MOST;
    pivot->steps = PIVOT_STEPS_MAX;
    pivot->scan_most = USUAL_SCAN;
    memset(pivot->window_us, 0, sizeof pivot->window_us);
    pivot->window_us[PIVOT_ACTOR] = pivot->window_us[PIVOT_SOURCE] = HOUR_US;
    pivot->window_us[PIVOT_PROJECT] = HOUR_US;
    pivot->window_us[PIVOT_NEIGHBOURS] = 5 * MINUTE_US;
    return read_leaf(pivot, n, &pivot->leaf);
}

bool pivot_has(const struct pivot *pivot, enum pivot_relation relation)
{
    const struct leaf *leaf = &pivot->leaf;
    switch (relation) {
    case PIVOT_SESSION:
        return leaf->session.kind != ID_NONE;
    case PIVOT_ACTOR:
        /* Whoever brings the records of others has not done what they say. */
        return leaf->kind != EVENT_AUDIT_RECORD_IMPORTED;
    case PIVOT_OBJECT:
        return leaf->on[0].kind != ID_LOG || leaf->on_count > 1;
    case PIVOT_PEOPLE:
        return leaf->kind == EVENT_AUDIT_RECORD_IMPORTED && leaf->on_count > 1;
    case PIVOT_SOURCE:
        return leaf->source.size > 0;
    case PIVOT_PROJECT:
        return leaf->project.kind != ID_NONE;
    case PIVOT_CAUSE:
        return leaf->cause != LEAF_NO_CAUSE;
    case PIVOT_BULK:
        return leaf->item != 0 && leaf->cause != LEAF_NO_CAUSE;
    case PIVOT_CAUSED:
    case PIVOT_NEIGHBOURS:
        return true;
    case PIVOT_RELATION_COUNT:
        break;
    }
    return false;
}

/* Around ------------------------------------------------------------------------------------- */

struct around {
    uint64_t *positions;
    size_t count, most;
    uint64_t from_us, to_us; /* the window */
    uint64_t left;           /* events that may be looked at */
    bool of_people;          /* only records that name somebody */
    bool more;
};

/* The window is one of time, the side one of position: a range has room for one of them. */
static struct status note_position(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct around *around = context;
    uint64_t time_us = query_time_of(leaf);
    (void)bytes;
    bool within = time_us >= around->from_us && time_us <= around->to_us;
    within = within && (!around->of_people || leaf->on_count == RECORD_NAMES);
    if (!within && around->left-- > 0) {
        return OK;
    }
    if (!within || around->count == around->most) {
        around->more = true;
        return FAIL(LIMIT, around->most); /* that is enough of the query */
    }
    around->positions[around->count++] = leaf->n;
    return OK;
}

static struct status show(const struct pivot *pivot, const struct pivot_event *about, uint64_t n,
                          pivot_visit *visit, void *context)
{
    struct leaf leaf;
    struct pivot_event event = *about;
    TRY(read_leaf(pivot, n, &leaf));
    event.leaf = &leaf;
    return visit(context, &event);
}

static void set_window(const struct pivot *pivot, enum pivot_relation relation,
                       struct around *around)
{
    uint64_t window_us = pivot->window_us[relation], time_us = query_time_of(&pivot->leaf);
    around->from_us = window_us == 0 || window_us > time_us ? 0 : time_us - window_us;
    around->left = pivot->scan_most;
    around->of_people = relation == PIVOT_PEOPLE;
    around->to_us =
        window_us == 0 || window_us > UINT64_MAX - time_us ? UINT64_MAX : time_us + window_us;
}

/* One side: the nearest before it, newest first, or after it. What happened in the window was
 * recorded after its beginning, so that the log before that need not be looked at. */
static struct status find_side(const struct pivot *pivot, struct query *query, bool before,
                               struct around *around)
{
    struct query_outcome outcome;
    query->newest_first = before;
    query->range = (struct moment_range){0};
    if (before) {
        query->range.until = (struct moment){MOMENT_POSITION, pivot->leaf.n};
        query->range.since =
            (struct moment){around->from_us == 0 ? MOMENT_OPEN : MOMENT_TIME, around->from_us};
    } else {
        query->range.since = (struct moment){MOMENT_POSITION, pivot->leaf.n + 1};
    }
    struct status status =
        query_run(query, pivot->log, pivot->index, note_position, around, &outcome);
    return around->more ? OK : status;
}

static struct status run_around(struct pivot *pivot, struct query *query,
                                const struct pivot_event *about, pivot_visit *visit, void *context,
                                struct pivot_found *found)
{
    size_t used = pivot->arena->used;
    struct around around[2] = {{.most = (size_t)(pivot->most + 1) / 2},
                               {.most = (size_t)pivot->most / 2}};
    for (size_t i = 0; i < 2; i++) {
        around[i].positions = arena_take(pivot->arena, PIVOT_EVENTS_MAX * sizeof(uint64_t));
        if (around[i].positions == NULL) {
            return FAIL(NO_MEMORY, PIVOT_EVENTS_MAX * sizeof(uint64_t));
        }
        set_window(pivot, about->relation, &around[i]);
        TRY(find_side(pivot, query, i == 0, &around[i]));
        found->more = found->more || around[i].more;
    }
    for (size_t i = around[0].count; i-- > 0;) {
        TRY(show(pivot, about, around[0].positions[i], visit, context));
    }
    for (size_t i = 0; i < around[1].count; i++) {
        TRY(show(pivot, about, around[1].positions[i], visit, context));
    }
    found->count += around[0].count + around[1].count;
    pivot->arena->used = used;
    return OK;
}

/* A question with one condition. */
static struct status ask_id(struct query *query, enum query_member member, struct id id)
{
    char memory[ID_SIZE];
    struct text text = TEXT_IN(memory);
    *query = (struct query){0};
    id_write(&text, id);
    return query_add(query, member, text_bytes(&text));
}

/* The last subject of a record is what was done: that is nobody's. */
static struct status run_objects(struct pivot *pivot, enum pivot_relation relation,
                                 pivot_visit *visit, void *context, struct pivot_found *found)
{
    struct query query;
    const size_t count = pivot->leaf.on_count - (relation == PIVOT_PEOPLE);
    for (size_t i = 0; i < count; i++) {
        const struct pivot_event about = {.relation = relation, .what = pivot->leaf.on[i]};
        if (about.what.kind == ID_LOG) {
            continue;
        }
        TRY(ask_id(&query, QUERY_ON, about.what));
        TRY(run_around(pivot, &query, &about, visit, context, found));
    }
    return OK;
}

static struct status run_condition(struct pivot *pivot, enum pivot_relation relation,
                                   pivot_visit *visit, void *context, struct pivot_found *found)
{
    const struct leaf *leaf = &pivot->leaf;
    const struct pivot_event about = {.relation = relation};
    struct query query = {0};
    if (relation == PIVOT_SESSION) {
        TRY(ask_id(&query, QUERY_SESSION, leaf->session));
    } else if (relation == PIVOT_PROJECT) {
        TRY(ask_id(&query, QUERY_PROJECT, leaf->project));
    } else if (relation == PIVOT_ACTOR) {
        TRY(query_add(&query, QUERY_ACTOR, leaf->actor));
    } else if (relation == PIVOT_SOURCE) {
        TRY(query_add(&query, QUERY_SOURCE, leaf->source));
    }
    return run_around(pivot, &query, &about, visit, context, found);
}

/* Causes ------------------------------------------------------------------------------------- */

static struct status run_causes(struct pivot *pivot, pivot_visit *visit, void *context,
                                struct pivot_found *found)
{
    uint64_t n = pivot->leaf.cause;
    for (uint32_t steps = 1; n != LEAF_NO_CAUSE; steps++) {
        struct leaf leaf;
        if (steps > pivot->steps || found->count == pivot->most) {
            found->more = true;
            return OK;
        }
        TRY(read_leaf(pivot, n, &leaf));
        TRY(visit(context,
                  &(struct pivot_event){.relation = PIVOT_CAUSE, .steps = steps, .leaf = &leaf}));
        found->count++;
        /* A cause stands before what it causes, or it is none. */
        n = leaf.cause < n ? leaf.cause : LEAF_NO_CAUSE;
    }
    return OK;
}

/* Those found so far, in the order of the log, and how far from the event. */
struct family {
    uint64_t positions[PIVOT_EVENTS_MAX + 1];
    uint32_t steps[PIVOT_EVENTS_MAX + 1];
    size_t count;
};

static bool steps_to(const struct family *family, uint64_t cause, uint32_t *steps)
{
    size_t low = 0, high = family->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (family->positions[middle] < cause) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == family->count || family->positions[low] != cause) {
        return false;
    }
    *steps = family->steps[low] + 1;
    return true;
}

/* A leaf is canonical: what has a cause has it in this spelling. */
static bool has_cause(struct bytes bytes)
{
    return memmem(bytes.data, bytes.size, ",\"cause\":", 9) != NULL;
}

struct search {
    struct pivot *pivot;
    enum pivot_relation relation;
    struct family *family;
    pivot_visit *visit;
    void *context;
    struct pivot_found *found;
};

/* Items of a command answer the event that opened it; that one's end is no item. */
static bool belongs(const struct search *search, const struct leaf *leaf, uint32_t *steps)
{
    if (leaf->cause == LEAF_NO_CAUSE || !steps_to(search->family, leaf->cause, steps)) {
        return false;
    }
    return search->relation != PIVOT_BULK || (leaf->item != 0 && leaf->n != search->pivot->leaf.n);
}

static struct status look_at_one(struct search *search, uint64_t n)
{
    struct bytes bytes;
    struct leaf leaf;
    uint32_t steps;
    TRY(log_read_leaf(search->pivot->log, n, &bytes));
    if (!has_cause(bytes)) {
        return OK;
    }
    TRY(read_leaf(search->pivot, n, &leaf));
    if (!belongs(search, &leaf, &steps) || steps > search->pivot->steps) {
        return OK;
    }
    if (search->found->count == search->pivot->most) {
        search->found->more = true;
        return OK;
    }
    search->found->count++;
    if (search->relation == PIVOT_CAUSED) {
        search->family->positions[search->family->count] = n;
        search->family->steps[search->family->count++] = steps;
    }
    return search->visit(
        search->context,
        &(struct pivot_event){.relation = search->relation, .steps = steps, .leaf = &leaf});
}

static struct status run_effects(struct pivot *pivot, enum pivot_relation relation,
                                 pivot_visit *visit, void *context, struct pivot_found *found)
{
    size_t used = pivot->arena->used;
    struct family *family = arena_take(pivot->arena, sizeof *family);
    if (family == NULL) {
        return FAIL(NO_MEMORY, sizeof *family);
    }
    uint64_t from = relation == PIVOT_BULK ? pivot->leaf.cause : pivot->leaf.n;
    uint64_t end = log_snapshot_size(pivot->log);
    end = pivot->scan_most < end - from ? from + pivot->scan_most : end;
    family->positions[0] = from;
    family->steps[0] = 0;
    family->count = 1;
    struct search search = {pivot, relation, family, visit, context, found};
    for (uint64_t n = from + 1; n < end && !found->more; n++) {
        if (n % ASK_EVERY == 0 && pivot->interrupted != NULL &&
            pivot->interrupted(pivot->interrupted_context)) {
            return FAIL(INTERRUPTED, 0);
        }
        TRY(look_at_one(&search, n));
    }
    found->scanned_to = end;
    pivot->arena->used = used;
    return OK;
}

struct status pivot_run(struct pivot *pivot, enum pivot_relation relation, pivot_visit *visit,
                        void *context, struct pivot_found *found)
{
    *found = (struct pivot_found){0};
    assert(pivot->most >= 1 && pivot->most <= PIVOT_EVENTS_MAX);
    if (!pivot_has(pivot, relation)) {
        return OK;
    }
    switch (relation) {
    case PIVOT_OBJECT:
    case PIVOT_PEOPLE:
        return run_objects(pivot, relation, visit, context, found);
    case PIVOT_CAUSE:
        return run_causes(pivot, visit, context, found);
    case PIVOT_CAUSED:
    case PIVOT_BULK:
        return run_effects(pivot, relation, visit, context, found);
    case PIVOT_SESSION:
    case PIVOT_ACTOR:
    case PIVOT_SOURCE:
    case PIVOT_PROJECT:
    case PIVOT_NEIGHBOURS:
        return run_condition(pivot, relation, visit, context, found);
    case PIVOT_RELATION_COUNT:
        break;
    }
    return OK;
}

#include "reports/candidates.h"

#include "reports/filter/filter.h"

#include <fnmatch.h>

/* What a plan is made with. */
struct planning {
    struct candidates *candidates;
    struct index_snapshot *index;
    struct hasher *hasher;
    const struct filter *filter;
};

/* Making ---------------------------------------------------------------------------------- */

/* Forgets the parts since a mark. */
static void forget(struct candidates *candidates, uint16_t mark)
{
    while (candidates->node_count > mark) {
        struct plan_node *node = &candidates->nodes[--candidates->node_count];
        if (node->kind == PLAN_TERM) {
            postings_close(&node->postings);
            candidates->terms--;
        }
    }
}

/* PLAN_NONE where there is no room. */
static uint16_t new_node(struct candidates *candidates, enum plan_kind kind)
{
    if (candidates->node_count == PLAN_NODES_MAX) {
        return PLAN_NONE;
    }
    candidates->nodes[candidates->node_count] =
        (struct plan_node){.kind = kind, .first = PLAN_NONE, .next = PLAN_NONE};
    return candidates->node_count++;
}

static void hang(struct candidates *candidates, uint16_t parent, uint16_t child)
{
    candidates->nodes[child].next = candidates->nodes[parent].first;
    candidates->nodes[parent].first = child;
}

/* A union in the making: its terms, and whether they have become too many. */
struct gathering {
    struct planning *planning;
    uint16_t node, count;
    bool given_up;
};

static struct gathering gather(struct planning *planning)
{
    struct gathering gathering = {.planning = planning};
    gathering.node = new_node(planning->candidates, PLAN_ANY);
    gathering.given_up = gathering.node == PLAN_NONE;
    return gathering;
}

static struct status add_term(struct gathering *gathering, const struct term *term)
{
    struct candidates *candidates = gathering->planning->candidates;
    struct postings *postings = NULL;
    gathering->given_up = gathering->given_up || gathering->count == PLAN_UNION_MAX ||
                          candidates->node_count == PLAN_NODES_MAX;
    if (gathering->given_up) {
        return OK;
    }
    TRY(postings_open(gathering->planning->index, term, &postings));
    uint16_t node = new_node(candidates, PLAN_TERM);
    candidates->nodes[node].postings = postings;
    candidates->terms++;
    gathering->count++;
    hang(candidates, gathering->node, node);
    return OK;
}

/* The union, or PLAN_NONE if it does not narrow. One without terms has no candidates at all. */
static uint16_t gathered(struct gathering *gathering)
{
    if (gathering->given_up && gathering->node != PLAN_NONE) {
        forget(gathering->planning->candidates, gathering->node);
    }
    return gathering->given_up ? PLAN_NONE : gathering->node;
}

static struct status add_text(struct gathering *gathering, enum term_type type, struct bytes text)
{
    struct term term = term_of(gathering->planning->hasher, type, text);
    return add_term(gathering, &term);
}

static struct status add_id(struct gathering *gathering, enum term_type type, struct id id)
{
    struct term term = term_of_id(gathering->planning->hasher, type, id);
    return add_term(gathering, &term);
}

/* Conditions ------------------------------------------------------------------------------ */

static enum term_type term_type_of(enum query_member member)
{
    static const enum term_type types[QUERY_MEMBER_COUNT] = {
        [QUERY_ACTOR] = TERM_ACTOR, [QUERY_EMITTER] = TERM_EMITTER, [QUERY_KIND] = TERM_KIND,
        [QUERY_ON] = TERM_ON,       [QUERY_USER] = TERM_ON,         [QUERY_HOST] = TERM_ON,
        [QUERY_ACTION] = TERM_ON,   [QUERY_OUTCOME] = TERM_OUTCOME, [QUERY_PROJECT] = TERM_PROJECT,
        [QUERY_RULE] = TERM_RULE,   [QUERY_SESSION] = TERM_SESSION, [QUERY_SOURCE] = TERM_SOURCE,
    };
    return types[member];
}

static struct status add_value(struct gathering *gathering, const struct query_value *value)
{
    struct id id;
    enum term_type type = term_type_of(value->member);
    struct bytes text = bytes_of_string(value->text);
    bool is_id = type == TERM_ON || type == TERM_PROJECT || type == TERM_SESSION;
    if (value->member != QUERY_KIND) {
        return is_id && !failed(id_read(text, &id)) ? add_id(gathering, type, id)
                                                    : add_text(gathering, type, text);
    }
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        const char *name = event_name((enum event_kind)kind);
        if (event_version((enum event_kind)kind) == 1 && fnmatch(value->text, name, 0) == 0) {
            TRY(add_text(gathering, TERM_KIND, bytes_of_string(name)));
        }
    }
    return OK;
}

static struct status plan_member(struct planning *planning, const struct query *query,
                                 enum query_member member, uint16_t *out)
{
    bool asked = false;
    struct gathering gathering = gather(planning);
    for (size_t i = 0; i < query->value_count; i++) {
        if (query->values[i].member == member && !query->values[i].excluded) {
            asked = true;
            TRY(add_value(&gathering, &query->values[i]));
        }
    }
    gathering.given_up = gathering.given_up || !asked;
    *out = gathered(&gathering);
    return OK;
}

/* Expressions ----------------------------------------------------------------------------- */

/* The kinds or outcomes are a few: what does not meet the test is as good a list as what does. */
static struct status plan_words(struct planning *planning, const struct filter_node *test,
                                bool negated, uint16_t *out)
{
    struct gathering gathering = gather(planning);
    for (unsigned kind = 0; test->field->term == TERM_KIND && kind < EVENT_KIND_COUNT; kind++) {
        bool meets = (test->kinds[kind / 64] >> kind % 64 & 1u) != 0;
        if (meets != negated && event_version((enum event_kind)kind) == 1) {
            TRY(add_text(&gathering, TERM_KIND,
                         bytes_of_string(event_name((enum event_kind)kind))));
        }
    }
    for (unsigned i = 0; test->field->term == TERM_OUTCOME && i < OUTCOME_COUNT; i++) {
        if ((test->outcomes >> i & 1u) != (negated ? 1u : 0u)) {
            TRY(add_text(&gathering, TERM_OUTCOME, bytes_of_string(outcome_name((enum outcome)i))));
        }
    }
    *out = gathered(&gathering);
    return OK;
}

static struct status add_filter_value(struct gathering *gathering, const struct filter_node *test,
                                      const struct filter_value *value)
{
    enum term_type type = test->field->term;
    bool is_id = type == TERM_ON || type == TERM_PROJECT || type == TERM_SESSION;
    if (is_id && value->id.n != ID_NEW) {
        return add_id(gathering, type, value->id);
    }
    /* What a pattern stands for is not known: an event may name a rule of another catalogue. */
    if (is_id || value->is_block || value->is_glob) {
        gathering->given_up = true;
        return OK;
    }
    return add_text(gathering, type, value->text);
}

static struct status plan_values(struct planning *planning, const struct filter_node *test,
                                 uint16_t *out)
{
    struct gathering gathering = gather(planning);
    for (uint16_t at = test->first; at != FILTER_NONE; at = planning->filter->values[at].next) {
        TRY(add_filter_value(&gathering, test, &planning->filter->values[at]));
    }
    *out = gathered(&gathering);
    return OK;
}

static struct status plan_test(struct planning *planning, const struct filter_node *test,
                               bool negated, uint16_t *out)
{
    bool words = test->field->term == TERM_KIND || test->field->term == TERM_OUTCOME;
    *out = PLAN_NONE;
    if (test->field->term == 0 || test->relation == FILTER_EXISTS) {
        return OK;
    }
    if (words) {
        return plan_words(planning, test, negated, out);
    }
    return negated || test->relation != FILTER_EQUAL ? OK : plan_values(planning, test, out);
}

static struct status plan_node(struct planning *planning, uint16_t at, bool negated, uint16_t *out);

struct joint {
    bool all; /* its parts must meet, else any may */
    bool negated;
};

/* Of an intersection what narrows is kept; a union must be narrowed in all its parts. */
static struct status plan_joint(struct planning *planning, uint16_t first, struct joint how,
                                uint16_t *out)
{
    struct candidates *candidates = planning->candidates;
    uint16_t joint = new_node(candidates, how.all ? PLAN_ALL : PLAN_ANY);
    bool any = false, every = joint != PLAN_NONE;
    for (uint16_t at = first; joint != PLAN_NONE && at != FILTER_NONE;
         at = planning->filter->nodes[at].next) {
        uint16_t child;
        TRY(plan_node(planning, at, how.negated, &child));
        if (child != PLAN_NONE) {
            hang(candidates, joint, child);
        }
        any = any || child != PLAN_NONE;
        every = every && child != PLAN_NONE;
    }
    bool narrows = how.all ? any : every;
    if (joint != PLAN_NONE && !narrows) {
        forget(candidates, joint);
    }
    *out = narrows ? joint : PLAN_NONE;
    return OK;
}

/* What is negated is so at the tests: not (a and b) is not a or not b. */
static struct status plan_kind_of(struct planning *planning, uint16_t at, bool negated,
                                  uint16_t *out)
{
    const struct filter_node *node = &planning->filter->nodes[at];
    switch (node->kind) {
    case FILTER_TEST:
        return plan_test(planning, node, negated, out);
    case FILTER_NOT:
        return plan_node(planning, node->first, !negated, out);
    case FILTER_ALL:
    case FILTER_ANY:
        break;
    }
    return plan_joint(
        planning, node->first,
        (struct joint){.all = (node->kind == FILTER_ALL) != negated, .negated = negated}, out);
}

static struct status plan_node(struct planning *planning, uint16_t at, bool negated, uint16_t *out)
{
    TRY(plan_kind_of(planning, at, negated, out));
    if (*out != PLAN_NONE) {
        planning->candidates->used[at / 64] |= UINT64_C(1) << at % 64;
    }
    return OK;
}

bool candidates_use_node(const struct candidates *candidates, uint16_t node)
{
    return (candidates->used[node / 64] >> node % 64 & 1u) != 0;
}

/* Projects -------------------------------------------------------------------------------- */

static struct status plan_within(struct planning *planning, struct id project, uint16_t *out)
{
    struct gathering gathering = gather(planning);
    gathering.given_up = gathering.given_up || project.kind == ID_NONE;
    TRY(add_id(&gathering, TERM_PROJECT, project));
    TRY(add_id(&gathering, TERM_ON, project));
    *out = gathered(&gathering);
    return OK;
}

/* Opening --------------------------------------------------------------------------------- */

static struct status plan(struct planning *planning, const struct query *query)
{
    struct candidates *candidates = planning->candidates;
    uint16_t root = new_node(candidates, PLAN_ALL), child = PLAN_NONE;
    for (unsigned member = 0; member < QUERY_MEMBER_COUNT; member++) {
        TRY(plan_member(planning, query, (enum query_member)member, &child));
        if (child != PLAN_NONE) {
            hang(candidates, root, child);
        }
    }
    TRY(plan_within(planning, query->within, &child));
    if (child != PLAN_NONE) {
        hang(candidates, root, child);
    }
    child = PLAN_NONE;
    if (query->where != NULL) {
        planning->filter = query->where;
        TRY(plan_node(planning, query->where->root, false, &child));
    }
    if (child != PLAN_NONE) {
        hang(candidates, root, child);
    }
    candidates->root = candidates->nodes[root].first == PLAN_NONE ? PLAN_NONE : root;
    return OK;
}

struct status candidates_open(const struct query *query, struct index_snapshot *index,
                              uint64_t log_size, struct candidates *out)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    out->node_count = 0;
    out->terms = 0;
    memset(out->used, 0, sizeof out->used);
    out->root = PLAN_NONE;
    out->covered = 0;
    out->log_size = log_size;
    if (index == NULL) {
        return OK;
    }
    TRY(hasher_open(&hasher));
    TRY(plan(&(struct planning){.candidates = out, .index = index, .hasher = hasher}, query));
    /* The index may have been read after the log. */
    uint64_t covered = index_snapshot_size(index);
    out->covered = covered < log_size ? covered : log_size;
    return OK;
}

void candidates_close(struct candidates *candidates)
{
    forget(candidates, 0);
    candidates->root = PLAN_NONE;
}

bool candidates_narrowed(const struct candidates *candidates, uint64_t n)
{
    return candidates->root != PLAN_NONE && n < candidates->covered;
}

/* Stepping -------------------------------------------------------------------------------- */

static struct status step(struct candidates *candidates, uint16_t at, bool down, uint64_t from,
                          uint64_t *n);

/* The nearest position of any of the parts. */
static struct status nearest(struct candidates *candidates, uint16_t first, bool down,
                             uint64_t from, uint64_t *n)
{
    bool found = false;
    for (uint16_t at = first; at != PLAN_NONE; at = candidates->nodes[at].next) {
        uint64_t mine;
        struct status status = step(candidates, at, down, from, &mine);
        if (failed(status) && status.code != STATUS_NOT_FOUND) {
            return status;
        }
        if (!failed(status) && (!found || (down ? mine > *n : mine < *n))) {
            *n = mine;
            found = true;
            if (mine == from) {
                return OK;
            }
        }
    }
    return found ? OK : FAIL(NOT_FOUND, from);
}

/* Steps every part until all stand at one position. */
static struct status meet(struct candidates *candidates, uint16_t first, bool down, uint64_t from,
                          uint64_t *n)
{
    uint64_t at = from;
    bool agreed = false;
    while (!agreed) {
        agreed = true;
        for (uint16_t part = first; part != PLAN_NONE; part = candidates->nodes[part].next) {
            uint64_t found = at;
            TRY(step(candidates, part, down, at, &found));
            agreed = agreed && (found == at || part == first);
            at = found;
        }
    }
    *n = at;
    return OK;
}

static struct status step_term(struct plan_node *node, bool down, uint64_t from, uint64_t *n)
{
    return down ? postings_at_or_before(node->postings, from, n)
                : postings_at_or_after(node->postings, from, n);
}

/* Whether the last step's answer is that of this one, too. */
static bool still_holds(const struct plan_node *node, bool down, uint64_t from)
{
    if (!node->stepped || node->down != down) {
        return false;
    }
    return down ? from <= node->from && (node->none || node->found <= from)
                : from >= node->from && (node->none || node->found >= from);
}

static struct status step(struct candidates *candidates, uint16_t at, bool down, uint64_t from,
                          uint64_t *n)
{
    struct plan_node *node = &candidates->nodes[at];
    struct status status = OK;
    if (!still_holds(node, down, from)) {
        uint64_t found = from;
        status = node->kind == PLAN_TERM  ? step_term(node, down, from, &found)
                 : node->kind == PLAN_ANY ? nearest(candidates, node->first, down, from, &found)
                                          : meet(candidates, node->first, down, from, &found);
        if (failed(status) && status.code != STATUS_NOT_FOUND) {
            return status;
        }
        node->stepped = true;
        node->down = down;
        node->none = failed(status);
        node->from = from;
        node->found = found;
    }
    *n = node->found;
    return node->none ? FAIL(NOT_FOUND, from) : OK;
}

static struct status scan(const struct candidates *candidates, uint64_t from, uint64_t *n)
{
    *n = from;
    return from < candidates->log_size ? OK : FAIL(NOT_FOUND, from);
}

struct status candidates_at_or_after(struct candidates *candidates, uint64_t from, uint64_t *n)
{
    if (!candidates_narrowed(candidates, from)) {
        return scan(candidates, from, n);
    }
    struct status status = step(candidates, candidates->root, false, from, n);
    if (status.code == STATUS_NOT_FOUND || (!failed(status) && *n >= candidates->covered)) {
        return scan(candidates, candidates->covered, n);
    }
    return status;
}

struct status candidates_at_or_before(struct candidates *candidates, uint64_t from, uint64_t *n)
{
    if (!candidates_narrowed(candidates, from)) {
        return scan(candidates, from, n);
    }
    return step(candidates, candidates->root, true, from, n);
}

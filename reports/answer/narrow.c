#include "reports/answer/narrow.h"

#include <fnmatch.h>

/* A set in the making; given up, it narrows nothing. */
struct set {
    struct term terms[NARROW_SET_MAX];
    size_t count;
    bool given_up;
};

struct narrower {
    struct hasher *hasher;
    const struct filter *filter;
    struct narrowing *out;
};

static void add_term(struct set *set, const struct term *term)
{
    set->given_up = set->given_up || set->count == NARROW_SET_MAX;
    if (!set->given_up) {
        set->terms[set->count++] = *term;
    }
}

static void add_text(const struct narrower *narrower, enum term_type type, struct bytes text,
                     struct set *set)
{
    struct term term = term_of(narrower->hasher, type, text);
    add_term(set, &term);
}

static bool is_of_ids(enum term_type type)
{
    return type == TERM_ON || type == TERM_PROJECT || type == TERM_SESSION;
}

static void add_id(const struct narrower *narrower, enum term_type type, struct id id,
                   struct set *set)
{
    struct term term = term_of_id(narrower->hasher, type, id);
    add_term(set, &term);
}

static void keep(struct narrower *narrower, const struct set *set)
{
    if (!set->given_up) {
        narrowing_add(narrower->out, set->terms, set->count);
    }
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

static void add_kinds(const struct narrower *narrower, const char *pattern, struct set *set)
{
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        const char *name = event_name((enum event_kind)kind);
        if (event_version((enum event_kind)kind) == 1 && fnmatch(pattern, name, 0) == 0) {
            add_text(narrower, TERM_KIND, bytes_of_string(name), set);
        }
    }
}

static void add_value(const struct narrower *narrower, const struct query_value *value,
                      struct set *set)
{
    struct id id;
    enum term_type type = term_type_of(value->member);
    struct bytes text = bytes_of_string(value->text);
    if (type == TERM_KIND) {
        add_kinds(narrower, value->text, set);
    } else if (is_of_ids(type) && !failed(id_read(text, &id))) {
        add_id(narrower, type, id, set);
    } else {
        add_text(narrower, type, text, set);
    }
}

static void narrow_member(struct narrower *narrower, const struct query *query,
                          enum query_member member)
{
    struct set set = {0};
    for (size_t i = 0; i < query->value_count; i++) {
        if (query->values[i].member == member && !query->values[i].excluded) {
            add_value(narrower, &query->values[i], &set);
        }
    }
    keep(narrower, &set);
}

/* Expressions ----------------------------------------------------------------------------- */

/* Kinds and outcomes are a few: what does not meet the test is as good a list as what does. */
static void imply_words(const struct narrower *narrower, const struct filter_node *test,
                        bool negated, struct set *set)
{
    for (unsigned kind = 0; test->field->term == TERM_KIND && kind < EVENT_KIND_COUNT; kind++) {
        bool meets = (test->kinds[kind / 64] >> kind % 64 & 1u) != 0;
        if (meets != negated && event_version((enum event_kind)kind) == 1) {
            add_text(narrower, TERM_KIND, bytes_of_string(event_name((enum event_kind)kind)), set);
        }
    }
    for (unsigned i = 0; test->field->term == TERM_OUTCOME && i < OUTCOME_COUNT; i++) {
        if ((test->outcomes >> i & 1u) != (negated ? 1u : 0u)) {
            add_text(narrower, TERM_OUTCOME, bytes_of_string(outcome_name((enum outcome)i)), set);
        }
    }
}

static void imply_value(const struct narrower *narrower, enum term_type type,
                        const struct filter_value *value, struct set *set)
{
    if (is_of_ids(type) && value->id.n != ID_NEW) {
        add_id(narrower, type, value->id, set);
    } else if (is_of_ids(type) || value->is_block || value->is_glob) {
        set->given_up = true; /* what a pattern stands for is not known */
    } else {
        add_text(narrower, type, value->text, set);
    }
}

static void imply_test(const struct narrower *narrower, const struct filter_node *test,
                       bool negated, struct set *set)
{
    enum term_type type = test->field->term;
    bool is_words = type == TERM_KIND || type == TERM_OUTCOME;
    set->given_up = type == 0 || test->relation == FILTER_EXISTS ||
                    (!is_words && (negated || test->relation != FILTER_EQUAL));
    if (set->given_up) {
        return;
    }
    if (is_words) {
        imply_words(narrower, test, negated, set);
        return;
    }
    for (uint16_t at = test->first; at != FILTER_NONE; at = narrower->filter->values[at].next) {
        imply_value(narrower, type, &narrower->filter->values[at], set);
    }
}

static void imply(const struct narrower *narrower, uint16_t at, bool negated, struct set *out);

/* Any of the parts may be met, so that each of them must give a set. */
static void imply_any(const struct narrower *narrower, uint16_t first, bool negated,
                      struct set *out)
{
    for (uint16_t at = first; at != FILTER_NONE && !out->given_up;
         at = narrower->filter->nodes[at].next) {
        struct set part = {0};
        imply(narrower, at, negated, &part);
        out->given_up = out->given_up || part.given_up;
        for (size_t i = 0; i < part.count; i++) {
            add_term(out, &part.terms[i]);
        }
    }
}

/* All parts must be met: the smallest of their sets will do. */
static void imply_all(const struct narrower *narrower, uint16_t first, bool negated,
                      struct set *out)
{
    out->given_up = true;
    for (uint16_t at = first; at != FILTER_NONE; at = narrower->filter->nodes[at].next) {
        struct set part = {0};
        imply(narrower, at, negated, &part);
        if (!part.given_up && (out->given_up || part.count < out->count)) {
            *out = part;
        }
    }
}

/* What is negated is so at the tests: not (a and b) is not a or not b. The parser bounds the depth.
 */
static void imply(const struct narrower *narrower, uint16_t at, bool negated, struct set *out)
{
    const struct filter_node *node = &narrower->filter->nodes[at];
    switch (node->kind) {
    case FILTER_TEST:
        imply_test(narrower, node, negated, out);
        return;
    case FILTER_NOT:
        imply(narrower, node->first, !negated, out);
        return;
    case FILTER_ALL:
    case FILTER_ANY:
        break;
    }
    if ((node->kind == FILTER_ALL) != negated) {
        imply_all(narrower, node->first, negated, out);
    } else {
        imply_any(narrower, node->first, negated, out);
    }
}

static void narrow_node(struct narrower *narrower, uint16_t at, bool negated)
{
    const struct filter_node *node = &narrower->filter->nodes[at];
    struct set set = {0};
    if (node->kind == FILTER_NOT) {
        narrow_node(narrower, node->first, !negated);
    } else if (node->kind != FILTER_TEST && (node->kind == FILTER_ALL) != negated) {
        for (uint16_t part = node->first; part != FILTER_NONE;
             part = narrower->filter->nodes[part].next) {
            narrow_node(narrower, part, negated);
        }
    } else {
        imply(narrower, at, negated, &set);
        keep(narrower, &set);
    }
}

void narrow(const struct query *query, struct hasher *hasher, struct narrowing *out)
{
    struct narrower narrower = {.hasher = hasher, .filter = query->where, .out = out};
    out->count = 0;
    for (unsigned member = 0; member < QUERY_MEMBER_COUNT; member++) {
        narrow_member(&narrower, query, (enum query_member)member);
    }
    if (query->where != NULL) {
        narrow_node(&narrower, query->where->root, false);
    }
}

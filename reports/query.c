#include "reports/query.h"

#include "reports/filter/filter.h"

#include <assert.h>
#include <fnmatch.h>

static const char *const member_names[QUERY_MEMBER_COUNT] = {
    "actor",  "emitter", "kind",    "on",   "user",    "host",
    "action", "outcome", "project", "rule", "session", "source",
};

/* Conditions ------------------------------------------------------------------------------ */

static bool matches_any_kind(const char *pattern)
{
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        if (fnmatch(pattern, event_name((enum event_kind)kind), 0) == 0) {
            return true;
        }
    }
    return false;
}

/* Why the member cannot have the value, or NULL: a typing error is no empty answer. */
static const char *objection(enum query_member member, struct bytes value, const char *text)
{
    struct id id;
    enum rule rule;
    enum outcome outcome;
    bool is_id = member == QUERY_ON || member == QUERY_PROJECT || member == QUERY_SESSION ||
                 member == QUERY_USER || member == QUERY_HOST || member == QUERY_ACTION;
    if (is_id && (failed(id_read(value, &id)) || id.n == ID_NEW)) {
        return "an id like drive:30377 is expected";
    }
    if (member == QUERY_OUTCOME && !outcome_read(value, &outcome)) {
        return "an outcome is ok, denied or failed";
    }
    if (member == QUERY_KIND && !matches_any_kind(text)) {
        return "the catalogue has no such kind of event (cairn schema lists them)";
    }
    if (member == QUERY_EMITTER && !leaf_is_emitter_name(value)) {
        return "an emitter's name is [a-z][a-z0-9_.-]*";
    }
    if (member == QUERY_ACTOR && !leaf_is_emitter_name(value) && failed(id_read(value, &id))) {
        return "an actor is an id like user:12, or an emitter's name";
    }
    if (member == QUERY_RULE && !rule_read(value, &rule)) {
        return "the catalogue has no such rule (cairn schema lists them)";
    }
    if (member == QUERY_SOURCE && !leaf_is_source(value)) {
        return "a source is 1 to 64 printable ASCII characters";
    }
    return NULL;
}

struct status query_add(struct query *query, enum query_member member, struct bytes value)
{
    if (query->value_count == QUERY_VALUES_MAX) {
        return FAIL(LIMIT, QUERY_VALUES_MAX);
    }
    struct query_value *slot = &query->values[query->value_count];
    *slot =
        (struct query_value){.member = member, .excluded = value.size > 0 && value.data[0] == '!'};
    if (slot->excluded) {
        value = bytes_of(value.data + 1, value.size - 1);
    }
    if (value.size == 0 || value.size >= sizeof slot->text ||
        memchr(value.data, '\0', value.size) != NULL) {
        return FAIL_BECAUSE(MALFORMED, 0, "a value has 1 to 95 bytes");
    }
    memcpy(slot->text, value.data, value.size);
    const char *why = objection(member, value, slot->text);
    if (why != NULL) {
        return FAIL_BECAUSE(MALFORMED, 0, why);
    }
    query->value_count++;
    return OK;
}

static bool is_on(const struct leaf *leaf, struct bytes text)
{
    struct id id;
    if (failed(id_read(text, &id))) {
        return false;
    }
    for (size_t i = 0; i < leaf->on_count; i++) {
        if (id_equal(leaf->on[i], id)) {
            return true;
        }
    }
    return false;
}

static bool is_id(struct id id, struct bytes text)
{
    struct id wanted;
    return !failed(id_read(text, &wanted)) && id_equal(id, wanted);
}

static bool value_matches(const struct query_value *value, const struct leaf *leaf)
{
    struct bytes text = bytes_of_string(value->text);
    switch (value->member) {
    case QUERY_ACTOR:
        return bytes_equal(leaf->actor, text);
    case QUERY_EMITTER:
        return bytes_equal(leaf->emitter, text);
    case QUERY_KIND:
        return fnmatch(value->text, event_name(leaf->kind), 0) == 0;
    case QUERY_ON:
    case QUERY_USER:
    case QUERY_HOST:
    case QUERY_ACTION:
        return is_on(leaf, text);
    case QUERY_OUTCOME:
        return bytes_equal(bytes_of_string(outcome_name(leaf->outcome)), text);
    case QUERY_PROJECT:
        return is_id(leaf->project, text);
    case QUERY_RULE:
        return bytes_equal(leaf->rule, text);
    case QUERY_SESSION:
        return is_id(leaf->session, text);
    case QUERY_SOURCE:
        return bytes_equal(leaf->source, text);
    case QUERY_MEMBER_COUNT:
        break;
    }
    return false;
}

static bool conditions_match(const struct query *query, const struct leaf *leaf)
{
    bool wanted[QUERY_MEMBER_COUNT] = {0}, found[QUERY_MEMBER_COUNT] = {0};
    for (size_t i = 0; i < query->value_count; i++) {
        const struct query_value *value = &query->values[i];
        bool matches = value_matches(value, leaf);
        if (value->excluded && matches) {
            return false;
        }
        if (!value->excluded) {
            wanted[value->member] = true;
            found[value->member] = found[value->member] || matches;
        }
    }
    return memcmp(wanted, found, sizeof wanted) == 0;
}

/* Range ----------------------------------------------------------------------------------- */

static bool before(const struct moment *bound, uint64_t time_utc_us, uint64_t n)
{
    return bound->kind == MOMENT_POSITION ? n < bound->value : time_utc_us < bound->value;
}

uint64_t query_time_of(const struct leaf *leaf)
{
    return leaf->at_utc_us != 0 && leaf->at_utc_us < leaf->t_utc_us ? leaf->at_utc_us
                                                                    : leaf->t_utc_us;
}

static bool in_range(const struct query *query, const struct leaf *leaf)
{
    uint64_t time_utc_us = query->by_received ? leaf->t_utc_us : query_time_of(leaf);
    const struct moment_range *range = &query->range;
    return (range->since.kind == MOMENT_OPEN || !before(&range->since, time_utc_us, leaf->n)) &&
           (range->until.kind == MOMENT_OPEN || before(&range->until, time_utc_us, leaf->n));
}

bool query_is_within(const struct leaf *leaf, struct id project)
{
    bool found = id_equal(leaf->project, project);
    for (size_t i = 0; !found && i < leaf->on_count; i++) {
        found = id_equal(leaf->on[i], project);
    }
    return found;
}

bool query_meets(const struct query *query, const struct leaf *leaf)
{
    return in_range(query, leaf) && conditions_match(query, leaf) &&
           (query->within.kind == ID_NONE || query_is_within(leaf, query->within));
}

/* Writing --------------------------------------------------------------------------------- */

static void write_bound(const char *name, const struct moment *bound, struct text *out)
{
    struct zone utc = zone_utc();
    if (bound->kind != MOMENT_OPEN) {
        text_add(out, "%s%s=", out->size > 0 ? " " : "", name);
        moment_write(*bound, &utc, out);
    }
}

/* A blank would end the value for whoever reads the line. */
static void write_value(const char *value, struct text *out)
{
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == ' ' || *c == '\\') {
            text_add(out, "\\x%02x", (unsigned)*c);
        } else {
            text_put_printable(out, bytes_of(c, 1));
        }
    }
}

void query_write(const struct query *query, struct text *out)
{
    for (size_t i = 0; i < query->value_count; i++) {
        const struct query_value *value = &query->values[i];
        text_add(out, "%s%s%s", out->size > 0 ? " " : "", member_names[value->member],
                 value->excluded ? "!=" : "=");
        write_value(value->text, out);
    }
    write_bound("since", &query->range.since, out);
    write_bound("until", &query->range.until, out);
    if (query->by_received) {
        text_add(out, "%sby_received", out->size > 0 ? " " : "");
    }
    if (query->limit > 0) {
        text_add(out, "%s%s=", out->size > 0 ? " " : "", query->newest_first ? "last" : "first");
        text_put_u64(out, query->limit);
    }
    if (query->where != NULL) {
        text_add(out, "%swhere ", out->size > 0 ? " " : "");
        filter_write(query->where, out);
    }
    if (out->size == 0) {
        text_put_literal(out, "everything");
    }
}

#include "reports/candidates.h"

#include <fnmatch.h>

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

static struct term term_for(struct hasher *hasher, enum query_member member, const char *text)
{
    struct id id;
    enum term_type type = term_type_of(member);
    bool is_id = type == TERM_ON || type == TERM_PROJECT || type == TERM_SESSION;
    if (is_id && !failed(id_read(bytes_of_string(text), &id))) {
        return term_of_id(hasher, type, id);
    }
    return term_of(hasher, type, bytes_of_string(text));
}

/* Opening --------------------------------------------------------------------------------- */

/* Too many terms for a condition: then the index does not narrow it. */
static struct status add_term(struct condition *condition, struct index_snapshot *index,
                              const struct term *term, bool *too_many)
{
    if (condition->count == QUERY_VALUES_MAX) {
        *too_many = true;
        return OK;
    }
    TRY(postings_open(index, term, &condition->postings[condition->count]));
    condition->count++;
    return OK;
}

static struct status add_value(struct condition *condition, struct index_snapshot *index,
                               struct hasher *hasher, const struct query_value *value,
                               bool *too_many)
{
    if (value->member != QUERY_KIND) {
        struct term term = term_for(hasher, value->member, value->text);
        return add_term(condition, index, &term, too_many);
    }
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        const char *name = event_name((enum event_kind)kind);
        if (event_version((enum event_kind)kind) == 1 && fnmatch(value->text, name, 0) == 0) {
            struct term term = term_of(hasher, TERM_KIND, bytes_of_string(name));
            TRY(add_term(condition, index, &term, too_many));
        }
    }
    return OK;
}

static void close_condition(struct condition *condition)
{
    for (size_t i = 0; i < condition->count; i++) {
        postings_close(&condition->postings[i]);
    }
    condition->count = 0;
}

static struct status add_condition(struct candidates *candidates, const struct query *query,
                                   struct index_snapshot *index, struct hasher *hasher,
                                   enum query_member member)
{
    bool too_many = false;
    /* Counted at once, so that whatever happens it is closed. */
    struct condition *condition = &candidates->conditions[candidates->condition_count++];
    for (size_t i = 0; i < query->value_count; i++) {
        if (query->values[i].member == member && !query->values[i].excluded) {
            TRY(add_value(condition, index, hasher, &query->values[i], &too_many));
        }
    }
    if (condition->count == 0 || too_many) {
        close_condition(condition);
        candidates->condition_count--;
    }
    return OK;
}

struct status candidates_open(const struct query *query, struct index_snapshot *index,
                              uint64_t log_size, struct candidates *out)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    *out = (struct candidates){.log_size = log_size};
    if (index == NULL) {
        return OK;
    }
    TRY(hasher_open(&hasher));
    for (unsigned member = 0; member < QUERY_MEMBER_COUNT; member++) {
        TRY(add_condition(out, query, index, hasher, (enum query_member)member));
    }
    /* The index may have been read after the log. */
    uint64_t covered = index_snapshot_size(index);
    out->covered = covered < log_size ? covered : log_size;
    return OK;
}

void candidates_close(struct candidates *candidates)
{
    for (size_t i = 0; i < candidates->condition_count; i++) {
        close_condition(&candidates->conditions[i]);
    }
    candidates->condition_count = 0;
}

bool candidates_narrowed(const struct candidates *candidates, uint64_t n)
{
    return candidates->condition_count > 0 && n < candidates->covered;
}

/* Stepping -------------------------------------------------------------------------------- */

/* The nearest position of any of the condition's values. */
static struct status after(struct condition *condition, uint64_t from, uint64_t *n)
{
    bool found = false;
    for (size_t i = 0; i < condition->count; i++) {
        uint64_t at;
        struct status status = postings_at_or_after(condition->postings[i], from, &at);
        if (failed(status) && status.code != STATUS_NOT_FOUND) {
            return status;
        }
        if (!failed(status) && (!found || at < *n)) {
            *n = at;
            found = true;
        }
    }
    return found ? OK : FAIL(NOT_FOUND, from);
}

static struct status before(struct condition *condition, uint64_t from, uint64_t *n)
{
    bool found = false;
    for (size_t i = 0; i < condition->count; i++) {
        uint64_t at;
        struct status status = postings_at_or_before(condition->postings[i], from, &at);
        if (failed(status) && status.code != STATUS_NOT_FOUND) {
            return status;
        }
        if (!failed(status) && (!found || at > *n)) {
            *n = at;
            found = true;
        }
    }
    return found ? OK : FAIL(NOT_FOUND, from);
}

static struct status scan(const struct candidates *candidates, uint64_t from, uint64_t *n)
{
    *n = from;
    return from < candidates->log_size ? OK : FAIL(NOT_FOUND, from);
}

typedef struct status step(struct condition *condition, uint64_t from, uint64_t *n);

/* Steps every condition until all stand at one position. */
static struct status meet(struct candidates *candidates, step *next, uint64_t from, uint64_t *n)
{
    uint64_t at = from;
    size_t agreed = 0;
    for (size_t i = 0; agreed < candidates->condition_count;
         i = (i + 1) % candidates->condition_count) {
        uint64_t found = at;
        TRY(next(&candidates->conditions[i], at, &found));
        agreed = found == at ? agreed + 1 : 1;
        at = found;
    }
    *n = at;
    return OK;
}

struct status candidates_at_or_after(struct candidates *candidates, uint64_t from, uint64_t *n)
{
    if (!candidates_narrowed(candidates, from)) {
        return scan(candidates, from, n);
    }
    struct status status = meet(candidates, after, from, n);
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
    return meet(candidates, before, from, n);
}

#include "reports/filter/body.h"
#include "reports/filter/filter.h"
#include "reports/filter/glob.h"
#include "reports/query.h"
#include "schema/time.h"

#include <assert.h>

struct deciding {
    const struct filter *filter;
    const struct filter_event *event;
};

/* Values ---------------------------------------------------------------------------------- */

static bool range_has(const struct moment_range *range, uint64_t time_utc_us, uint64_t n)
{
    uint64_t since = range->since.kind == MOMENT_POSITION ? n : time_utc_us;
    uint64_t until = range->until.kind == MOMENT_POSITION ? n : time_utc_us;
    return (range->since.kind == MOMENT_OPEN || since >= range->since.value) &&
           (range->until.kind == MOMENT_OPEN || until < range->until.value);
}

static bool time_meets(const struct filter_node *test, const struct filter_value *value,
                       uint64_t time_utc_us, uint64_t n)
{
    const struct moment *bound = &value->range.since;
    uint64_t mine = bound->kind == MOMENT_POSITION ? n : time_utc_us;
    switch (test->relation) {
    case FILTER_LESS:
    case FILTER_AT_MOST:
        return bound->kind == MOMENT_OPEN || mine < bound->value;
    case FILTER_MORE:
    case FILTER_AT_LEAST:
        return bound->kind == MOMENT_OPEN || mine >= bound->value;
    case FILTER_EQUAL:
    case FILTER_LIKE:
    case FILTER_EXISTS:
        break;
    }
    return range_has(&value->range, time_utc_us, n);
}

static bool number_meets(const struct filter_node *test, const struct filter_value *value,
                         uint64_t number)
{
    switch (test->relation) {
    case FILTER_EQUAL:
        return number == value->number;
    case FILTER_LESS:
        return number < value->number;
    case FILTER_AT_MOST:
        return number <= value->number;
    case FILTER_MORE:
        return number > value->number;
    case FILTER_AT_LEAST:
        return number >= value->number;
    case FILTER_LIKE:
    case FILTER_EXISTS:
        break;
    }
    return false;
}

static struct status text_meets(const struct filter_value *value, struct bytes text, bool *out)
{
    if (value->regex.code != NULL) {
        return regex_matches(&value->regex, text, out);
    }
    if (value->is_block) {
        *out = address_in_block(text, &value->block);
    } else {
        *out = value->is_glob ? glob_matches(value->text, text) : bytes_equal(value->text, text);
    }
    return OK;
}

static const struct filter_value *value_at(const struct deciding *deciding, uint16_t at)
{
    return at == FILTER_NONE ? NULL : &deciding->filter->values[at];
}

/* Leaves ---------------------------------------------------------------------------------- */

struct number {
    bool present;
    uint64_t value;
};

static struct number number_of(const struct leaf *leaf, enum filter_field_id field)
{
    if (field == FILTER_N) {
        return (struct number){true, leaf->n};
    }
    if (field == FILTER_ON_N) {
        return (struct number){true, leaf->on_n};
    }
    if (field == FILTER_EMITTER_N) {
        return (struct number){true, leaf->emitter_n};
    }
    if (field == FILTER_VERSION) {
        return (struct number){true, leaf->version};
    }
    if (field == FILTER_ITEM) {
        return (struct number){leaf->item != 0, leaf->item};
    }
    assert(field == FILTER_CAUSE);
    return (struct number){leaf->cause != LEAF_NO_CAUSE, leaf->cause};
}

static struct number time_of(const struct leaf *leaf, enum filter_field_id field)
{
    if (field == FILTER_RECORDED) {
        return (struct number){true, leaf->t_utc_us};
    }
    if (field == FILTER_AT) {
        return (struct number){leaf->at_utc_us != 0, leaf->at_utc_us};
    }
    return (struct number){true, query_time_of(leaf)};
}

static bool numbers_meet(const struct deciding *deciding, const struct filter_node *test)
{
    const struct leaf *leaf = deciding->event->leaf;
    bool is_time = test->field->type == FILTER_TYPE_TIME;
    struct number number =
        is_time ? time_of(leaf, test->field->id) : number_of(leaf, test->field->id);
    if (!number.present || test->relation == FILTER_EXISTS) {
        return number.present;
    }
    for (const struct filter_value *value = value_at(deciding, test->first); value != NULL;
         value = value_at(deciding, value->next)) {
        if (is_time ? time_meets(test, value, number.value, leaf->n)
                    : number_meets(test, value, number.value)) {
            return true;
        }
    }
    return false;
}

static bool id_meets(const struct deciding *deciding, const struct filter_node *test, struct id id)
{
    for (const struct filter_value *value = value_at(deciding, test->first); value != NULL;
         value = value_at(deciding, value->next)) {
        if (value->id.kind == id.kind && (value->id.n == ID_NEW || value->id.n == id.n)) {
            return true;
        }
    }
    return false;
}

static bool ids_meet(const struct deciding *deciding, const struct filter_node *test)
{
    const struct leaf *leaf = deciding->event->leaf;
    if (test->field->term != TERM_ON) {
        struct id id = test->field->term == TERM_PROJECT ? leaf->project : leaf->session;
        return id.kind != ID_NONE &&
               (test->relation == FILTER_EXISTS || id_meets(deciding, test, id));
    }
    for (size_t i = 0; i < leaf->on_count; i++) {
        if (test->relation == FILTER_EXISTS || id_meets(deciding, test, leaf->on[i])) {
            return true;
        }
    }
    return false;
}

static struct bytes text_of(const struct leaf *leaf, enum filter_field_id field)
{
    if (field == FILTER_ACTOR) {
        return leaf->actor;
    }
    if (field == FILTER_EMITTER) {
        return leaf->emitter;
    }
    if (field == FILTER_RULE) {
        return leaf->rule;
    }
    assert(field == FILTER_SOURCE);
    return leaf->source;
}

static struct status texts_meet(const struct deciding *deciding, const struct filter_node *test,
                                bool *out)
{
    struct bytes text = text_of(deciding->event->leaf, test->field->id);
    *out = text.size > 0 && test->relation == FILTER_EXISTS;
    if (text.size == 0) {
        return OK;
    }
    for (const struct filter_value *value = value_at(deciding, test->first); value != NULL && !*out;
         value = value_at(deciding, value->next)) {
        TRY(text_meets(value, text, out));
    }
    return OK;
}

/* Bodies ---------------------------------------------------------------------------------- */

/* A test on its way through the values of a body or a leaf. */
struct searching {
    const struct deciding *deciding;
    const struct filter_node *test;
    bool found;
};

static struct status string_meets(const struct filter_node *test, const struct filter_value *value,
                                  struct bytes text, bool *out)
{
    uint64_t time_utc_us;
    *out = false;
    if (value->is_time && !failed(time_read_canonical(text, &time_utc_us))) {
        *out = value->range.since.kind != MOMENT_POSITION &&
               value->range.until.kind != MOMENT_POSITION &&
               time_meets(test, value, time_utc_us, 0);
        return OK;
    }
    return test->relation == FILTER_EQUAL || test->relation == FILTER_LIKE
               ? text_meets(value, text, out)
               : OK;
}

static struct status value_meets(const struct filter_node *test, const struct filter_value *value,
                                 const struct body_value *found, bool *out)
{
    char memory[24];
    struct text text = TEXT_IN(memory);
    if (found->type == BODY_STRING) {
        return string_meets(test, value, found->text, out);
    }
    if (found->type == BODY_INTEGER && value->is_number) {
        *out = number_meets(test, value, found->number);
        return OK;
    }
    if (found->type == BODY_INTEGER) {
        text_put_u64(&text, found->number);
    } else {
        text_put_string(&text, found->truth ? "true" : "false");
    }
    return string_meets(test, value, text_bytes(&text), out);
}

static struct status meet_value(void *context, const struct body_value *found, bool *stop)
{
    struct searching *searching = context;
    const struct filter_node *test = searching->test;
    searching->found = test->relation == FILTER_EXISTS;
    for (const struct filter_value *value = value_at(searching->deciding, test->first);
         value != NULL && !searching->found; value = value_at(searching->deciding, value->next)) {
        TRY(value_meets(test, value, found, &searching->found));
    }
    *stop = searching->found;
    return OK;
}

static bool contains(struct bytes text, struct bytes part)
{
    return text.size >= part.size && memmem(text.data, text.size, part.data, part.size) != NULL;
}

static struct status search_value(void *context, const struct body_value *found, bool *stop)
{
    struct searching *searching = context;
    const struct filter_node *test = searching->test;
    if (found->type != BODY_STRING) {
        return OK;
    }
    for (const struct filter_value *value = value_at(searching->deciding, test->first);
         value != NULL && !searching->found; value = value_at(searching->deciding, value->next)) {
        if (value->regex.code != NULL) {
            TRY(regex_matches(&value->regex, found->text, &searching->found));
        } else {
            searching->found = value->is_glob ? glob_matches_within(value->text, found->text)
                                              : contains(found->text, value->text);
        }
    }
    *stop = searching->found;
    return OK;
}

/* Whether a string stands in JSON as it is. */
static bool stands_as_it_is(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < ' ' || text.data[i] == '"' || text.data[i] == '\\') {
            return false;
        }
    }
    return true;
}

/* What stands nowhere in the bytes need not be looked for in the values. */
static bool may_contain(const struct searching *searching, struct bytes json)
{
    for (const struct filter_value *value = value_at(searching->deciding, searching->test->first);
         value != NULL; value = value_at(searching->deciding, value->next)) {
        bool told = value->regex.code == NULL && !value->is_glob && stands_as_it_is(value->text);
        if (!told || contains(json, value->text)) {
            return true;
        }
    }
    return false;
}

static struct status search(struct searching *searching, struct bytes json)
{
    uint8_t memory[LEAF_MAX];
    struct arena small = ARENA_IN(memory);
    struct arena *scratch = searching->deciding->event->scratch;
    if (!may_contain(searching, json)) {
        return OK;
    }
    return body_walk(json, bytes_of(NULL, 0), scratch == NULL ? &small : scratch, search_value,
                     searching);
}

static struct status decide_text(const struct deciding *deciding, const struct filter_node *test,
                                 enum filter_answer *out)
{
    struct searching searching = {.deciding = deciding, .test = test};
    TRY(search(&searching, deciding->event->leaf_bytes));
    if (!searching.found && !deciding->event->has_body) {
        *out = FILTER_UNKNOWN;
        return OK;
    }
    if (!searching.found && deciding->event->body.size > 0) {
        TRY(search(&searching, deciding->event->body));
    }
    *out = searching.found ? FILTER_YES : FILTER_NO;
    return OK;
}

static struct status decide_body(const struct deciding *deciding, const struct filter_node *test,
                                 enum filter_answer *out)
{
    struct searching searching = {.deciding = deciding, .test = test};
    const struct filter_event *event = deciding->event;
    *out = event->has_body ? FILTER_NO : FILTER_UNKNOWN;
    if (!event->has_body || event->body.size == 0) {
        return OK;
    }
    TRY(body_walk(event->body, test->path, event->scratch, meet_value, &searching));
    *out = searching.found ? FILTER_YES : FILTER_NO;
    return OK;
}

/* Tests and joints ------------------------------------------------------------------------ */

static struct status decide_test(const struct deciding *deciding, const struct filter_node *test,
                                 enum filter_answer *out)
{
    const struct leaf *leaf = deciding->event->leaf;
    bool meets = false;
    switch (test->field->type) {
    case FILTER_TYPE_TEXT:
        return decide_text(deciding, test, out);
    case FILTER_TYPE_BODY:
        return decide_body(deciding, test, out);
    case FILTER_TYPE_NUMBER:
    case FILTER_TYPE_TIME:
        meets = numbers_meet(deciding, test);
        break;
    case FILTER_TYPE_KIND:
        meets = test->relation == FILTER_EXISTS ||
                (test->kinds[leaf->kind / 64] >> leaf->kind % 64 & 1u) != 0;
        break;
    case FILTER_TYPE_OUTCOME:
        meets = test->relation == FILTER_EXISTS ||
                (test->outcomes >> (uint32_t)leaf->outcome & 1u) != 0;
        break;
    case FILTER_TYPE_ID:
    case FILTER_TYPE_SUBJECT:
        meets = ids_meet(deciding, test);
        break;
    case FILTER_TYPE_RULE:
    case FILTER_TYPE_ACTOR:
    case FILTER_TYPE_EMITTER:
    case FILTER_TYPE_ADDRESS:
        TRY(texts_meet(deciding, test, &meets));
        break;
    case FILTER_TYPE_DIGEST:
        meets = leaf->has_command;
        break;
    }
    *out = meets ? FILTER_YES : FILTER_NO;
    return OK;
}

static struct status decide_node(const struct deciding *deciding, uint16_t at,
                                 enum filter_answer *out);

/* One child that says `ends` settles it; else one that does not know leaves it open. */
static struct status decide_children(const struct deciding *deciding, uint16_t first,
                                     enum filter_answer ends, enum filter_answer *out)
{
    enum filter_answer answer = ends == FILTER_NO ? FILTER_YES : FILTER_NO;
    for (uint16_t at = first; at != FILTER_NONE; at = deciding->filter->nodes[at].next) {
        enum filter_answer child;
        TRY(decide_node(deciding, at, &child));
        if (child == ends) {
            *out = ends;
            return OK;
        }
        answer = child == FILTER_UNKNOWN ? FILTER_UNKNOWN : answer;
    }
    *out = answer;
    return OK;
}

/* The parser bounds the depth. */
static struct status decide_node(const struct deciding *deciding, uint16_t at,
                                 enum filter_answer *out)
{
    const struct filter_node *node = &deciding->filter->nodes[at];
    switch (node->kind) {
    case FILTER_TEST:
        return decide_test(deciding, node, out);
    case FILTER_ALL:
        return decide_children(deciding, node->first, FILTER_NO, out);
    case FILTER_ANY:
        return decide_children(deciding, node->first, FILTER_YES, out);
    case FILTER_NOT:
        break;
    }
    TRY(decide_node(deciding, node->first, out));
    if (*out != FILTER_UNKNOWN) {
        *out = *out == FILTER_YES ? FILTER_NO : FILTER_YES;
    }
    return OK;
}

struct status filter_decide(const struct filter *filter, const struct filter_event *event,
                            enum filter_answer *out)
{
    const struct deciding deciding = {.filter = filter, .event = event};
    struct status status = decide_node(&deciding, filter->root, out);
    if (status.code == STATUS_LIMIT) {
        return FAIL_BECAUSE(LIMIT, event->leaf->n,
                            "a regular expression takes too long to match this event");
    }
    return status.code == STATUS_MALFORMED
               ? FAIL_BECAUSE(CORRUPT, event->leaf->n, "the body is not in canonical form")
               : status;
}

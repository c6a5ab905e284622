#include "reports/filter/filter.h"

static void raise_first(struct filter_bounds *bounds, uint64_t first)
{
    bounds->first = first > bounds->first ? first : bounds->first;
}

static void lower_end(struct filter_bounds *bounds, uint64_t end)
{
    bounds->end = end < bounds->end ? end : bounds->end;
}

static void raise_since(struct filter_bounds *bounds, const struct moment *moment)
{
    if (moment->kind == MOMENT_POSITION) {
        raise_first(bounds, moment->value);
    } else if (moment->kind == MOMENT_TIME &&
               (bounds->since.kind == MOMENT_OPEN || moment->value > bounds->since.value)) {
        bounds->since = *moment;
    }
}

/* What happened before a time may have been recorded at any time after it. */
static void lower_until(struct filter_bounds *bounds, const struct moment *moment, bool recorded)
{
    if (moment->kind == MOMENT_POSITION) {
        lower_end(bounds, moment->value);
    } else if (moment->kind == MOMENT_TIME && recorded &&
               (bounds->until.kind == MOMENT_OPEN || moment->value < bounds->until.value)) {
        bounds->until = *moment;
    }
}

/* Of several values any may be met: then nothing is said. */
static void bound_time(const struct filter_node *test, const struct filter_value *value,
                       struct filter_bounds *bounds)
{
    bool recorded = test->field->id == FILTER_RECORDED;
    switch (test->relation) {
    case FILTER_EQUAL:
        raise_since(bounds, &value->range.since);
        lower_until(bounds, &value->range.until, recorded);
        break;
    case FILTER_LESS:
    case FILTER_AT_MOST:
        lower_until(bounds, &value->range.since, recorded);
        break;
    case FILTER_MORE:
    case FILTER_AT_LEAST:
        raise_since(bounds, &value->range.since);
        break;
    case FILTER_LIKE:
    case FILTER_EXISTS:
        break;
    }
}

static void bound_position(const struct filter_node *test, const struct filter_value *value,
                           struct filter_bounds *bounds)
{
    uint64_t n = value->number, after = n == UINT64_MAX ? n : n + 1;
    switch (test->relation) {
    case FILTER_EQUAL:
        raise_first(bounds, n);
        lower_end(bounds, after);
        break;
    case FILTER_LESS:
        lower_end(bounds, n);
        break;
    case FILTER_AT_MOST:
        lower_end(bounds, after);
        break;
    case FILTER_MORE:
        raise_first(bounds, after);
        break;
    case FILTER_AT_LEAST:
        raise_first(bounds, n);
        break;
    case FILTER_LIKE:
    case FILTER_EXISTS:
        break;
    }
}

static void bound_test(const struct filter *filter, const struct filter_node *test,
                       struct filter_bounds *bounds)
{
    const struct filter_value *value =
        test->first == FILTER_NONE ? NULL : &filter->values[test->first];
    if (value == NULL || value->next != FILTER_NONE) {
        return;
    }
    if (test->field->id == FILTER_N) {
        bound_position(test, value, bounds);
    } else if (test->field->id == FILTER_TIME || test->field->id == FILTER_RECORDED) {
        bound_time(test, value, bounds);
    }
}

void filter_bounds(const struct filter *filter, struct filter_bounds *out)
{
    const struct filter_node *root = &filter->nodes[filter->root];
    *out = (struct filter_bounds){.end = UINT64_MAX};
    if (root->kind == FILTER_TEST) {
        bound_test(filter, root, out);
    }
    for (uint16_t at = root->kind == FILTER_ALL ? root->first : FILTER_NONE; at != FILTER_NONE;
         at = filter->nodes[at].next) {
        if (filter->nodes[at].kind == FILTER_TEST) {
            bound_test(filter, &filter->nodes[at], out);
        }
    }
}

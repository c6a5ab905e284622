#include "tools/explain.h"

#include "reports/candidates.h"
#include "reports/filter/filter.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    SHOWN_MAX = 160, /* bytes of a test */
    INDENT = 2,
};

/* The expression ---------------------------------------------------------------------------- */

/* What has to be read for a test. */
static const char *cost_of(const struct filter_node *test)
{
    if (test->field->type == FILTER_TYPE_BODY) {
        return "body";
    }
    return test->field->type == FILTER_TYPE_TEXT ? "leaf, then body" : "leaf";
}

struct explaining {
    const struct invocation *invocation;
    const struct filter *filter;
    const struct candidates *plan;
    char *memory; /* FILTER_WRITTEN_MAX bytes */
};

static void explain_test(const struct explaining *explaining, uint16_t at, unsigned depth)
{
    const struct filter_node *test = &explaining->filter->nodes[at];
    struct text text = {.data = explaining->memory, .capacity = FILTER_WRITTEN_MAX};
    filter_write_node(explaining->filter, at, &text);
    size_t size = text.size > SHOWN_MAX ? SHOWN_MAX : text.size;
    invocation_note(explaining->invocation, "  %*s%.*s%s  [%s]", (int)(depth * INDENT), "",
                    (int)size, text.data, size < text.size ? "..." : "",
                    candidates_use_node(explaining->plan, at) ? "index" : cost_of(test));
}

static void explain_node(const struct explaining *explaining, uint16_t at, unsigned depth)
{
    static const char *const joints[] = {
        [FILTER_ALL] = "and", [FILTER_ANY] = "or", [FILTER_NOT] = "not", [FILTER_TEST] = ""};
    const struct filter_node *node = &explaining->filter->nodes[at];
    if (node->kind == FILTER_TEST) {
        explain_test(explaining, at, depth);
        return;
    }
    invocation_note(
        explaining->invocation, "  %*s%s%s", (int)(depth * INDENT), "", joints[node->kind],
        candidates_use_node(explaining->plan, at) ? "" : "  [the index cannot narrow it]");
    for (uint16_t child = node->first; child != FILTER_NONE;) {
        explain_node(explaining, child, depth + 1);
        child = node->kind == FILTER_NOT ? FILTER_NONE : explaining->filter->nodes[child].next;
    }
}

static struct status explain_expression(const struct invocation *invocation,
                                        const struct query *query, struct index_snapshot *index,
                                        uint64_t size)
{
    CLEANUP(candidates_close) struct candidates plan;
    plan.node_count = 0;
    TRY(candidates_open(query, index, size, &plan));
    const struct explaining explaining = {.invocation = invocation,
                                          .filter = query->where,
                                          .plan = &plan,
                                          .memory = malloc(FILTER_WRITTEN_MAX)};
    if (explaining.memory == NULL) {
        return FAIL(NO_MEMORY, FILTER_WRITTEN_MAX);
    }
    invocation_note(invocation, "where:");
    explain_node(&explaining, query->where->root, 0);
    free(explaining.memory);
    return OK;
}

/* The plan -------------------------------------------------------------------------------- */

/* Runs are made by position alone: so many of each level. */
static uint64_t runs_in(uint64_t covered)
{
    uint64_t runs = 0;
    for (uint64_t left = covered / INDEX_RUN_EVENTS; left > 0; left /= INDEX_FANOUT) {
        runs += left % INDEX_FANOUT;
    }
    return runs;
}

static void explain_index(const struct invocation *invocation, struct index_snapshot *index,
                          const struct query_outcome *outcome)
{
    if (index == NULL) {
        invocation_note(invocation, "index: there is none; every leaf is compared");
        return;
    }
    uint64_t covered = index_snapshot_size(index);
    covered = covered < outcome->size ? covered : outcome->size;
    if (covered == 0) {
        invocation_note(invocation, "index: none of the %" PRIu64 " events is indexed yet",
                        outcome->size);
    } else if (outcome->terms == 0) {
        invocation_note(invocation,
                        "index: no term narrows this question; every leaf in range is compared");
    } else {
        invocation_note(invocation,
                        "index: %" PRIu32 " terms walked in %" PRIu64 " runs over %" PRIu64
                        " events; %" PRIu64 " are not indexed yet",
                        outcome->terms, runs_in(covered), covered, outcome->size - covered);
    }
}

void explain_query(const struct invocation *invocation, const struct query *query,
                   struct index_snapshot *index, const struct query_outcome *outcome)
{
    const size_t size = 8192 + FILTER_WRITTEN_MAX;
    char *memory = malloc(size);
    if (memory == NULL) {
        return;
    }
    struct text asked = {.data = memory, .capacity = size};
    query_write(query, &asked);
    invocation_note(invocation, "asked: %s", text_string(&asked));
    free(memory);
    if (query->where != NULL) {
        struct status status = explain_expression(invocation, query, index, outcome->size);
        if (failed(status)) {
            (void)invocation_failed(invocation, status, NULL, "explaining");
        }
    }
    explain_index(invocation, index, outcome);
    invocation_note(invocation,
                    "compared %" PRIu64 " leaves; for %" PRIu64
                    " of them there was no index to narrow it; read %" PRIu64 " bodies",
                    outcome->compared, outcome->scanned, outcome->bodies);
}

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

static void explain_node(const struct invocation *invocation, const struct filter *filter,
                         uint16_t at, unsigned depth)
{
    static const char *const joints[] = {
        [FILTER_ALL] = "and", [FILTER_ANY] = "or", [FILTER_NOT] = "not", [FILTER_TEST] = ""};
    const struct filter_node *node = &filter->nodes[at];
    char *memory = malloc(FILTER_WRITTEN_MAX);
    struct text text = {.data = memory, .capacity = FILTER_WRITTEN_MAX};
    if (memory == NULL) {
        return;
    }
    if (node->kind == FILTER_TEST) {
        filter_write_node(filter, at, &text);
        size_t size = text.size > SHOWN_MAX ? SHOWN_MAX : text.size;
        invocation_note(invocation, "  %*s%.*s%s  [%s]", (int)(depth * INDENT), "", (int)size,
                        text.data, size < text.size ? "..." : "", cost_of(node));
    } else {
        invocation_note(invocation, "  %*s%s", (int)(depth * INDENT), "", joints[node->kind]);
    }
    free(memory);
    for (uint16_t child = node->kind == FILTER_TEST ? FILTER_NONE : node->first;
         child != FILTER_NONE;) {
        explain_node(invocation, filter, child, depth + 1);
        child = node->kind == FILTER_NOT ? FILTER_NONE : filter->nodes[child].next;
    }
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
        invocation_note(invocation, "where:");
        explain_node(invocation, query->where, query->where->root, 0);
    }
    explain_index(invocation, index, outcome);
    invocation_note(invocation,
                    "compared %" PRIu64 " leaves; for %" PRIu64
                    " of them there was no index to narrow it; read %" PRIu64 " bodies",
                    outcome->compared, outcome->scanned, outcome->bodies);
}

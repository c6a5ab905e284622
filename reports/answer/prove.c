#include "reports/answer/prove.h"

#include "reports/answer/narrow.h"
#include "reports/answer/question.h"

/* What the limit has cut off is no part of the question: the range ends at the last row. */
static void cut_range(const struct query *query, const uint64_t *rows, size_t row_count,
                      struct answer_plan *plan)
{
    if (query->limit == 0 || row_count < query->limit) {
        return;
    }
    uint64_t last = rows[row_count - 1];
    if (query->newest_first) {
        plan->first = last;
    } else {
        plan->end = last + 1;
    }
}

/* The neighbours show by their times that the range goes far enough. */
static void add_bounds(uint64_t size, struct answer_plan *plan)
{
    if (plan->first > 0) {
        plan->bounds[plan->bound_count++] = plan->first - 1;
    }
    if (plan->end < size) {
        plan->bounds[plan->bound_count++] = plan->end;
    }
}

static bool wants_body(void *context, const struct leaf *leaf)
{
    return query_meets(context, leaf);
}

struct status prove_answer(const struct query *query, struct log_snapshot *log,
                           struct index_snapshot *index, const uint64_t *rows, size_t row_count,
                           const struct answer_sink *sink)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    char memory[QUESTION_TEXT_MAX];
    struct text line = TEXT_IN(memory);
    struct narrowing implied;
    struct query asked = *query;
    struct answer_plan plan = {.narrowing = &implied, .rows = rows, .row_count = row_count};
    query_write(query, &line);
    if (line.full) {
        return FAIL_BECAUSE(LIMIT, QUESTION_TEXT_MAX, "the question is too long");
    }
    plan.question = text_bytes(&line);
    TRY(query_positions(query, log, &plan.first, &plan.end));
    uint64_t size = log_snapshot_size(log);
    plan.end = plan.end < size ? plan.end : size;
    plan.first = plan.first < plan.end ? plan.first : plan.end;
    cut_range(query, rows, row_count, &plan);
    add_bounds(size, &plan);
    if (query->where != NULL && query->where->reads_bodies) {
        plan.wants_body = wants_body;
        plan.context = &asked;
    }
    TRY(hasher_open(&hasher));
    narrow(query, hasher, &implied);
    return answer_make(log, index, &plan, sink);
}

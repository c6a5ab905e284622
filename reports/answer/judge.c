#include "reports/answer/judge.h"

#include "reports/answer/narrow.h"
#include "schema/limits.h"

#include <assert.h>

struct judging {
    const struct answer *answer;
    struct question *question;
    struct judgement *judgement;
    struct hasher *hasher;
    struct arena *scratch;
    size_t next; /* row, upwards */
};

/* The order of rows --------------------------------------------------------------------------- */

static bool is_downwards(const struct answer *answer)
{
    return answer->row_count > 1 && answer->rows[0] > answer->rows[1];
}

static struct status check_order(const struct judging *judging)
{
    const struct answer *answer = judging->answer;
    const struct query *query = &judging->question->query;
    bool downwards = is_downwards(answer);
    for (size_t i = 1; i < answer->row_count; i++) {
        uint64_t one = answer->rows[i - 1], other = answer->rows[i];
        if (one == other || (one > other) != downwards) {
            return FAIL_BECAUSE(CORRUPT, other, "the rows are not in order");
        }
    }
    if (query->limit > 0 && answer->row_count > 1 && downwards != query->newest_first) {
        return FAIL_BECAUSE(CORRUPT, answer->rows[0], "the rows are in the wrong order");
    }
    return query->limit == 0 || answer->row_count <= query->limit
               ? OK
               : FAIL_BECAUSE(CORRUPT, answer->rows[0], "there are more rows than were asked for");
}

/* Row number `i`, upwards. */
static uint64_t row_at(const struct answer *answer, size_t i)
{
    return answer->rows[is_downwards(answer) ? answer->row_count - 1 - i : i];
}

/* The range ----------------------------------------------------------------------------------- */

/* When the event of this position was recorded, if the answer has it. */
static bool recorded(const struct answer *answer, uint64_t n, uint64_t *t_utc_us)
{
    struct leaf leaf;
    const struct answer_event *event = answer_event_at(answer, n);
    if (event == NULL || failed(leaf_decode(event->leaf, &leaf))) {
        return false;
    }
    *t_utc_us = leaf.t_utc_us;
    return true;
}

/* Whether a bound shows that nothing before `first` matches. Times of the log never decrease, and
 * nothing counts under a time after it was recorded. */
static bool bars_before(const struct answer *answer, const struct moment *since, uint64_t first)
{
    uint64_t t_utc_us;
    return (since->kind == MOMENT_POSITION && first <= since->value) ||
           (since->kind == MOMENT_TIME && recorded(answer, first - 1, &t_utc_us) &&
            t_utc_us < since->value);
}

static bool bars_after(const struct answer *answer, const struct moment *until, uint64_t end)
{
    uint64_t t_utc_us;
    return (until->kind == MOMENT_POSITION && end >= until->value) ||
           (until->kind == MOMENT_TIME && recorded(answer, end, &t_utc_us) &&
            t_utc_us >= until->value);
}

static struct filter_bounds bounds_of(const struct query *query)
{
    struct filter_bounds bounds = {.end = UINT64_MAX};
    if (query->where != NULL) {
        filter_bounds(query->where, &bounds);
    }
    return bounds;
}

static bool nothing_before(const struct judging *judging)
{
    const struct answer *answer = judging->answer;
    const struct query *query = &judging->question->query;
    const struct filter_bounds bounds = bounds_of(query);
    bool cut = judging->judgement->cut && query->newest_first;
    return answer->first == 0 || answer->first <= bounds.first ||
           bars_before(answer, &query->range.since, answer->first) ||
           bars_before(answer, &bounds.since, answer->first) ||
           (cut && answer->first == row_at(answer, 0));
}

static bool nothing_after(const struct judging *judging)
{
    const struct answer *answer = judging->answer;
    const struct query *query = &judging->question->query;
    const struct filter_bounds bounds = bounds_of(query);
    const struct moment *until = &query->range.until;
    bool cut = judging->judgement->cut && !query->newest_first;
    bool bars = (until->kind == MOMENT_POSITION || query->by_received) &&
                bars_after(answer, until, answer->end);
    return answer->end == judging->judgement->ground.checkpoint.size || answer->end >= bounds.end ||
           bars || bars_after(answer, &bounds.until, answer->end) ||
           (cut && answer->end == row_at(answer, answer->row_count - 1) + 1);
}

static struct status check_range(const struct judging *judging)
{
    if (!nothing_before(judging)) {
        return FAIL_BECAUSE(CORRUPT, judging->answer->first,
                            "the answer begins later than the question");
    }
    return nothing_after(judging) ? OK
                                  : FAIL_BECAUSE(CORRUPT, judging->answer->end,
                                                 "the answer ends earlier than the question");
}

/* Terms --------------------------------------------------------------------------------------- */

static struct status check_terms(const struct judging *judging)
{
    struct narrowing implied;
    narrow(&judging->question->query, judging->hasher, &implied);
    for (size_t set = 0; set < judging->answer->narrowing.count; set++) {
        if (!narrowing_has(&implied, &judging->answer->narrowing, set)) {
            return FAIL_BECAUSE(CORRUPT, judging->answer->first,
                                "the terms are not those that the question asks for");
        }
    }
    return OK;
}

/* Events -------------------------------------------------------------------------------------- */

/* One test of the expression. A regular expression stays open: nothing is run that could take as
 * long as its writer likes. */
static struct status decide_test(const struct judging *judging, struct filter_event *event,
                                 uint16_t at, enum filter_answer *out)
{
    struct filter *filter = &judging->question->filter;
    uint16_t root = filter->root;
    *out = FILTER_UNKNOWN;
    if (filter->nodes[at].relation == FILTER_LIKE) {
        return OK;
    }
    filter->root = at;
    struct status status = filter_decide(filter, event, out);
    filter->root = root;
    return status;
}

static struct status decide(const struct judging *judging, struct filter_event *event, uint16_t at,
                            enum filter_answer *out);

/* One part that says `ends` settles it; else one that is open leaves it open. */
static struct status decide_parts(const struct judging *judging, struct filter_event *event,
                                  uint16_t first, enum filter_answer ends, enum filter_answer *out)
{
    *out = ends == FILTER_NO ? FILTER_YES : FILTER_NO;
    for (uint16_t at = first; at != FILTER_NONE; at = judging->question->filter.nodes[at].next) {
        enum filter_answer part;
        TRY(decide(judging, event, at, &part));
        if (part == ends) {
            *out = ends;
            return OK;
        }
        *out = part == FILTER_UNKNOWN ? FILTER_UNKNOWN : *out;
    }
    return OK;
}

/* The parser bounds the depth. */
static struct status decide(const struct judging *judging, struct filter_event *event, uint16_t at,
                            enum filter_answer *out)
{
    const struct filter_node *node = &judging->question->filter.nodes[at];
    switch (node->kind) {
    case FILTER_TEST:
        return decide_test(judging, event, at, out);
    case FILTER_ALL:
        return decide_parts(judging, event, node->first, FILTER_NO, out);
    case FILTER_ANY:
        return decide_parts(judging, event, node->first, FILTER_YES, out);
    case FILTER_NOT:
        break;
    }
    TRY(decide(judging, event, node->first, out));
    *out = *out == FILTER_UNKNOWN ? FILTER_UNKNOWN : *out == FILTER_YES ? FILTER_NO : FILTER_YES;
    return OK;
}

static struct status ask(const struct judging *judging, const struct answer_event *shown,
                         enum filter_answer *out)
{
    struct leaf leaf;
    TRY(leaf_decode(shown->leaf, &leaf));
    const struct query *query = &judging->question->query;
    struct filter_event event = {
        .leaf = &leaf, .leaf_bytes = shown->leaf, .scratch = judging->scratch};
    *out = query_meets(query, &leaf) ? FILTER_YES : FILTER_NO;
    if (*out == FILTER_NO || query->where == NULL) {
        return OK;
    }
    event.has_body = shown->body.size > 0;
    if (event.has_body) {
        event.body = bytes_of(shown->body.data + SALT_SIZE, shown->body.size - SALT_SIZE);
    }
    arena_reset(judging->scratch);
    return decide(judging, &event, query->where->root, out);
}

static struct status not_a_candidate(uint64_t row)
{
    return FAIL_BECAUSE(CORRUPT, row, "a row is not among the events that can match");
}

static struct status compare(uint64_t n, enum filter_answer answer, bool is_row)
{
    if (is_row && answer == FILTER_NO) {
        return FAIL_BECAUSE(CORRUPT, n, "a row does not answer the question");
    }
    return !is_row && answer == FILTER_YES
               ? FAIL_BECAUSE(CORRUPT, n,
                              "an event that answers the question is not among the rows")
               : OK;
}

static struct status visit(void *context, const struct answer_event *event)
{
    struct judging *judging = context;
    struct judgement *judgement = judging->judgement;
    enum filter_answer answer;
    bool is_row = judging->next < judging->answer->row_count &&
                  row_at(judging->answer, judging->next) == event->n;
    if (judging->next < judging->answer->row_count &&
        row_at(judging->answer, judging->next) < event->n) {
        return not_a_candidate(row_at(judging->answer, judging->next));
    }
    TRY(ask(judging, event, &answer));
    TRY(compare(event->n, answer, is_row));
    judgement->candidates++;
    if (answer == FILTER_UNKNOWN) {
        judgement->undecided++;
        judgement->undecided_rows += is_row ? 1 : 0;
        judgement->absent += event->body.size == 0 ? 1 : 0;
    }
    judging->next += is_row ? 1 : 0;
    return OK;
}

/* The whole ----------------------------------------------------------------------------------- */

static void hash_rows(const struct judging *judging)
{
    const struct answer *answer = judging->answer;
    hash_start(judging->hasher);
    for (size_t i = 0; i < answer->row_count; i++) {
        const struct answer_event *event = answer_event_at(answer, answer->rows[i]);
        assert(event != NULL); /* each row has been visited */
        hash_add(judging->hasher, event->leaf);
        hash_add(judging->hasher, LITERAL("\n"));
    }
    judging->judgement->result = hash_finish(judging->hasher);
}

static struct status judge_rows(struct judging *judging, const struct public_key *key)
{
    const struct answer *answer = judging->answer;
    const struct query *query = &judging->question->query;
    struct judgement *judgement = judging->judgement;
    TRY(question_read(answer->question, judging->question));
    TRY(check_order(judging));
    judgement->rows = answer->row_count;
    judgement->cut = query->limit > 0 && answer->row_count == query->limit;
    TRY(answer_check(answer, judging->hasher, key, visit, judging, &judgement->ground));
    if (judging->next < answer->row_count) {
        return not_a_candidate(row_at(answer, judging->next));
    }
    TRY(check_range(judging));
    TRY(check_terms(judging));
    hash_rows(judging);
    return OK;
}

struct status judge(const struct answer *answer, struct hasher *hasher,
                    const struct public_key *key, struct question *question, struct judgement *out)
{
    uint8_t memory[FILTER_SCRATCH_SIZE];
    struct arena scratch = ARENA_IN(memory);
    struct judging judging = {.answer = answer,
                              .question = question,
                              .judgement = out,
                              .hasher = hasher,
                              .scratch = &scratch};
    *out = (struct judgement){0};
    return judge_rows(&judging, key);
}

#include "tests/store/answered.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

const struct index_proportions answered_runs = {.run_events = 16, .fanout = 3, .block_max = 120};

void answered_draw(struct recorded *recorded, struct question *out)
{
    uint64_t size = log_head_of(recorded->log)->size;
    *out = (struct question){.end = size};
    size_t sets = 1 + recorded_random(recorded, 3);
    for (size_t i = 0; i < sets; i++) {
        struct term terms[4];
        size_t count = 1 + recorded_random(recorded, 3);
        for (size_t k = 0; k < count; k++) {
            terms[k] = recorded_term(recorded);
        }
        assert_true(narrowing_add(&out->narrowing, terms, count));
    }
    if (recorded_random(recorded, 2) == 0) {
        uint64_t a = recorded_random(recorded, size + 1), b = recorded_random(recorded, size + 1);
        out->first = a < b ? a : b;
        out->end = a < b ? b : a;
    }
}

struct growing answered_make(struct recorded *recorded, const struct question *question)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    struct growing file = {0};
    const uint64_t rows[] = {1, 2};
    const struct answer_plan plan = {.question = LITERAL("a question"),
                                     .first = question->first,
                                     .end = question->end,
                                     .narrowing = &question->narrowing,
                                     .rows = rows,
                                     .row_count = 2};
    must(log_snapshot_open(recorded->log, &log));
    must(index_snapshot_open(recorded->index, &index));
    must(answer_make(log, index, &plan, &(struct answer_sink){&file, growing_put}));
    return file;
}

struct status answered_visit(void *context, const struct answer_event *event)
{
    struct visited *visited = context;
    assert_true(visited->count == 0 || visited->positions[visited->count - 1] < event->n);
    visited->positions[visited->count++] = event->n;
    return OK;
}

struct status answered_check(struct recorded *recorded, const struct answer *answer,
                             struct visited *visited, struct answer_ground *ground)
{
    visited->count = 0;
    return answer_check(answer, recorded->hasher, secret_key_public(recorded->key), answered_visit,
                        visited, ground);
}

struct answer *answered_read(const struct growing *file)
{
    struct answer *answer = NULL;
    must(answer_read(bytes_of(file->data, file->size), &answer));
    return answer;
}

struct growing answered_small(struct recorded *recorded)
{
    struct question question = {.end = log_head_of(recorded->log)->size};
    struct term term = term_of(recorded->hasher, TERM_SOURCE, LITERAL("rare"));
    assert_true(narrowing_add(&question.narrowing, &term, 1));
    return answered_make(recorded, &question);
}

int make_recorded(void **state)
{
    struct recorded *recorded = malloc(sizeof *recorded);
    recorded_begin(recorded, 1, &answered_runs);
    recorded_write(recorded, ANSWERED_EVENTS);
    *state = recorded;
    return 0;
}

int remove_recorded(void **state)
{
    recorded_end(*state);
    free(*state);
    return 0;
}

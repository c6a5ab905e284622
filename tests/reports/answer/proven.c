#include "tests/reports/answer/proven.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct asking {
    struct proven *proven;
    struct hasher *hasher;
};

static struct status take_row(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct asking *asking = context;
    asking->proven->rows[asking->proven->count++] = leaf->n;
    hash_add(asking->hasher, bytes);
    hash_add(asking->hasher, LITERAL("\n"));
    return OK;
}

static struct growing prove(struct history *history, struct index_snapshot *index,
                            const struct query *query, const uint64_t *rows, size_t count)
{
    struct growing file = {0};
    must(prove_answer(query, history->log, index, rows, count,
                      &(struct answer_sink){&file, growing_put}));
    return file;
}

struct growing proven_with_rows(struct history *history, const struct query *query,
                                const uint64_t *rows, size_t count)
{
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    must(index_snapshot_open(engine_index(history->engine), &index));
    return prove(history, index, query, rows, count);
}

void proven_make(struct history *history, const struct query *query, struct proven *out)
{
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct query_outcome outcome;
    must(index_snapshot_open(engine_index(history->engine), &index));
    must(hasher_open(&hasher));
    *out = (struct proven){.rows = calloc(history->count + 1, sizeof *out->rows)};
    assert_non_null(out->rows);
    struct asking asking = {.proven = out, .hasher = hasher};
    hash_start(hasher);
    must(query_run(query, history->log, index, take_row, &asking, &outcome));
    out->result = hash_finish(hasher);
    out->file = prove(history, index, query, out->rows, out->count);
}

void proven_free(struct proven *proven)
{
    free(proven->rows);
    growing_free(&proven->file);
}

struct status proven_judge(struct history *history, const struct growing *file,
                           struct judgement *out)
{
    CLEANUP(answer_close) struct answer *answer = NULL;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct question *question = malloc(sizeof *question);
    assert_non_null(question);
    must(hasher_open(&hasher));
    must(answer_read(bytes_of(file->data, file->size), &answer));
    struct status status = judge(answer, hasher, engine_log_key(history->engine), question, out);
    question_close(question);
    free(question);
    return status;
}

struct filter *proven_filter(const char *expression)
{
    const struct filter_context context = {.moments = {.zone = zone_utc()}};
    struct filter_fault fault;
    struct filter *filter = malloc(sizeof *filter);
    assert_non_null(filter);
    must(filter_read(bytes_of_string(expression), &context, filter, &fault));
    return filter;
}

int make_history(void **state)
{
    struct history *history = malloc(sizeof *history);
    assert_non_null(history);
    history_begin(history, 1);
    history->rare_every = 700;
    history_write(history, PROVEN_EVENTS);
    must(engine_finish(history->engine));
    history_reopen(history);
    history_look(history);
    *state = history;
    return 0;
}

int remove_history(void **state)
{
    history_end(*state);
    free(*state);
    return 0;
}

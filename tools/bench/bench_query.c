#include "reports/filter/filter.h"
#include "reports/query.h"
#include "tools/bench/bench.h"

#include <stdlib.h>

enum {
    ROWS = 50,
};

struct asked {
    const char *what;
    enum query_member members[2];
    const char *values[2];
    size_t count;
    bool newest_first;
    const char *where; /* NULL: no expression */
};

static struct status take_row(void *context, struct bytes bytes, const struct leaf *leaf)
{
    (void)bytes;
    *(uint64_t *)context += leaf->n;
    return OK;
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static struct status ask_once(struct bench *bench, const struct query *query,
                              struct query_outcome *outcome)
{
    uint64_t sum = 0;
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    TRY(log_snapshot_open(engine_log(bench->engine), &log));
    TRY(index_snapshot_open(engine_index(bench->engine), &index));
    return query_run(query, log, index, take_row, &sum, outcome);
}

static struct status measure_with(struct bench *bench, const struct asked *asked,
                                  struct filter *filter, struct bench_query *out)
{
    uint64_t ns[BENCH_QUERIES];
    struct query_outcome outcome;
    struct filter_fault fault;
    const struct filter_context context = {.moments = {.zone = zone_utc()}};
    struct query query = {.limit = ROWS, .newest_first = asked->newest_first};
    if (asked->where != NULL) {
        TRY(filter_read(bytes_of_string(asked->where), &context, filter, &fault));
        query.where = filter;
    }
    for (size_t i = 0; i < asked->count; i++) {
        TRY(query_add(&query, asked->members[i], bytes_of_string(asked->values[i])));
    }
    out->what = asked->what;
    for (size_t i = 0; i < BENCH_QUERIES; i++) {
        uint64_t before = bench_now_ns();
        TRY(ask_once(bench, &query, &outcome));
        ns[i] = bench_now_ns() - before;
    }
    out->rows = outcome.rows;
    out->scanned = outcome.scanned;
    qsort(ns, BENCH_QUERIES, sizeof ns[0], by_size);
    out->median_ns = ns[BENCH_QUERIES / 2];
    out->worst_ns = ns[BENCH_QUERIES - 1];
    return OK;
}

static struct status measure(struct bench *bench, const struct asked *asked,
                             struct bench_query *out)
{
    struct filter *filter = calloc(1, sizeof *filter);
    if (filter == NULL) {
        return FAIL(NO_MEMORY, sizeof *filter);
    }
    struct status status = measure_with(bench, asked, filter, out);
    filter_close(filter);
    free(filter);
    return status;
}

struct status bench_queries(struct bench *bench, struct bench_query *out, size_t capacity,
                            size_t *count)
{
    char memory[64];
    struct text subject = TEXT_IN(memory);
    id_write(&subject, (struct id){ID_SUBJECT, bench->subjects[BENCH_SUBJECTS / 2]});
    const char *one = text_string(&subject);
    char either_memory[256];
    struct text either = TEXT_IN(either_memory);
    text_add(&either, "(on = %s or source = 10.2.7.9) and not outcome = denied and n > 9", one);
    const struct asked all[] = {
        {"a kind (nearly all events)", {QUERY_KIND}, {"audit.observed"}, 1, false, NULL},
        {"a subject (1 of 1,000)", {QUERY_ON}, {one}, 1, false, NULL},
        {"the same, newest first", {QUERY_ON}, {one}, 1, true, NULL},
        {"an outcome (1 of 97)", {QUERY_OUTCOME}, {"denied"}, 1, false, NULL},
        {"an address (1 of 1,024)", {QUERY_SOURCE}, {"10.2.7.9"}, 1, false, NULL},
        {"a subject and an outcome", {QUERY_ON, QUERY_OUTCOME}, {one, "denied"}, 2, false, NULL},
        {"an emitter, newest first", {QUERY_EMITTER}, {"sensor"}, 1, true, NULL},
        {"a rare kind", {QUERY_KIND}, {"emitter.registered"}, 1, false, NULL},
        {"either of two, not a third", {0}, {0}, 0, false, text_string(&either)},
        {"an outcome, and in bodies", {0}, {0}, 0, false, "outcome = denied and body.what ~ /./"},
        {"nothing (an unknown address)", {QUERY_SOURCE}, {"192.0.2.1"}, 1, false, NULL},
    };
    *count = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0] && *count < capacity; i++) {
        TRY(measure(bench, &all[i], &out[(*count)++]));
        if (bench_tick(bench, "queries", i, sizeof all / sizeof all[0])) {
            return FAIL(INTERRUPTED, 2);
        }
    }
    return OK;
}

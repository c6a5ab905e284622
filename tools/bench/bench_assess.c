#include "reports/au/au.h"
#include "tools/bench/bench.h"

#include <stdlib.h>

static bool tick(void *context, uint64_t done, uint64_t total)
{
    return bench_tick(context, "assess", done, total);
}

struct status bench_assess(struct bench *bench, struct bench_times *times)
{
    struct arena arena = {.memory = malloc(AU_MEMORY), .capacity = AU_MEMORY};
    const struct au_assessment *assessment = NULL;
    const uint64_t now = engine_now(bench->engine);
    const struct au_question question = {.until_us = now,
                                         .now_us = now,
                                         .size = log_head_of(engine_log(bench->engine))->size,
                                         .progress = tick,
                                         .progress_context = bench};
    if (arena.memory == NULL) {
        return FAIL(NO_MEMORY, AU_MEMORY);
    }
    uint64_t before = bench_now_ns();
    struct status status = au_assess(bench->engine, &question, &arena, &assessment);
    times->assess_ns = bench_now_ns() - before;
    free(arena.memory);
    return status;
}

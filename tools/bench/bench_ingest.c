#include "core/birth.h"
#include "tools/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

uint64_t bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* xorshift64*: the same events in every run. */
uint64_t bench_random(struct bench *bench)
{
    uint64_t x = bench->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    bench->random = x;
    return x * UINT64_C(0x2545f4914f6cdd1d);
}

/* The store ------------------------------------------------------------------------------- */

/* By an event of the writer's own: nobody has a session yet. */
struct status bench_register(struct bench *bench, const struct speaker *speaker)
{
    char memory[512];
    struct text key = TEXT_IN(memory);
    public_key_write(secret_key_public(speaker->key), &key);
    union event_body body = {.emitter_registered = {.name = bytes_of_string(speaker->name),
                                                    .key = text_bytes(&key),
                                                    .class = EMITTER_CLASS_OUTSIDE,
                                                    .about = LITERAL("what the bench writes")}};
    return engine_say(bench->engine, VOICE_AUDIT,
                      &(struct draft){.kind = EVENT_EMITTER_REGISTERED,
                                      .on = {NEW(ID_EMITTER)},
                                      .on_count = 1,
                                      .body = &body});
}

static struct status name_subjects(struct bench *bench)
{
    TRY(engine_flush(bench->engine));
    uint64_t first = log_head_of(engine_log(bench->engine))->size;
    for (uint64_t i = 0; i < BENCH_SUBJECTS; i++) {
        char memory[32];
        struct text name = TEXT_IN(memory);
        text_add(&name, "person-%04u", (unsigned)i);
        union event_body body = {.audit_subject_named = {.system = LITERAL("bench"),
                                                         .class = SUBJECT_CLASS_USER,
                                                         .name = text_bytes(&name)}};
        TRY(engine_say(bench->engine, VOICE_IMPORT,
                       &(struct draft){.kind = EVENT_AUDIT_SUBJECT_NAMED,
                                       .on = {NEW(ID_SUBJECT)},
                                       .on_count = 1,
                                       .body = &body}));
        bench->subjects[i] = first + i;
    }
    return engine_flush(bench->engine);
}

static struct status make_store(struct bench *bench)
{
    TRY(key_library_start());
    TRY(secret_key_make(KEY_ED25519, "bench", &bench->admin));
    TRY(secret_key_make(KEY_ED25519, "sensor", &bench->speaker.key));
    snprintf(bench->speaker.name, sizeof bench->speaker.name, "sensor");
    TRY(store_create(&(struct birth){.directory = bench->directory,
                                     .origin = BENCH_ORIGIN,
                                     .key_type = KEY_ED25519,
                                     .admin_login = "bench",
                                     .admin_key = secret_key_public(bench->admin)}));
    TRY(engine_open(&(struct engine_options){.directory = bench->directory,
                                             .threaded = true,
                                             .commit_events_max = BENCH_BATCH},
                    &bench->engine));
    TRY(bench_register(bench, &bench->speaker));
    TRY(name_subjects(bench));
    return emission_open(&bench->emission);
}

/* Submissions ----------------------------------------------------------------------------- */

static struct status add_event(struct bench *bench)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz      ";
    char detail_memory[BENCH_BODY], source_memory[32];
    struct text detail = TEXT_IN(detail_memory), source = TEXT_IN(source_memory);
    uint64_t random = bench_random(bench);
    /* {"detail":"…","what":"reading"} is 400 bytes. */
    while (detail.size < BENCH_BODY - 31) {
        text_put_char(&detail, letters[(random >> detail.size % 59) & 31]);
    }
    text_add(&source, "10.%u.%u.%u", (unsigned)(random >> 8 & 3), (unsigned)(random >> 16 & 15),
             (unsigned)(random >> 24 & 15));
    union event_body body = {.audit_observed = {.what = LITERAL("reading"),
                                                .has_detail = true,
                                                .detail = text_bytes(&detail)}};
    return emission_add(
        bench->emission,
        &(struct draft){.kind = EVENT_AUDIT_OBSERVED,
                        .on = {THE_LOG, {ID_SUBJECT, bench->subjects[random % BENCH_SUBJECTS]}},
                        .on_count = 2,
                        .source = text_bytes(&source),
                        .outcome = random % 97 == 0 ? OUTCOME_DENIED : OUTCOME_OK,
                        .body = &body});
}

struct status bench_submission(struct bench *bench, struct speaker *speaker, uint64_t count,
                               struct text *out)
{
    struct bytes submission;
    emission_begin(bench->emission, speaker, LITERAL(BENCH_ORIGIN));
    for (uint64_t i = 0; i < count; i++) {
        TRY(add_event(bench));
    }
    TRY(emission_end(bench->emission, &submission, &speaker->head));
    text_clear(out);
    text_put_bytes(out, submission);
    return out->full ? FAIL(LIMIT, out->capacity) : OK;
}

/* What the writer says of a submission: the first refusal is kept. */
static void note_refusal(void *context, const struct receipt *receipt)
{
    struct status *status = context;
    if (!failed(*status)) {
        *status = receipt->status;
    }
}

static struct status ingest_round(struct bench *bench, struct text *round, uint64_t *left,
                                  uint64_t *ns)
{
    size_t made = 0;
    struct status refusal = OK;
    for (; made<BENCH_ROUND && * left> 0; made++) {
        uint64_t count = *left < BENCH_BATCH ? *left : BENCH_BATCH;
        TRY(bench_submission(bench, &bench->speaker, count, &round[made]));
        *left -= count;
    }
    uint64_t before = bench_now_ns();
    for (size_t i = 0; i < made; i++) {
        TRY(engine_submit(bench->engine, text_bytes(&round[i]), note_refusal, &refusal));
    }
    TRY(engine_flush(bench->engine));
    *ns += bench_now_ns() - before;
    return refusal;
}

static struct status ingest_all(struct bench *bench, struct text *round, struct bench_times *times)
{
    uint64_t left = bench->events;
    while (left > 0) {
        TRY(ingest_round(bench, round, &left, &times->ingest_ns));
        if (bench_tick(bench, "ingest", bench->events - left, bench->events)) {
            return FAIL(INTERRUPTED, 2);
        }
    }
    uint64_t before = bench_now_ns();
    TRY(engine_finish(bench->engine));
    times->ingest_ns += bench_now_ns() - before;
    times->ingested = bench->events;
    times->events = log_head_of(engine_log(bench->engine))->size;
    return OK;
}

struct status bench_ingest(struct bench *bench, struct bench_times *times)
{
    struct text round[BENCH_ROUND] = {0};
    struct status status = make_store(bench);
    for (size_t i = 0; i < BENCH_ROUND && !failed(status); i++) {
        round[i].capacity = (size_t)BENCH_BATCH * 1100;
        round[i].data = malloc(round[i].capacity);
        status = round[i].data == NULL ? FAIL(NO_MEMORY, round[i].capacity) : OK;
    }
    status = failed(status) ? status : ingest_all(bench, round, times);
    for (size_t i = 0; i < BENCH_ROUND; i++) {
        free(round[i].data);
    }
    return status;
}

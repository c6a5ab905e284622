#include "tests/store/exported.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Events of a submission: no divisor of a tile. */
static uint32_t at_a_time(uint32_t events)
{
    return events < 10000 ? 37 : 999;
}

void exported_begin(struct exported *exported, enum key_type type, uint32_t events)
{
    struct speaker doors, badges;
    struct emission *emission = NULL;
    const uint32_t most = at_a_time(events);
    scratch_begin(&exported->scratch);
    scratch_store(&exported->scratch, type);
    exported->engine = scratch_open(&exported->scratch, false);
    scratch_emitter(&exported->scratch, exported->engine, "doors", &doors);
    scratch_emitter(&exported->scratch, exported->engine, "badges", &badges);
    must(emission_open(&emission));
    for (uint32_t i = 0; log_head_of(engine_log(exported->engine))->size < events; i++) {
        exported->scratch.clock_us += 1234567;
        uint64_t left = events - log_head_of(engine_log(exported->engine))->size;
        scratch_observe(exported->engine, emission, i % 2 == 0 ? &doors : &badges,
                        left < most ? (uint32_t)left : most);
        must(engine_flush(exported->engine));
    }
    emission_close(&emission);
    secret_key_close(&doors.key);
    secret_key_close(&badges.key);
    must(engine_finish(exported->engine));
    exported->size = log_head_of(engine_log(exported->engine))->size;
}

void exported_end(struct exported *exported)
{
    engine_close(&exported->engine);
    scratch_end(&exported->scratch);
}

struct status growing_put(void *context, struct bytes bytes)
{
    struct growing *growing = context;
    if (growing->size + bytes.size > growing->capacity) {
        growing->capacity = 2 * (growing->size + bytes.size);
        growing->data = realloc(growing->data, growing->capacity);
        assert_non_null(growing->data);
    }
    memcpy(growing->data + growing->size, bytes.data, bytes.size);
    growing->size += bytes.size;
    return OK;
}

void growing_free(struct growing *growing)
{
    free(growing->data);
    *growing = (struct growing){0};
}

uint64_t exported_checkpoint(const struct exported *exported, uint64_t size, struct text *note)
{
    struct log_snapshot *snapshot = NULL;
    struct bytes bytes;
    uint64_t found;
    must(log_snapshot_open(engine_log(exported->engine), &snapshot));
    must(log_read_checkpoint(snapshot, size, &bytes, &found));
    text_put_bytes(note, bytes);
    assert_false(note->full);
    log_snapshot_close(&snapshot);
    return found;
}

struct growing exported_bundle(const struct exported *exported, uint64_t size)
{
    char memory[NOTE_MAX];
    struct text note = TEXT_IN(memory);
    struct growing growing = {0};
    struct bundle_head head = {.size = exported_checkpoint(exported, size, &note)};
    const struct bundle_sink sink = {.context = &growing, .put = growing_put};
    struct log_snapshot *snapshot = NULL;
    snprintf(head.origin, sizeof head.origin, "%s", log_origin(engine_log(exported->engine)));
    must(log_snapshot_open(engine_log(exported->engine), &snapshot));
    must(bundle_put_head(&sink, &head));
    must(bundle_put_log(&sink, snapshot, 0, head.size));
    must(bundle_put_end(&sink, text_bytes(&note)));
    log_snapshot_close(&snapshot);
    return growing;
}

struct status verify_memory(const struct public_key *key, struct bytes bundle, bool threaded,
                            struct verify_report *report)
{
    struct bundle_memory memory = {.bytes = bundle};
    struct bundle_source source = bundle_from_memory(&memory);
    struct bundle_head head;
    CLEANUP(verifier_close) struct verifier *verifier = NULL;
    TRY(verifier_open(key, &verifier));
    TRY(bundle_verify(&source, &(struct stream_options){.threaded = threaded}, verifier, &head));
    *report = *verify_report_of(verifier);
    return OK;
}

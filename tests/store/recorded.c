#include "tests/store/recorded.h"

#include "schema/catalogue/catalogue.h"
#include "tests/store/naive_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    COMMIT_EVERY = 40, /* events */
    PATH_SIZE = 320,
};

static const char *const sources[] = {"10.3.0.7", "10.3.0.70", "fe80::1%eth0", "rare"};
static const char *const actors[] = {"user:3", "user:5", "proxy", "audit"};
static const enum event_kind kinds[] = {EVENT_AUDIT_OBSERVED, EVENT_EMITTER_DENIED,
                                        EVENT_AUDIT_STOPPED, EVENT_AUDIT_RECORD_IMPORTED};

uint64_t recorded_random(struct recorded *recorded, uint64_t below)
{
    return next_random(&recorded->random) % below;
}

void recorded_begin(struct recorded *recorded, uint64_t seed,
                    const struct index_proportions *proportions)
{
    char path[PATH_SIZE];
    *recorded =
        (struct recorded){.random = seed, .t_utc_us = UINT64_C(1773093480000000), .log_after = 5};
    must(key_library_start());
    scratch_begin(&recorded->scratch);
    must(hasher_open(&recorded->hasher));
    must(secret_key_make(KEY_ED25519, RECORDED_ORIGIN, &recorded->key));
    snprintf(path, sizeof path, "%s/log", recorded->scratch.directory);
    must(log_open(&(struct log_options){.directory = path, .origin = RECORDED_ORIGIN},
                  &recorded->log));
    snprintf(path, sizeof path, "%s/index", recorded->scratch.directory);
    must(index_open_with(path, false, proportions, &recorded->index));
}

void recorded_end(struct recorded *recorded)
{
    index_close(&recorded->index);
    log_close(&recorded->log);
    secret_key_close(&recorded->key);
    hasher_close(&recorded->hasher);
    scratch_end(&recorded->scratch);
}

static void note_waiting(void *context, const struct index_run *run)
{
    struct recorded *recorded = context;
    assert_true(recorded->waiting_count < RECORDED_WAITING);
    recorded->waiting[recorded->waiting_count++] = *run;
}

/* Salt and body. */
static void put_body(struct recorded *recorded, enum event_kind kind, const union event_body *body,
                     struct text *out)
{
    uint8_t salt[SALT_SIZE];
    for (size_t i = 0; i < sizeof salt; i++) {
        salt[i] = (uint8_t)recorded_random(recorded, 256);
    }
    text_put(out, salt, sizeof salt);
    event_body_encode(kind, body, out);
    assert_false(out->full);
}

/* Nobody reads the bodies but those of runs: the others are all of one kind. */
static void append(struct recorded *recorded, struct leaf *meant, enum event_kind body_kind,
                   const union event_body *body)
{
    char statement_memory[LEAF_MAX + 1], body_memory[1024];
    struct text statement = TEXT_IN(statement_memory), salted = TEXT_IN(body_memory);
    struct leaf leaf;
    put_body(recorded, body_kind, body, &salted);
    meant->body = hash_body(recorded->hasher, bytes_of(salted.data, SALT_SIZE),
                            bytes_of(salted.data + SALT_SIZE, salted.size - SALT_SIZE));
    meant->emitter_n = 1 + log_head_of(recorded->log)->size;
    meant->n = log_head_of(recorded->log)->size;
    meant->cause = LEAF_NO_CAUSE;
    leaf_encode_statement(meant, &statement);
    must(leaf_decode_statement(text_bytes(&statement), &leaf));
    leaf.version = event_version(leaf.kind);
    leaf.on_n = 1;
    recorded->t_utc_us += recorded_random(recorded, 3) * 1000000;
    must(log_append(recorded->log, &(struct log_event){.leaf = &leaf, .body = text_bytes(&salted)},
                    recorded->t_utc_us));
    must(index_add_leaf(recorded->index, &leaf, note_waiting, recorded));
}

static void append_run(struct recorded *recorded)
{
    const struct index_run run = recorded->waiting[0];
    union event_body body = {.audit_index_run = {.level = run.level,
                                                 .from = run.from,
                                                 .to = run.to,
                                                 .leaves = run.blocks,
                                                 .root = run.root}};
    struct leaf leaf = {.actor = LITERAL("audit"),
                        .emitter = LITERAL("audit"),
                        .kind = EVENT_AUDIT_INDEX_RUN,
                        .on = {{ID_LOG, 0}},
                        .on_count = 1};
    recorded->waiting_count--;
    memmove(recorded->waiting, recorded->waiting + 1, recorded->waiting_count * sizeof run);
    append(recorded, &leaf, EVENT_AUDIT_INDEX_RUN, &body);
}

static void append_random(struct recorded *recorded)
{
    union event_body body = {.audit_observed = {.what = LITERAL("door")}};
    struct leaf leaf = {.emitter = LITERAL("door"),
                        .kind = kinds[recorded_random(recorded, 4)],
                        .outcome = (enum outcome)recorded_random(recorded, OUTCOME_COUNT),
                        .on_count = 1 + recorded_random(recorded, 2)};
    /* Nothing points at what comes after it. */
    bool is_early = log_head_of(recorded->log)->size < 8;
    leaf.actor = bytes_of_string(actors[is_early ? 2 : recorded_random(recorded, 4)]);
    for (size_t i = 0; i < leaf.on_count; i++) {
        leaf.on[i] = is_early ? (struct id){ID_LOG, 0}
                              : (struct id){ID_SUBJECT, recorded_random(recorded, 6)};
    }
    if (recorded_random(recorded, 2) == 0) {
        leaf.source = bytes_of_string(
            sources[recorded_random(recorded, 30) == 0 ? 3 : recorded_random(recorded, 3)]);
    }
    append(recorded, &leaf, EVENT_AUDIT_OBSERVED, &body);
}

void recorded_write(struct recorded *recorded, uint64_t events)
{
    struct bytes note;
    for (uint64_t i = 0; i < events; i += COMMIT_EVERY) {
        must(log_begin(recorded->log));
        for (uint64_t k = 0; k < COMMIT_EVERY; k++) {
            recorded->waited = recorded->waiting_count > 0 ? recorded->waited + 1 : 0;
            if (recorded->waited > recorded->log_after) {
                append_run(recorded);
            } else {
                append_random(recorded);
            }
        }
        must(log_commit(recorded->log, recorded->key, &note));
        must(index_commit(recorded->index));
    }
}

struct term recorded_term(struct recorded *recorded)
{
    switch (recorded_random(recorded, 5)) {
    case 0:
        return term_of(recorded->hasher, TERM_SOURCE,
                       bytes_of_string(sources[recorded_random(recorded, 4)]));
    case 1:
        return term_of(recorded->hasher, TERM_ACTOR,
                       bytes_of_string(actors[recorded_random(recorded, 4)]));
    case 2:
        return term_of(recorded->hasher, TERM_KIND,
                       bytes_of_string(event_name(kinds[recorded_random(recorded, 4)])));
    case 3:
        return term_of_id(recorded->hasher, TERM_ON,
                          (struct id){ID_SUBJECT, recorded_random(recorded, 8)});
    default:
        return term_of(
            recorded->hasher, TERM_OUTCOME,
            bytes_of_string(outcome_name((enum outcome)recorded_random(recorded, OUTCOME_COUNT))));
    }
}

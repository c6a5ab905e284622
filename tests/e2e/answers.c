#include "tests/e2e/answers.h"

#include "core/import.h"
#include "reports/query.h"
#include "store/verify_log.h"

#include <stdio.h>

enum {
    RECORDS = 6,
};

/* The store ------------------------------------------------------------------------------- */

static void import_records(struct engine *engine)
{
    struct import *import = NULL;
    must(import_open(engine, &import));
    import_begin_file(import);
    for (uint64_t i = 0; i < RECORDS; i++) {
        char memory[96];
        struct text raw = TEXT_IN(memory);
        text_add(&raw, "sshd: Failed password for ada from 10.3.0.%u", (unsigned)i);
        must(import_add(import, &(struct foreign_record){.format = IMPORT_FORMAT_SYSLOG,
                                                         .outcome = OUTCOME_FAILED,
                                                         .at_utc_us = UINT64_C(1773093000000000),
                                                         .line = i + 1,
                                                         .system = LITERAL("gateway"),
                                                         .action = LITERAL("sshd"),
                                                         .user = LITERAL("ada"),
                                                         .address = LITERAL("10.3.0.7"),
                                                         .raw = text_bytes(&raw)}));
    }
    must(import_flush(import));
    import_close(&import);
}

static void observe(struct scratch *scratch, struct engine *engine, uint32_t more)
{
    struct speaker door;
    struct emission *emission = NULL;
    scratch_emitter(scratch, engine, "door", &door);
    must(emission_open(&emission));
    for (uint32_t i = 0; i < 3; i++) {
        scratch_observe(engine, emission, &door, 4);
        must(engine_flush(engine));
    }
    while (more > 0) {
        uint32_t some = more < SUBMISSION_EVENTS_MAX ? more : SUBMISSION_EVENTS_MAX;
        scratch_observe(engine, emission, &door, some);
        more -= some;
    }
    emission_close(&emission);
    secret_key_close(&door.key);
}

void answers_make_store(struct scratch *scratch, uint32_t more)
{
    scratch_store(scratch, KEY_ED25519);
    struct engine *engine = scratch_open(scratch, false);
    observe(scratch, engine, more);
    import_records(engine);
    scratch_close(&engine);
}

/* Questions ------------------------------------------------------------------------------- */

struct asking {
    struct engine *engine;
    struct log_snapshot *log;
    struct hasher *hasher; /* over all answers */
    struct answers *out;
};

/* With its size, so that no two answers run into one another. */
static void add(struct asking *asking, struct bytes answer)
{
    uint8_t size[8];
    bytes_write_u64(size, answer.size);
    hash_add(asking->hasher, BYTES(size));
    hash_add(asking->hasher, answer);
}

static void add_number(struct asking *asking, uint64_t number)
{
    uint8_t memory[8];
    bytes_write_u64(memory, number);
    hash_add(asking->hasher, BYTES(memory));
}

static struct status ask_event(struct asking *asking, uint64_t n)
{
    struct bytes bytes, body, command;
    struct leaf leaf;
    uint64_t count;
    TRY(log_read_leaf(asking->log, n, &bytes));
    add(asking, bytes);
    TRY(leaf_decode(bytes, &leaf));
    TRY(log_read_body(asking->log, &leaf, &body));
    add(asking, body);
    TRY(log_read_command(asking->log, &leaf, &command));
    add(asking, command);
    if (engine_state(asking->engine) != NULL) {
        TRY(state_subject_count(engine_state(asking->engine), leaf.on[0], &count));
        add_number(asking, count);
    }
    return OK;
}

static struct status ask_checkpoints(struct asking *asking)
{
    struct bytes note;
    uint64_t size = 0;
    struct status status = log_next_checkpoint(asking->log, 0, &note, &size);
    while (!failed(status)) {
        add_number(asking, size);
        add(asking, note);
        status = log_next_checkpoint(asking->log, size, &note, &size);
    }
    return status.code == STATUS_NOT_FOUND ? OK : status;
}

static struct status ask_table(struct asking *asking, enum row_table table)
{
    uint8_t after[STATE_KEY_MAX];
    size_t after_size = 0;
    struct bytes key, row;
    for (;;) {
        struct status status = state_next(
            engine_state(asking->engine),
            &(struct state_place){
                .table = table, .after = bytes_of(after, after_size), .as_of = UINT64_MAX},
            &key, &row);
        if (failed(status)) {
            return status.code == STATUS_NOT_FOUND ? OK : status;
        }
        add(asking, key);
        add(asking, row);
        memcpy(after, key.data, key.size);
        after_size = key.size;
    }
}

static struct status ask_state(struct asking *asking)
{
    for (unsigned table = 0; table < ROW_TABLE_COUNT; table++) {
        TRY(ask_table(asking, (enum row_table)table));
    }
    struct digest digest = state_digest(engine_state(asking->engine));
    add(asking, BYTES(digest.sha256));
    return OK;
}

static struct status take_row(void *context, struct bytes bytes, const struct leaf *leaf)
{
    (void)leaf;
    add(context, bytes);
    return OK;
}

static struct status ask_query(struct asking *asking, struct index_snapshot *index,
                               enum query_member member, struct bytes value)
{
    struct query query = {.newest_first = true, .limit = 20};
    struct query_outcome outcome;
    TRY(query_add(&query, member, value));
    TRY(query_run(&query, asking->log, index, take_row, asking, &outcome));
    add_number(asking, outcome.rows);
    return OK;
}

/* The index's runs as `cairn verify` looks at them: each by its own root. */
static struct status check_runs(struct index_snapshot *index)
{
    struct index_run run;
    for (uint64_t from = 0; from < index_snapshot_size(index); from = run.to) {
        struct status status = FAIL(NOT_FOUND, from);
        for (uint32_t level = 0; level < INDEX_LEVELS_MAX && failed(status); level++) {
            status = index_run_root(index, level, from, &run);
            if (failed(status) && status.code != STATUS_NOT_FOUND) {
                return status;
            }
        }
        TRY(status);
    }
    return OK;
}

static struct status ask_index(struct asking *asking)
{
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    TRY(index_snapshot_open(engine_index(asking->engine), &index));
    TRY(check_runs(index));
    TRY(ask_query(asking, index, QUERY_OUTCOME, LITERAL("failed")));
    TRY(ask_query(asking, index, QUERY_EMITTER, LITERAL("audit")));
    TRY(ask_query(asking, index, QUERY_ON, LITERAL("log:0")));
    return ask_query(asking, index, QUERY_KIND, LITERAL("emitter.*"));
}

static struct status verify(struct asking *asking)
{
    CLEANUP(verifier_close) struct verifier *verifier = NULL;
    TRY(verifier_open(engine_log_key(asking->engine), &verifier));
    TRY(verify_log(engine_log(asking->engine), &(struct verify_log_options){.threaded = false},
                   verifier));
    asking->out->findings += verify_report_of(verifier)->finding_count;
    return OK;
}

static struct status ask_all(struct asking *asking, bool verified)
{
    TRY(verified ? verify(asking) : OK);
    uint64_t size = log_snapshot_size(asking->log);
    add_number(asking, size);
    for (uint64_t n = 0; n < size && verified; n++) {
        TRY(ask_event(asking, n));
    }
    TRY(ask_checkpoints(asking));
    /* A state or an index that is not there is said to be missing, or damaged. */
    TRY(engine_folded(asking->engine));
    if (engine_state(asking->engine) == NULL || engine_index(asking->engine) == NULL) {
        return FAIL(INCOMPLETE, 0);
    }
    TRY(state_check(engine_state(asking->engine)));
    if (state_size(engine_state(asking->engine)) < size) {
        return FAIL(INCOMPLETE, 0); /* an older one: it will be folded further */
    }
    TRY(ask_state(asking));
    return ask_index(asking);
}

struct status answers_take(const char *store, bool verified, struct answers *out)
{
    CLEANUP(engine_close) struct engine *engine = NULL;
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    *out = (struct answers){0};
    TRY(engine_open(&(struct engine_options){.directory = store, .read_only = true}, &engine));
    TRY(log_snapshot_open(engine_log(engine), &log));
    TRY(hasher_open(&hasher));
    hash_start(hasher);
    struct asking asking = {.engine = engine, .log = log, .hasher = hasher, .out = out};
    TRY(ask_all(&asking, verified));
    out->digest = hash_finish(hasher);
    return OK;
}

/* Writing --------------------------------------------------------------------------------- */

struct status answers_write(const char *store)
{
    CLEANUP(engine_close) struct engine *engine = NULL;
    TRY(engine_open(&(struct engine_options){.directory = store}, &engine));
    union event_body body = {.audit_observed = {.what = LITERAL("one more")}};
    TRY(engine_say(
        engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &body}));
    return engine_finish(engine);
}

struct status answers_verify(const char *store, uint64_t *findings)
{
    CLEANUP(engine_close) struct engine *engine = NULL;
    struct answers answers = {0};
    TRY(engine_open(&(struct engine_options){.directory = store, .read_only = true}, &engine));
    TRY(verify(&(struct asking){.engine = engine, .out = &answers}));
    *findings = answers.findings;
    return OK;
}

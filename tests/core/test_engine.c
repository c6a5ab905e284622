/*
 * The writer in one process: what it takes, what it refuses, and what it finds again.
 */
#include "core/audit/record.h"
#include "core/birth.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct receipts {
    struct receipt last;
    unsigned count;
};

static void keep(void *context, const struct receipt *receipt)
{
    struct receipts *receipts = context;
    receipts->last = *receipt;
    receipts->count++;
}

static void a_new_store_begins_with_genesis_and_knows_its_administrator(void **unused)
{
    (void)unused;
    struct scratch scratch;
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    struct engine *engine = scratch_open(&scratch, false);
    struct log_snapshot *snapshot = NULL;
    struct bytes bytes;
    struct leaf leaf;
    must(log_snapshot_open(engine_log(engine), &snapshot));
    must(log_read_leaf(snapshot, 0, &bytes));
    must(leaf_decode(bytes, &leaf));
    assert_int_equal(leaf.kind, EVENT_AUDIT_GENESIS);
    assert_int_equal(leaf.on[0].kind, ID_LOG);
    assert_int_equal(scratch_admin(engine).kind, ID_USER);
    log_snapshot_close(&snapshot);
    scratch_close(&engine);
    scratch_end(&scratch);
}

static void a_store_is_never_made_over_something_that_is_there(void **unused)
{
    (void)unused;
    struct scratch scratch;
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    struct birth birth = {.directory = scratch.store,
                          .origin = "another.example/log",
                          .admin_login = "eve",
                          .key_type = KEY_ED25519,
                          .admin_key = secret_key_public(scratch.admin_key)};
    assert_int_equal(store_create(&birth).code, STATUS_EXISTS);
    struct engine *engine = scratch_open(&scratch, false);
    assert_string_equal(log_origin(engine_log(engine)), "test.example/log");
    scratch_close(&engine);
    scratch_end(&scratch);
}

/* Everything below for one stage after the other and for stages at once. */
static void submissions_are_in_the_log_when_acknowledged(bool threaded)
{
    struct scratch scratch;
    struct speaker speaker;
    struct emission *emission = NULL;
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    struct engine *engine = scratch_open(&scratch, threaded);
    scratch_emitter(&scratch, engine, "door", &speaker);
    must(emission_open(&emission));
    uint64_t before = log_head_of(engine_log(engine))->size;
    for (unsigned i = 0; i < 20; i++) {
        scratch_observe(engine, emission, &speaker, 500);
    }
    must(engine_flush(engine));
    uint64_t after = log_head_of(engine_log(engine))->size;
    assert_in_range(after, before + 10000, before + 10003); /* and the roots of two runs */
    scratch_close(&engine);
    engine = scratch_open(&scratch, threaded);
    assert_true(log_head_of(engine_log(engine))->size >= after);
    assert_int_equal(state_size(engine_state(engine)), log_head_of(engine_log(engine))->size);
    scratch_close(&engine);
    emission_close(&emission);
    secret_key_close(&speaker.key);
    scratch_end(&scratch);
}

static void one_stage_after_the_other(void **unused)
{
    (void)unused;
    submissions_are_in_the_log_when_acknowledged(false);
}

static void stages_at_once(void **unused)
{
    (void)unused;
    submissions_are_in_the_log_when_acknowledged(true);
}

static void a_submission_sent_twice_is_in_the_log_once(void **unused)
{
    (void)unused;
    struct scratch scratch;
    struct speaker speaker;
    struct emission *emission = NULL;
    struct receipts receipts = {0};
    struct bytes submission;
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    struct engine *engine = scratch_open(&scratch, false);
    scratch_emitter(&scratch, engine, "door", &speaker);
    must(emission_open(&emission));
    emission_begin(emission, &speaker, bytes_of_string(log_origin(engine_log(engine))));
    union event_body body = {.audit_observed = {.what = LITERAL("door")}};
    must(emission_add(emission, &(struct draft){.kind = EVENT_AUDIT_OBSERVED,
                                                .on = {THE_LOG},
                                                .on_count = 1,
                                                .body = &body}));
    must(emission_end(emission, &submission, &speaker.head));
    must(engine_submit(engine, submission, keep, &receipts));
    must(engine_flush(engine));
    assert_false(failed(receipts.last.status));
    assert_false(receipts.last.already);
    uint64_t size = log_head_of(engine_log(engine))->size;
    must(engine_submit(engine, submission, keep, &receipts));
    must(engine_flush(engine));
    assert_true(receipts.last.already);
    assert_int_equal(receipts.count, 2);
    assert_int_equal(log_head_of(engine_log(engine))->size, size);
    scratch_close(&engine);
    emission_close(&emission);
    secret_key_close(&speaker.key);
    scratch_end(&scratch);
}

/* Every event of the log, read as an auditor would. */
static void assert_readable(struct engine *engine)
{
    struct log_snapshot *snapshot = NULL;
    must(log_snapshot_open(engine_log(engine), &snapshot));
    for (uint64_t n = 0; n < log_snapshot_size(snapshot); n++) {
        struct bytes bytes;
        struct leaf leaf;
        must(log_read_leaf(snapshot, n, &bytes));
        must(leaf_decode(bytes, &leaf));
    }
    log_snapshot_close(&snapshot);
}

/* An observation with this project and session; the speaker moves on if it is taken. */
static enum status_code observe_in(struct engine *engine, struct emission *emission,
                                   struct speaker *speaker, struct id project, struct id session)
{
    struct receipts receipts = {0};
    struct bytes submission;
    struct emitter_head head;
    union event_body body = {.audit_observed = {.what = LITERAL("door")}};
    emission_begin(emission, speaker, bytes_of_string(log_origin(engine_log(engine))));
    must(emission_add(emission, &(struct draft){.kind = EVENT_AUDIT_OBSERVED,
                                                .on = {THE_LOG},
                                                .on_count = 1,
                                                .body = &body,
                                                .project = project,
                                                .session = session}));
    must(emission_end(emission, &submission, &head));
    must(engine_submit(engine, submission, keep, &receipts));
    must(engine_flush(engine));
    assert_int_equal(receipts.count, 1);
    if (!failed(receipts.last.status)) {
        speaker->head = head;
    }
    return receipts.last.status.code;
}

/* A leaf that points past itself could never be read again. */
static void an_event_in_an_unknown_project_or_session_is_refused(void **unused)
{
    (void)unused;
    struct scratch scratch;
    struct speaker speaker;
    struct emission *emission = NULL;
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    struct engine *engine = scratch_open(&scratch, false);
    scratch_emitter(&scratch, engine, "door", &speaker);
    must(emission_open(&emission));
    const struct id none = {0}, later = {ID_SUBJECT, UINT64_C(1) << 40}, never = {ID_SUBJECT, 0};
    const struct id known = scratch_admin(engine);
    uint64_t size = log_head_of(engine_log(engine))->size;
    assert_int_equal(observe_in(engine, emission, &speaker, later, none), STATUS_NOT_FOUND);
    assert_int_equal(observe_in(engine, emission, &speaker, none, later), STATUS_NOT_FOUND);
    assert_int_equal(observe_in(engine, emission, &speaker, never, none), STATUS_NOT_FOUND);
    assert_int_equal(log_head_of(engine_log(engine))->size, size);
    assert_int_equal(observe_in(engine, emission, &speaker, known, known), STATUS_OK);
    assert_readable(engine);
    scratch_close(&engine);
    emission_close(&emission);
    secret_key_close(&speaker.key);
    scratch_end(&scratch);
}

static void a_fold_of_more_runs_than_the_ring_holds_ends_and_logs_them(void **unused)
{
    (void)unused;
    uint8_t memory[4096];
    struct scratch scratch;
    struct speaker speaker;
    struct emission *emission = NULL;
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    struct engine *engine = scratch_open(&scratch, true);
    scratch_emitter(&scratch, engine, "door", &speaker);
    must(emission_open(&emission));
    for (unsigned i = 0; i < 90; i++) { /* without a flush: 21 runs, and one of the next level */
        scratch_observe(engine, emission, &speaker, 1000);
    }
    scratch_close(&engine);
    must(engine_open(
        &(struct engine_options){.directory = scratch.store, .threaded = true, .rebuild = true},
        &engine));
    must(engine_flush(engine));
    for (uint64_t from = 0; from < 65536; from += 4096) {
        struct arena arena = ARENA_IN(memory);
        struct status trouble = OK;
        struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
        assert_true(index_run_known(&view, 0, from));
        assert_true(index_run_known(&view, 1, 0));
    }
    scratch_close(&engine);
    emission_close(&emission);
    secret_key_close(&speaker.key);
    scratch_end(&scratch);
}

struct disk_waits {
    atomic_int begun, ended; /* by several threads */
};

static void count_wait(void *context, bool begun)
{
    struct disk_waits *waits = context;
    atomic_fetch_add(begun ? &waits->begun : &waits->ended, 1);
}

/* Whoever watches the writer is told before the disk is waited for, and behind it. */
static void every_wait_for_the_disk_is_told_and_ends(void **state)
{
    struct scratch scratch;
    struct speaker speaker;
    struct disk_waits waits = {0};
    CLEANUP(emission_close) struct emission *emission = NULL;
    (void)state;
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    struct engine *engine = scratch_open(&scratch, false);
    scratch_emitter(&scratch, engine, "door", &speaker);
    scratch_close(&engine);
    must(emission_open(&emission));
    must(engine_open(&(struct engine_options){.directory = scratch.store,
                                              .threaded = true,
                                              .disk = count_wait,
                                              .disk_context = &waits},
                     &engine));
    const int before = atomic_load(&waits.begun);
    scratch_observe(engine, emission, &speaker, 10);
    must(engine_flush(engine));
    assert_int_equal(atomic_load(&waits.begun), before + 1);
    must(engine_settle(engine));
    assert_true(atomic_load(&waits.begun) >= before + 2); /* the index may take its time */
    scratch_close(&engine);
    assert_int_equal(atomic_load(&waits.begun), atomic_load(&waits.ended));
    secret_key_close(&speaker.key);
    scratch_end(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_store_begins_with_genesis_and_knows_its_administrator),
        cmocka_unit_test(a_store_is_never_made_over_something_that_is_there),
        cmocka_unit_test(one_stage_after_the_other),
        cmocka_unit_test(stages_at_once),
        cmocka_unit_test(a_submission_sent_twice_is_in_the_log_once),
        cmocka_unit_test(an_event_in_an_unknown_project_or_session_is_refused),
        cmocka_unit_test(a_fold_of_more_runs_than_the_ring_holds_ends_and_logs_them),
        cmocka_unit_test(every_wait_for_the_disk_is_told_and_ends),
    };
    return cmocka_run_group_tests_name("core/engine", tests, NULL, NULL);
}

/*
 * Writing through another process's engine, and seeing at once what came of it. The port here is a
 * child that opens the store, writes, and ends; each call has one of its own.
 */
#include "core/audit/emitter.h"
#include "core/engine_port.h"
#include "tests/core/talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    SAID_MAX = 8,
};

/* What a child is told to do, and what it answers with. */
struct work {
    struct bytes submission;
    const struct request *requests;
    size_t count;
    bool says;
};

struct answer {
    struct status status;
    struct receipt receipt;
    struct verdict verdicts[2];
};

struct beside {
    struct scratch scratch;
    struct engine *engine; /* reads, and writes through the port */
    struct engine_port port;
    struct draft said[SAID_MAX];
    union event_body bodies[SAID_MAX];
    size_t said_count;
    struct status broken; /* what every call of the port fails with, if it is a failure */
    unsigned calls;
};

/* The child's part ------------------------------------------------------------------------- */

static void keep_receipt(void *context, const struct receipt *receipt)
{
    *(struct receipt *)context = *receipt;
}

static struct status do_work(struct beside *beside, struct engine *engine, const struct work *work,
                             struct answer *answer)
{
    if (work->submission.size > 0) {
        TRY(engine_submit(engine, work->submission, keep_receipt, &answer->receipt));
    }
    if (work->count > 0) {
        TRY(engine_commands(engine, work->requests, work->count, answer->verdicts));
    }
    for (size_t i = 0; i < beside->said_count && work->says; i++) {
        TRY(engine_say(engine, VOICE_AUDIT, &beside->said[i]));
    }
    return engine_settle(engine);
}

static void work_as_child(struct beside *beside, const struct work *work, int out)
{
    struct answer answer = {0};
    struct engine *engine = scratch_open(&beside->scratch, false);
    answer.status = do_work(beside, engine, work, &answer);
    (void)!write(out, &answer, sizeof answer);
    _exit(0); /* as if it had been killed: what was settled is there all the same */
}

static struct status work_elsewhere(struct beside *beside, const struct work *work,
                                    struct answer *answer)
{
    int ends[2], how;
    TRY(beside->broken);
    beside->calls++;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        work_as_child(beside, work, ends[1]);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], answer, sizeof *answer), sizeof *answer);
    close(ends[0]);
    assert_int_equal(waitpid(child, &how, 0), child);
    return answer->status;
}

/* The port --------------------------------------------------------------------------------- */

static struct status port_submit(void *context, struct bytes submission, struct receipt *receipt)
{
    struct answer answer;
    TRY(work_elsewhere(context, &(struct work){.submission = submission}, &answer));
    *receipt = answer.receipt;
    return OK;
}

static struct status port_say(void *context, enum engine_voice voice, const struct draft *draft)
{
    struct beside *beside = context;
    TRY(beside->broken);
    assert_int_equal(voice, VOICE_AUDIT);
    assert_true(beside->said_count < SAID_MAX);
    struct draft *kept = &beside->said[beside->said_count];
    *kept = *draft;
    beside->bodies[beside->said_count] = *draft->body;
    kept->body = &beside->bodies[beside->said_count++];
    return OK;
}

static struct status port_flush(void *context)
{
    struct beside *beside = context;
    struct answer answer;
    struct status status = work_elsewhere(beside, &(struct work){.says = true}, &answer);
    beside->said_count = 0;
    return status;
}

static struct status port_commands(void *context, const struct request *requests, size_t count,
                                   struct verdict *verdicts)
{
    struct answer answer;
    TRY(work_elsewhere(context, &(struct work){.requests = requests, .count = count}, &answer));
    memcpy(verdicts, answer.verdicts, count * sizeof *verdicts);
    return OK;
}

/* The tests -------------------------------------------------------------------------------- */

static uint64_t clock_of(void *context)
{
    const struct beside *beside = context;
    return beside->scratch.clock_us;
}

static void open_beside(struct beside *beside)
{
    must(engine_open(&(struct engine_options){.directory = beside->scratch.store,
                                              .read_only = true,
                                              .clock = clock_of,
                                              .clock_context = beside,
                                              .port = &beside->port},
                     &beside->engine));
}

static int begin(void **state)
{
    struct beside *beside = calloc(1, sizeof *beside);
    assert_non_null(beside);
    scratch_begin(&beside->scratch);
    scratch_store(&beside->scratch, KEY_ED25519);
    struct engine *engine = scratch_open(&beside->scratch, false);
    (void)scratch_login(&beside->scratch, engine,
                        &(struct signer){scratch_admin(engine), beside->scratch.admin_key});
    scratch_close(&engine);
    beside->port = (struct engine_port){.context = beside,
                                        .submit = port_submit,
                                        .say = port_say,
                                        .flush = port_flush,
                                        .commands = port_commands};
    open_beside(beside);
    *state = beside;
    return 0;
}

static int end(void **state)
{
    struct beside *beside = *state;
    engine_close(&beside->engine);
    scratch_end(&beside->scratch);
    free(beside);
    return 0;
}

static bool knows_emitter(struct engine *engine, struct bytes name)
{
    uint8_t memory[4096];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct emitter_row row;
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    bool known = emitter_by_name(&view, name, &row);
    must(trouble);
    return known;
}

/* The record of a command by ada that registers an emitter with her own key. */
static void sign_registration(struct beside *beside, const char *name, struct text *out)
{
    char memory[1024], key_memory[512];
    struct text fields = TEXT_IN(memory), key = TEXT_IN(key_memory);
    struct signer ada = {scratch_admin(beside->engine), beside->scratch.admin_key};
    public_key_write(secret_key_public(beside->scratch.admin_key), &key);
    union command_fields command = {.emitter_register = {.name = bytes_of_string(name),
                                                         .key = text_bytes(&key),
                                                         .about = LITERAL("x")}};
    command_fields_encode(COMMAND_EMITTER_REGISTER, &command, &fields);
    scratch_sign(beside->engine, &ada, COMMAND_EMITTER_REGISTER, text_bytes(&fields),
                 (struct bytes){0}, out);
}

static void what_a_command_did_is_seen_at_once(void **state)
{
    struct beside *beside = *state;
    char memory[COMMAND_MAX];
    struct text record = TEXT_IN(memory);
    struct verdict verdict;
    uint64_t size = log_head_of(engine_log(beside->engine))->size;
    assert_false(knows_emitter(beside->engine, LITERAL("gate")));
    sign_registration(beside, "gate", &record);
    must(engine_command(beside->engine, text_bytes(&record), &verdict));
    assert_int_equal(verdict.refused, RULE_NONE);
    assert_true(verdict.first >= size && verdict.count == 1);
    assert_true(knows_emitter(beside->engine, LITERAL("gate")));
    assert_true(log_head_of(engine_log(beside->engine))->size > verdict.first);
}

static void verdicts_come_back_as_the_other_engine_gave_them(void **state)
{
    struct beside *beside = *state;
    char memory[2][COMMAND_MAX];
    struct text first = TEXT_IN(memory[0]), second = TEXT_IN(memory[1]);
    struct verdict verdicts[2], verdict;
    sign_registration(beside, "gate", &first);
    sign_registration(beside, "gate", &second);
    const struct request requests[] = {{.record = text_bytes(&first)},
                                       {.record = text_bytes(&second)}};
    must(engine_commands(beside->engine, requests, 2, verdicts));
    assert_int_equal(verdicts[0].refused, RULE_NONE);
    assert_int_equal(verdicts[1].refused, RULE_AUD_14C);
    assert_int_equal(verdicts[1].first, verdicts[0].first + 1);
    assert_int_equal(engine_command(beside->engine, LITERAL("{}"), &verdict).code,
                     STATUS_MALFORMED);
    must(engine_failure(beside->engine));
}

static void a_receipt_comes_back_once_and_a_repetition_is_known(void **state)
{
    struct beside *beside = *state;
    struct speaker door;
    struct talk talk;
    struct receipt receipt = {.status = FAIL(STOPPED, 0)};
    engine_close(&beside->engine);
    struct engine *engine = scratch_open(&beside->scratch, false);
    scratch_emitter(&beside->scratch, engine, "door", &door);
    scratch_close(&engine);
    open_beside(beside);
    talk_begin(&talk, &door, log_origin(engine_log(beside->engine)), 3);
    struct bytes submission = talk_write(&talk);
    for (unsigned i = 0; i < 2; i++) {
        must(engine_submit(beside->engine, submission, keep_receipt, &receipt));
        must(engine_flush(beside->engine));
        must(receipt.status);
        assert_true(receipt.already == (i == 1));
        assert_int_equal(receipt.count, 3);
        assert_true(log_head_of(engine_log(beside->engine))->size >= receipt.first + 3);
    }
    must(engine_submit(beside->engine, LITERAL("no submission"), keep_receipt, &receipt));
    assert_int_equal(receipt.status.code, STATUS_MALFORMED);
    must(engine_finish(beside->engine));
    assert_int_equal(
        engine_submit(beside->engine, bytes_of(submission.data, SUBMISSION_MAX + 1), NULL, NULL)
            .code,
        STATUS_LIMIT);
    talk_end(&talk);
    secret_key_close(&door.key);
}

static void what_is_said_goes_together_and_before_what_comes_after(void **state)
{
    struct beside *beside = *state;
    char memory[COMMAND_MAX];
    struct text record = TEXT_IN(memory);
    struct verdict verdict;
    union event_body body = {.audit_observed = {.what = LITERAL("x")}};
    struct draft draft = {
        .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &body};
    uint64_t size = log_head_of(engine_log(beside->engine))->size;
    for (unsigned i = 0; i < 3; i++) {
        must(engine_say(beside->engine, VOICE_AUDIT, &draft));
    }
    assert_int_equal(beside->calls, 0);
    sign_registration(beside, "gate", &record);
    must(engine_command(beside->engine, text_bytes(&record), &verdict));
    assert_int_equal(beside->calls, 2);
    assert_true(verdict.first >= size + 3);
    must(engine_say(beside->engine, VOICE_AUDIT, &draft));
    must(engine_finish(beside->engine));
    must(engine_finish(beside->engine));
    assert_int_equal(beside->calls, 3);
    assert_true(log_head_of(engine_log(beside->engine))->size > verdict.first + 1);
}

static void a_port_that_fails_is_final(void **state)
{
    struct beside *beside = *state;
    struct verdict verdict;
    beside->broken = FAIL_BECAUSE(STOPPED, 0, "gone");
    assert_int_equal(engine_command(beside->engine, LITERAL("{}"), &verdict).code, STATUS_STOPPED);
    assert_int_equal(engine_failure(beside->engine).code, STATUS_STOPPED);
    beside->broken = OK;
    union event_body body = {.audit_observed = {.what = LITERAL("x")}};
    struct draft draft = {
        .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &body};
    assert_int_equal(engine_command(beside->engine, LITERAL("{}"), &verdict).code, STATUS_STOPPED);
    assert_int_equal(engine_submit(beside->engine, LITERAL("x"), NULL, NULL).code, STATUS_STOPPED);
    assert_int_equal(engine_say(beside->engine, VOICE_AUDIT, &draft).code, STATUS_STOPPED);
    assert_int_equal(engine_flush(beside->engine).code, STATUS_STOPPED);
    assert_int_equal(beside->calls, 0);
}

/* Looking again ---------------------------------------------------------------------------- */

static struct status observe_elsewhere(struct beside *beside, uint64_t *size)
{
    struct answer answer;
    union event_body body = {.audit_observed = {.what = LITERAL("x")}};
    must(
        port_say(beside, VOICE_AUDIT,
                 &(struct draft){
                     .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &body}));
    struct status status = work_elsewhere(beside, &(struct work){.says = true}, &answer);
    beside->said_count = 0;
    *size += 1;
    return status;
}

static void looking_again_shows_what_was_settled_and_leaves_snapshots_alone(void **state)
{
    struct beside *beside = *state;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    uint64_t size = log_head_of(engine_log(beside->engine))->size, before = size;
    must(log_snapshot_open(engine_log(beside->engine), &snapshot));
    for (unsigned i = 0; i < 3; i++) {
        must(observe_elsewhere(beside, &size));
        must(engine_look_again(beside->engine));
        uint64_t seen = log_head_of(engine_log(beside->engine))->size;
        assert_true(seen >= size);
        assert_int_equal(state_size(engine_state(beside->engine)), seen);
        size = seen;
    }
    assert_int_equal(log_snapshot_size(snapshot), before);
}

/* State and index are deleted and made anew while somebody reads. */
static void looking_again_finds_a_state_that_was_not_there(void **state)
{
    struct beside *beside = *state;
    char path[400];
    uint64_t size = 0;
    engine_close(&beside->engine);
    snprintf(path, sizeof path, "%s/state", beside->scratch.store);
    remove_tree(path);
    open_beside(beside);
    assert_null(engine_state(beside->engine));
    must(engine_look_again(beside->engine));
    assert_null(engine_state(beside->engine));
    must(observe_elsewhere(beside, &size));
    must(engine_look_again(beside->engine));
    assert_non_null(engine_state(beside->engine));
    assert_non_null(engine_index(beside->engine));
    assert_true(knows_emitter(beside->engine, LITERAL("audit")));
}

/* A digest of the state is due after many events, however often they are settled. */
static void settling_says_nothing(void **state)
{
    struct beside *beside = *state;
    struct engine *engine = NULL;
    union event_body body = {.audit_observed = {.what = LITERAL("x")}};
    struct draft draft = {
        .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &body};
    engine_close(&beside->engine);
    must(engine_open(&(struct engine_options){.directory = beside->scratch.store, .task = "test"},
                     &engine));
    must(engine_say(engine, VOICE_AUDIT, &draft)); /* and that it has started */
    must(engine_settle(engine));
    uint64_t size = log_head_of(engine_log(engine))->size;
    for (unsigned i = 0; i < 5; i++) {
        must(engine_settle(engine));
        must(engine_say(engine, VOICE_AUDIT, &draft));
        must(engine_settle(engine));
    }
    assert_int_equal(log_head_of(engine_log(engine))->size, size + 5);
    scratch_close(&engine);
}

#define BESIDE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BESIDE(what_a_command_did_is_seen_at_once),
        BESIDE(verdicts_come_back_as_the_other_engine_gave_them),
        BESIDE(a_receipt_comes_back_once_and_a_repetition_is_known),
        BESIDE(what_is_said_goes_together_and_before_what_comes_after),
        BESIDE(a_port_that_fails_is_final),
        BESIDE(looking_again_shows_what_was_settled_and_leaves_snapshots_alone),
        BESIDE(looking_again_finds_a_state_that_was_not_there),
        BESIDE(settling_says_nothing),
    };
    return cmocka_run_group_tests_name("core/engine_port", tests, NULL, NULL);
}

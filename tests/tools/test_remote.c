/*
 * Beside a daemon: what is written through its socket is as if it had been written here, and
 * whatever a daemon does wrong, nothing is said to be done that may not be.
 */
#include "core/audit/emitter.h"
#include "core/audit/finding.h"
#include "schema/wire/message.h"
#include "tests/tools/served.h"
#include "tools/operator.h"
#include "tools/remote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    SOON_MS = 150,
    MANY = MESSAGE_RECORDS_MAX + 9,
};

struct world {
    struct scratch scratch;
    struct served served;
    struct remote *remote;
    struct engine *engine;
    char text[512 << 10];
};

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    scratch_begin(&world->scratch);
    scratch_store(&world->scratch, KEY_ED25519);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    engine_close(&world->engine);
    remote_close(&world->remote);
    served_end(&world->served);
    scratch_end(&world->scratch);
    free(world);
    return 0;
}

static uint64_t clock_of(void *context)
{
    return ((const struct scratch *)context)->clock_us;
}

static struct status connect_as(struct world *world, struct remote_options options)
{
    options.path = world->served.path;
    options.signals = options.signals == 0 ? -1 : options.signals;
    return remote_open(&options, &world->remote);
}

static void open_beside(struct world *world)
{
    must(engine_open(&(struct engine_options){.directory = world->scratch.store,
                                              .read_only = true,
                                              .clock = clock_of,
                                              .clock_context = &world->scratch,
                                              .port = remote_port(world->remote)},
                     &world->engine));
}

/* A daemon that goes wrong in this way, and an engine that writes through it. */
static void serve(struct world *world, enum served_fault fault, struct remote_options options)
{
    served_begin(&world->served, &world->scratch, fault);
    must(connect_as(world, options));
    open_beside(world);
}

static void log_in(struct world *world)
{
    struct engine *engine = scratch_open(&world->scratch, false);
    (void)scratch_login(&world->scratch, engine,
                        &(struct signer){scratch_admin(engine), world->scratch.admin_key});
    scratch_close(&engine);
}

static struct draft asking(union event_body *body, struct text *name)
{
    operator_name(name);
    *body = (union event_body){
        .audit_query_run = {.query = LITERAL("query"), .size = 1, .by = text_bytes(name)}};
    return (struct draft){
        .kind = EVENT_AUDIT_QUERY_RUN, .on = {THE_LOG}, .on_count = 1, .body = body};
}

static struct status ask(struct world *world)
{
    char memory[64];
    struct text name = TEXT_IN(memory);
    union event_body body;
    struct draft draft = asking(&body, &name);
    TRY(engine_say(world->engine, VOICE_AUDIT, &draft));
    return engine_flush(world->engine);
}

/* Records of commands that register emitters with ada's key, one after the other. */
static struct request registration(struct world *world, const char *name, struct text *out)
{
    char memory[1024], key_memory[512], record_memory[4096];
    struct text fields = TEXT_IN(memory), key = TEXT_IN(key_memory),
                record = TEXT_IN(record_memory);
    struct signer ada = {scratch_admin(world->engine), world->scratch.admin_key};
    public_key_write(secret_key_public(world->scratch.admin_key), &key);
    union command_fields command = {.emitter_register = {.name = bytes_of_string(name),
                                                         .key = text_bytes(&key),
                                                         .about = LITERAL("x")}};
    command_fields_encode(COMMAND_EMITTER_REGISTER, &command, &fields);
    scratch_sign(world->engine, &ada, COMMAND_EMITTER_REGISTER, text_bytes(&fields),
                 (struct bytes){0}, &record);
    size_t at = out->size;
    text_put_bytes(out, text_bytes(&record));
    assert_false(out->full);
    return (struct request){.record = bytes_of(out->data + at, record.size)};
}

static bool knows_emitter(struct engine *engine, const char *name)
{
    uint8_t memory[4096];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct emitter_row row;
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    return emitter_by_name(&view, bytes_of_string(name), &row) && !failed(trouble);
}

/* As if it had been written here -------------------------------------------------------------
 */

static void many_commands_are_done_in_their_order_and_seen_at_once(void **state)
{
    struct world *world = *state;
    struct request requests[MANY];
    struct verdict verdicts[MANY];
    char name[32];
    log_in(world);
    serve(world, SERVED_WELL, (struct remote_options){0});
    struct text records = TEXT_IN(world->text);
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "e%u", i % (MANY - 1)); /* the last is the first again */
        requests[i] = registration(world, name, &records);
    }
    requests[5].record = LITERAL("{}");
    requests[6] = (struct request){.record = bytes_of(world->text, COMMAND_MAX + 1)};
    requests[7].source = LITERAL("10.0.0.7");
    must(engine_commands(world->engine, requests, MANY, verdicts));
    for (unsigned i = 0; i < MANY - 1; i++) {
        enum status_code expected = i == 5 ? STATUS_MALFORMED : i == 6 ? STATUS_LIMIT : STATUS_OK;
        assert_int_equal(verdicts[i].status.code, expected);
        assert_int_equal(verdicts[i].refused, RULE_NONE);
        snprintf(name, sizeof name, "e%u", i);
        assert_true(knows_emitter(world->engine, name) == (expected == STATUS_OK));
    }
    assert_int_equal(verdicts[8].first, verdicts[7].first + 1);
    assert_int_equal(verdicts[MANY - 1].refused, RULE_AUD_14C);
    must(engine_finish(world->engine));
}

static void keep_receipt(void *context, const struct receipt *receipt)
{
    *(struct receipt *)context = *receipt;
}

static void submissions_have_their_receipts(void **state)
{
    struct world *world = *state;
    struct speaker door;
    struct receipt receipt;
    struct bytes submission;
    struct emission *emission = NULL;
    struct engine *engine = scratch_open(&world->scratch, false);
    scratch_emitter(&world->scratch, engine, "door", &door);
    scratch_close(&engine);
    serve(world, SERVED_WELL, (struct remote_options){0});
    union event_body body = {.audit_observed = {.what = LITERAL("opened")}};
    must(emission_open(&emission));
    emission_begin(emission, &door, bytes_of_string(log_origin(engine_log(world->engine))));
    must(emission_add(emission, &(struct draft){.kind = EVENT_AUDIT_OBSERVED,
                                                .on = {THE_LOG},
                                                .on_count = 1,
                                                .body = &body}));
    must(emission_end(emission, &submission, &door.head));
    for (unsigned i = 0; i < 2; i++) {
        must(engine_submit(world->engine, submission, keep_receipt, &receipt));
        must(receipt.status);
        assert_true(receipt.already == (i == 1) && receipt.count == 1);
    }
    must(engine_submit(world->engine, LITERAL("nonsense"), keep_receipt, &receipt));
    assert_int_equal(receipt.status.code, STATUS_MALFORMED);
    must(engine_finish(world->engine));
    emission_close(&emission);
    secret_key_close(&door.key);
}

static void what_is_said_is_in_the_log_after_the_flush(void **state)
{
    struct world *world = *state;
    char memory[64];
    struct text name = TEXT_IN(memory);
    union event_body body;
    serve(world, SERVED_WELL, (struct remote_options){0});
    struct draft draft = asking(&body, &name);
    uint64_t size = log_head_of(engine_log(world->engine))->size;
    for (unsigned i = 0; i < 3 * REMOTE_NOTES_MAX; i++) {
        must(engine_say(world->engine, VOICE_AUDIT, &draft));
    }
    must(engine_finish(world->engine));
    assert_true(log_head_of(engine_log(world->engine))->size >= size + 3 * REMOTE_NOTES_MAX);
}

static void what_the_daemon_will_not_say_fails_the_flush_with_its_reason(void **state)
{
    struct world *world = *state;
    union event_body body = {.audit_query_forgotten = {.name = LITERAL("late")}};
    char memory[64];
    struct text name = TEXT_IN(memory);
    operator_name(&name);
    body.audit_query_forgotten.by = text_bytes(&name);
    serve(world, SERVED_WELL, (struct remote_options){0});
    must(engine_say(
        world->engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_QUERY_FORGOTTEN, .on = {THE_LOG}, .on_count = 1, .body = &body}));
    struct status status = engine_flush(world->engine);
    assert_int_equal(status.code, STATUS_NOT_FOUND);
    assert_string_equal(status.why, "no question has this name");
}

static void whoever_only_asks_may_go_unrecorded(void **state)
{
    struct world *world = *state;
    serve(world, SERVED_REFUSING, (struct remote_options){.lenient = true});
    must(remote_unsaid(world->remote));
    must(ask(world));
    assert_int_equal(remote_unsaid(world->remote).code, STATUS_KEY);
    must(engine_finish(world->engine));
}

static void the_daemon_tells_how_it_is(void **state)
{
    struct world *world = *state;
    struct bytes json;
    serve(world, SERVED_WELL, (struct remote_options){0});
    must(remote_status(world->remote, &json));
    assert_true(bytes_equal(json, LITERAL("{\"mode\":\"normal\"}")));
    assert_string_equal(remote_origin(world->remote), log_origin(engine_log(world->engine)));
}

/* Whatever goes wrong --------------------------------------------------------------------- */

struct expected {
    enum served_fault fault;
    enum status_code code;
};

static const struct expected wrongs[] = {
    {SERVED_SILENT, STATUS_UNREACHABLE}, {SERVED_GONE, STATUS_UNCERTAIN},
    {SERVED_FAULT, STATUS_MALFORMED},    {SERVED_GARBAGE, STATUS_LIMIT},
    {SERVED_OTHER, STATUS_MALFORMED},    {SERVED_SHORT, STATUS_MALFORMED},
};

static void close_all(struct world *world)
{
    engine_close(&world->engine);
    remote_close(&world->remote);
    served_end(&world->served);
}

static struct status try_one(struct world *world, size_t way)
{
    struct verdict verdict;
    return way == 0   ? engine_submit(world->engine, LITERAL("x"), NULL, NULL)
           : way == 1 ? ask(world)
                      : engine_command(world->engine, LITERAL("{}"), &verdict);
}

static void what_a_daemon_does_wrong_ends_the_conversation(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < 3 * sizeof wrongs / sizeof wrongs[0]; i++) {
        const struct expected *wrong = &wrongs[i / 3];
        bool any = wrong->fault == SERVED_OTHER || wrong->fault == SERVED_SHORT;
        if (i >= 6 && i % 3 != i / 3 % 3) {
            continue; /* each way with some fault is enough */
        }
        serve(world, wrong->fault, (struct remote_options){.answer_ms = SOON_MS});
        struct status status = try_one(world, i % 3);
        assert_true(any ? failed(status) : status.code == wrong->code);
        assert_int_equal(engine_failure(world->engine).code, status.code);
        assert_int_equal(engine_finish(world->engine).code, status.code);
        assert_int_equal(try_one(world, 0).code, status.code);
        close_all(world);
    }
}

/* The writer is killed while a command is on its way, before or after it was done. */
static void what_became_of_a_command_is_looked_up_in_the_log(void **state)
{
    struct world *world = *state;
    log_in(world);
    for (unsigned done = 0; done < 2; done++) {
        struct verdict verdict;
        struct text records = TEXT_IN(world->text);
        serve(world, done == 0 ? SERVED_RETRY : SERVED_DONE, (struct remote_options){0});
        const char *name = done == 0 ? "gate" : "door";
        struct request request = registration(world, name, &records);
        struct status status = engine_command(world->engine, request.record, &verdict);
        assert_int_equal(status.code, done == 0 ? STATUS_UNCERTAIN : STATUS_OK);
        assert_true(failed(engine_failure(world->engine)) == (done == 0));
        assert_true(knows_emitter(world->engine, name) == (done == 1));
        if (done == 1) {
            assert_int_equal(verdict.refused, RULE_NONE);
            assert_int_equal(verdict.count, 1);
            assert_true(verdict.first < log_head_of(engine_log(world->engine))->size);
        }
        close_all(world);
    }
}

static void a_refusal_is_looked_up_with_its_rule(void **state)
{
    struct world *world = *state;
    struct verdict verdict;
    log_in(world);
    serve(world, SERVED_DONE, (struct remote_options){0});
    struct text records = TEXT_IN(world->text);
    struct request request = registration(world, "audit", &records); /* there is one */
    must(engine_command(world->engine, request.record, &verdict));
    assert_int_equal(verdict.refused, RULE_AUD_14C);
}

static void a_submission_is_sent_again_to_the_next_writer(void **state)
{
    struct world *world = *state;
    struct receipt receipt = {.status = FAIL(STOPPED, 0)};
    serve(world, SERVED_RETRY, (struct remote_options){0});
    must(engine_submit(world->engine, LITERAL("nonsense"), keep_receipt, &receipt));
    assert_int_equal(receipt.status.code, STATUS_MALFORMED);
    close_all(world);
    serve(world, SERVED_RETRY, (struct remote_options){0});
    assert_int_equal(ask(world).code, STATUS_UNCERTAIN);
}

static void foreign_sentences_are_made_printable(void **state)
{
    struct world *world = *state;
    serve(world, SERVED_FAULT, (struct remote_options){0});
    struct status status = engine_submit(world->engine, LITERAL("x"), NULL, NULL);
    assert_non_null(status.why);
    assert_null(strchr(status.why, '\x1b'));
    assert_non_null(strstr(status.why, "understood"));
}

static void a_signal_ends_the_waiting(void **state)
{
    struct world *world = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    serve(world, SERVED_SILENT, (struct remote_options){.signals = ends[0]});
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(engine_submit(world->engine, LITERAL("x"), NULL, NULL).code,
                     STATUS_INTERRUPTED);
    close(ends[0]);
    close(ends[1]);
}

/* Finding and greeting -------------------------------------------------------------------- */

static void nobody_who_listens_is_not_found_and_nobody_who_greets_is_unreachable(void **state)
{
    struct world *world = *state;
    snprintf(world->served.path, sizeof world->served.path, "%s/nobody", world->scratch.directory);
    assert_int_equal(connect_as(world, (struct remote_options){0}).code, STATUS_NOT_FOUND);
    served_begin(&world->served, &world->scratch, SERVED_MUTE);
    assert_int_equal(connect_as(world, (struct remote_options){.greeting_ms = SOON_MS}).code,
                     STATUS_UNREACHABLE);
    served_end(&world->served);
    served_begin(&world->served, &world->scratch, SERVED_OLD);
    assert_int_equal(connect_as(world, (struct remote_options){0}).code, STATUS_VERSION);
    served_end(&world->served);
    served_begin(&world->served, &world->scratch, SERVED_ANOTHER_LOG);
    must(connect_as(world, (struct remote_options){0}));
    assert_string_equal(remote_origin(world->remote), "elsewhere.example/log");
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void a_daemon_is_where_it_is_said_to_be_or_where_it_usually_is(void **state)
{
    struct world *world = *state;
    const char *store = world->scratch.store;
    struct store_path found;
    char path[400], usual[400];
    assert_int_equal(remote_find(store, NULL, &found).code, STATUS_NOT_FOUND);
    must(remote_find(store, "/given/path", &found));
    assert_string_equal(found.text, "/given/path");
    snprintf(path, sizeof path, "%s/run", store);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(usual, sizeof usual, "%s/run/cairn.sock", store);
    write_text(usual, "");
    must(remote_find(store, NULL, &found));
    assert_string_equal(found.text, usual);
    snprintf(path, sizeof path, "%s/daemon", store);
    write_text(path, "/elsewhere/cairn.sock\n");
    must(remote_find(store, NULL, &found));
    assert_string_equal(found.text, "/elsewhere/cairn.sock");
    write_text(path, "\n");
    must(remote_find(store, NULL, &found));
    assert_string_equal(found.text, usual);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORLD(many_commands_are_done_in_their_order_and_seen_at_once),
        WITH_WORLD(submissions_have_their_receipts),
        WITH_WORLD(what_is_said_is_in_the_log_after_the_flush),
        WITH_WORLD(what_the_daemon_will_not_say_fails_the_flush_with_its_reason),
        WITH_WORLD(whoever_only_asks_may_go_unrecorded),
        WITH_WORLD(the_daemon_tells_how_it_is),
        WITH_WORLD(what_a_daemon_does_wrong_ends_the_conversation),
        WITH_WORLD(what_became_of_a_command_is_looked_up_in_the_log),
        WITH_WORLD(a_refusal_is_looked_up_with_its_rule),
        WITH_WORLD(a_submission_is_sent_again_to_the_next_writer),
        WITH_WORLD(foreign_sentences_are_made_printable),
        WITH_WORLD(a_signal_ends_the_waiting),
        WITH_WORLD(nobody_who_listens_is_not_found_and_nobody_who_greets_is_unreachable),
        WITH_WORLD(a_daemon_is_where_it_is_said_to_be_or_where_it_usually_is),
    };
    return cmocka_run_group_tests_name("tools/remote", tests, NULL, NULL);
}

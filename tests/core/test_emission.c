/*
 * An emitter speaks: what comes out is what a writer takes, up to every limit, and never half an
 * event.
 */
#include "core/emission.h"
#include "core/prepare.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ORIGIN LITERAL("emission.example/log")

struct world {
    struct speaker speaker;
    struct emission *emission;
    struct prepare *prepare;
    struct prepared prepared;
};

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    char memory[256];
    struct text key = TEXT_IN(memory);
    must(key_library_start());
    world->speaker = (struct speaker){.name = "inner"};
    must(secret_key_make(KEY_ED25519, "inner", &world->speaker.key));
    must(emission_open(&world->emission));
    must(prepare_open(ORIGIN, &world->prepare));
    public_key_write(secret_key_public(world->speaker.key), &key);
    must(prepare_emitter(world->prepare,
                         &(struct emitter_row){.name = LITERAL("inner"),
                                               .key = text_bytes(&key),
                                               .class = EMITTER_CLASS_INTERNAL},
                         &world->speaker.head));
    world->prepared.events = calloc(SUBMISSION_EVENTS_MAX, sizeof *world->prepared.events);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    emission_close(&world->emission);
    prepare_close(&world->prepare);
    secret_key_close(&world->speaker.key);
    free(world->prepared.events);
    free(world);
    return 0;
}

static struct status add(struct world *world, struct bytes detail)
{
    union event_body body = {
        .audit_observed = {.what = LITERAL("x"), .has_detail = true, .detail = detail}};
    return emission_add(world->emission, &(struct draft){.kind = EVENT_AUDIT_OBSERVED,
                                                         .on = {THE_LOG},
                                                         .on_count = 1,
                                                         .body = &body});
}

/* Ends the submission; a writer takes it, and the speaker moves on. */
static void send(struct world *world, uint32_t count)
{
    assert_int_equal(emission_count(world->emission), count);
    must(emission_end(world->emission, &world->prepared.submission, &world->speaker.head));
    world->prepared.already = false;
    must(prepare_submission(world->prepare, &world->prepared));
    assert_int_equal(world->prepared.count, count);
    assert_false(world->prepared.already);
    assert_true(digest_equal(&world->prepared.head.chain, &world->speaker.head.chain));
    emission_begin(world->emission, &world->speaker, ORIGIN);
    assert_int_equal(emission_count(world->emission), 0);
}

static void one_submission_follows_another(void **state)
{
    struct world *world = *state;
    emission_begin(world->emission, &world->speaker, ORIGIN);
    for (uint32_t count = 1; count < 20; count++) {
        for (uint32_t i = 0; i < count; i++) {
            must(add(world, LITERAL("y")));
        }
        send(world, count);
    }
    assert_int_equal(world->speaker.head.emitter_n, 190);
}

static void what_was_begun_and_not_ended_is_forgotten(void **state)
{
    struct world *world = *state;
    emission_begin(world->emission, &world->speaker, ORIGIN);
    must(add(world, LITERAL("forgotten")));
    emission_begin(world->emission, &world->speaker, ORIGIN);
    must(add(world, LITERAL("kept")));
    send(world, 1);
    assert_int_equal(world->speaker.head.emitter_n, 1);
}

static void every_member_of_a_draft_is_in_the_statement(void **state)
{
    struct world *world = *state;
    union event_body body = {.emitter_denied = {.command = LITERAL("emitter.register")}};
    emission_begin(world->emission, &world->speaker, ORIGIN);
    must(emission_add(world->emission, &(struct draft){.kind = EVENT_EMITTER_DENIED,
                                                       .on = {THE_LOG, {ID_USER, 4}},
                                                       .on_count = 2,
                                                       .body = &body,
                                                       .actor = LITERAL("user:4"),
                                                       .outcome = OUTCOME_DENIED,
                                                       .rule = RULE_AUD_14B,
                                                       .at_utc_us = 77,
                                                       .answers = true,
                                                       .cause = 0,
                                                       .source = LITERAL("10.0.0.1"),
                                                       .project = {ID_USER, 5},
                                                       .session = {ID_USER, 6},
                                                       .command = LITERAL("{}")}));
    send(world, 1);
    const struct leaf *leaf = &world->prepared.events[0].leaf;
    assert_true(bytes_equal(leaf->actor, LITERAL("user:4")));
    assert_int_equal(leaf->on_count, 2);
    assert_int_equal(leaf->on[1].n, 4);
    assert_int_equal(leaf->outcome, OUTCOME_DENIED);
    assert_true(bytes_equal(leaf->rule, LITERAL("AUD-14b")));
    assert_int_equal(leaf->at_utc_us, 77);
    assert_int_equal(leaf->cause, 0);
    assert_true(bytes_equal(leaf->source, LITERAL("10.0.0.1")));
    assert_int_equal(leaf->project.n, 5);
    assert_int_equal(leaf->session.n, 6);
    assert_true(leaf->has_command);
    assert_true(bytes_equal(world->prepared.events[0].command, LITERAL("{}")));
}

/* An auditor who knows the leaf may not find the body by guessing: no two salts are the same. */
static void no_two_bodies_have_the_same_commitment(void **state)
{
    struct world *world = *state;
    emission_begin(world->emission, &world->speaker, ORIGIN);
    for (size_t i = 0; i < 600; i++) {
        must(add(world, LITERAL("the same")));
    }
    send(world, 600);
    for (size_t i = 0; i < 600; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_false(digest_equal(&world->prepared.events[i].leaf.body,
                                      &world->prepared.events[k].leaf.body));
        }
    }
}

/* Limits -------------------------------------------------------------------------------------- */

static void a_submission_holds_1000_events(void **state)
{
    struct world *world = *state;
    emission_begin(world->emission, &world->speaker, ORIGIN);
    for (uint32_t i = 0; i < SUBMISSION_EVENTS_MAX; i++) {
        must(add(world, LITERAL("y")));
    }
    assert_int_equal(add(world, LITERAL("y")).code, STATUS_LIMIT);
    send(world, SUBMISSION_EVENTS_MAX);
}

/* Bodies of up to 190 KB until no more fit: what was added can always be ended. */
static void a_submission_holds_8_megabytes(void **state)
{
    struct world *world = *state;
    char *detail = malloc(TEXT_FIELD_MAX);
    memset(detail, 'd', TEXT_FIELD_MAX);
    emission_begin(world->emission, &world->speaker, ORIGIN);
    size_t size = TEXT_FIELD_MAX;
    uint32_t count = 0;
    while (size > 0) {
        struct status status = add(world, bytes_of(detail, size));
        assert_true(!failed(status) || status.code == STATUS_LIMIT);
        count += !failed(status);
        size = failed(status) ? size / 2 : size;
    }
    assert_true(count > SUBMISSION_MAX / TEXT_FIELD_MAX);
    send(world, count);
    assert_true(world->prepared.submission.size > SUBMISSION_MAX - 1024);
    assert_true(world->prepared.submission.size <= SUBMISSION_MAX);
    free(detail);
}

static void what_no_writer_would_take_is_not_added(void **state)
{
    struct world *world = *state;
    char *detail = malloc(BODY_MAX);
    memset(detail, 'd', BODY_MAX);
    emission_begin(world->emission, &world->speaker, ORIGIN);
    assert_int_equal(add(world, bytes_of(detail, BODY_MAX)).code, STATUS_LIMIT);
    assert_int_equal(add(world, bytes_of(detail, TEXT_FIELD_MAX + 1)).code, STATUS_MALFORMED);
    memset(detail, '\x01', BODY_MAX / 4);
    assert_int_equal(add(world, bytes_of(detail, BODY_MAX / 4)).code, STATUS_LIMIT);
    assert_int_equal(add(world, LITERAL("\xff\xfe")).code, STATUS_MALFORMED);
    must(add(world, bytes_of(detail + BODY_MAX / 4, TEXT_FIELD_MAX)));
    send(world, 1);
    free(detail);
}

static void a_source_keeps_to_its_form(void **state)
{
    struct world *world = *state;
    union event_body body = {.audit_observed = {.what = LITERAL("x")}};
    struct draft draft = {
        .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &body};
    emission_begin(world->emission, &world->speaker, ORIGIN);
    draft.source = LITERAL("caf\xc3\xa9");
    assert_int_equal(emission_add(world->emission, &draft).code, STATUS_MALFORMED);
    draft.source = LITERAL("a\"b");
    assert_int_equal(emission_add(world->emission, &draft).code, STATUS_MALFORMED);
    draft.source = LITERAL("fe80::1%eth0");
    must(emission_add(world->emission, &draft));
    send(world, 1);
}

#define WITH_SPEAKER(test) cmocka_unit_test_setup_teardown(test, begin, end)

/* As the writer does with what it says itself: the chain is the one that a verifier follows. */
static void what_is_written_for_the_writer_is_linked_and_can_be_taken_back(void **state)
{
    struct world *world = *state;
    char statements[4096], bodies[4096];
    struct text statement = TEXT_IN(statements), body = TEXT_IN(bodies);
    struct hasher *hasher = NULL;
    struct signature signature;
    struct emitter_head head;
    union event_body observed = {.audit_observed = {.what = LITERAL("x")}};
    struct draft draft = {
        .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &observed};
    must(hasher_open(&hasher));
    emission_begin(world->emission, &world->speaker, ORIGIN);
    struct digest chain = hash_emitter_start(hasher, ORIGIN, LITERAL("inner"));
    for (unsigned i = 0; i < 5; i++) {
        size_t before = statement.size;
        struct emission_mark mark = emission_mark(world->emission);
        if (i == 2) {
            must(emission_write(world->emission, &draft, &statement, &body));
            emission_reset(world->emission, &mark);
            statement.size = before;
            draft.source = LITERAL("a \"quoted\" source");
            assert_int_equal(emission_write(world->emission, &draft, &statement, &body).code,
                             STATUS_MALFORMED);
            draft.source = (struct bytes){0};
            assert_int_equal(emission_count(world->emission), i);
        }
        must(emission_write(world->emission, &draft, &statement, &body));
        chain = hash_emitter_link(hasher, &chain,
                                  bytes_of(statement.data + before, statement.size - before));
    }
    must(emission_sign(world->emission, &signature, &head));
    assert_int_equal(head.emitter_n, 5);
    assert_true(digest_equal(&head.chain, &chain));
    must(public_key_verify(secret_key_public(world->speaker.key), BYTES(chain.sha256),
                           bytes_of(signature.data, signature.size)));
    hasher_close(&hasher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SPEAKER(what_is_written_for_the_writer_is_linked_and_can_be_taken_back),
        WITH_SPEAKER(one_submission_follows_another),
        WITH_SPEAKER(what_was_begun_and_not_ended_is_forgotten),
        WITH_SPEAKER(every_member_of_a_draft_is_in_the_statement),
        WITH_SPEAKER(no_two_bodies_have_the_same_commitment),
        WITH_SPEAKER(a_submission_holds_1000_events),
        WITH_SPEAKER(a_submission_holds_8_megabytes),
        WITH_SPEAKER(what_no_writer_would_take_is_not_added),
        WITH_SPEAKER(a_source_keeps_to_its_form),
    };
    return cmocka_run_group_tests_name("core/emission", tests, NULL, NULL);
}

/*
 * Authenticating submissions: who may speak, in which order, under which key.
 */
#include "core/emission.h"
#include "core/prepare.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ORIGIN LITERAL("test.example/log")

struct desk {
    struct prepare *prepare;
    struct emission *emission;
    struct speaker speaker;
    struct prepared prepared;
};

static void know(struct desk *desk, enum emitter_class class, bool retired)
{
    char memory[512];
    struct text key = TEXT_IN(memory);
    public_key_write(secret_key_public(desk->speaker.key), &key);
    must(prepare_emitter(
        desk->prepare,
        &(struct emitter_row){
            .name = LITERAL("door"), .key = text_bytes(&key), .class = class, .retired = retired},
        &(struct emitter_head){0}));
}

static void begin(struct desk *desk)
{
    *desk = (struct desk){0};
    must(key_library_start());
    must(secret_key_make(KEY_ED25519, "door", &desk->speaker.key));
    snprintf(desk->speaker.name, sizeof desk->speaker.name, "door");
    must(prepare_open(ORIGIN, &desk->prepare));
    must(emission_open(&desk->emission));
    desk->prepared.events = calloc(SUBMISSION_EVENTS_MAX, sizeof *desk->prepared.events);
}

static void end(struct desk *desk)
{
    free(desk->prepared.events);
    emission_close(&desk->emission);
    prepare_close(&desk->prepare);
    secret_key_close(&desk->speaker.key);
}

/* A submission of `count` observations; the speaker's head moves on. */
static struct bytes submission_of(struct desk *desk, uint32_t count)
{
    struct bytes submission;
    emission_begin(desk->emission, &desk->speaker, ORIGIN);
    for (uint32_t i = 0; i < count; i++) {
        union event_body body = {.audit_observed = {.what = LITERAL("door")}};
        must(emission_add(desk->emission, &(struct draft){.kind = EVENT_AUDIT_OBSERVED,
                                                          .on = {THE_LOG},
                                                          .on_count = 1,
                                                          .body = &body}));
    }
    must(emission_end(desk->emission, &submission, &desk->speaker.head));
    return submission;
}

static enum status_code prepare_of(struct desk *desk, struct bytes submission)
{
    desk->prepared.submission = submission;
    desk->prepared.already = false;
    return prepare_submission(desk->prepare, &desk->prepared).code;
}

/* NET-05a: only registered emitters may append. */
static void an_emitter_that_is_not_registered_or_retired_is_refused_by_NET_05a(void **unused)
{
    (void)unused;
    struct desk desk;
    begin(&desk);
    struct bytes submission = submission_of(&desk, 1);
    assert_int_equal(prepare_of(&desk, submission), STATUS_KEY);
    know(&desk, EMITTER_CLASS_OUTSIDE, true);
    assert_int_equal(prepare_of(&desk, submission), STATUS_KEY);
    know(&desk, EMITTER_CLASS_OUTSIDE, false);
    assert_int_equal(prepare_of(&desk, submission), STATUS_OK);
    assert_int_equal(desk.prepared.count, 1);
    end(&desk);
}

static void numbers_come_without_gap_and_once(void **unused)
{
    (void)unused;
    struct desk desk;
    static char first_memory[4096], second_memory[4096];
    begin(&desk);
    know(&desk, EMITTER_CLASS_OUTSIDE, false);
    struct bytes made = submission_of(&desk, 2);
    struct bytes first = bytes_of(memcpy(first_memory, made.data, made.size), made.size);
    made = submission_of(&desk, 2);
    struct bytes second = bytes_of(memcpy(second_memory, made.data, made.size), made.size);
    assert_int_equal(prepare_of(&desk, second), STATUS_GAP);
    assert_int_equal(prepare_of(&desk, first), STATUS_OK);
    assert_int_equal(prepare_of(&desk, second), STATUS_OK);
    assert_int_equal(prepare_of(&desk, first), STATUS_OK);
    assert_true(desk.prepared.already);
    end(&desk);
}

static void an_outside_emitter_submits_only_what_the_catalogue_lets_it(void **unused)
{
    (void)unused;
    struct desk desk;
    struct bytes submission;
    begin(&desk);
    know(&desk, EMITTER_CLASS_OUTSIDE, false);
    emission_begin(desk.emission, &desk.speaker, ORIGIN);
    union event_body body = {.audit_stopped = {.process = 1, .task = LITERAL("x")}};
    must(emission_add(desk.emission, &(struct draft){.kind = EVENT_AUDIT_STOPPED,
                                                     .on = {THE_LOG},
                                                     .on_count = 1,
                                                     .body = &body}));
    must(emission_end(desk.emission, &submission, &desk.speaker.head));
    assert_int_equal(prepare_of(&desk, submission), STATUS_KEY);
    know(&desk, EMITTER_CLASS_INTERNAL, false);
    assert_int_equal(prepare_of(&desk, submission), STATUS_OK);
    end(&desk);
}

static void every_flipped_byte_of_a_submission_is_refused(void **unused)
{
    (void)unused;
    struct desk desk;
    static char memory[4096];
    begin(&desk);
    know(&desk, EMITTER_CLASS_OUTSIDE, false);
    struct bytes made = submission_of(&desk, 2);
    memcpy(memory, made.data, made.size);
    for (size_t i = 0; i < made.size; i++) {
        memory[i] = (char)(memory[i] ^ 1 << i % 8);
        assert_int_not_equal(prepare_of(&desk, bytes_of(memory, made.size)), STATUS_OK);
        memory[i] = (char)(memory[i] ^ 1 << i % 8);
    }
    for (size_t size = 0; size < made.size; size++) {
        assert_int_not_equal(prepare_of(&desk, bytes_of(memory, size)), STATUS_OK);
    }
    assert_int_equal(prepare_of(&desk, bytes_of(memory, made.size)), STATUS_OK);
    end(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_emitter_that_is_not_registered_or_retired_is_refused_by_NET_05a),
        cmocka_unit_test(numbers_come_without_gap_and_once),
        cmocka_unit_test(an_outside_emitter_submits_only_what_the_catalogue_lets_it),
        cmocka_unit_test(every_flipped_byte_of_a_submission_is_refused),
    };
    return cmocka_run_group_tests_name("core/prepare", tests, NULL, NULL);
}

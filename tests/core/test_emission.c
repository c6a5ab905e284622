/*
 * An emitter speaks: what it signs is a submission of exactly its drafts.
 */
#include "core/emission.h"
#include "schema/leaf.h"
#include "store/hash.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ORIGIN LITERAL("test.example/log")

static void begin(struct emission **emission, struct speaker *speaker)
{
    *speaker = (struct speaker){0};
    must(key_library_start());
    must(secret_key_make(KEY_ED25519, "door", &speaker->key));
    snprintf(speaker->name, sizeof speaker->name, "door");
    must(emission_open(emission));
}

static struct status add(struct emission *emission, struct bytes detail, struct bytes source)
{
    union event_body body = {
        .audit_observed = {.what = LITERAL("door"), .has_detail = true, .detail = detail}};
    return emission_add(emission, &(struct draft){.kind = EVENT_AUDIT_OBSERVED,
                                                  .on = {THE_LOG},
                                                  .on_count = 1,
                                                  .source = source,
                                                  .body = &body});
}

static void the_signature_is_over_the_chain_of_all_statements(void **unused)
{
    (void)unused;
    struct emission *emission = NULL;
    struct speaker speaker;
    struct bytes bytes;
    struct submission submission;
    struct emitter_head head;
    struct hasher *hasher = NULL;
    begin(&emission, &speaker);
    must(hasher_open(&hasher));
    emission_begin(emission, &speaker, ORIGIN);
    for (int i = 0; i < 5; i++) {
        must(add(emission, LITERAL("open"), LITERAL("10.0.0.1")));
    }
    must(emission_end(emission, &bytes, &head));
    must(submission_decode(bytes, &submission));
    struct digest chain = hash_emitter_start(hasher, ORIGIN, LITERAL("door"));
    for (uint32_t i = 0; i < submission.count; i++) {
        struct leaf leaf;
        struct submission_event event = submission_next(&submission.events);
        must(leaf_decode_statement(event.statement, &leaf));
        assert_int_equal(leaf.emitter_n, i + 1);
        chain = hash_emitter_link(hasher, &chain, event.statement);
    }
    assert_true(digest_equal(&chain, &head.chain));
    must(public_key_verify(secret_key_public(speaker.key), BYTES(chain.sha256),
                           submission.signature));
    hasher_close(&hasher);
    secret_key_close(&speaker.key);
    emission_close(&emission);
}

static void what_does_not_fit_is_refused_and_nothing_is_added(void **unused)
{
    (void)unused;
    static char long_text[BODY_MAX];
    struct emission *emission = NULL;
    struct speaker speaker;
    begin(&emission, &speaker);
    emission_begin(emission, &speaker, ORIGIN);
    memset(long_text, 'x', sizeof long_text);
    assert_true(failed(add(emission, bytes_of(long_text, sizeof long_text), (struct bytes){0})));
    assert_int_equal(add(emission, LITERAL("x"), LITERAL("bad\"source")).code, STATUS_MALFORMED);
    assert_int_equal(emission_count(emission), 0);
    for (int i = 0; i < SUBMISSION_EVENTS_MAX; i++) {
        must(add(emission, LITERAL("x"), (struct bytes){0}));
    }
    assert_int_equal(add(emission, LITERAL("x"), (struct bytes){0}).code, STATUS_LIMIT);
    assert_int_equal(emission_count(emission), SUBMISSION_EVENTS_MAX);
    secret_key_close(&speaker.key);
    emission_close(&emission);
}

static void a_submission_that_is_full_can_always_be_ended(void **unused)
{
    (void)unused;
    static char text[150000];
    struct emission *emission = NULL;
    struct speaker speaker;
    struct bytes bytes;
    struct submission submission;
    struct emitter_head head;
    begin(&emission, &speaker);
    emission_begin(emission, &speaker, ORIGIN);
    memset(text, 'y', sizeof text);
    uint32_t added = 0;
    while (!failed(add(emission, bytes_of(text, sizeof text), (struct bytes){0}))) {
        added++;
    }
    assert_in_range(added, 2, SUBMISSION_EVENTS_MAX - 1);
    must(emission_end(emission, &bytes, &head));
    must(submission_decode(bytes, &submission));
    assert_int_equal(submission.count, added);
    secret_key_close(&speaker.key);
    emission_close(&emission);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_signature_is_over_the_chain_of_all_statements),
        cmocka_unit_test(what_does_not_fit_is_refused_and_nothing_is_added),
        cmocka_unit_test(a_submission_that_is_full_can_always_be_ended),
    };
    return cmocka_run_group_tests_name("core/emission", tests, NULL, NULL);
}

/*
 * Integrity: what the page says is so, and what it offers can be verified by a stranger.
 */
#include "reports/web/integrity.h"
#include "store/bundle.h"
#include "tests/reports/history.h"
#include "tests/reports/web/browser.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct history history;
static struct browser browser;

static int begin(void **unused)
{
    (void)unused;
    history_begin(&history, 13);
    history_write(&history, 200);
    browser_begin(&browser, history.engine, UINT64_C(1773230400000000));
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    browser_end(&browser);
    history_end(&history);
    return 0;
}

static void without_a_verification_it_claims_none(void **unused)
{
    (void)unused;
    browser_must(&browser, "/integrity");
    assert_true(browser_shows(&browser, "The log is signed"));
    assert_true(browser_shows(&browser, "Nobody has verified the whole log yet"));
    assert_false(browser_shows(&browser, "does not hold"));
    assert_true(browser_shows(&browser, "none is missing"));
    browser_must(&browser, "/");
    assert_true(browser_shows(&browser, "The log is signed"));
}

static void say_verified(uint64_t size, const struct digest *root, uint64_t findings)
{
    const union event_body body = {
        .audit_verified = {
            .size = size, .root = *root, .findings = findings, .by = LITERAL("test")}};
    const struct draft draft = {.kind = EVENT_AUDIT_VERIFIED,
                                .on = {{.kind = ID_LOG}},
                                .on_count = 1,
                                .outcome = OUTCOME_OK,
                                .body = &body};
    must(engine_say(history.engine, VOICE_AUDIT, &draft));
    must(engine_flush(history.engine));
}

static struct digest root_of(uint64_t size)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct digest root;
    history_look(&history);
    must(hasher_open(&hasher));
    struct tree_source source = log_tree_source(history.log);
    must(tree_root_at(&source, hasher, size, &root));
    return root;
}

static void a_verification_counts_while_its_root_is_the_same(void **unused)
{
    struct digest root = root_of(150);
    (void)unused;
    say_verified(150, &root, 0);
    browser_must(&browser, "/integrity");
    assert_true(browser_shows(&browser, "The log holds"));
    assert_true(browser_shows(&browser, "their root is the same today"));
    root.sha256[3] ^= 1;
    say_verified(150, &root, 0);
    browser_must(&browser, "/integrity");
    assert_true(browser_shows(&browser, "The log does not hold"));
    root = root_of(150);
    say_verified(150, &root, 2);
    browser_must(&browser, "/integrity");
    assert_true(browser_shows(&browser, "The log does not hold"));
    assert_true(browser_shows(&browser, "with 2 findings"));
    assert_int_equal(browser_count(&browser, "<code>audit.verified</code>"), 3);
}

static void a_narrowed_viewer_is_not_told_what_is_beyond(void **unused)
{
    (void)unused;
    browser.viewer.scoped = true;
    browser.viewer.from_us = 1;
    browser_must(&browser, "/integrity");
    assert_false(browser_shows(&browser, "findings"));
    assert_false(browser_shows(&browser, "Components that vouch"));
    assert_false(browser_shows(&browser, "audit.verified"));
    assert_int_equal(browser_get(&browser, "/log.cairn"), 404);
    browser.viewer = (struct web_viewer){.name = LITERAL("auditor")};
}

static void the_bundle_verifies(void **unused)
{
    struct verifier *verifier = NULL;
    struct bundle_head head;
    (void)unused;
    browser_must(&browser, "/log.cairn");
    assert_string_equal(browser.answer.download, "log.cairn");
    struct bundle_memory memory = {.bytes = bytes_of(browser.text, browser.size)};
    struct bundle_source source = bundle_from_memory(&memory);
    must(verifier_open(engine_log_key(history.engine), &verifier));
    must(bundle_verify(&source, &(struct stream_options){0}, verifier, &head));
    const struct verify_report *report = verify_report_of(verifier);
    /* The history has users act without a signature, and nothing else is wrong with it. */
    for (uint64_t i = 0; i < report->finding_count && i < VERIFY_FINDINGS_MAX; i++) {
        assert_string_equal(report->findings[i].what,
                            "a user is said to have done what no user signed");
    }
    assert_int_equal(report->checkpointed, head.size);
    assert_int_equal(report->size, head.size);
    verifier_close(&verifier);
}

static void the_checkpoint_and_the_key_belong_together(void **unused)
{
    struct public_key key;
    struct checkpoint checkpoint;
    (void)unused;
    browser_must(&browser, "/log.vkey");
    must(public_key_read(bytes_of(browser.text, browser.size - 1), &key));
    browser_must(&browser, "/checkpoint");
    must(checkpoint_verify(&key, bytes_of(browser.text, browser.size), &checkpoint));
    browser_must(&browser, "/verify.html");
    assert_string_equal(browser.answer.download, "verify.html");
    browser_must(&browser, "/verify");
    assert_true(browser_shows(&browser, "data-verify-file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_verification_it_claims_none),
        cmocka_unit_test(a_verification_counts_while_its_root_is_the_same),
        cmocka_unit_test(a_narrowed_viewer_is_not_told_what_is_beyond),
        cmocka_unit_test(the_bundle_verifies),
        cmocka_unit_test(the_checkpoint_and_the_key_belong_together),
    };
    return cmocka_run_group_tests(tests, begin, end);
}

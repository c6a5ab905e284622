/*
 * A failure says in one line what it is, why, and where.
 */
#include "schema/status.h"
#include "schema/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_described(struct status status, const char *expected)
{
    char memory[256];
    struct text text = TEXT_IN(memory);
    status_describe(status, &text);
    assert_string_equal(text_string(&text), expected);
}

static void a_failure_says_what_why_and_where(void **unused)
{
    (void)unused;
    assert_described(OK, "ok");
    assert_described(FAIL(MALFORMED, 17), "the input is not well formed (byte 17)");
    assert_described(FAIL_BECAUSE(CORRUPT, 3, "the leaf is missing"),
                     "what is stored does not match its hash: the leaf is missing (event 3)");
    assert_described(FAIL(INCOMPLETE, 5), "the store was never completely created");
    assert_described(FAIL(EXISTS, 7), "it is there already (number 7)");
    assert_described(FAIL(EXISTS, 0), "it is there already");
}

static void an_error_of_the_system_is_told_in_its_words(void **unused)
{
    (void)unused;
    assert_described(FAIL(IO, ENOSPC), "the storage failed (No space left on device)");
    assert_described(FAIL(IO, 0), "the storage failed");
    assert_described(FAIL_BECAUSE(KEY, 0, "it is none"), "the key cannot be used: it is none");
}

static void every_code_has_a_sentence_of_its_own(void **unused)
{
    (void)unused;
    static const enum status_code codes[] = {
#define STATUS(name, sentence, at) STATUS_##name,
#include "schema/status.def"
    };
    const size_t count = sizeof codes / sizeof codes[0];
    for (size_t i = 0; i < count; i++) {
        assert_true(strlen(status_sentence(codes[i])) > 0);
        assert_true(strlen(status_unit(codes[i])) > 0);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(status_sentence(codes[i]), status_sentence(codes[k]));
        }
    }
    assert_string_equal(status_sentence((enum status_code)count), "an unknown failure");
    assert_string_equal(status_unit((enum status_code)count), "nothing");
}

static struct status hand_up(struct status status, unsigned *reached)
{
    TRY(status);
    ++*reached;
    return OK;
}

static void a_failure_is_handed_up_and_nothing_after_it_happens(void **unused)
{
    (void)unused;
    unsigned reached = 0;
    assert_int_equal(hand_up(FAIL(LIMIT, 8), &reached).at, 8);
    assert_int_equal(reached, 0);
    assert_false(failed(hand_up(OK, &reached)));
    assert_int_equal(reached, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_says_what_why_and_where),
        cmocka_unit_test(an_error_of_the_system_is_told_in_its_words),
        cmocka_unit_test(every_code_has_a_sentence_of_its_own),
        cmocka_unit_test(a_failure_is_handed_up_and_nothing_after_it_happens),
    };
    return cmocka_run_group_tests_name("schema/status", tests, NULL, NULL);
}

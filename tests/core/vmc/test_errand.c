/*
 * What a user asks a controller for, and what it answers: read as written, and no part of it.
 */
#include "core/vmc/errand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct errand errands[] = {
    {.kind = ERRAND_UNLOCK, .object = 77, .read_only = true, .format = true, .wrap = {{1, 2, 3}}},
    {.kind = ERRAND_LOCK, .object = 77},
    {.kind = ERRAND_LIST},
    {.kind = ERRAND_STATUS},
    {.kind = ERRAND_MOUNT, .object = 9},
    {.kind = ERRAND_UNMOUNT, .object = 9},
};

static void an_errand_is_read_as_it_was_written_and_no_part_of_it_is_one(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof errands / sizeof errands[0]; i++) {
        char memory[ERRAND_SIZE_MAX];
        struct text text = TEXT_IN(memory);
        struct errand read;
        errand_put(&text, &errands[i]);
        assert_int_equal(errand_get(text_bytes(&text), &read).code, STATUS_OK);
        assert_int_equal(read.kind, errands[i].kind);
        assert_int_equal(read.object, errands[i].object);
        assert_int_equal(read.read_only, errands[i].read_only);
        assert_int_equal(read.format, errands[i].format);
        assert_memory_equal(read.wrap.data, errands[i].wrap.data, WRAP_SIZE);
        for (size_t size = 0; size < text.size; size++) {
            assert_true(failed(errand_get(bytes_of(text.data, size), &read)));
        }
        text_put_char(&text, 0);
        assert_true(failed(errand_get(text_bytes(&text), &read)));
    }
}

static void a_flag_is_yes_or_no_and_a_wrapped_key_has_its_size(void **unused)
{
    (void)unused;
    char memory[ERRAND_SIZE_MAX];
    struct text text = TEXT_IN(memory);
    struct errand read;
    errand_put(&text, &errands[0]);
    for (size_t at = 9; at < 15; at++) { /* both flags, and the size of the key */
        memory[at] = (char)(memory[at] ^ 2);
        assert_true(failed(errand_get(text_bytes(&text), &read)));
        memory[at] = (char)(memory[at] ^ 2);
    }
    memory[0] = 99;
    assert_int_equal(errand_get(text_bytes(&text), &read).code, STATUS_MALFORMED);
}

static void a_reply_is_read_as_it_was_written_and_no_part_of_it_is_one(void **unused)
{
    (void)unused;
    const struct reply replies[] = {
        {.kind = REPLY_STEP, .step = LITERAL("the key has come")},
        {.kind = REPLY_DRIVE,
         .drive = {.drive = 7,
                   .size = 99,
                   .state = REPLY_DRIVE_OPEN,
                   .read_only = true,
                   .path = LITERAL("/drives/drive-7")}},
        {.kind = REPLY_STATUS,
         .status = {.program = LITERAL("0.1"), .applied = 4, .users = 2, .policy = {{8}}}},
    };
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        char memory[ERRAND_SIZE_MAX];
        struct text text = TEXT_IN(memory);
        struct reply read;
        reply_put(&text, &replies[i]);
        assert_int_equal(reply_get(text_bytes(&text), &read).code, STATUS_OK);
        assert_int_equal(read.kind, replies[i].kind);
        assert_true(bytes_equal(read.step, replies[i].step));
        assert_true(bytes_equal(read.drive.path, replies[i].drive.path));
        assert_int_equal(read.drive.drive, replies[i].drive.drive);
        assert_int_equal(read.drive.state, replies[i].drive.state);
        assert_int_equal(read.status.applied, replies[i].status.applied);
        assert_true(digest_equal(&read.status.policy, &replies[i].status.policy));
        for (size_t size = 0; size < text.size; size++) {
            assert_true(failed(reply_get(bytes_of(text.data, size), &read)));
        }
    }
}

static void how_it_ended_arrives_with_its_reason(void **unused)
{
    (void)unused;
    char memory[ERRAND_SIZE_MAX], why_memory[WIRE_SENTENCE_MAX];
    struct text text = TEXT_IN(memory), why = TEXT_IN(why_memory);
    struct reply read;
    reply_put_done(&text, FAIL_BECAUSE(CONFLICT, 77, "files are in use"));
    assert_int_equal(reply_get(text_bytes(&text), &read).code, STATUS_OK);
    const struct status status = wire_status_is(&read.done, &why);
    assert_int_equal(status.code, STATUS_CONFLICT);
    assert_int_equal(status.at, 77);
    assert_string_equal(status.why, "files are in use");
}

static void every_state_of_a_drive_has_a_name_of_its_own(void **unused)
{
    (void)unused;
    for (int a = REPLY_DRIVE_BLANK; a <= REPLY_DRIVE_FOREIGN; a++) {
        for (int b = a + 1; b <= REPLY_DRIVE_FOREIGN; b++) {
            assert_string_not_equal(reply_drive_state_name((enum reply_drive_state)a),
                                    reply_drive_state_name((enum reply_drive_state)b));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_errand_is_read_as_it_was_written_and_no_part_of_it_is_one),
        cmocka_unit_test(a_flag_is_yes_or_no_and_a_wrapped_key_has_its_size),
        cmocka_unit_test(a_reply_is_read_as_it_was_written_and_no_part_of_it_is_one),
        cmocka_unit_test(how_it_ended_arrives_with_its_reason),
        cmocka_unit_test(every_state_of_a_drive_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests_name("core/vmc/errand", tests, NULL, NULL);
}

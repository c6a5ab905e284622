/*
 * One-time codes: those of RFC 6238, once each, and not many tries.
 */
#include "store/key.h"
#include "store/totp.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000)
#define NOW (UINT64_C(1773093600) * SECOND) /* begins a step */

enum {
    ADA = 12,
};

struct place {
    char directory[32], path[64];
    struct totp_secret secret;
};

static int begin(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    if (place == NULL || failed(key_library_start())) {
        return -1;
    }
    snprintf(place->directory, sizeof place->directory, "test_totp_XXXXXX");
    totp_secret_make(&place->secret);
    if (mkdtemp(place->directory) == NULL ||
        failed(totp_enrol(place->directory, ADA, &place->secret))) {
        return -1;
    }
    snprintf(place->path, sizeof place->path, "%s/%d", place->directory, ADA);
    *state = place;
    return 0;
}

static int end(void **state)
{
    struct place *place = *state;
    (void)unlink(place->path);
    int left = rmdir(place->directory);
    free(place);
    return left;
}

/* The user's code of a moment, shown at another one. */
static struct status show(const struct place *place, uint64_t made_us, uint64_t shown_us,
                          uint64_t *step)
{
    char memory[16];
    struct text code = TEXT_IN(memory);
    assert_false(failed(totp_code(&place->secret, made_us, &code)));
    return totp_check(place->directory, ADA, shown_us, text_bytes(&code), step);
}

/* RFC 6238, Appendix B, the last six digits. */
static void codes_are_those_of_the_standard(void **state)
{
    (void)state;
    const struct {
        uint64_t s;
        const char *code;
    } rows[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    struct totp_secret secret;
    memcpy(secret.data, "12345678901234567890", sizeof secret.data);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char memory[16];
        struct text code = TEXT_IN(memory);
        assert_false(failed(totp_code(&secret, rows[i].s * SECOND, &code)));
        assert_string_equal(text_string(&code), rows[i].code);
    }
}

static void a_code_counts_once(void **state)
{
    struct place *place = *state;
    uint64_t step = 0;
    assert_false(failed(show(place, NOW, NOW, &step)));
    assert_int_equal(step, NOW / SECOND / TOTP_STEP_S);
    struct status status = show(place, NOW, NOW + 5 * SECOND, &step);
    assert_int_equal(status.code, STATUS_KEY);
    assert_non_null(strstr(status.why, "has been used"));
}

static void an_older_code_does_not_count_after_a_newer_one(void **state)
{
    struct place *place = *state;
    uint64_t step = 0;
    assert_false(failed(show(place, NOW, NOW, &step)));
    assert_int_equal(show(place, NOW - 30 * SECOND, NOW, &step).code, STATUS_KEY);
    assert_false(failed(show(place, NOW + 30 * SECOND, NOW + SECOND, &step)));
}

static void the_steps_beside_the_present_one_count_and_no_others(void **state)
{
    struct place *place = *state;
    uint64_t step = 0;
    assert_int_equal(show(place, NOW - 60 * SECOND, NOW, &step).code, STATUS_KEY);
    assert_int_equal(show(place, NOW + 60 * SECOND, NOW, &step).code, STATUS_KEY);
    assert_false(failed(show(place, NOW - 30 * SECOND, NOW, &step)));
    assert_false(failed(show(place, NOW + 30 * SECOND, NOW, &step)));
}

static void what_is_no_code_does_not_count(void **state)
{
    struct place *place = *state;
    const struct bytes codes[] = {LITERAL(""), LITERAL("12345"), LITERAL("1234567"),
                                  LITERAL("12345a")};
    uint64_t step = 0;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        assert_int_equal(totp_check(place->directory, ADA, NOW, codes[i], &step).code, STATUS_KEY);
    }
}

static void after_many_tries_the_right_code_waits_for_the_next_step(void **state)
{
    struct place *place = *state;
    uint64_t step = 0;
    for (int i = 0; i < TOTP_TRIES_MAX; i++) {
        assert_int_equal(totp_check(place->directory, ADA, NOW, LITERAL("none"), &step).code,
                         STATUS_KEY);
    }
    struct status status = show(place, NOW, NOW, &step);
    assert_int_equal(status.code, STATUS_KEY);
    assert_non_null(strstr(status.why, "too many"));
    assert_false(failed(show(place, NOW + 30 * SECOND, NOW + 30 * SECOND, &step)));
}

static void a_user_has_one_secret_and_it_can_be_taken_away(void **state)
{
    struct place *place = *state;
    struct totp_secret other;
    uint64_t step = 0;
    struct stat about;
    totp_secret_make(&other);
    assert_int_equal(stat(place->path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_int_equal(totp_enrol(place->directory, ADA, &other).code, STATUS_EXISTS);
    assert_false(failed(totp_forget(place->directory, ADA)));
    assert_int_equal(totp_forget(place->directory, ADA).code, STATUS_NOT_FOUND);
    assert_int_equal(show(place, NOW, NOW, &step).code, STATUS_NOT_FOUND);
    assert_false(failed(totp_enrol(place->directory, ADA, &other)));
    assert_memory_not_equal(other.data, place->secret.data, sizeof other.data);
    assert_int_equal(totp_enrol("no/such/place", ADA, &other).code, STATUS_NOT_FOUND);
}

static void a_damaged_file_is_told(void **state)
{
    struct place *place = *state;
    uint64_t step = 0;
    assert_int_equal(truncate(place->path, 30), 0);
    assert_int_equal(show(place, NOW, NOW, &step).code, STATUS_CORRUPT);
}

static void a_link_in_the_place_of_a_file_is_not_followed(void **state)
{
    struct place *place = *state;
    uint64_t step = 0;
    char other[80];
    snprintf(other, sizeof other, "%s/13", place->directory);
    assert_int_equal(symlink("12", other), 0);
    assert_true(failed(totp_check(place->directory, 13, NOW, LITERAL("123456"), &step)));
    assert_int_equal(unlink(other), 0);
}

static void an_authenticator_is_told_the_secret_and_for_whom(void **state)
{
    struct place *place = *state;
    char memory[TOTP_URI_MAX];
    struct text uri = TEXT_IN(memory);
    struct totp_secret read;
    totp_uri(&place->secret, LITERAL("example.org/a b"), LITERAL("ada"), &uri);
    assert_non_null(strstr(text_string(&uri), "otpauth://totp/example.org%2Fa%20b:ada?secret="));
    assert_false(failed(totp_uri_read(text_bytes(&uri), &read)));
    assert_memory_equal(read.data, place->secret.data, sizeof read.data);
    assert_int_equal(totp_uri_read(LITERAL("otpauth://totp/x?issuer=y"), &read).code,
                     STATUS_MALFORMED);
    assert_int_equal(totp_uri_read(LITERAL("otpauth://totp/x?secret=AAAA"), &read).code,
                     STATUS_MALFORMED);
    assert_int_equal(totp_uri_read(LITERAL("https://x"), &read).code, STATUS_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_the_standard),
        cmocka_unit_test_setup_teardown(a_code_counts_once, begin, end),
        cmocka_unit_test_setup_teardown(an_older_code_does_not_count_after_a_newer_one, begin, end),
        cmocka_unit_test_setup_teardown(the_steps_beside_the_present_one_count_and_no_others, begin,
                                        end),
        cmocka_unit_test_setup_teardown(what_is_no_code_does_not_count, begin, end),
        cmocka_unit_test_setup_teardown(after_many_tries_the_right_code_waits_for_the_next_step,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_user_has_one_secret_and_it_can_be_taken_away, begin, end),
        cmocka_unit_test_setup_teardown(a_damaged_file_is_told, begin, end),
        cmocka_unit_test_setup_teardown(a_link_in_the_place_of_a_file_is_not_followed, begin, end),
        cmocka_unit_test_setup_teardown(an_authenticator_is_told_the_secret_and_for_whom, begin,
                                        end),
    };
    return cmocka_run_group_tests_name("store/totp", tests, NULL, NULL);
}

/*
 * What is said with every answer: who may keep it, show it, run it.
 */
#include "auditd/http/answers.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct answer_fields fields;

static const char *field(const char *name)
{
    const char *found = NULL;
    for (size_t i = 0; i < fields.count; i++) {
        if (strcmp(fields.fields[i].name, name) == 0) {
            assert_null(found);
            found = fields.fields[i].value;
        }
    }
    return found;
}

static void make(const struct page_answer *answer, bool secure)
{
    answer_fields_of(answer, LITERAL("/assets/a-1.css"), secure, &fields);
    assert_false(fields.text.full);
    assert_true(fields.count < ANSWER_FIELDS_MAX);
}

static void every_answer_says_that_nothing_of_others_is_run_or_shown(void **unused)
{
    (void)unused;
    static const unsigned statuses[] = {200, 303, 304, 400, 403, 404, 405, 414, 429, 431, 500, 503};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        for (int secure = 0; secure < 2; secure++) {
            make(&(struct page_answer){.status = statuses[i]}, secure == 1);
            assert_non_null(strstr(field("Content-Security-Policy"), "default-src 'none'"));
            assert_null(strstr(field("Content-Security-Policy"), "unsafe"));
            assert_string_equal(field("X-Content-Type-Options"), "nosniff");
            assert_string_equal(field("Referrer-Policy"), "no-referrer");
            assert_string_equal(field("Connection"), "close");
            assert_string_equal(field("Cache-Control"), "no-store");
            assert_int_equal(field("Strict-Transport-Security") != NULL, secure);
            assert_int_equal(field("Allow") != NULL, statuses[i] == 405);
            assert_null(field("Set-Cookie"));
        }
    }
}

static void everything_at_once_has_room(void **unused)
{
    (void)unused;
    static char longest[PAGE_LOCATION_MAX];
    memset(longest, 'a', sizeof longest);
    const struct page_answer answer = {
        .status = 405,
        .type = bytes_of(longest, PAGE_TYPE_MAX),
        .download = bytes_of(longest, PAGE_DOWNLOAD_MAX),
        .secret = bytes_of(longest, PAGE_SECRET_MAX),
        .location = bytes_of(longest, PAGE_LOCATION_MAX),
        .retry_after_s = UINT32_MAX,
        .immutable = true,
    };
    make(&answer, true);
    assert_non_null(strstr(field("Set-Cookie"), "; Secure"));
    assert_string_equal(field("Retry-After"), "4294967295");
    assert_string_equal(field("ETag"), "\"/assets/a-1.css\"");
}

static void what_never_changes_is_known_by_its_path(void **unused)
{
    (void)unused;
    static const struct {
        const char *known;
        bool is;
    } rows[] = {
        {"\"/assets/a-1.css\"", true},
        {"\"x\", \"/assets/a-1.css\"", true},
        {"W/\"/assets/a-1.css\"", true},
        {"/assets/a-1.css", false},
        {"*", false},
        {"", false},
        {"\"/assets/a-1.cs\"", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(
            answer_is_known(bytes_of_string(rows[i].known), LITERAL("/assets/a-1.css")),
            rows[i].is);
    }
}

static void an_answer_made_here_is_whole(void **unused)
{
    (void)unused;
    static const unsigned statuses[] = {400, 404, 405, 414, 429, 431, 500, 503, 505};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        char memory[ANSWER_PAGE_SIZE + ANSWER_TEXT_SIZE], line[64];
        struct text out = TEXT_IN(memory), start = TEXT_IN(line);
        answer_whole(&(struct answer_error){.status = statuses[i]}, &out);
        assert_false(out.full);
        const char *whole = text_string(&out), *body = strstr(whole, "\r\n\r\n");
        text_add(&start, "HTTP/1.1 %u %s\r\n", statuses[i], answer_reason(statuses[i]));
        assert_memory_equal(whole, start.data, start.size);
        assert_non_null(body);
        text_clear(&start);
        text_add(&start, "\r\nContent-Length: %zu\r\n", strlen(body + 4));
        assert_non_null(strstr(whole, text_string(&start)));
        assert_non_null(strstr(body, answer_sentence(statuses[i])));
        struct text head = TEXT_IN(memory);
        answer_whole(&(struct answer_error){.status = statuses[i], .only_head = true}, &head);
        assert_string_equal(strstr(text_string(&head), "\r\n\r\n"), "\r\n\r\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_says_that_nothing_of_others_is_run_or_shown),
        cmocka_unit_test(everything_at_once_has_room),
        cmocka_unit_test(what_never_changes_is_known_by_its_path),
        cmocka_unit_test(an_answer_made_here_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Canonical JSON: the corpus of what is easily read twice, or read differently by two readers; and
 * the reader against another one, jansson, which knows nothing of canonical form: a text is
 * accepted if and only if it is what its value is written as.
 */
#include "schema/canonical.h"
#include "schema/json.h"
#include "schema/time.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    TEXT_MAX = 8192
};

/* The corpus ---------------------------------------------------------------------------------- */

/* A string literal as an initializer. */
#define TEXT(literal)                                   \
    {                                                   \
        (const uint8_t *)(literal), sizeof(literal) - 1 \
    }

static const struct bytes accepted[] = {
    TEXT("{}"),
    TEXT("[]"),
    TEXT("0"),
    TEXT("true"),
    TEXT("false"),
    TEXT("\"\""),
    TEXT("9007199254740991"),
    TEXT("{\"a\":0,\"a0\":1,\"a_\":2,\"aa\":3,\"b\":4}"),
    TEXT("[1,\"two\",[],{},true,{\"a\":[false]}]"),
    TEXT("\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u000e\\u001f\""),
    TEXT("\"\\\"\\\\/\""),
    TEXT("\"\x7f\""),
    TEXT("\"\xc2\x80\xc3\xa9\xe2\x80\xa8\xef\xbf\xbe\xef\xbf\xbf\xf0\x9f\xaa\xa8\""),
    TEXT("\"e\xcc\x81\""), /* two forms of one character are two values */
    TEXT("\"\xef\xbb\xbf\""),
    TEXT("[[[[[[[[]]]]]]]]"),
    TEXT("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":0}}}}}}}}"),
    TEXT("{\"a123456789012345678901234567890123456789012345678901234567890123\":0}"),
};

static const struct bytes refused[] = {
    TEXT(""),
    /* white space */
    TEXT(" 0"),
    TEXT("0 "),
    TEXT("0\n"),
    TEXT("[ ]"),
    TEXT("[0, 1]"),
    TEXT("{\"a\": 0}"),
    TEXT("{\"a\":0 }"),
    TEXT("{ \"a\":0}"),
    TEXT("{\"a\" :0}"),
    TEXT("{\"a\":0,\"b\":1}\r\n"),
    /* trailing and missing */
    TEXT("0,"),
    TEXT("[0,]"),
    TEXT("[,0]"),
    TEXT("[0,,1]"),
    TEXT("[0 1]"),
    TEXT("[0"),
    TEXT("[0}"),
    TEXT("{\"a\":0,}"),
    TEXT("{,\"a\":0}"),
    TEXT("{\"a\":0]"),
    TEXT("{\"a\"}"),
    TEXT("{\"a\":}"),
    TEXT("{a:0}"),
    TEXT("{'a':0}"),
    TEXT("{0:0}"),
    TEXT("{}{}"),
    TEXT("[]\0"),
    TEXT("{}\0{\"b\":1}"),
    TEXT("\0"),
    TEXT("]"),
    TEXT("[]]"),
    TEXT("/**/0"),
    TEXT("[0]//"),
    /* the order of names, and repeated ones */
    TEXT("{\"b\":0,\"a\":1}"),
    TEXT("{\"a\":0,\"a\":0}"),
    TEXT("{\"a\":0,\"a\":1}"),
    TEXT("{\"a\":0,\"\\u0061\":1}"),
    TEXT("{\"\\u0061\":0,\"a\":1}"),
    TEXT("{\"aa\":0,\"a\":1}"),
    TEXT("{\"a_\":0,\"a0\":1}"),
    TEXT("[{\"b\":{\"d\":0,\"c\":0}}]"),
    /* names */
    TEXT("{\"\":0}"),
    TEXT("{\"A\":0}"),
    TEXT("{\"_a\":0}"),
    TEXT("{\"0\":0}"),
    TEXT("{\"a-b\":0}"),
    TEXT("{\"a b\":0}"),
    TEXT("{\"a.b\":0}"),
    TEXT("{\"\xc3\xa9\":0}"),
    TEXT("{\"a\xc3\xa9\":0}"),
    TEXT("{\"\xf0\x9d\x84\x9e\":0}"), /* U+1D11E, which UTF-16 puts elsewhere */
    TEXT("{\"\\u00e9\":0}"),
    TEXT("{\"a\\u0000\":0}"),
    TEXT("{\"a\0\":0}"),
    TEXT("{\"a\\n\":0}"),
    TEXT("{\"a1234567890123456789012345678901234567890123456789012345678901234\":0}"),
    /* numbers */
    TEXT("-0"),
    TEXT("-1"),
    TEXT("+1"),
    TEXT("00"),
    TEXT("01"),
    TEXT("0x1"),
    TEXT("1."),
    TEXT(".5"),
    TEXT("1.0"),
    TEXT("0.1"),
    TEXT("1e0"),
    TEXT("1E2"),
    TEXT("1e400"),
    TEXT("1e-400"),
    TEXT("1e-7"),
    TEXT("1_000"),
    TEXT("9007199254740992"),
    TEXT("9007199254740993"),
    TEXT("9223372036854775807"),
    TEXT("9223372036854775808"),
    TEXT("18446744073709551616"),
    TEXT("100000000000000000000000000000"),
    TEXT("NaN"),
    TEXT("Infinity"),
    TEXT("\xd9\xa1"),
    /* words */
    TEXT("null"),
    TEXT("[null]"),
    TEXT("True"),
    TEXT("TRUE"),
    TEXT("tru"),
    TEXT("truee"),
    TEXT("undefined"),
    /* escapes */
    TEXT("\"\\/\""),
    TEXT("\"\\'\""),
    TEXT("\"\\a\""),
    TEXT("\"\\x41\""),
    TEXT("\"\\0\""),
    TEXT("\"\\u0041\""),
    TEXT("\"\\u0022\""),
    TEXT("\"\\u005c\""),
    TEXT("\"\\u0008\""),
    TEXT("\"\\u0009\""),
    TEXT("\"\\u000a\""),
    TEXT("\"\\u000c\""),
    TEXT("\"\\u000d\""),
    TEXT("\"\\u001F\""),
    TEXT("\"\\u000B\""),
    TEXT("\"\\U0001\""),
    TEXT("\"\\u0020\""),
    TEXT("\"\\u007f\""),
    TEXT("\"\\u00e9\""),
    TEXT("\"\\u20ac\""),
    TEXT("\"\\ud83e\\udea8\""),
    TEXT("\"\\ud800\""),
    TEXT("\"\\udc00\""),
    TEXT("\"\\udc00\\ud800\""),
    TEXT("\"\\u1\""),
    TEXT("\"\\u00\""),
    TEXT("\"\\u001\""),
    TEXT("\"\\u001g\""),
    TEXT("\"\\\""),
    TEXT("\"\\"),
    /* control characters */
    TEXT("\"\0\""),
    TEXT("\"\x01\""),
    TEXT("\"\t\""),
    TEXT("\"\n\""),
    TEXT("\"\x1f\""),
    TEXT("\"abcdefgh\x1f\""),
    TEXT("\"abcdefg\n\""),
    /* UTF-8 */
    TEXT("\"\x80\""),
    TEXT("\"\xff\""),
    TEXT("\"\xc0\x80\""),
    TEXT("\"\xc0\xaf\""),
    TEXT("\"\xc1\xbf\""),
    TEXT("\"\xe0\x80\xaf\""),
    TEXT("\"\xe0\x9f\xbf\""),
    TEXT("\"\xf0\x80\x80\xaf\""),
    TEXT("\"\xed\xa0\x80\""),
    TEXT("\"\xed\xbf\xbf\""),
    TEXT("\"\xed\xa0\xbe\xed\xba\xa8\""),
    TEXT("\"\xf4\x90\x80\x80\""),
    TEXT("\"\xf5\x80\x80\x80\""),
    TEXT("\"\xe2\x82\""),
    TEXT("\"\xe2\""),
    TEXT("\"abcdefgh\xc3\""),
    TEXT("\xef\xbb\xbf"
         "0"),
    TEXT("\xff\xfe"
         "0\0"),
    /* quotes */
    TEXT("\""),
    TEXT("\"a"),
    TEXT("'a'"),
    TEXT("a"),
    TEXT("\"a\"b\""),
    /* depth */
    TEXT("[[[[[[[[[]]]]]]]]]"),
    TEXT("[[[[[[[[{}]]]]]]]]"),
    TEXT("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}"),
};

static void every_canonical_text_of_the_corpus_is_accepted(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        struct status status = canonical_check(accepted[i]);
        if (failed(status)) {
            fail_msg("%.*s: %s at %u", (int)accepted[i].size, (const char *)accepted[i].data,
                     status.why, (unsigned)status.at);
        }
    }
}

static void every_trap_of_the_corpus_is_refused_with_a_reason(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct status status = canonical_check(refused[i]);
        if (!failed(status)) {
            fail_msg("accepted: %.*s", (int)refused[i].size, (const char *)refused[i].data);
        }
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_non_null(status.why);
        assert_true(status.at <= refused[i].size);
    }
}

static void nesting_without_end_is_refused_soon(void **unused)
{
    (void)unused;
    static const char *const openings[] = {"[", "{\"a\":"};
    for (size_t i = 0; i < 2; i++) {
        char memory[TEXT_MAX];
        struct text text = TEXT_IN(memory);
        while (!text.full) {
            text_put_string(&text, openings[i]);
        }
        struct status status = canonical_check(text_bytes(&text));
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_int_equal(status.at, JSON_DEPTH_MAX * strlen(openings[i]));
    }
}

/* Against another reader ---------------------------------------------------------------------- */

/* What jansson's value of the text is written as, compared with the text. Only for what cannot be
 * told apart by the escape of NUL, which jansson never takes. */
static bool is_its_own_canonical_form(struct bytes text)
{
    static char memory[2 * TEXT_MAX];
    struct text again = TEXT_IN(memory);
    struct json *json = NULL;
    struct json_error error;
    bool same = !failed(json_parse(text, &json, &error)) && !failed(json_canonical(json, &again)) &&
                bytes_equal(text, text_bytes(&again));
    json_free(&json);
    return same;
}

static bool has_escaped_nul(struct bytes text)
{
    return text.size >= 6 && memmem(text.data, text.size, "\\u0000", 6) != NULL;
}

static bool assert_like_jansson(struct bytes text)
{
    bool good = !failed(canonical_check(text));
    if (!has_escaped_nul(text) && good != is_its_own_canonical_form(text)) {
        fail_msg("%s: %.*s", good ? "accepted" : "refused", (int)text.size,
                 (const char *)text.data);
    }
    return good;
}

/* The corpus in an array, for jansson takes no scalar by itself. */
static void the_corpus_is_judged_like_by_jansson(void **unused)
{
    (void)unused;
    const struct bytes *lists[] = {accepted, refused};
    const size_t counts[] = {sizeof accepted / sizeof accepted[0],
                             sizeof refused / sizeof refused[0]};
    for (size_t list = 0; list < 2; list++) {
        for (size_t i = 0; i < counts[list]; i++) {
            char memory[TEXT_MAX];
            struct text text = TEXT_IN(memory);
            text_put_char(&text, '[');
            text_put_bytes(&text, lists[list][i]);
            text_put_char(&text, ']');
            (void)assert_like_jansson(text_bytes(&text));
        }
    }
}

static void put_random_string(struct random *random, struct text *out)
{
    static const char *const pieces[] = {"a",
                                         "b0",
                                         "\"",
                                         "\\",
                                         "\x01",
                                         "\n",
                                         "\xc3\xa9",
                                         "/",
                                         "\x7f",
                                         "\x1f",
                                         "\xe2\x80\xa8",
                                         "12345678",
                                         "\xf0\x9f\xaa\xa8"};
    char memory[256];
    struct text text = TEXT_IN(memory);
    for (uint64_t i = random_below(random, 6); i > 0; i--) {
        text_put_string(&text, pieces[random_below(random, sizeof pieces / sizeof pieces[0])]);
    }
    canonical_put_string(out, text_bytes(&text));
}

static void put_random_value(struct random *random, unsigned depth, struct text *out)
{
    static const char names[] = "abcdefgh";
    uint64_t what = random_below(random, depth == 0 ? 3 : 6);
    uint64_t count = random_below(random, 4), shown = 0;
    switch (what) {
    case 0:
        text_put_u64(out,
                     random_below(random, CANONICAL_INTEGER_MAX + 1) >> random_below(random, 53));
        return;
    case 1:
        put_random_string(random, out);
        return;
    case 2:
        text_put_string(out, random_below(random, 2) == 0 ? "true" : "false");
        return;
    default:
        break;
    }
    text_put_char(out, what == 3 ? '[' : '{');
    for (size_t i = 0; i < sizeof names - 1 && shown < count; i++) {
        if (what == 3 || random_below(random, 2) == 0) {
            text_put_string(out, shown++ > 0 ? "," : "");
            if (what != 3) {
                text_add(out, "\"%c_%u\":", names[i], (unsigned)random_below(random, 9));
            }
            put_random_value(random, depth - 1, out);
        }
    }
    text_put_char(out, what == 3 ? ']' : '}');
}

static struct bytes random_object(struct random *random, struct text *text)
{
    text_clear(text);
    text_put_literal(text, "{\"a\":");
    put_random_value(random, 6, text);
    text_put_literal(text, ",\"b\":");
    put_random_value(random, 6, text);
    text_put_char(text, '}');
    assert_false(text->full);
    return text_bytes(text);
}

static void random_values_are_accepted_as_they_are_written(void **unused)
{
    (void)unused;
    char memory[TEXT_MAX];
    struct text text = TEXT_IN(memory);
    struct random random = {.state = 11};
    for (size_t round = 0; round < 20000; round++) {
        assert_true(assert_like_jansson(random_object(&random, &text)));
    }
}

static void every_prefix_is_refused(void **unused)
{
    (void)unused;
    char memory[TEXT_MAX];
    struct text text = TEXT_IN(memory);
    struct random random = {.state = 13};
    for (size_t round = 0; round < 500; round++) {
        struct bytes whole = random_object(&random, &text);
        for (size_t size = 0; size < whole.size; size++) {
            assert_true(failed(canonical_check(bytes_of(whole.data, size))));
        }
    }
}

static void every_flipped_bit_is_refused_or_another_canonical_value(void **unused)
{
    (void)unused;
    char memory[TEXT_MAX];
    struct text text = TEXT_IN(memory);
    struct random random = {.state = 17};
    size_t good = 0;
    for (size_t round = 0; round < 100; round++) {
        struct bytes whole = random_object(&random, &text);
        for (size_t bit = 0; bit < 8 * whole.size; bit++) {
            memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
            good += assert_like_jansson(whole);
            memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
        }
    }
    assert_true(good > 1000);
}

/* Changes that a careless writer makes: bytes of JSON inserted, doubled, taken out. */
static void random_edits_are_judged_like_by_jansson(void **unused)
{
    (void)unused;
    static const char likely[] = "{}[]:,\"\\u0001eE.-+ \n\tabz_/\x80\xc3\xa9";
    char memory[TEXT_MAX], edited[TEXT_MAX];
    struct text text = TEXT_IN(memory);
    struct random random = {.state = 19};
    size_t good = 0;
    for (size_t round = 0; round < 150000; round++) {
        struct bytes whole = random_object(&random, &text);
        size_t at = (size_t)random_below(&random, whole.size);
        size_t taken = (size_t)random_below(&random, 3);
        taken = at + taken > whole.size ? 0 : taken;
        struct text out = TEXT_IN(edited);
        text_put(&out, whole.data, at);
        for (uint64_t i = random_below(&random, 3); i > 0; i--) {
            text_put_char(&out, likely[random_below(&random, sizeof likely - 1)]);
        }
        text_put_bytes(&out, bytes_of(whole.data + at + taken, whole.size - at - taken));
        good += assert_like_jansson(text_bytes(&out));
    }
    assert_true(good > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_canonical_text_of_the_corpus_is_accepted),
        cmocka_unit_test(every_trap_of_the_corpus_is_refused_with_a_reason),
        cmocka_unit_test(nesting_without_end_is_refused_soon),
        cmocka_unit_test(the_corpus_is_judged_like_by_jansson),
        cmocka_unit_test(random_values_are_accepted_as_they_are_written),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(every_flipped_bit_is_refused_or_another_canonical_value),
        cmocka_unit_test(random_edits_are_judged_like_by_jansson),
    };
    return cmocka_run_group_tests_name("schema/canonical", tests, NULL, NULL);
}

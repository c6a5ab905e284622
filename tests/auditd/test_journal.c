#include "auditd/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const struct journal journal = {
    .fd = -1, .role = "ingest", .prefixed = true, .least = JOURNAL_INFO};

static void assert_line(const struct journal_pair *pairs, size_t count, const char *expected)
{
    char memory[JOURNAL_LINE_MAX];
    struct text out = TEXT_IN(memory);
    journal_write(&journal, JOURNAL_WARNING, "event_name", pairs, count, &out);
    assert_string_equal(text_string(&out), expected);
}

static void a_value_is_quoted_where_it_must_be(void **state)
{
    const struct journal_pair pairs[] = {
        pair_number("n", 17),         pair_string("bare", "a-b/c.d:e"),
        pair_string("empty", ""),     pair_string("blank", "a b"),
        pair_string("quote", "a\"b"), pair_string("equals", "a=b"),
        pair_string("slash", "a\\b"),
    };
    (void)state;
    assert_line(pairs, sizeof pairs / sizeof pairs[0],
                "<4>level=warning role=ingest event=event_name n=17 bare=a-b/c.d:e empty=\"\" "
                "blank=\"a b\" quote=\"a\\\"b\" equals=\"a=b\" slash=\"a\\\\b\"");
}

static unsigned next(unsigned *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 16;
}

/* Whatever somebody sends, it is one line, of printable characters, and no pair of its own. */
static void foreign_bytes_make_no_line_and_no_pair(void **state)
{
    (void)state;
    unsigned seed = 5;
    for (unsigned round = 0; round < 2000; round++) {
        uint8_t bytes[64];
        char memory[JOURNAL_LINE_MAX];
        struct text out = TEXT_IN(memory);
        const size_t size = next(&seed) % sizeof bytes;
        for (size_t i = 0; i < size; i++) {
            static const char special[] = "\n\"\\= \033\200\r";
            bytes[i] =
                next(&seed) % 4 == 0 ? (uint8_t)special[next(&seed) % 8] : (uint8_t)next(&seed);
        }
        const struct journal_pair pairs[] = {pair_text("said", bytes_of(bytes, size)),
                                             pair_number("after", 1)};
        journal_write(&journal, JOURNAL_INFO, "said", pairs, 2, &out);
        assert_true(text_is_utf8(text_bytes(&out)));
        bool quoted = false;
        unsigned equals = 0;
        for (size_t i = 0; i < out.size; i++) {
            const unsigned char c = (unsigned char)out.data[i];
            assert_true(c >= ' ' && c != 0x7f);
            if (c == '\\' && quoted && (out.data[i + 1] == '"' || out.data[i + 1] == '\\')) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '=' && !quoted) {
                equals++;
            }
        }
        assert_false(quoted);
        assert_int_equal(equals, 5);
    }
}

static void a_line_is_cut_between_pairs_and_says_so(void **state)
{
    char big[JOURNAL_LINE_MAX], memory[JOURNAL_LINE_MAX];
    struct text out = TEXT_IN(memory);
    (void)state;
    memset(big, 'x', sizeof big);
    const struct journal_pair pairs[] = {pair_number("first", 1),
                                         pair_text("big", bytes_of(big, sizeof big)),
                                         pair_number("last", 2)};
    journal_write(&journal, JOURNAL_ERROR, "e", pairs, 3, &out);
    assert_string_equal(text_string(&out), "<3>level=error role=ingest event=e first=1 cut=yes");
    /* At every length: a whole line, or one that says that it was cut. */
    for (size_t size = JOURNAL_LINE_MAX - 100; size < JOURNAL_LINE_MAX; size++) {
        const struct journal_pair pair = pair_text("big", bytes_of(big, size));
        text_clear(&out);
        journal_write(&journal, JOURNAL_ERROR, "e", &pair, 1, &out);
        assert_false(out.full);
        const char *line = text_string(&out);
        const bool cut = strcmp(line + out.size - 8, " cut=yes") == 0;
        assert_true(cut || line[out.size - 1] == 'x');
    }
}

static void a_line_is_one_write_and_ends(void **state)
{
    int ends[2];
    char line[JOURNAL_LINE_MAX];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    struct journal own = journal;
    own.fd = ends[1];
    journal_say(&own, JOURNAL_DEBUG, "nothing", pair_number("n", 1));
    journal_say(&own, JOURNAL_NOTICE, "ready", pair_number("n", 1));
    journal_failed(&own, "failed", "doing it", FAIL(IO, 28));
    const ssize_t size = read(ends[0], line, sizeof line - 1);
    assert_true(size > 0);
    line[size] = '\0';
    assert_string_equal(line, "<5>level=notice role=ingest event=ready n=1\n"
                              "<3>level=error role=ingest event=failed doing=\"doing it\" "
                              "why=\"the storage failed (No space left on device)\"\n");
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_quoted_where_it_must_be),
        cmocka_unit_test(foreign_bytes_make_no_line_and_no_pair),
        cmocka_unit_test(a_line_is_cut_between_pairs_and_says_so),
        cmocka_unit_test(a_line_is_one_write_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

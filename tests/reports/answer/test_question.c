/*
 * Questions as text: what query_write has written is read as the same question, and nothing else is
 * read.
 */
#include "reports/answer/question.h"
#include "tests/reports/answer/proven.h"
#include "tests/reports/capture.h"
#include "tests/reports/naive_query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    QUESTIONS = 1000,
};

static void write_question(const struct query *query, struct text *line)
{
    text_clear(line);
    query_write(query, line);
    assert_false(line->full);
}

static void same_question(const struct query *one, const struct query *other)
{
    assert_int_equal(one->value_count, other->value_count);
    for (size_t i = 0; i < one->value_count; i++) {
        assert_int_equal(one->values[i].member, other->values[i].member);
        assert_int_equal(one->values[i].excluded, other->values[i].excluded);
        assert_string_equal(one->values[i].text, other->values[i].text);
    }
    assert_memory_equal(&one->range, &other->range, sizeof one->range);
    assert_int_equal(one->by_received, other->by_received);
    assert_int_equal(one->limit, other->limit);
    assert_true(one->limit == 0 || one->newest_first == other->newest_first);
}

static void what_was_written_is_read_as_the_same_question(void **state)
{
    struct history *history = *state;
    struct question *question = malloc(sizeof *question);
    char memory[QUESTION_TEXT_MAX];
    struct text line = TEXT_IN(memory);
    assert_non_null(question);
    for (unsigned i = 0; i < QUESTIONS; i++) {
        struct query query;
        random_query(history, &query);
        write_question(&query, &line);
        must(question_read(text_bytes(&line), question));
        same_question(&query, &question->query);
        question_close(question);
    }
    free(question);
}

static void blanks_and_signs_in_values_come_back(void **state)
{
    struct query query = {0};
    struct question *question = malloc(sizeof *question);
    char memory[QUESTION_TEXT_MAX];
    struct text line = TEXT_IN(memory);
    (void)state;
    assert_non_null(question);
    must(query_add(&query, QUERY_SOURCE, LITERAL("tty 1")));
    must(query_add(&query, QUERY_SOURCE, LITERAL("!a=b!=c")));
    must(query_add(&query, QUERY_SOURCE, LITERAL("where ")));
    must(query_add(&query, QUERY_KIND, LITERAL("audit.[a-z]*\\_*")));
    write_question(&query, &line);
    must(question_read(text_bytes(&line), question));
    same_question(&query, &question->query);
    question_close(question);
    free(question);
}

static void an_expression_comes_back_and_needs_no_state(void **state)
{
    static const char *const expressions[] = {
        "source = rare and not (n > 5 or outcome = failed)",
        "time >= 2026-03-09T21:00:00Z and kind = vault.* and text = \"a b\"",
        "body.size > 1MiB and actor = user:12 and source in 10.0.0.0/8",
    };
    struct question *question = malloc(sizeof *question);
    char memory[QUESTION_TEXT_MAX], again_memory[QUESTION_TEXT_MAX];
    struct text line = TEXT_IN(memory), again = TEXT_IN(again_memory);
    (void)state;
    assert_non_null(question);
    for (size_t i = 0; i < sizeof expressions / sizeof expressions[0]; i++) {
        struct filter *filter = proven_filter(expressions[i]);
        struct query query = {.where = filter, .by_received = true};
        must(query_add(&query, QUERY_OUTCOME, LITERAL("ok")));
        write_question(&query, &line);
        must(question_read(text_bytes(&line), question));
        assert_non_null(question->query.where);
        write_question(&question->query, &again);
        assert_string_equal(text_string(&line), text_string(&again));
        question_close(question);
        filter_close(filter);
        free(filter);
    }
    free(question);
}

static void what_query_write_would_not_write_is_refused(void **state)
{
    static const char *const lines[] = {
        "",
        " ",
        "everything ",
        "everything everything",
        "source=rare  outcome=ok",
        "source=rare everything",
        "colour=red",
        "source",
        "outcome=perhaps",
        "kind=nothing.like.it",
        "source=a\\x2",
        "source=a\\x41",
        "source=a\\n",
        "since=yesterday",
        "since=2026-03-09",
        "first=0",
        "first=01",
        "first=3 source=rare",
        "by_received source=rare",
        "where",
        "where ",
        "where source=rare",
        "where source = rare and",
        "where @failed-logins",
    };
    struct question *question = malloc(sizeof *question);
    (void)state;
    assert_non_null(question);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct status status = question_read(bytes_of_string(lines[i]), question);
        question_close(question);
        if (!failed(status)) {
            fail_msg("`%s` was read", lines[i]);
        }
        assert_int_equal(status.code, STATUS_MALFORMED);
    }
    free(question);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read_as_the_same_question),
        cmocka_unit_test(blanks_and_signs_in_values_come_back),
        cmocka_unit_test(an_expression_comes_back_and_needs_no_state),
        cmocka_unit_test(what_query_write_would_not_write_is_refused),
    };
    return cmocka_run_group_tests_name("reports/answer/question", tests, make_history,
                                       remove_history);
}

/*
 * Judging answers: what query_run says is confirmed, whatever was asked; a row less or more,
 * another question or a shorter range is not; and what cannot be decided here is never called
 * complete.
 */
#include "tests/reports/answer/proven.h"
#include "tests/reports/capture.h"
#include "tests/reports/naive_query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    QUESTIONS = 30,
    EVERY = CAIRN_SANITIZED ? 41 : 3, /* byte */
};

static void a_row_less_is_refused(struct history *history, const struct query *query,
                                  const struct proven *proven)
{
    struct judgement judgement;
    size_t gone = random_below(&history->random, proven->count);
    uint64_t row = proven->rows[gone];
    memmove(proven->rows + gone, proven->rows + gone + 1,
            (proven->count - 1 - gone) * sizeof *proven->rows);
    struct growing file = proven_with_rows(history, query, proven->rows, proven->count - 1);
    struct status status = proven_judge(history, &file, &judgement);
    assert_int_equal(status.code, STATUS_CORRUPT);
    /* With a limit there is room for others then, which are not there either. */
    assert_true(query->limit > 0 || status.at == row);
    assert_string_equal(status.why, "an event that answers the question is not among the rows");
    growing_free(&file);
}

static void confirmed(struct history *history, const struct query *query)
{
    struct proven proven;
    struct judgement judgement;
    proven_make(history, query, &proven);
    must(proven_judge(history, &proven.file, &judgement));
    assert_int_equal(judgement.rows, proven.count);
    assert_int_equal(judgement.undecided, 0);
    assert_int_equal(judgement.ground.checkpoint.size, history->count);
    assert_memory_equal(judgement.result.sha256, proven.result.sha256, DIGEST_SIZE);
    if (proven.count > 0) {
        a_row_less_is_refused(history, query, &proven);
    }
    proven_free(&proven);
}

static void what_a_query_says_is_confirmed_and_a_row_less_is_not(void **state)
{
    struct history *history = *state;
    struct query query;
    for (unsigned i = 0; i < QUESTIONS; i++) {
        random_query(history, &query);
        confirmed(history, &query);
    }
}

static const char *const expressions[] = {
    "source = rare",
    "source = rare or rule exists and kind = user.denied",
    "kind in (audit.observed, emitter.denied) and outcome = failed and source = 10.3.0.7",
    "not (outcome = ok or outcome = denied) and actor = proxy",
    "source = rare and not kind = audit.observed",
    "(source = rare or actor = proxy and source = rare) and outcome != ok",
    "body.what = door and source = rare",
    "source = rare and text = login",
    "n < 5000 and source = rare",
    "n >= 9000 and n < 9100",
    "kind = user.* and project exists",
    "source in 10.3.0.0/24 and rule exists and session exists and outcome = denied",
};

static void what_an_expression_says_is_confirmed_and_a_row_less_is_not(void **state)
{
    struct history *history = *state;
    for (size_t i = 0; i < sizeof expressions / sizeof expressions[0]; i++) {
        struct filter *filter = proven_filter(expressions[i]);
        struct query query = {.where = filter};
        confirmed(history, &query);
        query.newest_first = true;
        query.limit = 1 + i;
        confirmed(history, &query);
        filter_close(filter);
        free(filter);
    }
}

static void times_bound_what_is_proven(void **state)
{
    struct history *history = *state;
    for (unsigned i = 0; i < 20; i++) {
        struct query query = {.by_received = i % 2 == 0};
        uint64_t one = history->events[random_below(&history->random, history->count)].t_utc_us;
        uint64_t other = history->events[random_below(&history->random, history->count)].t_utc_us;
        query.range.since = (struct moment){MOMENT_TIME, one < other ? one : other};
        query.range.until = (struct moment){MOMENT_TIME, one < other ? other : one};
        must(query_add(&query, QUERY_SOURCE, LITERAL("rare")));
        confirmed(history, &query);
    }
}

static void times_of_expressions_bound_it_too(void **state)
{
    struct history *history = *state;
    const struct zone utc = zone_utc();
    for (unsigned i = 0; i < 8; i++) {
        char memory[256];
        struct text expression = TEXT_IN(memory);
        uint64_t one = history->events[random_below(&history->random, history->count)].t_utc_us;
        uint64_t other = history->events[random_below(&history->random, history->count)].t_utc_us;
        const char *field = i % 2 == 0 ? "recorded" : "time";
        text_add(&expression, "source = rare and %s >= \"", field);
        moment_write((struct moment){MOMENT_TIME, one < other ? one : other}, &utc, &expression);
        text_add(&expression, "\" and %s < \"", field);
        moment_write((struct moment){MOMENT_TIME, one < other ? other : one}, &utc, &expression);
        text_put_char(&expression, '"');
        struct filter *filter = proven_filter(text_string(&expression));
        const struct query query = {.where = filter};
        confirmed(history, &query);
        filter_close(filter);
        free(filter);
    }
}

/* Bytes --------------------------------------------------------------------------------------- */

/* An answer of a few events, some of them in a run. */
static void make_small(struct history *history, struct proven *out)
{
    struct query query = {
        .range = {.since = {MOMENT_POSITION, 4086}, .until = {MOMENT_POSITION, 4102}}};
    must(query_add(&query, QUERY_OUTCOME, LITERAL("failed")));
    must(query_add(&query, QUERY_KIND, LITERAL("audit.record_imported")));
    proven_make(history, &query, out);
    assert_true(out->count > 0);
}

static bool says_the_same(struct history *history, const struct growing *file,
                          const struct proven *proven)
{
    CLEANUP(answer_close) struct answer *answer = NULL;
    struct judgement judgement;
    struct status status = answer_read(bytes_of(file->data, file->size), &answer);
    if (failed(status) || failed(proven_judge(history, file, &judgement))) {
        return false;
    }
    if (answer->row_count != proven->count ||
        memcmp(answer->rows, proven->rows, proven->count * sizeof *proven->rows) != 0) {
        fail_msg("another answer was confirmed");
    }
    return true;
}

static void whatever_byte_is_flipped_no_other_answer_is_confirmed(void **state)
{
    struct history *history = *state;
    struct proven proven;
    unsigned same = 0;
    make_small(history, &proven);
    assert_true(says_the_same(history, &proven.file, &proven));
    for (size_t at = 0; at < proven.file.size; at += EVERY) {
        uint8_t mask = (uint8_t)(1u << (at % 8));
        proven.file.data[at] ^= mask;
        same += says_the_same(history, &proven.file, &proven) ? 1 : 0;
        proven.file.data[at] ^= mask;
    }
    assert_true(same < 20); /* a digit of the question, that leaves the answer true */
    proven_free(&proven);
}

/* Lies ---------------------------------------------------------------------------------------- */

/* Makes a file that says what `bend` has made of the truth. */
static struct status judge_bent(struct history *history, const struct growing *file,
                                void (*bend)(struct answer *answer))
{
    CLEANUP(answer_close) struct answer *answer = NULL;
    struct growing bent = {0};
    struct judgement judgement;
    must(answer_read(bytes_of(file->data, file->size), &answer));
    bend(answer);
    must(answer_write(answer, &(struct answer_sink){&bent, growing_put}));
    struct status status = proven_judge(history, &bent, &judgement);
    growing_free(&bent);
    return status;
}

static void take_the_last_row(struct answer *answer)
{
    answer->row_count--;
}

static void swap_two_rows(struct answer *answer)
{
    uint64_t first = answer->rows[0];
    answer->rows[0] = answer->rows[1];
    answer->rows[1] = first;
}

static void claim_the_first_row_twice(struct answer *answer)
{
    answer->rows[1] = answer->rows[0];
}

static void ask_something_else(struct answer *answer)
{
    answer->question = LITERAL("source=10.3.0.7");
}

static void ask_more(struct answer *answer)
{
    answer->question = LITERAL("source=rare until=seq:6000");
}

static void ask_less(struct answer *answer)
{
    answer->question = LITERAL("everything");
}

static void ask_nonsense(struct answer *answer)
{
    answer->question = LITERAL("source=rare  outcome=ok");
}

static void begin_later(struct answer *answer)
{
    answer->first = 3000;
}

static void end_earlier(struct answer *answer)
{
    answer->end = 5000;
}

static void forget_the_terms(struct answer *answer)
{
    answer->narrowing.count = 0;
}

static void leave_out_a_run(struct answer *answer)
{
    free(answer->runs[1].blocks);
    answer->runs[1] = answer->runs[2];
    answer->run_count--;
}

static void show_a_changed_leaf(struct answer *answer)
{
    answer->events[answer->event_count - 1].leaf = answer->events[answer->event_count - 2].leaf;
}

static const struct lie {
    void (*tell)(struct answer *answer);
    const char *why;
} lies[] = {
    {take_the_last_row, "an event that answers the question is not among the rows"},
    {swap_two_rows, "the rows are not in order"},
    {claim_the_first_row_twice, "the rows are not in order"},
    {ask_something_else, "a row does not answer the question"},
    {ask_more, "a row does not answer the question"},
    {ask_less, "an event that answers the question is not among the rows"},
    {ask_nonsense, "the question cannot be read"},
    {begin_later, "a row is not among the events that can match"},
    {end_earlier, "a run of the index is beyond the range"},
    {forget_the_terms, "there are runs of the index, and no terms"},
    {leave_out_a_run, "a run of the index is missing, or in the wrong place"},
    {show_a_changed_leaf, "a leaf says another position"},
};

static void every_lie_is_told_by_its_name(void **state)
{
    struct history *history = *state;
    struct query query = {0};
    struct proven proven;
    must(query_add(&query, QUERY_SOURCE, LITERAL("rare")));
    proven_make(history, &query, &proven);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct status status = judge_bent(history, &proven.file, lies[i].tell);
        assert_true(status.code == STATUS_CORRUPT || status.code == STATUS_MALFORMED);
        assert_string_equal(status.why, lies[i].why);
    }
    proven_free(&proven);
}

/* Whoever has the store can prove a shorter answer, but not for this question. */
static void a_shorter_range_is_refused_even_if_it_is_proven(void **state)
{
    struct history *history = *state;
    struct query whole = {0}, part;
    struct judgement judgement;
    must(query_add(&whole, QUERY_SOURCE, LITERAL("rare")));
    part = whole;
    part.range.since = (struct moment){MOMENT_POSITION, 3000};
    for (unsigned i = 0; i < 2; i++) {
        struct proven proven;
        CLEANUP(answer_close) struct answer *answer = NULL;
        struct growing bent = {0};
        proven_make(history, &part, &proven);
        must(answer_read(bytes_of(proven.file.data, proven.file.size), &answer));
        answer->question = LITERAL("source=rare");
        must(answer_write(answer, &(struct answer_sink){&bent, growing_put}));
        struct status status = proven_judge(history, &bent, &judgement);
        assert_int_equal(status.code, STATUS_CORRUPT);
        assert_string_equal(status.why, i == 0 ? "the answer begins later than the question"
                                               : "the answer ends earlier than the question");
        growing_free(&bent);
        proven_free(&proven);
        part.range = (struct moment_range){.until = {MOMENT_POSITION, 9000}};
    }
}

/* Terms that the question does not imply would hide what lacks them. */
static void terms_that_nobody_asked_for_are_refused(void **state)
{
    struct history *history = *state;
    struct query narrow = {0};
    struct judgement judgement;
    struct proven proven;
    CLEANUP(answer_close) struct answer *answer = NULL;
    struct growing bent = {0};
    must(query_add(&narrow, QUERY_SOURCE, LITERAL("rare")));
    must(query_add(&narrow, QUERY_OUTCOME, LITERAL("failed")));
    narrow.range.until = (struct moment){MOMENT_POSITION, 8192};
    proven_make(history, &narrow, &proven);
    must(answer_read(bytes_of(proven.file.data, proven.file.size), &answer));
    /* Its rows are those of another question, too, if what the terms hide is left out. */
    answer->question = LITERAL("kind=* outcome=failed source=rare until=seq:8192");
    must(answer_write(answer, &(struct answer_sink){&bent, growing_put}));
    struct status status = proven_judge(history, &bent, &judgement);
    assert_false(failed(status) && status.code != STATUS_CORRUPT &&
                 status.code != STATUS_MALFORMED);
    bent.size = 0;
    answer->question = LITERAL("outcome=failed until=seq:8192");
    must(answer_write(answer, &(struct answer_sink){&bent, growing_put}));
    status = proven_judge(history, &bent, &judgement);
    assert_int_equal(status.code, STATUS_CORRUPT);
    assert_string_equal(status.why, "the terms are not those that the question asks for");
    growing_free(&bent);
    proven_free(&proven);
}

/* What is left open --------------------------------------------------------------------------- */

static void what_hangs_on_a_regular_expression_stays_open(void **state)
{
    struct history *history = *state;
    struct filter *filter = proven_filter("source = rare and body.what ~ /doo/ and outcome = ok");
    struct query query = {.where = filter};
    struct judgement judgement;
    struct proven proven;
    proven_make(history, &query, &proven);
    must(proven_judge(history, &proven.file, &judgement));
    assert_int_equal(judgement.rows, proven.count);
    assert_true(judgement.undecided >= proven.count && judgement.undecided > 0);
    assert_int_equal(judgement.undecided_rows, proven.count);
    assert_int_equal(judgement.absent, 0);
    proven_free(&proven);
    filter_close(filter);
    free(filter);
}

static void take_a_body(struct answer *answer)
{
    for (size_t i = 0; i < answer->event_count; i++) {
        if (answer->events[i].n == answer->rows[0]) {
            answer->events[i].body.size = 0;
        }
    }
}

static void what_hangs_on_a_body_that_is_not_there_stays_open(void **state)
{
    struct history *history = *state;
    struct filter *filter = proven_filter("source = rare and body.what = door");
    struct query query = {.where = filter};
    struct judgement judgement;
    struct proven proven;
    CLEANUP(answer_close) struct answer *answer = NULL;
    struct growing bent = {0};
    proven_make(history, &query, &proven);
    assert_true(proven.count > 0);
    must(answer_read(bytes_of(proven.file.data, proven.file.size), &answer));
    take_a_body(answer);
    must(answer_write(answer, &(struct answer_sink){&bent, growing_put}));
    must(proven_judge(history, &bent, &judgement));
    assert_int_equal(judgement.undecided, 1);
    assert_int_equal(judgement.undecided_rows, 1);
    assert_int_equal(judgement.absent, 1);
    growing_free(&bent);
    proven_free(&proven);
    filter_close(filter);
    free(filter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_query_says_is_confirmed_and_a_row_less_is_not),
        cmocka_unit_test(what_an_expression_says_is_confirmed_and_a_row_less_is_not),
        cmocka_unit_test(times_bound_what_is_proven),
        cmocka_unit_test(times_of_expressions_bound_it_too),
        cmocka_unit_test(whatever_byte_is_flipped_no_other_answer_is_confirmed),
        cmocka_unit_test(every_lie_is_told_by_its_name),
        cmocka_unit_test(a_shorter_range_is_refused_even_if_it_is_proven),
        cmocka_unit_test(terms_that_nobody_asked_for_are_refused),
        cmocka_unit_test(what_hangs_on_a_regular_expression_stays_open),
        cmocka_unit_test(what_hangs_on_a_body_that_is_not_there_stays_open),
    };
    return cmocka_run_group_tests_name("reports/answer/judge", tests, make_history, remove_history);
}

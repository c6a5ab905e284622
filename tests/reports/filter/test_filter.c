/*
 * Whatever an expression says, the answer is that of somebody who looks at every event, either way,
 * with the index and without; what was read, written, reads the same; and a typing error is shown
 * where it is.
 */
#include "reports/filter/filter.h"
#include "reports/query.h"
#include "tests/reports/capture.h"
#include "tests/reports/filter/naive_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    WRITTEN_SIZE = 16 << 10,
};

struct answer {
    bool *rows; /* one for each event */
    uint64_t count, last;
    bool down;
    struct query_outcome outcome;
};

static struct status take(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct answer *answer = context;
    (void)bytes;
    assert_true(answer->count == 0 ||
                (answer->down ? leaf->n < answer->last : leaf->n > answer->last));
    answer->last = leaf->n;
    answer->count++;
    answer->rows[leaf->n] = true;
    return OK;
}

static struct filter *filter_new(void)
{
    struct filter *filter = calloc(1, sizeof *filter);
    assert_non_null(filter);
    return filter;
}

static void filter_free(struct filter *filter)
{
    filter_close(filter);
    free(filter);
}

static struct status read_text(struct bytes text, struct engine *engine, struct filter *out,
                               struct filter_fault *fault)
{
    const struct filter_context context = {
        .engine = engine,
        .moments = {.now_utc_us = UINT64_C(1773230400000000), .zone = zone_utc()}};
    return filter_read(text, &context, out, fault);
}

static void must_read(struct bytes text, struct engine *engine, struct filter *out)
{
    struct filter_fault fault;
    struct status status = read_text(text, engine, out, &fault);
    if (failed(status)) {
        print_error("%.*s\nat %llu: %s\n", (int)text.size, (const char *)text.data,
                    (unsigned long long)status.at, text_string(&fault.sentence));
    }
    must(status);
}

static void same_rows(struct history *history, const struct filter *filter,
                      struct index_snapshot *index, const bool *meets, struct bytes text)
{
    struct answer answer = {.rows = calloc(history->count, sizeof(bool)),
                            .down = random_below(&history->random, 2) == 0};
    struct query query = {.where = filter, .newest_first = answer.down};
    assert_non_null(answer.rows);
    must(query_run(&query, history->log, index, take, &answer, &answer.outcome));
    for (uint64_t n = 0; n < history->count; n++) {
        if (answer.rows[n] != meets[n]) {
            print_error("%.*s\nevent %llu is %s\n", (int)text.size, (const char *)text.data,
                        (unsigned long long)n, meets[n] ? "missing" : "too much");
        }
        assert_true(answer.rows[n] == meets[n]);
    }
    assert_true(answer.outcome.bodies <= answer.outcome.compared);
    free(answer.rows);
}

static void ask(struct facts *facts, unsigned count, bool indexed)
{
    struct history *history = facts->history;
    struct index_snapshot *index = NULL;
    struct filter *filter = filter_new();
    bool *meets = calloc(history->count, sizeof *meets);
    assert_non_null(meets);
    if (indexed) {
        must(index_snapshot_open(engine_index(history->engine), &index));
    }
    for (unsigned i = 0; i < count; i++) {
        char memory[FILTER_TEXT_MAX];
        struct text text = TEXT_IN(memory);
        random_filter(facts, (unsigned)random_below(&history->random, 3), &text, meets);
        if (text.full) {
            continue;
        }
        must_read(text_bytes(&text), NULL, filter);
        same_rows(history, filter, index, meets, text_bytes(&text));
        filter_close(filter);
    }
    free(meets);
    filter_free(filter);
    index_snapshot_close(&index);
}

static void an_answer_is_that_of_looking_at_every_event(void **unused)
{
    (void)unused;
    struct history history;
    struct facts facts;
    history_begin(&history, 31);
    history_write(&history, 4200); /* one run, and what is beyond it */
    history_reopen(&history);
    history_look(&history);
    facts_begin(&facts, &history);
    ask(&facts, 110, true);
    ask(&facts, 30, false);
    facts_end(&facts);
    history_write(&history, 5000);
    history_look(&history);
    facts_begin(&facts, &history);
    ask(&facts, 30, true);
    facts_end(&facts);
    history_end(&history);
}

/* Typing errors --------------------------------------------------------------------------- */

/* One letter or two taken out or exchanged; returns the size. */
static size_t mistype(uint64_t *random, char *text, size_t size)
{
    static const char letters[] = "aon=!~<>()'\"/\\,.*?0 \t\xc3\x07@";
    for (uint64_t errors = 1 + random_below(random, 2); errors > 0 && size > 1; errors--) {
        size_t at = random_below(random, size);
        if (random_below(random, 3) == 0) {
            memmove(text + at, text + at + 1, size - at - 1);
            size--;
        } else {
            text[at] = letters[random_below(random, sizeof letters - 1)];
        }
    }
    return size;
}

/* Every event decided by itself, with its body at hand. */
static bool decide_all(struct history *history, const struct filter *filter, bool *meets)
{
    static uint8_t memory[FILTER_SCRATCH_SIZE];
    struct arena scratch = ARENA_IN(memory);
    for (uint64_t n = 0; n < history->count; n++) {
        struct filter_event event = {
            .leaf = &history->events[n], .has_body = true, .scratch = &scratch};
        enum filter_answer answer;
        struct bytes salted;
        must(log_read_leaf(history->log, n, &event.leaf_bytes));
        must(log_read_body(history->log, event.leaf, &salted));
        event.body = bytes_of(salted.data + SALT_SIZE, salted.size - SALT_SIZE);
        if (failed(filter_decide(filter, &event, &answer))) {
            return false; /* a costly pattern */
        }
        assert_true(answer != FILTER_UNKNOWN);
        meets[n] = answer == FILTER_YES;
    }
    return true;
}

static void a_typing_error_that_has_a_meaning_is_answered_by_it(void **unused)
{
    (void)unused;
    struct history history;
    struct facts facts;
    struct index_snapshot *index = NULL;
    struct filter *filter = filter_new();
    unsigned answered = 0;
    history_begin(&history, 37);
    history_write(&history, 4300);
    history_reopen(&history);
    history_look(&history);
    facts_begin(&facts, &history);
    bool *meets = calloc(history.count, sizeof *meets);
    assert_non_null(meets);
    must(index_snapshot_open(engine_index(history.engine), &index));
    for (unsigned i = 0; i < 100; i++) {
        char memory[FILTER_TEXT_MAX];
        struct text text = TEXT_IN(memory);
        struct filter_fault fault;
        random_filter(&facts, (unsigned)random_below(&history.random, 2), &text, meets);
        struct bytes typed = bytes_of(memory, mistype(&history.random, memory, text.size));
        if (!failed(read_text(typed, NULL, filter, &fault)) &&
            decide_all(&history, filter, meets)) {
            same_rows(&history, filter, index, meets, typed);
            same_rows(&history, filter, NULL, meets, typed);
            answered++;
        }
        filter_close(filter);
    }
    assert_true(answered > 10);
    index_snapshot_close(&index);
    free(meets);
    filter_free(filter);
    facts_end(&facts);
    history_end(&history);
}

/* Writing --------------------------------------------------------------------------------- */

/* Reads, writes, reads and writes again. */
static void comes_back(struct bytes text, struct engine *engine, struct filter *filter)
{
    char first_memory[WRITTEN_SIZE], second_memory[WRITTEN_SIZE];
    struct text first = TEXT_IN(first_memory), second = TEXT_IN(second_memory);
    must_read(text, engine, filter);
    uint16_t nodes = filter->node_count;
    filter_write(filter, &first);
    filter_close(filter);
    must_read(text_bytes(&first), engine, filter);
    filter_write(filter, &second);
    assert_true(filter->node_count <= nodes);
    filter_close(filter);
    assert_false(first.full || second.full);
    assert_string_equal(text_string(&first), text_string(&second));
}

static void what_is_written_reads_as_the_same(void **unused)
{
    (void)unused;
    struct history history;
    struct facts facts;
    struct filter *filter = filter_new();
    history_begin(&history, 32);
    history_write(&history, 100);
    history_look(&history);
    facts_begin(&facts, &history);
    bool *meets = calloc(history.count, sizeof *meets);
    assert_non_null(meets);
    for (unsigned i = 0; i < 1000; i++) {
        char memory[FILTER_TEXT_MAX];
        struct text text = TEXT_IN(memory);
        random_filter(&facts, (unsigned)random_below(&history.random, 4), &text, meets);
        if (!text.full) {
            comes_back(text_bytes(&text), NULL, filter);
        }
    }
    free(meets);
    filter_free(filter);
    facts_end(&facts);
    history_end(&history);
}

/* An expression, and its canonical text. */
static const struct {
    const char *text, *written;
} examples[] = {
    {"n=5", "n = 5"},
    {"n == 64KiB", "n = 65536"},
    {"((n=5))", "n = 5"},
    {"n=5 and (n=6 AND n=7)", "n = 5 and n = 6 and n = 7"},
    {"n=5 or n=6 and n=7", "n = 5 or n = 6 and n = 7"},
    {"(n=5 or n=6) and n=7", "(n = 5 or n = 6) and n = 7"},
    {"not (n=5 or n=6)", "not (n = 5 or n = 6)"},
    {"not n=5", "n != 5"},
    {"NOT NOT n<5", "not not n < 5"},
    {"outcome in (ok,'denied')", "outcome in (ok, denied)"},
    {"outcome not in (ok, denied)", "outcome not in (ok, denied)"},
    {"outcome != d*", "outcome != d*"},
    {"kind = audit.*", "kind = audit.*"},
    {"kind =~ /^audit\\.o/i", "kind ~ /^audit\\.o/i"},
    {"source ~ 'a/b'", "source ~ /a\\/b/"},
    {"source ~ \"^10\\.\\x1b\"", "source ~ /^10\\.\\x1b/"},
    {"source ~ ^10\\.", "source ~ /^10\\./"},
    {"source = 'a/b'", "source = \"a/b\""},
    {"source = \"say \\\"hi\\\"\"", NULL},
    {"source in 10.20.0.0/16", "source in 10.20.0.0/16"},
    {"source in (10.0.0.0/8, fe80::/10)", "source in (10.0.0.0/8, fe80::/10)"},
    {"on = file:* and on = project:7", "on = file:* and on = project:7"},
    {"command exists and not cause exists", "command exists and not cause exists"},
    {"time = 2026-03", "time in 2026-03-01T00:00:00Z..2026-04-01T00:00:00Z"},
    {"time > 2026-03", "time >= 2026-04-01T00:00:00Z"},
    {"time <= 2026-03", "time < 2026-04-01T00:00:00Z"},
    {"time >= -2h", "time >= 2026-03-11T10:00:00Z"},
    {"time > -2h", "time >= 2026-03-11T10:00:00Z"},
    {"recorded < '2026-03-09 21:40'", "recorded < 2026-03-09T21:40:00Z"},
    {"recorded < seq:7", "recorded < seq:7"},
    {"text = a\\*b*", "text = a\\*b*"},
    {"text = 'a*b'", "text = \"a*b\""},
    {"text = '\\x1b[0m'", "text = \"\\x1b[0m\""},
    {"text = \\ ?", "text = \\ ?"},
    {"text = in\\x20", "text = \"in \""},
    {"text = 'in'", "text = \"in\""},
    {"body.raw ~ /a\\/b\\d/", "body.raw ~ /a\\/b\\d/"},
    {"body.occurrence >= 1KiB", "body.occurrence >= 1KiB"},
    {"body.form != bundle", "body.form != bundle"},
    {"body.digest = 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "body.digest = \"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\""},
    {"body.digest = AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
     "body.digest = \"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\""},
    {"text in (a=b, c)", "text in (\"a=b\", c)"},
    {"@refusals", "outcome = denied"},
    {"@refusals and n > 5", "outcome = denied and n > 5"},
};

static void the_canonical_text_is_this(void **unused)
{
    (void)unused;
    struct filter *filter = filter_new();
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        char memory[WRITTEN_SIZE];
        struct text text = TEXT_IN(memory);
        struct filter_fault fault;
        if (examples[i].written == NULL) {
            assert_true(failed(read_text(bytes_of_string(examples[i].text), NULL, filter, &fault)));
            filter_close(filter);
            continue;
        }
        must_read(bytes_of_string(examples[i].text), NULL, filter);
        filter_write(filter, &text);
        assert_string_equal(text_string(&text), examples[i].written);
        filter_close(filter);
        comes_back(bytes_of_string(examples[i].text), NULL, filter);
    }
    filter_free(filter);
}

/* Faults ---------------------------------------------------------------------------------- */

static const struct {
    const char *text, *carets, *advice; /* the carets, as they stand below it */
} wrong[] = {
    {"", "^", NULL},
    {"actr = user:1", "^^^^", "did you mean actor?"},
    {"size > 5 and x", "^^^^", NULL},
    {"occurrence > 5", "^^^^^^^^^^", "did you mean body.occurrence?"},
    {"body.occurence > 5", "^^^^^^^^^^^^^^", "did you mean body.occurrence?"},
    {"kind = audit.obsrved", "       ^^^^^^^^^^^^^", "did you mean audit.observed?"},
    {"kind = audit", "       ^^^^^", "did you mean audit.*?"},
    {"outcome = denid", "          ^^^^^", "did you mean denied?"},
    {"rule = AUD-14bb", "       ^^^^^^^^", "did you mean AUD-14b?"},
    {"n = five", "    ^^^^", NULL},
    {"n ~ /5/", "  ^", NULL},
    {"actor > 5", "      ^", NULL},
    {"time > yesterdy", "       ^^^^^^^^", NULL},
    {"source in 10.0.0.1/8", "          ^^^^^^^^^^", NULL},
    {"source in 10.0.0.0/33", "          ^^^^^^^^^^^", NULL},
    {"source ~ /a(b/", "             ^", NULL},
    {"on = nowhere", "     ^^^^^^^", NULL},
    {"(n = 5", "^", NULL},
    {"n = 5)", "     ^", NULL},
    {"n = 5 n = 6", "      ^", NULL},
    {"n = 5 and", "         ^", NULL},
    {"n in (5, 6", "          ^", NULL},
    {"n in (5 6)", "        ^", NULL},
    {"n", " ^", NULL},
    {"n = and", "    ^^^", NULL},
    {"!n = 5", "^", NULL},
    {"text = 'abc", "       ^", NULL},
    {"text = \\xZZ", "       ^", NULL},
    {"text = ''", "       ^^", NULL},
    {"text exists", "     ^^^^^^", NULL},
    {"command = 5", "        ^", NULL},
    {"body.form = bundl", "            ^^^^^", "did you mean bundle?"},
    {"body.occurrence = x", "                  ^", NULL},
    {"n > 5 && n < 9", "      ^^", "did you mean `and`?"},
    {"(n > 5 || n < 9)", "       ^^", "did you mean `or`?"},
    {"@refusal", "^^^^^^^^", "did you mean refusals?"},
};

static void a_fault_is_shown_where_it_is(void **unused)
{
    (void)unused;
    struct filter *filter = filter_new();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char above_memory[FILTER_LINE_SIZE], below_memory[FILTER_LINE_SIZE];
        struct text above = TEXT_IN(above_memory), below = TEXT_IN(below_memory);
        struct filter_fault fault;
        struct bytes text = bytes_of_string(wrong[i].text);
        struct status status = read_text(text, NULL, filter, &fault);
        if (status.code != STATUS_MALFORMED) {
            print_error("%s\n", wrong[i].text);
        }
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_true(fault.sentence.size > 0);
        filter_fault_write(&fault, text, &above, &below);
        assert_string_equal(text_string(&above), wrong[i].text);
        assert_string_equal(text_string(&below), wrong[i].carets);
        if (wrong[i].advice != NULL) {
            assert_string_equal(text_string(&fault.advice), wrong[i].advice);
        }
        filter_close(filter);
    }
    filter_free(filter);
}

static void of_a_long_expression_the_part_around_the_fault_is_shown(void **unused)
{
    (void)unused;
    char memory[FILTER_TEXT_MAX], above_memory[FILTER_LINE_SIZE], below_memory[FILTER_LINE_SIZE];
    struct text text = TEXT_IN(memory), above = TEXT_IN(above_memory);
    struct text below = TEXT_IN(below_memory);
    struct filter *filter = filter_new();
    struct filter_fault fault;
    for (unsigned i = 0; i < 30; i++) {
        text_put_literal(&text, "text = '\xc3\xa9t\xc3\xa9' and ");
    }
    text_put_literal(&text, "n = x");
    for (unsigned i = 0; i < 30; i++) {
        text_put_literal(&text, " and text = '\xc3\xa9t\xc3\xa9'");
    }
    assert_true(failed(read_text(text_bytes(&text), NULL, filter, &fault)));
    filter_fault_write(&fault, text_bytes(&text), &above, &below);
    assert_true(above.size < 130);
    assert_memory_equal(above.data, "...", 3);
    assert_memory_equal(above.data + above.size - 3, "...", 3);
    assert_non_null(strstr(text_string(&above), "n = x"));
    assert_true(below.size < 60);
    filter_free(filter);
}

/* Letters taken out or exchanged: either it is refused at a byte, or it reads and comes back. */
static void a_typing_error_is_refused_at_its_place_or_has_a_meaning(void **unused)
{
    (void)unused;
    struct filter *filter = filter_new();
    uint64_t random = 33;
    unsigned refused = 0, read = 0;
    for (unsigned i = 0; i < 2500; i++) {
        char memory[256], written_memory[WRITTEN_SIZE];
        struct text written = TEXT_IN(written_memory);
        struct filter_fault fault;
        const char *example = examples[i % (sizeof examples / sizeof examples[0])].text;
        size_t size = strlen(example);
        memcpy(memory, example, size);
        size = mistype(&random, memory, size);
        struct status status = read_text(bytes_of(memory, size), NULL, filter, &fault);
        if (failed(status)) {
            assert_int_equal(status.code, STATUS_MALFORMED);
            assert_true(status.at <= size && fault.at == status.at && fault.sentence.size > 0);
            filter_close(filter);
            refused++;
            continue;
        }
        filter_write(filter, &written);
        filter_close(filter);
        assert_false(written.full);
        comes_back(text_bytes(&written), NULL, filter);
        read++;
    }
    assert_true(refused > 500 && read > 100);
    filter_free(filter);
}

/* Limits ---------------------------------------------------------------------------------- */

static enum status_code read_repeated(const char *before, unsigned count, const char *middle,
                                      const char *after)
{
    static const size_t size = 8192;
    char memory[8192 + 1];
    struct text text = TEXT_IN(memory);
    struct filter_fault fault;
    struct filter *filter = filter_new();
    for (unsigned i = 0; i < count; i++) {
        text_put_string(&text, before);
    }
    text_put_string(&text, middle);
    for (unsigned i = 0; i < count; i++) {
        text_put_string(&text, after);
    }
    assert_true(!text.full && text.size < size);
    enum status_code code = read_text(text_bytes(&text), NULL, filter, &fault).code;
    filter_free(filter);
    return code;
}

static void there_are_limits_to_what_one_expression_asks(void **unused)
{
    (void)unused;
    assert_int_equal(read_repeated("(", FILTER_DEPTH_MAX, "n=5", ")"), STATUS_OK);
    assert_int_equal(read_repeated("(", FILTER_DEPTH_MAX + 1, "n=5", ")"), STATUS_LIMIT);
    assert_int_equal(read_repeated("not ", FILTER_DEPTH_MAX + 1, "n=5", ""), STATUS_LIMIT);
    assert_int_equal(read_repeated("n=5 or ", FILTER_NODES_MAX - 2, "n=5", ""), STATUS_OK);
    assert_int_equal(read_repeated("n=5 or ", FILTER_NODES_MAX - 1, "n=5", ""), STATUS_LIMIT);
    assert_int_equal(read_repeated(" ", FILTER_TEXT_MAX - 3, "n=5", ""), STATUS_OK);
    assert_int_equal(read_repeated(" ", FILTER_TEXT_MAX - 2, "n=5", ""), STATUS_LIMIT);
    assert_int_equal(read_repeated("", 1, "n in (", ""), STATUS_MALFORMED);
    assert_int_equal(read_repeated("n in (1", 1, "", ")"), STATUS_OK);
}

/* Bodies ---------------------------------------------------------------------------------- */

static struct query_outcome outcome_of(struct history *history, struct index_snapshot *index,
                                       const char *text)
{
    struct answer answer = {.rows = calloc(history->count, sizeof(bool))};
    struct filter *filter = filter_new();
    struct query query = {.where = filter};
    assert_non_null(answer.rows);
    must_read(bytes_of_string(text), history->engine, filter);
    must(query_run(&query, history->log, index, take, &answer, &answer.outcome));
    filter_free(filter);
    free(answer.rows);
    return answer.outcome;
}

static void a_body_is_read_only_where_the_leaf_leaves_it_open(void **unused)
{
    (void)unused;
    struct history history;
    struct index_snapshot *index = NULL;
    history_begin(&history, 34);
    history_write(&history, 4500);
    history_reopen(&history);
    history_look(&history);
    must(index_snapshot_open(engine_index(history.engine), &index));
    struct query_outcome all = outcome_of(&history, index, "kind = audit.observed");
    struct query_outcome some =
        outcome_of(&history, index, "body.what = door and kind = audit.observed and n < 4000");
    assert_int_equal(all.bodies, 0);
    assert_int_equal(some.bodies, some.rows);
    assert_true(some.rows > 0 && some.rows < all.rows);
    assert_int_equal(some.scanned, 0);
    assert_int_equal(outcome_of(&history, index, "n < 9 or text = 'z z'").bodies,
                     history.count - 9);
    index_snapshot_close(&index);
    history_end(&history);
}

static void positions_and_times_bound_what_is_looked_at(void **unused)
{
    (void)unused;
    struct history history;
    char memory[128];
    struct text text = TEXT_IN(memory);
    history_begin(&history, 35);
    history_write(&history, 2000);
    history_look(&history);
    assert_int_equal(outcome_of(&history, NULL, "n >= 100 and n < 150 and outcome = ok").compared,
                     50);
    assert_int_equal(outcome_of(&history, NULL, "n = 7").compared, 1);
    assert_int_equal(
        outcome_of(&history, NULL, "recorded >= seq:1990 and recorded < seq:1995").compared, 5);
    text_put_literal(&text, "recorded > ");
    time_write(&text, history.events[history.count - 1].t_utc_us);
    assert_int_equal(outcome_of(&history, NULL, text_string(&text)).compared, 0);
    history_end(&history);
}

static void a_costly_pattern_ends_the_query_at_the_event(void **unused)
{
    (void)unused;
    struct history history;
    struct filter *filter = filter_new();
    struct query_outcome outcome;
    struct answer answer = {0};
    history_begin(&history, 36);
    history_write(&history, 50);
    history_look(&history);
    answer.rows = calloc(history.count, sizeof(bool));
    must_read(LITERAL("text ~ /^(\\w+)*\\s$/"), NULL, filter);
    struct status status =
        query_run(&(struct query){.where = filter}, history.log, NULL, take, &answer, &outcome);
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_true(status.at < history.count && status.why != NULL);
    filter_free(filter);
    free(answer.rows);
    history_end(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_that_of_looking_at_every_event),
        cmocka_unit_test(a_typing_error_that_has_a_meaning_is_answered_by_it),
        cmocka_unit_test(what_is_written_reads_as_the_same),
        cmocka_unit_test(the_canonical_text_is_this),
        cmocka_unit_test(a_fault_is_shown_where_it_is),
        cmocka_unit_test(of_a_long_expression_the_part_around_the_fault_is_shown),
        cmocka_unit_test(a_typing_error_is_refused_at_its_place_or_has_a_meaning),
        cmocka_unit_test(there_are_limits_to_what_one_expression_asks),
        cmocka_unit_test(a_body_is_read_only_where_the_leaf_leaves_it_open),
        cmocka_unit_test(positions_and_times_bound_what_is_looked_at),
        cmocka_unit_test(a_costly_pattern_ends_the_query_at_the_event),
    };
    return cmocka_run_group_tests_name("reports/filter", tests, NULL, NULL);
}

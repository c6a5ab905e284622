/*
 * The sieve holds back no event that meets the conditions, and of values that are said in full none
 * but those that do.
 */
#include "reports/filter/filter.h"
#include "reports/sieve.h"
#include "tests/reports/capture.h"
#include "tests/reports/naive_query.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    QUERIES = 300,
};

static struct bytes leaf_of(const struct history *history, uint64_t n)
{
    struct bytes bytes;
    must(log_read_leaf(history->log, n, &bytes));
    return bytes;
}

/* Exact but for globs, what is excluded, and an id that stands in the leaf as something else. */
static bool is_exact(const struct query *query)
{
    for (size_t i = 0; i < query->value_count; i++) {
        const struct query_value *value = &query->values[i];
        bool on = value->member >= QUERY_ON && value->member <= QUERY_ACTION;
        bool glob = value->member == QUERY_KIND && strpbrk(value->text, "*?[\\") != NULL;
        if (on || glob || value->excluded) {
            return false;
        }
    }
    return true;
}

static void nothing_that_meets_the_conditions_is_held_back(void **unused)
{
    (void)unused;
    struct history history;
    unsigned held = 0, exact = 0;
    history_begin(&history, 21);
    history_write(&history, 500);
    history_look(&history);
    for (unsigned i = 0; i < QUERIES; i++) {
        struct query query;
        struct sieve sieve;
        random_query(&history, &query);
        sieve_init(&query, &sieve);
        exact += is_exact(&query) ? 1 : 0;
        for (uint64_t n = 0; n < history.count; n++) {
            bool through = sieve_lets_through(&sieve, leaf_of(&history, n));
            bool meets = naive_meets(&query, &history.events[n]);
            assert_true(through || !meets);
            assert_true(!is_exact(&query) || through == meets);
            held += through ? 0 : 1;
        }
    }
    assert_true(held > QUERIES * 100);
    assert_true(exact > QUERIES / 10);
    history_end(&history);
}

static bool through(enum query_member member, const char *value, const char *leaf)
{
    struct query query = {0};
    struct sieve sieve;
    must(query_add(&query, member, bytes_of_string(value)));
    sieve_init(&query, &sieve);
    return sieve_lets_through(&sieve, bytes_of_string(leaf));
}

static void a_value_is_looked_for_whole_and_under_its_own_name(void **unused)
{
    (void)unused;
    assert_true(through(QUERY_SOURCE, "10.3.0.7", "\"source\":\"10.3.0.7\""));
    assert_false(through(QUERY_SOURCE, "10.3.0.7", "\"source\":\"10.3.0.70\""));
    assert_false(through(QUERY_SOURCE, "10.3.0.7", "\"source\":\"110.3.0.7\""));
    assert_false(through(QUERY_SOURCE, "10.3.0.7", "\"rule\":\"10.3.0.7\""));
    assert_true(through(QUERY_ON, "subject:1", "\"on\":[\"log:0\",\"subject:1\"]"));
    assert_false(through(QUERY_ON, "subject:1", "\"on\":[\"subject:12\",\"subject:21\"]"));
    assert_true(through(QUERY_KIND, "audit.observed", "\"kind\":\"audit.observed\""));
    assert_false(through(QUERY_KIND, "audit.observed", "\"kind\":\"audit.observed_twice\""));
}

static void of_a_glob_the_beginning_is_looked_for(void **unused)
{
    (void)unused;
    const char *observed = "\"kind\":\"audit.observed\"", *denied = "\"kind\":\"user.denied\"";
    static const char *const globs[] = {"audit.*", "audit.o?served", "audit.[no]bserved",
                                        "audit.\\observed", "a*"};
    for (size_t i = 0; i < sizeof globs / sizeof globs[0]; i++) {
        assert_true(through(QUERY_KIND, globs[i], observed));
        assert_false(through(QUERY_KIND, globs[i], denied));
    }
    assert_true(through(QUERY_KIND, "*.denied", denied));
    assert_true(through(QUERY_KIND, "*.denied", observed)); /* not the sieve's to say */
}

static void a_query_without_conditions_lets_everything_through(void **unused)
{
    (void)unused;
    struct query query = {0};
    struct sieve sieve;
    sieve_init(&query, &sieve);
    assert_true(sieve_lets_through(&sieve, LITERAL("{}")));
    must(query_add(&query, QUERY_OUTCOME, LITERAL("!denied")));
    sieve_init(&query, &sieve);
    assert_true(sieve_lets_through(&sieve, LITERAL("\"outcome\":\"denied\"")));
}

static void the_longest_values_have_room(void **unused)
{
    (void)unused;
    struct query query = {0};
    struct sieve sieve;
    while (query.value_count < QUERY_VALUES_MAX) {
        struct query_value *value = &query.values[query.value_count++];
        value->member = (enum query_member)(query.value_count % QUERY_MEMBER_COUNT);
        memset(value->text, 'a', QUERY_VALUE_SIZE - 1);
    }
    sieve_init(&query, &sieve);
    assert_int_equal(sieve.count, QUERY_VALUES_MAX);
    assert_false(sieve_lets_through(&sieve, LITERAL("{}")));
}

static bool expression_through(const char *expression, const char *leaf)
{
    static struct filter filter;
    struct sieve sieve;
    struct filter_fault fault;
    const struct filter_context nothing = {.moments = {.zone = zone_utc()}};
    must(filter_read(bytes_of_string(expression), &nothing, &filter, &fault));
    sieve_init(&(struct query){.where = &filter}, &sieve);
    bool out = sieve_lets_through(&sieve, bytes_of_string(leaf));
    filter_close(&filter);
    return out;
}

static void of_an_expression_what_must_be_met_is_looked_for(void **unused)
{
    (void)unused;
    const char *leaf = "\"actor\":\"user:12\",\"kind\":\"audit.observed\",\"on\":[\"log:0\"],"
                       "\"outcome\":\"ok\",\"source\":\"10.3.0.7\"";
    static const struct {
        const char *expression;
        bool through;
    } examples[] = {
        {"source = 10.3.0.7", true},
        {"source = 10.3.0.70", false},
        {"source in (10.3.0.70, 10.3.0.7) and on = log:0", true},
        {"source in (10.3.0.70, 10.3.0.8)", false},
        {"source = 10.3.0.7 and on = log:*", true},
        {"on = file:*", false},
        {"on = file:12 and n > 5", false},
        {"kind = audit.* and actor = user:*", true},
        {"kind = user.* and actor = user:12", false},
        {"outcome = denied and n > 5", false},
        {"outcome = denied or n > 5", true},
        {"not outcome = ok", true},
        {"source in 10.0.0.0/8 and outcome = ok", true},
        {"source ~ /x/ and body.what = y", true},
        {"project exists and rule = AUD-14b", false},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        assert_true(expression_through(examples[i].expression, leaf) == examples[i].through);
    }
}

static void what_has_no_room_in_the_sieve_is_let_through(void **unused)
{
    (void)unused;
    char memory[FILTER_TEXT_MAX];
    struct text text = TEXT_IN(memory);
    text_put_literal(&text, "source in (a");
    for (unsigned i = 0; i < SIEVE_SPELLINGS_MAX; i++) {
        text_add(&text, ", b%u", i);
    }
    text_put_literal(&text, ") and actor = ");
    for (unsigned i = 0; i < SIEVE_SPELLING_SIZE; i++) {
        text_put_char(&text, 'a');
    }
    text_put_char(&text, '*');
    assert_true(expression_through(text_string(&text), "{}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_that_meets_the_conditions_is_held_back),
        cmocka_unit_test(a_value_is_looked_for_whole_and_under_its_own_name),
        cmocka_unit_test(of_a_glob_the_beginning_is_looked_for),
        cmocka_unit_test(a_query_without_conditions_lets_everything_through),
        cmocka_unit_test(the_longest_values_have_room),
        cmocka_unit_test(of_an_expression_what_must_be_met_is_looked_for),
        cmocka_unit_test(what_has_no_room_in_the_sieve_is_let_through),
    };
    return cmocka_run_group_tests_name("reports/sieve", tests, NULL, NULL);
}

/*
 * Answers are those of somebody who reads every event and compares texts, whatever the index knows;
 * what cannot be asked is refused; and a rare thing is found without reading the log.
 */
#include "store/lmdb.h"
#include "tests/reports/capture.h"
#include "tests/reports/naive_query.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct answer {
    const struct history *history;
    uint64_t *rows;
    uint64_t count;
    struct query_outcome outcome;
};

static struct status take(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct answer *answer = context;
    struct leaf again;
    must(leaf_decode(bytes, &again));
    assert_int_equal(again.n, leaf->n);
    assert_true(answer->count < answer->history->count);
    answer->rows[answer->count++] = leaf->n;
    return OK;
}

static void ask(const struct query *query, struct history *history, struct index_snapshot *index,
                struct answer *answer)
{
    answer->history = history;
    answer->count = 0;
    must(query_run(query, history->log, index, take, answer, &answer->outcome));
}

static void same_rows(const struct query *query, struct history *history,
                      struct index_snapshot *index)
{
    struct answer answer = {.rows = calloc(history->count, sizeof(uint64_t))};
    struct naive_answer naive = {.rows = calloc(history->count, sizeof(uint64_t))};
    assert_true(answer.rows != NULL && naive.rows != NULL);
    ask(query, history, index, &answer);
    naive_run(query, history, &naive);
    assert_int_equal(answer.count, naive.count);
    assert_memory_equal(answer.rows, naive.rows, naive.count * sizeof *naive.rows);
    assert_int_equal(answer.outcome.cut, naive.cut);
    assert_int_equal(answer.outcome.rows, naive.count);
    assert_int_equal(answer.outcome.size, history->count);
    assert_true(answer.outcome.compared >= naive.count + (naive.cut ? 1 : 0));
    assert_true(answer.outcome.compared <= history->count);
    assert_true(answer.outcome.scanned <= answer.outcome.compared);
    free(answer.rows);
    free(naive.rows);
}

static void random_queries(struct history *history, bool indexed, unsigned count)
{
    struct index_snapshot *index = NULL;
    struct query query;
    history_look(history);
    if (indexed) {
        must(index_snapshot_open(engine_index(history->engine), &index));
    }
    for (unsigned i = 0; i < count; i++) {
        random_query(history, &query);
        random_narrowing(history, &query);
        same_rows(&query, history, index);
    }
    index_snapshot_close(&index);
}

static void an_answer_is_that_of_reading_everything(void **unused)
{
    (void)unused;
    struct history history;
    history_begin(&history, 1);
    history_write(&history, 3000);
    random_queries(&history, true, 100); /* no run yet: all of it is the tail */
    history_write(&history, 6500);
    random_queries(&history, true, 100); /* runs, and what is beyond them */
    random_queries(&history, false, 100);
    history_reopen(&history);
    random_queries(&history, true, 300);
    history_write(&history, 100); /* the log goes on where the index does not */
    random_queries(&history, true, 100);
    history_end(&history);
}

static void
an_index_that_is_newer_than_the_log_at_hand_tells_nothing_of_what_came_later(void **unused)
{
    (void)unused;
    struct history history;
    struct log_snapshot *old = NULL;
    struct index_snapshot *index = NULL;
    struct query query;
    history_begin(&history, 2);
    history_write(&history, 3000);
    must(log_snapshot_open(engine_log(history.engine), &old));
    history_write(&history, 3000);
    must(engine_finish(history.engine));
    must(index_snapshot_open(engine_index(history.engine), &index));
    assert_true(index_snapshot_size(index) > log_snapshot_size(old));
    history_look(&history);
    log_snapshot_close(&history.log);
    history.log = old;
    history.count = log_snapshot_size(old);
    for (unsigned i = 0; i < 100; i++) {
        random_query(&history, &query);
        same_rows(&query, &history, index);
    }
    index_snapshot_close(&index);
    history_end(&history);
}

static void a_position_is_found_by_its_time(void **unused)
{
    (void)unused;
    struct history history;
    history_begin(&history, 3);
    history_write(&history, 2000);
    history_look(&history);
    for (unsigned i = 0; i < 500; i++) {
        uint64_t expected = 0, found;
        uint64_t time = history.events[random_below(&history.random, history.count)].t_utc_us +
                        random_below(&history.random, 3) - 1;
        while (expected < history.count && history.events[expected].t_utc_us < time) {
            expected++;
        }
        must(query_position_at(history.log, time, &found));
        assert_int_equal(found, expected);
    }
    history_end(&history);
}

static void an_event_that_claims_the_future_counts_when_it_was_recorded(void **unused)
{
    (void)unused;
    struct leaf leaf = {.t_utc_us = 1000};
    assert_int_equal(query_time_of(&leaf), 1000);
    leaf.at_utc_us = 900;
    assert_int_equal(query_time_of(&leaf), 900);
    leaf.at_utc_us = 1100;
    assert_int_equal(query_time_of(&leaf), 1000);
}

struct stopping {
    unsigned left;
};

static struct status stop(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct stopping *stopping = context;
    (void)bytes;
    (void)leaf;
    return stopping->left-- == 0 ? FAIL(INTERRUPTED, 7) : OK;
}

static void a_visit_that_fails_ends_the_query_in_the_same_way(void **unused)
{
    (void)unused;
    struct history history;
    struct query everything = {0};
    struct query_outcome outcome;
    struct stopping stopping = {.left = 5};
    history_begin(&history, 4);
    history_write(&history, 50);
    history_look(&history);
    struct status status = query_run(&everything, history.log, NULL, stop, &stopping, &outcome);
    assert_int_equal(status.code, STATUS_INTERRUPTED);
    assert_int_equal(status.at, 7);
    assert_int_equal(outcome.rows, 6);
    history_end(&history);
}

/* A hundred thousand events; one in ten thousand comes from `rare`. */
static void a_rare_thing_is_found_without_reading_the_log(void **unused)
{
    (void)unused;
    struct history history;
    struct answer answer = {0};
    struct index_snapshot *index = NULL;
    history_begin(&history, 5);
    history.rare_every = 10000;
    history.flush_every = 4000;
    history_write(&history, 100000);
    history_reopen(&history);
    history_look(&history);
    answer.rows = calloc(history.count, sizeof *answer.rows);
    assert_non_null(answer.rows);
    must(index_snapshot_open(engine_index(history.engine), &index));
    uint64_t tail = history.count - index_snapshot_size(index);
    assert_true(tail < INDEX_RUN_EVENTS);
    for (unsigned down = 0; down < 2; down++) {
        struct query query = {.newest_first = down == 1};
        must(query_add(&query, QUERY_SOURCE, LITERAL("rare")));
        ask(&query, &history, index, &answer);
        assert_int_equal(answer.count, 10);
        assert_true(answer.outcome.compared <= 10 + tail);
        must(query_add(&query, QUERY_KIND, LITERAL("audit.*")));
        must(query_add(&query, QUERY_OUTCOME, LITERAL("!denied")));
        ask(&query, &history, index, &answer);
        assert_true(answer.outcome.compared <= 10 + tail);
        same_rows(&query, &history, index);
    }
    index_snapshot_close(&index);
    free(answer.rows);
    history_end(&history);
}

/* Damage ---------------------------------------------------------------------------------- */

/* Flips the lowest bit of the first letter of an event's outcome, where it is stored. */
static void flip_outcome(const char *directory, uint64_t n)
{
    static const char *const tables[] = {"leaf"};
    CLEANUP(lmdb_close) struct lmdb *lmdb = NULL;
    CLEANUP(lmdb_abort) struct lmdb_txn *txn = NULL;
    uint8_t key[8], copy[LEAF_MAX];
    struct bytes leaf, member = LITERAL("\"outcome\":\"");
    bytes_write_u64(key, n);
    must(lmdb_open(
        &(struct lmdb_options){.directory = directory, .tables = tables, .table_count = 1}, &lmdb));
    must(lmdb_begin(lmdb, true, &txn));
    must(lmdb_get(txn, 0, BYTES(key), &leaf));
    const uint8_t *at = memmem(leaf.data, leaf.size, member.data, member.size);
    assert_non_null(at);
    memcpy(copy, leaf.data, leaf.size);
    copy[(size_t)(at - leaf.data) + member.size] ^= 1;
    must(lmdb_put(txn, 0, BYTES(key), bytes_of(copy, leaf.size)));
    must(lmdb_commit(&txn));
}

/* Asks for events of this outcome, without an index, and demands that the damage is met. */
static void the_damage_is_met(const char *directory, const char *outcome, uint64_t n, bool down)
{
    CLEANUP(log_close) struct log *log = NULL;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    struct query query = {.newest_first = down};
    struct query_outcome found;
    struct stopping stopping = {.left = UINT_MAX};
    must(query_add(&query, QUERY_OUTCOME, bytes_of_string(outcome)));
    must(log_open(&(struct log_options){.directory = directory, .read_only = true}, &log));
    must(log_snapshot_open(log, &snapshot));
    struct status status = query_run(&query, snapshot, NULL, stop, &stopping, &found);
    assert_int_equal(status.code, STATUS_CORRUPT);
    assert_int_equal(status.at, n);
}

static void a_flipped_byte_hides_no_event(void **unused)
{
    (void)unused;
    struct history history;
    char directory[400];
    enum outcome outcomes[40];
    uint64_t positions[40];
    history_begin(&history, 8);
    history_write(&history, 600);
    history_look(&history);
    for (size_t i = 0; i < 40; i++) {
        positions[i] = random_below(&history.random, history.count);
        outcomes[i] = history.events[positions[i]].outcome;
    }
    history_reopen(&history);
    scratch_close(&history.engine);
    snprintf(directory, sizeof directory, "%s/log", history.scratch.store);
    for (size_t i = 0; i < 40; i++) {
        flip_outcome(directory, positions[i]);
        the_damage_is_met(directory, outcome_name(outcomes[i]), positions[i], i % 2 == 0);
        flip_outcome(directory, positions[i]); /* and back again */
    }
    history.engine = scratch_open(&history.scratch, false);
    history_end(&history);
}

/* Adding ---------------------------------------------------------------------------------- */

struct example {
    enum query_member member;
    const char *value;
};

static const struct example good[] = {
    {QUERY_ACTOR, "user:12"},      {QUERY_ACTOR, "proxy"},       {QUERY_EMITTER, "vm-1.a_b"},
    {QUERY_KIND, "audit.*"},       {QUERY_KIND, "*.denied"},     {QUERY_ON, "subject:30377"},
    {QUERY_USER, "subject:1"},     {QUERY_HOST, "subject:2"},    {QUERY_ACTION, "subject:3"},
    {QUERY_OUTCOME, "failed"},     {QUERY_PROJECT, "subject:9"}, {QUERY_RULE, "AUD-14b"},
    {QUERY_SESSION, "user:30001"}, {QUERY_SOURCE, "10.3.0.7"},
};

static const struct example bad[] = {
    {QUERY_ACTOR, "Ada"},       {QUERY_ACTOR, "user:x"},
    {QUERY_ACTOR, "drone:1"},   {QUERY_EMITTER, "1vm"},
    {QUERY_EMITTER, "vm*"},     {QUERY_KIND, "audit"},
    {QUERY_KIND, "audit.[a-"},  {QUERY_ON, "subject:new"},
    {QUERY_ON, "subject:07"},   {QUERY_ON, "subject"},
    {QUERY_USER, "root"},       {QUERY_HOST, "web"},
    {QUERY_ACTION, "login"},    {QUERY_OUTCOME, "OK"},
    {QUERY_OUTCOME, "fail"},    {QUERY_PROJECT, "88"},
    {QUERY_RULE, "AUD-14"},     {QUERY_RULE, "AUD-14B"},
    {QUERY_SESSION, "user:-1"}, {QUERY_SOURCE, "10.3.0.7\n"},
    {QUERY_SOURCE, "\xc3\xa9"}, {QUERY_SOURCE, "a\\b"},
    {QUERY_KIND, ""},           {QUERY_ON, "!"},
    {QUERY_OUTCOME, "!denie"},
};

static void a_value_that_no_event_can_have_is_refused_with_the_reason(void **unused)
{
    (void)unused;
    struct query query = {0};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        must(query_add(&query, good[i].member, bytes_of_string(good[i].value)));
        assert_int_equal(query.value_count, i + 1);
    }
    const struct query before = query;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct status status = query_add(&query, bad[i].member, bytes_of_string(bad[i].value));
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_non_null(status.why);
        assert_int_equal(query.value_count, before.value_count);
    }
    assert_memory_equal(query.values, before.values, before.value_count * sizeof before.values[0]);
}

/* What a member can have, said a second time. */
static bool can_have(enum query_member member, struct bytes value, const char *text)
{
    struct id id;
    struct query kinds = {.value_count = 1, .values = {{.member = QUERY_KIND}}};
    bool is_id = !failed(id_read(value, &id)) && id.n != ID_NEW;
    switch (member) {
    case QUERY_ACTOR:
        return leaf_is_emitter_name(value) || is_id;
    case QUERY_EMITTER:
        return leaf_is_emitter_name(value);
    case QUERY_KIND:
        snprintf(kinds.values[0].text, QUERY_VALUE_SIZE, "%s", text);
        for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
            if (naive_meets(&kinds, &(struct leaf){.kind = (enum event_kind)kind})) {
                return true;
            }
        }
        return false;
    case QUERY_OUTCOME:
        return strcmp(text, "ok") == 0 || strcmp(text, "denied") == 0 ||
               strcmp(text, "failed") == 0;
    case QUERY_RULE:
        for (unsigned rule = 1; rule < RULE_COUNT; rule++) {
            if (strcmp(rule_id((enum rule)rule), text) == 0) {
                return true;
            }
        }
        return false;
    case QUERY_SOURCE:
        return leaf_is_source(value);
    case QUERY_ON:
    case QUERY_USER:
    case QUERY_HOST:
    case QUERY_ACTION:
    case QUERY_PROJECT:
    case QUERY_SESSION:
    case QUERY_MEMBER_COUNT:
        break;
    }
    return is_id;
}

static void a_typing_error_is_refused_or_still_a_value(void **unused)
{
    (void)unused;
    static const char letters[] = "aekotz019.:-_*? !AU\xc3\x07\xff";
    uint64_t random = 6;
    unsigned refused = 0;
    for (unsigned i = 0; i < 20000; i++) {
        const struct example *example = &good[random_below(&random, sizeof good / sizeof good[0])];
        char text[QUERY_VALUE_SIZE];
        struct query query = {0};
        snprintf(text, sizeof text, "%s", example->value);
        for (uint64_t errors = 1 + random_below(&random, 2); errors > 0; errors--) {
            text[random_below(&random, strlen(text))] =
                letters[random_below(&random, sizeof letters - 1)];
        }
        struct bytes value = bytes_of_string(text);
        struct status status = query_add(&query, example->member, value);
        const char *bare = text[0] == '!' ? text + 1 : text;
        if (!failed(status)) {
            assert_true(can_have(example->member, bytes_of_string(bare), bare));
            assert_string_equal(query.values[0].text, bare);
            assert_int_equal(query.values[0].excluded, text[0] == '!');
        } else {
            assert_int_equal(status.code, STATUS_MALFORMED);
            assert_non_null(status.why);
            assert_false(can_have(example->member, bytes_of_string(bare), bare));
            refused++;
        }
    }
    assert_in_range(refused, 1000, 19000);
}

static void there_are_limits_to_what_is_asked_at_once(void **unused)
{
    (void)unused;
    struct query query = {0};
    char long_value[QUERY_VALUE_SIZE + 1];
    memset(long_value, 'a', sizeof long_value);
    assert_int_equal(query_add(&query, QUERY_ACTOR, bytes_of(long_value, QUERY_VALUE_SIZE)).code,
                     STATUS_MALFORMED);
    assert_int_equal(query_add(&query, QUERY_SOURCE, bytes_of("a\0b", 3)).code, STATUS_MALFORMED);
    for (unsigned i = 0; i < QUERY_VALUES_MAX; i++) {
        must(query_add(&query, QUERY_OUTCOME, LITERAL("ok")));
    }
    assert_int_equal(query_add(&query, QUERY_OUTCOME, LITERAL("ok")).code, STATUS_LIMIT);
    assert_int_equal(query.value_count, QUERY_VALUES_MAX);
}

/* Writing --------------------------------------------------------------------------------- */

static bool is_hex(char c)
{
    return c != '\0' && strchr("0123456789abcdefABCDEF", c) != NULL;
}

/* The value as it was, without \xNN. */
static struct bytes unescaped(char *text)
{
    size_t size = 0;
    for (const char *c = text; *c != '\0'; size++) {
        if (strncmp(c, "\\x", 2) == 0 && is_hex(c[2]) && is_hex(c[3])) {
            const char digits[] = {c[2], c[3], '\0'};
            text[size] = (char)strtoul(digits, NULL, 16);
            c += 4;
        } else {
            text[size] = *c++;
        }
    }
    return bytes_of(text, size);
}

static void read_bound(const char *text, struct moment *out)
{
    struct moment_context context = {0};
    struct moment_doubt doubt;
    must(moment_read(bytes_of_string(text), &context, out, &doubt));
}

static void read_word(char *word, struct query *out)
{
    static const char *const names[QUERY_MEMBER_COUNT] = {
        "actor",  "emitter", "kind",    "on",   "user",    "host",
        "action", "outcome", "project", "rule", "session", "source",
    };
    char *value = strchr(word, '=');
    if (value == NULL) {
        assert_true(strcmp(word, "by_received") == 0 || strcmp(word, "everything") == 0);
        out->by_received = strcmp(word, "by_received") == 0;
        return;
    }
    *value++ = '\0';
    if (strcmp(word, "since") == 0) {
        read_bound(value, &out->range.since);
    } else if (strcmp(word, "until") == 0) {
        read_bound(value, &out->range.until);
    } else if (strcmp(word, "first") == 0 || strcmp(word, "last") == 0) {
        out->newest_first = strcmp(word, "last") == 0;
        out->limit = strtoull(value, NULL, 10);
    } else {
        size_t size = strlen(word), member = 0;
        struct query_value *slot = &out->values[out->value_count++];
        slot->excluded = word[size - 1] == '!';
        word[size - (slot->excluded ? 1 : 0)] = '\0';
        while (member < QUERY_MEMBER_COUNT && strcmp(names[member], word) != 0) {
            member++;
        }
        assert_true(member < QUERY_MEMBER_COUNT);
        slot->member = (enum query_member)member;
        struct bytes bytes = unescaped(value);
        memcpy(slot->text, bytes.data, bytes.size);
    }
}

static void what_is_written_means_what_was_asked(void **unused)
{
    (void)unused;
    struct history history;
    history_begin(&history, 7);
    history_write(&history, 200);
    history_look(&history);
    for (unsigned i = 0; i < 2000; i++) {
        char memory[8192];
        struct text text = TEXT_IN(memory);
        struct query query, again = {0};
        random_query(&history, &query);
        query_write(&query, &text);
        assert_false(text.full);
        text_string(&text);
        char *rest = NULL;
        for (char *word = strtok_r(memory, " ", &rest); word != NULL;
             word = strtok_r(NULL, " ", &rest)) {
            read_word(word, &again);
        }
        assert_int_equal(again.value_count, query.value_count);
        assert_memory_equal(again.values, query.values, sizeof query.values);
        assert_int_equal(again.range.since.kind, query.range.since.kind);
        assert_int_equal(again.range.since.value, query.range.since.value);
        assert_int_equal(again.range.until.kind, query.range.until.kind);
        assert_int_equal(again.range.until.value, query.range.until.value);
        assert_int_equal(again.by_received, query.by_received);
        assert_int_equal(again.limit, query.limit);
        assert_int_equal(again.newest_first, query.newest_first && query.limit > 0);
    }
    history_end(&history);
}

static void a_query_without_conditions_asks_for_everything(void **unused)
{
    (void)unused;
    char memory[64];
    struct text text = TEXT_IN(memory);
    query_write(&(struct query){0}, &text);
    assert_string_equal(text_string(&text), "everything");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_that_of_reading_everything),
        cmocka_unit_test(
            an_index_that_is_newer_than_the_log_at_hand_tells_nothing_of_what_came_later),
        cmocka_unit_test(a_position_is_found_by_its_time),
        cmocka_unit_test(an_event_that_claims_the_future_counts_when_it_was_recorded),
        cmocka_unit_test(a_visit_that_fails_ends_the_query_in_the_same_way),
        cmocka_unit_test(a_rare_thing_is_found_without_reading_the_log),
        cmocka_unit_test(a_flipped_byte_hides_no_event),
        cmocka_unit_test(a_value_that_no_event_can_have_is_refused_with_the_reason),
        cmocka_unit_test(a_typing_error_is_refused_or_still_a_value),
        cmocka_unit_test(there_are_limits_to_what_is_asked_at_once),
        cmocka_unit_test(what_is_written_means_what_was_asked),
        cmocka_unit_test(a_query_without_conditions_asks_for_everything),
    };
    return cmocka_run_group_tests_name("reports/query", tests, NULL, NULL);
}

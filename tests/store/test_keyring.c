/*
 * Who may sign, learnt from the log alone: emitters' chains from event to event, and users'
 * commands.
 */
#include "core/command_record.h"
#include "store/keyring.h"
#include "tests/store/chronicle.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    SIZE = 12,
    COMMANDED = 8 /* an event that ada has commanded */
};

static int begin(void **state)
{
    struct chronicle *chronicle = malloc(sizeof *chronicle);
    chronicle_begin(chronicle, SIZE + 40);
    chronicle_fill(chronicle, SIZE);
    *state = chronicle;
    return 0;
}

static int end(void **state)
{
    chronicle_end(*state);
    free(*state);
    return 0;
}

/* Follows and learns events 0 to until-1; the first thing that is wrong, or NULL. */
static const char *follow(struct keyring *keyring, struct examiner *examiner,
                          struct chronicle *chronicle, size_t until)
{
    for (size_t i = 0; i < until; i++) {
        const struct told *told = &chronicle->events[i];
        const char *learnt = NULL;
        bool checked = false;
        struct examined event = {
            .bytes = told_leaf(told), .body = told_body(told), .command = told_command(told)};
        examine(examiner, true, &event);
        assert_true(event.decoded);
        const char *wrong = keyring_follow(keyring, &event, i, &checked);
        must(keyring_learn(keyring, &event, &learnt));
        if (wrong != NULL || learnt != NULL) {
            return wrong != NULL ? wrong : learnt;
        }
        assert_int_equal(checked, told->leaf.sig.size > 0);
    }
    return NULL;
}

static void a_sound_log_is_followed_to_its_end(void **state)
{
    struct chronicle *chronicle = *state;
    CLEANUP(keyring_close) struct keyring *keyring = NULL;
    CLEANUP(examiner_close) struct examiner *examiner = NULL;
    uint64_t first = 77;
    must(examiner_open(&examiner));
    must(keyring_open(CHRONICLE_ORIGIN, &keyring));
    assert_null(follow(keyring, examiner, chronicle, SIZE));
    assert_int_equal(keyring_emitters(keyring), 2 + SIZE / 4 - 1);
    assert_int_equal(keyring_unsigned(keyring, &first), 0);
    assert_int_equal(first, 77);
}

/* The chain begins with the log's name: what was signed for one log is nothing in another. */
static void a_log_of_another_name_has_no_signature_that_holds(void **state)
{
    struct chronicle *chronicle = *state;
    CLEANUP(keyring_close) struct keyring *keyring = NULL;
    CLEANUP(examiner_close) struct examiner *examiner = NULL;
    must(examiner_open(&examiner));
    must(keyring_open("another.example/log", &keyring));
    assert_string_equal(follow(keyring, examiner, chronicle, 1),
                        "its emitter's signature does not hold");
}

static void events_since_the_last_signature_are_counted(void **state)
{
    struct chronicle *chronicle = *state;
    CLEANUP(keyring_close) struct keyring *keyring = NULL;
    CLEANUP(examiner_close) struct examiner *examiner = NULL;
    uint64_t first = 0;
    (void)chronicle_observe(chronicle, &chronicle->door, false);
    (void)chronicle_register(chronicle, "side", chronicle->door.key, false);
    (void)chronicle_observe(chronicle, &chronicle->door, false);
    must(examiner_open(&examiner));
    must(keyring_open(CHRONICLE_ORIGIN, &keyring));
    assert_null(follow(keyring, examiner, chronicle, chronicle->count));
    assert_int_equal(keyring_unsigned(keyring, &first), 2);
    assert_int_equal(first, SIZE);
}

static void a_log_begins_with_its_genesis(void **state)
{
    struct chronicle *chronicle = *state;
    CLEANUP(keyring_close) struct keyring *keyring = NULL;
    CLEANUP(examiner_close) struct examiner *examiner = NULL;
    bool checked = false;
    must(examiner_open(&examiner));
    must(keyring_open(CHRONICLE_ORIGIN, &keyring));
    struct examined event = {.bytes = told_leaf(&chronicle->events[1]),
                             .body = told_body(&chronicle->events[1])};
    examine(examiner, true, &event);
    assert_string_equal(keyring_follow(keyring, &event, 0, &checked),
                        "the log does not begin with its genesis");
}

static void many_emitters_are_all_known(void **state)
{
    struct chronicle *chronicle = *state;
    CLEANUP(keyring_close) struct keyring *keyring = NULL;
    CLEANUP(examiner_close) struct examiner *examiner = NULL;
    for (unsigned i = 0; i < 30; i++) {
        char name[16];
        struct text text = TEXT_IN(name);
        text_add(&text, "many-%u", i);
        (void)chronicle_register(chronicle, text_string(&text), chronicle->door.key, false);
    }
    must(examiner_open(&examiner));
    must(keyring_open(CHRONICLE_ORIGIN, &keyring));
    assert_null(follow(keyring, examiner, chronicle, chronicle->count));
    assert_int_equal(keyring_emitters(keyring), 2 + SIZE / 4 - 1 + 30);
}

/* Commands ------------------------------------------------------------------------------------ */

/* What is said of the commanded event with this record instead of its own. */
static const char *check_record_in(struct chronicle *chronicle, struct bytes record,
                                   const char *actor, struct id session, struct id project)
{
    CLEANUP(keyring_close) struct keyring *keyring = NULL;
    CLEANUP(examiner_close) struct examiner *examiner = NULL;
    const struct told *told = &chronicle->events[COMMANDED];
    must(examiner_open(&examiner));
    must(keyring_open(CHRONICLE_ORIGIN, &keyring));
    assert_null(follow(keyring, examiner, chronicle, COMMANDED));
    struct examined event = {.bytes = told_leaf(told), .body = told_body(told), .command = record};
    examine(examiner, true, &event);
    event.leaf.actor = bytes_of_string(actor);
    event.leaf.session = session;
    event.leaf.project = project;
    return keyring_check_command(keyring, &event);
}

static const char *check_record(struct chronicle *chronicle, struct bytes record, const char *actor)
{
    return check_record_in(chronicle, record, actor, (struct id){0}, (struct id){0});
}

/* A record that ada has signed. */
static void sign_record(struct chronicle *chronicle, struct id actor, const char *origin,
                        struct text *out)
{
    struct command_record command = {.actor = actor,
                                     .kind = COMMAND_EMITTER_RETIRE,
                                     .fields = LITERAL("{\"name\":\"x\",\"reason\":\"y\"}"),
                                     .origin = bytes_of_string(origin),
                                     .t_utc_us = 1};
    must(command_record_sign(&command, chronicle->ada_key, out));
}

static void a_command_holds_under_its_users_key(void **state)
{
    struct chronicle *chronicle = *state;
    char memory[1024];
    struct text record = TEXT_IN(memory);
    assert_null(check_record(chronicle, told_command(&chronicle->events[COMMANDED]), "user:2"));
    sign_record(chronicle, chronicle->ada, CHRONICLE_ORIGIN, &record);
    assert_null(check_record(chronicle, text_bytes(&record), "user:2"));
}

static void a_command_signed_for_another_log_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    char memory[1024];
    struct text record = TEXT_IN(memory);
    sign_record(chronicle, chronicle->ada, "another.example/log", &record);
    assert_string_equal(check_record(chronicle, text_bytes(&record), "user:2"),
                        "the command was signed for another log");
}

static void a_command_in_somebody_elses_name_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    char memory[1024];
    struct text record = TEXT_IN(memory);
    sign_record(chronicle, (struct id){ID_USER, 1}, CHRONICLE_ORIGIN, &record);
    assert_string_equal(check_record(chronicle, text_bytes(&record), "user:2"),
                        "the command is another user's");
    assert_string_equal(check_record(chronicle, text_bytes(&record), "user:1"),
                        "the command is signed by a user that the log does not know");
    assert_string_equal(check_record(chronicle, text_bytes(&record), "door"),
                        "a command's actor is a user");
}

static void a_command_that_was_given_elsewhere_is_named(void **state)
{
    struct chronicle *chronicle = *state;
    char memory[1024];
    struct text record = TEXT_IN(memory);
    const struct id none = {ID_NONE, 0}, session = {ID_SESSION, 7}, project = {ID_PROJECT, 5};
    struct command_record command = {.actor = chronicle->ada,
                                     .kind = COMMAND_EMITTER_RETIRE,
                                     .fields = LITERAL("{\"name\":\"x\",\"reason\":\"y\"}"),
                                     .origin = LITERAL(CHRONICLE_ORIGIN),
                                     .session = session,
                                     .project = project,
                                     .t_utc_us = 1};
    must(command_record_sign(&command, chronicle->ada_key, &record));
    struct bytes signed_record = text_bytes(&record);
    assert_null(check_record_in(chronicle, signed_record, "user:2", session, project));
    assert_null(check_record_in(chronicle, signed_record, "user:2", none, none));
    assert_non_null(
        check_record_in(chronicle, signed_record, "user:2", (struct id){ID_SESSION, 8}, project));
    assert_non_null(
        check_record_in(chronicle, signed_record, "user:2", session, (struct id){ID_PROJECT, 7}));
    text_clear(&record);
    sign_record(chronicle, chronicle->ada, CHRONICLE_ORIGIN, &record);
    assert_non_null(check_record_in(chronicle, text_bytes(&record), "user:2", session, none));
}

static void no_damaged_command_holds(void **state)
{
    struct chronicle *chronicle = *state;
    struct bytes record = told_command(&chronicle->events[COMMANDED]);
    char memory[1024];
    memcpy(memory, record.data, record.size);
    for (size_t bit = 0; bit < 8 * record.size; bit += 13) {
        memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
        assert_non_null(check_record(chronicle, bytes_of(memory, record.size), "user:2"));
        memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t size = 0; size < record.size; size += 5) {
        assert_non_null(check_record(chronicle, bytes_of(memory, size), "user:2"));
    }
}

static void the_largest_command_is_checked_and_a_larger_one_is_none(void **state)
{
    struct chronicle *chronicle = *state;
    const size_t capacity = 2 * (size_t)COMMAND_MAX;
    char *fields = malloc(capacity), *memory = malloc(capacity);
    struct text text = {.data = fields, .capacity = capacity};
    struct text record = {.data = memory, .capacity = capacity};
    text_put_literal(&text, "{\"name\":\"");
    while (text.size < COMMAND_MAX - 400) {
        text_put_char(&text, 'n');
    }
    text_put_literal(&text, "\",\"reason\":\"y\"}");
    struct command_record command = {.actor = chronicle->ada,
                                     .kind = COMMAND_EMITTER_RETIRE,
                                     .fields = text_bytes(&text),
                                     .origin = LITERAL(CHRONICLE_ORIGIN),
                                     .t_utc_us = 1};
    must(command_record_sign(&command, chronicle->ada_key, &record));
    assert_true(record.size > COMMAND_MAX - 400 && record.size <= COMMAND_MAX);
    assert_null(check_record(chronicle, text_bytes(&record), "user:2"));
    memory[0] = ' ';
    memset(memory + 1, ' ', capacity - 1);
    assert_non_null(check_record(chronicle, bytes_of(memory, capacity), "user:2"));
    free(fields);
    free(memory);
}

#define WITH_LOG(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOG(a_sound_log_is_followed_to_its_end),
        WITH_LOG(a_log_of_another_name_has_no_signature_that_holds),
        WITH_LOG(events_since_the_last_signature_are_counted),
        WITH_LOG(a_log_begins_with_its_genesis),
        WITH_LOG(many_emitters_are_all_known),
        WITH_LOG(a_command_holds_under_its_users_key),
        WITH_LOG(a_command_signed_for_another_log_is_named),
        WITH_LOG(a_command_in_somebody_elses_name_is_named),
        WITH_LOG(a_command_that_was_given_elsewhere_is_named),
        WITH_LOG(no_damaged_command_holds),
        WITH_LOG(the_largest_command_is_checked_and_a_larger_one_is_none),
    };
    return cmocka_run_group_tests_name("store/keyring", tests, NULL, NULL);
}

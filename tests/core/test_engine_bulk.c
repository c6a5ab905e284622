/*
 * Commands over many objects: every item has its verdict in the log, tied to the command by cause,
 * number and subject; where the catalogue says so, one refusal refuses them all.
 */
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static int begin(void **state)
{
    struct enclave *enclave = calloc(1, sizeof *enclave);
    enclave_begin(enclave);
    enclave_join(enclave, "ben", USER_ROLE_USER);
    enclave_permit(enclave, "ben", USER_PERMISSION_EXPORT, false);
    *state = enclave;
    return 0;
}

static int end(void **state)
{
    struct enclave *enclave = *state;
    enclave_end(enclave);
    free(enclave);
    return 0;
}

static struct verdict give(struct enclave *enclave, const char *login, enum command_kind kind,
                           const char *items)
{
    char memory[COMMAND_MAX + 1];
    struct text record = TEXT_IN(memory);
    const struct command_record command = {.kind = kind, .items = bytes_of_string(items)};
    enclave_sign_record(enclave, login, &command, &record);
    return enclave_give(enclave, text_bytes(&record));
}

/* The event of the item: which one, of which command, by whom. */
static void assert_item(struct enclave *enclave, uint64_t n, const struct verdict *verdict,
                        uint64_t item, enum rule refused)
{
    struct enclave_found found;
    bool on_bulk = false;
    enclave_find(enclave, n, &found);
    for (size_t i = 0; i < found.leaf.on_count; i++) {
        on_bulk = on_bulk || id_equal(found.leaf.on[i], verdict->bulk);
    }
    assert_true(on_bulk);
    assert_int_equal(found.leaf.item, item);
    assert_int_equal(found.leaf.cause, verdict->first);
    assert_false(found.leaf.has_command);
    assert_int_equal(found.leaf.outcome, refused == RULE_NONE ? OUTCOME_OK : OUTCOME_DENIED);
    assert_true(bytes_equal(found.leaf.rule, bytes_of_string(rule_id(refused))));
}

#define RETIRE(name) "{\"name\":\"" name "\",\"reason\":\"gone\"}"

static void register_gate(struct enclave *enclave, const char *name)
{
    char memory[256];
    struct text key = TEXT_IN(memory);
    public_key_write(secret_key_public(enclave_person(enclave, "ben")->key), &key);
    union command_fields fields = {.emitter_register = {.name = bytes_of_string(name),
                                                        .key = text_bytes(&key),
                                                        .about = LITERAL("a gate")}};
    enclave_must(enclave, "ada", COMMAND_EMITTER_REGISTER, &fields);
}

static void each_item_is_decided_on_the_state_that_the_one_before_left(void **state)
{
    struct enclave *enclave = *state;
    struct enclave_found found;
    register_gate(enclave, "gate");
    struct verdict verdict = give(enclave, "ada", COMMAND_EMITTER_RETIRE,
                                  "[" RETIRE("gate") "," RETIRE("gate") "," RETIRE("audit") "]");
    assert_int_equal(verdict.refused, RULE_NONE);
    assert_int_equal(verdict.done, 1);
    assert_int_equal(verdict.items_refused, 2);
    assert_int_equal(verdict.count, 5);
    assert_true(id_equal(verdict.bulk, (struct id){ID_BULK, verdict.first}));
    enclave_find(enclave, verdict.first, &found);
    assert_int_equal(found.leaf.kind, EVENT_BULK_OPENED);
    assert_true(bytes_equal(found.body.bulk_opened.command, LITERAL("emitter.retire")));
    assert_int_equal(found.body.bulk_opened.count, 3);
    assert_true(found.leaf.has_command);
    assert_item(enclave, verdict.first + 1, &verdict, 1, RULE_NONE);
    assert_item(enclave, verdict.first + 2, &verdict, 2, RULE_AUD_14D);
    assert_item(enclave, verdict.first + 3, &verdict, 3, RULE_AUD_14E);
    enclave_find(enclave, verdict.first + 4, &found);
    assert_int_equal(found.leaf.kind, EVENT_BULK_CLOSED);
    assert_int_equal(found.body.bulk_closed.done, 1);
    assert_int_equal(found.body.bulk_closed.refused, 2);
    assert_int_equal(found.leaf.cause, verdict.first);
    enclave_check(enclave);
}

#define EXPORT(project)                                                                    \
    "{\"count\":3,\"digest\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"format\":" \
    "\"csv\"," project "\"scope\":\"all\",\"what\":\"users\"}"

/* RULE_BLK_03B */
static void where_one_refusal_refuses_all_nothing_is_done(void **state)
{
    struct enclave *enclave = *state;
    struct verdict verdict =
        give(enclave, "ada", COMMAND_EXPORT_RECORD, "[" EXPORT("") "," EXPORT("") "]");
    assert_int_equal(verdict.refused, RULE_NONE);
    assert_int_equal(verdict.done, 2);
    assert_item(enclave, verdict.first + 2, &verdict, 2, RULE_NONE);
    verdict = give(enclave, "ben", COMMAND_EXPORT_RECORD, "[" EXPORT("") "," EXPORT("") "]");
    assert_int_equal(verdict.refused, RULE_BLK_03B);
    assert_int_equal(verdict.done, 0);
    assert_int_equal(verdict.items_refused, 2);
    assert_int_equal(verdict.count, 4);
    assert_item(enclave, verdict.first + 1, &verdict, 1, RULE_BLK_02A);
    assert_item(enclave, verdict.first + 2, &verdict, 2, RULE_BLK_02A);
    enclave_check(enclave);
}

/* A PI of one project, and of no other: what could be done was done on trial, and is undone. */
static void what_was_done_on_trial_is_taken_back(void **state)
{
    struct enclave *enclave = *state;
    char items[1024];
    struct text text = TEXT_IN(items);
    union command_fields fields = {.project_create = {.name = LITERAL("alpha"),
                                                      .has_pi = true,
                                                      .pi = enclave_id(enclave, "ben")}};
    uint64_t alpha = enclave_must(enclave, "ada", COMMAND_PROJECT_CREATE, &fields);
    fields.project_create = (struct project_create){.name = LITERAL("beta")};
    uint64_t beta = enclave_must(enclave, "ada", COMMAND_PROJECT_CREATE, &fields);
    enclave_login(enclave, "ben");
    text_add(
        &text,
        "[" EXPORT("\"project\":\"project:%u\",") "," EXPORT("\"project\":\"project:%u\",") "]",
        (unsigned)alpha, (unsigned)beta);
    struct verdict verdict = give(enclave, "ben", COMMAND_EXPORT_RECORD, text_string(&text));
    assert_int_equal(verdict.refused, RULE_BLK_03B);
    assert_item(enclave, verdict.first + 1, &verdict, 1, RULE_BLK_03B);
    assert_item(enclave, verdict.first + 2, &verdict, 2, RULE_BLK_02A);
    enclave_check(enclave);
}

/* RULE_BLK_03A */
static void a_command_over_many_has_one_to_a_thousand_items(void **state)
{
    struct enclave *enclave = *state;
    struct enclave_found found;
    static char items[COMMAND_MAX];
    struct text text = TEXT_IN(items);
    struct verdict verdict = give(enclave, "ada", COMMAND_SESSION_DEACTIVATE_PROJECT, "[]");
    assert_int_equal(verdict.refused, RULE_BLK_03A);
    enclave_find(enclave, verdict.first, &found);
    assert_int_equal(found.leaf.kind, EVENT_BULK_DENIED);
    assert_true(found.leaf.has_command);
    for (unsigned i = 0; i < 1001; i++) {
        text_put_string(&text, i == 0 ? "[{}" : ",{}");
        if (i == 999) {
            size_t size = text.size;
            text_put_char(&text, ']');
            verdict = give(enclave, "ada", COMMAND_SESSION_DEACTIVATE_PROJECT, text_string(&text));
            assert_int_equal(verdict.refused, RULE_NONE);
            assert_int_equal(verdict.items_refused, 1000);
            assert_int_equal(verdict.count, 1002);
            text.size = size;
        }
    }
    text_put_char(&text, ']');
    verdict = give(enclave, "ada", COMMAND_SESSION_DEACTIVATE_PROJECT, text_string(&text));
    assert_int_equal(verdict.refused, RULE_BLK_03A);
    enclave_check(enclave);
}

static void who_may_not_ask_at_all_is_refused_as_a_whole(void **state)
{
    struct enclave *enclave = *state;
    struct enclave_found found;
    struct enclave_person *ben = enclave_person(enclave, "ben");
    ben->session = (struct id){ID_SESSION, 4000000};
    struct verdict verdict = give(enclave, "ben", COMMAND_EMITTER_RETIRE, "[" RETIRE("x") "]");
    assert_int_equal(verdict.refused, RULE_IDN_11B);
    enclave_find(enclave, verdict.first, &found);
    assert_int_equal(found.leaf.kind, EVENT_BULK_DENIED);
    assert_true(bytes_equal(found.body.bulk_denied.command, LITERAL("emitter.retire")));
    assert_int_equal(verdict.count, 1);
    enclave_check(enclave);
}

static void an_item_of_another_form_makes_it_no_command(void **state)
{
    struct enclave *enclave = *state;
    char memory[COMMAND_MAX + 1];
    struct text record = TEXT_IN(memory);
    struct verdict verdict;
    uint64_t size = enclave_size(enclave);
    const struct command_record command = {.kind = COMMAND_EMITTER_RETIRE,
                                           .items = LITERAL("[" RETIRE("x") ",{}]")};
    enclave_sign_record(enclave, "ada", &command, &record);
    assert_int_equal(engine_command(enclave->engine, text_bytes(&record), &verdict).code,
                     STATUS_MALFORMED);
    assert_int_equal(enclave_size(enclave), size);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(each_item_is_decided_on_the_state_that_the_one_before_left),
        WITH_STORE(where_one_refusal_refuses_all_nothing_is_done),
        WITH_STORE(what_was_done_on_trial_is_taken_back),
        WITH_STORE(a_command_over_many_has_one_to_a_thousand_items),
        WITH_STORE(who_may_not_ask_at_all_is_refused_as_a_whole),
        WITH_STORE(an_item_of_another_form_makes_it_no_command),
    };
    return cmocka_run_group_tests_name("core/engine: commands over many", tests, NULL, NULL);
}

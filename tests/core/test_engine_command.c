/*
 * Commands: what was decided is in the log with the signed record, and so is a refusal with its
 * rule, about whatever it named; what is no command at all leaves nothing.
 */
#include "tests/schema/random_record.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct world {
    struct enclave enclave;
    char key[256]; /* of an emitter to be */
};

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    struct text key = TEXT_IN(world->key);
    enclave_begin(&world->enclave);
    enclave_join(&world->enclave, "ben", USER_ROLE_USER);
    public_key_write(secret_key_public(enclave_person(&world->enclave, "ben")->key), &key);
    (void)text_string(&key);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    enclave_end(&world->enclave);
    free(world);
    return 0;
}

static union command_fields registration(const struct world *world, const char *name)
{
    return (union command_fields){.emitter_register = {.name = bytes_of_string(name),
                                                       .key = bytes_of_string(world->key),
                                                       .about = LITERAL("a gate")}};
}

static void assert_by(struct world *world, const struct enclave_found *found, const char *login)
{
    struct id actor;
    const struct enclave_person *person = enclave_person(&world->enclave, login);
    must(id_read(found->leaf.actor, &actor));
    assert_true(id_equal(actor, person->user));
    assert_true(id_equal(found->leaf.session, person->session));
    must(command_record_verify(found->command, secret_key_public(person->key)));
}

/* Decided ------------------------------------------------------------------------------------- */

static void what_was_decided_is_in_the_log_with_the_signed_record(void **state)
{
    struct world *world = *state;
    struct enclave_found found;
    union command_fields fields = registration(world, "gate");
    uint64_t size = enclave_size(&world->enclave);
    struct verdict verdict = enclave_do(&world->enclave, "ada", COMMAND_EMITTER_REGISTER, &fields);
    assert_int_equal(verdict.refused, RULE_NONE);
    assert_int_equal(verdict.first, size);
    assert_int_equal(verdict.count, 1);
    assert_int_equal(enclave_size(&world->enclave), size + 1);
    enclave_find(&world->enclave, verdict.first, &found);
    assert_int_equal(found.leaf.kind, EVENT_EMITTER_REGISTERED);
    assert_int_equal(found.leaf.outcome, OUTCOME_OK);
    assert_int_equal(found.leaf.rule.size, 0);
    assert_true(bytes_equal(found.body.emitter_registered.name, LITERAL("gate")));
    assert_by(world, &found, "ada");
    enclave_check(&world->enclave);
}

static void a_refusal_is_in_the_log_with_its_rule_and_the_signed_record(void **state)
{
    struct world *world = *state;
    struct enclave_found found;
    union command_fields fields = registration(world, "gate");
    uint64_t size = enclave_size(&world->enclave);
    struct verdict verdict = enclave_do(&world->enclave, "ben", COMMAND_EMITTER_REGISTER, &fields);
    assert_int_equal(verdict.refused, RULE_AUD_14B);
    assert_int_equal(verdict.first, size);
    assert_int_equal(verdict.count, 1);
    enclave_find(&world->enclave, verdict.first, &found);
    assert_int_equal(found.leaf.kind, EVENT_EMITTER_DENIED);
    assert_int_equal(found.leaf.outcome, OUTCOME_DENIED);
    assert_true(bytes_equal(found.leaf.rule, LITERAL("AUD-14b")));
    assert_true(bytes_equal(found.body.emitter_denied.command, LITERAL("emitter.register")));
    assert_by(world, &found, "ben");
    enclave_check(&world->enclave);
}

static void a_refusal_is_about_what_the_command_named_and_there_is(void **state)
{
    struct world *world = *state;
    struct enclave_found found;
    const struct id users[] = {
        enclave_id(&world->enclave, "ada"),
        {ID_USER, 4000000},
        enclave_id(&world->enclave, "ben"),
        enclave_id(&world->enclave, "ada"),
    };
    union command_fields fields = {
        .comms_send_mail = {.recipients = users, .recipients_count = 4, .digest = {{1}}}};
    struct verdict verdict = enclave_do(&world->enclave, "ben", COMMAND_COMMS_SEND_MAIL, &fields);
    assert_int_equal(verdict.refused, RULE_IDN_17A);
    enclave_find(&world->enclave, verdict.first, &found);
    assert_int_equal(found.leaf.on_count, 3);
    assert_int_equal(found.leaf.on[0].kind, ID_LOG);
    assert_true(id_equal(found.leaf.on[1], users[0]));
    assert_true(id_equal(found.leaf.on[2], users[2]));
}

/* Whatever is asked without a session is refused. */
static void every_command_has_an_event_for_its_refusal(void **state)
{
    struct world *world = *state;
    struct random random = {.state = 5};
    enclave_user(&world->enclave, "eve", USER_ROLE_USER);
    for (unsigned kind = 0; kind < COMMAND_KIND_COUNT; kind++) {
        char memory[COMMAND_MAX], record_memory[COMMAND_MAX + 1];
        struct text fields = TEXT_IN(memory), record = TEXT_IN(record_memory);
        struct enclave_found found;
        const struct command_info *info = &command_infos[kind];
        do {
            text_clear(&fields);
            random_record(&random, info->fields, info->field_count, ID_NONE, &fields);
        } while (fields.size > 40000);
        struct command_record command = {.kind = (enum command_kind)kind,
                                         .fields = text_bytes(&fields)};
        enclave_sign_record(&world->enclave, "eve", &command, &record);
        struct verdict verdict = enclave_give(&world->enclave, text_bytes(&record));
        if (kind == COMMAND_SESSION_CHALLENGE) {
            continue;
        }
        assert_int_equal(verdict.refused,
                         kind == COMMAND_SESSION_OPEN ? RULE_IDN_06H : RULE_IDN_11B);
        enclave_find(&world->enclave, verdict.first, &found);
        assert_int_equal(found.leaf.outcome, OUTCOME_DENIED);
        assert_true(bytes_equal(found.leaf.rule, bytes_of_string(rule_id(verdict.refused))));
    }
    enclave_check(&world->enclave);
}

/* A decision is taken on everything that came before it, also what is still on its way. */
static void a_command_is_decided_on_all_that_came_before(void **state)
{
    struct world *world = *state;
    union command_fields fields = registration(world, "gate");
    union event_body body = {.emitter_registered = {.name = LITERAL("gate"),
                                                    .key = bytes_of_string(world->key),
                                                    .about = LITERAL("said first")}};
    must(engine_say(world->enclave.engine, VOICE_AUDIT,
                    &(struct draft){.kind = EVENT_EMITTER_REGISTERED,
                                    .on = {NEW(ID_EMITTER)},
                                    .on_count = 1,
                                    .body = &body}));
    enclave_refused(&world->enclave, "ada", COMMAND_EMITTER_REGISTER, &fields, RULE_AUD_14C);
}

/* A name or a key that could not be read back would keep every writer from opening the store. */
static void what_an_emitter_cannot_be_is_refused_and_the_store_opens_again(void **state)
{
    struct world *world = *state;
    static const char *const names[] = {"No Name", "", "x/y"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        union command_fields fields = registration(world, names[i]);
        enclave_refused(&world->enclave, "ada", COMMAND_EMITTER_REGISTER, &fields, RULE_AUD_14F);
    }
    enclave_reopen(&world->enclave, false);
}

static void a_long_description_is_folded_and_found_again(void **state)
{
    struct world *world = *state;
    char about[40000];
    union command_fields fields = registration(world, "gate");
    memset(about, 'a', sizeof about);
    fields.emitter_register.about = bytes_of(about, sizeof about);
    enclave_must(&world->enclave, "ada", COMMAND_EMITTER_REGISTER, &fields);
    enclave_reopen(&world->enclave, false);
    enclave_refused(&world->enclave, "ada", COMMAND_EMITTER_REGISTER, &fields, RULE_AUD_14C);
}

/* Where from -------------------------------------------------------------------------------- */

static void the_address_that_a_command_came_from_is_in_the_leaf(void **state)
{
    struct world *world = *state;
    char memory[COMMAND_MAX + 1];
    struct text record = TEXT_IN(memory);
    struct enclave_found found;
    struct verdict verdict;
    union command_fields fields = registration(world, "gate");
    enclave_sign(&world->enclave, "ada", COMMAND_EMITTER_REGISTER, &fields, &record);
    must(engine_commands(
        world->enclave.engine,
        &(struct request){.record = text_bytes(&record), .source = LITERAL("10.3.0.7")}, 1,
        &verdict));
    enclave_find(&world->enclave, verdict.first, &found);
    assert_true(bytes_equal(found.leaf.source, LITERAL("10.3.0.7")));
}

/* Not a command at all ------------------------------------------------------------------------- */

/* Nothing of it is in the log. */
static void assert_no_command(struct world *world, struct bytes record, enum status_code code)
{
    struct verdict verdict = {.first = 77};
    uint64_t size = enclave_size(&world->enclave);
    assert_int_equal(engine_command(world->enclave.engine, record, &verdict).code, code);
    assert_int_equal(enclave_size(&world->enclave), size);
    assert_int_equal(verdict.first, 77);
}

static void what_was_signed_for_another_log_is_no_command(void **state)
{
    struct world *world = *state;
    char memory[2048];
    struct text record = TEXT_IN(memory);
    const struct enclave_person *ada = enclave_person(&world->enclave, "ada");
    const struct command_record command = {.actor = ada->user,
                                           .kind = COMMAND_EMITTER_RETIRE,
                                           .session = ada->session,
                                           .fields = LITERAL("{\"name\":\"x\",\"reason\":\"y\"}"),
                                           .t_utc_us = world->enclave.scratch.clock_us,
                                           .origin = LITERAL("another.example/log")};
    must(command_record_sign(&command, ada->key, &record));
    assert_no_command(world, text_bytes(&record), STATUS_BAD_SIGNATURE);
}

static void fields_of_another_form_are_no_command(void **state)
{
    static const char *const wrong[] = {
        "{}",
        "{\"name\":\"x\"}",
        "{\"name\":\"x\",\"reason\":7}",
        "[]",
        "7",
        "\"x\"",
        "{\"name\":\"x\",\"reason\":\"y\",\"z\":1}",
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char memory[2048];
        struct text record = TEXT_IN(memory);
        const struct command_record command = {.kind = COMMAND_EMITTER_RETIRE,
                                               .fields = bytes_of_string(wrong[i])};
        enclave_sign_record(&world->enclave, "ada", &command, &record);
        assert_no_command(world, text_bytes(&record), STATUS_MALFORMED);
    }
    assert_no_command(world, (struct bytes){0}, STATUS_MALFORMED);
    assert_no_command(world, LITERAL("{}"), STATUS_MALFORMED);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(what_was_decided_is_in_the_log_with_the_signed_record),
        WITH_STORE(a_refusal_is_in_the_log_with_its_rule_and_the_signed_record),
        WITH_STORE(a_refusal_is_about_what_the_command_named_and_there_is),
        WITH_STORE(every_command_has_an_event_for_its_refusal),
        WITH_STORE(a_command_is_decided_on_all_that_came_before),
        WITH_STORE(what_an_emitter_cannot_be_is_refused_and_the_store_opens_again),
        WITH_STORE(a_long_description_is_folded_and_found_again),
        WITH_STORE(the_address_that_a_command_came_from_is_in_the_leaf),
        WITH_STORE(what_was_signed_for_another_log_is_no_command),
        WITH_STORE(fields_of_another_form_are_no_command),
    };
    return cmocka_run_group_tests_name("core/engine: commands", tests, NULL, NULL);
}

/*
 * Commands: whoever signed is authenticated, what was decided is in the log with the signed record,
 * and so is a refusal with its rule.
 */
#include "core/command_record.h"
#include "core/engine.h"
#include "core/identity/user.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct world {
    struct scratch scratch;
    struct engine *engine;
    struct signer ada;
    struct secret_key *ben_key;
    struct signer ben; /* an ordinary user */
    char ben_text[256];
};

/* Ben says which login and which key to receive go with his key. */
static void prove(const struct world *world, struct bytes receive_key, struct signature *out)
{
    char memory[128];
    struct text message = TEXT_IN(memory);
    text_put_literal(&message, CARD_DOMAIN "ben\n");
    text_put_bytes(&message, receive_key);
    must(secret_key_sign(world->ben_key, text_bytes(&message), out));
}

static int begin(void **state)
{
    static const uint8_t receive_key[RECEIVE_KEY_SIZE] = "any bytes will do";
    struct signature proof;
    struct world *world = calloc(1, sizeof *world);
    struct text key = TEXT_IN(world->ben_text);
    scratch_begin(&world->scratch);
    scratch_store(&world->scratch, KEY_ED25519);
    world->engine = scratch_open(&world->scratch, false);
    world->ada = (struct signer){scratch_admin(world->engine), world->scratch.admin_key};
    must(secret_key_make(KEY_ECDSA_P256, "ben", &world->ben_key));
    public_key_write(secret_key_public(world->ben_key), &key);
    prove(world, BYTES(receive_key), &proof);
    union command_fields fields = {.user_register = {.login = LITERAL("ben"),
                                                     .key = text_bytes(&key),
                                                     .receive_key = BYTES(receive_key),
                                                     .proof = bytes_of(proof.data, proof.size),
                                                     .role = USER_ROLE_USER}};
    struct verdict verdict =
        scratch_command(&world->scratch, world->engine, COMMAND_USER_REGISTER, &fields);
    assert_int_equal(verdict.refused, RULE_NONE);
    world->ben = (struct signer){{ID_USER, verdict.first}, world->ben_key};
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    scratch_close(&world->engine);
    secret_key_close(&world->ben_key);
    scratch_end(&world->scratch);
    free(world);
    return 0;
}

static uint64_t size_of(const struct world *world)
{
    return log_head_of(engine_log(world->engine))->size;
}

static union command_fields registration(const struct world *world, const char *name)
{
    return (union command_fields){.emitter_register = {.name = bytes_of_string(name),
                                                       .key = bytes_of_string(world->ben_text),
                                                       .about = LITERAL("a gate")}};
}

/* What lies at one position; slices live as long as the snapshot. */
struct found {
    struct log_snapshot *snapshot;
    struct leaf leaf;
    struct bytes command;
    union event_body body;
    uint8_t memory[4096];
};

static void find(struct world *world, uint64_t n, struct found *out)
{
    struct bytes bytes, body;
    struct arena arena = ARENA_IN(out->memory);
    must(log_snapshot_open(engine_log(world->engine), &out->snapshot));
    must(log_read_leaf(out->snapshot, n, &bytes));
    must(leaf_decode(bytes, &out->leaf));
    must(log_read_body(out->snapshot, &out->leaf, &body));
    must(log_read_command(out->snapshot, &out->leaf, &out->command));
    must(event_body_decode(out->leaf.kind, bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE),
                           &arena, &out->body));
}

static void assert_by(const struct found *found, const struct signer *signer)
{
    struct id actor;
    must(id_read(found->leaf.actor, &actor));
    assert_true(id_equal(actor, signer->user));
    must(command_record_verify(found->command, secret_key_public(signer->key)));
}

/* Decided ------------------------------------------------------------------------------------- */

static void what_was_decided_is_in_the_log_with_the_signed_record(void **state)
{
    struct world *world = *state;
    struct verdict verdict;
    struct found found;
    union command_fields fields = registration(world, "gate");
    uint64_t size = size_of(world);
    must(scratch_command_by(world->engine, &world->ada, COMMAND_EMITTER_REGISTER, &fields,
                            &verdict));
    assert_int_equal(verdict.refused, RULE_NONE);
    assert_int_equal(verdict.first, size);
    assert_int_equal(verdict.count, 1);
    assert_int_equal(size_of(world), size + 1);
    find(world, verdict.first, &found);
    assert_int_equal(found.leaf.kind, EVENT_EMITTER_REGISTERED);
    assert_int_equal(found.leaf.outcome, OUTCOME_OK);
    assert_int_equal(found.leaf.rule.size, 0);
    assert_true(bytes_equal(found.body.emitter_registered.name, LITERAL("gate")));
    assert_by(&found, &world->ada);
    log_snapshot_close(&found.snapshot);
}

static void a_refusal_is_in_the_log_with_its_rule_and_the_signed_record(void **state)
{
    struct world *world = *state;
    struct verdict verdict;
    struct found found;
    union command_fields fields = registration(world, "gate");
    uint64_t size = size_of(world);
    must(scratch_command_by(world->engine, &world->ben, COMMAND_EMITTER_REGISTER, &fields,
                            &verdict));
    assert_int_equal(verdict.refused, RULE_AUD_14B);
    assert_int_equal(verdict.first, size);
    assert_int_equal(verdict.count, 1);
    find(world, verdict.first, &found);
    assert_int_equal(found.leaf.kind, EVENT_EMITTER_DENIED);
    assert_int_equal(found.leaf.outcome, OUTCOME_DENIED);
    assert_true(bytes_equal(found.leaf.rule, LITERAL("AUD-14b")));
    assert_true(bytes_equal(found.body.emitter_denied.command, LITERAL("emitter.register")));
    assert_by(&found, &world->ben);
    log_snapshot_close(&found.snapshot);
}

static void every_command_has_an_event_for_its_refusal(void **state)
{
    struct world *world = *state;
    for (unsigned kind = 0; kind < COMMAND_KIND_COUNT; kind++) {
        struct verdict verdict;
        struct found found;
        union command_fields fields;
        memset(&fields, 0, sizeof fields);
        must(scratch_command_by(world->engine, &world->ben, (enum command_kind)kind, &fields,
                                &verdict));
        assert_int_not_equal(verdict.refused, RULE_NONE);
        find(world, verdict.first, &found);
        assert_int_equal(found.leaf.outcome, OUTCOME_DENIED);
        assert_true(bytes_equal(found.leaf.rule, bytes_of_string(rule_id(verdict.refused))));
        log_snapshot_close(&found.snapshot);
    }
}

/* A decision is taken on everything that came before it, also what is still on its way. */
static void a_command_is_decided_on_all_that_came_before(void **state)
{
    struct world *world = *state;
    struct verdict verdict;
    union command_fields fields = registration(world, "gate");
    union event_body body = {.emitter_registered = {.name = LITERAL("gate"),
                                                    .key = bytes_of_string(world->ben_text),
                                                    .about = LITERAL("said first")}};
    must(engine_say(world->engine, VOICE_AUDIT,
                    &(struct draft){.kind = EVENT_EMITTER_REGISTERED,
                                    .on = {NEW(ID_EMITTER)},
                                    .on_count = 1,
                                    .body = &body}));
    must(scratch_command_by(world->engine, &world->ada, COMMAND_EMITTER_REGISTER, &fields,
                            &verdict));
    assert_int_equal(verdict.refused, RULE_AUD_14C);
}

/* A name or a key that could not be read back would keep every writer from opening the store. */
static void what_an_emitter_cannot_be_is_refused_and_the_store_opens_again(void **state)
{
    struct world *world = *state;
    static const char *const names[] = {"No Name", "", "x/y"};
    struct verdict verdict;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        union command_fields fields = registration(world, names[i]);
        must(scratch_command_by(world->engine, &world->ada, COMMAND_EMITTER_REGISTER, &fields,
                                &verdict));
        assert_int_equal(verdict.refused, RULE_AUD_14F);
    }
    scratch_close(&world->engine);
    world->engine = scratch_open(&world->scratch, false);
}

static void a_long_description_is_folded_and_found_again(void **state)
{
    struct world *world = *state;
    char about[40000];
    struct verdict verdict;
    union command_fields fields = registration(world, "gate");
    memset(about, 'a', sizeof about);
    fields.emitter_register.about = bytes_of(about, sizeof about);
    must(scratch_command_by(world->engine, &world->ada, COMMAND_EMITTER_REGISTER, &fields,
                            &verdict));
    assert_int_equal(verdict.refused, RULE_NONE);
    scratch_close(&world->engine);
    world->engine = scratch_open(&world->scratch, false);
    must(scratch_command_by(world->engine, &world->ada, COMMAND_EMITTER_REGISTER, &fields,
                            &verdict));
    assert_int_equal(verdict.refused, RULE_AUD_14C);
}

/* Not a command at all ------------------------------------------------------------------------- */

static void sign(struct world *world, const struct command_record *changes,
                 const struct signer *signer, struct text *out)
{
    struct command_record command = *changes;
    command.actor = signer->user;
    command.kind = COMMAND_EMITTER_RETIRE;
    command.t_utc_us = engine_now(world->engine);
    must(command_record_sign(&command, signer->key, out));
}

/* Nothing of it is in the log. */
static void assert_no_command(struct world *world, struct bytes record, enum status_code code)
{
    struct verdict verdict = {.first = 77};
    uint64_t size = size_of(world);
    assert_int_equal(engine_command(world->engine, record, &verdict).code, code);
    assert_int_equal(size_of(world), size);
    assert_int_equal(verdict.first, 77);
}

static void what_nobody_signed_is_no_command(void **state)
{
    struct world *world = *state;
    char memory[2048];
    struct text record = TEXT_IN(memory);
    const struct command_record command = {.fields = LITERAL("{\"name\":\"x\",\"reason\":\"y\"}"),
                                           .origin = LITERAL("test.example/log")};
    const struct signer stranger = {{ID_USER, 2}, world->ben_key};
    const struct signer impostor = {world->ada.user, world->ben_key};
    const struct signer thing = {{ID_EMITTER, world->ada.user.n}, world->ben_key};
    sign(world, &command, &stranger, &record);
    assert_no_command(world, text_bytes(&record), STATUS_KEY);
    text_clear(&record);
    sign(world, &command, &impostor, &record);
    assert_no_command(world, text_bytes(&record), STATUS_BAD_SIGNATURE);
    text_clear(&record);
    sign(world, &command, &thing, &record);
    assert_no_command(world, text_bytes(&record), STATUS_KEY);
}

static void what_was_signed_for_another_log_is_no_command(void **state)
{
    struct world *world = *state;
    char memory[2048];
    struct text record = TEXT_IN(memory);
    const struct command_record command = {.fields = LITERAL("{\"name\":\"x\",\"reason\":\"y\"}"),
                                           .origin = LITERAL("another.example/log")};
    sign(world, &command, &world->ada, &record);
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
        const struct command_record command = {.fields = bytes_of_string(wrong[i]),
                                               .origin = LITERAL("test.example/log")};
        sign(world, &command, &world->ada, &record);
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
        WITH_STORE(every_command_has_an_event_for_its_refusal),
        WITH_STORE(a_command_is_decided_on_all_that_came_before),
        WITH_STORE(what_an_emitter_cannot_be_is_refused_and_the_store_opens_again),
        WITH_STORE(a_long_description_is_folded_and_found_again),
        WITH_STORE(what_nobody_signed_is_no_command),
        WITH_STORE(what_was_signed_for_another_log_is_no_command),
        WITH_STORE(fields_of_another_form_are_no_command),
    };
    return cmocka_run_group_tests_name("core/engine: commands", tests, NULL, NULL);
}

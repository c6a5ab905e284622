/*
 * What a user signs: nobody can change a byte of it, or use it elsewhere.
 */
#include "core/command_record.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct signed_record {
    struct secret_key *key;
    char memory[2048];
    struct text text;
};

static void sign(struct signed_record *record, enum key_type type)
{
    struct command_record command = {
        .actor = {ID_USER, 12},
        .kind = COMMAND_EMITTER_RETIRE,
        .fields = LITERAL("{\"name\":\"door\",\"reason\":\"gone\"}"),
        .origin = LITERAL("test.example/log"),
        .t_utc_us = UINT64_C(1773093480000000),
    };
    *record = (struct signed_record){0};
    record->text = TEXT_IN(record->memory);
    must(key_library_start());
    must(secret_key_make(type, "ada", &record->key));
    must(command_record_sign(&command, record->key, &record->text));
}

static void what_was_signed_is_read_again(void **unused)
{
    (void)unused;
    static const enum key_type types[] = {KEY_ED25519, KEY_ECDSA_P256};
    for (size_t i = 0; i < 2; i++) {
        struct signed_record record;
        struct command_record command;
        sign(&record, types[i]);
        must(command_record_read(text_bytes(&record.text), &command));
        assert_int_equal(command.actor.n, 12);
        assert_int_equal(command.kind, COMMAND_EMITTER_RETIRE);
        assert_true(bytes_equal(command.origin, LITERAL("test.example/log")));
        must(command_record_verify(text_bytes(&record.text), secret_key_public(record.key)));
        secret_key_close(&record.key);
    }
}

static void what_it_is_about_and_where_is_read_again(void **unused)
{
    (void)unused;
    char memory[2048];
    struct text text = TEXT_IN(memory);
    struct secret_key *key = NULL;
    struct command_record read;
    struct command_record command = {
        .actor = {ID_USER, 12},
        .kind = COMMAND_EMITTER_RETIRE,
        .items = LITERAL("[{\"name\":\"door\"},{\"name\":\"gate\"},{}]"),
        .origin = LITERAL("test.example/log"),
        .project = {ID_PROJECT, 88},
        .session = {ID_SESSION, 30},
        .t_utc_us = UINT64_C(1773093480000000),
    };
    must(key_library_start());
    must(secret_key_make(KEY_ED25519, "ada", &key));
    must(command_record_sign(&command, key, &text));
    must(command_record_read(text_bytes(&text), &read));
    must(command_record_verify(text_bytes(&text), secret_key_public(key)));
    assert_true(bytes_equal(read.items, command.items));
    assert_int_equal(read.items_count, 3);
    assert_int_equal(read.fields.size, 0);
    assert_true(id_equal(read.project, command.project));
    assert_true(id_equal(read.session, command.session));
    secret_key_close(&key);
}

/* A record of this form, which nobody signed: it need only be read. */
static struct status read_with(const char *about, const char *where)
{
    char memory[1024];
    struct text text = TEXT_IN(memory);
    struct command_record command;
    text_add(&text,
             "{\"actor\":\"user:12\",\"command\":\"emitter.retire\",%s"
             "\"nonce\":\"c2l4dGVlbiBieXRlcyArKw==\",\"origin\":\"o\",%s\"sig\":\"AAAA\","
             "\"t\":\"2026-03-09T21:58:00.123456Z\"}",
             about, where);
    return command_record_read(text_bytes(&text), &command);
}

static void only_the_one_form_is_a_record(void **unused)
{
    (void)unused;
    static const char *const wrong_about[] = {
        "",
        "\"fields\":{},\"items\":[],",
        "\"items\":{},",
        "\"items\":[},",
    };
    static const char *const wrong_where[] = {
        "\"project\":\"user:1\",",
        "\"session\":\"session:new\",",
        "\"session\":\"session:1\",\"project\":\"project:1\",",
    };
    must(read_with("\"fields\":{},", ""));
    must(read_with("\"items\":[],", "\"project\":\"project:1\",\"session\":\"session:1\","));
    for (size_t i = 0; i < sizeof wrong_about / sizeof wrong_about[0]; i++) {
        assert_int_equal(read_with(wrong_about[i], "").code, STATUS_MALFORMED);
    }
    for (size_t i = 0; i < sizeof wrong_where / sizeof wrong_where[0]; i++) {
        assert_int_equal(read_with("\"fields\":{},", wrong_where[i]).code, STATUS_MALFORMED);
    }
}

static void every_flipped_bit_spoils_the_record(void **unused)
{
    (void)unused;
    struct signed_record record;
    sign(&record, KEY_ED25519);
    for (size_t i = 0; i < record.text.size * 8; i++) {
        record.memory[i / 8] = (char)(record.memory[i / 8] ^ (1 << i % 8));
        assert_true(
            failed(command_record_verify(text_bytes(&record.text), secret_key_public(record.key))));
        record.memory[i / 8] = (char)(record.memory[i / 8] ^ (1 << i % 8));
    }
    for (size_t size = 0; size < record.text.size; size++) {
        struct command_record command;
        assert_true(failed(command_record_read(bytes_of(record.memory, size), &command)));
    }
    secret_key_close(&record.key);
}

static void another_key_does_not_verify_it(void **unused)
{
    (void)unused;
    struct signed_record record;
    struct secret_key *other = NULL;
    sign(&record, KEY_ED25519);
    must(secret_key_make(KEY_ED25519, "ada", &other));
    assert_int_equal(command_record_verify(text_bytes(&record.text), secret_key_public(other)).code,
                     STATUS_BAD_SIGNATURE);
    secret_key_close(&other);
    secret_key_close(&record.key);
}

static void a_record_keeps_to_its_limit(void **unused)
{
    (void)unused;
    static char fields[2 * COMMAND_MAX], memory[2 * COMMAND_MAX];
    struct secret_key *key = NULL;
    size_t largest = 0;
    must(key_library_start());
    must(secret_key_make(KEY_ED25519, "ada", &key));
    for (size_t size = COMMAND_MAX - 500; size < COMMAND_MAX; size++) {
        struct text text = TEXT_IN(memory);
        struct command_record command = {.actor = {ID_USER, 12},
                                         .kind = COMMAND_EMITTER_RETIRE,
                                         .fields = bytes_of(fields, size),
                                         .origin = LITERAL("test.example/log")};
        memset(fields, '7', size); /* no command's fields, but canonical: a string */
        fields[0] = fields[size - 1] = '"';
        struct status status = command_record_sign(&command, key, &text);
        if (failed(status)) {
            assert_int_equal(status.code, STATUS_LIMIT);
        } else {
            must(command_record_read(text_bytes(&text), &command));
            largest = text.size;
        }
    }
    assert_int_equal(largest, COMMAND_MAX);
    secret_key_close(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_signed_is_read_again),
        cmocka_unit_test(what_it_is_about_and_where_is_read_again),
        cmocka_unit_test(only_the_one_form_is_a_record),
        cmocka_unit_test(every_flipped_bit_spoils_the_record),
        cmocka_unit_test(another_key_does_not_verify_it),
        cmocka_unit_test(a_record_keeps_to_its_limit),
    };
    return cmocka_run_group_tests_name("core/command_record", tests, NULL, NULL);
}

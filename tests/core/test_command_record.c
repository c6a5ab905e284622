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
        cmocka_unit_test(every_flipped_bit_spoils_the_record),
        cmocka_unit_test(another_key_does_not_verify_it),
        cmocka_unit_test(a_record_keeps_to_its_limit),
    };
    return cmocka_run_group_tests_name("core/command_record", tests, NULL, NULL);
}

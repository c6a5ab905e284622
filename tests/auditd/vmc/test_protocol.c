/*
 * What a controller and the world say to each other: each message is read as it was written, and
 * nothing that was cut, lengthened or is too long is read at all.
 */
#include "auditd/vmc/protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    MOST = 4096,
};

static const struct vmc_greeting greeting = {
    .version = VMC_VERSION,
    .vm = {(const uint8_t *)"vm:70", 5},
    .run = 70,
    .origin = {(const uint8_t *)"lab.example/cairn", 17},
    .name = {(const uint8_t *)"vmc-70-70", 9},
    .nonce = {1, 2, 3},
};
static const struct vmc_hello hello = {
    .version = VMC_VERSION,
    .key = {(const uint8_t *)"vmc-70-70+00000000+AQ==", 23},
    .receive_key = {9, 8, 7},
    .program = {(const uint8_t *)"0.6", 3},
    .applied = 81,
    .signature = {(const uint8_t *)"signed", 6},
};
static const struct vmc_welcome welcome = {
    .owner = {(const uint8_t *)"user:12", 7},
    .owner_key = {(const uint8_t *)"ann+00000000+AQ==", 17},
    .chain = {{4, 5}},
    .emitter_n = 6,
};
static const struct vmc_fact fact = {
    .n = 82,
    .kind = {(const uint8_t *)"vm.user.added", 13},
    .subject = {(const uint8_t *)"vm:70", 5},
    .body = {(const uint8_t *)"{}", 2},
    .command = {(const uint8_t *)"{\"a\":1}", 7},
};
static const struct vmc_user user = {
    .connection = 3,
    .bytes = {(const uint8_t *)"opaque", 6},
};

static void put_greeting(struct text *out)
{
    vmc_put_greeting(out, &greeting);
}

static struct status get_greeting(struct bytes payload)
{
    struct vmc_greeting read;
    TRY(vmc_get_greeting(payload, &read));
    assert_int_equal(read.version, greeting.version);
    assert_true(bytes_equal(read.vm, greeting.vm));
    assert_int_equal(read.run, greeting.run);
    assert_true(bytes_equal(read.origin, greeting.origin));
    assert_true(bytes_equal(read.name, greeting.name));
    assert_memory_equal(read.nonce, greeting.nonce, sizeof read.nonce);
    return OK;
}

static void put_hello(struct text *out)
{
    vmc_put_hello(out, &hello);
}

static struct status get_hello(struct bytes payload)
{
    struct vmc_hello read;
    TRY(vmc_get_hello(payload, &read));
    assert_int_equal(read.version, hello.version);
    assert_true(bytes_equal(read.key, hello.key));
    assert_memory_equal(read.receive_key, hello.receive_key, sizeof read.receive_key);
    assert_true(bytes_equal(read.program, hello.program));
    assert_int_equal(read.applied, hello.applied);
    assert_true(bytes_equal(read.signature, hello.signature));
    return OK;
}

static void put_welcome(struct text *out)
{
    vmc_put_welcome(out, &welcome);
}

static struct status get_welcome(struct bytes payload)
{
    struct vmc_welcome read;
    TRY(vmc_get_welcome(payload, &read));
    assert_true(bytes_equal(read.owner, welcome.owner));
    assert_true(bytes_equal(read.owner_key, welcome.owner_key));
    assert_true(digest_equal(&read.chain, &welcome.chain));
    assert_int_equal(read.emitter_n, welcome.emitter_n);
    return OK;
}

static void put_fact(struct text *out)
{
    vmc_put_fact(out, &fact);
}

static struct status get_fact(struct bytes payload)
{
    struct vmc_fact read;
    TRY(vmc_get_fact(payload, &read));
    assert_int_equal(read.n, fact.n);
    assert_true(bytes_equal(read.kind, fact.kind));
    assert_true(bytes_equal(read.subject, fact.subject));
    assert_true(bytes_equal(read.body, fact.body));
    assert_true(bytes_equal(read.command, fact.command));
    return OK;
}

static void put_user(struct text *out)
{
    vmc_put_user(out, &user);
}

static struct status get_user(struct bytes payload)
{
    struct vmc_user read;
    TRY(vmc_get_user(payload, &read));
    assert_int_equal(read.connection, user.connection);
    assert_true(bytes_equal(read.bytes, user.bytes));
    return OK;
}

static const struct message {
    void (*put)(struct text *out);
    struct status (*get)(struct bytes payload);
} messages[] = {
    {put_greeting, get_greeting}, {put_hello, get_hello}, {put_welcome, get_welcome},
    {put_fact, get_fact},         {put_user, get_user},
};

static void every_message_is_read_as_it_was_written(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        char memory[MOST];
        struct text text = TEXT_IN(memory);
        messages[i].put(&text);
        assert_int_equal(messages[i].get(text_bytes(&text)).code, STATUS_OK);
    }
}

static void no_part_of_a_message_is_one_nor_is_more_than_it(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        char memory[MOST];
        struct text text = TEXT_IN(memory);
        messages[i].put(&text);
        for (size_t size = 0; size < text.size; size++) {
            assert_true(failed(messages[i].get(bytes_of(text.data, size))));
        }
        text_put_char(&text, 0);
        assert_true(failed(messages[i].get(text_bytes(&text))));
    }
}

static void data_of_a_user_comes_in_bounded_pieces(void **unused)
{
    (void)unused;
    static char memory[2 * VMC_DATA_MAX];
    static uint8_t data[VMC_DATA_MAX + 1];
    struct text text = TEXT_IN(memory);
    struct vmc_user read, sent = {.bytes = bytes_of(data, VMC_DATA_MAX)};
    vmc_put_user(&text, &sent);
    assert_int_equal(vmc_get_user(text_bytes(&text), &read).code, STATUS_OK);
    text_clear(&text);
    sent.bytes.size++;
    vmc_put_user(&text, &sent);
    assert_true(failed(vmc_get_user(text_bytes(&text), &read)));
}

static void what_is_signed_names_the_machine_the_run_and_the_nonce(void **unused)
{
    (void)unused;
    char memory[MOST], other_memory[MOST];
    struct text text = TEXT_IN(memory), other = TEXT_IN(other_memory);
    vmc_hello_message(&text, &greeting, &hello);
    struct vmc_greeting changed[3] = {greeting, greeting, greeting};
    changed[0].vm = LITERAL("vm:71");
    changed[1].run++;
    changed[2].nonce[VMC_NONCE_SIZE - 1]++;
    for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++) {
        text_clear(&other);
        vmc_hello_message(&other, &changed[i], &hello);
        assert_false(bytes_equal(text_bytes(&text), text_bytes(&other)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_is_read_as_it_was_written),
        cmocka_unit_test(no_part_of_a_message_is_one_nor_is_more_than_it),
        cmocka_unit_test(data_of_a_user_comes_in_bounded_pieces),
        cmocka_unit_test(what_is_signed_names_the_machine_the_run_and_the_nonce),
    };
    return cmocka_run_group_tests_name("auditd/vmc/protocol", tests, NULL, NULL);
}

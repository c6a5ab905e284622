/*
 * A person's key file: opened by its passphrase, and by nothing else; no secret is in it in clear.
 */
#include "store/person_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define PASSPHRASE LITERAL("correct horse battery staple")

static int start(void **state)
{
    (void)state;
    return failed(key_library_start()) ? -1 : 0;
}

/* One key, written once: Argon2id takes its time. */
struct made {
    struct person_key *key;
    char memory[PERSON_KEY_MAX];
    struct text text;
};

static void make(struct made *made)
{
    *made = (struct made){0};
    made->text = TEXT_IN(made->memory);
    assert_false(failed(person_key_make("ada", &made->key)));
    assert_false(failed(person_key_write(made->key, PASSPHRASE, &made->text)));
}

static void end(struct made *made)
{
    person_key_close(&made->key);
}

static void a_key_is_the_same_behind_its_passphrase(void **state)
{
    (void)state;
    CLEANUP(end) struct made made;
    CLEANUP(person_key_close) struct person_key *read = NULL;
    struct signature signature;
    make(&made);
    assert_false(failed(person_key_read(text_bytes(&made.text), PASSPHRASE, &read)));
    assert_false(failed(secret_key_sign(person_key_signs(read), LITERAL("m"), &signature)));
    assert_false(failed(public_key_verify(secret_key_public(person_key_signs(made.key)),
                                          LITERAL("m"), bytes_of(signature.data, signature.size))));
    assert_memory_equal(secret_bytes_data(person_key_receives(read)),
                        secret_bytes_data(person_key_receives(made.key)), SECRET_BYTES_SIZE);
}

static void another_passphrase_does_not_open_it(void **state)
{
    (void)state;
    CLEANUP(end) struct made made;
    struct person_key *read = NULL;
    make(&made);
    assert_int_equal(person_key_read(text_bytes(&made.text), LITERAL("correct"), &read).code,
                     STATUS_KEY);
    assert_null(read);
}

static bool holds(struct bytes text, struct bytes part)
{
    return memmem(text.data, text.size, part.data, part.size) != NULL;
}

static void no_secret_is_in_the_file_in_clear(void **state)
{
    (void)state;
    CLEANUP(end) struct made made;
    char memory[64];
    struct text secret = TEXT_IN(memory);
    make(&made);
    const struct bytes signs = bytes_of(secret_key_data(person_key_signs(made.key)), 32);
    const struct bytes receives = bytes_of(secret_bytes_data(person_key_receives(made.key)), 32);
    text_put_base64(&secret, bytes_of(signs.data, 30));
    assert_false(holds(text_bytes(&made.text), signs));
    assert_false(holds(text_bytes(&made.text), text_bytes(&secret)));
    text_clear(&secret);
    text_put_base64(&secret, bytes_of(receives.data, 30));
    assert_false(holds(text_bytes(&made.text), receives));
    assert_false(holds(text_bytes(&made.text), text_bytes(&secret)));
    assert_false(holds(text_bytes(&made.text), PASSPHRASE));
}

static void the_label_is_readable_and_is_that_of_the_key(void **state)
{
    (void)state;
    CLEANUP(end) struct made made;
    struct person_key_label label;
    make(&made);
    assert_false(failed(person_key_peek(text_bytes(&made.text), &label)));
    assert_string_equal(label.key.name, "ada");
    assert_int_equal(label.key.id, secret_key_public(person_key_signs(made.key))->id);
    assert_memory_equal(label.receive.data, receive_key_of(person_key_receives(made.key)).data,
                        WRAP_KEY_SIZE);
}

/* Somebody else's name or key before a box that opens: the label is authenticated, too. */
static void a_label_that_was_exchanged_does_not_open(void **state)
{
    (void)state;
    CLEANUP(end) struct made mine, theirs;
    struct person_key *read = NULL;
    char memory[PERSON_KEY_MAX];
    struct text mixed = TEXT_IN(memory);
    make(&mine);
    make(&theirs);
    const char *my_rest = strstr(text_string(&mine.text), "\"kdf\"");
    const char *their_rest = strstr(text_string(&theirs.text), "\"kdf\"");
    text_put(&mixed, mine.memory, (size_t)(my_rest - mine.memory));
    text_put_string(&mixed, their_rest);
    assert_int_equal(person_key_read(text_bytes(&mixed), PASSPHRASE, &read).code, STATUS_KEY);
}

static void a_text_that_is_cut_or_no_such_text_is_malformed(void **state)
{
    (void)state;
    CLEANUP(end) struct made made;
    struct person_key_label label;
    make(&made);
    for (size_t size = 0; size + 1 < made.text.size; size++) {
        struct status status = person_key_peek(bytes_of(made.memory, size), &label);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_non_null(status.why);
    }
    assert_int_equal(person_key_peek(LITERAL("PRIVATE+KEY+ada+00000000+AAAA"), &label).code,
                     STATUS_MALFORMED);
}

static void a_file_is_for_its_owner_alone_and_never_written_over(void **state)
{
    (void)state;
    CLEANUP(end) struct made made;
    char directory[] = "test_person_XXXXXX", path[64], memory[PERSON_KEY_MAX];
    struct text text = TEXT_IN(memory);
    struct person_key_label label;
    struct stat about;
    make(&made);
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/ada.key", directory);
    assert_false(failed(person_key_save(made.key, PASSPHRASE, path)));
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_int_equal(person_key_save(made.key, PASSPHRASE, path).code, STATUS_EXISTS);
    assert_false(failed(person_key_load(path, &text, &label)));
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(person_key_load(path, &text, &label).code, STATUS_KEY);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(person_key_load(path, &text, &label).code, STATUS_NOT_FOUND);
    assert_int_equal(rmdir(directory), 0);
}

static void only_another_passphrase_takes_the_place_of_a_file(void **state)
{
    (void)state;
    CLEANUP(end) struct made made;
    char directory[] = "test_person_XXXXXX", path[64], memory[PERSON_KEY_MAX];
    struct text text = TEXT_IN(memory);
    struct person_key_label label;
    struct person_key *again = NULL;
    struct stat about;
    const struct bytes other = LITERAL("another one of them");
    make(&made);
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/ada.key", directory);
    assert_int_equal(person_key_replace(made.key, other, path).code, STATUS_NOT_FOUND);
    assert_false(failed(person_key_save(made.key, PASSPHRASE, path)));
    assert_false(failed(person_key_replace(made.key, other, path)));
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_false(failed(person_key_load(path, &text, &label)));
    assert_int_equal(person_key_read(text_bytes(&text), PASSPHRASE, &again).code, STATUS_KEY);
    assert_false(failed(person_key_read(text_bytes(&text), other, &again)));
    person_key_close(&again);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_int_equal(person_key_replace(made.key, other, path).code, STATUS_KEY);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void a_login_is_the_name_of_a_key(void **state)
{
    (void)state;
    struct person_key *key = NULL;
    assert_int_equal(person_key_make("no such name", &key).code, STATUS_MALFORMED);
    assert_int_equal(person_key_make("", &key).code, STATUS_MALFORMED);
    assert_null(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_the_same_behind_its_passphrase),
        cmocka_unit_test(another_passphrase_does_not_open_it),
        cmocka_unit_test(no_secret_is_in_the_file_in_clear),
        cmocka_unit_test(the_label_is_readable_and_is_that_of_the_key),
        cmocka_unit_test(a_label_that_was_exchanged_does_not_open),
        cmocka_unit_test(a_text_that_is_cut_or_no_such_text_is_malformed),
        cmocka_unit_test(a_file_is_for_its_owner_alone_and_never_written_over),
        cmocka_unit_test(only_another_passphrase_takes_the_place_of_a_file),
        cmocka_unit_test(a_login_is_the_name_of_a_key),
    };
    return cmocka_run_group_tests_name("store/person_key", tests, start, NULL);
}

/*
 * Cards: what is read is what was made, and nobody's key is on it without their proof.
 */
#include "store/card.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static int start(void **state)
{
    (void)state;
    return failed(key_library_start()) ? -1 : 0;
}

struct made {
    struct secret_key *key;
    struct secret_bytes *receives;
    struct card card;
    char memory[CARD_MAX];
    struct text text;
};

static void make(struct made *made, const char *login)
{
    *made = (struct made){0};
    made->text = TEXT_IN(made->memory);
    assert_false(failed(secret_key_make(KEY_ED25519, login, &made->key)));
    assert_false(failed(secret_bytes_make(&made->receives)));
    struct receive_key receive = receive_key_of(made->receives);
    assert_false(failed(card_make(made->key, &receive, &made->card)));
    card_write(&made->card, &made->text);
    assert_false(made->text.full);
}

static void end(struct made *made)
{
    secret_key_close(&made->key);
    secret_bytes_close(&made->receives);
}

static void a_card_that_was_written_reads_as_it_was(void **state)
{
    (void)state;
    const char *const logins[] = {"ada", "o\"brien\\", "zo\xc3\xab"};
    for (size_t i = 0; i < sizeof logins / sizeof logins[0]; i++) {
        CLEANUP(end) struct made made;
        char memory[CARD_MAX];
        struct text again = TEXT_IN(memory);
        struct card card;
        make(&made, logins[i]);
        assert_false(failed(card_read(text_bytes(&made.text), &card)));
        assert_string_equal(card.key.name, logins[i]);
        assert_int_equal(card.key.id, made.card.key.id);
        assert_memory_equal(card.receive.data, made.card.receive.data, WRAP_KEY_SIZE);
        card_write(&card, &again);
        assert_true(bytes_equal(text_bytes(&again), text_bytes(&made.text)));
    }
}

static void the_line_end_may_be_missing(void **state)
{
    (void)state;
    CLEANUP(end) struct made made;
    struct card card;
    make(&made, "ada");
    assert_false(failed(card_read(bytes_of(made.memory, made.text.size - 1), &card)));
}

static void no_byte_of_a_card_can_be_altered_or_left_out(void **state)
{
    (void)state;
    CLEANUP(end) struct made made;
    struct card card;
    make(&made, "ada");
    for (size_t i = 0; i + 1 < made.text.size; i++) {
        made.memory[i] ^= 1;
        assert_true(failed(card_read(text_bytes(&made.text), &card)));
        made.memory[i] ^= 1;
        assert_true(failed(card_read(bytes_of(made.memory, i), &card)));
    }
}

static void a_key_that_somebody_else_holds_is_not_on_my_card(void **state)
{
    (void)state;
    CLEANUP(end) struct made mine, theirs;
    char memory[CARD_MAX];
    struct text forged = TEXT_IN(memory);
    struct card card;
    make(&mine, "ada");
    make(&theirs, "ada");
    struct card stolen = {
        .key = theirs.card.key, .receive = mine.card.receive, .proof = mine.card.proof};
    card_write(&stolen, &forged);
    assert_int_equal(card_read(text_bytes(&forged), &card).code, STATUS_BAD_SIGNATURE);
}

static void a_card_of_another_key_to_receive_with_does_not_hold(void **state)
{
    (void)state;
    CLEANUP(end) struct made mine, theirs;
    char memory[CARD_MAX];
    struct text forged = TEXT_IN(memory);
    struct card card;
    make(&mine, "ada");
    make(&theirs, "eve");
    mine.card.receive = theirs.card.receive;
    card_write(&mine.card, &forged);
    assert_int_equal(card_read(text_bytes(&forged), &card).code, STATUS_BAD_SIGNATURE);
}

static void a_card_is_read_from_its_file(void **state)
{
    (void)state;
    CLEANUP(end) struct made made;
    struct card card;
    char path[] = "test_card_XXXXXX";
    int file = mkstemp(path);
    make(&made, "ada");
    assert_true(file >= 0);
    assert_int_equal(dprintf(file, "%s", text_string(&made.text)), made.text.size);
    assert_false(failed(card_load(path, &card)));
    assert_int_equal(remove(path), 0);
    assert_int_equal(card_load(path, &card).code, STATUS_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_that_was_written_reads_as_it_was),
        cmocka_unit_test(the_line_end_may_be_missing),
        cmocka_unit_test(no_byte_of_a_card_can_be_altered_or_left_out),
        cmocka_unit_test(a_key_that_somebody_else_holds_is_not_on_my_card),
        cmocka_unit_test(a_card_of_another_key_to_receive_with_does_not_hold),
        cmocka_unit_test(a_card_is_read_from_its_file),
    };
    return cmocka_run_group_tests_name("store/card", tests, start, NULL);
}

/*
 * Wrapped secrets: the holder opens them, and nobody else does.
 */
#include "store/key.h"
#include "store/wrap.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int start(void **state)
{
    (void)state;
    return failed(key_library_start()) ? -1 : 0;
}

static struct secret_bytes *make(void)
{
    struct secret_bytes *secret = NULL;
    assert_false(failed(secret_bytes_make(&secret)));
    return secret;
}

static void a_holder_opens_what_was_wrapped_for_them(void **state)
{
    (void)state;
    CLEANUP(secret_bytes_close) struct secret_bytes *own = make();
    CLEANUP(secret_bytes_close) struct secret_bytes *content = make();
    CLEANUP(secret_bytes_close) struct secret_bytes *opened = NULL;
    struct receive_key to = receive_key_of(own);
    struct wrap first, second;
    assert_false(failed(wrap_secret(content, &to, &first)));
    assert_false(failed(wrap_secret(content, &to, &second)));
    assert_memory_not_equal(first.data, second.data, WRAP_SIZE);
    assert_false(failed(unwrap_secret(BYTES(first.data), own, &opened)));
    assert_memory_equal(secret_bytes_data(opened), secret_bytes_data(content), SECRET_BYTES_SIZE);
}

static void nobody_else_opens_it(void **state)
{
    (void)state;
    CLEANUP(secret_bytes_close) struct secret_bytes *own = make();
    CLEANUP(secret_bytes_close) struct secret_bytes *other = make();
    CLEANUP(secret_bytes_close) struct secret_bytes *opened = NULL;
    struct receive_key to = receive_key_of(own);
    struct wrap wrapped;
    assert_false(failed(wrap_secret(other, &to, &wrapped)));
    assert_int_equal(unwrap_secret(BYTES(wrapped.data), other, &opened).code, STATUS_KEY);
    assert_null(opened);
}

static void a_wrap_that_was_altered_or_cut_does_not_open(void **state)
{
    (void)state;
    CLEANUP(secret_bytes_close) struct secret_bytes *own = make();
    CLEANUP(secret_bytes_close) struct secret_bytes *opened = NULL;
    struct receive_key to = receive_key_of(own);
    struct wrap wrapped;
    assert_false(failed(wrap_secret(own, &to, &wrapped)));
    for (size_t i = 0; i < WRAP_SIZE; i++) {
        wrapped.data[i] ^= 1;
        assert_int_equal(unwrap_secret(BYTES(wrapped.data), own, &opened).code, STATUS_KEY);
        wrapped.data[i] ^= 1;
        assert_int_equal(unwrap_secret(bytes_of(wrapped.data, i), own, &opened).code, STATUS_KEY);
    }
    assert_false(failed(unwrap_secret(BYTES(wrapped.data), own, &opened)));
}

static void a_pair_is_the_one_of_its_secret(void **state)
{
    (void)state;
    CLEANUP(secret_bytes_close) struct secret_bytes *own = make();
    CLEANUP(secret_bytes_close) struct secret_bytes *copy = NULL;
    assert_false(failed(secret_bytes_copy(secret_bytes_data(own), &copy)));
    assert_memory_equal(receive_key_of(own).data, receive_key_of(copy).data, WRAP_KEY_SIZE);
    struct receive_key read;
    struct receive_key key = receive_key_of(own);
    assert_false(failed(receive_key_read(BYTES(key.data), &read)));
    assert_memory_equal(read.data, key.data, WRAP_KEY_SIZE);
}

/* RFC 7748 6.1: Alice's pair. */
static void the_public_half_is_that_of_the_standard(void **state)
{
    (void)state;
    CLEANUP(secret_bytes_close) struct secret_bytes *own = NULL;
    uint8_t secret[32], public[32];
    size_t size;
    assert_false(
        failed(hex_read(LITERAL("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
                        secret, sizeof secret, &size)));
    assert_false(
        failed(hex_read(LITERAL("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"),
                        public, sizeof public, &size)));
    assert_false(failed(secret_bytes_copy(secret, &own)));
    assert_memory_equal(receive_key_of(own).data, public, sizeof public);
}

static void a_point_that_anybody_could_open_is_refused(void **state)
{
    (void)state;
    const uint8_t zero[32] = {0};
    const uint8_t one[32] = {1};
    struct receive_key key;
    CLEANUP(secret_bytes_close) struct secret_bytes *content = make();
    struct wrap wrapped;
    assert_int_equal(receive_key_read(BYTES(zero), &key).code, STATUS_MALFORMED);
    assert_int_equal(receive_key_read(BYTES(one), &key).code, STATUS_MALFORMED);
    assert_int_equal(receive_key_read(bytes_of(one, 31), &key).code, STATUS_MALFORMED);
    memcpy(key.data, zero, sizeof zero);
    assert_int_equal(wrap_secret(content, &key, &wrapped).code, STATUS_KEY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_holder_opens_what_was_wrapped_for_them),
        cmocka_unit_test(nobody_else_opens_it),
        cmocka_unit_test(a_wrap_that_was_altered_or_cut_does_not_open),
        cmocka_unit_test(a_pair_is_the_one_of_its_secret),
        cmocka_unit_test(the_public_half_is_that_of_the_standard),
        cmocka_unit_test(a_point_that_anybody_could_open_is_refused),
    };
    return cmocka_run_group_tests_name("store/wrap", tests, start, NULL);
}

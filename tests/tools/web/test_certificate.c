/*
 * Fingerprints of certificates: over the DER, however it is written down, and of nothing else.
 */
#include "schema/text.h"
#include "tools/web/certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    DER_MAX = 70000,
};

static int begin(void **state)
{
    struct hasher *hasher = NULL;
    bool opened = !failed(hasher_open(&hasher));
    *state = hasher;
    return opened ? 0 : -1;
}

static int end(void **state)
{
    struct hasher *hasher = *state;
    hasher_close(&hasher);
    return 0;
}

/* A SEQUENCE of so many bytes. */
static struct bytes sequence(uint8_t *memory, size_t content)
{
    size_t at = 0;
    memory[at++] = 0x30;
    if (content >= 0x10000) {
        memory[at++] = 0x83;
        memory[at++] = (uint8_t)(content >> 16);
    } else if (content >= 0x80) {
        memory[at++] = 0x82;
    }
    if (content >= 0x80) {
        memory[at++] = (uint8_t)(content >> 8);
    }
    memory[at++] = (uint8_t)content;
    for (size_t i = 0; i < content; i++) {
        memory[at++] = (uint8_t)(i * 7 + content);
    }
    return bytes_of(memory, at);
}

static void put_pem(struct text *out, struct bytes der, size_t width)
{
    char *letters = malloc(base64_size(der.size));
    assert_non_null(letters);
    size_t size = base64_write(letters, der);
    text_put_literal(out, "some words before it\n-----BEGIN CERTIFICATE-----\n");
    for (size_t i = 0; i < size; i += width) {
        text_put(out, letters + i, size - i < width ? size - i : width);
        text_put_literal(out, "\r\n");
    }
    text_put_literal(out, "-----END CERTIFICATE-----\n");
    free(letters);
}

static void pem_and_der_have_the_same_fingerprint(void **state)
{
    struct hasher *hasher = *state;
    static const size_t sizes[] = {2, 3, 127, 128, 255, 300, 5000};
    static uint8_t memory[DER_MAX];
    static char pem_memory[2 * DER_MAX];
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct digest by_der, by_pem, expected;
        struct text pem = TEXT_IN(pem_memory);
        struct bytes der = sequence(memory, sizes[i]);
        put_pem(&pem, der, i % 2 == 0 ? 64 : 76);
        expected = hash_bytes(hasher, der);
        assert_false(failed(certificate_fingerprint(der, hasher, &by_der)));
        assert_false(failed(certificate_fingerprint(text_bytes(&pem), hasher, &by_pem)));
        assert_true(digest_equal(&by_der, &expected) && digest_equal(&by_pem, &expected));
    }
}

static void a_file_that_is_cut_or_longer_is_refused(void **state)
{
    struct hasher *hasher = *state;
    static uint8_t memory[DER_MAX];
    static char pem_memory[4096];
    struct digest digest;
    struct bytes der = sequence(memory, 300);
    for (size_t size = 0; size < der.size; size++) {
        assert_true(failed(certificate_fingerprint(bytes_of(memory, size), hasher, &digest)));
    }
    memory[der.size] = 0;
    assert_true(failed(certificate_fingerprint(bytes_of(memory, der.size + 1), hasher, &digest)));
    struct text pem = TEXT_IN(pem_memory);
    put_pem(&pem, der, 64);
    size_t whole = pem.size - 1;
    for (size_t size = 0; size < whole; size++) {
        assert_true(failed(certificate_fingerprint(bytes_of(pem_memory, size), hasher, &digest)));
    }
    size_t one = pem.size;
    put_pem(&pem, der, 64);
    struct status status = certificate_fingerprint(text_bytes(&pem), hasher, &digest);
    assert_int_equal(status.code, STATUS_MALFORMED);
    assert_true(status.at > one);
}

static void what_is_too_long_is_refused(void **state)
{
    struct hasher *hasher = *state;
    static uint8_t memory[DER_MAX + 8];
    struct digest digest;
    struct bytes der = sequence(memory, CERTIFICATE_MAX);
    assert_int_equal(certificate_fingerprint(der, hasher, &digest).code, STATUS_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pem_and_der_have_the_same_fingerprint),
        cmocka_unit_test(a_file_that_is_cut_or_longer_is_refused),
        cmocka_unit_test(what_is_too_long_is_refused),
    };
    return cmocka_run_group_tests_name("tools/web/certificate", tests, begin, end);
}

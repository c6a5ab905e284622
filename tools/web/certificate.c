#include "tools/web/certificate.h"

#include "schema/text.h"

#include <string.h>

static const char begin_line[] = "-----BEGIN CERTIFICATE-----";
static const char end_line[] = "-----END CERTIFICATE-----";

/* Where the words are, from `at` on; the size of the file if they are nowhere. */
static size_t find(struct bytes file, size_t at, const char *words)
{
    size_t size = strlen(words);
    while (at + size <= file.size && memcmp(file.data + at, words, size) != 0) {
        at++;
    }
    return at + size <= file.size ? at : file.size;
}

static bool is_base64(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
}

/* The letters between two lines, without the ends of lines. */
static struct status gather(struct bytes file, size_t from, size_t to, struct text *out)
{
    for (size_t i = from; i < to; i++) {
        uint8_t c = file.data[i];
        if (is_base64(c)) {
            text_put_char(out, (char)c);
        } else if (c != '\n' && c != '\r' && c != ' ' && c != '\t') {
            return FAIL_BECAUSE(MALFORMED, i, "between BEGIN and END a certificate is base64");
        }
    }
    return OK;
}

static struct status read_pem(struct bytes file, size_t begin, uint8_t *der, size_t *size)
{
    char memory[CERTIFICATE_MAX];
    struct text letters = TEXT_IN(memory);
    size_t from = begin + strlen(begin_line);
    size_t to = find(file, from, end_line);
    if (to == file.size) {
        return FAIL_BECAUSE(MALFORMED, begin, "the certificate has no END line");
    }
    if (find(file, to, begin_line) < file.size) {
        return FAIL_BECAUSE(MALFORMED, find(file, to, begin_line),
                            "there is more than one certificate: give the client's own");
    }
    TRY(gather(file, from, to, &letters));
    struct status status = base64_read(text_bytes(&letters), der, CERTIFICATE_MAX, size);
    return failed(status) ? FAIL_BECAUSE(MALFORMED, from, "the certificate's base64 is damaged")
                          : OK;
}

/* A SEQUENCE that is as long as it says, and nothing after it. */
static struct status check_der(struct bytes der)
{
    if (der.size < 4 || der.data[0] != 0x30) {
        return FAIL_BECAUSE(MALFORMED, 0, "it is no certificate, neither PEM nor DER");
    }
    size_t head = 2, length = der.data[1];
    if (length >= 0x80) {
        size_t digits = length & 0x7f;
        if (digits == 0 || digits > 3 || head + digits > der.size) {
            return FAIL_BECAUSE(MALFORMED, 1, "the certificate's length is damaged");
        }
        length = 0;
        for (size_t i = 0; i < digits; i++) {
            length = length << 8 | der.data[head++];
        }
    }
    return head + length == der.size
               ? OK
               : FAIL_BECAUSE(MALFORMED, 1, "the certificate is not as long as it says");
}

struct status certificate_fingerprint(struct bytes file, struct hasher *hasher, struct digest *out)
{
    uint8_t memory[CERTIFICATE_MAX];
    struct bytes der = file;
    if (file.size > CERTIFICATE_MAX) {
        return FAIL(LIMIT, CERTIFICATE_MAX);
    }
    size_t begin = find(file, 0, begin_line);
    if (begin < file.size) {
        size_t size = 0;
        TRY(read_pem(file, begin, memory, &size));
        der = bytes_of(memory, size);
    }
    TRY(check_der(der));
    *out = hash_bytes(hasher, der);
    return OK;
}

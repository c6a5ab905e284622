#include "tests/auditd/authority.h"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    HOUR_S = 3600,
};

static void extend(X509 *certificate, const struct paper *by, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, by == NULL ? certificate : by->certificate, certificate, NULL, NULL,
                   0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static void name_it(X509 *certificate, const char *name, const struct paper *by)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    assert_int_equal(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                                (const unsigned char *)name, -1, -1, 0),
                     1);
    X509_set_issuer_name(certificate,
                         by == NULL ? subject : X509_get_subject_name(by->certificate));
}

static void number_it(X509 *certificate, long serial)
{
    uint64_t number = (uint64_t)serial;
    if (serial == 0) {
        assert_int_equal(RAND_bytes((unsigned char *)&number, sizeof number), 1);
        number >>= 1;
    }
    assert_int_equal(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number), 1);
}

static void say_use(X509 *certificate, const struct paper_form *form, const struct paper *by)
{
    bool authority = form->use == PAPER_AUTHORITY;
    extend(certificate, by, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
    extend(certificate, by, NID_key_usage,
           authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    extend(certificate, by, NID_subject_key_identifier, "hash");
    extend(certificate, by, NID_authority_key_identifier, "keyid:always");
    if (form->use == PAPER_SERVER || form->use == PAPER_CLIENT) {
        extend(certificate, by, NID_ext_key_usage,
               form->use == PAPER_SERVER ? "serverAuth" : "clientAuth");
    }
    if (form->names != NULL) {
        extend(certificate, by, NID_subject_alt_name, form->names);
    }
}

struct paper paper_make(const struct paper_form *form, const struct paper *by)
{
    struct paper paper = {.key = EVP_EC_gen("P-256"), .certificate = X509_new()};
    assert_non_null(paper.key);
    assert_non_null(paper.certificate);
    X509_set_version(paper.certificate, X509_VERSION_3);
    number_it(paper.certificate, form->serial);
    bool plain = form->from_s == 0 && form->until_s == 0;
    X509_gmtime_adj(X509_getm_notBefore(paper.certificate), plain ? -HOUR_S : form->from_s);
    X509_gmtime_adj(X509_getm_notAfter(paper.certificate), plain ? HOUR_S : form->until_s);
    X509_set_pubkey(paper.certificate, paper.key);
    name_it(paper.certificate, form->name, by);
    say_use(paper.certificate, form, by);
    assert_true(X509_sign(paper.certificate, by == NULL ? paper.key : by->key, EVP_sha256()) > 0);
    return paper;
}

void paper_free(struct paper *paper)
{
    X509_free(paper->certificate);
    EVP_PKEY_free(paper->key);
    *paper = (struct paper){0};
}

static void add_revoked(X509_CRL *list, const struct paper *paper)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *when = X509_gmtime_adj(NULL, -60);
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(paper->certificate));
    X509_REVOKED_set_revocationDate(entry, when);
    assert_int_equal(X509_CRL_add0_revoked(list, entry), 1);
    ASN1_TIME_free(when);
}

/* Strictly, a list names the key it is signed by, and has a number. */
static void extend_list(X509_CRL *list, const struct paper *by)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, by->certificate, NULL, NULL, list, 0);
    X509_EXTENSION *key =
        X509V3_EXT_conf_nid(NULL, &context, NID_authority_key_identifier, "keyid:always");
    assert_int_equal(X509_CRL_add_ext(list, key, -1), 1);
    X509_EXTENSION_free(key);
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    assert_int_equal(ASN1_INTEGER_set(number, 1), 1);
    assert_int_equal(X509_CRL_add1_ext_i2d(list, NID_crl_number, number, 0, 0), 1);
    ASN1_INTEGER_free(number);
}

X509_CRL *paper_revoke(const struct paper *by, const struct paper *const *revoked, size_t count,
                       long from_s, long until_s)
{
    X509_CRL *list = X509_CRL_new();
    assert_non_null(list);
    X509_CRL_set_version(list, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(list, X509_get_subject_name(by->certificate));
    ASN1_TIME *from = X509_gmtime_adj(NULL, from_s);
    ASN1_TIME *until = X509_gmtime_adj(NULL, until_s);
    X509_CRL_set1_lastUpdate(list, from);
    X509_CRL_set1_nextUpdate(list, until);
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    for (size_t i = 0; i < count; i++) {
        add_revoked(list, revoked[i]);
    }
    extend_list(list, by);
    assert_true(X509_CRL_sign(list, by->key, EVP_sha256()) > 0);
    return list;
}

static struct bytes take(BIO *bio)
{
    char *data = NULL;
    long size = BIO_get_mem_data(bio, &data);
    void *copy = OPENSSL_memdup(data, (size_t)size);
    assert_non_null(copy);
    BIO_free(bio);
    return bytes_of(copy, (size_t)size);
}

struct bytes paper_certificates_pem(const struct paper *const *papers, size_t count)
{
    BIO *bio = BIO_new(BIO_s_mem());
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(PEM_write_bio_X509(bio, papers[i]->certificate), 1);
    }
    return take(bio);
}

struct bytes paper_key_pem(const struct paper *paper)
{
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PrivateKey(bio, paper->key, NULL, NULL, 0, NULL, NULL), 1);
    return take(bio);
}

struct bytes paper_lists_pem(X509_CRL *const *lists, size_t count)
{
    BIO *bio = BIO_new(BIO_s_mem());
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(PEM_write_bio_X509_CRL(bio, lists[i]), 1);
    }
    return take(bio);
}

void paper_pem_free(struct bytes *pem)
{
    union {
        const uint8_t *lent;
        void *owned;
    } memory = {.lent = pem->data};
    OPENSSL_free(memory.owned);
    *pem = (struct bytes){0};
}

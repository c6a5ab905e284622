/*
 * tests/auditd/authority.h -- an authority that signs certificates on the fly, good ones and bad
 * ones.
 *
 * Shape    A paper is a key (P-256) and a certificate over it, signed by another or itself.
 * Errors   What cannot be made fails the test.
 */
#ifndef TESTS_AUDITD_AUTHORITY_H
#define TESTS_AUDITD_AUTHORITY_H

#include "schema/bytes.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

struct paper {
    EVP_PKEY *key;
    X509 *certificate;
};

enum paper_use {
    PAPER_AUTHORITY,
    PAPER_SERVER,
    PAPER_CLIENT,
    PAPER_ANYTHING, /* names no use */
};

struct paper_form {
    const char *name;  /* common name */
    const char *names; /* alternative names as OpenSSL writes them ("DNS:a,URI:b"), or NULL */
    enum paper_use use;
    long from_s, until_s; /* from now; both 0: good for an hour, and since an hour */
    long serial;          /* 0: the next */
};

/* Signed by `by`; NULL: by itself. */
struct paper paper_make(const struct paper_form *form, const struct paper *by);
void paper_free(struct paper *paper);

/* A list of what `by` has revoked: `count` papers; good from and until so many seconds from now. */
X509_CRL *paper_revoke(const struct paper *by, const struct paper *const *revoked, size_t count,
                       long from_s, long until_s);

/* As PEM, one after the other; the caller frees *data with OPENSSL_free. */
struct bytes paper_certificates_pem(const struct paper *const *papers, size_t count);
struct bytes paper_key_pem(const struct paper *paper);
struct bytes paper_lists_pem(X509_CRL *const *lists, size_t count);
void paper_pem_free(struct bytes *pem);

#endif

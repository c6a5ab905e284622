#include "auditd/tls.h"

#include "store/key_file.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

struct tls {
    SSL_CTX *context;
    enum tls_clients clients;
};

struct tls_session {
    SSL *connection;
    const char *why;
    bool failed;
};

/* Material ----------------------------------------------------------------------------------- */

static void free_bio(BIO **bio)
{
    BIO_free(*bio);
}

static void free_key(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void free_certificate(X509 **certificate)
{
    X509_free(*certificate);
}

static void free_list(X509_CRL **list)
{
    X509_CRL_free(*list);
}

static void free_context(SSL_CTX **context)
{
    SSL_CTX_free(*context);
}

/* OpenSSL would ask for it on the terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)context;
    return 0;
}

static struct status unusable(const char *why)
{
    ERR_clear_error();
    return FAIL_BECAUSE(KEY, 0, why);
}

static BIO *reader_of(struct bytes pem)
{
    return pem.size == 0 || pem.size > TLS_FILE_MAX ? NULL
                                                    : BIO_new_mem_buf(pem.data, (int)pem.size);
}

/* Whether a file of PEM was read to its end, and not to something that is no PEM. */
static bool at_end(void)
{
    unsigned long error = ERR_peek_last_error();
    ERR_clear_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

static struct status use_certificate(SSL_CTX *context, struct bytes pem)
{
    CLEANUP(free_bio) BIO *bio = reader_of(pem);
    CLEANUP(free_certificate)
    X509 *own = bio == NULL ? NULL : PEM_read_bio_X509_AUX(bio, NULL, no_passphrase, NULL);
    if (own == NULL || SSL_CTX_use_certificate(context, own) != 1) {
        return unusable("the certificate is none, or of a kind that is too weak");
    }
    for (unsigned count = 0; count < TLS_CERTIFICATES_MAX; count++) {
        X509 *next = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
        if (next == NULL) {
            return at_end() ? OK : unusable("what follows the certificate is none");
        }
        if (SSL_CTX_add0_chain_cert(context, next) != 1) {
            X509_free(next);
            return unusable("what follows the certificate is too weak");
        }
    }
    return FAIL_BECAUSE(LIMIT, TLS_CERTIFICATES_MAX, "too many certificates follow the first");
}

static struct status use_key(SSL_CTX *context, struct bytes pem)
{
    CLEANUP(free_bio) BIO *bio = reader_of(pem);
    CLEANUP(free_key)
    EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    if (key == NULL) {
        return unusable("the certificate's key cannot be read (one with a passphrase cannot)");
    }
    if (SSL_CTX_use_PrivateKey(context, key) != 1 || SSL_CTX_check_private_key(context) != 1) {
        return unusable("the key is not that of the certificate");
    }
    return OK;
}

static struct status trust_authorities(SSL_CTX *context, struct bytes pem)
{
    CLEANUP(free_bio) BIO *bio = reader_of(pem);
    unsigned count = 0;
    for (; bio != NULL && count < TLS_CERTIFICATES_MAX; count++) {
        CLEANUP(free_certificate)
        X509 *authority = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
        if (authority == NULL) {
            break;
        }
        if (X509_check_ca(authority) != 1) {
            return unusable("one of the authorities' certificates is not an authority's");
        }
        if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority) != 1 ||
            SSL_CTX_add_client_CA(context, authority) != 1) {
            return unusable("an authority's certificate cannot be used");
        }
    }
    return count > 0 && count < TLS_CERTIFICATES_MAX && at_end()
               ? OK
               : unusable("the authorities that sign clients' certificates cannot be read");
}

static struct status know_revoked(SSL_CTX *context, struct bytes pem)
{
    CLEANUP(free_bio) BIO *bio = reader_of(pem);
    unsigned count = 0;
    for (; bio != NULL && count < TLS_CERTIFICATES_MAX; count++) {
        CLEANUP(free_list) X509_CRL *list = PEM_read_bio_X509_CRL(bio, NULL, no_passphrase, NULL);
        if (list == NULL) {
            break;
        }
        if (X509_STORE_add_crl(SSL_CTX_get_cert_store(context), list) != 1) {
            return unusable("a list of revocations cannot be used");
        }
    }
    return count > 0 && count < TLS_CERTIFICATES_MAX && at_end()
               ? OK
               : unusable("clients have certificates, so lists of revocations are needed, and none "
                          "can be read");
}

/* Who signs for clients and has no such use in his certificate is refused; X509_PURPOSE_SSL_CLIENT
 * alone would let a certificate pass that names no use at all. */
static int judge_client(int good, X509_STORE_CTX *chain)
{
    X509 *certificate = X509_STORE_CTX_get_current_cert(chain);
    if (good == 1 && X509_STORE_CTX_get_error_depth(chain) == 0 && certificate != NULL &&
        ((X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) == 0 ||
         (X509_get_extended_key_usage(certificate) & XKU_SSL_CLIENT) == 0)) {
        X509_STORE_CTX_set_error(chain, X509_V_ERR_INVALID_PURPOSE);
        return 0;
    }
    return good;
}

static struct status ask_clients(SSL_CTX *context, const struct tls_material *material)
{
    TRY(trust_authorities(context, material->authorities));
    TRY(know_revoked(context, material->revoked));
    X509_VERIFY_PARAM *judge = SSL_CTX_get0_param(context);
    if (X509_VERIFY_PARAM_set_flags(judge, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL |
                                               X509_V_FLAG_X509_STRICT) != 1 ||
        X509_VERIFY_PARAM_set_purpose(judge, X509_PURPOSE_SSL_CLIENT) != 1) {
        return unusable("OpenSSL refuses to check clients strictly");
    }
    X509_VERIFY_PARAM_set_depth(judge, TLS_DEPTH_MAX);
    SSL_CTX_set_verify(
        context,
        SSL_VERIFY_PEER |
            (material->clients == TLS_CLIENTS_MUST ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
        judge_client);
    return OK;
}

static struct status settle(SSL_CTX *context)
{
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_security_level(context, 2);
    if (SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_num_tickets(context, 0) != 1 || SSL_CTX_set_max_early_data(context, 0) != 1 ||
        SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") != 1) {
        return unusable("OpenSSL has no TLS 1.3 here");
    }
    return OK;
}

struct status tls_open(const struct tls_material *material, struct tls **out)
{
    uint8_t first[16];
    if (OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS | OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL) !=
            1 ||
        RAND_bytes(first, sizeof first) != 1) {
        return unusable("OpenSSL does not start");
    }
    CLEANUP(free_context) SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL) {
        return FAIL(NO_MEMORY, 0);
    }
    TRY(settle(context));
    TRY(use_certificate(context, material->certificate));
    TRY(use_key(context, material->key));
    if (material->clients != TLS_CLIENTS_ANONYMOUS) {
        TRY(ask_clients(context, material));
    }
    struct tls *tls = malloc(sizeof *tls);
    if (tls == NULL) {
        return FAIL(NO_MEMORY, sizeof *tls);
    }
    *tls = (struct tls){.context = context, .clients = material->clients};
    context = NULL;
    *out = tls;
    return OK;
}

void tls_close(struct tls **tls)
{
    if (*tls != NULL) {
        SSL_CTX_free((*tls)->context);
        free(*tls);
        *tls = NULL;
    }
}

struct status tls_renew(struct tls **tls, const struct tls_material *material)
{
    struct tls *next = NULL;
    TRY(tls_open(material, &next));
    tls_close(tls);
    *tls = next;
    return OK;
}

/* Files -------------------------------------------------------------------------------------- */

struct files_read {
    char *memory[4];
    size_t sizes[4];
};

static void wipe(struct files_read *read)
{
    for (size_t i = 0; i < sizeof read->memory / sizeof read->memory[0]; i++) {
        if (read->memory[i] != NULL) {
            OPENSSL_cleanse(read->memory[i], TLS_FILE_MAX);
            free(read->memory[i]);
        }
    }
}

static struct status read_file(const char *path, enum key_file_readers readers, char **memory,
                               size_t *size)
{
    if (path == NULL || path[0] == '\0') {
        return OK;
    }
    *memory = malloc(TLS_FILE_MAX);
    if (*memory == NULL) {
        return FAIL(NO_MEMORY, TLS_FILE_MAX);
    }
    TRY(key_file_load(path, readers, *memory, TLS_FILE_MAX, size));
    return *size < TLS_FILE_MAX ? OK : FAIL(LIMIT, TLS_FILE_MAX);
}

static struct status read_files(const struct tls_files *files, struct files_read *read,
                                struct tls_material *material)
{
    const char *paths[] = {files->certificate, files->key, files->authorities, files->revoked};
    struct bytes *slots[] = {&material->certificate, &material->key, &material->authorities,
                             &material->revoked};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        enum key_file_readers readers = paths[i] == files->key ? KEY_FILE_SECRET : KEY_FILE_PUBLIC;
        TRY(read_file(paths[i], readers, &read->memory[i], &read->sizes[i]));
        *slots[i] = bytes_of(read->memory[i], read->sizes[i]);
    }
    material->clients = files->clients;
    return OK;
}

struct status tls_open_files(const struct tls_files *files, struct tls **out)
{
    CLEANUP(wipe) struct files_read read = {0};
    struct tls_material material = {0};
    TRY(read_files(files, &read, &material));
    return tls_open(&material, out);
}

struct status tls_renew_files(struct tls **tls, const struct tls_files *files)
{
    CLEANUP(wipe) struct files_read read = {0};
    struct tls_material material = {0};
    TRY(read_files(files, &read, &material));
    return tls_renew(tls, &material);
}

/* A connection ------------------------------------------------------------------------------- */

struct status tls_accept(struct tls *tls, int fd, struct tls_session **out)
{
    struct tls_session *session = calloc(1, sizeof *session);
    SSL *connection = session == NULL ? NULL : SSL_new(tls->context);
    if (connection == NULL || SSL_set_fd(connection, fd) != 1) {
        SSL_free(connection);
        free(session);
        ERR_clear_error();
        return FAIL(NO_MEMORY, 0);
    }
    SSL_set_accept_state(connection);
    session->connection = connection;
    *out = session;
    return OK;
}

/* The certificate's fault says more than that the handshake failed. */
static const char *complaint_of(const SSL *connection)
{
    long verified = SSL_get_verify_result(connection);
    if (verified != X509_V_OK) {
        return X509_verify_cert_error_string(verified);
    }
    unsigned long error = ERR_peek_error();
    return error == 0 ? NULL : ERR_reason_error_string(error);
}

static enum tls_turn turn_of(struct tls_session *session, int returned)
{
    switch (SSL_get_error(session->connection, returned)) {
    case SSL_ERROR_NONE:
        return TLS_DONE;
    case SSL_ERROR_WANT_READ:
        return TLS_WANTS_READ;
    case SSL_ERROR_WANT_WRITE:
        return TLS_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return TLS_ENDED;
    default:
        session->failed = true;
        session->why = complaint_of(session->connection);
        ERR_clear_error();
        return TLS_FAILED;
    }
}

enum tls_turn tls_handshake(struct tls_session *session)
{
    if (session->failed) {
        return TLS_FAILED;
    }
    ERR_clear_error();
    return turn_of(session, SSL_do_handshake(session->connection));
}

enum tls_turn tls_read(struct tls_session *session, void *buffer, size_t capacity, size_t *size)
{
    if (session->failed) {
        return TLS_FAILED;
    }
    ERR_clear_error();
    return turn_of(session, SSL_read_ex(session->connection, buffer, capacity, size));
}

enum tls_turn tls_write(struct tls_session *session, const void *data, size_t size, size_t *written)
{
    if (session->failed) {
        return TLS_FAILED;
    }
    ERR_clear_error();
    return turn_of(session, SSL_write_ex(session->connection, data, size, written));
}

bool tls_pending(const struct tls_session *session)
{
    return SSL_has_pending(session->connection) == 1;
}

enum tls_turn tls_finish(struct tls_session *session)
{
    /* After a failure OpenSSL forbids it. */
    if (session->failed || SSL_in_init(session->connection) == 1) {
        return TLS_FAILED;
    }
    ERR_clear_error();
    int returned = SSL_shutdown(session->connection);
    return returned >= 0 ? TLS_DONE : turn_of(session, returned);
}

void tls_session_close(struct tls_session **session)
{
    if (*session != NULL) {
        SSL_free((*session)->connection);
        free(*session);
        *session = NULL;
    }
}

const char *tls_why(const struct tls_session *session)
{
    return session->why;
}

/* Who it is ---------------------------------------------------------------------------------- */

static void free_names(GENERAL_NAMES **names)
{
    GENERAL_NAMES_free(*names);
}

static const char *sort_of(const GENERAL_NAME *name)
{
    switch (name->type) {
    case GEN_DNS:
        return "DNS:";
    case GEN_EMAIL:
        return "email:";
    case GEN_URI:
        return "URI:";
    default:
        return NULL;
    }
}

/* One that is too long, or has a character that is no visible ASCII, could be taken for another. */
static bool is_plain(struct bytes name, const char *sort)
{
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] <= ' ' || name.data[i] > '~') {
            return false;
        }
    }
    return name.size > 0 && name.size + strlen(sort) < TLS_NAME_SIZE;
}

static void add_name(struct tls_peer *peer, const GENERAL_NAME *name)
{
    const char *sort = sort_of(name);
    if (sort == NULL || peer->name_count == TLS_NAMES_MAX) {
        return;
    }
    const ASN1_IA5STRING *text = name->d.ia5;
    struct bytes bytes = bytes_of(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
    if (!is_plain(bytes, sort)) {
        return;
    }
    char *out = peer->names[peer->name_count++];
    size_t size = strlen(sort);
    memcpy(out, sort, size);
    memcpy(out + size, bytes.data, bytes.size);
    out[size + bytes.size] = '\0';
}

void tls_identify(const struct tls_session *session, struct tls_peer *out)
{
    *out = (struct tls_peer){0};
    X509 *certificate = SSL_get0_peer_certificate(session->connection);
    unsigned size = 0;
    if (certificate == NULL || SSL_get_verify_result(session->connection) != X509_V_OK ||
        X509_digest(certificate, EVP_sha256(), out->fingerprint.sha256, &size) != 1) {
        return;
    }
    out->shown = true;
    CLEANUP(free_names)
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
        add_name(out, sk_GENERAL_NAME_value(names, i));
    }
}

bool tls_peer_is(const struct tls_peer *peer, const char *wanted)
{
    if (!peer->shown || wanted[0] == '\0') {
        return false;
    }
    struct digest digest;
    size_t size = 0;
    if (strlen(wanted) == DIGEST_HEX_SIZE &&
        !failed(hex_read(bytes_of_string(wanted), digest.sha256, sizeof digest, &size))) {
        return size == DIGEST_SIZE && digest_equal(&digest, &peer->fingerprint);
    }
    for (size_t i = 0; i < peer->name_count; i++) {
        const char *name = peer->names[i];
        if (strcmp(name, wanted) == 0 || strcmp(strchr(name, ':') + 1, wanted) == 0) {
            return true;
        }
    }
    return false;
}

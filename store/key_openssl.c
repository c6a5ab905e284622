#include "store/key_backend.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

enum {
    SECURE_HEAP_SIZE = 64 * 1024, /* bytes, for OpenSSL's own copies of scalars */
    SECURE_HEAP_LEAST = 32,       /* bytes of its smallest piece */
    POINT_SIZE = 65,              /* bytes: 0x04, x, y */
    PREFIX_SIZE = KEY_P256_PUBLIC_SIZE - POINT_SIZE,
};

#define CURVE "prime256v1"

/* clang-format off */
/* What a SubjectPublicKeyInfo of P-256 begins with (RFC 5480): the point follows. Because only this
 * form is read, a key has one text. */
static const uint8_t spki_prefix[PREFIX_SIZE] = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
};
/* clang-format on */

struct status key_openssl_start(void)
{
    /* Asked for again by each caller: the heap may be there already. */
    if (CRYPTO_secure_malloc_initialized() == 1 ||
        CRYPTO_secure_malloc_init(SECURE_HEAP_SIZE, SECURE_HEAP_LEAST) != 0) {
        return OK;
    }
    return FAIL_BECAUSE(NO_MEMORY, SECURE_HEAP_SIZE, "OpenSSL has no secure heap");
}

/* What OpenSSL's queue tells after a failure. It needs memory itself. */
enum complaint {
    COMPLAINT_NONE,
    COMPLAINT_INPUT,   /* of what it was given */
    COMPLAINT_LIBRARY, /* of memory, or of itself; EVP only finds and calls what does the work */
};

static enum complaint take_complaint(void)
{
    enum complaint complaint = COMPLAINT_NONE;
    for (unsigned long error; (error = ERR_get_error()) != 0;) {
        bool library = ERR_FATAL_ERROR(error) || ERR_GET_LIB(error) == ERR_LIB_EVP;
        complaint = library || complaint == COMPLAINT_LIBRARY ? COMPLAINT_LIBRARY : COMPLAINT_INPUT;
    }
    return complaint;
}

/* After a failure that OpenSSL explains whenever it can: KEY with the reason, or NO_MEMORY. */
static struct status refusal(const char *why)
{
    return take_complaint() == COMPLAINT_INPUT
               ? FAIL_BECAUSE(KEY, 0, why)
               : FAIL_BECAUSE(NO_MEMORY, 0, "OpenSSL has no memory, or fails");
}

static void free_key(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void free_key_context(EVP_PKEY_CTX **context)
{
    EVP_PKEY_CTX_free(*context);
}

static void free_digest_context(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

static void free_number(BIGNUM **number)
{
    BN_clear_free(*number);
}

static void free_group(EC_GROUP **group)
{
    EC_GROUP_free(*group);
}

static void free_point(EC_POINT **point)
{
    EC_POINT_free(*point);
}

static void free_builder(OSSL_PARAM_BLD **builder)
{
    OSSL_PARAM_BLD_free(*builder);
}

static void free_parameters(OSSL_PARAM **parameters)
{
    OSSL_PARAM_free(*parameters); /* secure entries are wiped by it */
}

/* The key of these parameters; NULL if they make none. */
static EVP_PKEY *key_of(OSSL_PARAM *parameters, int selection)
{
    CLEANUP(free_key_context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *key = NULL;
    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, selection, parameters) != 1) {
        return NULL;
    }
    return key;
}

static struct status p256_make(struct key_pair *pair)
{
    CLEANUP(free_key) EVP_PKEY *key = EVP_EC_gen(CURVE);
    BIGNUM *scalar = NULL;
    if (key == NULL || EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &scalar) != 1) {
        return FAIL_BECAUSE(NO_MEMORY, 0, "OpenSSL makes no key");
    }
    int size = BN_bn2binpad(scalar, pair->secret, sizeof pair->secret);
    BN_clear_free(scalar);
    return size == SECRET_KEY_SIZE ? OK : FAIL_BECAUSE(KEY, 0, "OpenSSL made another kind of key");
}

/* The point that belongs to a scalar between 0 and the order of the group. */
static struct status write_point(const BIGNUM *scalar, uint8_t point_out[static POINT_SIZE])
{
    static const char wrong[] = "this is no scalar of P-256";
    CLEANUP(free_group) EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    CLEANUP(free_point) EC_POINT *point = group == NULL ? NULL : EC_POINT_new(group);
    if (point == NULL) {
        return refusal("OpenSSL has no P-256");
    }
    if (BN_is_zero(scalar) || BN_cmp(scalar, EC_GROUP_get0_order(group)) >= 0) {
        return FAIL_BECAUSE(KEY, 0, wrong);
    }
    return EC_POINT_mul(group, point, scalar, NULL, NULL, NULL) == 1 &&
                   EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, point_out,
                                      POINT_SIZE, NULL) == POINT_SIZE
               ? OK
               : refusal(wrong);
}

/* The key pair as OpenSSL holds it; the scalar stays in its secure heap. */
static EVP_PKEY *pair_of(const BIGNUM *scalar, const uint8_t point[static POINT_SIZE])
{
    CLEANUP(free_builder) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    if (builder == NULL ||
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, CURVE, 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, POINT_SIZE) !=
            1 ||
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar) != 1) {
        return NULL;
    }
    CLEANUP(free_parameters) OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    return parameters == NULL ? NULL : key_of(parameters, EVP_PKEY_KEYPAIR);
}

static struct status p256_open(struct key_pair *pair)
{
    ERR_clear_error();
    CLEANUP(free_number) BIGNUM *scalar = BN_secure_new();
    if (scalar == NULL || BN_bin2bn(pair->secret, sizeof pair->secret, scalar) == NULL) {
        return FAIL_BECAUSE(NO_MEMORY, 0, "OpenSSL's secure heap is full");
    }
    BN_set_flags(scalar, BN_FLG_CONSTTIME);
    memcpy(pair->public.data, spki_prefix, PREFIX_SIZE);
    TRY(write_point(scalar, pair->public.data + PREFIX_SIZE));
    pair->public.size = KEY_P256_PUBLIC_SIZE;
    pair->handle = pair_of(scalar, pair->public.data + PREFIX_SIZE);
    return pair->handle != NULL ? OK : refusal("OpenSSL refuses the key");
}

static void p256_close(struct key_pair *pair)
{
    EVP_PKEY_free(pair->handle);
}

static struct status p256_sign(const struct key_pair *pair, struct bytes message,
                               struct signature *out)
{
    CLEANUP(free_digest_context) EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = sizeof out->data;
    if (context == NULL ||
        EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, pair->handle, NULL) != 1 ||
        EVP_DigestSign(context, out->data, &size, message.data, message.size) != 1) {
        /* With a key that it has taken before it lacks memory, or what memory is for. */
        return FAIL_BECAUSE(NO_MEMORY, 0, "OpenSSL does not sign");
    }
    out->size = size;
    return OK;
}

/* The public key as OpenSSL holds it, the caller's. KEY unless the point is on the curve. */
static struct status open_public(const struct public_key *key, EVP_PKEY **out)
{
    static const char wrong[] = "this is no point of P-256";
    if (key->size != KEY_P256_PUBLIC_SIZE || memcmp(key->data, spki_prefix, PREFIX_SIZE) != 0 ||
        key->data[PREFIX_SIZE] != POINT_CONVERSION_UNCOMPRESSED) {
        return FAIL_BECAUSE(KEY, 0, wrong);
    }
    char curve[] = CURVE; /* a parameter cannot be const */
    uint8_t point[POINT_SIZE];
    memcpy(point, key->data + PREFIX_SIZE, POINT_SIZE);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_end(),
    };
    ERR_clear_error();
    *out = key_of(parameters, EVP_PKEY_PUBLIC_KEY);
    return *out != NULL ? OK : refusal(wrong);
}

static void free_signature(ECDSA_SIG **signature)
{
    ECDSA_SIG_free(*signature);
}

/* DER in its one form, without a byte more. OpenSSL would insist on it too, but does not say when
 * it was for want of memory that it could not. */
static struct status check_form(struct bytes signature)
{
    uint8_t again[SIGNATURE_MAX];
    uint8_t *end = again;
    const uint8_t *rest = signature.data;
    ERR_clear_error();
    if (signature.size > sizeof again) {
        return FAIL(BAD_SIGNATURE, 0);
    }
    CLEANUP(free_signature) ECDSA_SIG *read = d2i_ECDSA_SIG(NULL, &rest, (long)signature.size);
    if (read == NULL) {
        return take_complaint() == COMPLAINT_LIBRARY ? FAIL(NO_MEMORY, 0) : FAIL(BAD_SIGNATURE, 0);
    }
    int size = i2d_ECDSA_SIG(read, NULL);
    if (size < 0 || (size <= SIGNATURE_MAX && i2d_ECDSA_SIG(read, &end) < 0)) {
        return FAIL(NO_MEMORY, 0);
    }
    bool same =
        (size_t)size == signature.size && memcmp(again, signature.data, signature.size) == 0;
    return same ? OK : FAIL(BAD_SIGNATURE, 0);
}

static struct status p256_verify(const struct public_key *key, struct bytes message,
                                 struct bytes signature)
{
    CLEANUP(free_key) EVP_PKEY *handle = NULL;
    CLEANUP(free_digest_context) EVP_MD_CTX *context = NULL;
    struct status status = open_public(key, &handle);
    status = failed(status) ? status : check_form(signature);
    if (failed(status)) {
        return status.code == STATUS_NO_MEMORY ? status : FAIL(BAD_SIGNATURE, 0);
    }
    context = EVP_MD_CTX_new();
    if (context == NULL ||
        EVP_DigestVerifyInit_ex(context, NULL, "SHA256", NULL, NULL, handle, NULL) != 1) {
        return FAIL_BECAUSE(NO_MEMORY, 0, "OpenSSL checks no signature");
    }
    EVP_MD_CTX_set_flags(context, EVP_MD_CTX_FLAG_FINALISE); /* no copy, which could fail */
    ERR_clear_error();
    int verified =
        EVP_DigestVerify(context, signature.data, signature.size, message.data, message.size);
    if (verified == 1) {
        return OK;
    }
    bool sure = verified == 0 && take_complaint() != COMPLAINT_LIBRARY;
    return sure ? FAIL(BAD_SIGNATURE, 0) : FAIL_BECAUSE(NO_MEMORY, 0, "OpenSSL checks nothing");
}

static struct status p256_check_public(const struct public_key *key)
{
    CLEANUP(free_key) EVP_PKEY *handle = NULL;
    return open_public(key, &handle);
}

const struct key_backend key_p256 = {
    .make = p256_make,
    .open = p256_open,
    .close = p256_close,
    .sign = p256_sign,
    .verify = p256_verify,
    .check_public = p256_check_public,
};

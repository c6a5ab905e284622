/*
 * core/identity/second_factor.h -- the statement of a provider that a user showed a second factor.
 *
 * Shape    {"expires":"…","issued":"…","nonce":"<base64>","origin":"…","provider":"NAME",
 *          "session":"session:N","sig":"<base64>","token":"<base64>","user":"user:N"}: canonical
 *          JSON, at most SECOND_FACTOR_MAX bytes. `nonce` is the one of the challenge, `token` the
 *          SHA-256 of what the provider calls the factor. The signature is over "cairn-mfa-v1\n"
 *          and the record without its `sig`. Origin and provider need no escapes.
 * Source   domain.md IDN-06; docs/FORMAT.md.
 */
#ifndef CORE_IDENTITY_SECOND_FACTOR_H
#define CORE_IDENTITY_SECOND_FACTOR_H

#include "core/decision.h"
#include "schema/limits.h"

#define SECOND_FACTOR_DOMAIN "cairn-mfa-v1\n"

enum {
    SECOND_FACTOR_MAX = 2048, /* bytes of the record, and of the message that is signed */
    SECOND_FACTOR_SKEW = 60,  /* seconds that a provider's clock may be ahead */
};

struct second_factor {
    uint64_t expires_utc_us, issued_utc_us;
    struct digest nonce;
    struct bytes origin;   /* of the log it is for */
    struct bytes provider; /* the name it is trusted by */
    struct id session;
    struct digest token;
    struct id user;
};

/* What the provider signs. */
void second_factor_put_message(const struct second_factor *factor, struct text *out);
/* The whole record. */
void second_factor_put(const struct second_factor *factor, struct bytes signature,
                       struct text *out);

/* A record as it was read; slices are lent from it. */
struct second_factor_record {
    struct second_factor factor;
    uint8_t signature[SIGNATURE_MAX];
    size_t signature_size;
};

/* MALFORMED at the byte with the reason; LIMIT. The signature is not checked yet. */
MUST_CHECK struct status second_factor_read(struct bytes record, struct second_factor_record *out);

/* Why the record is no fresh second factor for this challenge (IDN-06a to IDN-06c), or RULE_NONE
 * with what it says and the provider that said it. */
enum rule second_factor_refusal(const struct view *view, const struct session_row *challenge,
                                struct bytes record, struct second_factor *out,
                                struct id *provider);

#endif

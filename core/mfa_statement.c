#include "core/mfa_statement.h"

#include "core/birth.h"
#include "core/store_layout.h"
#include "schema/time.h"
#include "store/hash.h"

#include <inttypes.h>

struct status mfa_statement_sign(const struct second_factor *factor, const struct secret_key *key,
                                 struct text *out)
{
    char memory[SECOND_FACTOR_MAX];
    struct text message = TEXT_IN(memory);
    struct second_factor named = *factor;
    struct signature signature;
    named.provider = bytes_of_string(secret_key_public(key)->name);
    second_factor_put_message(&named, &message);
    if (message.full) {
        return FAIL(LIMIT, SECOND_FACTOR_MAX);
    }
    TRY(secret_key_sign(key, text_bytes(&message), &signature));
    second_factor_put(&named, bytes_of(signature.data, signature.size), out);
    return out->full ? FAIL(LIMIT, SECOND_FACTOR_MAX) : OK;
}

static struct status token_of(struct id user, uint64_t step, struct digest *out)
{
    char memory[96];
    struct text text = TEXT_IN(memory);
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    text_put_literal(&text, "cairn-totp-v1\n");
    id_write(&text, user);
    text_add(&text, "\n%" PRIu64, step);
    *out = hash_bytes(hasher, text_bytes(&text));
    return OK;
}

struct status mfa_statement_by_totp(const char *store, const struct mfa_answer *answer,
                                    struct text *out)
{
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    struct store_path path;
    uint64_t step;
    struct second_factor factor = {
        .issued_utc_us = answer->now_utc_us,
        .expires_utc_us = answer->now_utc_us + MFA_TOTP_LIFE_S * TIME_SECOND_US,
        .nonce = answer->nonce,
        .origin = answer->origin,
        .session = answer->session,
        .user = answer->user,
    };
    TRY(store_key_path(store, TOTP_PROVIDER, &path));
    TRY(secret_key_load(path.text, &key));
    TRY(store_path(store, TOTP_PROVIDER, &path));
    TRY(totp_check(path.text, answer->user.n, answer->now_utc_us, answer->code, &step));
    TRY(token_of(answer->user, step, &factor.token));
    return mfa_statement_sign(&factor, key, out);
}

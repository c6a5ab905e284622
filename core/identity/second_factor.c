#include "core/identity/second_factor.h"

#include "core/identity/provider.h"
#include "core/identity/setting.h"
#include "schema/canonical.h"

/* Writing --------------------------------------------------------------------------------- */

static void put_id(struct text *out, struct id id)
{
    text_put_char(out, '"');
    id_write(out, id);
    text_put_char(out, '"');
}

/* Everything before the signature, and everything after it. */
static void put_head(const struct second_factor *factor, struct text *out)
{
    text_put_literal(out, "{\"expires\":");
    canonical_put_time(out, factor->expires_utc_us);
    text_put_literal(out, ",\"issued\":");
    canonical_put_time(out, factor->issued_utc_us);
    text_put_literal(out, ",\"nonce\":");
    canonical_put_base64(out, BYTES(factor->nonce.sha256));
    text_put_literal(out, ",\"origin\":");
    canonical_put_string(out, factor->origin);
    text_put_literal(out, ",\"provider\":");
    canonical_put_string(out, factor->provider);
    text_put_literal(out, ",\"session\":");
    put_id(out, factor->session);
}

static void put_tail(const struct second_factor *factor, struct text *out)
{
    text_put_literal(out, ",\"token\":");
    canonical_put_base64(out, BYTES(factor->token.sha256));
    text_put_literal(out, ",\"user\":");
    put_id(out, factor->user);
    text_put_char(out, '}');
}

void second_factor_put_message(const struct second_factor *factor, struct text *out)
{
    text_put_literal(out, SECOND_FACTOR_DOMAIN);
    put_head(factor, out);
    put_tail(factor, out);
}

void second_factor_put(const struct second_factor *factor, struct bytes signature, struct text *out)
{
    put_head(factor, out);
    text_put_literal(out, ",\"sig\":");
    canonical_put_base64(out, signature);
    put_tail(factor, out);
}

/* Reading --------------------------------------------------------------------------------- */

static struct id read_id(struct canonical_reader *reader, enum id_kind kind)
{
    struct id id = {0};
    struct bytes text = canonical_plain(reader);
    if (reader->why == NULL && (failed(id_read(text, &id)) || id.kind != kind || id.n == ID_NEW)) {
        canonical_fail(reader, "a session is an id like session:12, a user one like user:12");
    }
    return id;
}

static void read_signature(struct canonical_reader *reader, struct second_factor_record *record)
{
    CANONICAL_REQUIRE(reader, "sig");
    struct bytes text = canonical_plain(reader);
    if (reader->why == NULL &&
        failed(base64_read(text, record->signature, SIGNATURE_MAX, &record->signature_size))) {
        canonical_fail(reader, "a signature is base64 of at most 80 bytes");
    }
}

struct status second_factor_read(struct bytes record, struct second_factor_record *out)
{
    struct second_factor_record read = {0};
    struct canonical_reader reader = canonical_reader_of(record);
    if (record.size > SECOND_FACTOR_MAX) {
        return FAIL(LIMIT, SECOND_FACTOR_MAX);
    }
    canonical_open_object(&reader);
    CANONICAL_REQUIRE(&reader, "expires");
    read.factor.expires_utc_us = canonical_time(&reader);
    CANONICAL_REQUIRE(&reader, "issued");
    read.factor.issued_utc_us = canonical_time(&reader);
    CANONICAL_REQUIRE(&reader, "nonce");
    read.factor.nonce = canonical_digest(&reader);
    CANONICAL_REQUIRE(&reader, "origin");
    read.factor.origin = canonical_plain(&reader);
    CANONICAL_REQUIRE(&reader, "provider");
    read.factor.provider = canonical_plain(&reader);
    CANONICAL_REQUIRE(&reader, "session");
    read.factor.session = read_id(&reader, ID_SESSION);
    read_signature(&reader, &read);
    CANONICAL_REQUIRE(&reader, "token");
    read.factor.token = canonical_digest(&reader);
    CANONICAL_REQUIRE(&reader, "user");
    read.factor.user = read_id(&reader, ID_USER);
    canonical_close_object(&reader);
    TRY(canonical_end(&reader));
    *out = read;
    return OK;
}

/* Judging --------------------------------------------------------------------------------- */

static bool is_for(const struct view *view, const struct second_factor *factor,
                   const struct session_row *challenge)
{
    struct log_row log = {.log = THE_LOG};
    return view_find(view, ROW_LOG, &log) && bytes_equal(factor->origin, log.origin) &&
           id_equal(factor->session, challenge->session) &&
           id_equal(factor->user, challenge->user) &&
           bytes_equal(BYTES(factor->nonce.sha256), challenge->nonce);
}

static bool is_signed(const struct view *view, const struct second_factor_record *record,
                      struct bytes key)
{
    char memory[SECOND_FACTOR_MAX];
    struct text message = TEXT_IN(memory);
    second_factor_put_message(&record->factor, &message);
    return !message.full && decision_is_signed(view, key, text_bytes(&message),
                                               bytes_of(record->signature, record->signature_size));
}

static bool is_fresh(const struct view *view, const struct second_factor *factor)
{
    uint64_t life_us = setting_seconds(view, SETTING_MFA_LIFE) * TIME_SECOND_US;
    return factor->issued_utc_us <= view->now_utc_us + SECOND_FACTOR_SKEW * TIME_SECOND_US &&
           view->now_utc_us < factor->issued_utc_us + life_us &&
           view->now_utc_us < factor->expires_utc_us;
}

enum rule second_factor_refusal(const struct view *view, const struct session_row *challenge,
                                struct bytes record, struct second_factor *out, struct id *provider)
{
    struct second_factor_record read;
    struct provider_row known;
    FORBID_IF(record.size == 0, RULE_IDN_06A);
    FORBID_UNLESS(!failed(second_factor_read(record, &read)) &&
                      provider_by_name(view, read.factor.provider, &known) &&
                      is_for(view, &read.factor, challenge) && is_signed(view, &read, known.key),
                  RULE_IDN_06B);
    FORBID_UNLESS(is_fresh(view, &read.factor), RULE_IDN_06C);
    *out = read.factor;
    *provider = known.provider;
    return RULE_NONE;
}

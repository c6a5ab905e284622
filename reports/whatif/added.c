#include "reports/whatif/added.h"

#include "core/project/project.h"
#include "schema/time.h"

#include <assert.h>

const char *whatif_added_name(enum whatif_added added)
{
    static const char *const names[ADDED_COUNT] = {
        [ADDED_NONE] = "none",
        [ADDED_PI_ONLY_DECLASSIFICATION] = "pi_only_declassification",
        [ADDED_TWO_MAN_EXPORT] = "two_man_export",
        [ADDED_KEY_MFA_AGE] = "key_mfa_age",
    };
    assert(added < ADDED_COUNT);
    return names[added];
}

/* Whether a label is lowered that is not the actor's own project's to lower, as its PI. */
static bool lowers_without_pi(struct replay *replay)
{
    struct view view = replay_view(replay, NULL);
    for (size_t i = 0; i < replay->decision.count; i++) {
        const struct decided *decided = &replay->decision.events[i];
        if (decided->kind == EVENT_CLASSIFICATION_LOWERED &&
            !project_is_pi(&view, &replay->actor, decided->body.classification_lowered.from)) {
            return true;
        }
    }
    return false;
}

/* When the second factor of the session was issued: the event before the one that opened it. */
static struct status factor_issued(const struct replay *replay, uint64_t *issued_utc_us)
{
    struct bytes bytes;
    struct leaf leaf;
    union event_body body;
    uint64_t opened_n = replay->actor.opened_n;
    uint8_t memory[4096];
    struct arena arena = ARENA_IN(memory);
    *issued_utc_us = 0;
    if (replay->actor.session.kind == ID_NONE || opened_n == 0) {
        return OK;
    }
    TRY(log_read_leaf(replay->log, opened_n - 1, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    TRY(log_read_body(replay->log, &leaf, &bytes));
    if (leaf.kind != EVENT_SESSION_MFA_VERIFIED || bytes.size < SALT_SIZE) {
        return OK;
    }
    struct bytes json = bytes_of(bytes.data + SALT_SIZE, bytes.size - SALT_SIZE);
    TRY(event_body_decode(leaf.kind, json, &arena, &body));
    *issued_utc_us = body.session_mfa_verified.issued;
    return OK;
}

static struct status is_stale(const struct whatif_policy *policy, struct replay *replay, bool *out)
{
    uint64_t issued_utc_us;
    struct view view = replay_view(replay, NULL);
    TRY(factor_issued(replay, &issued_utc_us));
    *out = view.now_utc_us > issued_utc_us + policy->key_mfa_age * TIME_SECOND_US;
    return OK;
}

struct status whatif_added_of(const struct whatif_policy *policy, struct replay *replay,
                              enum whatif_added *out)
{
    enum command_kind kind = replay->found.command.kind;
    bool stale = false;
    *out = ADDED_NONE;
    if (policy->two_man_export && kind == COMMAND_EXPORT_RECORD) {
        *out = ADDED_TWO_MAN_EXPORT;
    } else if (policy->pi_only_declassification && lowers_without_pi(replay)) {
        *out = ADDED_PI_ONLY_DECLASSIFICATION;
    } else if (policy->key_mfa_age > 0 && kind == COMMAND_VAULT_KEY_FETCH) {
        TRY(is_stale(policy, replay, &stale));
        *out = stale ? ADDED_KEY_MFA_AGE : ADDED_NONE;
    }
    return replay->trouble;
}

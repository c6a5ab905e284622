#include "core/identity/provider.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/user.h"

bool provider_by_name(const struct view *view, struct bytes name, struct provider_row *out)
{
    struct provider_name_row named = {.name = name};
    if (!view_find(view, ROW_PROVIDER_NAME, &named)) {
        return false;
    }
    struct provider_row row = {.provider = named.provider};
    if (!view_find(view, ROW_PROVIDER, &row) || !row.trusted) {
        return false;
    }
    *out = row;
    return true;
}

static bool is_last(const struct view *view)
{
    struct provider_row row = {0};
    unsigned trusted = 0;
    struct view_walk walk = view_walk_of(view, ROW_PROVIDER, &row, 0);
    while (trusted < 2 && view_walk_next(&walk, &row)) {
        trusted += row.trusted;
    }
    return trusted < 2;
}

/* Decide ---------------------------------------------------------------------------------- */

void mfa_trust_decide(const struct view *view, const struct actor *actor,
                      const struct mfa_trust *command, struct decision *decision)
{
    struct provider_row known;
    REFUSE_UNLESS(actor->role == USER_ROLE_SUPER_ADMIN, RULE_IDN_06I);
    REFUSE_UNLESS(leaf_is_emitter_name(command->name), RULE_IDN_06J);
    REFUSE_UNLESS(decision_is_key(view, command->key), RULE_IDN_06J);
    REFUSE_IF(provider_by_name(view, command->name, &known), RULE_IDN_06J);
    EMIT(EVENT_MFA_PROVIDER_TRUSTED, NEW(ID_PROVIDER), mfa_provider_trusted, .name = command->name,
         .key = command->key);
}

void mfa_distrust_decide(const struct view *view, const struct actor *actor,
                         const struct mfa_distrust *command, struct decision *decision)
{
    struct provider_row row = {.provider = command->provider};
    REFUSE_UNLESS(actor->role == USER_ROLE_SUPER_ADMIN, RULE_IDN_06I);
    REFUSE_UNLESS(view_find(view, ROW_PROVIDER, &row) && row.trusted, RULE_IDN_06J);
    REFUSE_IF(is_last(view), RULE_IDN_06K);
    EMIT(EVENT_MFA_PROVIDER_DISTRUSTED, row.provider, mfa_provider_distrusted,
         .reason = command->reason);
}

void mfa_enrol_decide(const struct view *view, const struct actor *actor,
                      const struct mfa_enrol *command, struct decision *decision)
{
    struct user_row user;
    enum rule refusal = user_change_refusal(view, actor, command->user, &user);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_MFA_ENROLLED, user.user, mfa_enrolled, .again = command->again);
}

/* Evolve ---------------------------------------------------------------------------------- */

void mfa_provider_trusted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct mfa_provider_trusted *body)
{
    evolution_put(
        evolution, ROW_PROVIDER,
        &(struct provider_row){
            .provider = leaf->on[0], .name = body->name, .key = body->key, .trusted = true});
    evolution_put(evolution, ROW_PROVIDER_NAME,
                  &(struct provider_name_row){.name = body->name, .provider = leaf->on[0]});
}

void mfa_provider_distrusted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                    const struct mfa_provider_distrusted *body)
{
    struct provider_row row = {.provider = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_PROVIDER, &row)) {
        row.trusted = false;
        evolution_put(evolution, ROW_PROVIDER, &row);
    }
}

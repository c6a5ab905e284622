#include "core/policy.h"

bool policy_is_firm(enum rule rule)
{
    static const enum rule firm[] = {
        RULE_NONE,    RULE_AUD_14D, RULE_BLK_03A, RULE_BLK_03B, RULE_DRV_01B, RULE_DRV_16A,
        RULE_DRV_19B, RULE_DRV_20C, RULE_GRP_01D, RULE_GRP_02D, RULE_IDN_01D, RULE_IDN_06A,
        RULE_IDN_06B, RULE_IDN_06E, RULE_IDN_06H, RULE_IDN_06J, RULE_IDN_11B, RULE_IDN_14B,
        RULE_PRJ_01D, RULE_PRJ_03D, RULE_SEC_01C, RULE_SEC_04A, RULE_TEA_02D, RULE_VLT_01D,
    };
    for (size_t i = 0; i < sizeof firm / sizeof firm[0]; i++) {
        if (firm[i] == rule) {
            return true;
        }
    }
    return false;
}

static struct view view_as_of(const struct view *view, uint64_t opened_n)
{
    struct view then = *view;
    if (opened_n < view->as_of_n) {
        then.as_of_n = opened_n;
    }
    return then;
}

struct view policy_granted_view(const struct view *view, uint64_t opened_n)
{
    bool at_once = view->policy != NULL && view->policy->grants_at_once;
    return at_once ? *view : view_as_of(view, opened_n);
}

struct view policy_kept_view(const struct view *view, uint64_t opened_n)
{
    bool at_login = view->policy != NULL && view->policy->revocations_at_login;
    return at_login ? view_as_of(view, opened_n) : *view;
}

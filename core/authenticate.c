#include "core/authenticate.h"

#include "core/identity/session.h"
#include "core/identity/setting.h"
#include "core/identity/terms.h"
#include "core/identity/user.h"
#include "schema/time.h"

bool authenticate_needs_session(enum command_kind kind)
{
    return kind != COMMAND_SESSION_CHALLENGE && kind != COMMAND_SESSION_OPEN;
}

static bool is_among(enum command_kind kind, const enum command_kind *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (kinds[i] == kind) {
            return true;
        }
    }
    return false;
}

/* The own session, and the terms that everybody accepts: they come before everything else. */
static bool is_of_session(enum command_kind kind)
{
    static const enum command_kind kinds[] = {
        COMMAND_SESSION_CHALLENGE,
        COMMAND_SESSION_OPEN,
        COMMAND_SESSION_CLOSE,
        COMMAND_SESSION_ACTIVATE_PROJECT,
        COMMAND_SESSION_DEACTIVATE_PROJECT,
        COMMAND_USER_ACCEPT_TERMS,
    };
    return is_among(kind, kinds, sizeof kinds / sizeof kinds[0]);
}

/* The audit's work, and its management, which an auditor has who is an audit manager too; what else
 * there is of the audit is a super-administrator's. */
static bool is_of_audit(enum command_kind kind)
{
    static const enum command_kind kinds[] = {
        COMMAND_ALERT_ACKNOWLEDGE,
        COMMAND_ALERT_CLOSE,
        COMMAND_ALERT_SET_CONTACT,
        COMMAND_AUDIT_APPROVE_TOOLS,
        COMMAND_AUDIT_CHANGE_EVENT_SET,
        COMMAND_AUDIT_OPEN_REVIEW,
        COMMAND_AUDIT_SIGN_REVIEW,
        COMMAND_CASE_ADD,
        COMMAND_CASE_CLOSE,
        COMMAND_CASE_CREATE,
        COMMAND_CASE_HOLD,
        COMMAND_CASE_NOTE,
        COMMAND_CASE_RELEASE,
        COMMAND_POLICY_APPROVE,
        COMMAND_POLICY_DECLARE,
        COMMAND_POLICY_WITHDRAW,
    };
    return is_among(kind, kinds, sizeof kinds / sizeof kinds[0]);
}

bool authenticate_lets_auditor(enum command_kind kind)
{
    static const enum command_kind kinds[] = {
        COMMAND_EXPORT_RECORD,  COMMAND_GROUP_LIST_MEMBERS,  COMMAND_USER_REFRESH,
        COMMAND_VAULT_DIR_LIST, COMMAND_VAULT_HISTORY_FETCH,
    };
    return is_of_session(kind) || is_of_audit(kind) ||
           is_among(kind, kinds, sizeof kinds / sizeof kinds[0]);
}

static bool is_used(const struct view *view, const struct digest *digest)
{
    struct command_row row = {.digest = *digest};
    return view_find(view, ROW_COMMAND, &row);
}

static bool is_in_time(const struct view *view, uint64_t t_utc_us)
{
    uint64_t now = view->now_utc_us;
    uint64_t apart = t_utc_us < now ? now - t_utc_us : t_utc_us - now;
    return apart <= setting_seconds(view, SETTING_COMMAND_AGE) * TIME_SECOND_US;
}

/* The session that is named, and in it the project that is named, and no other. */
static enum rule enter_session(const struct view *view, const struct presented *presented,
                               struct actor *actor)
{
    struct session_row session;
    if (!authenticate_needs_session(presented->kind)) {
        return RULE_NONE;
    }
    FORBID_UNLESS(session_is_open(view, presented->session, &session) &&
                      id_equal(session.user, presented->actor),
                  RULE_IDN_11B);
    struct id active = session.has_project ? session.project : (struct id){ID_NONE, 0};
    FORBID_UNLESS(id_equal(active, presented->project), RULE_IDN_08C);
    actor->session = session.session;
    actor->project = active;
    actor->opened_n = session.opened_n;
    return RULE_NONE;
}

/* A role that was given since counts from the next login on; one that was taken away, at once. */
static enum user_role role_of(const struct view *view, const struct actor *actor,
                              const struct user_row *now)
{
    struct user_row then;
    struct view kept = view_of_rights(view, actor), at_login = view_at_login(view, actor);
    struct user_row held;
    if (actor->session.kind == ID_NONE || !user_by_id(&kept, actor->user, &held) ||
        !user_by_id(&at_login, actor->user, &then)) {
        return now->role;
    }
    return then.role < held.role ? then.role : held.role;
}

enum rule authenticate(const struct view *view, const struct presented *presented,
                       struct actor *out)
{
    const struct user_row *user = presented->user;
    *out = (struct actor){.command = presented->digest};
    FORBID_IF(user == NULL, RULE_IDN_06E);
    out->user = user->user;
    out->login = user->login;
    FORBID_IF(is_used(view, &presented->digest), RULE_IDN_06F);
    FORBID_UNLESS(is_in_time(view, presented->t_utc_us), RULE_IDN_06G);
    enum rule refusal = user_refusal(view, user);
    refusal = refusal == RULE_NONE ? enter_session(view, presented, out) : refusal;
    if (refusal != RULE_NONE) {
        return refusal;
    }
    out->role = role_of(view, out, user);
    FORBID_IF(out->role == USER_ROLE_AUDITOR && !authenticate_lets_auditor(presented->kind),
              RULE_IDN_02E);
    FORBID_IF(!is_of_session(presented->kind) && terms_due(view, user), RULE_IDN_13B);
    return RULE_NONE;
}

#include "auditd/writer/critical.h"

bool critical_command(enum command_kind kind)
{
    static const enum command_kind critical[] = {
        /* Who sees to it comes in, and whoever must not leaves. */
        COMMAND_SESSION_CHALLENGE,
        COMMAND_SESSION_OPEN,
        COMMAND_SESSION_CLOSE,
        COMMAND_SESSION_INVALIDATE,
        COMMAND_MFA_DISTRUST,
        COMMAND_USER_DISABLE,
        COMMAND_USER_CHANGE_STATE,
        COMMAND_USER_CHANGE_ROLE,
        COMMAND_USER_CHANGE_PERMISSIONS,
        COMMAND_USER_DELETE,
        COMMAND_EMITTER_RETIRE,
        COMMAND_AUDITOR_REVOKE,
        /* What takes rights away. */
        COMMAND_TEAM_REMOVE_MEMBER,
        COMMAND_PROJECT_REMOVE_MEMBER,
        COMMAND_PROJECT_UNASSIGN_SUBADMIN,
        COMMAND_CERT_EXPIRE,
        COMMAND_GROUP_REMOVE_MEMBER,
        COMMAND_GROUP_ROTATE_KEY,
        COMMAND_VAULT_FILE_UNSHARE,
        COMMAND_VAULT_KEY_REMOVE,
        COMMAND_VAULT_FILE_DELETE,
        /* Alerts, and what must not be lost meanwhile. */
        COMMAND_ALERT_ACKNOWLEDGE,
        COMMAND_ALERT_CLOSE,
        COMMAND_ALERT_SET_CONTACT,
        COMMAND_CASE_HOLD,
    };
    for (size_t i = 0; i < sizeof critical / sizeof critical[0]; i++) {
        if (critical[i] == kind) {
            return true;
        }
    }
    return false;
}

bool critical_event(enum event_kind kind, enum outcome outcome)
{
    return outcome != OUTCOME_OK || kind == EVENT_EMITTER_SPOOL_LOST ||
           kind == EVENT_VAULT_STORAGE_ACCESS_OBSERVED;
}

bool critical_submission(const struct submission *submission)
{
    struct bytes events = submission->events;
    for (uint32_t i = 0; i < submission->count; i++) {
        struct leaf leaf;
        struct submission_event event = submission_next(&events);
        if (!failed(leaf_decode_statement(event.statement, &leaf)) &&
            critical_event(leaf.kind, leaf.outcome)) {
            return true;
        }
    }
    return false;
}

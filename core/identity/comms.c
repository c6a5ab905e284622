/* Messages to many: announcements and mail. Only digest and size of a message are in the log. */
#include "core/dispatch.h"
#include "core/identity/permission.h"
#include "core/identity/user.h"
#include "core/project/membership.h"

/* Decide ---------------------------------------------------------------------------------- */

void comms_announce_decide(const struct view *view, const struct actor *actor,
                           const struct comms_announce *command, struct decision *decision)
{
    bool to_project = command->audience == AUDIENCE_PROJECT;
    bool administers =
        actor->role >= USER_ROLE_ADMIN && user_can(view, actor, USER_PERMISSION_ANNOUNCE);
    REFUSE_UNLESS(to_project == command->has_project, RULE_IDN_18A);
    REFUSE_UNLESS(administers || (to_project && membership_leads(view, actor, command->project)),
                  RULE_IDN_18A);
    EMIT(EVENT_COMMS_ANNOUNCED, THE_LOG, comms_announced, .audience = command->audience,
         .has_project = command->has_project, .project = command->project,
         .digest = command->digest, .size = command->size);
}

/* Whether everybody who is to get mail is a user and, where it says so, a member of the project. */
static enum rule refusal_of(const struct view *view, const struct comms_send_mail *command,
                            bool members_only)
{
    for (size_t i = 0; i < command->recipients_count; i++) {
        struct arena before = *view->arena;
        struct user_row user;
        FORBID_IF(!user_by_id(view, command->recipients[i], &user) || user.deleted, RULE_IDN_01D);
        FORBID_IF(members_only &&
                      !membership_active(view, command->project, command->recipients[i], NULL),
                  RULE_IDN_17A);
        *view->arena = before;
    }
    return RULE_NONE;
}

void comms_send_mail_decide(const struct view *view, const struct actor *actor,
                            const struct comms_send_mail *command, struct decision *decision)
{
    bool administers =
        actor->role >= USER_ROLE_SUB_ADMIN && user_can(view, actor, USER_PERMISSION_SEND_MAIL);
    bool leads = command->has_project && membership_leads(view, actor, command->project);
    REFUSE_UNLESS(administers || leads, RULE_IDN_17A);
    enum rule refusal = refusal_of(view, command, !administers);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_COMMS_MAIL_SENT, THE_LOG, comms_mail_sent, .recipients = command->recipients,
         .recipients_count = command->recipients_count, .digest = command->digest,
         .size = command->size);
}

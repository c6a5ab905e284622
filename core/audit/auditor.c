#include "core/audit/auditor.h"

#include "core/audit/manager.h"
#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/project/project.h"

bool auditor_by_id(const struct view *view, struct id invitation, struct invitation_row *out)
{
    struct invitation_row row = {.invitation = invitation};
    if (!view_find(view, ROW_INVITATION, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool auditor_by_digest(const struct view *view, const struct digest *digest,
                       struct invitation_row *out)
{
    struct invitation_digest_row row = {.digest = *digest};
    return view_find(view, ROW_INVITATION_DIGEST, &row) && auditor_by_id(view, row.invitation, out);
}

bool auditor_is_open(const struct view *view, const struct invitation_row *invitation)
{
    return !invitation->has_revoked && view->now_utc_us < invitation->expires;
}

bool auditor_may_enter(const struct view *view, const struct invitation_row *invitation)
{
    return auditor_is_open(view, invitation) && invitation->has_digest && !invitation->has_entered;
}

bool auditor_session_of(const struct view *view, const struct digest *digest,
                        struct auditor_session_row *session, struct invitation_row *invitation)
{
    struct auditor_session_row row = {.digest = *digest};
    struct invitation_row of;
    if (!view_find(view, ROW_AUDITOR_SESSION, &row) || view->now_utc_us >= row.ends ||
        !auditor_by_id(view, row.invitation, &of) || !auditor_is_open(view, &of)) {
        return false;
    }
    *session = row;
    *invitation = of;
    return true;
}

/* Decide ---------------------------------------------------------------------------------- */

static bool may_invite(const struct view *view, const struct actor *actor)
{
    return actor->role == USER_ROLE_SUPER_ADMIN || manager_may_manage(view, actor);
}

static bool is_new(const struct view *view, const struct digest *digest)
{
    struct invitation_digest_row known = {.digest = *digest};
    return !view_find(view, ROW_INVITATION_DIGEST, &known);
}

/* One way in, and nobody else's. */
static bool is_way_in(const struct view *view, const struct auditor_invite *command)
{
    return command->has_digest != command->has_certificate &&
           is_new(view, command->has_digest ? &command->digest : &command->certificate);
}

static bool is_scope(const struct view *view, const struct auditor_invite *command)
{
    struct project_row project;
    bool backwards = command->has_from && command->has_until && command->from >= command->until;
    return !backwards && (!command->has_project || project_by_id(view, command->project, &project));
}

void auditor_invite_decide(const struct view *view, const struct actor *actor,
                           const struct auditor_invite *command, struct decision *decision)
{
    REFUSE_UNLESS(may_invite(view, actor), RULE_AUD_10D);
    REFUSE_IF(command->name.size == 0 || command->name.size > AUDITOR_NAME_MAX, RULE_AUD_10E);
    REFUSE_UNLESS(is_way_in(view, command), RULE_AUD_10F);
    REFUSE_IF(command->expires <= view->now_utc_us ||
                  command->expires - view->now_utc_us > AUDITOR_INVITED_MAX_US,
              RULE_AUD_10G);
    REFUSE_UNLESS(is_scope(view, command), RULE_AUD_10H);
    EMIT(EVENT_AUDITOR_INVITED, NEW(ID_INVITATION), auditor_invited, .name = command->name,
         .has_digest = command->has_digest, .digest = command->digest,
         .has_certificate = command->has_certificate, .certificate = command->certificate,
         .has_project = command->has_project, .project = command->project,
         .has_from = command->has_from, .from = command->from, .has_until = command->has_until,
         .until = command->until, .expires = command->expires);
}

void auditor_revoke_decide(const struct view *view, const struct actor *actor,
                           const struct auditor_revoke *command, struct decision *decision)
{
    struct invitation_row invitation;
    REFUSE_UNLESS(may_invite(view, actor), RULE_AUD_10D);
    REFUSE_UNLESS(auditor_by_id(view, command->invitation, &invitation), RULE_AUD_10I);
    REFUSE_IF(invitation.has_revoked, RULE_AUD_10I);
    EMIT(EVENT_AUDITOR_REVOKED, invitation.invitation, auditor_revoked, .reason = command->reason);
}

/* Evolve ---------------------------------------------------------------------------------- */

void auditor_invited_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct auditor_invited *body)
{
    evolution_put(evolution, ROW_INVITATION,
                  &(struct invitation_row){.invitation = leaf->on[0],
                                           .name = body->name,
                                           .has_digest = body->has_digest,
                                           .digest = body->digest,
                                           .has_certificate = body->has_certificate,
                                           .certificate = body->certificate,
                                           .has_project = body->has_project,
                                           .project = body->project,
                                           .has_from = body->has_from,
                                           .from = body->from,
                                           .has_until = body->has_until,
                                           .until = body->until,
                                           .expires = body->expires,
                                           .inviter = manager_actor(leaf),
                                           .invited = leaf->t_utc_us});
    if (body->has_digest || body->has_certificate) {
        evolution_put(evolution, ROW_INVITATION_DIGEST,
                      &(struct invitation_digest_row){
                          .digest = body->has_digest ? body->digest : body->certificate,
                          .invitation = leaf->on[0]});
    }
}

void auditor_revoked_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct auditor_revoked *body)
{
    struct invitation_row row = {.invitation = leaf->on[0]};
    if (evolution_find(evolution, ROW_INVITATION, &row)) {
        row.has_revoked = true;
        row.revoked = leaf->t_utc_us;
        row.has_revoker = true;
        row.revoker = manager_actor(leaf);
        row.has_reason = true;
        row.reason = body->reason;
        evolution_put(evolution, ROW_INVITATION, &row);
    }
}

void auditor_entered_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct auditor_entered *body)
{
    struct invitation_row row = {.invitation = leaf->on[0]};
    if (!evolution_find(evolution, ROW_INVITATION, &row)) {
        return;
    }
    uint64_t ends = leaf->t_utc_us + AUDITOR_SESSION_US;
    row.has_entered = true;
    row.entered = leaf->t_utc_us;
    evolution_put(evolution, ROW_INVITATION, &row);
    evolution_put(evolution, ROW_AUDITOR_SESSION,
                  &(struct auditor_session_row){.digest = body->digest,
                                                .invitation = leaf->on[0],
                                                .opened = leaf->t_utc_us,
                                                .ends = ends < row.expires ? ends : row.expires,
                                                .address = body->address});
}

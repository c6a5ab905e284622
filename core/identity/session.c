#include "core/identity/session.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/second_factor.h"
#include "core/identity/setting.h"
#include "core/identity/user.h"
#include "core/project/certification.h"
#include "core/project/label.h"
#include "core/project/membership.h"

static bool find(const struct view *view, struct id session, struct session_row *out)
{
    struct session_row row = {.session = session};
    if (session.kind != ID_SESSION || !view_find(view, ROW_SESSION, &row)) {
        return false;
    }
    *out = row;
    return true;
}

uint64_t session_expiry(const struct view *view, const struct session_row *session)
{
    struct view then = *view;
    uint64_t instead = policy_seconds(view, SETTING_SESSION_LIFE);
    if (instead == 0 || session->state != SESSION_STATE_OPENED) {
        return session->expires;
    }
    then.policy = NULL;
    then.as_of_n = session->opened_n;
    uint64_t life = setting_seconds(&then, SETTING_SESSION_LIFE);
    return session->expires - life * TIME_SECOND_US + instead * TIME_SECOND_US;
}

bool session_is_open(const struct view *view, struct id session, struct session_row *out)
{
    struct session_row row;
    if (!find(view, session, &row) || row.state != SESSION_STATE_OPENED ||
        view->now_utc_us >= session_expiry(view, &row)) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

struct id session_of(const struct view *view, struct id user)
{
    struct open_session_row row = {.user = user};
    struct view_walk walk = view_walk_of(view, ROW_OPEN_SESSION, &row, 1);
    struct id newest = {0};
    uint64_t opened_n = 0;
    while (view_walk_next(&walk, &row)) {
        struct session_row session;
        if (session_is_open(view, row.session, &session) && session.opened_n >= opened_n) {
            opened_n = session.opened_n;
            newest = row.session;
        }
    }
    return newest;
}

bool session_has_project(const struct view *view, struct id session, struct id project)
{
    struct session_row row;
    return session_is_open(view, session, &row) && row.has_project &&
           id_equal(row.project, project);
}

/* Sessions of a user ---------------------------------------------------------------------- */

/* The rows of a walk do not outlive it, and events lend from them nothing but ids. */
static void invalidate(struct decision *decision, const struct open_session_row *open,
                       enum session_end cause, struct bytes reason)
{
    EMIT(EVENT_SESSION_INVALIDATED, open->session, session_invalidated, .cause = cause,
         .has_reason = reason.size > 0, .reason = reason);
    decision_also(decision, open->user);
}

void session_end_all(const struct view *view, struct id user, enum session_end cause,
                     struct bytes reason, struct decision *decision)
{
    struct open_session_row row = {.user = user};
    struct view_walk walk = view_walk_of(view, ROW_OPEN_SESSION, &row, 1);
    while (view_walk_next(&walk, &row)) {
        invalidate(decision, &row, cause, reason);
    }
}

/* Ends those that have run out; the number of the others. */
static size_t end_expired(const struct view *view, struct id user, struct decision *decision)
{
    struct open_session_row row = {.user = user};
    struct view_walk walk = view_walk_of(view, ROW_OPEN_SESSION, &row, 1);
    size_t open = 0;
    while (view_walk_next(&walk, &row)) {
        if (session_is_open(view, row.session, NULL)) {
            open++;
        } else {
            invalidate(decision, &row, SESSION_END_EXPIRED, (struct bytes){0});
        }
    }
    return open;
}

/* Rights ---------------------------------------------------------------------------------- */

enum {
    RIGHTS_USER_MAX = 1024, /* bytes of the line of role and permissions */
};

static void link_line(const struct view *view, struct digest *chain, const struct text *line)
{
    const struct bytes pieces[] = {BYTES(chain->sha256), text_bytes(line)};
    if (line->full) {
        *view->trouble = FAIL(NO_MEMORY, line->capacity);
    }
    *chain = decision_hash(view, pieces, 2);
}

static void link_user(const struct view *view, struct digest *chain, const struct user_row *user)
{
    char memory[RIGHTS_USER_MAX];
    struct text line = TEXT_IN(memory);
    text_put_literal(&line, "{\"permissions\":[");
    for (size_t i = 0; i < user->permissions_count; i++) {
        text_put_string(&line, i == 0 ? "\"" : ",\"");
        text_put_string(&line, user_permission_name(user->permissions[i]));
        text_put_char(&line, '"');
    }
    text_put_literal(&line, "],\"role\":\"");
    text_put_string(&line, user_role_name(user->role));
    text_put_literal(&line, "\",\"user\":\"");
    id_write(&line, user->user);
    text_put_literal(&line, "\"}");
    link_line(view, chain, &line);
}

static void link_memberships(const struct view *view, struct digest *chain, struct id user)
{
    struct member_of_row of = {.user = user};
    struct view_walk walk = view_walk_of(view, ROW_MEMBER_OF, &of, 1);
    while (view_walk_next(&walk, &of)) {
        struct membership_row membership;
        if (membership_active(view, of.project, user, &membership)) {
            struct arena before = *view->arena;
            struct text line = view_rest(view->arena);
            membership_row_encode(&membership, &line);
            link_line(view, chain, &line);
            *view->arena = before;
        }
    }
}

static void link_certifications(const struct view *view, struct digest *chain, struct id user)
{
    struct cert_of_row of = {.user = user};
    struct view_walk walk = view_walk_of(view, ROW_CERT_OF, &of, 1);
    while (view_walk_next(&walk, &of)) {
        struct cert_row cert = {.cert = of.cert};
        if (view_find(view, ROW_CERT, &cert) && !cert.ended &&
            (!cert.has_expires || view->now_utc_us < cert.expires)) {
            struct arena before = *view->arena;
            struct text line = view_rest(view->arena);
            cert_row_encode(&cert, &line);
            link_line(view, chain, &line);
            *view->arena = before;
        }
    }
}

struct digest session_rights(const struct view *view, const struct user_row *user)
{
    struct digest chain = {0};
    link_user(view, &chain, user);
    link_memberships(view, &chain, user->user);
    link_certifications(view, &chain, user->user);
    return chain;
}

/* Decide: opening ------------------------------------------------------------------------- */

static enum rule refusal_of_actor(const struct view *view, const struct actor *actor,
                                  struct user_row *out)
{
    return user_by_id(view, actor->user, out) ? user_refusal(view, out) : RULE_IDN_01D;
}

void session_challenge_decide(const struct view *view, const struct actor *actor,
                              const struct session_challenge *command, struct decision *decision)
{
    struct user_row user;
    enum rule refusal = refusal_of_actor(view, actor, &user);
    (void)command;
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_SESSION_CHALLENGED, NEW(ID_SESSION), session_challenged, .user = user.user,
         .nonce = BYTES(actor->random.sha256),
         .expires = view->now_utc_us + SESSION_CHALLENGE_LIFE * TIME_SECOND_US);
    decision_also(decision, user.user);
}

static bool is_answered(const struct view *view, const struct actor *actor,
                        const struct session_open *command, struct session_row *out)
{
    return find(view, command->session, out) && id_equal(out->user, actor->user) &&
           out->state == SESSION_STATE_CHALLENGED && view->now_utc_us < out->expires &&
           bytes_equal(out->nonce, command->nonce);
}

static void emit_opened(const struct view *view, const struct user_row *user,
                        const struct second_factor *factor, struct id provider,
                        struct decision *decision)
{
    EMIT(EVENT_SESSION_MFA_VERIFIED, factor->session, session_mfa_verified, .provider = provider,
         .token = factor->token, .issued = factor->issued_utc_us,
         .expires = factor->expires_utc_us);
    decision_also(decision, user->user);
    uint64_t life_us = setting_seconds(view, SETTING_SESSION_LIFE) * TIME_SECOND_US;
    EMIT(EVENT_SESSION_OPENED, factor->session, session_opened, .user = user->user,
         .role = user->role, .expires = view->now_utc_us + life_us,
         .rights = session_rights(view, user));
    decision_also(decision, user->user);
}

void session_open_decide(const struct view *view, const struct actor *actor,
                         const struct session_open *command, struct decision *decision)
{
    struct session_row challenge;
    struct user_row user;
    struct second_factor factor;
    struct id provider;
    enum rule refusal = refusal_of_actor(view, actor, &user);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(is_answered(view, actor, command, &challenge), RULE_IDN_06H);
    refusal = second_factor_refusal(view, &challenge, command->statement, &factor, &provider);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    struct decision expired = {0};
    REFUSE_UNLESS(end_expired(view, user.user, &expired) < SESSIONS_OPEN_MAX, RULE_IDN_11D);
    *decision = expired;
    emit_opened(view, &user, &factor, provider, decision);
}

/* Decide: ending -------------------------------------------------------------------------- */

void session_close_decide(const struct view *view, const struct actor *actor,
                          const struct session_close *command, struct decision *decision)
{
    struct session_row session;
    REFUSE_UNLESS(session_is_open(view, command->session, &session), RULE_IDN_11B);
    REFUSE_UNLESS(id_equal(session.user, actor->user), RULE_IDN_11C);
    EMIT(EVENT_SESSION_CLOSED, session.session, session_closed, .cause = SESSION_END_CLOSED);
    decision_also(decision, session.user);
}

void session_invalidate_decide(const struct view *view, const struct actor *actor,
                               const struct session_invalidate *command, struct decision *decision)
{
    struct session_row session;
    struct user_row user;
    REFUSE_UNLESS(session_is_open(view, command->session, &session), RULE_IDN_11B);
    if (!id_equal(session.user, actor->user)) {
        REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_IDN_11C);
        enum rule refusal = user_change_refusal(view, actor, session.user, &user);
        REFUSE_IF(refusal != RULE_NONE, refusal);
    }
    EMIT(EVENT_SESSION_INVALIDATED, session.session, session_invalidated,
         .cause = SESSION_END_INVALIDATED, .has_reason = command->reason.size > 0,
         .reason = command->reason);
    decision_also(decision, session.user);
}

/* Decide: projects ------------------------------------------------------------------------ */

/* Ids lent by the arena of the view, for the body of an event. */
static const struct id *lent_ids(const struct view *view, const struct id *ids, size_t count)
{
    struct id *copy = arena_take(view->arena, count * sizeof *ids);
    if (copy == NULL) {
        *view->trouble = FAIL(NO_MEMORY, count);
        return NULL;
    }
    memcpy(copy, ids, count * sizeof *ids);
    return copy;
}

/* The levels that a project is under, its ancestors' included. */
static size_t levels_of(const struct view *view, struct id project, struct id out[LABEL_DEPTH_MAX])
{
    size_t count = 0;
    struct project_row row = {.project = project};
    for (unsigned depth = 0; depth < LABEL_DEPTH_MAX; depth++) {
        if (!view_find(view, ROW_PROJECT, &row)) {
            break;
        }
        if (row.has_level) {
            out[count++] = row.level;
        }
        if (!row.has_parent) {
            break;
        }
        row = (struct project_row){.project = row.parent};
    }
    return count;
}

static size_t certs_of(const struct view *view, struct id project, struct id user,
                       struct id out[REQUIREMENTS_MAX])
{
    struct id required[REQUIREMENTS_MAX];
    size_t required_count = certification_required(view, project, required), count = 0;
    for (size_t i = 0; i < required_count; i++) {
        struct cert_row cert;
        if (certification_holds(view, user, required[i], &cert)) {
            out[count++] = cert.cert;
        }
    }
    return count;
}

static void emit_activated(const struct view *view, const struct session_row *session,
                           struct id project, struct decision *decision)
{
    struct id levels[LABEL_DEPTH_MAX], certs[REQUIREMENTS_MAX];
    struct session_project_activated body = {.project = project};
    body.levels_count = levels_of(view, project, levels);
    body.levels = lent_ids(view, levels, body.levels_count);
    body.certs_count = certs_of(view, project, session->user, certs);
    body.certs = lent_ids(view, certs, body.certs_count);
    decision_add(decision, EVENT_SESSION_PROJECT_ACTIVATED, session->session)
        ->body.session_project_activated = body;
    decision_also(decision, project);
    decision_also(decision, session->user);
}

static void emit_deactivated(const struct session_row *session, struct bytes cause,
                             struct decision *decision)
{
    EMIT(EVENT_SESSION_PROJECT_DEACTIVATED, session->session, session_project_deactivated,
         .project = session->project, .cause = cause);
    decision_also(decision, session->project);
    decision_also(decision, session->user);
}

void session_activate_project_decide(const struct view *view, const struct actor *actor,
                                     const struct session_activate_project *command,
                                     struct decision *decision)
{
    struct session_row session;
    REFUSE_UNLESS(session_is_open(view, actor->session, &session), RULE_IDN_11B);
    REFUSE_UNLESS(membership_granted(view, actor, command->project, NULL), RULE_IDN_08A);
    REFUSE_UNLESS(certification_granted(view, actor, command->project, NULL), RULE_IDN_08B);
    if (session.has_project && !id_equal(session.project, command->project)) {
        emit_deactivated(&session, LITERAL("another project was activated"), decision);
    }
    emit_activated(view, &session, command->project, decision);
}

void session_deactivate_project_decide(const struct view *view, const struct actor *actor,
                                       const struct session_deactivate_project *command,
                                       struct decision *decision)
{
    struct session_row session;
    (void)command;
    REFUSE_UNLESS(session_is_open(view, actor->session, &session), RULE_IDN_11B);
    REFUSE_UNLESS(session.has_project, RULE_IDN_08C);
    emit_deactivated(&session, LITERAL("asked for"), decision);
}

/* Evolve ---------------------------------------------------------------------------------- */

void session_challenged_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct session_challenged *body)
{
    evolution_put(evolution, ROW_SESSION,
                  &(struct session_row){.session = leaf->on[0],
                                        .user = body->user,
                                        .state = SESSION_STATE_CHALLENGED,
                                        .nonce = body->nonce,
                                        .expires = body->expires});
}

void session_opened_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct session_opened *body)
{
    struct session_row row = {.session = leaf->on[0]};
    if (evolution_find(evolution, ROW_SESSION, &row)) {
        row.state = SESSION_STATE_OPENED;
        row.expires = body->expires;
        row.opened_n = leaf->n;
        evolution_put(evolution, ROW_SESSION, &row);
        evolution_put(evolution, ROW_OPEN_SESSION,
                      &(struct open_session_row){.user = row.user, .session = row.session});
    }
}

static void end(struct evolution *evolution, struct id session, enum session_end cause)
{
    struct session_row row = {.session = session};
    if (evolution_find(evolution, ROW_SESSION, &row)) {
        row.state = SESSION_STATE_CLOSED;
        row.has_end = true;
        row.end = cause;
        row.has_project = false;
        row.project = (struct id){0};
        evolution_put(evolution, ROW_SESSION, &row);
        evolution_remove(evolution, ROW_OPEN_SESSION,
                         &(struct open_session_row){.user = row.user, .session = session});
    }
}

void session_closed_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct session_closed *body)
{
    end(evolution, leaf->on[0], body->cause);
}

void session_invalidated_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct session_invalidated *body)
{
    end(evolution, leaf->on[0], body->cause);
}

void session_project_activated_evolve(struct evolution *evolution, const struct leaf *leaf,
                                      const struct session_project_activated *body)
{
    struct session_row row = {.session = leaf->on[0]};
    if (evolution_find(evolution, ROW_SESSION, &row)) {
        row.has_project = true;
        row.project = body->project;
        evolution_put(evolution, ROW_SESSION, &row);
    }
}

void session_project_deactivated_evolve(struct evolution *evolution, const struct leaf *leaf,
                                        const struct session_project_deactivated *body)
{
    struct session_row row = {.session = leaf->on[0]};
    if (evolution_find(evolution, ROW_SESSION, &row) && row.has_project &&
        id_equal(row.project, body->project)) {
        row.has_project = false;
        row.project = (struct id){0};
        evolution_put(evolution, ROW_SESSION, &row);
    }
}

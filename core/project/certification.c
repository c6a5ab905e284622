#include "core/project/certification.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/user.h"
#include "core/project/activation.h"
#include "core/project/label.h"
#include "core/project/membership.h"
#include "core/project/requirement.h"
#include "schema/time.h"

static const struct id nothing = {ID_NONE, 0};

/* Holding --------------------------------------------------------------------------------- */

static bool is_in_force(const struct view *view, const struct cert_row *cert)
{
    return !cert->ended && cert->issued <= view->now_utc_us &&
           (!cert->has_expires || view->now_utc_us < cert->expires);
}

static bool lasts_longer(const struct cert_row *cert, const struct cert_row *than)
{
    return than->has_expires && (!cert->has_expires || cert->expires > than->expires);
}

static bool holds(const struct view *view, const struct cert_of_row *of, struct id without,
                  struct cert_row *out, uint64_t *made_by)
{
    struct cert_of_row row = *of;
    struct view_walk walk = view_walk_of(view, ROW_CERT_OF, &row, 2);
    bool found = false;
    *made_by = UINT64_MAX;
    while (view_walk_next(&walk, &row)) {
        struct cert_row cert = {.cert = row.cert};
        uint64_t n;
        if (!id_equal(row.cert, without) && view_find_made_by(view, ROW_CERT, &cert, &n) &&
            is_in_force(view, &cert) && (!found || lasts_longer(&cert, out))) {
            found = true;
            *out = cert;
            *made_by = n;
        }
    }
    return found;
}

bool certification_holds_made_by(const struct view *view, struct id user, struct id requirement,
                                 struct cert_row *out, uint64_t *made_by)
{
    struct cert_row row;
    *made_by = UINT64_MAX;
    if (user.kind != ID_USER || requirement.kind != ID_REQUIREMENT) {
        return false;
    }
    const struct cert_of_row of = {.user = user, .requirement = requirement};
    bool found = holds(view, &of, nothing, &row, made_by);
    if (found && out != NULL) {
        *out = row;
    }
    return found;
}

bool certification_holds(const struct view *view, struct id user, struct id requirement,
                         struct cert_row *out)
{
    uint64_t made_by;
    return certification_holds_made_by(view, user, requirement, out, &made_by);
}

/* Requirements ---------------------------------------------------------------------------- */

static bool is_among(struct id id, const struct id *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (id_equal(ids[i], id)) {
            return true;
        }
    }
    return false;
}

static bool add_level(const struct view *view, struct id level, struct id *out, size_t *count)
{
    struct level_row row = {.level = level};
    if (!view_find(view, ROW_LEVEL, &row)) {
        return false;
    }
    for (size_t i = 0; i < row.requirements_count; i++) {
        if (is_among(row.requirements[i], out, *count)) {
            continue;
        }
        if (*count == REQUIREMENTS_MAX) {
            return false;
        }
        out[(*count)++] = row.requirements[i];
    }
    return true;
}

static bool add_all(const struct view *view, struct id project, struct id *out, size_t *count)
{
    for (unsigned depth = 0; depth < LABEL_DEPTH_MAX; depth++) {
        struct project_row row = {.project = project};
        if (project.kind != ID_PROJECT || !view_find(view, ROW_PROJECT, &row) ||
            (row.has_level && !add_level(view, row.level, out, count))) {
            return false;
        }
        if (!row.has_parent) {
            return true;
        }
        project = row.parent;
    }
    return false;
}

bool certification_required_all(const struct view *view, struct id project,
                                struct id out[static REQUIREMENTS_MAX], size_t *count)
{
    size_t used = view->arena->used;
    *count = 0;
    bool all = add_all(view, project, out, count);
    view->arena->used = used;
    return all;
}

size_t certification_required(const struct view *view, struct id project,
                              struct id out[static REQUIREMENTS_MAX])
{
    size_t count;
    (void)certification_required_all(view, project, out, &count);
    return count;
}

/* Satisfaction ---------------------------------------------------------------------------- */

struct question {
    struct id project, user;
    struct id without; /* a certification that does not count */
};

static bool holds_all(const struct view *view, const struct question *question,
                      const struct id *required, size_t count, struct id *missing)
{
    for (size_t i = 0; i < count; i++) {
        const struct cert_of_row of = {.user = question->user, .requirement = required[i]};
        struct cert_row cert;
        uint64_t made_by;
        if (!holds(view, &of, question->without, &cert, &made_by)) {
            *missing = required[i];
            return false;
        }
    }
    return true;
}

static bool satisfied(const struct view *view, const struct question *question, struct id *missing)
{
    struct id required[REQUIREMENTS_MAX];
    size_t count;
    *missing = nothing;
    return question->user.kind == ID_USER &&
           certification_required_all(view, question->project, required, &count) &&
           holds_all(view, question, required, count, missing);
}

bool certification_satisfied(const struct view *view, struct id project, struct id user,
                             struct id *missing)
{
    struct id first = nothing;
    const struct question question = {.project = project, .user = user};
    bool met = satisfied(view, &question, &first);
    if (!met && missing != NULL) {
        *missing = first;
    }
    return met;
}

bool certification_satisfied_without(const struct view *view, struct id project, struct id user,
                                     struct id cert)
{
    struct id missing;
    const struct question question = {.project = project, .user = user, .without = cert};
    return satisfied(view, &question, &missing);
}

bool certification_granted(const struct view *view, const struct actor *actor, struct id project,
                           struct id *missing)
{
    struct id required[REQUIREMENTS_MAX], first = nothing;
    const struct question question = {.project = project, .user = actor->user};
    struct view kept = view_of_rights(view, actor), login = view_at_login(view, actor);
    size_t count = certification_required(&kept, project, required);
    bool met = satisfied(&kept, &question, &first) &&
               holds_all(&login, &question, required, count, &first) &&
               satisfied(&login, &question, &first);
    if (!met && missing != NULL) {
        *missing = first;
    }
    return met;
}

/* Decide ---------------------------------------------------------------------------------- */

/* An administrator, or whoever leads a project that asks for the requirement. */
static bool may_certify(const struct view *view, const struct actor *actor, struct id project,
                        struct id requirement)
{
    struct id required[REQUIREMENTS_MAX];
    if (actor->role >= USER_ROLE_ADMIN) {
        return true;
    }
    return membership_leads(view, actor, project) &&
           is_among(requirement, required, certification_required(view, project, required));
}

static uint64_t after(uint64_t from_utc_us, uint64_t seconds)
{
    uint64_t most = (TIME_MAX_US - from_utc_us) / TIME_SECOND_US;
    return seconds > most ? TIME_MAX_US : from_utc_us + seconds * TIME_SECOND_US;
}

/* When the certification is to end: false if never. */
static bool end_of(const struct view *view, const struct cert_issue *command,
                   const struct requirement_row *requirement, uint64_t *expires)
{
    *expires = 0;
    if (command->has_expires) {
        *expires = command->expires;
        return true;
    }
    if (requirement->has_default_life || requirement->has_max_life) {
        *expires = after(view->now_utc_us, requirement->has_default_life ? requirement->default_life
                                                                         : requirement->max_life);
        return true;
    }
    return false;
}

void cert_issue_decide(const struct view *view, const struct actor *actor,
                       const struct cert_issue *command, struct decision *decision)
{
    struct requirement_row requirement;
    struct user_row user;
    struct id project = command->has_project ? command->project : nothing;
    uint64_t expires;
    REFUSE_UNLESS(may_certify(view, actor, project, command->requirement), RULE_SEC_03A);
    REFUSE_UNLESS(requirement_by_id(view, command->requirement, &requirement), RULE_SEC_01C);
    REFUSE_UNLESS(user_by_id(view, command->user, &user) && !user.deleted, RULE_SEC_01C);
    bool ends = end_of(view, command, &requirement, &expires);
    REFUSE_IF(ends && expires <= view->now_utc_us, RULE_SEC_03B);
    REFUSE_IF(requirement.has_max_life && expires > after(view->now_utc_us, requirement.max_life),
              RULE_SEC_03B);
    EMIT(EVENT_CERT_ISSUED, NEW(ID_CERT), cert_issued, .user = command->user,
         .requirement = command->requirement, .issued = view->now_utc_us, .has_expires = ends,
         .expires = expires, .has_evidence = command->has_evidence, .evidence = command->evidence,
         .of_self = id_equal(actor->user, command->user));
    decision_also(decision, command->user);
    decision_also(decision, command->requirement);
}

void cert_expire_decide(const struct view *view, const struct actor *actor,
                        const struct cert_expire *command, struct decision *decision)
{
    struct cert_row cert = {.cert = command->cert};
    struct id project = command->has_project ? command->project : nothing;
    REFUSE_UNLESS(view_find(view, ROW_CERT, &cert), RULE_SEC_04A);
    REFUSE_UNLESS(may_certify(view, actor, project, cert.requirement), RULE_SEC_04A);
    REFUSE_UNLESS(is_in_force(view, &cert) && command->reason.size > 0, RULE_SEC_04A);
    EMIT(EVENT_CERT_EXPIRED, cert.cert, cert_expired, .reason = command->reason);
    decision_also(decision, cert.user);
    decision_also(decision, cert.requirement);
    const struct activation_loss loss = {
        .user = cert.user, .cert = cert.cert, .cause = LITERAL("a certification has ended")};
    activation_end(view, &loss, decision);
}

/* Evolve ---------------------------------------------------------------------------------- */

void cert_issued_evolve(struct evolution *evolution, const struct leaf *leaf,
                        const struct cert_issued *body)
{
    evolution_put(evolution, ROW_CERT,
                  &(struct cert_row){.cert = leaf->on[0],
                                     .user = body->user,
                                     .requirement = body->requirement,
                                     .issued = body->issued,
                                     .has_expires = body->has_expires,
                                     .expires = body->expires});
    evolution_put(evolution, ROW_CERT_OF,
                  &(struct cert_of_row){
                      .user = body->user, .requirement = body->requirement, .cert = leaf->on[0]});
}

void cert_expired_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct cert_expired *body)
{
    struct cert_row row = {.cert = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_CERT, &row)) {
        row.ended = true;
        evolution_put(evolution, ROW_CERT, &row);
    }
}

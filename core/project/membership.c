#include "core/project/membership.h"

#include "core/dispatch.h"
#include "core/identity/user.h"
#include "core/project/activation.h"
#include "core/project/project.h"

static bool goes_on(const struct view *view, const struct membership_row *row)
{
    return !row->has_expires || view->now_utc_us < row->expires;
}

/* Whether a membership was ever made and not removed, expired or not. */
static bool is_there(const struct view *view, struct id project, struct id user,
                     struct membership_row *out, uint64_t *made_by)
{
    struct membership_row row = {.project = project, .user = user};
    if (project.kind != ID_PROJECT || user.kind != ID_USER ||
        !view_find_made_by(view, ROW_MEMBERSHIP, &row, made_by)) {
        return false;
    }
    *out = row;
    return true;
}

bool membership_active_made_by(const struct view *view, struct id project, struct id user,
                               struct membership_row *out, uint64_t *made_by)
{
    *out = (struct membership_row){.user = {ID_NONE, 0}};
    *made_by = UINT64_MAX;
    return is_there(view, project, user, out, made_by) && goes_on(view, out) &&
           project_by_id(view, project, NULL);
}

bool membership_active(const struct view *view, struct id project, struct id user,
                       struct membership_row *out)
{
    struct membership_row row;
    uint64_t made_by;
    if (!membership_active_made_by(view, project, user, &row, &made_by)) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool membership_forbids(const struct membership_row *row, enum restriction restriction)
{
    for (size_t i = 0; i < row->restrictions_count; i++) {
        if (row->restrictions[i] == restriction) {
            return true;
        }
    }
    return false;
}

/* A restriction that was lifted after the login is lifted from the next one on. */
static bool unite_restrictions(const struct view *view, const struct membership_row *then,
                               struct membership_row *row)
{
    enum restriction *both = arena_take(view->arena, RESTRICTION_COUNT * sizeof *both);
    size_t count = 0;
    if (both == NULL) {
        *view->trouble = FAIL(NO_MEMORY, view->arena->capacity);
        return false;
    }
    for (unsigned i = 0; i < RESTRICTION_COUNT; i++) {
        enum restriction restriction = (enum restriction)i;
        if (membership_forbids(row, restriction) || membership_forbids(then, restriction)) {
            both[count++] = restriction;
        }
    }
    row->restrictions = both;
    row->restrictions_count = count;
    return true;
}

bool membership_granted(const struct view *view, const struct actor *actor, struct id project,
                        struct membership_row *out)
{
    struct membership_row row, then;
    struct view kept = view_of_rights(view, actor), login = view_at_login(view, actor);
    if (!membership_active(&kept, project, actor->user, &row) ||
        !membership_active(&login, project, actor->user, &then) ||
        !unite_restrictions(view, &then, &row)) {
        return false;
    }
    row.role = then.role < row.role ? then.role : row.role;
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool membership_leads(const struct view *view, const struct actor *actor, struct id project)
{
    struct membership_row row;
    return membership_granted(view, actor, project, &row) && row.role == PROJECT_ROLE_MANAGER;
}

static bool is_assigned(const struct view *view, const struct actor *actor, struct id project)
{
    struct view kept = view_of_rights(view, actor), login = view_at_login(view, actor);
    return project_is_assigned(&kept, project, actor->user) &&
           project_is_assigned(&login, project, actor->user);
}

bool membership_manages(const struct view *view, const struct actor *actor, struct id project)
{
    return actor->role >= USER_ROLE_ADMIN ||
           (actor->role == USER_ROLE_SUB_ADMIN && is_assigned(view, actor, project)) ||
           membership_leads(view, actor, project);
}

enum rule membership_refusal(const struct actor *actor, enum rule otherwise)
{
    return actor->role == USER_ROLE_SUB_ADMIN ? RULE_IDN_19B : otherwise;
}

/* Decide ---------------------------------------------------------------------------------- */

/* Whether others are active members, and nobody of them or as PI leads the project. */
static bool is_left_alone(const struct view *view, struct id project, struct id without)
{
    struct membership_row row = {.project = project};
    struct view_walk walk = view_walk_of(view, ROW_MEMBERSHIP, &row, 1);
    bool others = false;
    while (view_walk_next(&walk, &row)) {
        if (!id_equal(row.user, without) && goes_on(view, &row)) {
            if (row.role == PROJECT_ROLE_MANAGER) {
                return false;
            }
            others = true;
        }
    }
    return others;
}

/* Why somebody must not cease to be a manager, or RULE_NONE. A PI is one by definition. */
static enum rule kept(const struct view *view, const struct membership_row *row)
{
    struct project_row project;
    if (row->role != PROJECT_ROLE_MANAGER || !goes_on(view, row) ||
        !project_by_id(view, row->project, &project)) {
        return RULE_NONE;
    }
    FORBID_IF(project.has_pi && id_equal(project.pi, row->user), RULE_PRJ_16A);
    FORBID_IF(is_left_alone(view, row->project, row->user), RULE_PRJ_15A);
    return RULE_NONE;
}

static void end_activations(const struct view *view, const struct membership_row *row,
                            struct decision *decision)
{
    const struct activation_loss loss = {
        .user = row->user, .project = row->project, .cause = LITERAL("the membership has ended")};
    activation_end(view, &loss, decision);
}

void project_add_member_decide(const struct view *view, const struct actor *actor,
                               const struct project_add_member *command, struct decision *decision)
{
    struct user_row user;
    REFUSE_UNLESS(membership_manages(view, actor, command->project),
                  membership_refusal(actor, RULE_PRJ_03A));
    REFUSE_UNLESS(project_by_id(view, command->project, NULL), RULE_PRJ_01D);
    REFUSE_UNLESS(user_by_id(view, command->user, &user) && !user.deleted, RULE_PRJ_03D);
    REFUSE_IF(command->has_expires && command->expires <= view->now_utc_us, RULE_PRJ_03B);
    REFUSE_IF(membership_active(view, command->project, command->user, NULL), RULE_PRJ_03D);
    EMIT(EVENT_PROJECT_MEMBER_ADDED, command->project, project_member_added, .user = command->user,
         .role = command->role, .restrictions = command->restrictions,
         .restrictions_count = command->restrictions_count, .has_expires = command->has_expires,
         .expires = command->expires);
    decision_also(decision, command->user);
}

/* Whoever leaves needs nobody's leave. */
void project_remove_member_decide(const struct view *view, const struct actor *actor,
                                  const struct project_remove_member *command,
                                  struct decision *decision)
{
    struct membership_row row;
    uint64_t made_by;
    REFUSE_UNLESS(id_equal(actor->user, command->user) ||
                      membership_manages(view, actor, command->project),
                  membership_refusal(actor, RULE_PRJ_03A));
    REFUSE_UNLESS(project_by_id(view, command->project, NULL), RULE_PRJ_01D);
    REFUSE_UNLESS(is_there(view, command->project, command->user, &row, &made_by), RULE_PRJ_03D);
    enum rule refusal = kept(view, &row);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_PROJECT_MEMBER_REMOVED, command->project, project_member_removed,
         .user = command->user);
    decision_also(decision, command->user);
    end_activations(view, &row, decision);
}

void project_change_member_role_decide(const struct view *view, const struct actor *actor,
                                       const struct project_change_member_role *command,
                                       struct decision *decision)
{
    struct membership_row row;
    uint64_t made_by;
    REFUSE_UNLESS(membership_manages(view, actor, command->project),
                  membership_refusal(actor, RULE_PRJ_03A));
    REFUSE_UNLESS(project_by_id(view, command->project, NULL), RULE_PRJ_01D);
    REFUSE_UNLESS(is_there(view, command->project, command->user, &row, &made_by), RULE_PRJ_03D);
    enum rule refusal = command->role == PROJECT_ROLE_MANAGER ? RULE_NONE : kept(view, &row);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_PROJECT_MEMBER_ROLE_CHANGED, command->project, project_member_role_changed,
         .user = command->user, .from = row.role, .to = command->role);
    decision_also(decision, command->user);
}

/* A PI does not expire; a manager who is to expire still manages until then, so that only what ends
 * the membership at once can leave a project alone. */
void project_change_member_expiry_decide(const struct view *view, const struct actor *actor,
                                         const struct project_change_member_expiry *command,
                                         struct decision *decision)
{
    struct membership_row row;
    uint64_t made_by;
    bool at_once = command->has_expires && command->expires <= view->now_utc_us;
    REFUSE_UNLESS(membership_manages(view, actor, command->project),
                  membership_refusal(actor, RULE_PRJ_03A));
    REFUSE_UNLESS(project_by_id(view, command->project, NULL), RULE_PRJ_01D);
    REFUSE_UNLESS(is_there(view, command->project, command->user, &row, &made_by), RULE_PRJ_03D);
    enum rule refusal = command->has_expires ? kept(view, &row) : RULE_NONE;
    REFUSE_IF(refusal == RULE_PRJ_16A || (at_once && refusal != RULE_NONE), refusal);
    EMIT(EVENT_PROJECT_MEMBER_EXPIRY_CHANGED, command->project, project_member_expiry_changed,
         .user = command->user, .has_expires = command->has_expires, .expires = command->expires);
    decision_also(decision, command->user);
    if (at_once) {
        end_activations(view, &row, decision);
    }
}

/* Evolve ---------------------------------------------------------------------------------- */

/* True if there was no such row before. */
static bool put(struct evolution *evolution, const struct membership_row *row)
{
    struct membership_row before = {.project = row->project, .user = row->user};
    bool is_new = !evolution_find(evolution, ROW_MEMBERSHIP, &before);
    evolution_put(evolution, ROW_MEMBERSHIP, row);
    if (is_new) {
        evolution_put(evolution, ROW_MEMBER_OF,
                      &(struct member_of_row){.user = row->user, .project = row->project});
    }
    return is_new;
}

bool membership_put_manager(struct evolution *evolution, struct id project, struct id user)
{
    return put(evolution, &(struct membership_row){
                              .project = project, .user = user, .role = PROJECT_ROLE_MANAGER});
}

void project_member_added_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct project_member_added *body)
{
    struct project_row project = {.project = leaf->on[0]};
    bool is_new = put(evolution, &(struct membership_row){
                                     .project = leaf->on[0],
                                     .user = body->user,
                                     .role = body->role,
                                     .restrictions = body->restrictions,
                                     .restrictions_count = body->restrictions_count,
                                     .has_expires = body->has_expires,
                                     .expires = body->expires,
                                 });
    if (is_new && evolution_find(evolution, ROW_PROJECT, &project)) {
        project.members++;
        evolution_put(evolution, ROW_PROJECT, &project);
    }
}

void project_member_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct project_member_removed *body)
{
    struct project_row project = {.project = leaf->on[0]};
    struct membership_row row = {.project = leaf->on[0], .user = body->user};
    if (!evolution_find(evolution, ROW_MEMBERSHIP, &row)) {
        return;
    }
    evolution_remove(evolution, ROW_MEMBERSHIP, &row);
    evolution_remove(evolution, ROW_MEMBER_OF,
                     &(struct member_of_row){.user = body->user, .project = leaf->on[0]});
    if (evolution_find(evolution, ROW_PROJECT, &project) && project.members > 0) {
        project.members--;
        evolution_put(evolution, ROW_PROJECT, &project);
    }
}

void project_member_role_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                        const struct project_member_role_changed *body)
{
    struct membership_row row = {.project = leaf->on[0], .user = body->user};
    if (evolution_find(evolution, ROW_MEMBERSHIP, &row)) {
        row.role = body->to;
        evolution_put(evolution, ROW_MEMBERSHIP, &row);
    }
}

void project_member_expiry_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                          const struct project_member_expiry_changed *body)
{
    struct membership_row row = {.project = leaf->on[0], .user = body->user};
    if (evolution_find(evolution, ROW_MEMBERSHIP, &row)) {
        row.has_expires = body->has_expires;
        row.expires = body->expires;
        evolution_put(evolution, ROW_MEMBERSHIP, &row);
    }
}

#include "core/project/project.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/user.h"
#include "core/project/label.h"
#include "core/project/level.h"
#include "core/project/membership.h"

bool project_by_id(const struct view *view, struct id project, struct project_row *out)
{
    struct project_row row = {.project = project};
    if (project.kind != ID_PROJECT || !view_find(view, ROW_PROJECT, &row) || row.deleted) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool project_by_name(const struct view *view, struct bytes name, struct project_row *out)
{
    struct project_name_row row = {.name = name};
    return view_find(view, ROW_PROJECT_NAME, &row) && project_by_id(view, row.project, out);
}

bool project_is_assigned(const struct view *view, struct id project, struct id user)
{
    struct subadmin_row row = {.project = project, .user = user};
    return project.kind == ID_PROJECT && user.kind == ID_USER &&
           view_find(view, ROW_SUBADMIN, &row);
}

static bool has_pi(const struct view *view, struct id project, struct id user)
{
    struct project_row row;
    return project_by_id(view, project, &row) && row.has_pi && id_equal(row.pi, user);
}

bool project_is_pi(const struct view *view, const struct actor *actor, struct id project)
{
    struct view kept = view_of_rights(view, actor), login = view_at_login(view, actor);
    return has_pi(&kept, project, actor->user) && has_pi(&login, project, actor->user);
}

/* Decide ---------------------------------------------------------------------------------- */

static bool is_known_user(const struct view *view, struct id user)
{
    struct user_row row;
    return user_by_id(view, user, &row) && !row.deleted;
}

/* The permission to make projects, now and at login. */
static bool is_permitted(const struct view *view, struct id user)
{
    struct user_row row;
    if (user_by_id(view, user, &row)) {
        for (size_t i = 0; i < row.permissions_count; i++) {
            if (row.permissions[i] == USER_PERMISSION_CREATE_PROJECTS) {
                return true;
            }
        }
    }
    return false;
}

/* Below a project whoever manages it: its members may read what is tagged with the parent, if they
 * hold the keys, so that the permission to make projects is not enough. */
static bool may_create(const struct view *view, const struct actor *actor,
                       const struct project_create *command)
{
    struct view kept = view_of_rights(view, actor), login = view_at_login(view, actor);
    if (command->has_parent) {
        return membership_manages(view, actor, command->parent);
    }
    return actor->role >= USER_ROLE_ADMIN ||
           (is_permitted(&kept, actor->user) && is_permitted(&login, actor->user));
}

/* Whoever is no administrator manages what she makes, unless there is a PI. */
static bool becomes_manager(const struct actor *actor, const struct project_create *command)
{
    return actor->role < USER_ROLE_ADMIN && !command->has_pi;
}

void project_create_decide(const struct view *view, const struct actor *actor,
                           const struct project_create *command, struct decision *decision)
{
    struct project_name_row name = {.name = command->name};
    bool manager = becomes_manager(actor, command);
    REFUSE_UNLESS(may_create(view, actor, command), RULE_PRJ_01A);
    REFUSE_IF(command->name.size == 0 || view_find(view, ROW_PROJECT_NAME, &name), RULE_PRJ_01D);
    REFUSE_IF(command->has_parent && (!project_by_id(view, command->parent, NULL) ||
                                      label_depth(view, command->parent) >= LABEL_DEPTH_MAX),
              RULE_PRJ_08A);
    REFUSE_IF(command->has_pi && !is_known_user(view, command->pi), RULE_PRJ_16A);
    EMIT(EVENT_PROJECT_CREATED, NEW(ID_PROJECT), project_created, .name = command->name,
         .has_tag = command->has_tag, .tag = command->tag, .has_colour = command->has_colour,
         .colour = command->colour, .has_parent = command->has_parent, .parent = command->parent,
         .has_pi = command->has_pi, .pi = command->pi, .has_manager = manager,
         .manager = manager ? actor->user : (struct id){ID_NONE, 0},
         .declassify_pi_only = command->declassify_pi_only);
}

void project_edit_decide(const struct view *view, const struct actor *actor,
                         const struct project_edit *command, struct decision *decision)
{
    struct project_row row;
    REFUSE_UNLESS(membership_manages(view, actor, command->project),
                  membership_refusal(actor, RULE_PRJ_01C));
    REFUSE_UNLESS(project_by_id(view, command->project, &row), RULE_PRJ_01D);
    bool lifts =
        row.declassify_pi_only && command->has_declassify_pi_only && !command->declassify_pi_only;
    REFUSE_IF(lifts && !project_is_pi(view, actor, command->project), RULE_PRJ_12C);
    EMIT(EVENT_PROJECT_EDITED, command->project, project_edited,
         .has_tag = command->has_tag || row.has_tag,
         .tag = command->has_tag ? command->tag : row.tag,
         .has_colour = command->has_colour || row.has_colour,
         .colour = command->has_colour ? command->colour : row.colour,
         .declassify_pi_only = command->has_declassify_pi_only ? command->declassify_pi_only
                                                               : row.declassify_pi_only);
}

static bool has_children(const struct view *view, struct id project)
{
    struct subproject_row row = {.parent = project};
    struct view_walk walk = view_walk_of(view, ROW_SUBPROJECT, &row, 1);
    return view_walk_next(&walk, &row);
}

static bool has_tagged(const struct view *view, struct id project)
{
    struct tagged_row row = {.project = project};
    struct view_walk walk = view_walk_of(view, ROW_TAGGED, &row, 1);
    return view_walk_next(&walk, &row);
}

void project_delete_decide(const struct view *view, const struct actor *actor,
                           const struct project_delete *command, struct decision *decision)
{
    REFUSE_UNLESS(membership_manages(view, actor, command->project),
                  membership_refusal(actor, RULE_PRJ_01C));
    REFUSE_UNLESS(project_by_id(view, command->project, NULL), RULE_PRJ_01D);
    REFUSE_IF(has_children(view, command->project), RULE_PRJ_01B);
    REFUSE_IF(has_tagged(view, command->project), RULE_PRJ_01B);
    EMIT(EVENT_PROJECT_DELETED, command->project, project_deleted, .unused = false);
}

void project_set_level_decide(const struct view *view, const struct actor *actor,
                              const struct project_set_level *command, struct decision *decision)
{
    struct project_row row;
    REFUSE_UNLESS(membership_manages(view, actor, command->project),
                  membership_refusal(actor, RULE_PRJ_01C));
    REFUSE_UNLESS(project_by_id(view, command->project, &row), RULE_PRJ_01D);
    REFUSE_IF(command->has_level && !level_by_id(view, command->level, NULL), RULE_SEC_01C);
    EMIT(EVENT_PROJECT_LEVEL_SET, command->project, project_level_set, .has_from = row.has_level,
         .from = row.level, .has_to = command->has_level, .to = command->level);
}

void project_set_pi_decide(const struct view *view, const struct actor *actor,
                           const struct project_set_pi *command, struct decision *decision)
{
    struct project_row row;
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN || project_is_pi(view, actor, command->project),
                  RULE_PRJ_16A);
    REFUSE_UNLESS(project_by_id(view, command->project, &row), RULE_PRJ_01D);
    REFUSE_IF(command->has_user && !is_known_user(view, command->user), RULE_PRJ_16A);
    EMIT(EVENT_PROJECT_PI_SET, command->project, project_pi_set, .has_from = row.has_pi,
         .from = row.pi, .has_to = command->has_user, .to = command->user);
}

void project_assign_subadmin_decide(const struct view *view, const struct actor *actor,
                                    const struct project_assign_subadmin *command,
                                    struct decision *decision)
{
    struct user_row user;
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_IDN_19A);
    REFUSE_UNLESS(project_by_id(view, command->project, NULL), RULE_PRJ_01D);
    REFUSE_UNLESS(user_by_id(view, command->user, &user) && !user.deleted &&
                      user.role == USER_ROLE_SUB_ADMIN,
                  RULE_IDN_19A);
    EMIT(EVENT_PROJECT_SUBADMIN_ASSIGNED, command->project, project_subadmin_assigned,
         .user = command->user);
    decision_also(decision, command->user);
}

void project_unassign_subadmin_decide(const struct view *view, const struct actor *actor,
                                      const struct project_unassign_subadmin *command,
                                      struct decision *decision)
{
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_IDN_19A);
    REFUSE_UNLESS(project_is_assigned(view, command->project, command->user), RULE_IDN_19B);
    EMIT(EVENT_PROJECT_SUBADMIN_UNASSIGNED, command->project, project_subadmin_unassigned,
         .user = command->user);
    decision_also(decision, command->user);
}

/* Evolve ---------------------------------------------------------------------------------- */

static uint64_t put_managers(struct evolution *evolution, struct id project,
                             const struct project_created *body)
{
    uint64_t members = 0;
    if (body->has_pi) {
        members += membership_put_manager(evolution, project, body->pi) ? 1 : 0;
    }
    if (body->has_manager) {
        members += membership_put_manager(evolution, project, body->manager) ? 1 : 0;
    }
    return members;
}

void project_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct project_created *body)
{
    struct id project = leaf->on[0];
    evolution_put(evolution, ROW_PROJECT,
                  &(struct project_row){.project = project,
                                        .name = body->name,
                                        .has_tag = body->has_tag,
                                        .tag = body->tag,
                                        .has_colour = body->has_colour,
                                        .colour = body->colour,
                                        .has_parent = body->has_parent,
                                        .parent = body->parent,
                                        .has_pi = body->has_pi,
                                        .pi = body->pi,
                                        .declassify_pi_only = body->declassify_pi_only,
                                        .members = put_managers(evolution, project, body)});
    evolution_put(evolution, ROW_PROJECT_NAME,
                  &(struct project_name_row){.name = body->name, .project = project});
    if (body->has_parent) {
        evolution_put(evolution, ROW_SUBPROJECT,
                      &(struct subproject_row){.parent = body->parent, .project = project});
    }
}

void project_edited_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct project_edited *body)
{
    struct project_row row = {.project = leaf->on[0]};
    if (evolution_find(evolution, ROW_PROJECT, &row)) {
        row.has_tag = body->has_tag;
        row.tag = body->tag;
        row.has_colour = body->has_colour;
        row.colour = body->colour;
        row.declassify_pi_only = body->declassify_pi_only;
        evolution_put(evolution, ROW_PROJECT, &row);
    }
}

/* Rows that lead to it go, so that parent and level are free; its own and its name stay. */
void project_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct project_deleted *body)
{
    struct project_row row = {.project = leaf->on[0]};
    (void)body;
    if (!evolution_find(evolution, ROW_PROJECT, &row)) {
        return;
    }
    if (row.has_parent) {
        evolution_remove(evolution, ROW_SUBPROJECT,
                         &(struct subproject_row){.parent = row.parent, .project = row.project});
    }
    if (row.has_level) {
        evolution_remove(evolution, ROW_LEVEL_USE,
                         &(struct level_use_row){.level = row.level, .project = row.project});
    }
    row.deleted = true;
    evolution_put(evolution, ROW_PROJECT, &row);
}

void project_level_set_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct project_level_set *body)
{
    struct project_row row = {.project = leaf->on[0]};
    if (!evolution_find(evolution, ROW_PROJECT, &row)) {
        return;
    }
    if (row.has_level) {
        evolution_remove(evolution, ROW_LEVEL_USE,
                         &(struct level_use_row){.level = row.level, .project = row.project});
    }
    if (body->has_to) {
        evolution_put(evolution, ROW_LEVEL_USE,
                      &(struct level_use_row){.level = body->to, .project = row.project});
    }
    row.has_level = body->has_to;
    row.level = body->to;
    evolution_put(evolution, ROW_PROJECT, &row);
}

/* Who was the PI stays a manager. */
void project_pi_set_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct project_pi_set *body)
{
    struct project_row row = {.project = leaf->on[0]};
    if (!evolution_find(evolution, ROW_PROJECT, &row)) {
        return;
    }
    if (body->has_to && membership_put_manager(evolution, row.project, body->to)) {
        row.members++;
    }
    row.has_pi = body->has_to;
    row.pi = body->to;
    evolution_put(evolution, ROW_PROJECT, &row);
}

void project_subadmin_assigned_evolve(struct evolution *evolution, const struct leaf *leaf,
                                      const struct project_subadmin_assigned *body)
{
    evolution_put(evolution, ROW_SUBADMIN,
                  &(struct subadmin_row){.project = leaf->on[0], .user = body->user});
}

void project_subadmin_unassigned_evolve(struct evolution *evolution, const struct leaf *leaf,
                                        const struct project_subadmin_unassigned *body)
{
    evolution_remove(evolution, ROW_SUBADMIN,
                     &(struct subadmin_row){.project = leaf->on[0], .user = body->user});
}

/* Describe -------------------------------------------------------------------------------- */

void project_describe(const struct project_row *project, struct text *out)
{
    text_put_printable(out, project->name);
    if (project->has_tag) {
        text_put_literal(out, " [");
        text_put_printable(out, project->tag);
        text_put_char(out, ']');
    }
    text_put_literal(out, ", ");
    text_put_u64(out, project->members);
    text_put_string(out, project->members == 1 ? " member" : " members");
    if (project->deleted) {
        text_put_literal(out, " (deleted)");
    }
}

#include "core/bulk/export.h"

#include "core/dispatch.h"
#include "core/identity/permission.h"
#include "core/project/membership.h"

bool export_is_allowed(const struct view *view, const struct actor *actor, struct id project)
{
    if (actor->role >= USER_ROLE_ADMIN || actor->role == USER_ROLE_AUDITOR ||
        user_can(view, actor, USER_PERMISSION_EXPORT)) {
        return true;
    }
    return project.kind != ID_NONE && membership_leads(view, actor, project);
}

void export_record_decide(const struct view *view, const struct actor *actor,
                          const struct export_record *command, struct decision *decision)
{
    struct id project = command->has_project ? command->project : (struct id){0};
    REFUSE_UNLESS(export_is_allowed(view, actor, project), RULE_BLK_02A);
    EMIT(EVENT_EXPORT_MADE, THE_LOG, export_made, .what = command->what, .scope = command->scope,
         .format = command->format, .count = command->count, .digest = command->digest);
    if (command->has_project &&
        view_find(view, ROW_PROJECT, &(struct project_row){.project = project})) {
        decision_also(decision, project);
    }
}

#include "core/audit/tool.h"

#include "core/audit/manager.h"
#include "core/dispatch.h"
#include "core/evolution.h"

bool tool_state(const struct view *view, struct tools_row *out)
{
    struct tools_row row = {.log = THE_LOG};
    if (!view_find(view, ROW_TOOLS, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool tool_differs(const struct tools_row *tools)
{
    return tools->has_approved && tools->has_measured &&
           !bytes_equal(BYTES(tools->approved.sha256), BYTES(tools->measured.sha256));
}

void audit_approve_tools_decide(const struct view *view, const struct actor *actor,
                                const struct audit_approve_tools *command,
                                struct decision *decision)
{
    struct tools_measurement_row measured = {.digest = command->digest};
    struct tools_row tools = {.log = THE_LOG};
    REFUSE_UNLESS(manager_may_manage(view, actor), RULE_AUD_14J);
    REFUSE_UNLESS(view_find(view, ROW_TOOLS_MEASUREMENT, &measured), RULE_AUD_08B);
    REFUSE_IF(tool_state(view, &tools) && tools.has_approved &&
                  bytes_equal(BYTES(tools.approved.sha256), BYTES(command->digest.sha256)),
              RULE_AUD_08B);
    EMIT(EVENT_AUDIT_TOOLS_APPROVED, THE_LOG, audit_tools_approved, .digest = command->digest);
}

void audit_tools_measured_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct audit_tools_measured *body)
{
    struct tools_row row = {.log = THE_LOG};
    (void)evolution_find(evolution, ROW_TOOLS, &row);
    row.has_measured = true;
    row.measured = body->digest;
    row.has_measured_at = true;
    row.measured_at = leaf->t_utc_us;
    evolution_put(evolution, ROW_TOOLS, &row);
    evolution_put(evolution, ROW_TOOLS_MEASUREMENT,
                  &(struct tools_measurement_row){.digest = body->digest,
                                                  .tools = body->tools,
                                                  .tools_count = body->tools_count,
                                                  .since = leaf->t_utc_us});
}

void audit_tools_approved_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct audit_tools_approved *body)
{
    struct tools_row row = {.log = THE_LOG};
    (void)evolution_find(evolution, ROW_TOOLS, &row);
    row.has_approved = true;
    row.approved = body->digest;
    row.has_approver = true;
    row.approver = manager_actor(leaf);
    row.has_approved_at = true;
    row.approved_at = leaf->t_utc_us;
    evolution_put(evolution, ROW_TOOLS, &row);
}

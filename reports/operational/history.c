/* Memberships as they came and went. */
#include "reports/operational/event_table.h"
#include "reports/report_list.h"

static const struct event_column history_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"of", "project, group or team", REPORT_TEXT}, .take = TAKE_ON, .index = 0},
    {.column = {"member", NULL, REPORT_TEXT}, .take = TAKE_ON, .index = 1},
    {.column = {"change", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"role", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "role",
     .or_field = "permission"},
    {.column = {"restrictions", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "restrictions",
     .or_field = "permissions"},
    {.column = {"before", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "from"},
    {.column = {"after", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "to"},
    {.column = {"expires", NULL, REPORT_TIME}, .take = TAKE_BODY, .field = "expires"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const history_kinds[] = {"project.created",
                                            "project.member_added",
                                            "project.member_removed",
                                            "project.member_role_changed",
                                            "project.member_expiry_changed",
                                            "project.pi_set",
                                            "project.subadmin_assigned",
                                            "project.subadmin_unassigned",
                                            "group.created",
                                            "group.member_added",
                                            "group.member_removed",
                                            "group.left",
                                            "group.permission_changed",
                                            "group.owner_changed",
                                            "team.created",
                                            "team.member_added",
                                            "team.member_removed",
                                            "audit.manager_changed",
                                            NULL};

static const struct event_table history_table = {
    .table = {.name = "changes", .empty = "No membership changed.", .main = true},
    EVENT_COLUMNS(history_columns),
    .kinds = history_kinds,
};

const struct report_info report_membership_history = {
    .name = "membership-history",
    .title = "Membership history",
    .about = "How people came into projects, groups and teams and left them, by whom.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.1.1, 3.1.4, 3.1.5",
    .filter = "changes of members, their roles, restrictions and expiries",
    .events = &history_table,
    .run = event_report,
};

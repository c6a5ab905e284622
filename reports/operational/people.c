/* People: who logged in, who was turned away, what became of accounts, and what privilege did. */
#include "core/identity/user.h"
#include "reports/operational/event_table.h"
#include "reports/report_list.h"
#include "schema/time.h"

/* Logons ---------------------------------------------------------------------------------- */

enum logon_cell {
    LOGON_ENDED,
    LOGON_CAUSE,
    LOGON_DURATION,
    LOGON_EVENTS,
};

/* How the session ended, as far as counts; *ended is the event, or UINT64_MAX. */
static struct bytes logon_end(struct event_row *row, uint64_t *ended)
{
    struct session_row session = {.session = row->leaf->on[0]};
    *ended = UINT64_MAX;
    if (!view_find_made_by(&row->input->view, ROW_SESSION, &session, ended) ||
        session.state != SESSION_STATE_CLOSED) {
        *ended = UINT64_MAX;
        bool expired = session.expires <= row->input->question.now_us;
        return expired ? LITERAL("expired") : (struct bytes){0};
    }
    return session.has_end ? bytes_of_string(session_end_name(session.end)) : LITERAL("closed");
}

static struct cell logon_cell(struct event_row *row, uint32_t index)
{
    uint64_t ended, ended_us = 0;
    struct bytes cause = logon_end(row, &ended);
    if (ended != UINT64_MAX && failed(event_time(row->input, ended, &ended_us))) {
        return cell_absent();
    }
    switch (index) {
    case LOGON_ENDED:
        return ended == UINT64_MAX ? cell_absent() : cell_number(ended_us);
    case LOGON_CAUSE:
        return cause.size == 0 ? cell_string("still open") : cell_text(cause);
    case LOGON_DURATION:
        return ended == UINT64_MAX ? cell_absent()
                                   : cell_number((ended_us - row->leaf->t_utc_us) / TIME_SECOND_US);
    default: {
        size_t start = row->text.size;
        const uint64_t positions[] = {row->leaf->n, ended};
        event_positions(&row->text, positions, 2);
        return event_row_cell(row, start);
    }
    }
}

static const struct event_column logons_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"user", NULL, REPORT_TEXT}, .take = TAKE_ON, .index = 1},
    {.column = {"session", NULL, REPORT_TEXT}, .take = TAKE_ON, .index = 0},
    {.column = {"role", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "role"},
    {.column = {"source", NULL, REPORT_CODE}, .take = TAKE_SOURCE},
    {.column = {"expires", NULL, REPORT_TIME}, .take = TAKE_BODY, .field = "expires"},
    {.column = {"ended", NULL, REPORT_TIME}, .take = TAKE_OWN, .index = LOGON_ENDED},
    {.column = {"end", "how it ended", REPORT_TEXT}, .take = TAKE_OWN, .index = LOGON_CAUSE},
    {.column = {"seconds", NULL, REPORT_INTEGER}, .take = TAKE_OWN, .index = LOGON_DURATION},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_OWN, .index = LOGON_EVENTS},
};
static const char *const logons_kinds[] = {"session.opened", NULL};

static const struct event_table logons_table = {
    .table = {.name = "logon_history", .empty = "Nobody logged in.", .main = true},
    EVENT_COLUMNS(logons_columns),
    .kinds = logons_kinds,
    .cell = logon_cell,
};

const struct report_info report_logons = {
    .name = "logon-history",
    .title = "Logon history",
    .about = "Every session that was opened, by whom, from where, and how it ended.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.3.2, 3.1.1, 3.5.2",
    .filter = "sessions opened in the period; each had a second factor",
    .events = &logons_table,
    .run = event_report,
};

/* Failed logons ---------------------------------------------------------------------------- */

/* Logins that nobody has may be passwords typed into the wrong field: they are shown as typed. */
static bool failed_is_logon(struct event_row *row)
{
    struct bytes command = event_row_string(row, "command");
    return row->leaf->kind == EVENT_AUDIT_RECORD_IMPORTED
               ? row->leaf->outcome == OUTCOME_FAILED || row->leaf->outcome == OUTCOME_DENIED
               : bytes_equal(command, LITERAL("session.challenge")) ||
                     bytes_equal(command, LITERAL("session.open"));
}

static struct cell failed_cell(struct event_row *row, uint32_t index)
{
    (void)index;
    if (row->leaf->kind == EVENT_AUDIT_RECORD_IMPORTED) {
        return event_row_field(row, "user");
    }
    size_t start = row->text.size;
    text_put_bytes(&row->text, event_row_string(row, "name"));
    if (row->text.size == start) {
        text_put_bytes(&row->text, row->leaf->actor);
    }
    return event_row_cell(row, start);
}

static const struct event_column failed_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"who", "who, as given", REPORT_TEXT}, .take = TAKE_OWN},
    {.column = {"source", NULL, REPORT_CODE}, .take = TAKE_SOURCE},
    {.column = {"address", NULL, REPORT_CODE}, .take = TAKE_BODY, .field = "address"},
    {.column = {"host", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "host"},
    {.column = {"what", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "command",
     .or_field = "action"},
    {.column = {"outcome", NULL, REPORT_VERDICT}, .take = TAKE_OUTCOME},
    {.column = {"rule", NULL, REPORT_CODE}, .take = TAKE_RULE},
    {.column = {"sentence", "why", REPORT_TEXT}, .take = TAKE_SENTENCE},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const failed_kinds[] = {"session.denied", "mfa.denied", "audit.record_imported",
                                           NULL};

static const struct event_table failed_table = {
    .table = {.name = "failed_logons", .empty = "No attempt to log in failed.", .main = true},
    EVENT_COLUMNS(failed_columns),
    .kinds = failed_kinds,
    .keep = failed_is_logon,
    .cell = failed_cell,
};

const struct report_info report_failed = {
    .name = "failed-logons",
    .title = "Failed logons",
    .about = "Every attempt to log in that was refused here, or that failed on a system whose "
             "records were imported.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.1.8, 3.14.7, 3.3.2",
    .filter =
        "refused session.challenge and session.open; imported records that failed or were denied",
    .events = &failed_table,
    .run = event_report,
};

/* Accounts --------------------------------------------------------------------------------- */

static const struct event_column accounts_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"account", NULL, REPORT_TEXT}, .take = TAKE_ON, .index = 0},
    {.column = {"change", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"before", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "from"},
    {.column = {"after", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "to", .or_field = "role"},
    {.column = {"added", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "added"},
    {.column = {"removed", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "removed"},
    {.column = {"until", NULL, REPORT_TIME}, .take = TAKE_BODY, .field = "until"},
    {.column = {"reason", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "reason"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const accounts_kinds[] = {"user.registered",          "user.role_changed",
                                             "user.state_changed",       "user.disabled_until",
                                             "user.reenabled",           "user.deleted",
                                             "user.permissions_changed", "user.profile_applied",
                                             "user.terms_accepted",      NULL};

static const struct event_table accounts_table = {
    .table = {.name = "account_lifecycle", .empty = "No account changed.", .main = true},
    EVENT_COLUMNS(accounts_columns),
    .kinds = accounts_kinds,
};

const struct report_info report_accounts = {
    .name = "account-lifecycle",
    .title = "Account life cycle",
    .about = "What became of every account: registered, changed, disabled, enabled again, deleted; "
             "by whom and why.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.1.1, 3.5.1, 3.5.5, 3.5.6",
    .filter = "events about users",
    .events = &accounts_table,
    .run = event_report,
};

/* Privilege -------------------------------------------------------------------------------- */

/* Acts of the platform's own kinds, by somebody who had a role above that of a user then. */
static bool has_privilege(struct event_row *row)
{
    struct user_row user;
    struct id actor;
    struct view before = row->then;
    before.as_of_n = row->leaf->n == 0 ? 0 : row->leaf->n - 1;
    return !failed(id_read(row->leaf->actor, &actor)) && user_by_id(&before, actor, &user) &&
           user.role != USER_ROLE_USER;
}

static struct cell privilege_cell(struct event_row *row, uint32_t index)
{
    struct user_row user;
    struct id actor;
    struct view before = row->then;
    (void)index;
    before.as_of_n = row->leaf->n == 0 ? 0 : row->leaf->n - 1;
    if (failed(id_read(row->leaf->actor, &actor)) || !user_by_id(&before, actor, &user)) {
        return cell_absent();
    }
    return cell_string(user_role_name(user.role));
}

static const struct event_column privileged_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"who", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"role", NULL, REPORT_TEXT}, .take = TAKE_OWN},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"about", NULL, REPORT_TEXT}, .take = TAKE_ABOUT},
    {.column = {"command", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "command"},
    {.column = {"outcome", NULL, REPORT_VERDICT}, .take = TAKE_OUTCOME},
    {.column = {"rule", NULL, REPORT_CODE}, .take = TAKE_RULE},
    {.column = {"reason", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "reason"},
    {.column = {"session", NULL, REPORT_CODE}, .take = TAKE_SESSION},
    {.column = {"source", NULL, REPORT_CODE}, .take = TAKE_SOURCE},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const privileged_kinds[] = {"user.*",
                                               "profile.*",
                                               "team.*",
                                               "system.*",
                                               "mfa.*",
                                               "comms.*",
                                               "project.*",
                                               "requirement.*",
                                               "level.*",
                                               "cert.*",
                                               "emitter.*",
                                               "bulk.*",
                                               "export.*",
                                               "policy.*",
                                               "audit.*",
                                               "alert.*",
                                               "case.*",
                                               "clock.*",
                                               "vault.storage.*",
                                               "vault.backup.*",
                                               "session.invalidated",
                                               "host.*",
                                               "pool.*",
                                               "brick.*",
                                               "hw.*",
                                               "iso.*",
                                               "nfs.*",
                                               "vm.shutdown_requested",
                                               "vm.service_powered_up",
                                               "vm.controller_restart_requested",
                                               "vm.xml_*",
                                               NULL};

static const struct event_table privileged_table = {
    .table = {.name = "privileged_acts", .empty = "Nobody used a privilege.", .main = true},
    EVENT_COLUMNS(privileged_columns),
    .kinds = privileged_kinds,
    .keep = has_privilege,
    .cell = privilege_cell,
};

const struct report_info report_privileged = {
    .name = "privileged-acts",
    .title = "Privileged acts",
    .about =
        "What was done, or tried, by those who had a role above that of a user when they did it.",
    .version = 2,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.1.7, 3.1.6, 3.3.9",
    .filter = "commands of auditors, sub-administrators, administrators and super-administrators, "
              "vault and sessions aside",
    .events = &privileged_table,
    .run = event_report,
};

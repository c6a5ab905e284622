/* Alerts: who is told, and what there is. */
#include "reports/alerts/failure.h"
#include "reports/hints/hint.h"
#include "tools/audit/giving.h"
#include "tools/audit/listing.h"
#include "tools/verbs.h"

/* Contacts -------------------------------------------------------------------------------- */

static enum exit_code set_contact(struct giving *giving)
{
    union command_fields fields = {.alert_set_contact = {.severity = SEVERITY_INFO}};
    struct alert_set_contact *command = &fields.alert_set_contact;
    const char *severity = invocation_value(giving->invocation, "severity");
    const char *channel = invocation_argument(giving->invocation, 1);
    command->name = bytes_of_string(invocation_argument(giving->invocation, 0));
    command->address = bytes_of_string(invocation_argument(giving->invocation, 2));
    command->active = !invocation_has(giving->invocation, "off");
    if (!alert_channel_read(bytes_of_string(channel), &command->channel)) {
        return invocation_fail(giving->invocation, EXIT_USAGE, "mail, webhook or syslog",
                               "there is no channel %.40s", channel);
    }
    if (severity != NULL && !severity_read(bytes_of_string(severity), &command->severity)) {
        return invocation_fail(giving->invocation, EXIT_USAGE,
                               "info, low, medium, high or critical", "there is no severity %.40s",
                               severity);
    }
    enum exit_code code =
        giving_option(giving, ID_USER, "user", &command->has_user, &command->user);
    return code == EXIT_DONE ? giving_send(giving, COMMAND_ALERT_SET_CONTACT, &fields) : code;
}

static enum exit_code run_contact(struct invocation *invocation)
{
    return giving_run(invocation, STORE_WRITE, set_contact);
}

static const struct option_info contact_options[] = {
    OPERATOR_OPTIONS,
    {"severity", 0, "info|low|medium|high|critical", "from which severity on (info)", false},
    {"user", 0, "NAME", "whose contact it is", false},
    {"off", 0, NULL, "tell this contact nothing any more", false},
};

const struct verb verb_alert_contact = {
    .name = "alert contact",
    .about = "say who is told of alerts, and how",
    .arguments = "NAME mail|webhook|syslog ADDRESS",
    .details = "Setting a contact again changes it. Addresses: of mail, ann@example.org; of a\n"
               "webhook, https://...; of syslog, a socket like /dev/log or host:port for UDP.",
    .examples = "cairn alert contact ann mail ann@example.org --severity high --user ann\n"
                "cairn alert contact siem syslog siem.example.org:514",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(contact_options),
    .guarded = true,
    .signs = true,
    .run = run_contact,
};

/* Lists ----------------------------------------------------------------------------------- */

static const struct option_info list_options[] = {
    LISTING_OPTIONS,
};

static enum exit_code run_list(struct invocation *invocation)
{
    return listing_run(invocation, desk_alerts);
}

const struct verb verb_alert_list = {
    .name = "alert list",
    .about = "list alerts that are not closed",
    .details = "EVENTS are the positions that an alert rests on, TOLD how many of the contacts\n"
               "that were tried it has reached.",
    .examples = "cairn alert list\ncairn alert list --all --json",
    .purpose = PURPOSE_ASK,
    OPTIONS(list_options),
    .guarded = true,
    .run = run_list,
};

static enum exit_code run_contacts(struct invocation *invocation)
{
    return listing_run(invocation, desk_contacts);
}

const struct verb verb_alert_contacts = {
    .name = "alert contacts",
    .about = "list who is told of alerts, and how",
    .examples = "cairn alert contacts\ncairn alert contacts --all",
    .purpose = PURPOSE_ASK,
    OPTIONS(list_options),
    .guarded = true,
    .run = run_contacts,
};

/* Rules ----------------------------------------------------------------------------------- */

/* clang-format off */
static const struct column rule_columns[] = {
    {"rule",     NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"severity", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"looks_at", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"finds",    NULL, COLUMN_TEXT, ALIGN_LEFT},
};
/* clang-format on */

static struct status add_rule(struct rows *rows, const char *name, const char *severity,
                              const char *looks_at, const char *finds)
{
    const struct cell cells[] = {cell_string(name), cell_string(severity), cell_string(looks_at),
                                 cell_string(finds)};
    return rows_add(rows, cells);
}

static struct status write_rules(struct rows *rows)
{
    const struct failure_info *failure;
    const struct hint_info *hint;
    TRY(rows_begin(rows, rule_columns, sizeof rule_columns / sizeof rule_columns[0]));
    for (size_t i = 0; (failure = failure_rule(i)) != NULL; i++) {
        TRY(add_rule(rows, failure->name, severity_name(failure->severity), "the audit itself",
                     failure->sentence));
    }
    for (size_t i = 0; (hint = hint_rule(i)) != NULL; i++) {
        TRY(add_rule(rows, hint->name, hint_severity_name(hint->severity), "what people do",
                     hint->sentence));
    }
    return rows_flush(rows);
}

static enum exit_code run_rules(struct invocation *invocation)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    invocation_rows(invocation, &rows, &arena);
    struct status status = write_rules(&rows);
    return failed(status) ? invocation_failed(invocation, status, NULL, "alert rules") : EXIT_DONE;
}

const struct verb verb_alert_rules = {
    .name = "alert rules",
    .about = "list the rules by which alerts are raised",
    .details = "None of them can be switched off: a scan can leave out what is less severe\n"
               "(cairn alert scan --severity), and alert check counts what was left out.",
    .examples = "cairn alert rules\ncairn alert rules --csv",
    .purpose = PURPOSE_HELP,
    .run = run_rules,
};

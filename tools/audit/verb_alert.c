/* Alerts: who is told, and what there is. */
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

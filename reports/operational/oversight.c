/* Oversight: what was refused, who watched, what was raised and reviewed, and by which keys. */
#include "reports/operational/event_table.h"
#include "reports/report_list.h"

static const struct event_column denials_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"who", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"command", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "command"},
    {.column = {"asked_for", "asked for", REPORT_TEXT}, .take = TAKE_ASKED},
    {.column = {"named", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "name"},
    {.column = {"rule", NULL, REPORT_CODE}, .take = TAKE_RULE},
    {.column = {"sentence", "why", REPORT_TEXT}, .take = TAKE_SENTENCE},
    {.column = {"project", NULL, REPORT_TEXT}, .take = TAKE_PROJECT},
    {.column = {"session", NULL, REPORT_CODE}, .take = TAKE_SESSION},
    {.column = {"source", NULL, REPORT_CODE}, .take = TAKE_SOURCE},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const denials_kinds[] = {"*", NULL};

static const struct event_table denials_table = {
    .table = {.name = "denials", .empty = "Nothing was refused.", .main = true},
    EVENT_COLUMNS(denials_columns),
    .kinds = denials_kinds,
    .outcome = OUTCOME_DENIED,
    .by_outcome = true,
};

const struct report_info report_denials = {
    .name = "denials",
    .title = "Denials",
    .about = "Every command that was refused: by whom, from where, and by which rule.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.1.1, 3.1.2, 3.3.1, 3.14.7",
    .filter = "events with the outcome denied",
    .events = &denials_table,
    .run = event_report,
};

static struct cell asked_what(struct event_row *row, uint32_t index)
{
    static const char *const names[] = {"query", "question", "report", "what",
                                        "form",  "name",     "policy", "document"};
    size_t start = row->text.size;
    (void)index;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && row->text.size == start; i++) {
        text_put_bytes(&row->text, event_row_string(row, names[i]));
    }
    return event_row_cell(row, start);
}

static const struct event_column auditors_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"who", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "by"},
    {.column = {"actor", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"what", "what was asked or taken", REPORT_TEXT}, .take = TAKE_OWN},
    {.column = {"rows", NULL, REPORT_INTEGER},
     .take = TAKE_BODY,
     .field = "rows",
     .or_field = "count"},
    {.column = {"result", NULL, REPORT_CODE},
     .take = TAKE_BODY,
     .field = "result",
     .or_field = "digest"},
    {.column = {"source", NULL, REPORT_CODE}, .take = TAKE_SOURCE},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const auditors_kinds[] = {"audit.query_run",
                                             "audit.exported",
                                             "audit.report_generated",
                                             "audit.whatif_run",
                                             "audit.query_saved",
                                             "audit.query_forgotten",
                                             "export.made",
                                             "case.*",
                                             "vault.history.read",
                                             NULL};

static const struct event_table auditors_table = {
    .table = {.name = "audit_of_auditors", .empty = "Nobody looked.", .main = true},
    EVENT_COLUMNS(auditors_columns),
    .kinds = auditors_kinds,
    .cell = asked_what,
};

const struct report_info report_auditors = {
    .name = "audit-of-auditors",
    .title = "Audit of the auditors",
    .about = "Who looked at the log, what was asked, what left as report or export.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.3.8[a], 3.3.9",
    .filter = "questions, reports, exports and cases",
    .events = &auditors_table,
    .run = event_report,
};

static const struct event_column alerts_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"alert", NULL, REPORT_TEXT}, .take = TAKE_ON, .index = 0},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"rule", NULL, REPORT_CODE}, .take = TAKE_BODY, .field = "rule"},
    {.column = {"severity", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "severity"},
    {.column = {"about", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "about",
     .or_field = "detail"},
    {.column = {"because", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "because"},
    {.column = {"contact", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "contact"},
    {.column = {"channel", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "channel"},
    {.column = {"delivered", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "ok"},
    {.column = {"test", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "test"},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"note", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "note"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const alerts_kinds[] = {"alert.*", NULL};

static const struct event_table alerts_table = {
    .table = {.name = "alert_log", .empty = "No alert was raised.", .main = true},
    EVENT_COLUMNS(alerts_columns),
    .kinds = alerts_kinds,
};

const struct report_info report_alerts = {
    .name = "alert-log",
    .title = "Alert log",
    .about = "Every alert: its rule and severity, what it rests on, to whom it was delivered, who "
             "acknowledged and closed it.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER,
    .serves = "3.3.4, 3.14.6",
    .filter = "events about alerts and contacts",
    .events = &alerts_table,
    .run = event_report,
};

static const struct event_column reviews_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"review", NULL, REPORT_TEXT}, .take = TAKE_ON, .index = 0},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"about", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "about"},
    {.column = {"from", NULL, REPORT_TIME}, .take = TAKE_BODY, .field = "from"},
    {.column = {"to", NULL, REPORT_TIME}, .take = TAKE_BODY, .field = "to"},
    {.column = {"scope", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "scope"},
    {.column = {"outcome", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "outcome"},
    {.column = {"findings", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "findings",
     .or_field = "added"},
    {.column = {"note", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "note",
     .or_field = "reason"},
    {.column = {"due", NULL, REPORT_TIME}, .take = TAKE_BODY, .field = "due"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const reviews_kinds[] = {"audit.review_opened", "audit.review_signed",
                                            "audit.event_set_changed", "audit.denied", NULL};

static const struct event_table reviews_table = {
    .table = {.name = "review_log", .empty = "There was no review.", .main = true},
    EVENT_COLUMNS(reviews_columns),
    .kinds = reviews_kinds,
};

const struct report_info report_reviews = {
    .name = "review-log",
    .title = "Review log",
    .about = "Reviews of the events that are logged and of what they said: opened, signed, with "
             "what outcome, and what was changed.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_USER,
    .serves = "3.3.3, 3.3.5",
    .filter = "reviews and changes of the event set",
    .events = &reviews_table,
    .run = event_report,
};

static const struct event_column clock_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"source", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "source"},
    {.column = {"synchronised", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "synchronised"},
    {.column = {"offset_us", "offset, us", REPORT_INTEGER},
     .take = TAKE_BODY,
     .field = "offset_us"},
    {.column = {"behind", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "behind"},
    {.column = {"stratum", NULL, REPORT_INTEGER}, .take = TAKE_BODY, .field = "stratum"},
    {.column = {"tool", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "tool"},
    {.column = {"clock", NULL, REPORT_TIME}, .take = TAKE_BODY, .field = "clock"},
    {.column = {"held", NULL, REPORT_TIME}, .take = TAKE_BODY, .field = "held"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const clock_kinds[] = {"clock.*", NULL};

static const struct event_table clock_table = {
    .table = {.name = "time_health",
              .empty = "The clock was not compared with any source.",
              .main = true},
    EVENT_COLUMNS(clock_columns),
    .kinds = clock_kinds,
};

const struct report_info report_clock = {
    .name = "time-health",
    .title = "Time source and clock health",
    .about = "Comparisons of the clock with its source, their offsets, and every step back that "
             "was held.",
    .version = 1,
    .scopes = REPORT_GLOBAL,
    .serves = "3.3.7",
    .filter = "events about the clock",
    .events = &clock_table,
    .run = event_report,
};

static const struct event_column evidence_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"artifact", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "report",
     .or_field = "form"},
    {.column = {"state", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "state"},
    {.column = {"format", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "format"},
    {.column = {"sha256", NULL, REPORT_CODE},
     .take = TAKE_BODY,
     .field = "result",
     .or_field = "digest"},
    {.column = {"parameters", NULL, REPORT_CODE}, .take = TAKE_BODY, .field = "parameters"},
    {.column = {"tree_size", NULL, REPORT_INTEGER}, .take = TAKE_BODY, .field = "size"},
    {.column = {"made_by", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "by"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const evidence_kinds[] = {"audit.report_generated", "audit.exported",
                                             "case.exported", NULL};

static const struct event_table evidence_table = {
    .table = {.name = "evidence_manifest", .empty = "Nothing was made of this log.", .main = true},
    EVENT_COLUMNS(evidence_columns),
    .kinds = evidence_kinds,
};

const struct report_info report_evidence = {
    .name = "evidence-manifest",
    .title = "Evidence manifest",
    .about = "What was made of this log as evidence, each with the SHA-256 of its bytes (32 CFR "
             "170.17(c)(4)); to be kept six years from the status date.",
    .version = 1,
    .scopes = REPORT_GLOBAL,
    .serves = "32 CFR 170.16(c)(4), 170.17(c)(4)",
    .filter = "reports, exports and cases that were made",
    .events = &evidence_table,
    .run = event_report,
};

static const struct event_column keys_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"about", NULL, REPORT_TEXT}, .take = TAKE_ABOUT},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"key", NULL, REPORT_CODE},
     .take = TAKE_BODY,
     .field = "key",
     .or_field = "log_key"},
    {.column = {"name", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "name",
     .or_field = "login"},
    {.column = {"holder", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "holder",
     .or_field = "holders"},
    {.column = {"epoch", NULL, REPORT_INTEGER}, .take = TAKE_BODY, .field = "epoch"},
    {.column = {"wrapped", NULL, REPORT_CODE}, .take = TAKE_BODY, .field = "wrapped"},
    {.column = {"reason", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "reason"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const keys_kinds[] = {"audit.genesis",        "emitter.registered",
                                         "emitter.retired",      "user.registered",
                                         "user.deleted",         "group.created",
                                         "group.key_rotated",    "group.key_fetched",
                                         "group.member_added",   "group.member_removed",
                                         "group.left",           "group.deleted",
                                         "mfa.provider_trusted", "mfa.provider_distrusted",
                                         "mfa.enrolled",         "vault.key.deposited",
                                         "vault.key.removed",    NULL};

static const struct event_table keys_table = {
    .table = {.name = "key_management", .empty = "No key changed.", .main = true},
    EVENT_COLUMNS(keys_columns),
    .kinds = keys_kinds,
};

const struct report_info report_keys = {
    .name = "key-management",
    .title = "Key management",
    .about = "Keys from birth to end: of the log, of components, people, groups and files. Keys "
             "themselves are never in the log; wrapped ones only as hashes.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.13.10, 3.13.11",
    .filter = "events that make, hand on, rotate or end a key",
    .events = &keys_table,
    .run = event_report,
};

/* Incidents ------------------------------------------------------------------------------- */

static const struct event_column incident_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"case", "case", REPORT_TEXT}, .take = TAKE_ON, .index = 0},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"name", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "name"},
    {.column = {"about", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "about",
     .or_field = "why"},
    {.column = {"what", "events or note", REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "events",
     .or_field = "text"},
    {.column = {"until", NULL, REPORT_TIME}, .take = TAKE_BODY, .field = "until"},
    {.column = {"reason", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "reason"},
    {.column = {"digest", NULL, REPORT_CODE}, .take = TAKE_BODY, .field = "digest"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const incident_kinds[] = {
    "case.created",  "case.events_added", "case.noted",    "case.held",
    "case.released", "case.closed",       "case.exported", NULL};

static const struct event_table incident_table = {
    .table = {.name = "incident_register", .empty = "No case was opened.", .main = true},
    EVENT_COLUMNS(incident_columns),
    .kinds = incident_kinds,
};

const struct report_info report_incident = {
    .name = "incident-register",
    .title = "Incident register",
    .about = "Every case: when and by whom it was opened, what was put into it, held, exported and "
             "closed.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.6.1, 3.6.2",
    .filter = "events about cases",
    .events = &incident_table,
    .run = event_report,
};

/* Configuration --------------------------------------------------------------------------- */

static const struct event_column configuration_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"change", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"about", NULL, REPORT_TEXT}, .take = TAKE_ABOUT},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"setting", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "setting",
     .or_field = "name"},
    {.column = {"before", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "from"},
    {.column = {"after", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "to",
     .or_field = "requirements"},
    {.column = {"version", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "version"},
    {.column = {"added", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "added"},
    {.column = {"reason", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "reason"},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const configuration_kinds[] = {
    "system.setting_changed", "system.terms_published", "system.login_message_set",
    "profile.created",        "profile.edited",         "profile.deleted",
    "requirement.created",    "requirement.edited",     "requirement.deleted",
    "level.created",          "level.edited",           "level.deleted",
    "project.level_set",      "project.edited",         "team.quota_set",
    "vault.storage.root_set", "mfa.provider_trusted",   "mfa.provider_distrusted",
    "emitter.registered",     "emitter.retired",        "audit.event_set_changed",
    "policy.declared",        "policy.approved",        "policy.withdrawn",
    "audit.tools_approved",   "alert.contact_set",      NULL};

static const struct event_table configuration_table = {
    .table = {.name = "configuration_changes", .empty = "Nothing was set otherwise.", .main = true},
    EVENT_COLUMNS(configuration_columns),
    .kinds = configuration_kinds,
};

const struct report_info report_configuration = {
    .name = "configuration-changes",
    .title = "Configuration changes",
    .about = "What was set otherwise: settings, profiles, requirements, levels, quotas, providers, "
             "components, policy; by whom, from what to what.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.4.3, 3.4.5, 3.3.1",
    .filter = "changes of what the enclave goes by",
    .events = &configuration_table,
    .run = event_report,
};

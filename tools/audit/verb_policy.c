/* Declarations and audit managers. */
#include "reports/audit/desk.h"
#include "schema/controls/controls.h"
#include "schema/time.h"
#include "tools/as_of.h"
#include "tools/audit/giving.h"
#include "tools/audit/listing.h"
#include "tools/verbs.h"

#define DAY_US (86400 * TIME_SECOND_US)
#define YEAR_US (365 * DAY_US)

/* Declare --------------------------------------------------------------------------------- */

/* The document's hash, and its file's name unless another is given. */
static enum exit_code read_document(const struct giving *giving, struct policy_declare *command)
{
    const char *path = invocation_value(giving->invocation, "digest-of");
    const char *document = invocation_value(giving->invocation, "document");
    if (path == NULL) {
        return invocation_fail(giving->invocation, EXIT_USAGE,
                               "only its hash, name and version are logged",
                               "the document is needed: --digest-of FILE");
    }
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    command->document = bytes_of_string(document == NULL ? name : document);
    return giving_digest(giving, path, &command->digest);
}

static enum exit_code read_times(const struct giving *giving, struct policy_declare *command)
{
    bool has;
    command->effective = giving->invocation->now_utc_us;
    enum exit_code code = giving_time(giving, "effective", &has, &command->effective);
    command->review_by = command->effective + YEAR_US;
    return code == EXIT_DONE ? giving_time(giving, "review-by", &has, &command->review_by) : code;
}

static enum exit_code read_measures(const struct giving *giving, struct policy_declare *command)
{
    uint64_t period_us = 0;
    enum exit_code code = giving_stretch(giving, "period", &command->has_period_days, &period_us);
    command->period_days = (period_us + DAY_US - 1) / DAY_US;
    return code == EXIT_DONE ? giving_stretch(giving, "tolerance", &command->has_tolerance_us,
                                              &command->tolerance_us)
                             : code;
}

/* The name that a declaration is about, whatever it is the name of. */
static void read_source(struct giving *giving, struct policy_declare *command)
{
    static const char *const options[] = {"time-source", "readers", "component"};
    for (size_t i = 0; i < sizeof options / sizeof options[0] && !command->has_source; i++) {
        command->source = giving_text(giving, options[i], &command->has_source);
    }
}

/* The core knows what an objective is called, the controls which ones there are. */
static enum exit_code check_objectives(const struct giving *giving, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *typed = (const char *)giving->lists[0][i].data;
        bool known = false;
        for (unsigned k = 0; k < OBJECTIVE_COUNT && !known; k++) {
            known = strcmp(objective_infos[k].id, typed) == 0;
        }
        if (!known) {
            return invocation_fail(
                giving->invocation, EXIT_USAGE,
                "they are 3.3.1a to 3.3.9b; cairn report run au-assessment names them",
                "there is no objective %.40s", typed);
        }
    }
    return EXIT_DONE;
}

static enum exit_code declare(struct giving *giving)
{
    union command_fields fields = {0};
    struct policy_declare *command = &fields.policy_declare;
    enum exit_code code = giving_needed(giving, "edition", &command->version);
    code = code == EXIT_DONE ? read_document(giving, command) : code;
    code = code == EXIT_DONE ? read_times(giving, command) : code;
    code = code == EXIT_DONE ? read_measures(giving, command) : code;
    command->objective = giving->lists[0];
    command->objective_count = giving_values(giving, "objective", 0);
    code = code == EXIT_DONE ? check_objectives(giving, command->objective_count) : code;
    command->kinds = giving->lists[1];
    command->kinds_count = giving_values(giving, "kinds", 1);
    command->rationale = giving_text(giving, "rationale", &command->has_rationale);
    read_source(giving, command);
    return code == EXIT_DONE ? giving_send(giving, COMMAND_POLICY_DECLARE, &fields) : code;
}

static enum exit_code run_declare(struct invocation *invocation)
{
    return giving_run(invocation, STORE_WRITE, declare);
}

static const struct option_info declare_options[] = {
    OPERATOR_OPTIONS,
    {"objective", 0, "ID", "what it is about, like 3.3.1e; more than one: about all of them", true},
    {"digest-of", 0, "FILE", "the document, of which the hash is logged", false},
    {"document", 0, "NAME", "what the document is called (the file's name)", false},
    {"edition", 0, "TEXT", "the document's version", false},
    {"effective", 0, "WHEN", "from when on it holds (now)", false},
    {"review-by", 0, "WHEN", "when it is to be reviewed, and holds no more (a year later)", false},
    {"period", 0, "STRETCH", "how long records are kept, or how often a review is due, like 3y",
     false},
    {"tolerance", 0, "STRETCH", "how far the clock may be off, like 1s (3.3.7)", false},
    {"time-source", 0, "NAME", "what the clock is compared with (3.3.7b)", false},
    {"readers", 0, "LIST", "who may read the log, like ann,ben (3.3.8a)", false},
    {"component", 0, "NAME", "which may be silent for no longer than --period (3.3.1c)", false},
    {"kinds", 0, "KIND", "kinds that are to be logged: one, vault.*, or * for all (3.3.1a)", true},
    {"rationale", 0, "TEXT", "why it is so", false},
};

const struct verb verb_policy_declare = {
    .name = "policy declare",
    .about = "declare what holds for objectives, by a document",
    .details = "What no machine can know is declared: a document of this hash says what holds. It\n"
               "is a draft until an audit manager other than you has approved it, and in force\n"
               "until it is to be reviewed. The document itself is not stored.",
    .examples = "cairn policy declare --objective 3.3.1e --digest-of retention.pdf --edition 2 "
                "--period 3y\n"
                "cairn policy declare --objective 3.3.7b --digest-of time.pdf --edition 1 "
                "--time-source ntp.example.org --tolerance 1s\n"
                "cairn policy approve declaration:30377",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(declare_options),
    .guarded = true,
    .signs = true,
    .run = run_declare,
};

/* List ------------------------------------------------------------------------------------ */

static enum exit_code run_list(struct invocation *invocation)
{
    return listing_run(invocation, desk_declarations);
}

static const struct option_info list_options[] = {
    LISTING_OPTIONS,
};

const struct verb verb_policy_list = {
    .name = "policy list",
    .about = "list declarations, and whether they are in force",
    .examples = "cairn policy list\ncairn policy list --all --as-of 2026-03-31",
    .purpose = PURPOSE_ASK,
    OPTIONS(list_options),
    .guarded = true,
    .run = run_list,
};

/* Kinds ----------------------------------------------------------------------------------- */

static enum exit_code add_kinds(struct giving *giving)
{
    union command_fields fields = {0};
    struct audit_change_event_set *command = &fields.audit_change_event_set;
    size_t count = invocation_argument_count(giving->invocation);
    enum exit_code code = giving_needed(giving, "reason", &command->reason);
    if (code == EXIT_DONE && count > GIVING_LIST_MAX) {
        return invocation_fail(giving->invocation, EXIT_USAGE, NULL, "at most %d at a time",
                               GIVING_LIST_MAX);
    }
    for (size_t i = 0; code == EXIT_DONE && i < count; i++) {
        giving->lists[0][i] = bytes_of_string(invocation_argument(giving->invocation, i));
    }
    command->added = giving->lists[0];
    command->added_count = count;
    code = code == EXIT_DONE
               ? giving_option(giving, ID_REVIEW, "review", &command->has_review, &command->review)
               : code;
    return code == EXIT_DONE ? giving_send(giving, COMMAND_AUDIT_CHANGE_EVENT_SET, &fields) : code;
}

static enum exit_code run_kinds(struct invocation *invocation)
{
    return giving_run(invocation, STORE_WRITE, add_kinds);
}

static const struct option_info kinds_options[] = {
    OPERATOR_OPTIONS,
    {"reason", 0, "TEXT", "why, for the record", false},
    {"review", 0, "REVIEW", "the review that asked for it", false},
};

const struct verb verb_policy_add_kinds = {
    .name = "policy add-kinds",
    .about = "add kinds of events to what is logged; none is ever dropped",
    .arguments = "KIND...",
    .examples = "cairn policy add-kinds 'vault.*' --reason \"after the review\" "
                "--review review:30377",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(kinds_options),
    .guarded = true,
    .signs = true,
    .run = run_kinds,
};

/* Managers -------------------------------------------------------------------------------- */

static enum exit_code set_manager(struct giving *giving, bool added)
{
    union command_fields fields = {.audit_set_manager = {.added = added}};
    struct audit_set_manager *command = &fields.audit_set_manager;
    enum exit_code code = giving_needed(giving, "reason", &command->reason);
    code = code == EXIT_DONE
               ? giving_thing(giving, ID_USER, invocation_argument(giving->invocation, 0),
                              &command->user)
               : code;
    return code == EXIT_DONE ? giving_send(giving, COMMAND_AUDIT_SET_MANAGER, &fields) : code;
}

static enum exit_code add_manager(struct giving *giving)
{
    return set_manager(giving, true);
}

static enum exit_code remove_manager(struct giving *giving)
{
    return set_manager(giving, false);
}

static enum exit_code run_manager_add(struct invocation *invocation)
{
    return giving_run(invocation, STORE_WRITE, add_manager);
}

static enum exit_code run_manager_remove(struct invocation *invocation)
{
    return giving_run(invocation, STORE_WRITE, remove_manager);
}

static enum exit_code run_manager_list(struct invocation *invocation)
{
    return listing_run(invocation, desk_managers);
}

static const struct option_info manager_options[] = {
    OPERATOR_OPTIONS,
    {"reason", 0, "TEXT", "why, for the record", false},
};

static const struct option_info manager_list_options[] = {
    LISTING_OPTIONS,
};

const struct verb verb_manager_add = {
    .name = "manager add",
    .about = "name an audit manager",
    .arguments = "USER",
    .details = "Audit managers approve declarations and tools, and say what is logged and whom\n"
               "alerts go to. Only a super-administrator names one, never themselves and never\n"
               "another super-administrator. It counts from the manager's next login on.",
    .examples = "cairn manager add ben --reason \"deputy for security\"",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(manager_options),
    .guarded = true,
    .signs = true,
    .run = run_manager_add,
};

const struct verb verb_manager_remove = {
    .name = "manager remove",
    .about = "say that a user is an audit manager no more",
    .arguments = "USER",
    .examples = "cairn manager remove ben --reason \"moved\"",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(manager_options),
    .guarded = true,
    .signs = true,
    .run = run_manager_remove,
};

const struct verb verb_manager_list = {
    .name = "manager list",
    .about = "list the audit managers, and when they last acted",
    .details = "MAY says what somebody may do of the audit, ACTS how often they did, refusals\n"
               "included. With --all, also auditors, who work and manage nothing, and\n"
               "super-administrators, who name managers.",
    .examples = "cairn manager list --all\ncairn manager list --as-of 2026-03-31 --csv",
    .purpose = PURPOSE_ASK,
    OPTIONS(manager_list_options),
    .guarded = true,
    .run = run_manager_list,
};

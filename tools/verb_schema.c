#include "schema/catalogue/catalogue.h"
#include "schema/siem.h"
#include "tools/invocation.h"
#include "tools/rule_tests.h"
#include "tools/verbs.h"

/* Events ---------------------------------------------------------------------------------- */

/* clang-format off */
static const struct column event_columns[] = {
    {"kind",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"v",       NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"context", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"outside", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"about",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
static const struct column field_columns[] = {
    {"field", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"type",  NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"values", NULL, COLUMN_TEXT, ALIGN_LEFT},
};
static const struct column rule_columns[] = {
    {"rule",     NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"context",  NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"sentence", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"tests",    NULL, COLUMN_TEXT, ALIGN_LEFT},
};
static const struct column ocsf_columns[] = {
    {"kind",        NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"where",       NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"class_uid",   NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"class",       NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"activity_id", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"activity",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"severity",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

static struct status list_events(struct rows *rows)
{
    TRY(rows_begin(rows, event_columns, sizeof event_columns / sizeof event_columns[0]));
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        const struct event_info *info = &event_infos[kind];
        const struct cell cells[] = {
            cell_string(info->name),    cell_number(info->version),
            cell_string(info->context), cell_string(info->outside != 0 ? "yes" : "no"),
            cell_string(info->about),
        };
        TRY(rows_add(rows, cells));
    }
    return rows_flush(rows);
}

static struct status add_mapping(struct rows *rows, const char *kind, struct cell where,
                                 const struct siem_mapping *mapping)
{
    const struct cell cells[] = {
        cell_string(kind),
        where,
        cell_number(mapping->class->uid),
        cell_string(mapping->class->name),
        cell_number(mapping->activity_id),
        cell_string(mapping->activity),
        cell_string(siem_severity_name(mapping->severity)),
    };
    return rows_add(rows, cells);
}

/* A kind, after those of its cases that are mapped otherwise. */
static struct status add_mappings(struct rows *rows, enum event_kind kind)
{
    const struct siem_mapping *mapping = &siem_mappings[kind];
    for (size_t i = 0; i < mapping->case_count; i++) {
        char memory[512];
        struct text where = TEXT_IN(memory);
        text_add(&where, "body.%s = %s", mapping->cases[i].field, mapping->cases[i].like);
        TRY(add_mapping(rows, event_name(kind), cell_text(text_bytes(&where)),
                        &mapping->cases[i].mapping));
    }
    return add_mapping(rows, event_name(kind), cell_absent(), mapping);
}

static struct status list_ocsf(struct rows *rows)
{
    TRY(rows_begin(rows, ocsf_columns, sizeof ocsf_columns / sizeof ocsf_columns[0]));
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        if (event_infos[kind].version == 1) {
            TRY(add_mappings(rows, (enum event_kind)kind));
        }
    }
    return rows_flush(rows);
}

static struct status list_rules(struct rows *rows)
{
    TRY(rows_begin(rows, rule_columns, sizeof rule_columns / sizeof rule_columns[0]));
    for (unsigned rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
        const struct cell cells[] = {
            cell_string(rule_infos[rule].id),
            cell_string(rule_infos[rule].context),
            cell_string(rule_infos[rule].sentence),
            rule_tests[rule] == NULL ? cell_absent() : cell_string(rule_tests[rule]),
        };
        TRY(rows_add(rows, cells));
    }
    return rows_flush(rows);
}

static struct status list_fields(struct rows *rows, const struct field_info *fields, size_t count)
{
    TRY(rows_begin(rows, field_columns, sizeof field_columns / sizeof field_columns[0]));
    for (size_t i = 0; i < count; i++) {
        char memory[1024];
        struct text values = TEXT_IN(memory);
        if (fields[i].values != NULL) {
            for (size_t k = 0; k < fields[i].values->count; k++) {
                text_put_string(&values, k == 0 ? "" : ", ");
                text_put_bytes(&values, fields[i].values->names[k]);
            }
        }
        const struct cell cells[] = {
            cell_string(fields[i].name),
            cell_string(fields[i].type),
            values.size > 0 ? cell_text(text_bytes(&values)) : cell_absent(),
        };
        TRY(rows_add(rows, cells));
    }
    return rows_flush(rows);
}

/* A kind of event or a command by its name. */
static enum exit_code show_one(const struct invocation *invocation, struct rows *rows,
                               const char *name, struct status *status)
{
    enum event_kind kind;
    enum command_kind command;
    if (event_read(bytes_of_string(name), 1, &kind)) {
        invocation_note(invocation, "%s", event_infos[kind].about);
        *status = list_fields(rows, event_infos[kind].fields, event_infos[kind].field_count);
        return EXIT_DONE;
    }
    if (command_read(bytes_of_string(name), &command)) {
        invocation_note(invocation, "%s", command_infos[command].about);
        *status =
            list_fields(rows, command_infos[command].fields, command_infos[command].field_count);
        return EXIT_DONE;
    }
    return invocation_fail(invocation, EXIT_NOT_FOUND, "cairn schema lists the kinds of events",
                           "the catalogue has no event or command %s", name);
}

static enum exit_code run(struct invocation *invocation)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    struct status status = OK;
    enum exit_code code = EXIT_DONE;
    const char *what = invocation_argument(invocation, 0);
    invocation_rows(invocation, &rows, &arena);
    if (what == NULL || strcmp(what, "events") == 0) {
        status = list_events(&rows);
    } else if (strcmp(what, "rules") == 0) {
        status = list_rules(&rows);
    } else if (strcmp(what, "ocsf") == 0) {
        status = list_ocsf(&rows);
    } else if (strcmp(what, "json") == 0) {
        for (size_t i = 0; catalogue_schema_lines[i] != NULL; i++) {
            output_put_string(invocation->output, catalogue_schema_lines[i]);
            output_put_char(invocation->output, '\n');
        }
    } else {
        code = show_one(invocation, &rows, what, &status);
    }
    return failed(status) ? exit_of(status) : code;
}

const struct verb verb_schema = {
    .name = "schema",
    .about = "the catalogue: kinds of events, their fields, the rules",
    .arguments = "[events|rules|ocsf|json|KIND]",
    .details =
        "`json` is JSON Schema for the bodies of events and for commands. `ocsf` is how other\n"
        "systems classify each kind: what `cairn export` says in all three of its forms.",
    .examples = "cairn schema\ncairn schema audit.observed\ncairn schema rules --json\n"
                "cairn schema ocsf --csv",
    .purpose = PURPOSE_HELP,
    .run = run,
};

/* Data: what went in, what went out, and what was lowered. */
#include "reports/operational/event_table.h"
#include "reports/report_list.h"

/* Up is no lowering. */
static bool is_lowered(struct event_row *row)
{
    return !bytes_equal(event_row_string(row, "direction"), LITERAL("up"));
}

static struct cell lowered_object(struct event_row *row, uint32_t index)
{
    (void)index;
    return row->leaf->kind == EVENT_CLASSIFICATION_LOWERED
               ? event_row_field(row, "object")
               : event_row_called(row, row->leaf->on[0]);
}

static const struct event_column declassification_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"object", NULL, REPORT_TEXT}, .take = TAKE_OWN},
    {.column = {"from", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "from"},
    {.column = {"to", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "to"},
    {.column = {"direction", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "direction"},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"reason", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "reason"},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const declassification_kinds[] = {
    "classification.lowered", "vault.file.project_changed", "vault.dir.project_changed",
    "group.project_changed", NULL};

static const struct event_table declassification_table = {
    .table = {.name = "declassification", .empty = "No label was lowered.", .main = true},
    EVENT_COLUMNS(declassification_columns),
    .kinds = declassification_kinds,
    .keep = is_lowered,
    .cell = lowered_object,
};

const struct report_info report_declassification = {
    .name = "declassification",
    .title = "Declassification",
    .about = "Every label that was lowered, moved sideways or taken away: from what to what, by "
             "whom and why.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.1.3, 3.8.4",
    .filter = "changes of a tag that do not lead up",
    .events = &declassification_table,
    .run = event_report,
};

static const struct event_column ingress_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"object", NULL, REPORT_TEXT}, .take = TAKE_ON, .index = 0},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"version", NULL, REPORT_INTEGER}, .take = TAKE_BODY, .field = "version"},
    {.column = {"bytes", NULL, REPORT_INTEGER}, .take = TAKE_BODY, .field = "size"},
    {.column = {"sha256_root", NULL, REPORT_CODE}, .take = TAKE_BODY, .field = "root"},
    {.column = {"label", NULL, REPORT_TEXT}, .take = TAKE_BODY, .field = "project"},
    {.column = {"active_project", NULL, REPORT_TEXT}, .take = TAKE_PROJECT},
    {.column = {"source", NULL, REPORT_CODE}, .take = TAKE_SOURCE},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const ingress_kinds[] = {"vault.file.created", "vault.file.sealed",
                                            "vault.file.edited", NULL};

static const struct event_table ingress_table = {
    .table = {.name = "ingress", .empty = "Nothing was brought in.", .main = true},
    EVENT_COLUMNS(ingress_columns),
    .kinds = ingress_kinds,
};

const struct report_info report_ingress = {
    .name = "ingress",
    .title = "Ingress",
    .about = "What was brought into the vault: each file that was created and sealed, its size and "
             "root, by whom and from where.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.1.3[e], 3.1.20, 3.13.1",
    .filter = "files created, written anew and sealed",
    .events = &ingress_table,
    .run = event_report,
};

static struct cell egress_object(struct event_row *row, uint32_t index)
{
    size_t start = row->text.size;
    (void)index;
    if (row->leaf->on[0].kind != ID_LOG) {
        return event_row_called(row, row->leaf->on[0]);
    }
    static const char *const names[] = {"what", "form", "set"};
    for (size_t i = 0; i < sizeof names / sizeof names[0] && row->text.size == start; i++) {
        text_put_bytes(&row->text, event_row_string(row, names[i]));
    }
    return event_row_cell(row, start);
}

static const struct event_column egress_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"object", NULL, REPORT_TEXT}, .take = TAKE_OWN},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"destination", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "destination",
     .or_field = "by"},
    {.column = {"class", NULL, REPORT_INTEGER}, .take = TAKE_BODY, .field = "class"},
    {.column = {"digest", NULL, REPORT_CODE},
     .take = TAKE_BODY,
     .field = "digest",
     .or_field = "root"},
    {.column = {"project", NULL, REPORT_TEXT}, .take = TAKE_PROJECT},
    {.column = {"source", NULL, REPORT_CODE}, .take = TAKE_SOURCE},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const egress_kinds[] = {
    "vault.file.downloaded", "vault.file.viewed",     "vault.key.fetched", "export.made",
    "audit.exported",        "vault.backup.recorded", "case.exported",     NULL};

static const struct event_table egress_table = {
    .table = {.name = "egress", .empty = "Nothing left.", .main = true},
    EVENT_COLUMNS(egress_columns),
    .kinds = egress_kinds,
    .cell = egress_object,
};

const struct report_info report_egress = {
    .name = "egress",
    .title = "Egress",
    .about = "What left, or could be read outside: downloads, views, keys that were fetched, "
             "exports and backups.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.1.3[e], 3.1.20, 3.13.1, 3.8.5",
    .filter = "downloads, views and keys fetched; exports; backups",
    .events = &egress_table,
    .run = event_report,
};

/* File access ----------------------------------------------------------------------------- */

static const struct event_column access_columns[] = {
    {.column = {"time", NULL, REPORT_TIME}, .take = TAKE_TIME},
    {.column = {"object", NULL, REPORT_TEXT}, .take = TAKE_OWN},
    {.column = {"act", NULL, REPORT_TEXT}, .take = TAKE_KIND},
    {.column = {"by", NULL, REPORT_TEXT}, .take = TAKE_ACTOR},
    {.column = {"outcome", NULL, REPORT_VERDICT}, .take = TAKE_OUTCOME},
    {.column = {"rule", NULL, REPORT_CODE}, .take = TAKE_RULE},
    {.column = {"class", NULL, REPORT_INTEGER}, .take = TAKE_BODY, .field = "class"},
    {.column = {"from_chunk", NULL, REPORT_INTEGER}, .take = TAKE_BODY, .field = "from"},
    {.column = {"to_chunk", NULL, REPORT_INTEGER}, .take = TAKE_BODY, .field = "to"},
    {.column = {"why", NULL, REPORT_TEXT},
     .take = TAKE_BODY,
     .field = "why",
     .or_field = "destination"},
    {.column = {"project", NULL, REPORT_TEXT}, .take = TAKE_PROJECT},
    {.column = {"session", NULL, REPORT_CODE}, .take = TAKE_SESSION},
    {.column = {"source", NULL, REPORT_CODE}, .take = TAKE_SOURCE},
    {.column = {"events", NULL, REPORT_EVENTS}, .take = TAKE_EVENTS},
};
static const char *const access_kinds[] = {"vault.file.viewed",
                                           "vault.file.downloaded",
                                           "vault.file.denied",
                                           "vault.key.fetched",
                                           "vault.key.denied",
                                           "vault.chunk.read",
                                           "vault.chunk.denied",
                                           "vault.history.read",
                                           "vault.history.denied",
                                           "vault.file.deleted",
                                           "vault.file.shared",
                                           "vault.file.unshared",
                                           NULL};

static struct cell accessed(struct event_row *row, uint32_t index)
{
    (void)index;
    return row->leaf->on[0].kind == ID_LOG ? event_row_asked(row)
                                           : event_row_called(row, row->leaf->on[0]);
}

static const struct event_table access_table = {
    .table = {.name = "file_access", .empty = "No file was touched.", .main = true},
    EVENT_COLUMNS(access_columns),
    .kinds = access_kinds,
    .cell = accessed,
};

const struct report_info report_access = {
    .name = "file-access",
    .title = "File access",
    .about = "Who saw, fetched, read, shared or deleted which file of the vault, or was refused, "
             "under which label.",
    .version = 1,
    .scopes = REPORT_GLOBAL | REPORT_OF_PROJECT | REPORT_OF_USER | REPORT_OF_TEAM,
    .serves = "3.1.2, 3.1.3, 3.8.2, 3.3.5",
    .filter = "views, downloads, keys fetched, chunks read, shares and refusals",
    .events = &access_table,
    .run = event_report,
};

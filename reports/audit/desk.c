#include "reports/audit/desk.h"

#include "core/audit/alert.h"
#include "core/audit/case.h"
#include "core/audit/declaration.h"
#include "core/audit/manager.h"
#include "core/audit/review.h"
#include "reports/names.h"
#include "reports/query.h"

enum {
    NAME_ROOM = 256,
    LIST_ROOM = 4096,
    EVENTS_ROOM = 20 * FIELD_LIST_MAX, /* bytes of so many positions */
};

/* Cells ----------------------------------------------------------------------------------- */

static struct cell id_cell(struct text *text, struct id id)
{
    id_write(text, id);
    return cell_text(text_bytes(text));
}

static struct cell name_cell(const struct desk *desk, struct text *text, struct id user)
{
    names_put(desk->engine, user, desk->view->as_of_n, text);
    return cell_text(text_bytes(text));
}

static struct cell time_cell(bool has, uint64_t time)
{
    return has ? cell_number(time) : cell_absent();
}

static struct cell text_cell(bool has, struct bytes text)
{
    return has ? cell_text(text) : cell_absent();
}

/* Texts with commas between them; what does not fit is said to be more. */
static struct cell list_cell(struct text *text, const struct bytes *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text->size + list[i].size + 32 > text->capacity) {
            text_add(text, " and %zu more", count - i);
            break;
        }
        text_put_string(text, i == 0 ? "" : ", ");
        text_put_bytes(text, list[i]);
    }
    return cell_text(text_bytes(text));
}

/* For people with blanks between them, for programs an array. */
static struct cell numbers_cell(const struct desk *desk, struct text *text, const uint64_t *list,
                                size_t count)
{
    bool people = desk->rows->options.format == ROWS_TABLE;
    text_put_string(text, people ? "" : "[");
    for (size_t i = 0; i < count; i++) {
        if (people && text->size + 64 > text->capacity) {
            text_add(text, " and %zu more", count - i);
            break;
        }
        text_put_string(text, i == 0 ? "" : people ? " " : ",");
        text_put_u64(text, list[i]);
    }
    text_put_string(text, people ? "" : "]");
    return cell_text(text_bytes(text));
}

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static struct status end(const struct desk *desk)
{
    TRY(*desk->view->trouble);
    return rows_flush(desk->rows);
}

/* Declarations ---------------------------------------------------------------------------- */

/* clang-format off */
static const struct column declaration_columns[] = {
    {"declaration", NULL,        COLUMN_TEXT,    ALIGN_LEFT},
    {"objectives",  NULL,        COLUMN_TEXT,    ALIGN_LEFT},
    {"document",    NULL,        COLUMN_TEXT,    ALIGN_LEFT},
    {"version",     NULL,        COLUMN_TEXT,    ALIGN_LEFT},
    {"status",      NULL,        COLUMN_TEXT,    ALIGN_LEFT},
    {"declarer",    NULL,        COLUMN_TEXT,    ALIGN_LEFT},
    {"approver",    NULL,        COLUMN_TEXT,    ALIGN_LEFT},
    {"effective",   NULL,        COLUMN_TIME,    ALIGN_LEFT},
    {"review_by",   "REVIEW BY", COLUMN_TIME,    ALIGN_LEFT},
    {"event",       NULL,        COLUMN_INTEGER, ALIGN_RIGHT},
};

static const struct column review_columns[] = {
    {"review",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"about",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"from",     NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"to",       NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"opener",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"signer",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"outcome",  NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"due",      NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"changed",  NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"findings", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"event",    NULL, COLUMN_INTEGER, ALIGN_RIGHT},
};

static const struct column alert_columns[] = {
    {"alert",        NULL,        COLUMN_TEXT, ALIGN_LEFT},
    {"severity",     NULL,        COLUMN_TEXT, ALIGN_LEFT},
    {"rule",         NULL,        COLUMN_TEXT, ALIGN_LEFT},
    {"raised",       NULL,        COLUMN_TIME, ALIGN_LEFT},
    {"told",         NULL,        COLUMN_TEXT, ALIGN_LEFT},
    {"acknowledger", "SEEN BY",   COLUMN_TEXT, ALIGN_LEFT},
    {"closer",       "CLOSED BY", COLUMN_TEXT, ALIGN_LEFT},
    {"events",       NULL,        COLUMN_JSON, ALIGN_LEFT},
    {"about",        NULL,        COLUMN_TEXT, ALIGN_LEFT},
};

static const struct column case_columns[] = {
    {"case",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"name",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"state",  NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"opener", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"opened", NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"until",  NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"about",  NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"event",  NULL, COLUMN_INTEGER, ALIGN_RIGHT},
};

static const struct column content_columns[] = {
    {"event",  NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"what",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"added",  NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"author", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"why",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
};

static const struct column contact_columns[] = {
    {"name",     NULL,   COLUMN_TEXT, ALIGN_LEFT},
    {"user",     NULL,   COLUMN_TEXT, ALIGN_LEFT},
    {"channel",  NULL,   COLUMN_TEXT, ALIGN_LEFT},
    {"address",  NULL,   COLUMN_TEXT, ALIGN_LEFT},
    {"severity", "FROM", COLUMN_TEXT, ALIGN_LEFT},
    {"state",    NULL,   COLUMN_TEXT, ALIGN_LEFT},
    {"since",    NULL,   COLUMN_TIME, ALIGN_LEFT},
};

static const struct column manager_columns[] = {
    {"user",     NULL,       COLUMN_TEXT,    ALIGN_LEFT},
    {"login",    NULL,       COLUMN_TEXT,    ALIGN_LEFT},
    {"role",     NULL,       COLUMN_TEXT,    ALIGN_LEFT},
    {"may",      NULL,       COLUMN_TEXT,    ALIGN_LEFT},
    {"since",    NULL,       COLUMN_TIME,    ALIGN_LEFT},
    {"named_by", "NAMED BY", COLUMN_TEXT,    ALIGN_LEFT},
    {"reason",   NULL,       COLUMN_TEXT,    ALIGN_LEFT},
    {"acts",     NULL,       COLUMN_INTEGER, ALIGN_RIGHT},
    {"last_act", "LAST ACT", COLUMN_TIME,    ALIGN_LEFT},
    {"event",    NULL,       COLUMN_INTEGER, ALIGN_RIGHT},
};
/* clang-format on */

static const char *standing_of(const struct view *view, const struct declaration_row *row)
{
    if (row->status != DECLARATION_STATUS_APPROVED) {
        return declaration_status_name(row->status);
    }
    if (declaration_in_force(view, row)) {
        return "in force";
    }
    return view->now_utc_us < row->effective ? "not yet in force" : "overdue for review";
}

static struct status add_declaration(const struct desk *desk, const struct declaration_row *row)
{
    char id_memory[NAME_ROOM], declarer[NAME_ROOM], approver[NAME_ROOM], list[LIST_ROOM];
    struct text id = TEXT_IN(id_memory), by = TEXT_IN(declarer), over = TEXT_IN(approver);
    struct text objectives = TEXT_IN(list);
    const struct cell cells[] = {
        id_cell(&id, row->declaration),
        list_cell(&objectives, row->objective, row->objective_count),
        cell_text(row->document),
        cell_text(row->version),
        cell_string(standing_of(desk->view, row)),
        name_cell(desk, &by, row->declarer),
        row->has_approver ? name_cell(desk, &over, row->approver) : cell_absent(),
        cell_number(row->effective),
        cell_number(row->review_by),
        cell_number(row->declaration.n),
    };
    return rows_add(desk->rows, cells);
}

struct status desk_declarations(const struct desk *desk, uint64_t *count)
{
    struct declaration_row row = {0};
    struct view_walk walk = view_walk_of(desk->view, ROW_DECLARATION, &row, 0);
    TRY(rows_begin(desk->rows, declaration_columns, COUNT_OF(declaration_columns)));
    for (*count = 0; view_walk_next(&walk, &row);) {
        if (desk->all || row.status != DECLARATION_STATUS_WITHDRAWN) {
            TRY(add_declaration(desk, &row));
            (*count)++;
        }
    }
    return end(desk);
}

/* Reviews --------------------------------------------------------------------------------- */

static struct status add_review(const struct desk *desk, const struct review_row *row)
{
    char id_memory[NAME_ROOM], opener[NAME_ROOM], signer[NAME_ROOM], list[LIST_ROOM];
    struct text id = TEXT_IN(id_memory), by = TEXT_IN(opener), end_by = TEXT_IN(signer);
    struct text findings = TEXT_IN(list);
    const struct cell cells[] = {
        id_cell(&id, row->review),
        cell_string(review_about_name(row->about)),
        cell_number(row->from),
        cell_number(row->to),
        name_cell(desk, &by, row->opener),
        row->has_signer ? name_cell(desk, &end_by, row->signer) : cell_absent(),
        row->has_outcome ? cell_string(review_outcome_name(row->outcome)) : cell_absent(),
        time_cell(row->has_due, row->due),
        time_cell(row->has_changed, row->changed),
        list_cell(&findings, row->findings, row->findings_count),
        cell_number(row->review.n),
    };
    return rows_add(desk->rows, cells);
}

/* Done with: signed, and nothing is due. */
static bool is_done(const struct review_row *row)
{
    return row->has_outcome && (row->outcome == REVIEW_OUTCOME_NO_CHANGE || row->has_changed);
}

struct status desk_reviews(const struct desk *desk, uint64_t *count)
{
    struct review_row row = {0};
    struct view_walk walk = view_walk_of(desk->view, ROW_REVIEW, &row, 0);
    TRY(rows_begin(desk->rows, review_columns, COUNT_OF(review_columns)));
    for (*count = 0; view_walk_next(&walk, &row);) {
        if (desk->all || !is_done(&row)) {
            TRY(add_review(desk, &row));
            (*count)++;
        }
    }
    return end(desk);
}

/* Alerts ---------------------------------------------------------------------------------- */

/* `2 of 3 contacts`. */
static struct cell told_cell(const struct desk *desk, struct text *text, struct id alert)
{
    struct delivery_row row = {.alert = alert};
    struct view_walk walk = view_walk_of(desk->view, ROW_DELIVERY, &row, 1);
    unsigned reached = 0, tried = 0;
    while (view_walk_next(&walk, &row)) {
        reached += row.ok ? 1 : 0;
        tried++;
    }
    if (tried == 0) {
        return cell_string("nobody");
    }
    text_add(text, "%u of %u", reached, tried);
    return cell_text(text_bytes(text));
}

static struct status add_alert(const struct desk *desk, const struct alert_row *row)
{
    char id_memory[NAME_ROOM], seen[NAME_ROOM], closed[NAME_ROOM], told[64];
    char list[EVENTS_ROOM];
    struct text id = TEXT_IN(id_memory), by = TEXT_IN(seen), end_by = TEXT_IN(closed);
    struct text because = TEXT_IN(list), reached = TEXT_IN(told);
    const struct cell cells[] = {
        id_cell(&id, row->alert),
        cell_string(severity_name(row->severity)),
        cell_text(row->rule),
        cell_number(row->raised),
        told_cell(desk, &reached, row->alert),
        row->has_acknowledger ? name_cell(desk, &by, row->acknowledger) : cell_absent(),
        row->has_closer ? name_cell(desk, &end_by, row->closer) : cell_absent(),
        numbers_cell(desk, &because, row->because, row->because_count),
        cell_text(row->about),
    };
    return rows_add(desk->rows, cells);
}

struct status desk_alerts(const struct desk *desk, uint64_t *count)
{
    struct open_alert_row open = {0};
    struct alert_row row = {0};
    enum row_table table = desk->all ? ROW_ALERT : ROW_OPEN_ALERT;
    void *next = desk->all ? (void *)&row : (void *)&open;
    struct view_walk walk = view_walk_of(desk->view, table, next, 0);
    TRY(rows_begin(desk->rows, alert_columns, COUNT_OF(alert_columns)));
    for (*count = 0; view_walk_next(&walk, next); (*count)++) {
        if (desk->all || alert_by_id(desk->view, open.alert, &row)) {
            TRY(add_alert(desk, &row));
        }
    }
    return end(desk);
}

struct status desk_alerts_of(const struct desk *desk, const struct id *alerts, size_t count)
{
    TRY(rows_begin(desk->rows, alert_columns, COUNT_OF(alert_columns)));
    for (size_t i = 0; i < count; i++) {
        struct arena before = *desk->view->arena;
        struct alert_row row;
        if (alert_by_id(desk->view, alerts[i], &row)) {
            TRY(add_alert(desk, &row));
        }
        *desk->view->arena = before;
    }
    return end(desk);
}

struct status desk_contacts(const struct desk *desk, uint64_t *count)
{
    struct contact_row row = {0};
    struct view_walk walk = view_walk_of(desk->view, ROW_CONTACT, &row, 0);
    TRY(rows_begin(desk->rows, contact_columns, COUNT_OF(contact_columns)));
    for (*count = 0; view_walk_next(&walk, &row);) {
        char memory[NAME_ROOM];
        struct text user = TEXT_IN(memory);
        const struct cell cells[] = {
            cell_text(row.name),
            row.has_user ? name_cell(desk, &user, row.user) : cell_absent(),
            cell_string(alert_channel_name(row.channel)),
            cell_text(row.address),
            cell_string(severity_name(row.severity)),
            cell_string(row.active ? "active" : "off"),
            cell_number(row.since),
        };
        if (desk->all || row.active) {
            TRY(rows_add(desk->rows, cells));
            (*count)++;
        }
    }
    return end(desk);
}

/* Cases ----------------------------------------------------------------------------------- */

static struct status add_case(const struct desk *desk, const struct case_row *row)
{
    char id_memory[NAME_ROOM], opener[NAME_ROOM];
    struct text id = TEXT_IN(id_memory), by = TEXT_IN(opener);
    bool held = case_is_held(desk->view, row);
    const struct cell cells[] = {
        id_cell(&id, row->folder),
        cell_text(row->name),
        cell_string(row->has_closed ? "closed"
                    : held          ? "on hold"
                                    : "open"),
        name_cell(desk, &by, row->opener),
        cell_number(row->opened),
        time_cell(held && row->has_until, row->until),
        text_cell(row->has_about, row->about),
        cell_number(row->folder.n),
    };
    return rows_add(desk->rows, cells);
}

struct status desk_cases(const struct desk *desk, uint64_t *count)
{
    struct case_row row = {0};
    struct view_walk walk = view_walk_of(desk->view, ROW_CASE, &row, 0);
    TRY(rows_begin(desk->rows, case_columns, COUNT_OF(case_columns)));
    for (*count = 0; view_walk_next(&walk, &row);) {
        if (desk->all || !row.has_closed) {
            TRY(add_case(desk, &row));
            (*count)++;
        }
    }
    return end(desk);
}

static struct status add_events(const struct desk *desk, struct id folder, uint64_t *count)
{
    struct case_event_row row = {.folder = folder};
    struct view_walk walk = view_walk_of(desk->view, ROW_CASE_EVENT, &row, 1);
    for (; view_walk_next(&walk, &row); (*count)++) {
        const struct cell cells[] = {
            cell_number(row.event),          cell_string("event"),
            cell_number(row.added),          cell_absent(),
            text_cell(row.has_why, row.why),
        };
        TRY(rows_add(desk->rows, cells));
    }
    return OK;
}

struct status desk_case(const struct desk *desk, struct id folder, uint64_t *count)
{
    struct case_note_row note = {.folder = folder};
    *count = 0;
    TRY(rows_begin(desk->rows, content_columns, COUNT_OF(content_columns)));
    TRY(add_events(desk, folder, count));
    struct view_walk walk = view_walk_of(desk->view, ROW_CASE_NOTE, &note, 1);
    for (; view_walk_next(&walk, &note); (*count)++) {
        char memory[NAME_ROOM];
        struct text by = TEXT_IN(memory);
        const struct cell cells[] = {
            cell_number(note.event),           cell_string("note"), cell_number(note.written),
            name_cell(desk, &by, note.author), cell_absent(),
        };
        TRY(rows_add(desk->rows, cells));
    }
    return end(desk);
}

/* Managers -------------------------------------------------------------------------------- */

/* The acts by which the audit is managed, and worked with. */
static const char *const acts[] = {
    "policy.*",
    "case.*",
    "alert.acknowledged",
    "alert.closed",
    "alert.contact_set",
    "alert.denied",
    "audit.event_set_changed",
    "audit.review_*",
    "audit.tools_approved",
    "audit.denied",
};

struct used {
    uint64_t count, last_utc_us, last_n;
};

static struct status note_use(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct used *used = context;
    (void)bytes;
    used->count++;
    used->last_utc_us = leaf->t_utc_us;
    used->last_n = leaf->n;
    return OK;
}

static struct status find_use(const struct desk *desk, struct id user, struct used *used)
{
    char memory[64];
    struct text actor = TEXT_IN(memory);
    struct query query = {
        .range.until = {.kind = MOMENT_POSITION, .value = desk->view->as_of_n + 1}};
    struct query_outcome outcome;
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    if (desk->view->as_of_n == UINT64_MAX) {
        query.range.until = (struct moment){.kind = MOMENT_OPEN};
    }
    id_write(&actor, user);
    TRY(query_add(&query, QUERY_ACTOR, text_bytes(&actor)));
    for (size_t i = 0; i < COUNT_OF(acts); i++) {
        TRY(query_add(&query, QUERY_KIND, bytes_of_string(acts[i])));
    }
    TRY(log_snapshot_open(engine_log(desk->engine), &log));
    if (engine_index(desk->engine) != NULL) {
        TRY(index_snapshot_open(engine_index(desk->engine), &index));
    }
    return query_run(&query, log, index, note_use, used, &outcome);
}

/* What somebody may do of the audit, and did; since and by whom, of a manager. */
struct capacity {
    struct id user;
    const char *may;
    const struct audit_manager_row *manager; /* NULL: by role */
};

static struct status add_capacity(const struct desk *desk, const struct capacity *capacity)
{
    char id_memory[NAME_ROOM], login[NAME_ROOM], by_memory[NAME_ROOM];
    struct text id = TEXT_IN(id_memory), name = TEXT_IN(login), by = TEXT_IN(by_memory);
    struct used used = {0};
    struct user_row user = {.user = capacity->user};
    struct audit_manager_row row = {.user = capacity->user};
    const struct audit_manager_row *manager = capacity->manager;
    uint64_t made_by = 0;
    TRY(find_use(desk, capacity->user, &used));
    (void)view_find_made_by(desk->view, ROW_USER, &user, &made_by);
    if (manager != NULL) {
        (void)view_find_made_by(desk->view, ROW_AUDIT_MANAGER, &row, &made_by);
    }
    const struct cell cells[] = {
        id_cell(&id, capacity->user),
        name_cell(desk, &name, capacity->user),
        cell_string(user_role_name(user.role)),
        cell_string(capacity->may),
        time_cell(manager != NULL, row.since),
        manager != NULL ? name_cell(desk, &by, row.by) : cell_absent(),
        text_cell(manager != NULL, row.reason),
        cell_number(used.count),
        time_cell(used.count > 0, used.last_utc_us),
        cell_number(made_by),
    };
    return rows_add(desk->rows, cells);
}

/* Those who have a role by which they may do something of the audit, and are no managers. */
static struct status add_role(const struct desk *desk, enum user_role role, const char *may,
                              uint64_t *count)
{
    struct role_row row = {.role = role};
    struct view_walk walk = view_walk_of(desk->view, ROW_ROLE, &row, 1);
    while (view_walk_next(&walk, &row)) {
        const struct capacity capacity = {.user = row.user, .may = may};
        struct user_row user = {.user = row.user};
        if (!manager_is(desk->view, row.user) && view_find(desk->view, ROW_USER, &user) &&
            !user.deleted) {
            TRY(add_capacity(desk, &capacity));
            (*count)++;
        }
    }
    return OK;
}

struct status desk_managers(const struct desk *desk, uint64_t *count)
{
    struct audit_manager_row row = {0};
    struct view_walk walk = view_walk_of(desk->view, ROW_AUDIT_MANAGER, &row, 0);
    TRY(rows_begin(desk->rows, manager_columns, COUNT_OF(manager_columns)));
    for (*count = 0; view_walk_next(&walk, &row); (*count)++) {
        bool counts = manager_is(desk->view, row.user);
        const struct capacity capacity = {
            .user = row.user, .may = counts ? "manage" : "nothing now", .manager = &row};
        TRY(add_capacity(desk, &capacity));
    }
    if (desk->all) {
        TRY(add_role(desk, USER_ROLE_AUDITOR, "work", count));
        TRY(add_role(desk, USER_ROLE_SUPER_ADMIN, "name managers", count));
    }
    return end(desk);
}

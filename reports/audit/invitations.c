#include "reports/audit/invitations.h"

#include "core/audit/auditor.h"
#include "reports/names.h"
#include "reports/naming.h"
#include "reports/query.h"

enum {
    NAME_ROOM = 256,
    ACT_ARENA = 32 << 10, /* bytes for one body */
};

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static struct cell time_cell(bool has, uint64_t time)
{
    return has ? cell_number(time) : cell_absent();
}

/* The list -------------------------------------------------------------------------------- */

/* clang-format off */
static const struct column list_columns[] = {
    {"invitation", NULL,    COLUMN_TEXT,    ALIGN_LEFT},
    {"name",       NULL,    COLUMN_TEXT,    ALIGN_LEFT},
    {"state",      NULL,    COLUMN_TEXT,    ALIGN_LEFT},
    {"by",         NULL,    COLUMN_TEXT,    ALIGN_LEFT},
    {"project",    NULL,    COLUMN_TEXT,    ALIGN_LEFT},
    {"from",       NULL,    COLUMN_TIME,    ALIGN_LEFT},
    {"until",      NULL,    COLUMN_TIME,    ALIGN_LEFT},
    {"expires",    NULL,    COLUMN_TIME,    ALIGN_LEFT},
    {"entered",    NULL,    COLUMN_TIME,    ALIGN_LEFT},
    {"inviter",    NULL,    COLUMN_TEXT,    ALIGN_LEFT},
    {"event",      NULL,    COLUMN_INTEGER, ALIGN_RIGHT},
};

static const struct column act_columns[] = {
    {"time",       NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"event",      NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"name",       NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"what",       NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"path",       NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"query",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"status",     NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"address",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"why",        NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

static const char *state_of(const struct view *view, const struct invitation_row *row)
{
    if (!auditor_is_open(view, row)) {
        return row->has_revoked ? "revoked" : "expired";
    }
    return auditor_may_enter(view, row) ? "waits" : "open";
}

static struct status add_invitation(const struct desk *desk, const struct invitation_row *row)
{
    char id_memory[NAME_ROOM], project_memory[NAME_ROOM], by_memory[NAME_ROOM];
    struct text id = TEXT_IN(id_memory), project = TEXT_IN(project_memory);
    struct text inviter = TEXT_IN(by_memory);
    id_write(&id, row->invitation);
    if (row->has_project && !naming_put_name(desk->view, row->project, &project)) {
        id_write(&project, row->project);
    }
    names_put(desk->engine, row->inviter, desk->view->as_of_n, &inviter);
    const struct cell cells[] = {
        cell_text(text_bytes(&id)),
        cell_text(row->name),
        cell_string(state_of(desk->view, row)),
        cell_string(row->has_certificate ? "certificate" : "link"),
        row->has_project ? cell_text(text_bytes(&project)) : cell_absent(),
        time_cell(row->has_from, row->from),
        time_cell(row->has_until, row->until),
        cell_number(row->expires),
        time_cell(row->has_entered, row->entered),
        cell_text(text_bytes(&inviter)),
        cell_number(row->invitation.n),
    };
    return rows_add(desk->rows, cells);
}

struct status invitations_list(const struct desk *desk, uint64_t *count)
{
    struct invitation_row row = {0};
    struct view_walk walk = view_walk_of(desk->view, ROW_INVITATION, &row, 0);
    TRY(rows_begin(desk->rows, list_columns, COUNT_OF(list_columns)));
    for (*count = 0; view_walk_next(&walk, &row);) {
        if (desk->all || auditor_is_open(desk->view, &row)) {
            TRY(add_invitation(desk, &row));
            (*count)++;
        }
    }
    TRY(*desk->view->trouble);
    return rows_flush(desk->rows);
}

/* By name --------------------------------------------------------------------------------- */

struct status invitations_find(const struct view *view, struct bytes word, struct id *out)
{
    struct invitation_row row = {0};
    struct id open = {0}, ended = {0};
    size_t open_count = 0, ended_count = 0;
    if (!failed(id_read(word, out)) && out->kind == ID_INVITATION) {
        return auditor_by_id(view, *out, &row)
                   ? OK
                   : FAIL_BECAUSE(NOT_FOUND, out->n, "there is no such invitation");
    }
    struct view_walk walk = view_walk_of(view, ROW_INVITATION, &row, 0);
    while (view_walk_next(&walk, &row)) {
        if (bytes_equal(row.name, word)) {
            bool is_open = auditor_is_open(view, &row);
            *(is_open ? &open : &ended) = row.invitation;
            *(is_open ? &open_count : &ended_count) += 1;
        }
    }
    TRY(*view->trouble);
    if (open_count > 1 || (open_count == 0 && ended_count > 1)) {
        return FAIL_BECAUSE(CONFLICT, 0,
                            "several invitations name this auditor: give invitation:N");
    }
    *out = open_count == 1 ? open : ended;
    return open_count + ended_count > 0
               ? OK
               : FAIL_BECAUSE(NOT_FOUND, 0, "nobody of this name was invited");
}

/* What they did --------------------------------------------------------------------------- */

struct acts {
    const struct desk *desk;
    struct log_snapshot *log;
    uint64_t *count;
};

/* What was in a body, if it has not been erased. */
static struct status read_body(struct log_snapshot *log, const struct leaf *leaf,
                               struct arena *arena, union event_body *body, bool *there)
{
    struct bytes stored;
    TRY(log_read_body(log, leaf, &stored));
    *there = stored.size > SALT_SIZE;
    return *there ? event_body_decode(leaf->kind,
                                      bytes_of(stored.data + SALT_SIZE, stored.size - SALT_SIZE),
                                      arena, body)
                  : OK;
}

static const char *word_of(enum event_kind kind)
{
    switch ((unsigned)kind) {
    case EVENT_AUDITOR_INVITED:
        return "invited";
    case EVENT_AUDITOR_REVOKED:
        return "revoked";
    case EVENT_AUDITOR_ENTERED:
        return "entered";
    case EVENT_AUDITOR_TURNED_AWAY:
        return "turned away";
    default:
        return "viewed";
    }
}

static struct cell address_of(const struct leaf *leaf, const union event_body *body)
{
    return leaf->kind == EVENT_AUDITOR_ENTERED       ? cell_text(body->auditor_entered.address)
           : leaf->kind == EVENT_AUDITOR_TURNED_AWAY ? cell_text(body->auditor_turned_away.address)
                                                     : cell_absent();
}

static struct cell why_of(const struct leaf *leaf, const union event_body *body)
{
    return leaf->kind == EVENT_AUDITOR_REVOKED       ? cell_text(body->auditor_revoked.reason)
           : leaf->kind == EVENT_AUDITOR_TURNED_AWAY ? cell_text(body->auditor_turned_away.why)
                                                     : cell_absent();
}

static struct status add_act(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct acts *acts = context;
    uint8_t memory[ACT_ARENA];
    struct arena arena = ARENA_IN(memory);
    char name_memory[NAME_ROOM];
    struct text name = TEXT_IN(name_memory);
    union event_body body = {0};
    bool there = false;
    (void)bytes;
    TRY(read_body(acts->log, leaf, &arena, &body, &there));
    bool viewed = there && leaf->kind == EVENT_AUDITOR_VIEWED;
    if (leaf->on[0].kind == ID_INVITATION) {
        (void)naming_put_name(acts->desk->view, leaf->on[0], &name);
    }
    const struct cell cells[] = {
        cell_number(leaf->t_utc_us),
        cell_number(leaf->n),
        name.size > 0 ? cell_text(text_bytes(&name)) : cell_absent(),
        cell_string(word_of(leaf->kind)),
        viewed ? cell_text(body.auditor_viewed.path) : cell_absent(),
        viewed && body.auditor_viewed.query.size > 0 ? cell_text(body.auditor_viewed.query)
                                                     : cell_absent(),
        viewed ? cell_number(body.auditor_viewed.status) : cell_absent(),
        there ? address_of(leaf, &body) : cell_absent(),
        there ? why_of(leaf, &body) : cell_absent(),
    };
    (*acts->count)++;
    return rows_add(acts->desk->rows, cells);
}

static struct status ask_for(struct query *query, const struct desk *desk, struct id invitation)
{
    char memory[64];
    struct text on = TEXT_IN(memory);
    query->range.until =
        desk->view->as_of_n == UINT64_MAX
            ? (struct moment){.kind = MOMENT_OPEN}
            : (struct moment){.kind = MOMENT_POSITION, .value = desk->view->as_of_n + 1};
    TRY(query_add(query, QUERY_KIND, LITERAL("auditor.*")));
    TRY(query_add(query, QUERY_KIND, LITERAL("!auditor.denied")));
    id_write(&on, invitation);
    return invitation.kind == ID_NONE ? OK : query_add(query, QUERY_ON, text_bytes(&on));
}

struct status invitations_activity(const struct desk *desk, struct id invitation, uint64_t *count)
{
    struct query query = {0};
    struct query_outcome outcome;
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    *count = 0;
    TRY(ask_for(&query, desk, invitation));
    TRY(log_snapshot_open(engine_log(desk->engine), &log));
    if (engine_index(desk->engine) != NULL) {
        TRY(index_snapshot_open(engine_index(desk->engine), &index));
    }
    TRY(rows_begin(desk->rows, act_columns, COUNT_OF(act_columns)));
    struct acts acts = {.desk = desk, .log = log, .count = count};
    TRY(query_run(&query, log, index, add_act, &acts, &outcome));
    TRY(*desk->view->trouble);
    return rows_flush(desk->rows);
}

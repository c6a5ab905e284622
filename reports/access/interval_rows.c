#include "reports/access/interval_rows.h"

#include "reports/access/reasons.h"
#include "reports/naming.h"

#include <inttypes.h>

enum {
    EVENTS_SIZE = INTERVAL_EVENTS_MAX * 20, /* bytes of their list */
    ENDING_SIZE = 1024,
};

/* clang-format off */
static const struct column columns[] = {
    {"object",   NULL, COLUMN_TEXT,    ALIGN_LEFT}, /* of many objects only */
    {"user",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"login",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"verb",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"allowed",  NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"from",     NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"to",       NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"from_n",   NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"to_n",     NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"class",    NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"rule",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"path",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"ended",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"ended_by", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"events",   NULL, COLUMN_JSON,    ALIGN_LEFT},
    {"because",  NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"facts",    NULL, COLUMN_JSON,    ALIGN_LEFT}, /* for programs only */
};
/* clang-format on */

struct status interval_rows_begin(struct interval_rows *rows)
{
    size_t first = rows->many_objects ? 0 : 1, count = sizeof columns / sizeof columns[0] - first;
    return rows_begin(rows->out, columns + first,
                      rows->out->options.format == ROWS_JSON ? count : count - 1);
}

/* One row ------------------------------------------------------------------------------------ */

struct row {
    struct interval_rows *rows;
    struct view view; /* that names come from */
    struct id user;
    struct bytes login;
    enum access_verb verb;
};

/* `event 80, project.member_removed` */
static struct status put_event(const struct row *row, uint64_t n, struct text *out)
{
    struct bytes bytes;
    struct leaf leaf;
    text_add(out, "event %" PRIu64, n);
    if (row->rows->log == NULL) {
        return OK;
    }
    TRY(log_read_leaf(row->rows->log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    text_put_literal(out, ", ");
    text_put_string(out, event_name(leaf.kind));
    return OK;
}

/* And what is so from then on. */
static struct status put_ending(const struct row *row, const struct interval *interval,
                                struct text *out)
{
    if (interval->end == INTERVAL_STILL) {
        text_put_literal(out, "still so");
        return OK;
    }
    if (interval->end == INTERVAL_EXPIRY) {
        text_put_literal(out, "by itself");
    } else {
        TRY(put_event(row, interval->to.n, out));
    }
    text_put_literal(out, ": ");
    if (interval->next.allowed) {
        text_put_string(out, interval->access.allowed ? "otherwise allowed" : "allowed");
    } else {
        reasons_put_change(&row->view, &interval->access, &interval->next, out);
    }
    return OK;
}

static void put_events(const struct interval *interval, struct text *out)
{
    for (size_t i = 0; i < interval->event_count; i++) {
        text_add(out, "%s%" PRIu64, i == 0 ? "[" : ",", interval->events[i]);
    }
    text_put_string(out, interval->event_count == 0 ? "[]" : "]");
}

struct row_texts {
    char object_memory[PATH_SIZE], user_memory[64], path_memory[PATH_SIZE];
    char ending_memory[ENDING_SIZE], events_memory[EVENTS_SIZE];
    char reasons_memory[REASONS_SIZE], facts_memory[REASONS_SIZE];
    struct text object, user, path, ending, events, reasons, facts;
};

static struct status write_texts(const struct row *row, const struct interval *interval,
                                 const struct access_path *path, struct row_texts *out)
{
    bool people = row->rows->out->options.format == ROWS_TABLE;
    out->object = TEXT_IN(out->object_memory);
    out->user = TEXT_IN(out->user_memory);
    out->path = TEXT_IN(out->path_memory);
    out->ending = TEXT_IN(out->ending_memory);
    out->events = TEXT_IN(out->events_memory);
    out->reasons = TEXT_IN(out->reasons_memory);
    out->facts = TEXT_IN(out->facts_memory);
    if (people) {
        naming_put(&row->view, row->rows->question.object, &out->object);
    } else {
        id_write(&out->object, row->rows->question.object);
    }
    id_write(&out->user, row->user);
    reasons_put_path(people ? &row->view : NULL, path, &out->path);
    TRY(put_ending(row, interval, &out->ending));
    put_events(interval, &out->events);
    reasons_put(&row->view, &interval->access, &out->reasons);
    reasons_put_json(&interval->access, &out->facts);
    return OK;
}

static struct cell rule_cell(enum rule rule)
{
    return rule == RULE_NONE ? cell_absent() : cell_string(rule_id(rule));
}

static struct status add_interval(void *context, const struct interval *interval)
{
    struct row *row = context;
    struct row_texts texts;
    const struct access *access = &interval->access;
    const struct access_path path = reasons_path(access);
    row->rows->allowed += access->allowed ? 1 : 0;
    if (!access->allowed && !row->rows->refused) {
        return OK;
    }
    row->view.as_of_n = interval->to.n;
    TRY(write_texts(row, interval, &path, &texts));
    const struct cell cells[] = {
        cell_text(text_bytes(&texts.object)),
        cell_text(text_bytes(&texts.user)),
        cell_text(row->login),
        cell_string(access_verb_name(row->verb)),
        cell_string(access->allowed ? "yes" : "no"),
        cell_number(interval->from.utc_us),
        cell_number(interval->to.utc_us),
        cell_number(interval->from.n),
        cell_number(interval->to.n),
        access->class == ACCESS_CLASS_NONE ? cell_absent() : cell_number(access->class),
        rule_cell(access->rule),
        path.way == WAY_NONE ? cell_absent() : cell_text(text_bytes(&texts.path)),
        cell_text(text_bytes(&texts.ending)),
        interval->end == INTERVAL_STILL || interval->next.allowed ? cell_absent()
                                                                  : rule_cell(interval->next.rule),
        cell_text(text_bytes(&texts.events)),
        cell_text(text_bytes(&texts.reasons)),
        cell_text(text_bytes(&texts.facts)),
    };
    return rows_add(row->rows->out, cells + (row->rows->many_objects ? 0 : 1));
}

/* Users -------------------------------------------------------------------------------------- */

static struct status add_user(struct interval_rows *rows, const struct user_row *user)
{
    struct interval_question question = rows->question;
    struct row row = {
        .rows = rows, .view = question.view, .user = user->user, .login = user->login};
    question.reader.user = user->user;
    TRY(rows_go_on(rows->out));
    for (unsigned verb = 0; verb < ACCESS_VERB_COUNT; verb++) {
        question.verb = row.verb = (enum access_verb)verb;
        TRY(rows->verbs[verb] ? interval_each(&question, rows->basis, add_interval, &row) : OK);
    }
    return *question.view.trouble;
}

/* As of the end: whoever was there before is there still, be it as deleted. */
static struct view view_at_end(const struct interval_rows *rows)
{
    struct view view = rows->question.view;
    view.as_of_n = rows->question.to.n == 0 ? 0 : rows->question.to.n - 1;
    view.now_utc_us = rows->question.to.utc_us;
    return view;
}

struct status interval_rows_add(struct interval_rows *rows, struct id user)
{
    struct view view = view_at_end(rows);
    struct user_row row = {.user = user};
    size_t used = view.arena->used;
    if (user.kind != ID_USER || !view_find(&view, ROW_USER, &row)) {
        TRY(*view.trouble);
        return FAIL_BECAUSE(NOT_FOUND, user.n, "there was no such user then");
    }
    TRY(add_user(rows, &row));
    view.arena->used = used;
    return OK;
}

struct status interval_rows_add_all(struct interval_rows *rows)
{
    struct view view = view_at_end(rows);
    struct user_row row = {0};
    struct view_walk walk = view_walk_of(&view, ROW_USER, &row, 0);
    while (view_walk_next(&walk, &row)) {
        TRY(add_user(rows, &row));
    }
    return *view.trouble;
}

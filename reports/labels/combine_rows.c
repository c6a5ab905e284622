#include "reports/labels/combine_rows.h"

#include "core/project/label.h"
#include "reports/naming.h"
#include "store/state.h"

#include <inttypes.h>

enum {
    NAME_SIZE = 512,
    LABELS_SIZE = COMBINE_LABELS_MAX * 160,
    PATH_SIZE = 16 << 10,
    EVENTS_SIZE = 2 * COMBINE_NODES_MAX * 21,
};

/* clang-format off */
static const struct column columns[] = {
    {"holder", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"user",   NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"login",  NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"labels", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"chain",  NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"first",  NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"second", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"events", NULL, COLUMN_JSON, ALIGN_LEFT},
};
/* clang-format on */

struct texts {
    char holder_memory[64], user_memory[64], login_memory[NAME_SIZE], labels_memory[LABELS_SIZE];
    char a_memory[PATH_SIZE], b_memory[PATH_SIZE], events_memory[EVENTS_SIZE];
    struct text holder, user, login, labels, a, b, events;
};

static void put_id(const struct combine_rows *rows, struct id id, struct text *out)
{
    if (rows->out->options.format == ROWS_TABLE) {
        naming_put(&rows->question.view, id, out);
    } else {
        id_write(out, id);
    }
}

/* From the top of the tree down. */
static void put_labels(const struct combine_rows *rows, struct text *out)
{
    const struct combine *combine = rows->combine;
    const struct view *view = &rows->question.view;
    for (unsigned depth = 0; depth <= LABEL_DEPTH_MAX + 1; depth++) {
        for (size_t i = 0; i < combine->label_count; i++) {
            if (label_depth(view, combine->labels[i].label) == depth) {
                text_put_string(out, out->size == 0 ? "" : ",");
                put_id(rows, combine->labels[i].label, out);
            }
        }
    }
}

static const char *way_of(enum id_kind kind)
{
    switch ((unsigned)kind) {
    case ID_FILE:
        return ", read by ";
    case ID_DRIVE:
        return ", attached to ";
    case ID_SESSION:
        return ", which wrote ";
    default:
        return ", the tag of ";
    }
}

/* `a.csv (file:12) of texas (project:3), read by session:40 (event 50), which wrote b.csv …` */
static void put_path(const struct combine_rows *rows, const struct combine_label *label,
                     struct text *out)
{
    const struct combine_node *nodes = rows->combine->nodes, *node = &nodes[label->node];
    put_id(rows, node->id, out);
    text_put_literal(out, " of ");
    put_id(rows, label->label, out);
    while (node->parent != SIZE_MAX) {
        const struct combine_node *parent = &nodes[node->parent];
        text_put_string(out, way_of(node->id.kind));
        put_id(rows, parent->id, out);
        text_add(out, " (event %" PRIu64 ")", node->event);
        node = parent;
    }
}

static void put_events(const struct combine *combine, const struct combine_label *label,
                       struct text *out)
{
    for (size_t at = label->node; combine->nodes[at].parent != SIZE_MAX;
         at = combine->nodes[at].parent) {
        text_add(out, "%s%" PRIu64, out->size == 1 ? "" : ",", combine->nodes[at].event);
    }
}

static void write_texts(const struct combine_rows *rows, struct id holder, struct id user,
                        struct texts *out)
{
    const struct combine *combine = rows->combine;
    out->holder = TEXT_IN(out->holder_memory);
    out->user = TEXT_IN(out->user_memory);
    out->login = TEXT_IN(out->login_memory);
    out->labels = TEXT_IN(out->labels_memory);
    out->a = TEXT_IN(out->a_memory);
    out->b = TEXT_IN(out->b_memory);
    out->events = TEXT_IN(out->events_memory);
    id_write(&out->holder, holder);
    id_write(&out->user, user);
    (void)naming_put_name(&rows->question.view, user, &out->login);
    put_labels(rows, &out->labels);
    text_put_literal(&out->events, "[");
    if (combine->combined) {
        put_path(rows, &combine->labels[combine->a], &out->a);
        put_path(rows, &combine->labels[combine->b], &out->b);
        put_events(combine, &combine->labels[combine->a], &out->events);
        put_events(combine, &combine->labels[combine->b], &out->events);
    } else {
        for (size_t i = 0; i < combine->label_count; i++) {
            put_events(combine, &combine->labels[i], &out->events);
        }
    }
    text_put_literal(&out->events, "]");
}

static struct cell text_cell(const struct text *text)
{
    return text->size == 0 ? cell_absent() : cell_text(text_bytes(text));
}

static bool is_wanted(const struct combine_rows *rows)
{
    const struct combine *combine = rows->combine;
    bool seen = rows->project.kind == ID_NONE;
    for (size_t i = 0; i < combine->label_count; i++) {
        seen = seen || id_equal(combine->labels[i].label, rows->project);
    }
    return seen && combine->label_count > 0;
}

static struct status add_holder(struct combine_rows *rows, struct id holder, struct id user)
{
    const struct combine *combine = rows->combine;
    struct texts texts;
    bool unclear = combine->incomplete && !combine->combined;
    if (!is_wanted(rows)) {
        rows->incomplete += unclear ? 1 : 0;
        return OK;
    }
    rows->holders++;
    rows->combined += combine->combined ? 1 : 0;
    rows->incomplete += unclear ? 1 : 0;
    if (rows->failing && !combine->combined && !unclear) {
        return OK;
    }
    write_texts(rows, holder, user, &texts);
    const struct cell cells[] = {
        cell_text(text_bytes(&texts.holder)),
        cell_text(text_bytes(&texts.user)),
        text_cell(&texts.login),
        text_cell(&texts.labels),
        cell_string(combine->combined ? "no"
                    : unclear         ? "unclear"
                                      : "yes"),
        text_cell(&texts.a),
        text_cell(&texts.b),
        cell_text(text_bytes(&texts.events)),
    };
    return rows_add(rows->out, cells);
}

/* Holders ------------------------------------------------------------------------------------ */

/* A session that has never fetched a key has seen nothing. */
static struct status has_fetched(const struct combine_rows *rows, struct id session, bool *out)
{
    char memory[STATE_KEY_MAX + 1];
    struct text prefix = TEXT_IN(memory);
    uint64_t n;
    const struct fetched_row row = {.session = session};
    row_key_prefix(ROW_FETCHED, &row, 1, &prefix);
    struct status status = state_next_change(
        rows->question.view.state,
        &(struct state_change){.table = ROW_FETCHED, .key = text_bytes(&prefix), .prefix = true},
        &n);
    *out = !failed(status);
    return status.code == STATUS_NOT_FOUND ? OK : status;
}

static bool is_of_user(const struct combine_rows *rows, struct id user)
{
    return rows->user.kind == ID_NONE || id_equal(rows->user, user);
}

static struct status each_session(struct combine_rows *rows)
{
    struct session_row row = {0};
    struct view_walk walk = view_walk_of(&rows->question.view, ROW_SESSION, &row, 0);
    while (view_walk_next(&walk, &row)) {
        const struct id session = row.session, user = row.user;
        TRY(rows_go_on(rows->out));
        bool fetched = false;
        TRY(is_of_user(rows, user) ? has_fetched(rows, session, &fetched) : OK);
        if (fetched) {
            TRY(combine_find(&rows->question, session, rows->combine));
            TRY(add_holder(rows, session, user));
        }
    }
    return *rows->question.view.trouble;
}

static struct status each_user(struct combine_rows *rows)
{
    struct user_row row = {0};
    struct view_walk walk = view_walk_of(&rows->question.view, ROW_USER, &row, 0);
    while (view_walk_next(&walk, &row)) {
        const struct id user = row.user;
        TRY(rows_go_on(rows->out));
        if (is_of_user(rows, user)) {
            TRY(combine_find(&rows->question, user, rows->combine));
            TRY(add_holder(rows, user, user));
        }
    }
    return *rows->question.view.trouble;
}

static struct status each_vm(struct combine_rows *rows)
{
    struct vm_row row = {0};
    struct view_walk walk = view_walk_of(&rows->question.view, ROW_VM, &row, 0);
    while (view_walk_next(&walk, &row)) {
        const struct id vm = row.vm, owner = row.owner;
        TRY(rows_go_on(rows->out));
        if (is_of_user(rows, owner)) {
            TRY(combine_find(&rows->question, vm, rows->combine));
            TRY(add_holder(rows, vm, owner));
        }
    }
    return *rows->question.view.trouble;
}

static struct status each_holder(struct combine_rows *rows)
{
    switch (rows->question.sort) {
    case HOLDER_USER:
        return each_user(rows);
    case HOLDER_VM:
        return each_vm(rows);
    case HOLDER_SESSION:
    case HOLDER_SORT_COUNT:
        break;
    }
    return each_session(rows);
}

struct status combine_rows(struct combine_rows *rows)
{
    rows->holders = rows->combined = rows->incomplete = 0;
    TRY(rows_begin(rows->out, columns, sizeof columns / sizeof columns[0]));
    TRY(each_holder(rows));
    return rows_flush(rows->out);
}

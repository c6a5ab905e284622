#include "reports/labels/lowered.h"

#include "core/access/access.h"
#include "core/project/membership.h"
#include "core/project/project.h"
#include "reports/access/reasons.h"
#include "reports/naming.h"
#include "schema/limits.h"

#include <inttypes.h>

enum {
    BODY_ARENA = 32 << 10, /* bytes: what a body decodes into */
    NAME_SIZE = 512,
    RIGHT_SIZE = 128,
    LOWERED_DEPTH_MAX = 64, /* directories in each other that are looked into */
};

/* clang-format off */
static const struct column columns[] = {
    {"event",     NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"time",      NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"actor",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"right",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"object",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"from",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"to",        NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"direction", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"reason",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"gained",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"path",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

/* One lowering. */
struct lowering {
    struct lowered_rows *rows;
    struct leaf leaf;
    const struct classification_lowered *body; /* NULL: it was erased */
    struct id actor, object, from;
    struct view before, after; /* of the command */
    bool told;
};

/* Around the command ------------------------------------------------------------------------- */

static struct status is_of_command(const struct lowered_rows *rows, uint64_t n,
                                   const struct leaf *of, bool *out)
{
    struct bytes bytes;
    struct leaf leaf;
    TRY(log_read_leaf(rows->log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    *out = of->has_command && leaf.has_command && leaf.item == of->item &&
           digest_equal(&leaf.command, &of->command);
    return OK;
}

static struct status find_views(struct lowering *lowering)
{
    const struct lowered_rows *rows = lowering->rows;
    uint64_t first = lowering->leaf.n, last = lowering->leaf.n;
    uint64_t size = log_snapshot_size(rows->log);
    bool same = true;
    while (same && first > 1) {
        TRY(is_of_command(rows, first - 1, &lowering->leaf, &same));
        first -= same ? 1 : 0;
    }
    for (same = true; same && last + 1 < size;) {
        TRY(is_of_command(rows, last + 1, &lowering->leaf, &same));
        last += same ? 1 : 0;
    }
    lowering->before = lowering->after = rows->view;
    lowering->before.as_of_n = first - 1;
    lowering->after.as_of_n = last;
    lowering->before.now_utc_us = lowering->after.now_utc_us = query_time_of(&lowering->leaf);
    return OK;
}

/* Rows --------------------------------------------------------------------------------------- */

static void put_id(const struct lowering *lowering, struct id id, struct text *out)
{
    if (id.kind == ID_NONE) {
        text_put_literal(out, "none");
    } else if (lowering->rows->out->options.format == ROWS_TABLE) {
        naming_put(&lowering->after, id, out);
    } else {
        id_write(out, id);
    }
}

/* `PI`, `manager`; nothing for whoever is no member. */
static void put_right(const struct lowering *lowering, struct text *out)
{
    struct project_row project;
    struct membership_row member;
    size_t used = lowering->before.arena->used;
    if (project_by_id(&lowering->before, lowering->from, &project) && project.has_pi &&
        id_equal(project.pi, lowering->actor)) {
        text_put_literal(out, "PI");
    } else if (membership_active(&lowering->before, lowering->from, lowering->actor, &member)) {
        text_put_string(out, project_role_name(member.role));
    } else {
        text_put_literal(out, "none");
    }
    lowering->before.arena->used = used;
}

static struct cell text_cell(const struct text *text)
{
    return text->size == 0 ? cell_absent() : cell_text(text_bytes(text));
}

/* `gained` may be ID_NONE. */
static struct status add_row(struct lowering *lowering, struct id read, struct id gained,
                             const struct access *access)
{
    const struct classification_lowered *body = lowering->body;
    char actor_memory[NAME_SIZE], right_memory[RIGHT_SIZE], object_memory[NAME_SIZE];
    char from_memory[NAME_SIZE], to_memory[NAME_SIZE], gained_memory[NAME_SIZE];
    char path_memory[PATH_SIZE];
    struct text actor = TEXT_IN(actor_memory), right = TEXT_IN(right_memory),
                object = TEXT_IN(object_memory), from = TEXT_IN(from_memory),
                to = TEXT_IN(to_memory), who = TEXT_IN(gained_memory), path = TEXT_IN(path_memory);
    put_id(lowering, lowering->actor, &actor);
    put_right(lowering, &right);
    put_id(lowering, read, &object);
    put_id(lowering, lowering->from, &from);
    if (body != NULL) {
        put_id(lowering, body->to, &to);
    }
    if (gained.kind != ID_NONE) {
        const struct access_path way = reasons_path(access);
        put_id(lowering, gained, &who);
        bool people = lowering->rows->out->options.format == ROWS_TABLE;
        reasons_put_path(people ? &lowering->after : NULL, &way, &path);
    }
    lowering->told = true;
    const struct cell cells[] = {
        cell_number(lowering->leaf.n),
        cell_number(lowering->leaf.t_utc_us),
        cell_text(text_bytes(&actor)),
        cell_text(text_bytes(&right)),
        cell_text(text_bytes(&object)),
        cell_text(text_bytes(&from)),
        text_cell(&to),
        body == NULL ? cell_absent() : cell_string(direction_name(body->direction)),
        body == NULL ? cell_absent() : cell_text(body->reason),
        text_cell(&who),
        text_cell(&path),
    };
    return rows_add(lowering->rows->out, cells);
}

/* Everybody who may read it after, and might not before. */
static struct status add_gains_of(struct lowering *lowering, struct id object)
{
    struct user_row row = {0};
    struct view_walk walk = view_walk_of(&lowering->after, ROW_USER, &row, 0);
    while (view_walk_next(&walk, &row)) {
        const struct reader reader = {.user = row.user};
        struct access before, after;
        TRY(rows_go_on(lowering->rows->out));
        may_read(&lowering->after, &reader, object, &after);
        if (!after.allowed) {
            continue;
        }
        may_read(&lowering->before, &reader, object, &before);
        TRY(before.allowed ? OK : add_row(lowering, object, reader.user, &after));
    }
    return *lowering->rows->view.trouble;
}

/* What is in a directory or group, all the way down: it may carry the tag of above. */
static struct status add_gains_below(struct lowering *lowering, struct id parent, unsigned depth)
{
    struct entry_row row = {.parent = parent};
    struct view_walk walk = view_walk_of(&lowering->after, ROW_ENTRY, &row, 1);
    while (depth < LOWERED_DEPTH_MAX && view_walk_next(&walk, &row)) {
        const struct id object = row.object;
        TRY(add_gains_of(lowering, object));
        TRY(object.kind == ID_DIR ? add_gains_below(lowering, object, depth + 1) : OK);
    }
    return *lowering->rows->view.trouble;
}

static struct status add_gains(struct lowering *lowering)
{
    struct id object = lowering->object;
    TRY(add_gains_of(lowering, object));
    TRY(object.kind == ID_DIR || object.kind == ID_GROUP ? add_gains_below(lowering, object, 0)
                                                         : OK);
    return lowering->told ? OK : add_row(lowering, object, (struct id){ID_NONE, 0}, NULL);
}

/* Events ------------------------------------------------------------------------------------- */

/* Of a body that is gone the leaf still names object and project. */
static void take_subjects(struct lowering *lowering)
{
    const struct leaf *leaf = &lowering->leaf;
    for (size_t i = leaf->on_count; i > 0; i--) {
        struct id id = leaf->on[i - 1];
        if (id.kind == ID_PROJECT) {
            lowering->from = id;
        } else if (id.kind != ID_LOG) {
            lowering->object = id;
        }
    }
}

static struct status meet(void *context, struct bytes bytes, const struct leaf *leaf)
{
    uint8_t memory[BODY_ARENA];
    struct arena arena = ARENA_IN(memory);
    union event_body body;
    struct bytes stored;
    struct lowered_rows *rows = context;
    struct lowering lowering = {.rows = rows, .leaf = *leaf};
    (void)bytes;
    take_subjects(&lowering);
    TRY(log_read_body(rows->log, leaf, &stored));
    if (stored.size >= SALT_SIZE) {
        TRY(event_body_decode(
            leaf->kind, bytes_of(stored.data + SALT_SIZE, stored.size - SALT_SIZE), &arena, &body));
        lowering.body = &body.classification_lowered;
        lowering.object = lowering.body->object;
        lowering.from = lowering.body->from;
    }
    if (failed(id_read(leaf->actor, &lowering.actor)) ||
        (rows->project.kind != ID_NONE && !id_equal(rows->project, lowering.from))) {
        return OK;
    }
    rows->count++;
    TRY(find_views(&lowering));
    return add_gains(&lowering);
}

struct status lowered_rows(struct lowered_rows *rows)
{
    struct query query = {.range = rows->range, .by_received = true};
    struct query_outcome outcome;
    rows->count = 0;
    TRY(query_add(&query, QUERY_KIND, bytes_of_string(event_name(EVENT_CLASSIFICATION_LOWERED))));
    TRY(rows_begin(rows->out, columns, sizeof columns / sizeof columns[0]));
    TRY(query_run(&query, rows->log, rows->index, meet, rows, &outcome));
    return rows_flush(rows->out);
}

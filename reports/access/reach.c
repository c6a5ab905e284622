#include "reports/access/reach.h"

#include "reports/access/reasons.h"
#include "reports/place.h"

enum {
    PLACE_SIZE = 4096, /* bytes of a place; of a longer one nothing is shown */
};

/* clang-format off */
static const struct column columns[] = {
    {"object",  NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"place",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"verb",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"class",   NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"rule",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"path",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"because", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"facts",   NULL, COLUMN_JSON,    ALIGN_LEFT}, /* for programs only */
};
/* clang-format on */

/* Objects ------------------------------------------------------------------------------------ */

typedef struct status object_visit(void *context, struct id object);

static struct status each_group(const struct view *view, object_visit *visit, void *context)
{
    struct group_row row = {0};
    struct view_walk walk = view_walk_of(view, ROW_GROUP, &row, 0);
    while (view_walk_next(&walk, &row)) {
        TRY(visit(context, row.group));
    }
    return *view->trouble;
}

static struct status each_dir(const struct view *view, object_visit *visit, void *context)
{
    struct dir_row row = {0};
    struct view_walk walk = view_walk_of(view, ROW_DIR, &row, 0);
    while (view_walk_next(&walk, &row)) {
        TRY(visit(context, row.dir));
    }
    return *view->trouble;
}

static struct status each_file(const struct view *view, object_visit *visit, void *context)
{
    struct file_row row = {0};
    struct view_walk walk = view_walk_of(view, ROW_FILE, &row, 0);
    while (view_walk_next(&walk, &row)) {
        TRY(visit(context, row.file));
    }
    return *view->trouble;
}

static struct status each_drive(const struct view *view, object_visit *visit, void *context)
{
    struct drive_row row = {0};
    struct view_walk walk = view_walk_of(view, ROW_DRIVE, &row, 0);
    while (view_walk_next(&walk, &row)) {
        TRY(visit(context, row.drive));
    }
    return *view->trouble;
}

static struct status each_object(const struct view *view, object_visit *visit, void *context)
{
    TRY(each_group(view, visit, context));
    TRY(each_dir(view, visit, context));
    TRY(each_file(view, visit, context));
    return each_drive(view, visit, context);
}

/* At a moment -------------------------------------------------------------------------------- */

struct reaching {
    struct rows *rows;
    const struct access_question *question;
    struct id user;
    uint64_t *allowed;
};

static struct status add_row(const struct reaching *reaching, struct id object,
                             enum access_verb verb, const struct access *access)
{
    const struct view *view = reaching->question->view;
    char id_memory[64], place_memory[PLACE_SIZE], path_memory[PATH_SIZE];
    char reasons_memory[REASONS_SIZE], facts_memory[REASONS_SIZE];
    struct text id = TEXT_IN(id_memory), place = TEXT_IN(place_memory), path = TEXT_IN(path_memory),
                reasons = TEXT_IN(reasons_memory), facts = TEXT_IN(facts_memory);
    const struct access_path way = reasons_path(access);
    id_write(&id, object);
    place_put(view, object, &place);
    bool people = reaching->rows->options.format == ROWS_TABLE;
    reasons_put_path(people ? view : NULL, &way, &path);
    reasons_put(view, access, &reasons);
    reasons_put_json(access, &facts);
    const struct cell cells[] = {
        cell_text(text_bytes(&id)),
        place.full ? cell_absent() : cell_text(text_bytes(&place)),
        cell_string(access_verb_name(verb)),
        cell_number(access->class),
        cell_string(rule_id(access->rule)),
        cell_text(text_bytes(&path)),
        cell_text(text_bytes(&reasons)),
        cell_text(text_bytes(&facts)),
    };
    ++*reaching->allowed;
    return rows_add(reaching->rows, cells);
}

static struct status ask_object(void *context, struct id object)
{
    const struct reaching *reaching = context;
    const struct access_question *question = reaching->question;
    const struct reader reader = {.user = reaching->user, .session = question->session};
    TRY(rows_go_on(reaching->rows));
    for (unsigned verb = 0; verb < ACCESS_VERB_COUNT; verb++) {
        struct access access;
        if (!question->verbs[verb]) {
            continue;
        }
        access_of((enum access_verb)verb, question->view, &reader, object, &access);
        TRY(access.allowed ? add_row(reaching, object, (enum access_verb)verb, &access) : OK);
    }
    return *question->view->trouble;
}

struct status reach_rows(struct rows *rows, const struct access_question *question, struct id user,
                         uint64_t *allowed)
{
    struct reaching reaching = {
        .rows = rows, .question = question, .user = user, .allowed = allowed};
    size_t count = sizeof columns / sizeof columns[0];
    TRY(rows_begin(rows, columns, rows->options.format == ROWS_JSON ? count : count - 1));
    return each_object(question->view, ask_object, &reaching);
}

/* Over a stretch ----------------------------------------------------------------------------- */

struct stretching {
    struct interval_rows *rows;
    struct id user;
};

static struct status ask_intervals(void *context, struct id object)
{
    const struct stretching *stretching = context;
    stretching->rows->question.object = object;
    return interval_rows_add(stretching->rows, stretching->user);
}

struct status reach_intervals(struct interval_rows *rows, struct id user)
{
    struct stretching stretching = {.rows = rows, .user = user};
    struct view view = rows->question.view;
    view.as_of_n = rows->question.to.n == 0 ? 0 : rows->question.to.n - 1;
    view.now_utc_us = rows->question.to.utc_us;
    rows->many_objects = true;
    TRY(interval_rows_begin(rows));
    return each_object(&view, ask_intervals, &stretching);
}

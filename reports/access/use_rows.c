#include "reports/access/use_rows.h"

#include "reports/access/reasons.h"
#include "reports/naming.h"

#include <inttypes.h>

enum {
    NAME_SIZE = 512,
    RANGES_SIZE = USE_RANGES_MAX * 2 * 21,
    CERTS_SIZE = USE_CERTS_MAX * 40,
    EVENTS_SIZE = USE_EVENTS_MAX * 21,
};

/* clang-format off */
static const struct column columns[] = {
    {"file",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"user",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"login",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"session",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"fetched",   NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"fetch",     NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"chunks",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"bytes",     NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"of",        NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"reads",     NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"views",     NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"downloads", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"shares",    NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"label",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"could",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"rule",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"path",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"certified", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"certs",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"events",    NULL, COLUMN_JSON,    ALIGN_LEFT},
};
/* clang-format on */

struct texts {
    char file_memory[NAME_SIZE], user_memory[64], login_memory[NAME_SIZE], session_memory[64];
    char chunks_memory[RANGES_SIZE], label_memory[NAME_SIZE], path_memory[PATH_SIZE];
    char certified_memory[64], certs_memory[CERTS_SIZE], events_memory[EVENTS_SIZE];
    struct text file, user, login, session, chunks, label, path, certified, certs, events;
};

static void put_id(const struct use_rows *rows, const struct view *view, struct id id,
                   struct text *out)
{
    if (rows->out->options.format == ROWS_TABLE) {
        naming_put(view, id, out);
    } else {
        id_write(out, id);
    }
}

static void put_chunks(const struct use *use, struct text *out)
{
    for (size_t i = 0; i < use->range_count; i++) {
        const struct use_range *range = &use->ranges[i];
        text_add(out, "%s%" PRIu64, i == 0 ? "" : ",", range->from);
        if (range->to > range->from) {
            text_add(out, "-%" PRIu64, range->to);
        }
    }
    text_put_string(out, use->range_count > 0 ? "" : "none");
    text_put_string(out, use->erased ? ", others erased" : "");
}

static void put_certs(const struct use *use, struct text *out)
{
    for (size_t i = 0; i < use->cert_count; i++) {
        text_put_string(out, i == 0 ? "" : ",");
        id_write(out, use->certs[i].cert);
        text_put_string(out, use->certs[i].alone ? "" : " (not alone)");
    }
}

static void put_events(const struct use *use, struct text *out)
{
    for (size_t i = 0; i < use->event_count; i++) {
        text_add(out, "%s%" PRIu64, i == 0 ? "[" : ",", use->events[i]);
    }
    text_put_literal(out, "]");
}

static void write_texts(const struct use_rows *rows, const struct use *use, struct texts *out)
{
    struct view view = rows->question.view;
    const struct access_path path = reasons_path(&use->access);
    view.as_of_n = use->last_n;
    out->file = TEXT_IN(out->file_memory);
    out->user = TEXT_IN(out->user_memory);
    out->login = TEXT_IN(out->login_memory);
    out->session = TEXT_IN(out->session_memory);
    out->chunks = TEXT_IN(out->chunks_memory);
    out->label = TEXT_IN(out->label_memory);
    out->path = TEXT_IN(out->path_memory);
    out->certified = TEXT_IN(out->certified_memory);
    out->certs = TEXT_IN(out->certs_memory);
    out->events = TEXT_IN(out->events_memory);
    put_id(rows, &view, use->file, &out->file);
    id_write(&out->user, use->user);
    (void)naming_put_name(&view, use->user, &out->login);
    id_write(&out->session, use->session);
    put_chunks(use, &out->chunks);
    if (use->label.kind != ID_NONE) {
        put_id(rows, &view, use->label, &out->label);
    }
    bool people = rows->out->options.format == ROWS_TABLE;
    reasons_put_path(people ? &view : NULL, &path, &out->path);
    text_put_string(&out->certified, use->certified ? "yes" : "no");
    if (!use->certified) {
        text_add(&out->certified, " (event %" PRIu64 ")", use->uncertified_n);
    }
    put_certs(use, &out->certs);
    put_events(use, &out->events);
}

static struct cell text_cell(const struct text *text)
{
    return text->size == 0 ? cell_absent() : cell_text(text_bytes(text));
}

/* Whether the file was in the directory, or anything that is in it. */
static bool is_under(const struct use_rows *rows, const struct use *use)
{
    struct view view = rows->question.view;
    struct file_row file = {.file = use->file};
    size_t used = view.arena->used;
    view.as_of_n = use->last_n;
    bool found = rows->under.kind == ID_NONE;
    if (!found && view_find(&view, ROW_FILE, &file)) {
        struct id at = file.parent;
        found = file.has_group && id_equal(file.group, rows->under);
        for (unsigned depth = 0; !found && depth < ACCESS_DEPTH_MAX; depth++) {
            struct dir_row dir = {.dir = at};
            found = id_equal(at, rows->under);
            view.arena->used = used;
            if (at.kind != ID_DIR || !view_find(&view, ROW_DIR, &dir)) {
                break;
            }
            at = dir.parent;
        }
    }
    view.arena->used = used;
    return found;
}

static bool is_wanted(const struct use_rows *rows, const struct use *use)
{
    bool relied = rows->cert.kind == ID_NONE;
    for (size_t i = 0; i < use->cert_count; i++) {
        relied = relied || id_equal(use->certs[i].cert, rows->cert);
    }
    return relied && !(rows->unread && use->read_count > 0) &&
           !(rows->uncertified && use->certified) &&
           (rows->project.kind == ID_NONE || id_equal(rows->project, use->label)) &&
           is_under(rows, use);
}

static struct status add_use(void *context, const struct use *use)
{
    struct use_rows *rows = context;
    struct texts texts;
    bool fetched = use->fetch_n != UINT64_MAX;
    TRY(rows_go_on(rows->out));
    if (!is_wanted(rows, use)) {
        return OK;
    }
    write_texts(rows, use, &texts);
    const struct cell cells[] = {
        cell_text(text_bytes(&texts.file)),
        cell_text(text_bytes(&texts.user)),
        text_cell(&texts.login),
        cell_text(text_bytes(&texts.session)),
        fetched ? cell_number(use->fetch_utc_us) : cell_absent(),
        fetched ? cell_number(use->fetch_n) : cell_absent(),
        cell_text(text_bytes(&texts.chunks)),
        cell_number(use->byte_count),
        cell_number(use->size),
        cell_number(use->read_count),
        cell_number(use->view_count),
        cell_number(use->download_count),
        cell_number(use->share_count),
        text_cell(&texts.label),
        use->asked ? cell_string(use->could ? "yes" : "no") : cell_absent(),
        use->access.rule == RULE_NONE ? cell_absent() : cell_string(rule_id(use->access.rule)),
        text_cell(&texts.path),
        cell_text(text_bytes(&texts.certified)),
        text_cell(&texts.certs),
        cell_text(text_bytes(&texts.events)),
    };
    return rows_add(rows->out, cells);
}

struct status use_rows(struct use_rows *rows)
{
    TRY(rows_begin(rows->out, columns, sizeof columns / sizeof columns[0]));
    TRY(use_each(&rows->question, rows->use, add_use, rows));
    return rows_flush(rows->out);
}

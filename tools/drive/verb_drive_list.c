/* Which drives there are, and all that is known of one. */
#include "core/drive/drive.h"
#include "core/identity/user.h"
#include "reports/names.h"
#include "reports/resolve.h"
#include "tools/as_of.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <inttypes.h>

enum {
    LIST_ARENA = 256 << 10, /* bytes for what is looked at at a time */
    CELL_MAX = 512,         /* bytes of a cell that is put together here */
};

/* A question about the state, and where its rows go. */
struct asking_state {
    struct invocation *invocation;
    struct engine *engine;
    struct view view;
    struct rows rows;
    struct status trouble;
};

static enum exit_code with_state(struct invocation *invocation,
                                 enum exit_code (*act)(struct asking_state *asking))
{
    uint8_t row_memory[ROWS_MEMORY_SIZE], memory[LIST_ARENA];
    struct arena row_arena = ARENA_IN(row_memory), arena = ARENA_IN(memory);
    struct asking_state asking = {.invocation = invocation, .trouble = OK};
    enum exit_code code = store_open(invocation, STORE_READ, &asking.engine);
    code = code == EXIT_DONE
               ? as_of_view(invocation, asking.engine, &arena, &asking.trouble, &asking.view)
               : code;
    if (code == EXIT_DONE) {
        invocation_rows(invocation, &asking.rows, &row_arena);
        code = act(&asking);
    }
    engine_close(&asking.engine);
    return code;
}

static enum exit_code find(struct asking_state *asking, enum id_kind kind, const char *name,
                           struct id *out)
{
    const struct resolver resolver = {.view = &asking->view};
    struct status status = resolve(&resolver, kind, bytes_of_string(name), out);
    if (failed(status)) {
        return invocation_failed(asking->invocation, status, NULL, name);
    }
    return out->kind == kind ? EXIT_DONE
                             : invocation_fail(asking->invocation, EXIT_USAGE, NULL, "%s is no %s",
                                               name, id_infos[kind].name);
}

static void put_name(struct asking_state *asking, struct id id, struct text *out)
{
    struct project_row project = {.project = id};
    if (id.kind == ID_PROJECT && view_find(&asking->view, ROW_PROJECT, &project)) {
        text_put_bytes(out, project.name);
    } else {
        names_put(asking->engine, id, asking->view.as_of_n, out);
    }
}

/* `ann/desk rw, bob/desk ro (detaching)`. */
static void put_attachments(struct asking_state *asking, struct id drive, struct text *out)
{
    struct attachment_row row = {.drive = drive};
    struct view_walk walk = view_walk_of(&asking->view, ROW_ATTACHMENT, &row, 1);
    while (view_walk_next(&walk, &row)) {
        text_put_string(out, out->size == 0 ? "" : ", ");
        put_name(asking, row.vm, out);
        text_add(out, " %s", drive_mode_name(row.mode));
        if (row.state != ATTACHMENT_STATE_ATTACHED) {
            text_add(out, " (%s)", attachment_state_name(row.state));
        }
    }
}

/* List ------------------------------------------------------------------------------------ */

/* clang-format off */
static const struct column columns[] = {
    {"drive",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"name",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"pool",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"kind",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"mib",      NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"state",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"project",  NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"attached", NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

enum {
    COLUMNS = sizeof columns / sizeof columns[0],
};

static struct cell cell_of(struct text *text)
{
    return text->size == 0 ? cell_absent() : cell_text(text_bytes(text));
}

static struct status list_one(struct asking_state *asking, const struct drive_row *drive)
{
    char memory[5][CELL_MAX];
    struct text id = TEXT_IN(memory[0]), name = TEXT_IN(memory[1]), pool = TEXT_IN(memory[2]);
    struct text project = TEXT_IN(memory[3]), attached = TEXT_IN(memory[4]);
    id_write(&id, drive->drive);
    put_name(asking, drive->drive, &name);
    put_name(asking, drive->pool, &pool);
    if (drive->has_project) {
        put_name(asking, drive->project, &project);
    }
    put_attachments(asking, drive->drive, &attached);
    const struct cell cells[COLUMNS] = {
        cell_of(&id),
        cell_of(&name),
        cell_of(&pool),
        cell_string(drive_kind_name(drive->kind)),
        cell_number(drive->size / DRIVE_MIB),
        cell_string(drive->busy ? "busy" : drive_state_name(drive->state)),
        cell_of(&project),
        cell_of(&attached),
    };
    return rows_add(&asking->rows, cells);
}

static enum exit_code list(struct asking_state *asking)
{
    struct id owner = {ID_NONE, 0};
    struct drive_row row = {.drive = {ID_NONE, 0}};
    const char *of = invocation_value(asking->invocation, "owner");
    enum exit_code code = of == NULL ? EXIT_DONE : find(asking, ID_USER, of, &owner);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = rows_begin(&asking->rows, columns, COLUMNS);
    struct view_walk walk = view_walk_of(&asking->view, ROW_DRIVE, &row, 0);
    while (!failed(status) && view_walk_next(&walk, &row)) {
        if (row.state != DRIVE_STATE_DELETED && (of == NULL || id_equal(row.owner, owner))) {
            status = list_one(asking, &row);
        }
    }
    status = failed(status) ? status : rows_flush(&asking->rows);
    status = failed(status) ? status : asking->trouble;
    if (failed(status)) {
        return invocation_failed(asking->invocation, status, NULL, "listing");
    }
    return asking->rows.row_count == 0 ? EXIT_NOTHING : EXIT_DONE;
}

static enum exit_code run_list(struct invocation *invocation)
{
    return with_state(invocation, list);
}

static const struct option_info list_options[] = {
    AS_OF_OPTION,
    {"owner", 0, "USER", "only those of this user", false},
};

const struct verb verb_drive_list = {
    .name = "drive list",
    .about = "which drives there are, and what they are attached to",
    .arguments = NULL,
    .details = "Now, or as of any moment. What a drive's state means: `cairn drive show`.",
    .examples = "cairn drive list\n"
                "cairn drive list --owner ann --as-of 2026-03-09",
    .purpose = PURPOSE_ASK,
    OPTIONS(list_options),
    .guarded = true,
    .run = run_list,
};

/* Show ------------------------------------------------------------------------------------ */

/* clang-format off */
static const struct column facts[] = {
    {"what", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"is",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"by",   NULL, COLUMN_INTEGER, ALIGN_RIGHT},
};
/* clang-format on */

/* What is so, and since which event. */
static struct status tell(struct asking_state *asking, const char *what, struct bytes is,
                          uint64_t by)
{
    const struct cell cells[] = {cell_string(what), cell_text(is),
                                 by == UINT64_MAX ? cell_absent() : cell_number(by)};
    return rows_add(&asking->rows, cells);
}

static struct status tell_name(struct asking_state *asking, const char *what, struct id id)
{
    char memory[CELL_MAX];
    struct text text = TEXT_IN(memory);
    put_name(asking, id, &text);
    return tell(asking, what, text_bytes(&text), UINT64_MAX);
}

/* What it waits for, in words. */
static const char *state_in_words(const struct drive_row *drive)
{
    static const char *const words[DRIVE_STATE_COUNT] = {
        [DRIVE_STATE_INITIALIZING] = "initializing: its volume is being made",
        [DRIVE_STATE_BLANK] = "blank: the first machine that writes to it formats it",
        [DRIVE_STATE_READY] = "ready",
        [DRIVE_STATE_FAILED] = "failed: its volume could not be made",
        [DRIVE_STATE_DELETED] = "deleted",
    };
    return drive->busy ? "busy: its volume is being worked on" : words[drive->state];
}

static struct status tell_drive(struct asking_state *asking, const struct drive_row *drive,
                                uint64_t made_by)
{
    char memory[CELL_MAX];
    struct text size = TEXT_IN(memory);
    text_add(&size, "%s, %" PRIu64 " MiB", drive_kind_name(drive->kind), drive->size / DRIVE_MIB);
    TRY(tell_name(asking, "drive", drive->drive));
    TRY(tell(asking, "state", bytes_of_string(state_in_words(drive)), made_by));
    TRY(tell(asking, "volume", text_bytes(&size), drive->drive.n));
    TRY(tell_name(asking, "pool", drive->pool));
    if (drive->has_path) {
        TRY(tell(asking, "file", drive->path, UINT64_MAX));
    }
    if (drive->has_project) {
        TRY(tell_name(asking, "project", drive->project));
    }
    if (drive->has_team) {
        TRY(tell_name(asking, "team", drive->team));
    }
    if (drive->has_fs && drive->has_cipher) {
        text_clear(&size);
        text_put_bytes(&size, drive->fs);
        text_add(&size, " on %s, as the controller of vm:%" PRIu64 " says",
                 drive_cipher_name(drive->cipher), drive->formatted_by.n);
        TRY(tell(asking, "inside", text_bytes(&size), UINT64_MAX));
    }
    return OK;
}

static struct status tell_shares(struct asking_state *asking, struct id drive)
{
    struct drive_share_row row = {.drive = drive};
    struct view_walk walk = view_walk_of(&asking->view, ROW_DRIVE_SHARE, &row, 1);
    while (view_walk_next(&walk, &row)) {
        char memory[CELL_MAX];
        struct text text = TEXT_IN(memory);
        struct drive_share_row share = row;
        uint64_t made_by = UINT64_MAX;
        put_name(asking, row.target, &text);
        text_add(&text, " %s, by ", drive_mode_name(row.mode));
        put_name(asking, row.by, &text);
        (void)view_find_made_by(&asking->view, ROW_DRIVE_SHARE, &share, &made_by);
        TRY(tell(asking, "shared with", text_bytes(&text), made_by));
    }
    return OK;
}

static struct status tell_attachments(struct asking_state *asking, struct id drive)
{
    struct attachment_row row = {.drive = drive};
    struct view_walk walk = view_walk_of(&asking->view, ROW_ATTACHMENT, &row, 1);
    while (view_walk_next(&walk, &row)) {
        char memory[CELL_MAX];
        struct text text = TEXT_IN(memory);
        put_name(asking, row.vm, &text);
        text_add(&text, " %s, %s", drive_mode_name(row.mode), attachment_state_name(row.state));
        if (!row.has_by) {
            text_put_literal(&text, ", which nobody asked for");
        }
        if (row.has_mounted) {
            text_put_literal(&text, ", mounted at ");
            text_put_bytes(&text, row.mounted);
        }
        TRY(tell(asking, "attached to", text_bytes(&text),
                 row.has_request ? row.request : UINT64_MAX));
    }
    return OK;
}

static struct status tell_snapshots(struct asking_state *asking, const struct drive_row *drive)
{
    struct snapshot_row row = {.snapshot = drive->newest};
    for (bool more = drive->has_newest; more; more = row.has_parent, row.snapshot = row.parent) {
        if (!view_find(&asking->view, ROW_SNAPSHOT, &row)) {
            break;
        }
        TRY(tell(asking, "snapshot", row.name, row.snapshot.n));
    }
    return OK;
}

static struct status show(struct asking_state *asking, struct id drive)
{
    struct drive_row row = {.drive = drive};
    uint64_t made_by = UINT64_MAX;
    if (!view_find_made_by(&asking->view, ROW_DRIVE, &row, &made_by)) {
        return FAIL(NOT_FOUND, drive.n);
    }
    TRY(rows_begin(&asking->rows, facts, sizeof facts / sizeof facts[0]));
    TRY(tell_drive(asking, &row, made_by));
    TRY(tell_shares(asking, drive));
    TRY(tell_attachments(asking, drive));
    TRY(tell_snapshots(asking, &row));
    TRY(rows_flush(&asking->rows));
    return asking->trouble;
}

static enum exit_code show_one(struct asking_state *asking)
{
    struct id drive;
    const char *name = invocation_argument(asking->invocation, 0);
    enum exit_code code = find(asking, ID_DRIVE, name, &drive);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = show(asking, drive);
    return failed(status) ? invocation_failed(asking->invocation, status, NULL, name) : EXIT_DONE;
}

static enum exit_code run_show(struct invocation *invocation)
{
    return with_state(invocation, show_one);
}

static const struct option_info show_options[] = {AS_OF_OPTION};

const struct verb verb_drive_show = {
    .name = "drive show",
    .about = "all that is known of a drive: state, shares, attachments, snapshots",
    .arguments = "DRIVE",
    .details = "Each with the event that made it so. What is inside is known to its holders alone.",
    .examples = "cairn drive show lab-drive\n"
                "cairn drive show ann/lab-drive --as-of 2026-03-09",
    .purpose = PURPOSE_ASK,
    OPTIONS(show_options),
    .guarded = true,
    .run = run_show,
};

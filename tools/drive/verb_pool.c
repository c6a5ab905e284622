/* Which pools there are, and how much of them is promised. */
#include "core/drive/drive.h"
#include "reports/naming.h"
#include "tools/as_of.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

enum {
    POOL_ARENA = 256 << 10, /* bytes for what is looked at at a time */
    POOL_CELL = 1024,       /* bytes of a cell that is put together here */
};

/* clang-format off */
static const struct column columns[] = {
    {"pool",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"name",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"kind",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"ready",  NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"drives", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"mib",    NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"path",   NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"hosts",  NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

/* What the drives of a pool come to; a qcow2 volume takes less until it is full. */
static void count_drives(const struct view *view, struct id pool, uint64_t *drives, uint64_t *mib)
{
    struct drive_row row = {.drive = {ID_NONE, 0}};
    struct view_walk walk = view_walk_of(view, ROW_DRIVE, &row, 0);
    *drives = *mib = 0;
    while (view_walk_next(&walk, &row)) {
        if (id_equal(row.pool, pool) && row.state != DRIVE_STATE_DELETED) {
            ++*drives;
            *mib += row.size / DRIVE_MIB;
        }
    }
}

static struct status list_one(const struct view *view, const struct pool_row *pool,
                              struct rows *rows)
{
    char memory[2][POOL_CELL];
    struct text id = TEXT_IN(memory[0]), hosts = TEXT_IN(memory[1]);
    uint64_t drives, mib;
    id_write(&id, pool->pool);
    for (size_t i = 0; i < pool->hosts_count; i++) {
        text_put_string(&hosts, i == 0 ? "" : ", ");
        if (!naming_put_name(view, pool->hosts[i], &hosts)) {
            id_write(&hosts, pool->hosts[i]);
        }
    }
    count_drives(view, pool->pool, &drives, &mib);
    const struct cell cells[] = {
        cell_text(text_bytes(&id)),
        cell_text(pool->name),
        cell_string(pool_kind_name(pool->kind)),
        cell_string(pool->ready ? "yes" : "no"),
        pool->kind == POOL_KIND_DRIVE ? cell_number(drives) : cell_absent(),
        pool->kind == POOL_KIND_DRIVE ? cell_number(mib) : cell_absent(),
        cell_text(pool->path),
        cell_text(text_bytes(&hosts)),
    };
    return rows_add(rows, cells);
}

static struct status list_all(const struct view *view, struct rows *rows)
{
    struct pool_row row = {.pool = {ID_NONE, 0}};
    struct view_walk walk = view_walk_of(view, ROW_POOL, &row, 0);
    TRY(rows_begin(rows, columns, sizeof columns / sizeof columns[0]));
    while (view_walk_next(&walk, &row)) {
        TRY(list_one(view, &row, rows));
    }
    TRY(*view->trouble);
    return rows_flush(rows);
}

static enum exit_code list(struct invocation *invocation, struct engine *engine)
{
    uint8_t row_memory[ROWS_MEMORY_SIZE], memory[POOL_ARENA];
    struct arena row_arena = ARENA_IN(row_memory), arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct view view;
    struct rows rows;
    enum exit_code code = as_of_view(invocation, engine, &arena, &trouble, &view);
    if (code != EXIT_DONE) {
        return code;
    }
    invocation_rows(invocation, &rows, &row_arena);
    struct status status = list_all(&view, &rows);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "listing");
    }
    return rows.row_count == 0 ? EXIT_NOTHING : EXIT_DONE;
}

static enum exit_code run(struct invocation *invocation)
{
    struct engine *engine = NULL;
    enum exit_code code = store_open(invocation, STORE_READ, &engine);
    code = code == EXIT_DONE ? list(invocation, engine) : code;
    engine_close(&engine);
    return code;
}

static const struct option_info options[] = {AS_OF_OPTION};

const struct verb verb_pool_list = {
    .name = "pool list",
    .about = "where volumes lie, on which hosts, and how much is promised there",
    .arguments = NULL,
    .details =
        "A pool is ready when its hosts have it. What is promised is the sizes of its drives:\n"
        "of qcow2 volumes less is taken until they are full.",
    .examples = "cairn pool list\n"
                "cairn pool list --as-of 2026-03-09 --json",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};

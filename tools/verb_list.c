#include "reports/state_rows.h"
#include "tools/as_of.h"
#include "tools/nearest.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <stdio.h>

enum {
    LIST_ARENA = 256 << 10, /* bytes for one row at a time */
};

static enum exit_code choose_table(const struct invocation *invocation, struct state_rows *rows)
{
    const char *name = invocation_argument(invocation, 0);
    struct nearest nearest = nearest_to(name);
    char advice[128];
    for (unsigned table = 0; table < ROW_TABLE_COUNT; table++) {
        nearest_offer(&nearest, row_infos[table].name);
        if (strcmp(row_infos[table].name, name) == 0) {
            rows->table = (enum row_table)table;
            return EXIT_DONE;
        }
    }
    snprintf(advice, sizeof advice, "did you mean %s? `cairn list` names them all",
             nearest.word == NULL ? "user, project or file" : nearest.word);
    return invocation_fail(invocation, EXIT_USAGE, advice, "there is no table %.60s", name);
}

static enum exit_code add_conditions(const struct invocation *invocation, struct state_rows *rows)
{
    const char *condition;
    for (size_t i = 0; (condition = invocation_value_at(invocation, "where", i)) != NULL; i++) {
        struct status status = state_rows_where(rows, bytes_of_string(condition));
        if (failed(status)) {
            return invocation_fail(invocation, EXIT_USAGE, "the columns of the list are its fields",
                                   "--where %s: %s", condition,
                                   status.why == NULL ? "too many conditions" : status.why);
        }
    }
    return EXIT_DONE;
}

static enum exit_code list(struct invocation *invocation, struct engine *engine,
                           const struct state_rows *rows)
{
    uint8_t row_memory[ROWS_MEMORY_SIZE], memory[LIST_ARENA];
    struct arena row_arena = ARENA_IN(row_memory), arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct view view;
    struct rows out;
    uint64_t count = 0;
    enum exit_code code = as_of_view(invocation, engine, &arena, &trouble, &view);
    if (code != EXIT_DONE) {
        return code;
    }
    invocation_rows(invocation, &out, &row_arena);
    struct status status = state_rows_write(rows, &view, &out, &count);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, row_infos[rows->table].name);
    }
    return count == 0 ? EXIT_NOTHING : EXIT_DONE;
}

/* What there is to list. */
static enum exit_code list_tables(struct invocation *invocation)
{
    static const struct column columns[] = {
        {"table", NULL, COLUMN_TEXT, ALIGN_LEFT},
        {"context", NULL, COLUMN_TEXT, ALIGN_LEFT},
        {"about", NULL, COLUMN_TEXT, ALIGN_LEFT},
    };
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    invocation_rows(invocation, &rows, &arena);
    struct status status = rows_begin(&rows, columns, sizeof columns / sizeof columns[0]);
    for (unsigned table = 0; table < ROW_TABLE_COUNT && !failed(status); table++) {
        const struct cell cells[] = {cell_string(row_infos[table].name),
                                     cell_string(row_infos[table].context),
                                     cell_string(row_infos[table].about)};
        status = rows_add(&rows, cells);
    }
    status = failed(status) ? status : rows_flush(&rows);
    return failed(status) ? exit_of(status) : EXIT_DONE;
}

static enum exit_code run(struct invocation *invocation)
{
    struct engine *engine = NULL;
    struct state_rows rows = {.deleted = invocation_has(invocation, "deleted")};
    if (invocation_argument(invocation, 0) == NULL) {
        return list_tables(invocation);
    }
    enum exit_code code = choose_table(invocation, &rows);
    code = code == EXIT_DONE ? add_conditions(invocation, &rows) : code;
    code = code == EXIT_DONE ? store_open(invocation, STORE_READ, &engine) : code;
    if (code == EXIT_DONE) {
        code = list(invocation, engine, &rows);
        engine_close(&engine);
    }
    return code;
}

static const struct option_info options[] = {
    AS_OF_OPTION,
    {"where", 0, "FIELD=VALUE", "only rows whose field is that, or FIELD!=VALUE is not", true},
    {"deleted", 0, NULL, "also what has been deleted", false},
};

const struct verb verb_list = {
    .name = "list",
    .about = "list users, projects, files and all else that the state knows",
    .arguments = "[TABLE]",
    .details =
        "The state is folded from the log and keeps every version of every row, so the list\n"
        "can be had as of any moment. Without a table, the tables are listed.",
    .examples = "cairn list user --where role=admin\n"
                "cairn list membership --as-of 2026-03-09 --csv",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};

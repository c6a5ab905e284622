#include "reports/nearest.h"
#include "reports/state_rows.h"
#include "tools/as_of.h"
#include "tools/leaving.h"
#include "tools/operator.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    LIST_ARENA = 256 << 10, /* bytes for one row at a time */
};

static enum exit_code choose_table(const struct invocation *invocation, struct state_rows *rows)
{
    const char *name = invocation_argument(invocation, 0);
    struct nearest nearest = nearest_to(name);
    for (unsigned table = 0; table < ROW_TABLE_COUNT; table++) {
        nearest_offer(&nearest, row_infos[table].name);
        if (strcmp(row_infos[table].name, name) == 0) {
            rows->table = (enum row_table)table;
            return EXIT_DONE;
        }
    }
    return invocation_unknown(invocation, "table", &nearest, "cairn list");
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

/* Exporting ------------------------------------------------------------------------------- */

enum {
    COPY_SIZE = 32 << 10, /* bytes */
};

/* The rows as a file in memory: what is in it is hashed and recorded before it leaves. */
static struct status write_rows(const struct invocation *invocation, const struct state_rows *rows,
                                const struct view *view, int file, uint64_t *count)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    const struct rows_options options = {.format =
                                             invocation->format == ROWS_JSON ? ROWS_JSON : ROWS_CSV,
                                         .zone = invocation->zone,
                                         .raw = invocation->raw};
    struct output output;
    struct rows out;
    output_init(&output, file);
    rows_init(&out, &options, &output, &arena);
    TRY(state_rows_write(rows, view, &out, count));
    return output_flush(&output);
}

static struct status copy(int file, struct leaving_file *to)
{
    uint8_t buffer[COPY_SIZE];
    off_t at = 0;
    for (;;) {
        ssize_t size = pread(file, buffer, sizeof buffer, at);
        if (size < 0) {
            return FAIL(IO, (uint64_t)errno);
        }
        if (size == 0) {
            return OK;
        }
        TRY(leaving_file_put(to, bytes_of(buffer, (size_t)size)));
        at += size;
    }
}

/* Recorded by a command of the operator, which may be refused; only then it has a name. */
static enum exit_code leave(struct invocation *invocation, struct engine *engine,
                            const struct state_rows *rows, struct leaving_file *file,
                            uint64_t count)
{
    struct verdict verdict;
    struct export_record fields = {
        .what = bytes_of_string(row_infos[rows->table].name),
        .scope = rows->condition_count == 0 ? EXPORT_SCOPE_ALL : EXPORT_SCOPE_SELECTED,
        .format = invocation->format == ROWS_JSON ? EXPORT_FORMAT_JSONL : EXPORT_FORMAT_CSV,
        .count = count};
    for (size_t i = 0; i < rows->condition_count; i++) {
        const struct state_condition *condition = &rows->conditions[i];
        if (condition->field->id_kind == ID_PROJECT && !condition->differs &&
            !failed(id_read(condition->value, &fields.project))) {
            fields.has_project = true;
            fields.scope = EXPORT_SCOPE_VISIBLE;
        }
    }
    struct status status = leaving_file_end(file, &fields.digest);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "writing the export");
    }
    enum exit_code code =
        operator_command(invocation, engine, COMMAND_EXPORT_RECORD,
                         &(union command_fields){.export_record = fields}, &verdict);
    if (code != EXIT_DONE) {
        return code;
    }
    status = leaving_file_name(file);
    invocation_note(invocation, "%" PRIu64 " rows (event %" PRIu64 ")", count, verdict.first);
    return failed(status) ? invocation_failed(invocation, status, NULL, "naming the export")
                          : EXIT_DONE;
}

static enum exit_code export_rows(struct invocation *invocation, struct engine *engine,
                                  const struct state_rows *rows, const char *path)
{
    uint8_t memory[LIST_ARENA];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct view view;
    uint64_t count = 0;
    CLEANUP(leaving_file_close) struct leaving_file *file = NULL;
    enum exit_code code = as_of_view(invocation, engine, &arena, &trouble, &view);
    if (code != EXIT_DONE) {
        return code;
    }
    int held = memfd_create("rows", MFD_CLOEXEC);
    struct status status = held < 0 ? FAIL(IO, (uint64_t)errno) : leaving_file_open(path, &file);
    status = failed(status) ? status : write_rows(invocation, rows, &view, held, &count);
    status = failed(status) ? status : copy(held, file);
    if (held >= 0) {
        (void)close(held);
    }
    return failed(status) ? invocation_failed(invocation, status, NULL, path)
                          : leave(invocation, engine, rows, file, count);
}

/* Tables ---------------------------------------------------------------------------------- */

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
    const char *path = invocation_value(invocation, "export");
    struct state_rows rows = {.deleted = invocation_has(invocation, "deleted")};
    if (invocation_argument(invocation, 0) == NULL) {
        return list_tables(invocation);
    }
    enum exit_code code = choose_table(invocation, &rows);
    code = code == EXIT_DONE ? add_conditions(invocation, &rows) : code;
    if (code == EXIT_DONE && path != NULL) {
        code = store_open(invocation, STORE_WRITE, &engine);
        return code == EXIT_DONE
                   ? store_finish(invocation, export_rows(invocation, engine, &rows, path), &engine)
                   : code;
    }
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
    {"export", 0, "FILE", "into a file, as CSV or JSON Lines, which is logged with its hash",
     false},
    OPERATOR_OPTIONS,
};

const struct verb verb_list = {
    .name = "list",
    .about = "list users, projects, files and all else that the state knows",
    .arguments = "[TABLE]",
    .details =
        "The state is folded from the log and keeps every version of every row, so the list\n"
        "can be had as of any moment. Without a table, the tables are listed.",
    .examples = "cairn list user --where role=admin\n"
                "cairn list membership --as-of 2026-03-09 --csv\n"
                "cairn list cert --where ended=no --export certs.csv",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .signs = true,
    .run = run,
};

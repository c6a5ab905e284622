/* The hosts: what they take, and what they carry. */
#include "core/vm/host.h"
#include "tools/as_of.h"
#include "tools/machine/machine.h"
#include "tools/verbs.h"

/* clang-format off */
static const struct column columns[] = {
    {"host",            NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"name",            NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"state",           NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"vms",             NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"cores",           NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"cores_used",      NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"memory_mib",      NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"memory_used_mib", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"differences",     NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"realm",           NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"uri",             NULL, COLUMN_TEXT,    ALIGN_LEFT},
};
/* clang-format on */

enum {
    COLUMNS = sizeof columns / sizeof columns[0],
};

/* What its watcher found otherwise than the log says, and still does. */
static uint64_t differences(const struct machine_question *question, struct id host)
{
    struct mismatch_row row = {.object = {0}};
    struct view_walk walk = view_walk_of(&question->view, ROW_MISMATCH, &row, 0);
    uint64_t count = 0;
    while (view_walk_next(&walk, &row)) {
        count += id_equal(row.host, host);
    }
    return count;
}

static struct status list_one(struct machine_question *question, const struct host_row *host)
{
    char memory[64];
    struct text id = TEXT_IN(memory);
    const struct host_load load = host_load_of(&question->view, host->host);
    id_write(&id, host->host);
    const struct cell cells[COLUMNS] = {
        machine_cell(&id),
        cell_text(host->name),
        cell_string(host_state_name(host->state)),
        cell_number(load.vms),
        cell_number(host->cores),
        cell_number(load.cores),
        cell_number(host->memory_mib),
        cell_number(load.memory_mib),
        cell_number(differences(question, host->host)),
        host->has_realm ? cell_text(host->realm) : cell_absent(),
        cell_text(host->uri),
    };
    return rows_add(&question->rows, cells);
}

static enum exit_code list(struct machine_question *question)
{
    struct host_row row = {.name = {0}};
    struct status status = rows_begin(&question->rows, columns, COLUMNS);
    struct view_walk walk = view_walk_of(&question->view, ROW_HOST, &row, 0);
    while (!failed(status) && view_walk_next(&walk, &row)) {
        status = row.removed ? OK : list_one(question, &row);
    }
    return machine_end(question, status);
}

static enum exit_code run_list(struct invocation *invocation)
{
    return machine_ask(invocation, list);
}

static const struct option_info options[] = {AS_OF_OPTION};

const struct verb verb_host_list = {
    .name = "host list",
    .about = "which hosts there are, and what they carry",
    .details = "What is used is what their machines were given, running or asked for; what a host\n"
               "itself says is `cairn host check-utilisation`. Differences are what its watcher "
               "found\n"
               "otherwise than the log says. Exit code 1: there is none.",
    .examples = "cairn host list\n"
                "cairn host list --as-of 2026-03-09 --json",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run_list,
};

#include "schema/json.h"
#include "store/hash.h"
#include "tools/remote.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* clang-format off */
static const struct column fact_columns[] = {
    {"fact",  NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"value", NULL, COLUMN_TEXT, ALIGN_LEFT},
};
static const struct column process_columns[] = {
    {"process",  NULL,    COLUMN_TEXT,    ALIGN_LEFT},
    {"up",       NULL,    COLUMN_TEXT,    ALIGN_LEFT},
    {"pid",      NULL,    COLUMN_INTEGER, ALIGN_RIGHT},
    {"since",    NULL,    COLUMN_TIME,    ALIGN_LEFT},
    {"restarts", NULL,    COLUMN_INTEGER, ALIGN_RIGHT},
    {"landlock", NULL,    COLUMN_INTEGER, ALIGN_RIGHT},
    {"seccomp",  NULL,    COLUMN_TEXT,    ALIGN_LEFT},
};
static const struct column counter_columns[] = {
    {"process", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"counter", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"value",   NULL, COLUMN_INTEGER, ALIGN_RIGHT},
};
/* clang-format on */

enum {
    STATUS_ANSWER_MS = 5000, /* who asks how it is does not wait for a writer that hangs */
};

#define COLUMNS(array) (array), sizeof(array) / sizeof((array)[0])

struct status_asked {
    struct invocation *invocation;
    const char *store;
    struct engine *engine;
    struct json *daemon; /* what it says of itself; NULL: there is none */
    bool well;           /* every process works, and everything is taken */
    struct rows rows;
};

/* The daemon ------------------------------------------------------------------------------- */

static struct status ask_daemon(const char *path, struct json **out)
{
    CLEANUP(remote_close) struct remote *remote = NULL;
    struct json_error error;
    struct bytes said;
    TRY(remote_open(
        &(struct remote_options){.path = path, .signals = -1, .answer_ms = STATUS_ANSWER_MS},
        &remote));
    TRY(remote_status(remote, &said));
    return json_parse(said, out, &error);
}

/* That there is none is an answer; that it does not answer is a failure. */
static enum exit_code find_daemon(struct status_asked *asked)
{
    struct store_path path;
    const char *given = invocation_value(asked->invocation, "socket");
    given = given == NULL ? getenv("CAIRN_SOCKET") : given;
    struct status status = remote_find(asked->store, given, &path);
    status = failed(status) ? status : ask_daemon(path.text, &asked->daemon);
    if (!failed(status) || status.code == STATUS_NOT_FOUND) {
        return EXIT_DONE;
    }
    return invocation_failed(asked->invocation, status,
                             "is its writer starting or stuck? its journal says: journalctl -u "
                             "cairnd, or what cairnd printed",
                             "asking the daemon");
}

static const struct json *processes_of(const struct status_asked *asked)
{
    return json_member(json_member(asked->daemon, "daemon"), "processes");
}

static void judge(struct status_asked *asked)
{
    const struct json *processes = processes_of(asked);
    const struct bytes mode = json_string_member(asked->daemon, "mode");
    asked->well = !bytes_equal(mode, LITERAL("emergency")) && !bytes_equal(mode, LITERAL("closed"));
    for (size_t i = 0; i < json_count(processes); i++) {
        const struct json *process = json_element(processes, i);
        asked->well = asked->well && json_as_boolean(json_member(process, "up"), false);
    }
}

/* Facts -------------------------------------------------------------------------------------- */

static struct status add(struct status_asked *asked, const char *fact, const struct text *value)
{
    const struct cell cells[] = {cell_string(fact), cell_text(text_bytes(value))};
    return rows_add(&asked->rows, cells);
}

static struct status add_text(struct status_asked *asked, const char *fact, struct bytes value)
{
    const struct cell cells[] = {cell_string(fact), cell_text(value)};
    return rows_add(&asked->rows, cells);
}

static struct status add_count(struct status_asked *asked, const char *fact, uint64_t count)
{
    char memory[32];
    struct text value = TEXT_IN(memory);
    text_put_u64(&value, count);
    return add(asked, fact, &value);
}

/* When the last event was recorded: its commit signed the newest checkpoint. */
static struct status add_checkpoint(struct status_asked *asked, struct log_snapshot *snapshot)
{
    char memory[64];
    struct text value = TEXT_IN(memory);
    struct bytes bytes;
    struct leaf leaf;
    const uint64_t size = log_snapshot_size(snapshot);
    if (size == 0) {
        return OK;
    }
    TRY(log_read_leaf(snapshot, size - 1, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    time_write(&value, leaf.t_utc_us);
    return add(asked, "newest checkpoint", &value);
}

/* Events of a kind: those that the index has, and those behind it. */
static struct status count_kind(struct status_asked *asked, struct log_snapshot *snapshot,
                                struct bytes kind, uint64_t *count)
{
    CLEANUP(index_snapshot_close) struct index_snapshot *runs = NULL;
    CLEANUP(postings_close) struct postings *postings = NULL;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    uint64_t n = 0;
    if (engine_index(asked->engine) != NULL) {
        TRY(hasher_open(&hasher));
        const struct term term = term_of(hasher, TERM_KIND, kind);
        TRY(index_snapshot_open(engine_index(asked->engine), &runs));
        TRY(postings_open(runs, &term, &postings));
        while (!failed(postings_at_or_after(postings, n, &n))) {
            ++*count;
            n++;
        }
        n = index_snapshot_size(runs);
    }
    for (; n < log_snapshot_size(snapshot); n++) {
        struct bytes bytes;
        struct leaf leaf;
        TRY(log_read_leaf(snapshot, n, &bytes));
        TRY(leaf_decode(bytes, &leaf));
        *count += bytes_equal(bytes_of_string(event_name(leaf.kind)), kind) ? 1 : 0;
    }
    return OK;
}

static struct status add_losses(struct status_asked *asked, struct log_snapshot *snapshot)
{
    uint64_t dropped = 0, lost = 0;
    TRY(count_kind(asked, snapshot, LITERAL("emitter.dropped"), &dropped));
    TRY(count_kind(asked, snapshot, LITERAL("emitter.spool_lost"), &lost));
    TRY(add_count(asked, "times that events were turned away", dropped));
    return add_count(asked, "times that an emitter lost events", lost);
}

static struct status add_disk(struct status_asked *asked)
{
    struct statvfs disk;
    struct store_path path;
    struct stat file;
    if (!failed(store_path(asked->store, "log/data.mdb", &path)) && stat(path.text, &file) == 0) {
        TRY(add_count(asked, "bytes of the log", (uint64_t)file.st_blocks * 512));
    }
    if (statvfs(asked->store, &disk) != 0) {
        return OK;
    }
    TRY(add_count(asked, "bytes of the disk", (uint64_t)disk.f_blocks * disk.f_frsize));
    return add_count(asked, "bytes free", (uint64_t)disk.f_bavail * disk.f_frsize);
}

static struct status add_store(struct status_asked *asked)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(engine_log(asked->engine), &snapshot));
    TRY(add_text(asked, "store", bytes_of_string(asked->store)));
    TRY(add_text(asked, "log", bytes_of_string(log_origin(engine_log(asked->engine)))));
    TRY(add_count(asked, "events", log_snapshot_size(snapshot)));
    TRY(add_checkpoint(asked, snapshot));
    TRY(add_losses(asked, snapshot));
    return add_disk(asked);
}

/* Of the process that speaks with controllers, where there is one. */
static struct status add_machines(struct status_asked *asked)
{
    char memory[64];
    struct text value = TEXT_IN(memory);
    for (size_t i = 0; i < json_count(processes_of(asked)); i++) {
        const struct json *process = json_element(processes_of(asked), i);
        const struct json *counters = json_member(process, "counters");
        if (bytes_equal(json_string_member(process, "process"), LITERAL("controllers"))) {
            text_add(&value, "%" PRId64 " of %" PRId64,
                     json_as_integer(json_member(counters, "controllers"), 0),
                     json_as_integer(json_member(counters, "machines"), 0));
            return add(asked, "machines whose controller is connected", &value);
        }
    }
    return OK;
}

static struct status add_daemon(struct status_asked *asked)
{
    const struct json *daemon = json_member(asked->daemon, "daemon");
    if (asked->daemon == NULL) {
        return add_text(asked, "daemon", LITERAL("none"));
    }
    char memory[64];
    struct text value = TEXT_IN(memory);
    const int64_t since_us = json_as_integer(json_member(daemon, "started_us"), 0);
    size_t up = 0;
    for (size_t i = 0; i < json_count(processes_of(asked)); i++) {
        const struct json *process = json_element(processes_of(asked), i);
        up += json_as_boolean(json_member(process, "up"), false) ? 1 : 0;
    }
    time_write(&value, since_us < 0 ? 0 : (uint64_t)since_us);
    TRY(add_count(asked, "daemon", (uint64_t)json_as_integer(json_member(daemon, "pid"), 0)));
    TRY(add(asked, "daemon since", &value));
    text_clear(&value);
    text_add(&value, "%zu of %zu", up, json_count(processes_of(asked)));
    TRY(add(asked, "processes that work", &value));
    TRY(add_machines(asked));
    TRY(add_text(asked, "mode", json_string_member(asked->daemon, "mode")));
    return add_count(asked, "events not in answers yet",
                     (uint64_t)json_as_integer(json_member(asked->daemon, "unsettled"), 0));
}

static struct status show_facts(struct status_asked *asked)
{
    TRY(rows_begin(&asked->rows, COLUMNS(fact_columns)));
    TRY(add_store(asked));
    TRY(add_daemon(asked));
    return rows_flush(&asked->rows);
}

/* Processes and counters ----------------------------------------------------------------------- */

static struct cell number_cell(const struct json *process, const char *member)
{
    const int64_t number = json_as_integer(json_member(process, member), -1);
    return number < 0 ? cell_absent() : cell_number((uint64_t)number);
}

static struct cell yes_cell(const struct json *process, const char *member)
{
    return cell_string(json_as_boolean(json_member(process, member), false) ? "yes" : "no");
}

static struct status show_processes(struct status_asked *asked)
{
    TRY(rows_begin(&asked->rows, COLUMNS(process_columns)));
    for (size_t i = 0; i < json_count(processes_of(asked)); i++) {
        const struct json *process = json_element(processes_of(asked), i);
        const struct cell cells[] = {
            cell_text(json_string_member(process, "process")),
            yes_cell(process, "up"),
            number_cell(process, "pid"),
            number_cell(process, "started_us"),
            number_cell(process, "restarts"),
            number_cell(process, "landlock"),
            yes_cell(process, "seccomp"),
        };
        TRY(rows_add(&asked->rows, cells));
    }
    return rows_flush(&asked->rows);
}

static struct status show_counters_of(struct status_asked *asked, const struct json *process)
{
    const struct json *counters = json_member(process, "counters");
    const char *name = NULL;
    for (size_t i = 0; i < json_count(counters); i++) {
        const struct json *value = json_member_at(counters, i, &name);
        const int64_t number = json_as_integer(value, -1);
        const struct cell cells[] = {
            cell_text(json_string_member(process, "process")),
            cell_string(name),
            number < 0 ? cell_absent() : cell_number((uint64_t)number),
        };
        TRY(rows_add(&asked->rows, cells));
    }
    return OK;
}

static struct status show_counters(struct status_asked *asked)
{
    TRY(rows_begin(&asked->rows, COLUMNS(counter_columns)));
    for (size_t i = 0; i < json_count(processes_of(asked)); i++) {
        TRY(show_counters_of(asked, json_element(processes_of(asked), i)));
    }
    return rows_flush(&asked->rows);
}

/* The verb ------------------------------------------------------------------------------------- */

static enum exit_code show(struct status_asked *asked)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct status status;
    const bool processes = invocation_has(asked->invocation, "processes");
    const bool counters = invocation_has(asked->invocation, "counters");
    if (asked->daemon == NULL && (processes || counters)) {
        return invocation_fail(asked->invocation, EXIT_NOT_FOUND,
                               "start one: cairnd --store DIR, or systemctl start cairnd",
                               "no daemon serves this store");
    }
    invocation_rows(asked->invocation, &asked->rows, &arena);
    if (processes) {
        status = show_processes(asked);
    } else {
        status = counters ? show_counters(asked) : show_facts(asked);
    }
    if (failed(status)) {
        return invocation_failed(asked->invocation, status, NULL, "looking at the store");
    }
    return asked->daemon == NULL || asked->well ? EXIT_DONE : EXIT_NOTHING;
}

static enum exit_code run(struct invocation *invocation)
{
    struct status_asked asked = {.invocation = invocation};
    enum exit_code code = invocation_store(invocation, &asked.store);
    code = code == EXIT_DONE ? store_open(invocation, STORE_READ, &asked.engine) : code;
    code = code == EXIT_DONE ? find_daemon(&asked) : code;
    if (code == EXIT_DONE) {
        judge(&asked);
        code = show(&asked);
    }
    json_free(&asked.daemon);
    engine_close(&asked.engine);
    return code;
}

static const struct option_info options[] = {
    {"processes", 0, NULL, "the daemon's processes, and the sandbox that each is in", false},
    {"counters", 0, NULL, "the numbers that /metrics has, of each process", false},
};

const struct verb verb_status = {
    .name = "status",
    .about = "how store and daemon are",
    .details =
        "Size, newest checkpoint, losses and room, and what the daemon that serves the store\n"
        "says of itself. The exit code is 1 where one of its processes does not work, or\n"
        "where it does not take everything because the disk is filling.",
    .examples = "cairn status\ncairn status --processes\ncairn status --counters --json",
    .purpose = PURPOSE_KEEP,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};

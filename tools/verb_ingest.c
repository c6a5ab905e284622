#include "core/import.h"
#include "tools/import/record.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PROBLEMS_TOLD = 20, /* per file, without -v */
    ASK_EVERY = 256,    /* records between two looks at signals and the bar */
    QUIET_MS = 500,     /* of a pipe: then what has come so far is written */
};

/* One file on its way into the log. */
struct ingestion {
    struct invocation *invocation;
    struct engine *engine;
    struct import *import;
    struct importer *importer;
    struct progress progress;
    const char *path;
    bool strict;
    uint64_t problems;
};

/* clang-format off */
static const struct column columns[] = {
    {"file",     NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"records",  NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"added",    NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"already",  NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"subjects", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"problems", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
};
/* clang-format on */

static void tell_problem(struct ingestion *ingestion, const struct import_problem *problem)
{
    ingestion->problems++;
    if (ingestion->problems <= PROBLEMS_TOLD || ingestion->invocation->verbose) {
        invocation_note(ingestion->invocation, "%s:%" PRIu64 ": %s", ingestion->path, problem->line,
                        problem->reason);
    } else if (ingestion->problems == PROBLEMS_TOLD + 1) {
        invocation_note(ingestion->invocation, "%s: more problems follow (-v tells all)",
                        ingestion->path);
    }
}

static struct foreign_record foreign_of(const struct import_record *record)
{
    return (struct foreign_record){
        .format = record->format,
        .outcome = record->outcome,
        .at_utc_us = record->at_utc_us,
        .line = record->line,
        .system = record->system,
        .action = record->action,
        .user = record->user,
        .host = record->host,
        .address = record->address,
        .raw = record->raw,
    };
}

/* A pipe may be quiet for long: that keeps neither what has come waiting, nor whoever ends it. */
static struct status wait_for_input(void *context, int descriptor)
{
    struct ingestion *ingestion = context;
    enum guard_wait came = invocation_wait(ingestion->invocation, descriptor, QUIET_MS);
    if (came == GUARD_TIMEOUT) {
        TRY(import_flush(ingestion->import));
        came = invocation_wait(ingestion->invocation, descriptor, -1);
    }
    return came == GUARD_INTERRUPTED ? FAIL(INTERRUPTED, 0) : OK;
}

/* Takes the next record or problem; *more is false at the end. */
static struct status step(struct ingestion *ingestion, bool *more)
{
    struct import_record record;
    struct import_problem problem;
    struct status status = importer_next(ingestion->importer, &record, &problem);
    *more = status.code != STATUS_NOT_FOUND;
    if (!*more) {
        return OK;
    }
    if (status.code == STATUS_MALFORMED) {
        tell_problem(ingestion, &problem);
        return ingestion->strict ? status : OK;
    }
    TRY(status);
    struct foreign_record foreign = foreign_of(&record);
    return import_add(ingestion->import, &foreign);
}

static struct status read_all(struct ingestion *ingestion)
{
    bool more = true;
    for (uint64_t i = 0; more; i++) {
        struct status status = step(ingestion, &more);
        if (failed(status)) {
            /* What came before is kept: it has been read and is whole. */
            struct status kept = import_flush(ingestion->import);
            return failed(kept) ? kept : status;
        }
        if (i % ASK_EVERY == 0) {
            progress_show(&ingestion->progress, importer_tally(ingestion->importer).byte_count);
            if (invocation_interrupted(ingestion->invocation)) {
                TRY(import_flush(ingestion->import));
                return FAIL(INTERRUPTED, 0);
            }
        }
    }
    return import_flush(ingestion->import);
}

static enum exit_code open_file(struct ingestion *ingestion, int *file, uint64_t *size)
{
    struct stat status;
    bool standard_input = strcmp(ingestion->path, "-") == 0;
    *file = standard_input ? dup(ingestion->invocation->streams.input)
                           : open(ingestion->path, O_RDONLY | O_CLOEXEC);
    if (*file < 0 || fstat(*file, &status) != 0) {
        if (errno == ENOENT) {
            return invocation_fail(ingestion->invocation, EXIT_NOT_FOUND, NULL,
                                   "there is no file %s", ingestion->path);
        }
        struct status failure = FAIL(IO, (uint64_t)errno);
        return invocation_failed(ingestion->invocation, failure, NULL, ingestion->path);
    }
    *size = S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
    return EXIT_DONE;
}

static struct status tell_file(struct ingestion *ingestion, struct rows *rows,
                               const struct import_counts *before)
{
    struct import_counts now = import_counts_of(ingestion->import);
    const struct cell cells[] = {
        cell_string(ingestion->path),
        cell_number(now.records - before->records),
        cell_number(now.added - before->added),
        cell_number(now.already - before->already),
        cell_number(now.subjects - before->subjects),
        cell_number(ingestion->problems),
    };
    return rows_add(rows, cells);
}

static enum exit_code end_of(struct ingestion *ingestion, struct status status)
{
    if (status.code == STATUS_MALFORMED) {
        return invocation_fail(ingestion->invocation, EXIT_INCOMPLETE, NULL,
                               "%s: stopped at the first problem, as --strict asks",
                               ingestion->path);
    }
    if (failed(status)) {
        return invocation_failed(ingestion->invocation, status, NULL, ingestion->path);
    }
    return ingestion->problems > 0 ? EXIT_INCOMPLETE : EXIT_DONE;
}

static enum exit_code ingest_open(struct ingestion *ingestion, int file, uint64_t size,
                                  const struct import_options *options, struct rows *rows)
{
    struct import_counts before = import_counts_of(ingestion->import);
    struct status status = importer_open(file, options, &ingestion->importer);
    if (failed(status)) {
        return invocation_failed(ingestion->invocation, status, NULL, ingestion->path);
    }
    ingestion->progress = invocation_progress(ingestion->invocation, ingestion->path, size);
    import_begin_file(ingestion->import);
    status = read_all(ingestion);
    progress_end(&ingestion->progress);
    enum exit_code code = end_of(ingestion, status);
    status = tell_file(ingestion, rows, &before);
    importer_close(&ingestion->importer);
    return failed(status) ? exit_worse(code, exit_of(status)) : code;
}

static enum exit_code ingest_file(struct ingestion *ingestion, const char *path,
                                  const struct import_options *options, struct rows *rows)
{
    int file;
    uint64_t size = 0;
    ingestion->path = path;
    ingestion->problems = 0;
    enum exit_code code = open_file(ingestion, &file, &size);
    if (code == EXIT_DONE) {
        code = ingest_open(ingestion, file, size, options, rows);
        close(file);
    }
    return code;
}

/* Files after one that failed are still read, unless nothing can be written any more. */
static enum exit_code ingest_all(struct ingestion *ingestion, const struct import_options *options)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    enum exit_code worst = EXIT_DONE;
    const struct invocation *invocation = ingestion->invocation;
    invocation_rows(invocation, &rows, &arena);
    struct status status = import_open(ingestion->engine, &ingestion->import);
    status =
        failed(status) ? status : rows_begin(&rows, columns, sizeof columns / sizeof columns[0]);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "starting");
    }
    for (size_t i = 0; i < invocation_argument_count(invocation); i++) {
        enum exit_code code =
            ingest_file(ingestion, invocation_argument(invocation, i), options, &rows);
        worst = exit_worse(worst, code);
        if ((ingestion->strict && code != EXIT_DONE) || code == EXIT_INTERRUPTED ||
            code == EXIT_TERMINATED) {
            break;
        }
    }
    status = rows_flush(&rows);
    return failed(status) ? exit_worse(worst, exit_of(status)) : worst;
}

static enum exit_code read_options(const struct invocation *invocation,
                                   struct import_options *options)
{
    uint64_t year = 0;
    const char *format = invocation_value(invocation, "from");
    if (format == NULL || !import_format_read(bytes_of_string(format), &options->format)) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "what the files are is needed: --from "
                               "auditd|cloudtrail|jsonl|syslog");
    }
    enum exit_code code =
        invocation_number(invocation, "year", (struct number_limits){1970, 9999}, &year);
    options->year = (uint32_t)year;
    options->now_utc_us = invocation->now_utc_us;
    return code;
}

static enum exit_code run(struct invocation *invocation)
{
    struct ingestion ingestion = {.invocation = invocation,
                                  .strict = invocation_has(invocation, "strict")};
    struct import_options options = {.wait = wait_for_input, .wait_context = &ingestion};
    enum exit_code code = read_options(invocation, &options);
    if (code != EXIT_DONE) {
        return code;
    }
    code = store_open_as(invocation, STORE_WRITE,
                         &(struct engine_options){.task = "ingest", .threaded = true},
                         &ingestion.engine);
    if (code != EXIT_DONE) {
        return code;
    }
    code = ingest_all(&ingestion, &options);
    import_close(&ingestion.import);
    return store_finish(invocation, code, &ingestion.engine);
}

static const struct option_info options_[] = {
    {"from", 0, "auditd|cloudtrail|jsonl|syslog", "what the files are", false},
    {"strict", 0, NULL, "stop at the first line that is no record", false},
    {"year", 0, "YEAR", "of syslog times that have none (the latest possible)", false},
};

const struct verb verb_ingest = {
    .name = "ingest",
    .about = "take in audit records of other systems",
    .arguments = "FILE...",
    .details =
        "Each record becomes one event: its own time, user, host, address and outcome can be\n"
        "asked for, and the record itself is kept as it was. What is no record is told with\n"
        "its line. Taking in the same file again adds nothing. `-` is standard input. Where a\n"
        "record says `bytes_out`, what went out of a machine is compared by `cairn hints`.",
    .examples = "cairn ingest --from auditd /var/log/audit/audit.log\n"
                "cairn ingest --from syslog --year 2025 auth.log.1 auth.log",
    .purpose = PURPOSE_WRITE,
    OPTIONS(options_),
    .guarded = true,
    .run = run,
};

/* cairn report list, show and run. */
#include "reports/operational/event_table.h"
#include "reports/render.h"
#include "tools/report/evidence.h"
#include "tools/verbs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

enum {
    FORMATS_MAX = 8,
    FORMAT_SIZE = 16, /* bytes of a format's name */
    PATH_SIZE = 4096,
};

/* List ------------------------------------------------------------------------------------ */

static void put_scopes(const struct report_info *info, struct text *out)
{
    static const struct {
        uint32_t scope;
        const char *name;
    } scopes[] = {{REPORT_GLOBAL, "all"},
                  {REPORT_OF_PROJECT, "project"},
                  {REPORT_OF_USER, "user"},
                  {REPORT_OF_TEAM, "team"}};
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        if ((info->scopes & scopes[i].scope) != 0) {
            text_put_string(out, out->size == 0 ? "" : ", ");
            text_put_string(out, scopes[i].name);
        }
    }
}

static enum exit_code list(struct invocation *invocation)
{
    static const struct column columns[] = {
        {"report", NULL, COLUMN_TEXT, ALIGN_LEFT}, {"of", NULL, COLUMN_TEXT, ALIGN_LEFT},
        {"serves", NULL, COLUMN_TEXT, ALIGN_LEFT}, {"waits_for", NULL, COLUMN_TEXT, ALIGN_LEFT},
        {"about", NULL, COLUMN_TEXT, ALIGN_LEFT},
    };
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    const struct report_info *info;
    invocation_rows(invocation, &rows, &arena);
    struct status status = rows_begin(&rows, columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; (info = report_at(i)) != NULL && !failed(status); i++) {
        char scope_memory[64];
        struct text scopes = TEXT_IN(scope_memory);
        put_scopes(info, &scopes);
        const struct cell cells[] = {cell_string(info->name), cell_text(text_bytes(&scopes)),
                                     cell_string(info->serves),
                                     info->waits == NULL ? cell_absent() : cell_string(info->waits),
                                     cell_string(info->about)};
        status = rows_add(&rows, cells);
    }
    status = failed(status) ? status : rows_flush(&rows);
    return failed(status) ? exit_of(status) : EXIT_DONE;
}

const struct verb verb_report_list = {
    .name = "report list",
    .about = "the reports there are",
    .details = "Each answers a question that assessors ask, from the log alone. Those that wait\n"
               "for something say for what.",
    .examples = "cairn report list\ncairn report list --json",
    .purpose = PURPOSE_ASK,
    .run = list,
};

/* Show ------------------------------------------------------------------------------------ */

static void show_columns(const struct report_info *info, struct output *out)
{
    size_t count = info->events == NULL ? info->column_count : info->events->column_count;
    for (size_t i = 0; i < count; i++) {
        output_add(out, "%-9s %s\n", i == 0 ? "columns" : "",
                   info->events == NULL ? info->columns[i].name
                                        : info->events->columns[i].column.name);
    }
}

static enum exit_code show(struct invocation *invocation)
{
    const struct report_info *info;
    char memory[64];
    struct text scopes = TEXT_IN(memory);
    enum exit_code code = making_info(invocation, &info);
    if (code != EXIT_DONE) {
        return code;
    }
    put_scopes(info, &scopes);
    struct output *out = invocation->output;
    output_add(out, "%-9s %s\n", "report", info->name);
    output_add(out, "%-9s %s\n", "title", info->title);
    output_add(out, "%-9s %s\n", "about", info->about);
    output_add(out, "%-9s %" PRIu32 "\n", "version", info->version);
    output_add(out, "%-9s %s\n", "of", text_string(&scopes));
    output_add(out, "%-9s %s\n", "serves", info->serves);
    output_add(out, "%-9s %s\n", "takes", info->filter == NULL ? "everything" : info->filter);
    if (info->waits != NULL) {
        output_add(out, "%-9s %s\n", "waits for", info->waits);
    }
    show_columns(info, out);
    return EXIT_DONE;
}

const struct verb verb_report_show = {
    .name = "report show",
    .about = "what a report is made of",
    .arguments = "NAME",
    .examples = "cairn report show access-review",
    .purpose = PURPOSE_ASK,
    .run = show,
};

/* Run ------------------------------------------------------------------------------------- */

struct run {
    struct making making;
    char formats[FORMATS_MAX][FORMAT_SIZE];
    size_t format_count;
    const char *out;
    bool into;                /* `out` is a directory */
    bool oscal;               /* one of the formats */
    bool proven;              /* with evidence */
    struct evidence evidence; /* of these two */
};

/* PDF is HTML that is printed. */
static const struct report_format *format_of(const char *name)
{
    return render_find(strcmp(name, "pdf") == 0 ? LITERAL("html") : bytes_of_string(name));
}

static enum exit_code add_format(struct run *run, struct bytes name)
{
    const struct invocation *invocation = run->making.invocation;
    if (name.size == 0 || name.size >= FORMAT_SIZE || run->format_count == FORMATS_MAX) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "--format: formats are named like html,csv,json");
    }
    char *format = run->formats[run->format_count];
    memcpy(format, name.data, name.size);
    format[name.size] = '\0';
    if (strcmp(format, "oscal") == 0) {
        run->oscal = true;
        return EXIT_DONE;
    }
    if (format_of(format) == NULL) {
        return invocation_fail(invocation, EXIT_USAGE,
                               "text, html, pdf, json, csv and oscal are there",
                               "--format: there is no format %s", format);
    }
    run->format_count++;
    return EXIT_DONE;
}

static enum exit_code read_formats(struct run *run)
{
    const struct invocation *invocation = run->making.invocation;
    const char *value = invocation_value(invocation, "format");
    enum exit_code code = EXIT_DONE;
    if (value == NULL) {
        return add_format(run, invocation->format == ROWS_JSON  ? LITERAL("json")
                               : invocation->format == ROWS_CSV ? LITERAL("csv")
                                                                : LITERAL("text"));
    }
    while (code == EXIT_DONE) {
        size_t size = strcspn(value, ",");
        code = add_format(run, bytes_of(value, size));
        if (value[size] == '\0') {
            return code;
        }
        value += size + 1;
    }
    return code;
}

static enum exit_code read_out(struct run *run, const struct report_info *info)
{
    const struct invocation *invocation = run->making.invocation;
    const char *evidence = invocation_value(invocation, "evidence");
    struct stat about;
    run->out = evidence == NULL ? invocation_value(invocation, "out") : evidence;
    run->proven = evidence != NULL;
    if (run->proven && invocation_has(invocation, "out")) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "--evidence is where the report goes to, too: leave out --out");
    }
    if (run->oscal && !evidence_is_oscal(info)) {
        return invocation_fail(invocation, EXIT_USAGE, "au-assessment can",
                               "%s cannot be written as OSCAL", info->name);
    }
    run->oscal = run->oscal || (run->proven && evidence_is_oscal(info));
    if (run->oscal && run->out == NULL) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "OSCAL is several documents: --out DIR or --evidence DIR");
    }
    if (run->out == NULL) {
        return run->format_count == 1
                   ? EXIT_DONE
                   : invocation_fail(invocation, EXIT_USAGE, NULL,
                                     "several formats need a directory to go to: --out DIR");
    }
    size_t size = strlen(run->out);
    bool is_directory = stat(run->out, &about) == 0 && S_ISDIR(about.st_mode);
    run->into = run->oscal || run->proven || is_directory || run->format_count > 1 ||
                (size > 0 && run->out[size - 1] == '/');
    if (run->into && !is_directory && mkdir(run->out, 0777) != 0) {
        return invocation_failed(invocation, FAIL(IO, (uint64_t)errno), NULL, run->out);
    }
    return EXIT_DONE;
}

/* DIR/access-review-project-88.html */
static const char *file_path(const struct run *run, const char *format, struct text *memory)
{
    const struct report_question *question = &run->making.question;
    if (!run->into) {
        return run->out;
    }
    text_add(memory, "%s/%s", run->out, question->info->name);
    if (question->scope.kind != ID_NONE) {
        text_add(memory, "-%s-%" PRIu64, id_kind_name(question->scope.kind), question->scope.n);
    }
    text_add(memory, ".%s", strcmp(format, "text") == 0 ? "txt" : format);
    return memory->full ? NULL : text_string(memory);
}

static enum exit_code hand_out(const struct run *run, const char *format)
{
    char memory[PATH_SIZE];
    struct text path_memory = TEXT_IN(memory);
    if (run->out == NULL) {
        enum exit_code code = making_record(&run->making, format);
        return code == EXIT_DONE ? making_put(&run->making) : code;
    }
    const char *path = file_path(run, format, &path_memory);
    if (path == NULL) {
        return invocation_fail(run->making.invocation, EXIT_USAGE, NULL, "--out is too long");
    }
    enum exit_code code = making_save(&run->making, format, path);
    if (code == EXIT_DONE) {
        char hex[DIGEST_HEX_SIZE + 1] = {0};
        hex_write(hex, bytes_of(run->making.digest.sha256, DIGEST_SIZE));
        invocation_note(run->making.invocation, "%s  %s", hex, path);
    }
    return code;
}

static enum exit_code make_one(struct run *run, const char *format)
{
    enum exit_code code = making_render(&run->making, format_of(format));
    if (code == EXIT_DONE && strcmp(format, "pdf") == 0) {
        code = making_print(&run->making);
    }
    code = code == EXIT_DONE ? hand_out(run, format) : code;
    making_close(&run->making);
    return code;
}

/* The name within the directory, of a file that is in it. */
static enum exit_code adopt(struct run *run, const char *format)
{
    char memory[PATH_SIZE];
    struct text path_memory = TEXT_IN(memory);
    const char *path = file_path(run, format, &path_memory);
    return path == NULL ? EXIT_DONE
                        : folder_adopt(&run->evidence.folder, strrchr(path, '/') + 1,
                                       &run->making.digest, run->making.size);
}

static enum exit_code make_with_evidence(struct run *run)
{
    enum exit_code code = evidence_open(&run->making, run->out, &run->evidence);
    if (code != EXIT_DONE) {
        return code;
    }
    code = run->proven ? evidence_prove(&run->evidence) : EXIT_DONE;
    for (size_t i = 0; i < run->format_count && code == EXIT_DONE; i++) {
        code = make_one(run, run->formats[i]);
        code = code == EXIT_DONE ? adopt(run, run->formats[i]) : code;
    }
    code = code == EXIT_DONE && run->oscal ? evidence_oscal(&run->evidence) : code;
    code = code == EXIT_DONE && run->proven ? evidence_end(&run->evidence) : code;
    evidence_close(&run->evidence);
    return code;
}

static enum exit_code make_all(struct run *run)
{
    enum exit_code code = EXIT_DONE;
    if (run->oscal || run->proven) {
        return make_with_evidence(run);
    }
    for (size_t i = 0; i < run->format_count && code == EXIT_DONE; i++) {
        code = make_one(run, run->formats[i]);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    invocation_note(run->making.invocation, "%" PRIu64 " rows, as of event %" PRIu64,
                    run->making.rows, run->making.question.size - 1);
    return EXIT_DONE;
}

/* What a report has to say of a damaged log is wanted most then: it is made of what can be read. */
static enum exit_code run_damaged(struct run *run, const struct report_info *info)
{
    struct invocation *invocation = run->making.invocation;
    enum exit_code code = store_open(invocation, STORE_READ, &run->making.engine);
    if (code == EXIT_DONE) {
        invocation_note(invocation, "note: the report is made of what can be read, and the log "
                                    "does not say so");
        code = making_question(invocation, run->making.engine, info, &run->making.question);
        code = code == EXIT_DONE ? make_all(run) : code;
    }
    engine_close(&run->making.engine);
    return exit_worse(EXIT_INTEGRITY, code);
}

static enum exit_code run_report(struct invocation *invocation)
{
    struct run run = {.making = {.invocation = invocation, .file = -1}};
    const struct report_info *info;
    enum exit_code code = making_info(invocation, &info);
    code = code == EXIT_DONE ? read_formats(&run) : code;
    code = code == EXIT_DONE ? read_out(&run, info) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    code = store_open(invocation, STORE_RECORD, &run.making.engine);
    if (code == EXIT_INTEGRITY) {
        return run_damaged(&run, info);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    code = making_question(invocation, run.making.engine, info, &run.making.question);
    code = code == EXIT_DONE ? make_all(&run) : code;
    return store_finish(invocation, code, &run.making.engine);
}

static const struct option_info run_options[] = {
    REPORT_OPTIONS,
    {"format", 0, "LIST", "text, html, pdf, json, csv, oscal; several: html,json (text)", false},
    {"out", 0, "PATH", "a new file, or a directory for NAME.FORMAT", false},
    {"evidence", 0, "DIR", "a new directory: the report, proofs of what it rests on, a manifest",
     false},
};

const struct verb verb_report_run = {
    .name = "report run",
    .about = "make a report",
    .arguments = "NAME",
    .details =
        "Everything is as of one event: the same question over the same log gives the same\n"
        "bytes, wherever and whenever it is asked; `cairn report verify` does so. Without --at,\n"
        "that is the last event of the period, or the newest one. Making a report becomes an\n"
        "event of the log, audit.report_generated, with the SHA-256 of the file.",
    .examples = "cairn report run access-review --project atlas\n"
                "cairn report run denials --period 2026-03 --format html,csv,json --out march/\n"
                "cairn report run au-assessment --state final --format html --out au.html\n"
                "cairn report run au-assessment --state final --format html,oscal --evidence au/",
    .purpose = PURPOSE_ASK,
    OPTIONS(run_options),
    .guarded = true,
    .run = run_report,
};

#include "tools/audit/case_folder.h"
#include "tools/audit/giving.h"
#include "tools/verbs.h"

enum {
    ANSWERS_MAX = 256, /* files to attach */
};

struct exporting {
    struct giving *giving;
    struct case_folder folder;
    const char *answers[ANSWERS_MAX + 1];
    const char *path;
};

static enum exit_code read_arguments(struct exporting *exporting)
{
    const struct giving *giving = exporting->giving;
    const char *answer;
    size_t count = 0;
    exporting->path = invocation_value(giving->invocation, "out");
    if (exporting->path == NULL) {
        return invocation_fail(giving->invocation, EXIT_USAGE, NULL, "--out DIR is needed");
    }
    while ((answer = invocation_value_at(giving->invocation, "answer", count)) != NULL) {
        if (count == ANSWERS_MAX) {
            return invocation_fail(giving->invocation, EXIT_USAGE, NULL, "at most %d answers",
                                   ANSWERS_MAX);
        }
        exporting->answers[count++] = answer;
    }
    exporting->folder.answers = exporting->answers;
    return giving_thing(giving, ID_CASE, invocation_argument(giving->invocation, 0),
                        &exporting->folder.about);
}

/* Recording ------------------------------------------------------------------------------- */

static struct status record(const struct exporting *exporting)
{
    char memory[256];
    struct text by = TEXT_IN(memory);
    struct engine *engine = exporting->giving->engine;
    operator_name(&by);
    union event_body body = {.case_exported = {.digest = exporting->folder.digest,
                                               .events = exporting->folder.events,
                                               .by = text_bytes(&by)}};
    struct status status = engine_say(engine, VOICE_AUDIT,
                                      &(struct draft){.kind = EVENT_CASE_EXPORTED,
                                                      .on = {exporting->folder.about},
                                                      .on_count = 1,
                                                      .body = &body});
    if (status.code == STATUS_READ_ONLY) {
        return OK; /* store_open has said so */
    }
    TRY(status);
    return engine_flush(engine);
}

/* Showing --------------------------------------------------------------------------------- */

static struct status show(const struct exporting *exporting)
{
    static const struct column columns[] = {
        {"size", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
        {"events", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
        {"sha256", NULL, COLUMN_TEXT, ALIGN_LEFT},
        {"path", NULL, COLUMN_TEXT, ALIGN_LEFT},
    };
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    char hex[DIGEST_HEX_SIZE];
    struct rows rows;
    hex_write(hex, BYTES(exporting->folder.digest.sha256));
    const struct cell cells[] = {
        cell_number(exporting->folder.size),
        cell_number(exporting->folder.events),
        cell_text(bytes_of(hex, sizeof hex)),
        cell_string(exporting->path),
    };
    invocation_rows(exporting->giving->invocation, &rows, &arena);
    TRY(rows_begin(&rows, columns, sizeof columns / sizeof columns[0]));
    TRY(rows_add(&rows, cells));
    return rows_flush(&rows);
}

/* The verb -------------------------------------------------------------------------------- */

static struct status make(struct exporting *exporting)
{
    TRY(case_folder_fill(&exporting->folder));
    exporting->folder.doing = "recording the export in the log";
    TRY(record(exporting));
    exporting->folder.doing = exporting->path;
    TRY(leaving_folder_name(exporting->folder.folder));
    exporting->folder.doing = "writing";
    return show(exporting);
}

static enum exit_code say_failed(const struct exporting *exporting, struct status status)
{
    const char *doing = exporting->folder.doing;
    const char *advice = status.code == STATUS_EXISTS ? "an export is never written over: name a "
                                                        "folder that is not there yet"
                                                      : NULL;
    return invocation_failed(exporting->giving->invocation, status, advice,
                             doing == NULL ? "exporting the case" : doing);
}

static enum exit_code export_case(struct giving *giving)
{
    struct exporting exporting = {.giving = giving, .folder = {.engine = giving->engine}};
    enum exit_code code = read_arguments(&exporting);
    if (code != EXIT_DONE) {
        return code;
    }
    exporting.folder.doing = exporting.path;
    struct status status = leaving_folder_open(exporting.path, &exporting.folder.folder);
    if (!failed(status)) {
        exporting.folder.doing = NULL;
        status = make(&exporting);
    }
    leaving_folder_close(&exporting.folder.folder);
    return failed(status) ? say_failed(&exporting, status) : EXIT_DONE;
}

static enum exit_code run(struct invocation *invocation)
{
    return giving_run(invocation, STORE_RECORD, export_case);
}

static const struct option_info options[] = {
    {"out", 0, "DIR", "the new folder", false},
    {"answer", 0, "FILE", "attach an answer of query --proof", true},
};

const struct verb verb_case_export = {
    .name = "case export",
    .about = "give a case to somebody who checks it elsewhere",
    .arguments = "CASE",
    .details =
        "Makes a folder: the events of the case, each with its details and its proof; the\n"
        "notes; proof that the case's history is whole; the answers to those of its events that\n"
        "are questions, asked again, and what is attached; hashes of all of it, also in the\n"
        "form that a CMMC assessment asks for. `cairn-verify` checks the whole folder with\n"
        "nothing but the log's public key. The export becomes an event, case.exported.",
    .examples = "cairn case export north --out north --answer evidence/rows.answer\n"
                "cairn-verify --key log.vkey north",
    .purpose = PURPOSE_PROVE,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};

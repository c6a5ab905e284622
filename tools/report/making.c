#include "tools/report/making.h"

#include "reports/au/au.h"
#include "reports/nearest.h"
#include "reports/render.h"
#include "reports/resolve.h"
#include "tools/leaving.h"
#include "tools/operator.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    RESOLVE_ARENA = 64 << 10, /* bytes */
    PIECE_SIZE = 64 << 10,
    NAME_SIZE = 64,
};

/* The question ---------------------------------------------------------------------------- */

enum exit_code making_info(const struct invocation *invocation, const struct report_info **out)
{
    const char *name = invocation_argument(invocation, 0);
    const struct report_info *info;
    struct nearest nearest = nearest_to(name);
    *out = report_find(bytes_of_string(name));
    if (*out != NULL) {
        return EXIT_DONE;
    }
    for (size_t i = 0; (info = report_at(i)) != NULL; i++) {
        nearest_offer(&nearest, info->name);
    }
    return invocation_unknown(invocation, "report", &nearest, "cairn report list");
}

/* The project, user or team that is asked for; at most one. */
static enum exit_code read_scope(const struct invocation *invocation, struct engine *engine,
                                 struct id *out)
{
    static const struct {
        const char *option;
        enum id_kind kind;
    } scopes[] = {{"project", ID_PROJECT}, {"user", ID_USER}, {"team", ID_TEAM}};
    uint8_t memory[RESOLVE_ARENA];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    *out = (struct id){0};
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        const char *name = invocation_value(invocation, scopes[i].option);
        if (name == NULL) {
            continue;
        }
        if (out->kind != ID_NONE) {
            return invocation_fail(invocation, EXIT_USAGE, NULL,
                                   "a report is of one project, user or team");
        }
        struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
        const struct resolver resolver = {.view = &view};
        struct status status = resolve(&resolver, scopes[i].kind, bytes_of_string(name), out);
        status = failed(status) ? status : trouble;
        if (failed(status)) {
            return invocation_failed(invocation, status, NULL, name);
        }
        if (out->kind != scopes[i].kind) {
            return invocation_fail(invocation, EXIT_USAGE, NULL, "%.60s is no %s", name,
                                   scopes[i].option);
        }
    }
    return EXIT_DONE;
}

/* Of UTC whatever the zone of whoever asks: the same command is the same question everywhere. */
static enum exit_code read_wish(const struct invocation *invocation, struct report_wish *wish)
{
    struct invocation utc = *invocation;
    const char *period = invocation_value(invocation, "period");
    const char *state = invocation_value(invocation, "state");
    utc.zone = zone_utc();
    enum exit_code code =
        period == NULL ? EXIT_DONE : invocation_range_of(&utc, period, &wish->period);
    wish->state =
        state != NULL && strcmp(state, "final") == 0 ? REPORT_STATE_FINAL : REPORT_STATE_DRAFT;
    return code == EXIT_DONE ? invocation_moment(&utc, "at", (struct moment){0}, &wish->at) : code;
}

static struct status make_question(const struct report_wish *wish, struct engine *engine,
                                   struct report_question *out)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    TRY(log_snapshot_open(engine_log(engine), &log));
    return report_question_make(wish, log, out);
}

enum exit_code making_question(struct invocation *invocation, struct engine *engine,
                               const struct report_info *info, struct report_question *out)
{
    struct report_wish wish = {.info = info, .asked_us = invocation->now_utc_us};
    if (engine_state(engine) == NULL) {
        return invocation_fail(invocation, EXIT_INCOMPLETE, "run cairn rebuild as its owner",
                               "the store's state/ is missing or stale");
    }
    enum exit_code code = read_scope(invocation, engine, &wish.scope);
    code = code == EXIT_DONE ? read_wish(invocation, &wish) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = make_question(&wish, engine, out);
    if (status.code == STATUS_MALFORMED) {
        return invocation_fail(invocation, EXIT_USAGE, "`cairn report show` tells of it", "%s: %s",
                               info->name, status.why);
    }
    return failed(status) ? invocation_failed(invocation, status, NULL, info->name) : EXIT_DONE;
}

/* Rendering ------------------------------------------------------------------------------- */

static bool show_progress(void *context, uint64_t done, uint64_t total)
{
    const struct making *making = context;
    (void)done;
    (void)total;
    return invocation_interrupted(making->invocation);
}

static struct status hash_file(struct making *making)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    uint8_t piece[PIECE_SIZE];
    ssize_t size;
    TRY(hasher_open(&hasher));
    hash_start(hasher);
    making->size = 0;
    while ((size = pread(making->file, piece, sizeof piece, (off_t)making->size)) > 0) {
        hash_add(hasher, bytes_of(piece, (size_t)size));
        making->size += (uint64_t)size;
    }
    making->digest = hash_finish(hasher);
    return size < 0 ? FAIL(IO, (uint64_t)errno) : OK;
}

struct memory {
    uint8_t arena[AU_MEMORY + REPORT_ARENA];
    struct report_sink sink;
    struct output output;
};

static void free_memory(struct memory **memory)
{
    free(*memory);
}

static struct status render(struct making *making, const struct report_format *format)
{
    char program_memory[NAME_SIZE];
    struct text program = TEXT_IN(program_memory);
    CLEANUP(free_memory) struct memory *memory = malloc(sizeof *memory);
    if (memory == NULL) {
        return FAIL(NO_MEMORY, sizeof *memory);
    }
    making->file = memfd_create("report", MFD_CLOEXEC);
    if (making->file < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    struct arena arena = {.memory = memory->arena, .capacity = sizeof memory->arena};
    text_add(&program, "cairn %s", command_version());
    output_init(&memory->output, making->file);
    TRY(report_make(&(struct report_making){.engine = making->engine,
                                            .question = making->question,
                                            .format = format,
                                            .output = &memory->output,
                                            .sink = &memory->sink,
                                            .arena = &arena,
                                            .program = text_string(&program),
                                            .progress = show_progress,
                                            .progress_context = making},
                    &making->rows));
    return hash_file(making);
}

void making_close(struct making *making)
{
    if (making->file >= 0) {
        close(making->file);
    }
    making->file = -1;
}

enum exit_code making_render(struct making *making, const struct report_format *format)
{
    making->file = -1;
    struct status status = render(making, format);
    if (failed(status)) {
        making_close(making);
        return invocation_failed(making->invocation, status, NULL, making->question.info->name);
    }
    return EXIT_DONE;
}

/* Handing it out -------------------------------------------------------------------------- */

static struct status root_of(const struct making *making, struct digest *out)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    TRY(hasher_open(&hasher));
    TRY(log_snapshot_open(engine_log(making->engine), &log));
    struct tree_source source = log_tree_source(log);
    return tree_root_at(&source, hasher, making->question.size, out);
}

static struct status record(const struct making *making, const char *format)
{
    char memory[REPORT_LINE_SIZE], version_memory[NAME_SIZE], by_memory[NAME_SIZE];
    struct text parameters = TEXT_IN(memory), version = TEXT_IN(version_memory),
                by = TEXT_IN(by_memory);
    const struct report_question *question = &making->question;
    report_question_write(question, &parameters);
    text_put_u64(&version, question->info->version);
    operator_name(&by);
    union event_body body = {
        .audit_report_generated = {.report = bytes_of_string(question->info->name),
                                   .version = text_bytes(&version),
                                   .parameters = text_bytes(&parameters),
                                   .state = question->state,
                                   .size = question->size,
                                   .result = making->digest,
                                   .format = bytes_of_string(format),
                                   .by = text_bytes(&by)}};
    TRY(root_of(making, &body.audit_report_generated.root));
    TRY(engine_say(
        making->engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_REPORT_GENERATED, .on = {THE_LOG}, .on_count = 1, .body = &body}));
    return engine_flush(making->engine);
}

enum exit_code making_record(const struct making *making, const char *format)
{
    struct status status = record(making, format);
    if (status.code == STATUS_READ_ONLY) {
        return EXIT_DONE; /* store_open has said so */
    }
    return failed(status) ? invocation_failed(making->invocation, status, "nothing was written",
                                              "recording the report in the log")
                          : EXIT_DONE;
}

enum exit_code making_put(const struct making *making)
{
    uint8_t piece[PIECE_SIZE];
    uint64_t at = 0;
    while (at < making->size) {
        ssize_t size = pread(making->file, piece, sizeof piece, (off_t)at);
        if (size <= 0) {
            return invocation_failed(making->invocation, FAIL(IO, (uint64_t)errno), NULL,
                                     "reading the report");
        }
        output_put(making->invocation->output, piece, (size_t)size);
        at += (uint64_t)size;
    }
    return EXIT_DONE;
}

static struct status copy(const struct making *making, struct leaving_file *to)
{
    uint8_t piece[PIECE_SIZE];
    uint64_t at = 0;
    while (at < making->size) {
        ssize_t size = pread(making->file, piece, sizeof piece, (off_t)at);
        if (size <= 0) {
            return FAIL(IO, (uint64_t)errno);
        }
        TRY(leaving_file_put(to, bytes_of(piece, (size_t)size)));
        at += (uint64_t)size;
    }
    return OK;
}

enum exit_code making_save(const struct making *making, const char *format, const char *path)
{
    struct digest digest;
    CLEANUP(leaving_file_close) struct leaving_file *file = NULL;
    struct status status = leaving_file_open(path, &file);
    status = failed(status) ? status : copy(making, file);
    status = failed(status) ? status : leaving_file_end(file, &digest);
    if (failed(status)) {
        return invocation_failed(making->invocation, status, NULL, path);
    }
    enum exit_code code = making_record(making, format);
    if (code != EXIT_DONE) {
        return code;
    }
    status = leaving_file_name(file);
    return failed(status) ? invocation_failed(making->invocation, status, NULL, path) : EXIT_DONE;
}

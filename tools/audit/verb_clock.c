/* The clock, compared with what keeps it. */
#include "core/audit/declaration.h"
#include "reports/alerts/failure.h"
#include "reports/clock/chrony.h"
#include "tools/audit/giving.h"
#include "tools/audit/program.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <sys/timex.h>

enum {
    CHRONYC_TIMEOUT_S = 10,
    KERNEL_ERROR_MAX_US = 16000000, /* what the kernel says if it knows nothing */
};

struct comparison {
    struct clock_compared body;
    struct chrony chrony;
};

/* Asking ---------------------------------------------------------------------------------- */

static bool ask_chrony(const struct giving *giving, struct comparison *out)
{
    char memory[CHRONY_LINE_MAX + 2];
    struct text line = TEXT_IN(memory);
    const char *program = invocation_value(giving->invocation, "chronyc");
    const char *const arguments[] = {program == NULL ? "chronyc" : program, "-c", "-N", "tracking",
                                     NULL};
    int code = 0;
    enum program_end end = program_run(
        &(struct program){.arguments = arguments, .output = &line, .timeout_s = CHRONYC_TIMEOUT_S},
        &code);
    if (end != PROGRAM_DONE && !line.full) {
        return false;
    }
    struct status status = line.full ? FAIL_BECAUSE(LIMIT, CHRONY_LINE_MAX, "it says too much")
                                     : chrony_read(text_bytes(&line), &out->chrony);
    if (failed(status)) {
        invocation_note(giving->invocation, "note: what chronyc says cannot be read: %s",
                        status.why == NULL ? "too long" : status.why);
        return false;
    }
    const char *source = out->chrony.source;
    out->body =
        (struct clock_compared){.source = bytes_of_string(source[0] == '\0' ? "none" : source),
                                .synchronised = out->chrony.synchronised,
                                .offset_us = out->chrony.offset_us,
                                .behind = out->chrony.behind,
                                .has_error_us = true,
                                .error_us = out->chrony.error_us,
                                .has_stratum = true,
                                .stratum = out->chrony.stratum,
                                .tool = LITERAL("chronyc")};
    return true;
}

/* The kernel knows how far off it is, and not from what. */
static bool ask_kernel(struct comparison *out)
{
    struct timex timex = {.modes = 0};
    int state = adjtimex(&timex);
    if (state < 0) {
        return false;
    }
    uint64_t offset = (uint64_t)(timex.offset < 0 ? -timex.offset : timex.offset);
    bool known = timex.maxerror >= 0 && timex.maxerror < KERNEL_ERROR_MAX_US;
    out->body = (struct clock_compared){
        .source = LITERAL("kernel"),
        .synchronised = (timex.status & STA_UNSYNC) == 0 && state != TIME_ERROR,
        .offset_us = (timex.status & STA_NANO) != 0 ? (offset + 999) / 1000 : offset,
        .behind = timex.offset > 0, /* what is still to be added */
        .has_error_us = known,
        .error_us = known ? (uint64_t)timex.maxerror : 0,
        .tool = LITERAL("adjtimex")};
    return true;
}

/* Judging --------------------------------------------------------------------------------- */

/* What the clock is to be compared with, and how far it may be off, as declared. */
struct expected {
    bool has_source;
    struct bytes source;
    uint64_t tolerance_us;
};

static struct expected expected_of(const struct giving *giving)
{
    static const char *const objectives[] = {"3.3.7b", "3.3.7c"};
    struct expected expected = {.tolerance_us = FAILURE_TOLERANCE_US};
    struct declaration_row declaration;
    for (size_t i = 0; i < 2; i++) {
        if (!declaration_for(&giving->view, bytes_of_string(objectives[i]), &declaration)) {
            continue;
        }
        if (declaration.has_source && !expected.has_source) {
            expected.has_source = true;
            expected.source = declaration.source;
        }
        if (declaration.has_tolerance_us) {
            expected.tolerance_us = declaration.tolerance_us;
        }
    }
    return expected;
}

static const char *verdict_of(const struct clock_compared *body, const struct expected *expected)
{
    bool named = bytes_equal(body->tool, LITERAL("chronyc"));
    if (!body->synchronised) {
        return "not synchronised";
    }
    if (body->offset_us > expected->tolerance_us) {
        return "off by more than is tolerated";
    }
    return expected->has_source && named && !bytes_equal(expected->source, body->source)
               ? "kept by another source than declared"
               : "as it should be";
}

/* clang-format off */
static const struct column columns[] = {
    {"source",    NULL,           COLUMN_TEXT,    ALIGN_LEFT},
    {"verdict",   NULL,           COLUMN_TEXT,    ALIGN_LEFT},
    {"offset_us", "OFFSET US",    COLUMN_INTEGER, ALIGN_RIGHT},
    {"direction", NULL,           COLUMN_TEXT,    ALIGN_LEFT},
    {"tolerated", "TOLERATED US", COLUMN_INTEGER, ALIGN_RIGHT},
    {"error_us",  "ERROR US",     COLUMN_INTEGER, ALIGN_RIGHT},
    {"stratum",   NULL,           COLUMN_INTEGER, ALIGN_RIGHT},
    {"tool",      NULL,           COLUMN_TEXT,    ALIGN_LEFT},
    {"declared",  NULL,           COLUMN_TEXT,    ALIGN_LEFT},
    {"event",     NULL,           COLUMN_INTEGER, ALIGN_RIGHT},
};
/* clang-format on */

static struct status show(const struct giving *giving, const struct clock_compared *body,
                          const struct expected *expected, uint64_t event)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    const struct cell cells[] = {
        cell_text(body->source),
        cell_string(verdict_of(body, expected)),
        cell_number(body->offset_us),
        cell_string(body->offset_us == 0 ? "even"
                    : body->behind       ? "behind"
                                         : "ahead"),
        cell_number(expected->tolerance_us),
        body->has_error_us ? cell_number(body->error_us) : cell_absent(),
        body->has_stratum ? cell_number(body->stratum) : cell_absent(),
        cell_text(body->tool),
        expected->has_source ? cell_text(expected->source) : cell_absent(),
        cell_number(event),
    };
    invocation_rows(giving->invocation, &rows, &arena);
    TRY(rows_begin(&rows, columns, sizeof columns / sizeof columns[0]));
    TRY(rows_add(&rows, cells));
    return rows_flush(&rows);
}

static struct status record(const struct giving *giving, const struct clock_compared *compared,
                            uint64_t *event)
{
    const union event_body body = {.clock_compared = *compared};
    *event = log_head_of(engine_log(giving->engine))->size;
    TRY(engine_say(
        giving->engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_CLOCK_COMPARED, .on = {THE_LOG}, .on_count = 1, .body = &body}));
    return engine_flush(giving->engine);
}

static enum exit_code compare(struct giving *giving)
{
    struct comparison comparison = {0};
    uint64_t event = 0;
    if (!ask_chrony(giving, &comparison) && !ask_kernel(&comparison)) {
        return invocation_fail(giving->invocation, EXIT_INCOMPLETE,
                               "install chrony, or run where the kernel answers adjtimex",
                               "neither chrony nor the kernel says how the clock is kept");
    }
    const struct expected expected = expected_of(giving);
    struct status status = record(giving, &comparison.body, &event);
    status = failed(status) ? status : show(giving, &comparison.body, &expected, event);
    if (failed(status)) {
        return invocation_failed(giving->invocation, status, NULL, "clock compare");
    }
    bool good = strcmp(verdict_of(&comparison.body, &expected), "as it should be") == 0;
    return good ? EXIT_DONE : EXIT_NOTHING;
}

static enum exit_code run(struct invocation *invocation)
{
    return giving_run(invocation, STORE_WRITE, compare);
}

static const struct option_info options[] = {
    {"chronyc", 0, "FILE", "the program that asks chrony (chronyc)", false},
};

const struct verb verb_clock_compare = {
    .name = "clock compare",
    .about = "compare the clock with what keeps it, and log how far it is off",
    .details = "For cron. Asks chrony (chronyc -c tracking), and where there is none the kernel\n"
               "(adjtimex). What the clock is to be kept by and how far it may be off are as\n"
               "declared for 3.3.7b and 3.3.7c; one second, if nothing is. The exit code is 1 if\n"
               "it is not as it should be.",
    .examples = "cairn clock compare\ncairn clock compare --json",
    .purpose = PURPOSE_KEEP,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};

/* Alerts: raised by rules, told to contacts. */
#include "core/audit/alert.h"
#include "reports/alerts/check.h"
#include "reports/audit/desk.h"
#include "tools/audit/giving.h"
#include "tools/audit/telling.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/statvfs.h>

enum {
    DISK_PERCENT = 5, /* of the disk that should be free */
};

/* Scan ------------------------------------------------------------------------------------ */

static bool is_told_already(const struct giving *giving, const char *rule)
{
    struct open_alert_row open = {0};
    struct view_walk walk = view_walk_of(&giving->view, ROW_OPEN_ALERT, &open, 0);
    struct alert_row alert;
    while (view_walk_next(&walk, &open)) {
        if (alert_by_id(&giving->view, open.alert, &alert) &&
            bytes_equal(alert.rule, bytes_of_string(rule))) {
            return true;
        }
    }
    return false;
}

static struct status say_disk_is_low(const struct giving *giving, uint64_t percent)
{
    char memory[64];
    struct text detail = TEXT_IN(memory);
    text_add(&detail, "%" PRIu64 " percent free", percent);
    union event_body body = {.audit_failure = {.what = LITERAL("disk"),
                                               .since = engine_now(giving->engine),
                                               .has_detail = true,
                                               .detail = text_bytes(&detail)}};
    TRY(engine_say(
        giving->engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_FAILURE, .on = {THE_LOG}, .on_count = 1, .body = &body}));
    return engine_flush(giving->engine);
}

/* Too little room is a failure that has not happened yet. */
static enum exit_code check_disk(const struct giving *giving)
{
    struct statvfs disk;
    const char *store;
    uint64_t least = DISK_PERCENT;
    enum exit_code code =
        invocation_number(giving->invocation, "disk-free", (struct number_limits){0, 100}, &least);
    code = code == EXIT_DONE ? invocation_store(giving->invocation, &store) : code;
    if (code != EXIT_DONE || statvfs(store, &disk) != 0 ||
        disk.f_blocks == disk.f_bfree - disk.f_bavail) {
        return code;
    }
    uint64_t percent = (uint64_t)disk.f_bavail * 100 /
                       ((uint64_t)disk.f_blocks - disk.f_bfree + disk.f_bavail); /* as df counts */
    if (percent >= least || is_told_already(giving, "disk-low")) {
        return EXIT_DONE;
    }
    struct status status = say_disk_is_low(giving, percent);
    return failed(status) ? invocation_failed(giving->invocation, status, NULL, "the disk")
                          : EXIT_DONE;
}

static enum exit_code read_options(const struct giving *giving, struct alert_scan_options *options)
{
    const char *severity = invocation_value(giving->invocation, "severity");
    struct moment since;
    options->least = SEVERITY_MEDIUM;
    if (severity != NULL) {
        (void)severity_read(bytes_of_string(severity), &options->least);
    }
    enum exit_code code =
        invocation_moment(giving->invocation, "since", (struct moment){0}, &since);
    if (code == EXIT_DONE && since.kind == MOMENT_TIME) {
        return invocation_fail(giving->invocation, EXIT_USAGE, NULL,
                               "--since is a position here: seq:30377");
    }
    options->has_since = since.kind == MOMENT_POSITION;
    options->since = since.value;
    return code;
}

static struct status write_alerts(struct giving *giving, const struct alert_scan_outcome *outcome)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    giving->arena = ARENA_IN(giving->memory);
    struct view view = engine_view(giving->engine, UINT64_MAX, &giving->arena, &giving->trouble);
    invocation_rows(giving->invocation, &rows, &arena);
    const struct desk desk = {.engine = giving->engine, .view = &view, .rows = &rows};
    return desk_alerts_of(&desk, outcome->alerts, outcome->raised);
}

static enum exit_code finish(struct giving *giving, const struct alert_scan_outcome *outcome)
{
    struct telling telling = {.invocation = giving->invocation, .engine = giving->engine};
    struct status status = OK;
    if (!invocation_has(giving->invocation, "no-delivery")) {
        status = telling_run(&telling);
    }
    status = failed(status) ? status : write_alerts(giving, outcome);
    if (failed(status)) {
        return invocation_failed(giving->invocation, status, NULL, "telling of alerts");
    }
    invocation_note(giving->invocation,
                    "%" PRIu64 " alerts from events %" PRIu64 " to %" PRIu64 ", %" PRIu64
                    " known before; %" PRIu64 " messages sent, %" PRIu64 " not",
                    outcome->raised, outcome->from, outcome->to, outcome->known, telling.sent,
                    telling.failed);
    if (outcome->cut) {
        invocation_note(giving->invocation, "note: there may be more: run it again");
    }
    return telling.failed > 0 || outcome->cut ? EXIT_INCOMPLETE : EXIT_DONE;
}

static enum exit_code scan(struct giving *giving)
{
    char memory[64];
    struct text by = TEXT_IN(memory);
    void *room = malloc(ALERT_SCAN_MEMORY);
    struct alert_scan_outcome *outcome = calloc(1, sizeof *outcome);
    struct arena arena = {.memory = room, .capacity = room == NULL ? 0 : ALERT_SCAN_MEMORY};
    struct alert_scan_options options = {
        .engine = giving->engine, .arena = &arena, .now_utc_us = engine_now(giving->engine)};
    operator_name(&by);
    options.by = text_bytes(&by);
    enum exit_code code = read_options(giving, &options);
    code = code == EXIT_DONE ? check_disk(giving) : code;
    if (code == EXIT_DONE) {
        struct status status =
            outcome == NULL ? FAIL(NO_MEMORY, sizeof *outcome) : alert_scan(&options, outcome);
        code = failed(status) ? invocation_failed(giving->invocation, status, NULL, "scanning")
                              : finish(giving, outcome);
    }
    free(outcome);
    free(room);
    return code;
}

/* Without the log ------------------------------------------------------------------------- */

static enum exit_code tell_of_failure(struct giving *giving)
{
    struct telling telling = {.invocation = giving->invocation, .engine = giving->engine};
    struct status status = telling_unrecorded(
        &telling, LITERAL("The log cannot be written, and commands are refused"));
    invocation_note(giving->invocation,
                    "%" PRIu64 " contacts were told that the log cannot be written, %" PRIu64
                    " could not be",
                    telling.sent, telling.failed);
    return failed(status) ? invocation_failed(giving->invocation, status, NULL, "telling")
                          : EXIT_DONE;
}

/* Whether it is the log that fails: that another process writes to it is no failure. */
static bool log_fails(const struct invocation *invocation)
{
    const char *store;
    struct engine *engine = NULL;
    if (invocation_store(invocation, &store) != EXIT_DONE) {
        return false;
    }
    struct status status = engine_open(&(struct engine_options){.directory = store}, &engine);
    status = failed(status) ? status : engine_finish(engine);
    engine_close(&engine);
    return failed(status) && status.code != STATUS_IN_USE && status.code != STATUS_NOT_FOUND;
}

static enum exit_code run_scan(struct invocation *invocation)
{
    enum exit_code code = giving_run(invocation, STORE_WRITE, scan);
    bool may_fail = code == EXIT_IO || code == EXIT_INTEGRITY || code == EXIT_NOT_PERMITTED;
    if (may_fail && !invocation_has(invocation, "no-delivery") && log_fails(invocation)) {
        (void)giving_run(invocation, STORE_READ, tell_of_failure);
    }
    return code;
}

static const struct option_info scan_options[] = {
    {"severity", 0, "info|low|medium|high|critical", "raise none that are less severe (medium)",
     false},
    {"since", 0, "WHEN", "begin at seq:N (where the last scan ended)", false},
    {"disk-free", 0, "N", "percent of the disk that should be free (5)", false},
    {"no-delivery", 0, NULL, "tell nobody yet", false},
    SENDMAIL_OPTION,
};

const struct verb verb_alert_scan = {
    .name = "alert scan",
    .about = "hold the rules against what is new, and tell people",
    .details = "For cron. The rules are those of `cairn hints`, and those for failures of the\n"
               "audit itself: a verification that failed, a clock that stepped, tools that\n"
               "changed, a review that is overdue. An alert is raised once for the same events.\n"
               "Contacts are told by mail, webhook or syslog; what could not be sent is tried\n"
               "again by the next scan, and the exit code is 4. If the log itself cannot be\n"
               "written, every contact is told so, without a record.",
    .examples = "cairn alert scan\ncairn alert scan --severity low --no-delivery",
    .purpose = PURPOSE_KEEP,
    OPTIONS(scan_options),
    .guarded = true,
    .run = run_scan,
};

/* Check ----------------------------------------------------------------------------------- */

/* clang-format off */
static const struct column check_columns[] = {
    {"alert",    NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"severity", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"rule",     NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"verdict",  NULL, COLUMN_TEXT, ALIGN_LEFT},
};
/* clang-format on */

static struct status add_stray(void *context, const struct alert_stray *stray)
{
    char memory[48];
    struct text id = TEXT_IN(memory);
    id_write(&id, stray->alert);
    const struct cell cells[] = {cell_text(text_bytes(&id)),
                                 cell_string(severity_name(stray->severity)),
                                 cell_text(stray->rule), cell_string("does not follow")};
    return rows_add(context, cells);
}

static void tell_check(const struct giving *giving, const struct alert_check *check)
{
    invocation_note(giving->invocation,
                    "%" PRIu64 " alerts of %" PRIu64 " scans were derived again from %" PRIu64
                    " events, %" PRIu64 " do not follow; %" PRIu64 " tests",
                    check->alerts, check->scans, check->size, check->strays, check->tests);
    for (unsigned i = 0; i < SEVERITY_COUNT; i++) {
        if (check->left_out[i] > 0) {
            invocation_note(giving->invocation, "%" PRIu64 " findings of severity %s raised none",
                            check->left_out[i], severity_name((enum severity)i));
        }
    }
}

static enum exit_code check_alerts(struct giving *giving)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena row_arena = ARENA_IN(memory);
    struct rows rows;
    void *room = malloc(ALERT_CHECK_MEMORY);
    struct arena arena = {.memory = room, .capacity = room == NULL ? 0 : ALERT_CHECK_MEMORY};
    struct alert_check check = {
        .engine = giving->engine, .arena = &arena, .visit = add_stray, .context = &rows};
    invocation_rows(giving->invocation, &rows, &row_arena);
    struct status status =
        rows_begin(&rows, check_columns, sizeof check_columns / sizeof check_columns[0]);
    status = failed(status) ? status : alert_check_run(&check);
    status = failed(status) ? status : rows_flush(&rows);
    free(room);
    if (failed(status)) {
        return invocation_failed(giving->invocation, status, NULL, "checking");
    }
    tell_check(giving, &check);
    return check.strays > 0 ? EXIT_INTEGRITY : EXIT_DONE;
}

static enum exit_code run_check(struct invocation *invocation)
{
    return giving_run(invocation, STORE_READ, check_alerts);
}

const struct verb verb_alert_check = {
    .name = "alert check",
    .about = "derive all alerts again, and name those that do not follow",
    .details = "Each scan has logged which events it looked at. The same rules are held against\n"
               "them again: an alert that they do not find was raised by other rules than these,\n"
               "or made up, and the exit code is 3. What a scan was asked to leave out is counted.",
    .examples = "cairn alert check",
    .purpose = PURPOSE_PROVE,
    .guarded = true,
    .run = run_check,
};

/* Test ------------------------------------------------------------------------------------ */

/* clang-format off */
static const struct column test_columns[] = {
    {"alert",    NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"severity", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"contact",  NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"channel",  NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"address",  NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"sent",     NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"detail",   NULL, COLUMN_TEXT, ALIGN_LEFT},
};
/* clang-format on */

static struct status raise_test(struct giving *giving, enum severity severity, struct id *alert)
{
    const uint64_t because = log_head_of(engine_log(giving->engine))->size - 1;
    struct digest identity = alert_identity_of(&giving->view, LITERAL("test"), &because, 1);
    union event_body body = {.alert_raised = {.rule = LITERAL("test"),
                                              .severity = severity,
                                              .about = LITERAL("A test of who is told of alerts"),
                                              .because = &because,
                                              .because_count = 1,
                                              .identity = identity,
                                              .test = true}};
    TRY(engine_say(
        giving->engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_ALERT_RAISED, .on = {NEW(ID_ALERT)}, .on_count = 1, .body = &body}));
    TRY(engine_flush(giving->engine));
    giving->view = engine_view(giving->engine, UINT64_MAX, &giving->arena, &giving->trouble);
    return alert_known(&giving->view, &identity, alert) ? giving->trouble : FAIL(NOT_FOUND, 0);
}

static struct status tell_test(struct giving *giving, struct telling *telling)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    invocation_rows(giving->invocation, &rows, &arena);
    telling->rows = &rows;
    TRY(rows_begin(&rows, test_columns, sizeof test_columns / sizeof test_columns[0]));
    TRY(telling_run(telling));
    return rows_flush(&rows);
}

static enum exit_code test(struct giving *giving)
{
    struct telling telling = {.invocation = giving->invocation, .engine = giving->engine};
    const char *word = invocation_value(giving->invocation, "severity");
    enum severity severity = SEVERITY_CRITICAL;
    if (word != NULL) {
        (void)severity_read(bytes_of_string(word), &severity);
    }
    struct status status = raise_test(giving, severity, &telling.only);
    status = failed(status) ? status : tell_test(giving, &telling);
    if (failed(status)) {
        return invocation_failed(giving->invocation, status, NULL, "testing");
    }
    if (telling.sent + telling.failed == 0) {
        invocation_note(giving->invocation,
                        "nobody is told: cairn alert contact NAME mail|webhook|syslog ADDRESS");
        return EXIT_NOTHING;
    }
    return telling.failed > 0 ? EXIT_INCOMPLETE : EXIT_DONE;
}

static enum exit_code run_test(struct invocation *invocation)
{
    return giving_run(invocation, STORE_WRITE, test);
}

static const struct option_info test_options[] = {
    {"severity", 0, "info|low|medium|high|critical", "as severe as this (critical)", false},
    SENDMAIL_OPTION,
};

const struct verb verb_alert_test = {
    .name = "alert test",
    .about = "send a test alert to everybody who is told of alerts",
    .details = "What 3.3.4 (c) asks for: that people are reached is tried, and the log says so.\n"
               "They acknowledge it with `cairn alert acknowledge`.",
    .examples = "cairn alert test\ncairn alert test --severity low --json",
    .purpose = PURPOSE_KEEP,
    OPTIONS(test_options),
    .guarded = true,
    .run = run_test,
};

#include "reports/alerts/scan.h"
#include "schema/time.h"
#include "tools/demo/story.h"

#include <stdlib.h>

/* The audit's own work: what is declared and approved, reviews, and the case that comes of one. */

enum {
    DECLARING_DAY = 1, /* a Tuesday */
    REVIEW_DAY = 3,
    CASE_DAY = 10,
    EVIDENCE_MAX = TRUTH_COUNT,
};

static struct status come(struct stage *stage, enum who who)
{
    return stage_is_in(stage, who) ? OK : stage_login(stage, who, NO_PROJECT);
}

/* Declarations ---------------------------------------------------------------------------- */

struct declaring {
    const char *objective, *document;
    uint32_t period_days;
    const char *source;
};

static const struct declaring declarings[] = {
    {"3.3.1a", "AU-1 what is logged", 0, NULL}, {"3.3.1b", "AU-1 what is logged", 0, NULL},
    {"3.3.1e", "AU-2 retention", 2190, NULL},   {"3.3.2a", "AU-1 what is logged", 0, NULL},
    {"3.3.3a", "AU-3 reviews", 30, NULL},       {"3.3.4a", "AU-4 who is told", 0, NULL},
    {"3.3.4b", "AU-4 who is told", 0, NULL},    {"3.3.5a", "AU-3 reviews", 7, NULL},
    {"3.3.7b", "AU-5 time", 0, "chrony"},       {"3.3.8a", "AU-6 who reads", 0, "elin, noor, kofi"},
    {"3.3.8d", "AU-6 who reads", 0, NULL},      {"3.3.9a", "AU-7 who manages", 0, NULL},
};

static struct status declare(struct stage *stage, const struct declaring *declaring)
{
    static const struct bytes all[] = {{.data = (const uint8_t *)"*", .size = 1}};
    const struct bytes objective = bytes_of_string(declaring->objective);
    struct policy_declare declare = {.document = bytes_of_string(declaring->document),
                                     .version = LITERAL("2026-1"),
                                     .objective = &objective,
                                     .objective_count = 1,
                                     .effective = stage->now_us,
                                     .review_by = stage->now_us + 365 * SCRIPT_DAY_US,
                                     .has_period_days = declaring->period_days > 0,
                                     .period_days = declaring->period_days,
                                     .has_source = declaring->source != NULL,
                                     .kinds = all};
    uint64_t n;
    if (declare.has_source) {
        declare.source = bytes_of_string(declaring->source);
    }
    if (strcmp(declaring->objective, "3.3.7b") == 0) {
        declare.has_tolerance_us = true;
        declare.tolerance_us = TIME_SECOND_US;
    }
    declare.kinds_count = strcmp(declaring->objective, "3.3.1a") == 0;
    declare.digest = hash_bytes(stage->hasher, declare.document);
    TRY(stage_do(stage, ELIN, COMMAND_POLICY_DECLARE,
                 &(union command_fields){.policy_declare = declare}, &n));
    stage_pass(stage, 60);
    return stage_do(stage, NOOR, COMMAND_POLICY_APPROVE,
                    &(union command_fields){.policy_approve = {.declaration = {ID_DECLARATION, n}}},
                    NULL);
}

static struct status play_declaring(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    (void)item;
    TRY(come(stage, ELIN));
    TRY(come(stage, NOOR));
    for (size_t i = 0; i < sizeof declarings / sizeof declarings[0]; i++) {
        TRY(declare(stage, &declarings[i]));
    }
    return stage_do(
        stage, NOOR, COMMAND_ALERT_SET_CONTACT,
        &(union command_fields){.alert_set_contact = {.name = LITERAL("noor"),
                                                      .has_user = true,
                                                      .user = stage->people[NOOR].user,
                                                      .channel = ALERT_CHANNEL_MAIL,
                                                      .address = LITERAL("noor@northgate.example"),
                                                      .severity = SEVERITY_MEDIUM,
                                                      .active = true}},
        NULL);
}

/* Reviews --------------------------------------------------------------------------------- */

struct reviewing {
    enum review_about about;
    uint64_t from_us;
    struct bytes scope, note;
};

static struct status review(struct stage *stage, const struct reviewing *reviewing,
                            const struct id *folder)
{
    uint64_t n;
    TRY(stage_do(stage, ELIN, COMMAND_AUDIT_OPEN_REVIEW,
                 &(union command_fields){.audit_open_review = {.about = reviewing->about,
                                                               .from = reviewing->from_us,
                                                               .to = stage->now_us,
                                                               .has_scope = true,
                                                               .scope = reviewing->scope}},
                 &n));
    stage_pass(stage, 1500);
    return stage_do(
        stage, ELIN, COMMAND_AUDIT_SIGN_REVIEW,
        &(union command_fields){
            .audit_sign_review = {.review = {ID_REVIEW, n},
                                  .outcome = REVIEW_OUTCOME_NO_CHANGE,
                                  .note = reviewing->note,
                                  .has_folder = folder != NULL,
                                  .folder = folder == NULL ? (struct id){ID_NONE, 0} : *folder}},
        NULL);
}

static struct status play_review(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    (void)item;
    TRY(come(stage, ELIN));
    TRY(review(stage,
               &(struct reviewing){REVIEW_ABOUT_EVENTS, SCRIPT_AT(0, 6, 30),
                                   LITERAL("kinds of events that are logged"),
                                   LITERAL("all kinds are logged")},
               NULL));
    return review(stage,
                  &(struct reviewing){REVIEW_ABOUT_RECORDS, SCRIPT_AT(0, 6, 30),
                                      LITERAL("records of the week"),
                                      LITERAL("svc-inbox: an expired password, T-4397")},
                  NULL);
}

/* The case -------------------------------------------------------------------------------- */

static struct status add_evidence(struct script *script, struct id folder)
{
    uint64_t events[EVIDENCE_MAX];
    struct case_add add = {.folder = folder,
                           .events = events,
                           .has_why = true,
                           .why = LITERAL("the night of 9 March, and what led to it")};
    for (unsigned i = 0; i < TRUTH_COUNT; i++) {
        if (script->truth[i] != UINT64_MAX && strcmp(truth_part((enum truth)i), "herring") != 0) {
            events[add.events_count++] = script->truth[i];
        }
    }
    return stage_do(script->stage, ELIN, COMMAND_CASE_ADD, &(union command_fields){.case_add = add},
                    NULL);
}

static struct status play_case(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    struct id folder = {ID_CASE, 0};
    (void)item;
    TRY(come(stage, ELIN));
    TRY(stage_do(stage, ELIN, COMMAND_CASE_CREATE,
                 &(union command_fields){
                     .case_create = {.name = LITERAL("INC-2026-004"),
                                     .has_about = true,
                                     .about = LITERAL("1.9 GB through the licence tunnel")}},
                 &folder.n));
    TRY(add_evidence(script, folder));
    TRY(stage_do(stage, ELIN, COMMAND_CASE_NOTE,
                 &(union command_fields){
                     .case_note = {.folder = folder,
                                   .text = LITERAL("DUA-7 of ren was carried over in bulk, without "
                                                   "evidence; T-4402 is ada's. What left is as "
                                                   "large as libflex_cache.tar.")}},
                 NULL));
    TRY(stage_do(stage, ELIN, COMMAND_CASE_HOLD,
                 &(union command_fields){.case_hold = {.folder = folder}}, NULL));
    return review(stage,
                  &(struct reviewing){REVIEW_ABOUT_RECORDS, SCRIPT_AT(REVIEW_DAY, 12, 0),
                                      LITERAL("records of the week"), LITERAL("INC-2026-004")},
                  &folder);
}

/* Alerts ---------------------------------------------------------------------------------- */

static struct status scan(struct stage *stage, struct alert_scan_outcome *outcome, void *memory)
{
    struct arena arena = {.memory = memory, .capacity = ALERT_SCAN_MEMORY};
    TRY(stage_run(stage));
    TRY(import_flush(stage->import));
    return alert_scan(&(struct alert_scan_options){.engine = stage->engine,
                                                   .arena = &arena,
                                                   .least = SEVERITY_MEDIUM,
                                                   .by = LITERAL("cairnd"),
                                                   .now_utc_us = stage->now_us},
                      outcome);
}

/* The rules are held against what is new; whoever is to be told has mail, which is not in here. */
static struct status play_scan(struct script *script, const struct script_item *item)
{
    struct alert_scan_outcome *outcome = calloc(1, sizeof *outcome);
    void *memory = malloc(ALERT_SCAN_MEMORY);
    struct status status = outcome == NULL || memory == NULL ? FAIL(NO_MEMORY, ALERT_SCAN_MEMORY)
                                                             : scan(script->stage, outcome, memory);
    (void)item;
    free(memory);
    free(outcome);
    return status;
}

/* What turned out to be nothing, by what it rests on. */
static const struct {
    enum truth truth;
    const char *note;
} explained[] = {
    {TRUTH_SCRIPT_FIRST, "an expired password, T-4397"},
    {TRUTH_SPRAY_FIRST, "guessed from outside; nobody got in"},
    {TRUTH_DISK_UNASKED, "a rescue disk, attached by hand, T-4433"},
};

static const char *explanation(const struct script *script, const struct alert_row *alert)
{
    for (size_t i = 0; i < sizeof explained / sizeof explained[0]; i++) {
        for (size_t k = 0; k < alert->because_count; k++) {
            if (alert->because[k] == script->truth[explained[i].truth]) {
                return explained[i].note;
            }
        }
    }
    return NULL;
}

static struct status look_into(struct script *script, const struct alert_row *alert)
{
    const char *note = explanation(script, alert);
    if (note != NULL) {
        return stage_ask(script->stage, ELIN, COMMAND_ALERT_CLOSE,
                         &(union command_fields){.alert_close = {.alert = alert->alert,
                                                                 .has_note = true,
                                                                 .note = bytes_of_string(note)}});
    }
    return alert->has_acknowledged
               ? OK
               : stage_ask(script->stage, ELIN, COMMAND_ALERT_ACKNOWLEDGE,
                           &(union command_fields){
                               .alert_acknowledge = {.alert = alert->alert,
                                                     .has_note = true,
                                                     .note = LITERAL("INC-2026-004")}});
}

/* Whoever reviews goes through what is open. */
static struct status play_alerts(struct script *script, const struct script_item *item)
{
    struct alert_row row;
    struct status trouble = OK;
    (void)item;
    TRY(come(script->stage, ELIN));
    struct view view = world_view(script->world, &trouble);
    struct view_walk walk = view_walk_of(&view, ROW_ALERT, &row, 0);
    while (view_walk_next(&walk, &row)) {
        TRY(row.has_closed ? OK : look_into(script, &row));
    }
    TRY(trouble);
    return stage_run(script->stage);
}

/* The clock ------------------------------------------------------------------------------- */

static struct status play_clock(struct script *script, const struct script_item *item)
{
    struct stage *stage = script->stage;
    const union event_body body = {.clock_compared = {.source = LITERAL("chrony"),
                                                      .synchronised = true,
                                                      .offset_us = 20 + stage_random(stage, 300),
                                                      .behind = item->value % 2 == 0,
                                                      .has_error_us = true,
                                                      .error_us = 900 + stage_random(stage, 400),
                                                      .has_stratum = true,
                                                      .stratum = 3,
                                                      .tool = LITERAL("chronyc")}};
    TRY(stage_run(stage));
    return engine_say(
        stage->engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_CLOCK_COMPARED, .on = {THE_LOG}, .on_count = 1, .body = &body});
}

/* A scan reads a month behind it: one for each day would cost more than all the rest. */
static bool scans_on(uint32_t day)
{
    return day == REVIEW_DAY || day == TUESDAY || day == CASE_DAY || day == SCRIPT_DAYS - 1;
}

/* The plan -------------------------------------------------------------------------------- */

struct status office_plan(struct script *script, uint32_t day)
{
    for (uint32_t hour = 0; hour < 24; hour += 6) {
        TRY(script_add(script, SCRIPT_AT(day, 6, 10) + hour * UINT64_C(3600000000) / 2, play_clock,
                       0, hour / 6));
    }
    TRY(scans_on(day) ? script_add(script, SCRIPT_AT(day, 7, 5), play_scan, 0, 0) : OK);
    switch (day) {
    case DECLARING_DAY:
        return script_add(script, SCRIPT_AT(day, 10, 20), play_declaring, 0, 0);
    case REVIEW_DAY:
        TRY(script_add(script, SCRIPT_AT(day, 10, 52), play_alerts, 0, 0));
        return script_add(script, SCRIPT_AT(day, 11, 0), play_review, 0, 0);
    case CASE_DAY:
        TRY(script_add(script, SCRIPT_AT(day, 10, 40), play_case, 0, 0));
        return script_add(script, SCRIPT_AT(day, 11, 20), play_alerts, 0, 0);
    default:
        return OK;
    }
}

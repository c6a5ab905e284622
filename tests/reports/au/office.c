#include "tests/reports/au/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void office_begin(struct office *office)
{
    static const char *const managers[] = {"mia", "max"};
    office->arena = (struct arena){.memory = malloc(AU_MEMORY), .capacity = AU_MEMORY};
    office->random = 3;
    assert_non_null(office->arena.memory);
    enclave_begin(&office->enclave);
    enclave_pass(&office->enclave, REPORTING_LATER);
    for (size_t i = 0; i < 2; i++) {
        enclave_user(&office->enclave, managers[i], USER_ROLE_USER);
        enclave_must(&office->enclave, "ada", COMMAND_AUDIT_SET_MANAGER,
                     &(union command_fields){
                         .audit_set_manager = {.user = enclave_id(&office->enclave, managers[i]),
                                               .added = true,
                                               .reason = LITERAL("named")}});
    }
    for (size_t i = 0; i < 2; i++) {
        enclave_login(&office->enclave, managers[i]);
    }
}

void office_end(struct office *office)
{
    enclave_end(&office->enclave);
    free(office->arena.memory);
}

void office_say(struct office *office, enum event_kind kind, const struct id on,
                const union event_body *body)
{
    must(engine_say(office->enclave.engine, VOICE_AUDIT,
                    &(struct draft){.kind = kind, .on = {on}, .on_count = 1, .body = body}));
    must(engine_flush(office->enclave.engine));
}

/* Assessing ------------------------------------------------------------------------------- */

const struct au_assessment *office_assess_at(struct office *office, uint64_t size, uint64_t now_us)
{
    const struct au_assessment *assessment;
    const struct au_question question = {
        .from_us = 0, .until_us = now_us + 1, .now_us = now_us, .size = size};
    arena_reset(&office->arena);
    must(au_assess(office->enclave.engine, &question, &office->arena, &assessment));
    return assessment;
}

const struct au_assessment *office_assess(struct office *office)
{
    return office_assess_at(office, enclave_size(&office->enclave),
                            office->enclave.scratch.clock_us);
}

const struct au_judgement *office_judgement(struct office *office, enum objective objective)
{
    return &office_assess(office)->objectives[objective].judgement;
}

void assert_unsatisfied(struct office *office, enum objective objective, const char *reason)
{
    const struct au_judgement *found = office_judgement(office, objective);
    if (found->satisfied || strstr(found->reason, reason) == NULL) {
        fail_msg("%s: %s", objective_infos[objective].id, found->reason);
    }
}

void assert_satisfied(struct office *office, enum objective objective)
{
    const struct au_judgement *found = office_judgement(office, objective);
    if (!found->satisfied) {
        fail_msg("%s: %s", objective_infos[objective].id, found->reason);
    }
}

/* Acts ------------------------------------------------------------------------------------ */

struct id office_declare(struct office *office, enum objective objective,
                         struct policy_declare more, uint64_t days)
{
    struct bytes id = bytes_of_string(objective_infos[objective].id);
    uint64_t now = office->enclave.scratch.clock_us;
    more.document = LITERAL("policy.pdf");
    more.version = more.version.size == 0 ? LITERAL("7") : more.version;
    more.objective = &id;
    more.objective_count = 1;
    more.effective = now;
    more.review_by = now + days * DAY_US;
    return (struct id){ID_DECLARATION,
                       enclave_must(&office->enclave, "mia", COMMAND_POLICY_DECLARE,
                                    &(union command_fields){.policy_declare = more})};
}

void office_approve(struct office *office, struct id declaration)
{
    enclave_must(&office->enclave, "max", COMMAND_POLICY_APPROVE,
                 &(union command_fields){.policy_approve = {.declaration = declaration}});
}

void office_declare_approved(struct office *office, enum objective objective,
                             struct policy_declare more)
{
    office_approve(office, office_declare(office, objective, more, 200));
}

/* Time goes by; sessions end, and are opened anew. */
void office_pass_days(struct office *office, uint64_t days)
{
    enclave_pass(&office->enclave, days * 86400);
    enclave_login(&office->enclave, "ada");
    enclave_login(&office->enclave, "mia");
    enclave_login(&office->enclave, "max");
}

struct id office_review(struct office *office, enum review_about about, enum review_outcome outcome)
{
    uint64_t now = office->enclave.scratch.clock_us;
    const struct bytes findings[] = {LITERAL("some kinds are missing")};
    struct id opened = {ID_REVIEW, enclave_must(&office->enclave, "mia", COMMAND_AUDIT_OPEN_REVIEW,
                                                &(union command_fields){
                                                    .audit_open_review = {.about = about,
                                                                          .from = now - DAY_US,
                                                                          .to = now - 1000000}})};
    struct audit_sign_review fields = {
        .review = opened, .outcome = outcome, .note = LITERAL("looked at")};
    if (outcome == REVIEW_OUTCOME_CHANGE) {
        fields.findings = findings;
        fields.findings_count = 1;
        fields.has_due = true;
        fields.due = now + 5 * DAY_US;
    }
    enclave_must(&office->enclave, "mia", COMMAND_AUDIT_SIGN_REVIEW,
                 &(union command_fields){.audit_sign_review = fields});
    return opened;
}

void office_compare_clock(struct office *office, uint64_t offset_us, bool synchronised)
{
    office_say(office, EVENT_CLOCK_COMPARED, THE_LOG,
               &(union event_body){.clock_compared = {.source = LITERAL("time.example.org"),
                                                      .synchronised = synchronised,
                                                      .offset_us = offset_us,
                                                      .tool = LITERAL("kernel")}});
}

void office_verified(struct office *office, uint64_t findings)
{
    office_say(office, EVENT_AUDIT_VERIFIED, THE_LOG,
               &(union event_body){.audit_verified = {.size = enclave_size(&office->enclave),
                                                      .findings = findings,
                                                      .by = LITERAL("tester")}});
}

struct id office_raise(struct office *office, enum severity severity, bool test)
{
    uint64_t n = enclave_size(&office->enclave);
    struct digest identity = {{(uint8_t)n, (uint8_t)(n >> 8)}};
    office_say(office, EVENT_ALERT_RAISED, (struct id){ID_ALERT, ID_NEW},
               &(union event_body){.alert_raised = {.rule = LITERAL("test"),
                                                    .severity = severity,
                                                    .about = LITERAL("a test"),
                                                    .identity = identity,
                                                    .test = test}});
    return (struct id){ID_ALERT, n};
}

void office_deliver(struct office *office, struct id alert, bool ok)
{
    office_say(office, EVENT_ALERT_DELIVERED, alert,
               &(union event_body){.alert_delivered = {.contact = LITERAL("desk"),
                                                       .channel = ALERT_CHANNEL_MAIL,
                                                       .ok = ok}});
}

void office_acknowledge(struct office *office, struct id alert)
{
    enclave_must(&office->enclave, "mia", COMMAND_ALERT_ACKNOWLEDGE,
                 &(union command_fields){.alert_acknowledge = {.alert = alert}});
}

void office_measure(struct office *office, const struct bytes *tools, size_t count)
{
    struct digest digest = {{(uint8_t)count, tools[0].data[tools[0].size - 6]}};
    office_say(office, EVENT_AUDIT_TOOLS_MEASURED, THE_LOG,
               &(union event_body){.audit_tools_measured = {.tools = tools,
                                                            .tools_count = count,
                                                            .digest = digest,
                                                            .by = LITERAL("tester")}});
}

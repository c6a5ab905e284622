/*
 * tests/reports/au/office.h -- an enclave with two audit managers, and what assessments rest on.
 *
 * Shape    `mia` declares, reviews and acknowledges; `max` approves. What the engine says by itself
 *          (clocks, tools, alerts, verifications) is said here for it.
 */
#ifndef TESTS_REPORTS_AU_OFFICE_H
#define TESTS_REPORTS_AU_OFFICE_H

#include "reports/au/judge.h"
#include "tests/reports/reporting.h"
#include "tests/support/enclave.h"

#define DAY_US (UINT64_C(86400) * 1000000)

struct office {
    struct enclave enclave;
    struct arena arena;
    uint64_t random;
};

void office_begin(struct office *office);
void office_end(struct office *office);
void office_say(struct office *office, enum event_kind kind, const struct id on,
                const union event_body *body);
const struct au_assessment *office_assess_at(struct office *office, uint64_t size, uint64_t now_us);
const struct au_assessment *office_assess(struct office *office);
const struct au_judgement *office_judgement(struct office *office, enum objective objective);
void assert_unsatisfied(struct office *office, enum objective objective, const char *reason);
void assert_satisfied(struct office *office, enum objective objective);
struct id office_declare(struct office *office, enum objective objective,
                         struct policy_declare more, uint64_t days);
void office_approve(struct office *office, struct id declaration);
void office_declare_approved(struct office *office, enum objective objective,
                             struct policy_declare more);
void office_pass_days(struct office *office, uint64_t days);
struct id office_review(struct office *office, enum review_about about,
                        enum review_outcome outcome);
void office_compare_clock(struct office *office, uint64_t offset_us, bool synchronised);
void office_verified(struct office *office, uint64_t findings);
struct id office_raise(struct office *office, enum severity severity, bool test);
void office_deliver(struct office *office, struct id alert, bool ok);
void office_acknowledge(struct office *office, struct id alert);
void office_measure(struct office *office, const struct bytes *tools, size_t count);

#endif

#include "reports/report_list.h"

/* Waiting for a context of the enclave that is not there yet. */
#define WAITING(member, reports, titles, abouts, controls, contexts)   \
    static const struct report_info member = {.name = (reports),       \
                                              .title = (titles),       \
                                              .about = (abouts),       \
                                              .version = 1,            \
                                              .scopes = REPORT_GLOBAL, \
                                              .serves = (controls),    \
                                              .waits = (contexts)}

WAITING(escrow, "escrow", "Escrow", "Keys deposited, and every recovery of one.", "3.13.10",
        "the context of escrow");
WAITING(batch_accounting, "batch-accounting", "Batch accounting",
        "Jobs of each project: what they took and what they ran on.", "3.1.2, 3.3.2",
        "the context of batch jobs");

/* In the order of the list that people see. */
static const struct report_info *const all[] = {
    &report_au_assessment,
    &report_effectiveness,
    &report_au_3_3_1,
    &report_au_3_3_2,
    &report_au_3_3_3,
    &report_au_3_3_4,
    &report_au_3_3_5,
    &report_au_3_3_6,
    &report_au_3_3_7,
    &report_au_3_3_8,
    &report_au_3_3_9,
    &report_access_review,
    &report_membership_history,
    &report_certification_status,
    &report_dormant,
    &report_accounts,
    &report_logons,
    &report_failed,
    &report_privileged,
    &report_denials,
    &report_declassification,
    &report_ingress,
    &report_egress,
    &report_access,
    &report_keys,
    &report_configuration,
    &report_log_integrity,
    &report_coverage,
    &report_auditors,
    &report_alerts,
    &report_reviews,
    &report_incident,
    &report_clock,
    &report_evidence,
    &report_drive_custody,
    &report_vm_exposure,
    &escrow,
    &batch_accounting,
    &report_host_state,
    &report_reconciliation,
};

const struct report_list report_list = {all, sizeof all / sizeof all[0]};

/*
 * reports/report_list.h -- the reports there are, each in a file of its own family.
 */
#ifndef REPORTS_REPORT_LIST_H
#define REPORTS_REPORT_LIST_H

#include "reports/report.h"

/* reports/operational/ */
extern const struct report_info report_access_review, report_membership_history,
    report_certification_status, report_dormant, report_accounts, report_logons, report_failed,
    report_privileged, report_denials, report_declassification, report_ingress, report_egress,
    report_keys, report_log_integrity, report_coverage, report_auditors, report_alerts,
    report_reviews, report_clock, report_evidence, report_access, report_incident,
    report_configuration, report_drive_custody, report_vm_exposure, report_host_state,
    report_reconciliation;

/* reports/au/ */
extern const struct report_info report_au_assessment, report_effectiveness, report_au_3_3_1,
    report_au_3_3_2, report_au_3_3_3, report_au_3_3_4, report_au_3_3_5, report_au_3_3_6,
    report_au_3_3_7, report_au_3_3_8, report_au_3_3_9;

struct report_list {
    const struct report_info *const *reports;
    size_t count;
};

extern const struct report_list report_list;

#endif

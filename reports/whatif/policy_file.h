/*
 * reports/whatif/policy_file.h -- other rules than those in force, from a file that people write.
 *
 * Shape    JSON, every member of which may be left out:
 *
 *            { "rules": { "CLS-02a": "off" },
 *              "settings": { "mfa_life": 900, "command_age": 60, "session_life": 28800 },
 *              "grants": "at_once" | "next_login",
 *              "revocations": "at_once" | "next_login",
 *              "pi_only_declassification": true,
 *              "two_man_export": true,
 *              "key_mfa_age": 900 }
 *
 *          Settings are in seconds and named as in system.change_setting. The last three ask for
 *          more than any rule in force does (reports/whatif/added.h).
 * Errors   MALFORMED, with line, column and reason in the error: what is not JSON, a member, rule,
 *          setting or word that there is not, a rule that cannot be off (core/policy.h), a number
 *          out of its bounds. Grants at once with revocations at the next login are refused:
 *          together they would leave a session the best of both.
 * Limits   POLICY_FILE_MAX bytes.
 */
#ifndef REPORTS_WHATIF_POLICY_FILE_H
#define REPORTS_WHATIF_POLICY_FILE_H

#include "core/policy.h"

enum {
    POLICY_FILE_MAX = 64 << 10,    /* bytes */
    POLICY_SECONDS_MAX = 31622400, /* of a setting: a leap year */
};

struct whatif_policy {
    struct policy policy;
    bool pi_only_declassification;
    bool two_man_export;
    uint64_t key_mfa_age; /* seconds; 0: not asked for */
};

struct policy_error {
    uint32_t line, column; /* from 1; 0: of the file as a whole */
    char reason[240];
};

/* *out is filled on success, *error when it fails. */
MUST_CHECK struct status policy_file_read(struct bytes text, struct whatif_policy *out,
                                          struct policy_error *error);

#endif

/*
 * tools/import/auditd_meaning.h -- what an audit event says: who, from where, what, and whether it
 * went well; private to tools/import.
 *
 * Shape    action   The type of its first line that is more than SYSCALL or an auxiliary line, then
 *                   `op`; for SYSCALL the system call's name; for AVC what was denied.
 *          user     `acct`, which is decisive even if unknown; else the login user (auid); else, in
 *                   a login, `id`; else uid. By name where the record is enriched, or "uid:N".
 *          address  `addr`; else `hostname` if it is an address; else the socket address. Never
 *                   0.0.0.0 or ::.
 *          outcome  DENIED: an AVC denial that was enforced, or a call that failed with EPERM or
 *                   EACCES. FAILED: any other `res` or `success` that says so.
 */
#ifndef TOOLS_IMPORT_AUDITD_MEANING_H
#define TOOLS_IMPORT_AUDITD_MEANING_H

#include "tools/import/record.h"
#include "tools/import/terms.h"

/* `raw` is the lines of one event, joined by LF, each of them with a stamp. Fills in the terms and
 * the outcome. */
void audit_explain(struct bytes raw, struct terms *terms, struct import_record *record);

#endif

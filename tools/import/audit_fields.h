/*
 * tools/import/audit_fields.h -- the name=value fields of one audit line; private to tools/import.
 *
 * Shape    Values are bare, in double quotes, or a message in single quotes, whose fields follow as
 *          if they were the line's own. Words without `=` are passed over. What follows a group
 *          separator (0x1d) was added by auditd, not by the kernel or a program.
 */
#ifndef TOOLS_IMPORT_AUDIT_FIELDS_H
#define TOOLS_IMPORT_AUDIT_FIELDS_H

#include "schema/bytes.h"

struct audit_fields {
    struct bytes rest;
    bool enriched; /* behind the separator */
};

struct audit_field {
    struct bytes name, value;
    bool quoted;
    bool enriched;
};

/* The next field, lent from the line; false at the end. */
bool audit_fields_next(struct audit_fields *fields, struct audit_field *out);

/* For a bare value that some programs write with blanks in it (`op=change password id=5`): extends
 * the value over the words behind it that have no `=`. */
void audit_fields_extend(struct audit_fields *fields, struct audit_field *field);

#endif

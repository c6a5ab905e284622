/*
 * auditd/vmc/acl.h -- who may do what in a directory of a machine: POSIX access lists.
 *
 * Shape    The directory is root's own; each of those named has what is said, others nothing. What
 *          is made in it inherits the list. The list is set on the directory and on what is in it
 *          already, links not followed, devices not entered.
 * Errors   IO with errno; LIMIT: the tree is deeper than ACL_DEPTH_MAX.
 * Source   acl(5); domain.md VM-10.
 */
#ifndef AUDITD_VMC_ACL_H
#define AUDITD_VMC_ACL_H

#include "schema/status.h"

#include <stddef.h>

enum {
    ACL_DEPTH_MAX = 128,
};

struct acl_entry {
    uint32_t uid;
    bool read, write; /* to read is to enter, too */
};

/* The directory alone: others have no more than `enter` (x) says. */
MUST_CHECK struct status acl_set_root(const char *path, const struct acl_entry *entries,
                                      size_t count, bool enter);
/* The directory and all that is in it. */
MUST_CHECK struct status acl_set_tree(const char *path, const struct acl_entry *entries,
                                      size_t count);

#endif

/*
 * auditd/watcher/normal.h -- a domain's description, less what changes by itself, as a hash.
 *
 * Shape    Two descriptions, of what runs and of what is defined, one hash. Left out of what runs:
 *          disks and interfaces, which are compared one by one, controllers, which come with them,
 *          the memory that a guest has just now, and whether somebody listens at a channel.
 *          Libvirt writes one element a line, indented by its depth; so lines are enough. A
 *          description with a comment or a CDATA section, in which a line may look like an element,
 *          is taken as it is.
 * Source   libvirt.org/formatdomain.html; domain.md HST-05.
 */
#ifndef AUDITD_WATCHER_NORMAL_H
#define AUDITD_WATCHER_NORMAL_H

#include "store/hash.h"

struct digest normal_hash(struct hasher *hasher, struct bytes running, struct bytes defined);

#endif

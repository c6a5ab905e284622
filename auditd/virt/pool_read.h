/*
 * auditd/virt/pool_read.h -- libvirt's descriptions of pools and volumes, read as far as asked for.
 *
 * Errors   MALFORMED: no pool or volume; LIMIT: a path or format longer than here.
 * Source   libvirt.org/formatstorage.html.
 */
#ifndef AUDITD_VIRT_POOL_READ_H
#define AUDITD_VIRT_POOL_READ_H

#include "schema/bytes.h"

struct pool_seen {
    char path[4096]; /* empty: none */
};

struct volume_seen {
    char path[4096];
    char format[64];    /* empty: unknown */
    char backing[4096]; /* the path of what lies below; empty: nothing does */
};

MUST_CHECK struct status pool_read(struct bytes xml, struct pool_seen *out);
MUST_CHECK struct status volume_read(struct bytes xml, struct volume_seen *out);

#endif

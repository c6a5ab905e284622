/*
 * auditd/watcher/qcow2.h -- the head of a qcow2 file: how big it looks, and what lies below it.
 *
 * Shape    From the first bytes of a file, QCOW2_HEAD_MAX or as many as there are.
 * Memory   The name is lent from the bytes.
 * Errors   MALFORMED: none, or one whose head contradicts itself; VERSION: another version than 2
 *          and 3.
 * Limits   A name of 1 to 1023 bytes, as qemu has it, within the head.
 * Source   qemu docs/interop/qcow2.txt.
 */
#ifndef AUDITD_WATCHER_QCOW2_H
#define AUDITD_WATCHER_QCOW2_H

#include "schema/bytes.h"
#include "schema/status.h"

enum {
    QCOW2_HEAD_MAX = 64 << 10, /* bytes */
    QCOW2_NAME_MAX = 1023,
};

struct qcow2_head {
    uint64_t size;        /* as a guest sees it */
    struct bytes backing; /* empty: nothing lies below */
    bool has_data_file;   /* its bytes are in yet another file */
};

MUST_CHECK struct status qcow2_read(struct bytes head, struct qcow2_head *out);

#endif

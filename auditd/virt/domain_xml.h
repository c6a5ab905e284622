/*
 * auditd/virt/domain_xml.h -- what is asked of libvirt, as XML.
 *
 * Shape    A plan says what a domain, disk, pool or volume is to be; the writer says it in XML that
 *          libvirt's schema takes, and that auditd/virt/domain_read.h reads back the same.
 *          Machines have what they need: a disk to boot from, drives, media, one channel to their
 *          controller. No interface, no graphics, nothing else that leads out.
 * Errors   MALFORMED: a text that XML cannot say (not UTF-8, or with characters that no escape
 *          stands for); LIMIT: no room in `out`.
 * Source   libvirt.org/formatdomain.html, formatstorage.html; W3C XML 1.0 2.2.
 */
#ifndef AUDITD_VIRT_DOMAIN_XML_H
#define AUDITD_VIRT_DOMAIN_XML_H

#include "schema/text.h"

enum {
    PLAN_DISKS_MAX = 64,
    PLAN_XML_MAX = 512 << 10, /* bytes that are enough for any plan */
    PLAN_TARGET_SIZE = 8,     /* vdaaa */
};

/* A text within an element or an attribute. False if XML has no way to say it. */
MUST_CHECK bool xml_put(struct text *out, struct bytes text);

struct disk_plan {
    const char *alias;
    const char *serial;
    struct bytes path;
    const char *format; /* raw, qcow2 */
    bool read_only;
    bool cdrom;        /* on the bus that lets media come and go; always read-only */
    unsigned position; /* 0: vda; of a medium, 0: sda */
    bool ours;         /* its file has the owner and the group that it needs: not to be changed */
};

struct domain_plan {
    const char *type; /* kvm, qemu, test */
    const char *name;
    const char *uuid;
    uint64_t vm, run, request;
    struct bytes title; /* what people call it */
    uint64_t memory_mib, cores;
    struct bytes kernel, initrd, arguments; /* empty: it boots from its disk */
    struct bytes socket;                    /* of its controller; empty: it has none */
    const struct disk_plan *disks;
    size_t disk_count;
};

MUST_CHECK struct status domain_xml(const struct domain_plan *plan, struct text *out);
/* A disk alone, to be attached or detached. */
MUST_CHECK struct status disk_xml(const struct disk_plan *plan, struct text *out);

/* What a directory or file is to belong to. */
struct owner_plan {
    bool known; /* else whoever makes it */
    uint64_t uid, gid;
};

MUST_CHECK struct status pool_xml(const char *name, struct bytes path,
                                  const struct owner_plan *owner, struct text *out);

struct volume_plan {
    const char *name;
    const char *format;
    uint64_t capacity;  /* bytes */
    struct bytes below; /* the path of what it is a layer on; empty: of nothing */
    const char *below_format;
    struct owner_plan owner;
};
MUST_CHECK struct status volume_xml(const struct volume_plan *plan, struct text *out);

/* vda, vdb, ... vdz, vdaa, ...: what the position-th disk of a bus is called. */
void disk_target(const char *prefix, unsigned position, char out[static PLAN_TARGET_SIZE]);

#endif

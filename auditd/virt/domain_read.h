/*
 * auditd/virt/domain_read.h -- libvirt's description of a domain, read as far as anybody here asks.
 *
 * Shape    What the domain is called, what our own metadata in it says, and which devices lead out
 *          of it: disks, interfaces, channels, and a count of every other kind of device by which
 *          it could reach the host.
 * Memory   Texts are lent from the arena.
 * Errors   MALFORMED: no domain; LIMIT: more devices than below, or beyond the limits of
 *          auditd/virt/xml.h; NO_MEMORY: the arena is full.
 * Source   libvirt.org/formatdomain.html.
 */
#ifndef AUDITD_VIRT_DOMAIN_READ_H
#define AUDITD_VIRT_DOMAIN_READ_H

#include "schema/arena.h"

enum {
    DOMAIN_DISKS_MAX = 128,      /* */
    DOMAIN_INTERFACES_MAX = 64,  /* */
    DOMAIN_CHANNELS_MAX = 64,    /* */
    DOMAIN_ARENA_SIZE = 4 << 20, /* bytes of arena that are enough for any that is read */
};

enum domain_device {
    DOMAIN_DISK,
    DOMAIN_CDROM,
    DOMAIN_FLOPPY,
    DOMAIN_LUN,
};

struct domain_disk {
    enum domain_device device;
    bool read_only;
    struct bytes type;   /* file, block, network, volume, ... */
    struct bytes path;   /* of the file or block device; empty: no medium, or another type */
    struct bytes format; /* of the driver: raw, qcow2 */
    struct bytes target; /* vda */
    struct bytes bus;
    struct bytes serial;
    struct bytes alias;
};

struct domain_interface {
    struct bytes type; /* network, bridge, user, ... */
    struct bytes mac;
    struct bytes source; /* the network, bridge or device; empty: none is named */
    struct bytes alias;
};

struct domain_channel {
    struct bytes type; /* unix, spicevmc, ... */
    struct bytes name; /* org.cairn.vmc.0 */
    struct bytes path;
};

struct domain_seen {
    struct bytes type; /* kvm, qemu, test */
    struct bytes name;
    struct bytes uuid;
    uint64_t memory_kib;
    uint64_t cores;

    bool is_ours; /* it has our metadata, which says: */
    uint64_t vm, run, request;

    struct domain_disk disks[DOMAIN_DISKS_MAX];
    size_t disk_count;
    struct domain_interface interfaces[DOMAIN_INTERFACES_MAX];
    size_t interface_count;
    struct domain_channel channels[DOMAIN_CHANNELS_MAX];
    size_t channel_count;
    size_t other_count; /* filesystem, hostdev, redirdev, shmem, smartcard, vsock, ...: each of
                           them a way out */
    struct bytes other; /* the first of these, by name */
};

MUST_CHECK struct status domain_read(struct bytes xml, struct arena *arena,
                                     struct domain_seen *out);

#endif

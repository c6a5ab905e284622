/*
 * auditd/virt/libvirt.h -- what the files over libvirt share; for them alone.
 *
 * Shape    libvirt.c has the connection; libvirt_pools.c, libvirt_domains.c and libvirt_events.c
 *          have the calls of hypervisor.h by what they are about. A call of libvirt that fails is
 *          told by hypervisor_failed, which keeps its words and says what kind of failure it is.
 */
#ifndef AUDITD_VIRT_LIBVIRT_H
#define AUDITD_VIRT_LIBVIRT_H

#include "auditd/virt/hypervisor.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

enum {
    HYPERVISOR_CALLBACKS = 8,
};

struct hypervisor {
    virConnectPtr connection; /* NULL: none */
    bool lost;                /* by libvirt's word; closed at the next connect */
    hypervisor_listener *listen;
    void *context;
    int callbacks[HYPERVISOR_CALLBACKS];
    size_t callback_count;
    int pool_callback; /* -1: none */
    char uri[HYPERVISOR_URI_MAX + 1];
    char error[HYPERVISOR_ERROR_MAX + 1];
};

/* Keeps libvirt's words for what this thread has just failed at. */
MUST_CHECK struct status hypervisor_failed(struct hypervisor *hypervisor);
/* UNREACHABLE without a connection. */
MUST_CHECK struct status hypervisor_needs_connection(struct hypervisor *hypervisor);

/* Tells the listener from here on; forgets. */
MUST_CHECK struct status hypervisor_register(struct hypervisor *hypervisor);
void hypervisor_unregister(struct hypervisor *hypervisor);

/* Libvirt itself, and its loop: once for a process, however often it is called. */
MUST_CHECK struct status hypervisor_begin(void);

#endif

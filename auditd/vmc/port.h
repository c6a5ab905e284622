/*
 * auditd/vmc/port.h -- the way out of a machine: its virtio-serial port, a vsock, or a socket.
 *
 * Errors   UNREACHABLE: nobody is there yet, or the place is not there. IO.
 */
#ifndef AUDITD_VMC_PORT_H
#define AUDITD_VMC_PORT_H

#include "schema/wire/channel.h"

struct port_place {
    const char *path; /* a character device, or a Unix socket that somebody listens at */
    uint32_t vsock;   /* a port of the host; 0: the path */
};

/* On success *out is the caller's: channel_close. */
MUST_CHECK struct status port_open(const struct port_place *place, struct channel **out);

#endif

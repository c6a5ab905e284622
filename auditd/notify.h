/*
 * auditd/notify.h -- what the service manager is told, and the sockets that it hands over.
 *
 * Shape    Without a service manager nothing happens, and that is no failure.
 * Process  Of the supervisor only: its environment has the address, those of processes do not.
 * Source   sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3).
 */
#ifndef AUDITD_NOTIFY_H
#define AUDITD_NOTIFY_H

#include "auditd/roles.h"

void notify_ready(void);
void notify_stopping(void);
/* Settings are being read; notify_ready ends it. */
void notify_reloading(void);
/* One line for `systemctl status`. */
void notify_status(const char *line);
void notify_watchdog(void);

/* How often notify_watchdog is wanted, in microseconds; 0: never. */
uint64_t notify_watchdog_us(void);

/* The listening sockets that were handed over, by the names that cairnd.socket gives them: cairn,
 * metrics, web, tls. -1 where there is none. The environment forgets them. */
struct notify_sockets {
    int fd[LISTENER_COUNT];
};
void notify_sockets(struct notify_sockets *out);

#endif

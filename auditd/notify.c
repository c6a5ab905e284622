#include "auditd/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

void notify_ready(void)
{
    sd_notify(0, "READY=1");
}

void notify_stopping(void)
{
    sd_notify(0, "STOPPING=1\nSTATUS=Ending its processes in order.");
}

void notify_reloading(void)
{
    struct timespec now;
    char line[64];
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(line, sizeof line, "RELOADING=1\nMONOTONIC_USEC=%llu",
             (unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000);
    sd_notify(0, line);
}

void notify_status(const char *line)
{
    char message[512];
    snprintf(message, sizeof message, "STATUS=%s", line);
    sd_notify(0, message);
}

void notify_watchdog(void)
{
    sd_notify(0, "WATCHDOG=1");
}

uint64_t notify_watchdog_us(void)
{
    uint64_t every_us = 0;
    return sd_watchdog_enabled(0, &every_us) > 0 ? every_us / 3 : 0;
}

static enum listener listener_of(const char *name)
{
    static const char *const names[LISTENER_COUNT] = {
        [LISTENER_NONE] = "",           [LISTENER_SOCKET] = "cairn",
        [LISTENER_TLS] = "tls",         [LISTENER_WEB] = "web",
        [LISTENER_METRICS] = "metrics", [LISTENER_CONTROLLERS] = "controllers",
    };
    for (unsigned i = 1; i < LISTENER_COUNT; i++) {
        if (strcmp(name, names[i]) == 0) {
            return (enum listener)i;
        }
    }
    return LISTENER_NONE;
}

void notify_sockets(struct notify_sockets *out)
{
    char **names = NULL;
    for (unsigned i = 0; i < LISTENER_COUNT; i++) {
        out->fd[i] = -1;
    }
    const int count = sd_listen_fds_with_names(1, &names);
    for (int i = 0; i < count; i++) {
        const int fd = SD_LISTEN_FDS_START + i;
        const enum listener listener = listener_of(names[i]);
        if (listener == LISTENER_NONE || out->fd[listener] >= 0) {
            close(fd);
        } else {
            out->fd[listener] = fd;
        }
        free(names[i]);
    }
    free(names);
}

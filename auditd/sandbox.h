/*
 * auditd/sandbox.h -- what a process gives up before it meets anything from outside.
 *
 * Shape    No capabilities, no new privileges, no core, no debugger, then Landlock (paths, TCP,
 *          signals to others), then seccomp (an allow-list of system calls, some of them with rules
 *          for their arguments). What each role keeps is a row of auditd/profiles.def. What is open
 *          already stays open.
 * Errors   Where the kernel lacks Landlock or seccomp, `sandbox = best` goes on and tells, and
 *          `required` fails with NOT_FOUND. A refused path is EACCES; a refused system call ends
 *          the process, and its number is left in its page of the counters.
 * Source   docs/decisions/0036-processes.md; reliability.md E.2; landlock(7), seccomp(2).
 */
#ifndef AUDITD_SANDBOX_H
#define AUDITD_SANDBOX_H

#include "auditd/roles.h"

#include <stdatomic.h>

/* What a process may do beside computing and speaking by the descriptors that it has. */
enum sandbox_group {
    GROUP_POLL = 1 << 0,          /* epoll, timers, eventfd */
    GROUP_CHANNELS = 1 << 1,      /* sendmsg, recvmsg on what is connected */
    GROUP_ACCEPT = 1 << 2,        /* connections of a listening socket */
    GROUP_PAIRS = 1 << 3,         /* socketpair(AF_UNIX) */
    GROUP_MEMORY_FILES = 1 << 4,  /* memfd_create and its seals */
    GROUP_FILES_READ = 1 << 5,    /* openat for reading, stat, lists of directories */
    GROUP_FILES_WRITE = 1 << 6,   /* making, writing, renaming, removing, syncing files */
    GROUP_THREADS = 1 << 7,       /* threads, never processes */
    GROUP_CONNECT = 1 << 8,       /* sockets of one's own, to TCP, UDP and Unix */
    GROUP_PROGRAMS = 1 << 9,      /* other programs: fork and exec */
    GROUP_LOCK_FILES = 1 << 10,   /* opening files to write them, as far as Landlock has some */
    GROUP_CONNECT_UNIX = 1 << 11, /* Unix sockets of one's own, and nothing else */
    GROUP_PIPES = 1 << 12,        /* pipes within the process, by which libvirt wakes itself */
    GROUP_IMAGES = 1 << 13,       /* what qemu-img does besides other programs */
};

/* Which paths stay open to it. */
enum sandbox_paths {
    PATHS_NONE,
    PATHS_STORE,        /* the store, to write */
    PATHS_STORE_READ,   /* the store, to read; of its files only lock.mdb to write */
    PATHS_STORE_SYSTEM, /* the same, and what the system has for name resolution and certificates */
    PATHS_HOST_READ,    /* the store and the pools, to read, with what libvirt needs to connect; the
                           watcher's spool, to write */
    PATHS_WORLD,        /* the store to read, its descriptions to write; the pools of volumes and
                           the sockets of machines to change; programs and libraries */
    PATHS_TLS,          /* the certificates, keys and lists of [tls] and [web], to read */
};

/* The watcher's spool is called as its key file, and this. */
#define WATCHER_SPOOL ".spool"

struct sandbox_profile {
    unsigned groups;
    enum sandbox_paths paths;
};

const struct sandbox_profile *sandbox_profile(enum role role);

struct sandbox_wish {
    enum role role;
    const struct settings *settings;
    _Atomic uint64_t *trapped; /* where the number of a refused system call, and 1, is left */
};

struct sandbox_facts {
    uint64_t landlock; /* the ABI; 0: none */
    bool seccomp;
};

/* Gives up, for good. NOT_FOUND, IO. */
MUST_CHECK struct status sandbox_enter(const struct sandbox_wish *wish, struct sandbox_facts *out);

#endif

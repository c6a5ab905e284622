/*
 * auditd/supervisor/parts.h -- the supervisor's rooms: seats, reloading, stopping, what is said.
 *
 * Process  All of it is one thread's.
 */
#ifndef AUDITD_SUPERVISOR_PARTS_H
#define AUDITD_SUPERVISOR_PARTS_H

#include "auditd/process.h"
#include "auditd/supervisor/places.h"
#include "auditd/supervisor/spawn.h"
#include "auditd/supervisor/supervisor.h"

enum {
    SAID_MAX = 128, /* sentences kept for a writer that is away */
    SAID_SIZE_MAX = 1024,
    BACKOFF_FIRST_US = 100000,
    BACKOFF_MOST_US = 10000000,
    LIVED_US = 60000000,           /* after this, an end is a first one again */
    START_DEADLINE_US = 600000000, /* without a sign of life before being ready: a big fold beats */
    DISK_DEADLINE_US = 600000000,  /* the same while it waits for the disk */
    SLEPT_US = 1900000,            /* a turn takes half a second at most; watchdogs, two and more */
    FIRST_TRIES_MAX = 3,           /* ends of one process before the daemon has been ready */
};

enum seat_state {
    SEAT_EMPTY,
    SEAT_STARTING,
    SEAT_UP,
    SEAT_STOPPING,
};

struct seat {
    enum seat_state state;
    pid_t pid;
    struct channel *control;
    uint64_t started_us, again_us; /* 0: not to be started anew */
    uint64_t backoff_us;
    uint64_t beat, beat_us; /* the last one seen to change, and when */
    uint64_t restarts;
    uint64_t landlock;
    bool seccomp, was_ready, hung;
    bool disk_told;       /* that it waits for the disk, longer than is usual */
    unsigned tries;       /* ends before it was ever ready */
    struct status ending; /* as it said itself */
    bool has_ending;
    char ending_why[WIRE_SENTENCE_MAX + 1];
};

struct said_frame {
    uint8_t bytes[SAID_SIZE_MAX];
    size_t size;
};

struct supervisor {
    const struct role_info *roles;
    const char *config;
    struct settings *settings;
    struct settings *settings_next;
    struct settings_fault fault;
    struct places places;
    struct journal journal;
    struct seat seats[SEATS_MAX];
    struct spawn_user users[SEATS_MAX];
    int settings_file, pages_writable, pages_readable, signals, poll;
    struct counters_supervisor *page;
    const uint8_t *pages;
    struct said_frame said[SAID_MAX];
    size_t said_first, said_count;
    uint64_t said_lost;
    uint64_t watched_us; /* when signs of life were last looked at */
    bool ready, stopping;
    unsigned stop_stage;
    uint64_t stop_stage_us; /* when the stage began */
    uint64_t stop_began_us;
    bool hurried;           /* asked to stop, and later again */
    const char *told_state; /* to the service manager; static */
    enum ending ending;
};

/* seats.c: starting processes, and noticing how they do. */
void seats_start_due(struct supervisor *supervisor, uint64_t now_us);
void seats_read(struct supervisor *supervisor, unsigned seat);
void seats_reap(struct supervisor *supervisor);
void seats_watch(struct supervisor *supervisor, uint64_t now_us);
/* Whether every process that is wanted works. */
bool seats_all_up(const struct supervisor *supervisor);
/* When something is due next; UINT64_MAX: nothing is. */
uint64_t seats_next_us(const struct supervisor *supervisor);

/* said.c: what the writer is asked to put into the log. */
void said_started(struct supervisor *supervisor, unsigned seat);
void said_ended(struct supervisor *supervisor, unsigned seat, pid_t pid, const char *why);
void said_reloaded(struct supervisor *supervisor);
void said_refused(struct supervisor *supervisor, const char *why);
void said_send(struct supervisor *supervisor);

/* reload.c */
/* The settings as a sealed file in memory; -1 with the journal told. */
int reload_write(struct supervisor *supervisor, const struct settings *settings);
void reload(struct supervisor *supervisor);

/* stopping.c */
void stopping_begin(struct supervisor *supervisor, uint64_t now_us);
/* Whether everything has ended. */
bool stopping_turn(struct supervisor *supervisor, uint64_t now_us);

#endif

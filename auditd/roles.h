/*
 * auditd/roles.h -- the processes of the daemon, and which of them talk to each other.
 *
 * Shape    A role is what a process does; a seat is one process of it. There are as many seats for
 *          readers as settings say, one for each other role. Seats are numbered, the same in every
 *          process, and a seat keeps its number when its process is started anew.
 */
#ifndef AUDITD_ROLES_H
#define AUDITD_ROLES_H

#include "schema/settings.h"

struct process;

/* A role's main function: gets ready, calls process_ready, loops until process_turn says stop. What
 * it returns is told by the supervisor; OK is an end in good order. */
typedef struct status role_main(struct process *process);

enum role {
#define ROLE(name, text, listener) ROLE_##name,
#define CHANNEL(from, to)
#define MAIN(name, function)
#include "auditd/roles.def"
    ROLE_COUNT,
};

enum listener {
    LISTENER_NONE,
    LISTENER_SOCKET,
    LISTENER_TLS,
    LISTENER_WEB,
    LISTENER_METRICS,
    LISTENER_CONTROLLERS,
    LISTENER_COUNT,
};

enum {
    READERS_MAX = 4,
    SEATS_MAX = ROLE_COUNT - 1 + READERS_MAX,
    SEAT_NAME_SIZE = 16,
};

struct role_info {
    const char *name;
    enum listener listener;
    role_main *main; /* NULL: this program has no such process */
};

/* The roles of cairnd; tests have tables of their own. */
extern const struct role_info role_infos[ROLE_COUNT];

#define ROLE(name, text, listener)
#define CHANNEL(from, to)
#define MAIN(name, function) role_main function;
#include "auditd/roles.def"

/* Whether processes of these two roles have a channel, either way. */
bool roles_talk(enum role a, enum role b);

/* The seat of a role's index-th process (0 for all but readers), and back. */
unsigned seat_of(enum role role, unsigned index);
enum role seat_role(unsigned seat);
unsigned seat_index(unsigned seat);

/* `writer`, `reader.1`. */
struct seat_name {
    char text[SEAT_NAME_SIZE];
};
struct seat_name seat_name(unsigned seat);
/* False if no seat has that name. */
MUST_CHECK bool seat_read(const char *name, unsigned *seat);

/* Whether the hosts are libvirt's test driver's, whose state is within one process: that watches
 * them, too. */
bool hosts_are_private(const struct settings *settings);

/* Whether the settings want that seat filled: by what they listen to, and how many readers. */
bool seat_is_wanted(unsigned seat, const struct settings *settings);

#endif

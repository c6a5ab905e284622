/*
 * tests/core/vm/naive_machines.h -- machines in arrays: what the policy should come to.
 *
 * Shape    Users, hosts, machines, profiles and directories are indices; permissions are bits. The
 *          functions answer by looking through all of it.
 */
#ifndef TESTS_CORE_VM_NAIVE_MACHINES_H
#define TESTS_CORE_VM_NAIVE_MACHINES_H

#include "tests/core/vm/lab.h"

enum {
    USERS = 4,
    VMS = 7,
    PROFILES = 12,
    DIRECTORIES = 12,
    HOSTS = 2,
    STEPS = 3000,
    TEAM_CORES = 3 * LAB_CORES,
    ROOM = 4, /* machines on each host */
};

struct place {
    bool in;
    enum vm_role role;
    unsigned permissions;
    int profile; /* -1: none */
};

struct machine {
    struct id id;
    size_t owner, host;
    bool team, service;
    enum vm_state state;
    bool counts;
    struct place users[USERS];
};

struct profile {
    struct id id;
    size_t vm;
    enum vm_role role;
    unsigned permissions;
    bool deleted;
};

struct directory {
    struct id id;
    size_t vm;
    enum access_group group;
    unsigned read, write; /* users, as bits */
};

struct model {
    struct world *world;
    struct lab lab;
    struct person people[USERS];
    struct id configs[USERS][2], team, hosts[HOSTS];
    bool active[HOSTS];
    struct machine vms[VMS];
    struct profile profiles[PROFILES];
    struct directory directories[DIRECTORIES];
    size_t vm_count, profile_count, directory_count;
    uint64_t seed, done_at; /* done_at: the first event of the last command that was allowed */
};

/* A number below `bound`; true once in so many times. */
size_t naive_pick(struct model *model, size_t bound);
bool naive_chance(struct model *model, size_t of);

/* What a role may have at all; what a user has in a machine. */
unsigned naive_mask(enum vm_role role);
unsigned naive_has(const struct machine *vm, size_t user);
/* Whether the user may arrange things for others by that permission. */
bool naive_manages(const struct machine *vm, size_t user, enum vm_permission permission);
bool naive_lives(const struct machine *vm);
bool naive_is_up(const struct machine *vm);

/* How many machines count on a host; whether the team has room for one more. */
size_t naive_load(const struct model *model, size_t host);
bool naive_fits_team(const struct model *model);
/* The active one with the most room; HOSTS: none has any. */
size_t naive_roomiest(const struct model *model);
/* Whether the user may read what is in a directory, or write to it. */
bool naive_reaches(const struct model *model, const struct directory *directory, size_t user,
                   bool writes);

#endif

/*
 * tests/core/vault/naive.h -- groups and the vault once more, naively: arrays of what is so.
 *
 * Shape    People, groups, files and directories are numbers. A deed is a command with all that it
 *          names; naive_allows says whether the sentences of the rules allow it, naive_happens does
 *          it. There is one project: the first three people are members of it, the first two lead
 *          it, and all of them have it active in their sessions.
 * Places   A user u is the place u, a group g is PLACE_GROUP + g, a directory d is PLACE_NODE + d.
 */
#ifndef TESTS_CORE_VAULT_NAIVE_H
#define TESTS_CORE_VAULT_NAIVE_H

#include "core/access/access.h"
#include "tests/core/vault/people.h"

enum {
    NAIVE_USERS = 5,
    NAIVE_MEMBERS = 3, /* of the project */
    NAIVE_LEADERS = 2,
    NAIVE_GROUPS = 4,
    NAIVE_NODES = 64,
    NAIVE_EPOCHS = 64,
    NAIVE_NAMES = 4,
    PLACE_NONE = -1,
    PLACE_GROUP = 100,
    PLACE_NODE = 200,
    MODE_VIEW = 1,
    MODE_DOWNLOAD = 2,
    MODE_EDIT = 4,
    MODE_SHARED = 8, /* there is a share, whatever it allows */
};

struct naive_group {
    struct id id;
    bool deleted, due, tagged;
    int owner, epoch;
    bool member[NAIVE_USERS], gave_up[NAIVE_USERS];
    unsigned permissions[NAIVE_USERS];
    bool key[NAIVE_USERS][NAIVE_EPOCHS];
};

/* A file or a directory. */
struct naive_node {
    struct id id;
    bool is_dir, alive, tagged, sealed;
    int owner, place, group; /* -1: none */
    int name;
    bool key[NAIVE_USERS];
    int group_key[NAIVE_GROUPS]; /* the epoch that it is wrapped for; 0: none */
    unsigned share[NAIVE_USERS], group_share[NAIVE_GROUPS];
    bool fetched[NAIVE_USERS]; /* in the session of now */
};

struct naive {
    struct naive_group groups[NAIVE_GROUPS];
    struct naive_node nodes[NAIVE_NODES];
    int group_count, node_count;
};

/* A command of a user; which of these count depends on its kind. */
struct deed {
    enum command_kind kind;
    int by, user, group, node, place, target, name, to;
    int epoch;            /* of a key that comes along */
    bool with_key, right; /* it comes; a list of holders is complete */
    bool yes;             /* granted; to be tagged */
    unsigned modes;       /* of a share; permissions of a member */
    enum group_permission permission;
    enum group_preset preset;
};

bool naive_reads(const struct naive *naive, int user, int node, enum access_verb verb);
bool naive_allows(const struct naive *naive, const struct deed *deed);
/* `id` is of what the deed makes. */
void naive_happens(struct naive *naive, const struct deed *deed, struct id id);

/* naive.c, for naive_vault.c */
bool naive_is_member(const struct naive *naive, int group, int user);
bool naive_may(const struct naive *naive, int group, int user, enum group_permission permission);
bool naive_group_allows(const struct naive *naive, const struct deed *deed);
void naive_group_happens(struct naive *naive, const struct deed *deed, struct id id);

#endif

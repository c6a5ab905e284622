/*
 * auditd/vmc/policy_parts.h -- a policy from inside; for auditd/vmc/policy*.c only.
 */
#ifndef AUDITD_VMC_POLICY_PARTS_H
#define AUDITD_VMC_POLICY_PARTS_H

#include "auditd/vmc/policy.h"

struct policy_profile {
    uint64_t profile;
    enum vm_role role;
    unsigned permissions;
    bool present;
};

struct policy_group {
    uint64_t group;
    uint64_t members[POLICY_SET_WORDS];
    bool present;
};

struct policy_drive {
    uint64_t drive; /* 0: this place is free */
    enum drive_mode mode;
    bool is_here, may_format;
};

struct policy {
    char origin[ORIGIN_MAX + 1];
    struct id vm;
    uint64_t up_to, restart;
    size_t user_count, profile_count, directory_count, group_count, record_count;
    struct policy_user users[POLICY_USERS_MAX];
    struct policy_profile profiles[POLICY_PROFILES_MAX];
    struct policy_directory directories[POLICY_DIRECTORIES_MAX];
    struct policy_group groups[POLICY_GROUPS_MAX];
    struct policy_drive drives[POLICY_DRIVES_MAX];
    struct policy_share shares[POLICY_SHARES_MAX];
    struct digest *records; /* of what was taken, by their hash */
    struct hasher *hasher;
    struct arena arena;
};

/* A fact, read, with the command that it came of. */
struct policy_asked {
    const struct policy_fact *fact;
    const union event_body *body;
    const union command_fields *fields;
    struct policy_user *actor; /* who signed it */
};

bool policy_set_has(const uint64_t set[static POLICY_SET_WORDS], size_t slot);
void policy_set_put(uint64_t set[static POLICY_SET_WORDS], size_t slot, bool is_in);
struct policy_user *policy_find_user(struct policy *policy, struct id user);
/* Of the actor: owner, or a manager with the permission. */
bool policy_manages(const struct policy_user *actor, enum vm_permission permission);
unsigned policy_permission_set(const enum vm_permission *permissions, size_t count);

/* policy_people.c: users and profiles. policy_places.c: directories and groups. Each takes a fact
 * of its kinds whose command is signed, or says why not. */
MUST_CHECK struct status policy_take_people(struct policy *policy,
                                            const struct policy_asked *asked);
MUST_CHECK struct status policy_take_places(struct policy *policy,
                                            const struct policy_asked *asked);
/* Facts on the world's word. */
MUST_CHECK struct status policy_take_device(struct policy *policy, const struct policy_fact *fact,
                                            const union event_body *body);

extern const char policy_differs[]; /* the command says something else */
extern const char policy_not_his[]; /* nobody who may has asked */

#endif

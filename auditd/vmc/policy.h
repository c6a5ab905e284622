/*
 * auditd/vmc/policy.h -- who may do what in this machine, as its controller has it: decided again
 * from commands that people have signed, and from nothing else.
 *
 * Shape    Facts go in, in the log's order (auditd/vmc/protocol.h). One about users, profiles,
 *          access directories or groups is taken only with the command that it came of, and only if
 *          that is signed by the owner whose key is pinned, or by somebody whom such a command made
 *          a manager with the permission, if it says the same as the event, and is not repeated.
 *          What the log says beyond the command, such as permissions, is computed here.
 *          What is taken on the world's word: the public keys of users that are let in, and what is
 *          about devices: which drives are to be there, what exports may be mounted.
 * Slots    A user keeps his place in the table for good: it says his uid.
 * Memory   All of it is taken at the start. Slices of users and directories are valid until the
 *          next policy_take.
 * Limits   Named below; LIMIT: the fact is not taken.
 * Errors   KEY with the reason: nobody who may has asked for this. MALFORMED. Both leave the policy
 *          as it was.
 * Source   domain.md VM-03b, VM-06 to VM-11; core/vm/ decides the same with more to go by.
 */
#ifndef AUDITD_VMC_POLICY_H
#define AUDITD_VMC_POLICY_H

#include "schema/catalogue/catalogue.h"
#include "store/key.h"

struct hasher;

enum {
    POLICY_USERS_MAX = 1024, /* that ever were, the owner the first */
    POLICY_PROFILES_MAX = 256,
    POLICY_DIRECTORIES_MAX = 256,
    POLICY_GROUPS_MAX = 256,
    POLICY_DRIVES_MAX = 64,
    POLICY_SHARES_MAX = 64,
    POLICY_RECORDS_MAX = 65536, /* facts with a command, taken in one life */
    POLICY_NAME_MAX = 255,
    POLICY_EXPORT_MAX = 512,
    POLICY_SET_WORDS = POLICY_USERS_MAX / 64,
};

struct policy; /* opaque */

struct policy_place {
    struct bytes origin;
    struct id vm, owner;
    const struct public_key *owner_key; /* pinned; copied */
};
/* On success *out is the caller's: policy_close. NO_MEMORY. */
MUST_CHECK struct status policy_open(const struct policy_place *place, struct policy **out);
void policy_close(struct policy **policy);

struct policy_fact {
    uint64_t n;
    enum event_kind kind;
    struct id subject;
    struct bytes body, command;
};
/* Takes a fact; of kinds that are of no interest here nothing happens. */
MUST_CHECK struct status policy_take(struct policy *policy, const struct policy_fact *fact);

/* Who ------------------------------------------------------------------------------------ */

struct policy_user {
    struct id user;
    struct public_key key;
    enum vm_role role;
    uint64_t profile;     /* 0: none */
    unsigned permissions; /* a set of enum vm_permission */
    bool present, is_owner;
};
/* By slot; NULL from the number of slots on. */
const struct policy_user *policy_slot(const struct policy *policy, size_t slot);
/* Of those who are present. NULL: he has nothing to do here. */
const struct policy_user *policy_user(const struct policy *policy, struct id user);
bool policy_may(const struct policy *policy, struct id user, enum vm_permission permission);

/* Where ---------------------------------------------------------------------------------- */

struct policy_directory {
    uint64_t directory, drive; /* drive 0: on every drive */
    char name[POLICY_NAME_MAX + 1];
    enum access_group group;
    uint64_t read[POLICY_SET_WORDS], write[POLICY_SET_WORDS]; /* of slots, of Custom */
    bool present;
};
const struct policy_directory *policy_directory(const struct policy *policy, size_t index);
bool policy_allows(const struct policy *policy, const struct policy_directory *directory,
                   size_t slot, enum drive_mode mode);
bool policy_group_has(const struct policy *policy, uint64_t group, struct id user);

/* With what ------------------------------------------------------------------------------ */

/* Whether a drive is to be here, and in which mode at most. */
bool policy_drive(const struct policy *policy, uint64_t drive, enum drive_mode *mode);
/* Whether its owner has asked for it to be formatted; once asked, once done. */
bool policy_may_format(const struct policy *policy, uint64_t drive);
void policy_formatted(struct policy *policy, uint64_t drive);

struct policy_share {
    uint64_t nfs; /* 0: none here */
    char server[POLICY_NAME_MAX + 1], export[POLICY_EXPORT_MAX + 1];
};
const struct policy_share *policy_share(const struct policy *policy, uint64_t nfs);

/* All of it ------------------------------------------------------------------------------ */

struct policy_sum {
    uint64_t up_to;
    uint32_t users, directories;
    struct digest digest; /* of who and where, as text in the order of slots and ids */
};
struct policy_sum policy_sum(const struct policy *policy, struct hasher *hasher);
/* The newest request to start the controller again; 0: none. */
uint64_t policy_restart(const struct policy *policy);

#endif

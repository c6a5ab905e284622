/*
 * tests/auditd/vmc/policy_steps.h -- commands about a machine, made up: by owner, managers, users
 * and strangers, allowed and not.
 */
#ifndef TESTS_AUDITD_VMC_POLICY_STEPS_H
#define TESTS_AUDITD_VMC_POLICY_STEPS_H

#include "auditd/vmc/policy.h"
#include "tests/core/vm/lab.h"

struct hasher;

enum {
    PEOPLE = 5, /* the first is the owner, the last is never let in */
    STEPS = 300,
    OBJECTS_MAX = STEPS,
    BODY_SIZE = 16 << 10,
};

#define ORIGIN "lab.example/log"

struct stage {
    struct world *world;
    struct policy *policy;
    struct hasher *hasher;
    struct id vm;
    struct person people[PEOPLE];
    struct secret_key *keys[PEOPLE];
    struct id profiles[OBJECTS_MAX], directories[OBJECTS_MAX], groups[OBJECTS_MAX];
    size_t profile_count, directory_count, group_count;
    uint64_t seed, n;
};

/* A command, and the event that it makes. */
struct step {
    size_t actor;
    enum command_kind command;
    union command_fields fields;
    enum event_kind kind;
    struct id subject;
    union event_body body;
    char name[32], key[512];
    enum vm_permission permissions[VM_PERMISSION_COUNT];
    struct id read[PEOPLE], write[PEOPLE];
};

/* The next one, by the stage's seed. */
void policy_step_make(struct stage *stage, struct step *step);

#endif

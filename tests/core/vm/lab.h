/*
 * tests/core/vm/lab.h -- hosts, recipes and machines in a world without a log.
 *
 * Shape    A lab has a super-administrator, an administrator and three users, a pool of images, a
 *          brick and a setup of hardware that all three users may use: 2 cores and 1,024 MiB.
 *          Machines come about by commands; what watchers and controllers say is said as it is.
 */
#ifndef TESTS_CORE_VM_LAB_H
#define TESTS_CORE_VM_LAB_H

#include "core/vm/vm.h"
#include "tests/core/vault/people.h"

struct lab {
    struct person root, admin; /* a super-administrator and an administrator */
    struct person ann, bob, cid;
    struct id pool, brick, hardware, host;
};

enum {
    LAB_CORES = 2,
    LAB_MEMORY = 1024,
};

/* With one host that has room for `machines`. */
struct lab lab_begin(struct world *world, uint64_t machines);

struct id lab_host(struct world *world, const struct lab *lab, const char *name, uint64_t cores,
                   uint64_t memory_mib);
/* A recipe without drives; project and team may be NOBODY. */
struct recipe {
    const char *name;
    struct id project, team;
    bool service;
};
struct id lab_config(struct world *world, const struct lab *lab, const struct person *owner,
                     const struct recipe *recipe);
/* A machine that has been asked for. */
struct id lab_start(struct world *world, const struct person *owner, struct id config);
/* Of a recipe of its own. */
struct id lab_machine(struct world *world, const struct lab *lab, const struct person *owner,
                      const char *name);
/* A watcher sees its domain run; its controller comes up; its domain ends. */
void lab_run(struct world *world, struct id vm);
void lab_connect(struct world *world, struct id vm);
void lab_end(struct world *world, struct id vm);
/* A machine whose controller is up. */
struct id lab_connected(struct world *world, const struct lab *lab, const struct person *owner,
                        const char *name);

/* Somebody is let in, without a profile; and has permissions of their own. */
void lab_let_in(struct world *world, const struct person *by, struct id vm,
                const struct person *user, enum vm_role role);
void lab_permit(struct world *world, const struct person *by, struct id vm,
                const struct person *user, unsigned permissions);

struct vm_row lab_row(struct world *world, struct id vm);

/* A person's command must be refused by this rule. */
void person_refused(struct world *world, const struct person *person, enum command_kind kind,
                    const union command_fields *fields, enum rule rule);

#endif

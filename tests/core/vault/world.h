/*
 * tests/core/vault/world.h -- people, groups and files without a log: rules asked one by one.
 *
 * Shape    Only a state. A command is decided as the engine would, and each event goes through its
 *          codec into its evolve. Users, sessions, projects and memberships are rows put by hand,
 *          so that what is tested here does not depend on how those come about.
 */
#ifndef TESTS_CORE_VAULT_WORLD_H
#define TESTS_CORE_VAULT_WORLD_H

#include "core/decision.h"
#include "core/evolution.h"
#include "store/state.h"
#include "tests/support/scratch.h"

enum {
    WORLD_MEMORY = 1 << 20, /* bytes for what a test looks at */
};

struct person {
    struct id user, session;
    enum user_role role;
    uint64_t opened_n;
};

struct world {
    struct scratch scratch;
    struct state *state;
    uint64_t n;          /* the next event */
    uint64_t now_utc_us; /* moved by hand */
    struct arena arena, folding;
    struct status trouble;
    struct decision decision; /* the last one; lends until the next command */
    uint64_t first;           /* its first event */
};

/* For cmocka: the state is a struct world. */
int world_begin(void **state);
int world_end(void **state);

/* The state now; rows live until the next call of anything here. */
struct view world_view(struct world *world);
/* Puts or removes a row as an event of its own, which is returned. */
uint64_t world_put(struct world *world, enum row_table table, const void *row);
uint64_t world_remove(struct world *world, enum row_table table, const void *row);

/* Somebody with all permissions of the platform, in a session. */
struct person world_person(struct world *world, enum user_role role);
/* Opens a new session instead. */
void world_login(struct world *world, struct person *person);
/* A project below another (ID_NONE: none), and who is a member; active in the person's session. */
struct id world_project(struct world *world, struct id parent);
void world_join(struct world *world, struct person *person, struct id project,
                enum project_role role);
void world_activate(struct world *world, const struct person *person, struct id project);
/* Joins, logs in again and activates. */
void world_work_on(struct world *world, struct person *person, struct id project,
                   enum project_role role);

/* The rule that refuses; RULE_NONE: it is done. */
enum rule world_do(struct world *world, const struct person *person, enum command_kind kind,
                   const union command_fields *fields);
/* The same, which must be allowed; the position of the first event. */
uint64_t world_must(struct world *world, const struct person *person, enum command_kind kind,
                    const union command_fields *fields);
/* How many events of this kind there are in the last decision. */
size_t world_count(const struct world *world, enum event_kind kind);

/* What most tests begin with ------------------------------------------------------------------ */

/* Any digest, told from others by its number. */
struct digest some_digest(unsigned number);

/* A group of its owner's. */
struct id make_group(struct world *world, const struct person *owner);
void add_member(struct world *world, const struct person *by, struct id group,
                const struct person *user, enum group_preset preset);
/* A new key for everybody in a group of these. */
void rotate_key(struct world *world, const struct person *by, struct id group, uint64_t epoch,
                const struct id *holders, size_t count);

struct id make_dir(struct world *world, const struct person *person, struct id parent,
                   const char *name);
/* A file in an own directory, or in that of a group whose key is of the first epoch. */
struct id make_file(struct world *world, const struct person *person, struct id parent,
                    const char *name);
/* The same, sealed without content. */
struct id make_sealed(struct world *world, const struct person *person, struct id parent,
                      const char *name);
enum rule fetch_key(struct world *world, const struct person *person, struct id file);
/* Sharing with a user, who may do everything; the key is fetched first. */
enum rule share_with(struct world *world, const struct person *person, struct id file,
                     const struct person *target);

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

#endif

/*
 * tests/core/vault/people.h -- people with groups and files in a world without a log.
 *
 * Shape    A person is a user in a session, who may do all that the platform permits; projects and
 *          memberships are rows put by hand. Groups and files come about by commands.
 */
#ifndef TESTS_CORE_VAULT_PEOPLE_H
#define TESTS_CORE_VAULT_PEOPLE_H

#include "tests/core/world.h"

struct person {
    struct id user, session;
};

/* Somebody with all permissions of the platform, in a session. */
struct person person_new(struct world *world, enum user_role role);
/* The same user without any of them. */
void person_bar(struct world *world, const struct person *person);
/* Opens a new session instead. */
void person_login(struct world *world, struct person *person);
/* Joins a project, which counts from the next login on. */
void person_join(struct world *world, const struct person *person, struct id project,
                 enum project_role role);
/* Joins, logs in again, and has the project active in the session. */
void person_work_on(struct world *world, struct person *person, struct id project,
                    enum project_role role);

/* A command by this person: the rule that refuses; RULE_NONE: it is done. */
enum rule person_try(struct world *world, const struct person *person, enum command_kind kind,
                     const union command_fields *fields);
/* The same, which must be allowed; the position of the first event. */
uint64_t person_must(struct world *world, const struct person *person, enum command_kind kind,
                     const union command_fields *fields);
/* The position of the first event of the last command, which was allowed. */
uint64_t first_event(const struct world *world);

/* Any digest, told from others by its number. */
struct digest some_digest(unsigned number);
/* A project below another one, or below none. */
struct id some_project(struct world *world, struct id parent);

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

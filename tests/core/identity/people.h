/*
 * tests/core/identity/people.h -- who asks what, and what the contexts decide.
 *
 * Shape    An enclave whose rules are asked one by one: `ask` decides without doing anything,
 *          `have` also appends the events, whoever may have asked. Nobody is authenticated, so that
 *          an actor may be anything that a test wants to see refused.
 */
#ifndef TESTS_CORE_IDENTITY_PEOPLE_H
#define TESTS_CORE_IDENTITY_PEOPLE_H

#include "core/dispatch.h"
#include "tests/support/enclave.h"

struct people {
    struct enclave enclave;
    struct decision decision; /* the last one */
};

/* For cmocka: the state is a struct people with ada, a super-administrator, in it. */
int people_begin(void **state);
int people_end(void **state);

/* Somebody new in the state; registered without asking anybody. */
struct id people_add(struct people *people, const char *login, enum user_role role);

/* This user as whoever gives a command now: in the newest open session, if there is one. */
struct actor people_actor(struct people *people, struct id user);
/* Somebody of this role whom nothing is known of. */
struct actor people_stranger(enum user_role role);

/* The rule that refuses, or RULE_NONE; the decision is kept, and lends until the next call. */
enum rule people_ask(struct people *people, const struct actor *actor, enum command_kind kind,
                     const union command_fields *fields);
/* The same, which must be allowed, and is done; the position of the first event. */
uint64_t people_have(struct people *people, const struct actor *actor, enum command_kind kind,
                     const union command_fields *fields);
/* Does what the last decision says. */
uint64_t people_do(struct people *people, const struct actor *actor);

/* One event, said by the identity emitter; its position. */
uint64_t people_say(struct people *people, enum event_kind kind, struct id on,
                    const union event_body *body);

/* The row of a user at the head. */
struct user_row people_row(struct people *people, struct id user);
/* The events of this kind in the last decision. */
size_t people_count(const struct people *people, enum event_kind kind);

/* Opens a session of the user, by the rules; ID_NONE with the rule in *refused (may be NULL: then
 * it must open). */
struct id people_login(struct people *people, struct id user, enum rule *refused);

#define WITH_PEOPLE(test) cmocka_unit_test_setup_teardown(test, people_begin, people_end)

#endif

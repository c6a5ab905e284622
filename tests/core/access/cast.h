/*
 * tests/core/access/cast.h -- the people of the tests of access, and pictures of what they may.
 *
 * Shape    A picture is eight letters, one for each verb that is allowed: read, view, download,
 *          change project, share, history, edit, delete; a dot is a refusal.
 */
#ifndef TESTS_CORE_ACCESS_CAST_H
#define TESTS_CORE_ACCESS_CAST_H

#include "core/access/access.h"
#include "tests/core/access/places.h"
#include "tests/core/project/making.h"

#define CAST_LETTERS "rvdcshed"
#define CAST_DAY_US UINT64_C(86400000000)

/* Ann owns; Bob and Cat are there to be shared with; Gil is in the group that Gwen owns, with the
 * permissions of a user. All but Eve are members of the project, which is active in their sessions.
 */
struct cast {
    struct actor admin;
    struct id ann, bob, cat, gil, gwen, eve;
    struct id group, project;
    struct id sessions[6]; /* of ann to eve */
};
struct cast cast_of(struct world *world);

/* A file of Ann's, at the top of her tree; and one in the group's directory. */
struct id own_file(struct world *world, const struct cast *cast, struct id project);
struct id group_file(struct world *world, const struct cast *cast, struct id owner,
                     struct id project);

struct access ask(struct world *world, enum access_verb verb, const struct reader *reader,
                  struct id object);

/* The picture of a user for an object, in some session or in this one. */
void expect(struct world *world, struct id user, struct id object, const char *picture);
void expect_in(struct world *world, struct id user, struct id session, struct id object,
               const char *picture);
/* The rule that an answer names. */
void expect_rule(struct world *world, enum access_verb verb, struct id user, struct id object,
                 enum rule rule);
/* The first fact of a kind; there must be one. */
const struct access_fact *fact_of(const struct access *access, enum access_fact_kind kind);

#endif

/*
 * tests/core/audit/office.h -- who works with the audit, in a state without a log.
 *
 * Shape    ada is a super-administrator, ben and cat are audit managers, eve is an auditor, dan is
 *          an administrator who is neither. For cmocka: office_begin and world_end; *state is the
 *          office, which begins with its world.
 */
#ifndef TESTS_CORE_AUDIT_OFFICE_H
#define TESTS_CORE_AUDIT_OFFICE_H

#include "tests/core/world.h"

#define OFFICE_DAY_US UINT64_C(86400000000)

struct office {
    struct world *world;
    struct actor ada, ben, cat, dan, eve;
};

int office_begin(void **state);
int office_end(void **state);

/* A command that managers may give, and nobody else. */
void office_manages(struct office *office, enum command_kind kind,
                    const union command_fields *fields);
/* A command that auditors and managers may give, and nobody else. */
void office_works(struct office *office, enum command_kind kind,
                  const union command_fields *fields);

/* Something declared by eve, in force after `cat` has approved it; its id. */
struct id office_declare(struct office *office, struct bytes objective, uint64_t days);
struct id office_case(struct office *office, const char *name);

#endif

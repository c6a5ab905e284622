/*
 * tests/core/vault/deeds.h -- deeds of the naive model as commands of the catalogue.
 */
#ifndef TESTS_CORE_VAULT_DEEDS_H
#define TESTS_CORE_VAULT_DEEDS_H

#include "core/group/group.h"
#include "tests/core/vault/naive.h"

struct cast {
    struct person people[NAIVE_USERS];
    struct id project;
};

struct lists { /* that fields lend */
    enum group_permission permissions[GROUP_PERMISSION_COUNT];
    struct id holders[NAIVE_USERS];
    struct digest wrapped[NAIVE_USERS];
};

struct bytes deed_name(int name);
struct id deed_place(const struct naive *naive, const struct cast *cast, int place);
union command_fields deed_fields(const struct naive *naive, const struct cast *cast,
                                 const struct deed *deed, struct lists *lists);

#endif

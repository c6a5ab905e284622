/*
 * tests/core/access/model.h -- access once more, naively: arrays of what is so, and one predicate.
 *
 * Shape    A small enclave whose people, projects, groups and files are numbers. model_step changes
 *          something at random, in the model and in the world; model_allows says what the sentences
 *          of the rules say, without rows, views or keys of rows. A session keeps a copy of the
 *          rights of its login.
 */
#ifndef TESTS_CORE_ACCESS_MODEL_H
#define TESTS_CORE_ACCESS_MODEL_H

#include "tests/core/access/places.h"
#include "tests/core/project/making.h"

enum {
    MODEL_USERS = 5,
    MODEL_PROJECTS = 5,
    MODEL_REQUIREMENTS = 3,
    MODEL_GROUPS = 2,
    MODEL_DIRS = 4,
    MODEL_FILES = 8,
    MODEL_SESSIONS = 6,
    MODEL_NONE = 0xFF,
};

#define MODEL_FOREVER UINT64_MAX

/* Rights that count as they were at login, too. A time is when it ends; 0: there is none. */
struct model_rights {
    uint64_t member[MODEL_USERS][MODEL_PROJECTS];
    unsigned restrictions[MODEL_USERS][MODEL_PROJECTS];
    uint64_t cert[MODEL_USERS][MODEL_REQUIREMENTS];
    bool asks[MODEL_PROJECTS][MODEL_REQUIREMENTS];
};

struct model_share {
    char modes[4]; /* letters; empty: there is none */
    uint64_t expires;
};

/* Where a file or directory is: in a directory, else at the top of a group, else of its owner. */
struct model_place {
    uint8_t owner, group, dir, project;
};

struct model {
    struct world *world;
    struct actor admin;
    uint64_t seed;
    struct id users[MODEL_USERS], projects[MODEL_PROJECTS], requirements[MODEL_REQUIREMENTS];
    struct id groups[MODEL_GROUPS], dirs[MODEL_DIRS], files[MODEL_FILES];
    struct id levels[MODEL_PROJECTS];
    struct id certs[MODEL_USERS][MODEL_REQUIREMENTS];
    uint8_t parent[MODEL_PROJECTS];

    struct model_rights now;
    bool active_user[MODEL_USERS];
    bool in_group[MODEL_GROUPS][MODEL_USERS];
    unsigned permissions[MODEL_GROUPS][MODEL_USERS];
    uint8_t group_project[MODEL_GROUPS];
    bool group_deleted[MODEL_GROUPS];
    struct model_place dir[MODEL_DIRS], file[MODEL_FILES];
    bool user_key[MODEL_FILES][MODEL_USERS], group_key[MODEL_FILES][MODEL_GROUPS];
    struct model_share user_share[MODEL_FILES][MODEL_USERS];
    struct model_share group_share[MODEL_FILES][MODEL_GROUPS];

    struct {
        struct id id;
        uint8_t user, project;
        uint64_t expires;
        struct model_rights login;
    } sessions[MODEL_SESSIONS];
};

void model_begin(struct model *model, struct world *world, uint64_t seed);
/* One change, drawn from the model's seed; time may pass. */
void model_step(struct model *model);

/* In a session of the model, or MODEL_NONE: in some session. */
struct model_question {
    enum access_verb verb;
    uint8_t user, session, file;
};
bool model_allows(const struct model *model, const struct model_question *question);

#endif

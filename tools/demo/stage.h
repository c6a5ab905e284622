/*
 * tools/demo/stage.h -- the enclave while its story is played: a store, a clock, people with keys.
 *
 * Shape    Everything goes the way that it goes in a real enclave: people sign commands with their
 *          own keys, the engine authenticates and decides them, and what is refused is an event.
 *          Commands of one moment are gathered and given together (stage_ask, stage_run). What
 *          other systems wrote is taken in as records (tools/demo/foreign.h).
 * Time     The clock is the script's: stage_at moves it, never back. The commands of one moment are
 *          recorded as of that moment.
 * Chance   stage_random follows from the seed, and so does all that is random in keys and salts
 *          (store/rehearsal.h): the same seed and the same program make the same log.
 * Errors   A command that is refused where the story does not say so is a failure of the script:
 *          CONFLICT at the event, and `trouble` says whose and which.
 */
#ifndef TOOLS_DEMO_STAGE_H
#define TOOLS_DEMO_STAGE_H

#include "core/command_record.h"
#include "core/engine.h"
#include "core/import.h"
#include "core/store_layout.h"
#include "store/person_key.h"
#include "store/totp.h"
#include "store/vault_files.h"
#include "tools/demo/cast.h"

enum {
    STAGE_QUEUE = 300,        /* commands of one moment */
    STAGE_RECORDS = 1 << 19,  /* bytes of them */
    STAGE_ARENA = 256 << 10,  /* bytes for rows looked at */
    STAGE_TROUBLE_SIZE = 256, /* bytes */
};

struct stage_person {
    struct person_key *key;
    struct totp_secret totp;
    struct id user, session, project;
    uint64_t until_us;   /* when the session runs out */
    const char *address; /* where commands come from now */
};

struct stage_group {
    struct id group;
    struct secret_bytes *secret;
};

/* A file that is written, as the script knows it. */
struct stage_file {
    struct id file;
    uint32_t chunks;
};

struct stage {
    char directory[STORE_PATH_MAX];
    struct engine *engine;
    struct import *import;
    struct vault_files *files;
    struct hasher *hasher;
    struct secret_key *provider; /* of second factors */
    uint64_t now_us, random;
    struct stage_person people[WHO_COUNT];
    struct id projects[PROJECT_COUNT], levels[LEVEL_COUNT], requirements[REQUIREMENT_COUNT];
    struct stage_group groups[GROUP_COUNT];
    struct arena arena;
    struct text records;
    struct request requests[STAGE_QUEUE];
    struct verdict verdicts[STAGE_QUEUE];
    struct {
        enum who who;
        enum command_kind kind;
    } asked[STAGE_QUEUE];
    size_t count;
    uint64_t commands; /* all that were given */
    char trouble[STAGE_TROUBLE_SIZE];
};

struct stage_options {
    const char *directory; /* of the store: there is nothing yet */
    uint64_t seed;
    uint64_t begins_us;
};

/* Makes the store, with its first administrator, who has no session yet. *out is the caller's:
 * stage_close. */
MUST_CHECK struct status stage_open(const struct stage_options *options, struct stage **out);
/* Ends the store in good order; then only stage_close is left. */
MUST_CHECK struct status stage_finish(struct stage *stage);
void stage_close(struct stage **stage);

/* From here on it is this time, unless it is later already. */
void stage_at(struct stage *stage, uint64_t utc_us);
void stage_pass(struct stage *stage, uint64_t seconds);

/* A number below `below`. */
uint64_t stage_random(struct stage *stage, uint64_t below);

/* How many events there are: the position of the next one. */
uint64_t stage_size(const struct stage *stage);

/* Commands ------------------------------------------------------------------------------------- */

/* One more of this moment, which is not to be refused. */
MUST_CHECK struct status stage_ask(struct stage *stage, enum who who, enum command_kind kind,
                                   const union command_fields *fields);
/* Gives what was asked. */
MUST_CHECK struct status stage_run(struct stage *stage);
/* Gives one command, after what was asked; *n (may be NULL) is its first event. */
MUST_CHECK struct status stage_do(struct stage *stage, enum who who, enum command_kind kind,
                                  const union command_fields *fields, uint64_t *n);
/* The same for one that the story says is refused, by this rule. */
MUST_CHECK struct status stage_refused(struct stage *stage, enum who who, enum command_kind kind,
                                       const union command_fields *fields, enum rule rule,
                                       uint64_t *n);
/* One command over many objects, of which none is to be refused; `items` is an array in canonical
 * JSON. */
MUST_CHECK struct status stage_ask_many(struct stage *stage, enum who who, enum command_kind kind,
                                        struct bytes items);
MUST_CHECK struct status stage_do_many(struct stage *stage, enum who who, enum command_kind kind,
                                       struct bytes items, uint64_t *n);
/* A command in somebody's name, signed by whoever has another key: what a thief would send. */
struct stage_theft {
    enum who thief; /* signs, and comes from there */
    struct id actor, session;
    enum command_kind kind;
    const union command_fields *fields;
};
MUST_CHECK struct status stage_steal(struct stage *stage, const struct stage_theft *theft,
                                     enum rule rule, uint64_t *n);

/* Challenge, second factor, answer; then the project is made active unless it is NO_PROJECT. */
MUST_CHECK struct status stage_login(struct stage *stage, enum who who, enum cast_project project);
/* The same without making one active. */
MUST_CHECK struct status stage_logout(struct stage *stage, enum who who);
bool stage_is_in(const struct stage *stage, enum who who);

/* The vault ------------------------------------------------------------------------------------ */

/* A group's key, wrapped for its owner, and for each further member. */
MUST_CHECK struct status stage_make_group(struct stage *stage, enum cast_group group);
MUST_CHECK struct status stage_add_member(struct stage *stage, enum cast_group group,
                                          enum who member);

struct stage_writing {
    enum who who;
    enum cast_group group; /* GROUP_COUNT: in the own tree */
    struct id parent;      /* the group, or a directory in it */
    const char *name, *type;
    uint64_t size;
    const char *content; /* what is in it, if that shall be there to be read; NULL: only the log
                              knows its chunks */
    uint32_t per_second; /* chunks that are written in a second; 0: all in one moment */
    bool kept;           /* its key is wrapped in earnest, for all who may have it */
};
/* Makes a file, writes and seals it. */
MUST_CHECK struct status stage_write(struct stage *stage, const struct stage_writing *writing,
                                     struct stage_file *out);
/* Reads chunks [from, to]. The key was fetched before. */
MUST_CHECK struct status stage_read(struct stage *stage, enum who who,
                                    const struct stage_file *file, uint32_t from, uint32_t to);
MUST_CHECK struct status stage_fetch_key(struct stage *stage, enum who who, struct id file,
                                         const char *why);
MUST_CHECK struct status stage_list(struct stage *stage, enum who who, enum cast_group group);
/* A key as it is wrapped for somebody, kept where such keys lie. */
MUST_CHECK struct status stage_wrap(struct stage *stage, const struct secret_bytes *secret,
                                    enum who who, struct digest *out);
/* A file's key as it is wrapped for a group that shall have it. */
MUST_CHECK struct status stage_wrap_for_group(struct stage *stage, enum cast_group group,
                                              struct digest *out);

#endif

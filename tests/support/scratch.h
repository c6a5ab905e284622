/*
 * tests/support/scratch.h -- stores in fresh directories, for tests.
 */
#ifndef TESTS_SUPPORT_SCRATCH_H
#define TESTS_SUPPORT_SCRATCH_H

#include "core/engine.h"

struct scratch {
    char directory[256]; /* removed by scratch_end */
    char store[300];     /* a store in it, made by scratch_store */
    struct secret_key *admin_key;
    struct secret_key *provider_key; /* of second factors: `phones`, trusted by scratch_login */
    uint64_t clock_us;               /* what the engine's clock shows; moved by hand */
};

/* Prints a failed status and fails the test. */
void must(struct status status);

void scratch_begin(struct scratch *scratch);
/* Makes a store with an administrator `ada` (user:N is `scratch_admin`). */
void scratch_store(struct scratch *scratch, enum key_type type);
void scratch_end(struct scratch *scratch);

/* Opens the store with the scratch's clock. */
struct engine *scratch_open(struct scratch *scratch, bool threaded);
/* The same, with state and index folded anew from the log. */
struct engine *scratch_rebuild(struct scratch *scratch);
/* The administrator's id. */
struct id scratch_admin(struct engine *engine);
/* Finishes and closes. */
void scratch_close(struct engine **engine);

/* Registers an outside emitter with a new key; the speaker's key is the caller's. */
void scratch_emitter(struct scratch *scratch, struct engine *engine, const char *name,
                     struct speaker *out);
/* Opens a session with a second factor. */
struct signer {
    struct id user;
    const struct secret_key *key;
};
struct id scratch_login(struct scratch *scratch, struct engine *engine,
                        const struct signer *signer);
/* Signed by the provider: the user has shown a second factor for the session. */
void scratch_mfa_statement(struct scratch *scratch, struct id user,
                           const struct session_row *session, struct text *out);
/* Makes the provider trusted, if it is not; its id. */
struct id scratch_provider(struct scratch *scratch, struct engine *engine);

/* A signed command by the administrator, who is logged in for it if she is not. */
struct verdict scratch_command(struct scratch *scratch, struct engine *engine,
                               enum command_kind kind, const union command_fields *fields);

/* The same by anybody, in the newest session that is open, if any; whatever comes of it. */
struct status scratch_command_by(struct engine *engine, const struct signer *signer,
                                 enum command_kind kind, const union command_fields *fields,
                                 struct verdict *verdict);

/* The record of such a command; of one over many objects if `items` are given. */
void scratch_sign(struct engine *engine, const struct signer *signer, enum command_kind kind,
                  struct bytes fields, struct bytes items, struct text *out);

/* Submits `count` audit.observed events by this speaker and moves its head. */
void scratch_observe(struct engine *engine, struct emission *emission, struct speaker *speaker,
                     uint32_t count);

/* Copies a directory and everything in it. */
void copy_tree(const char *from, const char *to);
void remove_tree(const char *path);

#endif

/*
 * tests/support/enclave.h -- a store with people in it, for tests of what commands do.
 *
 * Shape    enclave_begin makes a store with the super-administrator `ada`; enclave_user registers
 *          more people, each with keys to sign and to receive; enclave_login opens a session with a
 *          second factor by a provider that is trusted from the start; enclave_do gives a command
 *          as a person, in the newest session and with the project that is active in it. A person
 *          is called by login name.
 * Time     Stands still until enclave_pass.
 * Errors   What cannot be done fails the test, except refusals: they are in the verdict.
 */
#ifndef TESTS_SUPPORT_ENCLAVE_H
#define TESTS_SUPPORT_ENCLAVE_H

#include "core/command_record.h"
#include "tests/support/scratch.h"

enum {
    ENCLAVE_PEOPLE_MAX = 64,
    ENCLAVE_ARENA = 1 << 20, /* bytes for the rows that a test looks at */
    ENCLAVE_RECEIVE_KEY_SIZE = 32,
};

struct enclave_person {
    char login[NAME_MAX_SIZE + 1];
    struct id user;
    struct secret_key *key;
    uint8_t receive_key[ENCLAVE_RECEIVE_KEY_SIZE];
    struct id session; /* the newest that enclave_login has opened; ID_NONE: none */
};

struct enclave {
    struct scratch scratch;
    struct engine *engine;
    struct id provider; /* of second factors: `phones` */
    const struct secret_key *provider_key;
    struct enclave_person people[ENCLAVE_PEOPLE_MAX];
    size_t people_count;
    struct arena arena; /* of enclave_view */
    struct arena found; /* of enclave_find */
    struct status trouble;
};

/* Makes a store with `ada` in it, and opens it. She has no session yet. */
void enclave_begin(struct enclave *enclave);
void enclave_end(struct enclave *enclave);
/* Closes the store and opens it again; `rebuild` folds everything anew. */
void enclave_reopen(struct enclave *enclave, bool rebuild);
/* Everything in the log verifies, and folded anew it gives the same state. */
void enclave_check(struct enclave *enclave);
/* Every decision in the log, taken again on the state that it was taken on, is the same: verdict,
 * kinds of events and what they are about. Also asked by enclave_end. */
void enclave_replay(struct enclave *enclave);
/* Moves the clock on. */
void enclave_pass(struct enclave *enclave, uint64_t seconds);

/* Somebody new, registered by ada, who is logged in for it if she is not. Without a session. */
struct id enclave_user(struct enclave *enclave, const char *login, enum user_role role);
/* Opens a session: challenge, second factor, answer. */
struct id enclave_login(struct enclave *enclave, const char *login);
/* enclave_user and enclave_login. */
struct id enclave_join(struct enclave *enclave, const char *login, enum user_role role);

/* ada gives or takes away a permission: that counts from the next login on, or at once. */
void enclave_permit(struct enclave *enclave, const char *login, enum user_permission permission,
                    bool has);

struct enclave_person *enclave_person(struct enclave *enclave, const char *login);
/* The id of a person. */
struct id enclave_id(struct enclave *enclave, const char *login);

/* A command by this person, in the person's session. */
struct verdict enclave_do(struct enclave *enclave, const char *login, enum command_kind kind,
                          const union command_fields *fields);
/* The same, which must be allowed; the position of its first event: the id of what it made. */
uint64_t enclave_must(struct enclave *enclave, const char *login, enum command_kind kind,
                      const union command_fields *fields);
/* The same, which must be refused by this rule. */
void enclave_refused(struct enclave *enclave, const char *login, enum command_kind kind,
                     const union command_fields *fields, enum rule rule);

/* The signed record of such a command, and what the engine makes of any record. */
void enclave_sign(struct enclave *enclave, const char *login, enum command_kind kind,
                  const union command_fields *fields, struct text *out);
/* The same of a record of which kind and fields, or items, are set; session and project, too, if it
 * is to be another session than the person's. */
void enclave_sign_record(struct enclave *enclave, const char *login,
                         const struct command_record *command, struct text *out);
struct verdict enclave_give(struct enclave *enclave, struct bytes record);

/* What lies at one position; slices live until the next enclave_find. */
struct enclave_found {
    struct leaf leaf;
    struct bytes command; /* the record */
    union event_body body;
};
void enclave_find(struct enclave *enclave, uint64_t n, struct enclave_found *out);
/* The position of the next event. */
uint64_t enclave_size(const struct enclave *enclave);

/* The state at the head, or as of an event. Rows live until the next enclave_view or _do. */
struct view enclave_view(struct enclave *enclave);
struct view enclave_view_as_of(struct enclave *enclave, uint64_t n);

#endif

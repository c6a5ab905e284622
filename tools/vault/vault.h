/*
 * tools/vault/vault.h -- what all verbs of the vault begin with: who asks, where things lie.
 *
 * Shape    A visit is the time that the store is open for writing. Chunks are encrypted and written
 *          between visits, so that nobody else waits for them.
 * Paths    As in reports/resolve.h: /a/b is one's own, @group/a/b a group's, file:N any.
 */
#ifndef TOOLS_VAULT_VAULT_H
#define TOOLS_VAULT_VAULT_H

#include "store/vault_files.h"
#include "tools/operator.h"
#include "tools/store_open.h"

enum {
    VAULT_ARENA = 1 << 20, /* bytes for rows that are looked at */
};

struct vault {
    struct invocation *invocation;
    struct engine *engine; /* NULL between visits */
    struct vault_files *files;
    struct operator_standing standing;
    struct arena arena;
    struct status trouble;
};

/* Begins with a first visit. After EXIT_DONE vault_end is due. */
MUST_CHECK enum exit_code vault_begin(struct vault *vault, struct invocation *invocation);
/* Ends the visit that there may be, and everything else; hands on the more serious of both. */
MUST_CHECK enum exit_code vault_end(struct vault *vault, enum exit_code code);

/* Runs a verb that is one visit. */
MUST_CHECK enum exit_code vault_visit(struct invocation *invocation,
                                      enum exit_code (*act)(struct vault *vault));
/* The verb's index-th argument; NULL past the last. */
const char *vault_argument(const struct vault *vault, size_t index);

/* Ends a visit, and begins another. */
MUST_CHECK enum exit_code vault_leave(struct vault *vault);
MUST_CHECK enum exit_code vault_return(struct vault *vault);

/* The state now; rows live until the next view. */
struct view vault_view(struct vault *vault);
/* Tells a failure of the state that was met on the way; EXIT_DONE if there was none. */
MUST_CHECK enum exit_code vault_check(const struct vault *vault);

/* A command by whoever asks. */
MUST_CHECK enum exit_code vault_command(struct vault *vault, enum command_kind kind,
                                        const union command_fields *fields,
                                        struct verdict *verdict);

/* The same, and shows the events that it led to. */
MUST_CHECK enum exit_code vault_do(struct vault *vault, enum command_kind kind,
                                   const union command_fields *fields);

/* What is at a path, and is of this kind (ID_NONE: any). */
MUST_CHECK enum exit_code vault_find(struct vault *vault, const char *path, enum id_kind kind,
                                     struct id *out);
/* The same, where there may be nothing: *out is ID_NONE then. */
MUST_CHECK enum exit_code vault_look(struct vault *vault, const char *path, struct id *out);
/* A user, or a group (`@chemistry`, or its name alone). */
MUST_CHECK enum exit_code vault_find_holder(struct vault *vault, const char *name, struct id *out);
/* The directory that a path is in, and its last name, lent from it. */
MUST_CHECK enum exit_code vault_find_parent(struct vault *vault, const char *path,
                                            struct id *parent, struct bytes *name);
/* The group in whose directory something is, or is to be; ID_NONE. `place` is a directory, or the
 * top of a tree. */
struct id vault_group_of(struct vault *vault, struct id place);

/* Tells a failure. */
enum exit_code vault_fail(const struct vault *vault, struct status status, const char *doing);

#endif

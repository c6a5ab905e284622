/*
 * tools/audit/giving.h -- what the verbs of the audit's work share: fields from words, and sending.
 *
 * Shape    A verb fills the fields of one command, sends it signed, and shows the events that it
 *          led to. What cannot be read is said at once.
 */
#ifndef TOOLS_AUDIT_GIVING_H
#define TOOLS_AUDIT_GIVING_H

#include "tools/operator.h"
#include "tools/store_open.h"

enum {
    GIVING_LIST_MAX = 512,    /* values of one option, or arguments */
    GIVING_ARENA = 256 << 10, /* bytes for what is looked up */
};

struct giving {
    struct invocation *invocation;
    struct engine *engine;
    struct view view; /* at the head */
    struct arena arena;
    struct status trouble;
    struct bytes lists[2][GIVING_LIST_MAX];
    uint64_t numbers[GIVING_LIST_MAX];
    uint8_t memory[GIVING_ARENA];
};

/* Opens the store, runs, and closes it in good order. */
typedef enum exit_code giving_act(struct giving *giving);
enum exit_code giving_run(struct invocation *invocation, enum store_need need, giving_act *act);

/* The value of an option; empty, and *has false, if it is not given. `has` may be NULL. */
struct bytes giving_text(const struct giving *giving, const char *name, bool *has);
/* The value of an option that is needed. */
MUST_CHECK enum exit_code giving_needed(const struct giving *giving, const char *name,
                                        struct bytes *out);
/* All values of a repeatable option; kept in lists[which]. */
size_t giving_values(struct giving *giving, const char *name, size_t which);
/* The moment of an option; *has false, and *out as it was, if it is not given. */
MUST_CHECK enum exit_code giving_time(const struct giving *giving, const char *name, bool *has,
                                      uint64_t *out);
/* A stretch of time, like 3y, 30d, 500ms, in microseconds; a month has 30 days, a year 365. */
MUST_CHECK enum exit_code giving_stretch(const struct giving *giving, const char *name, bool *has,
                                         uint64_t *out);
/* The thing that a word names. */
MUST_CHECK enum exit_code giving_thing(const struct giving *giving, enum id_kind kind,
                                       const char *word, struct id *out);
/* The thing that an option names; *has false if it is not given. */
MUST_CHECK enum exit_code giving_option(const struct giving *giving, enum id_kind kind,
                                        const char *name, bool *has, struct id *out);
/* SHA-256 of a file. */
MUST_CHECK enum exit_code giving_digest(const struct giving *giving, const char *path,
                                        struct digest *out);

/* Sends the command, and shows what it did. */
MUST_CHECK enum exit_code giving_send(const struct giving *giving, enum command_kind kind,
                                      const union command_fields *fields);

#endif

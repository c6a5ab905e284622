/*
 * schema/status.h -- how every call that can fail says so.
 *
 * Errors   A failure is a code, one number, and for bad input a static sentence; schema/status.def
 *          says what the number counts. A refusal by policy is not a failure (see core/), and a bug
 *          is not either: bugs abort.
 */
#ifndef SCHEMA_STATUS_H
#define SCHEMA_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define CLEANUP(free_function) __attribute__((cleanup(free_function)))

enum status_code {
#define STATUS(name, sentence, at) STATUS_##name,
#include "schema/status.def"
};

/* A struct, so that no int, bool or errno can be taken for one. */
struct status {
    enum status_code code;
    uint64_t at;
    const char *why; /* static text that narrows the sentence, or NULL */
};

#define OK ((struct status){.code = STATUS_OK})
#define FAIL(name, where) ((struct status){.code = STATUS_##name, .at = (where)})
#define FAIL_BECAUSE(name, where, because) \
    ((struct status){.code = STATUS_##name, .at = (where), .why = (because)})

static inline bool failed(struct status status)
{
    return status.code != STATUS_OK;
}

/* Hands a failure to the caller. With CLEANUP, the only macro here that steers control flow. */
#define TRY(call)                    \
    do {                             \
        struct status try_ = (call); \
        if (failed(try_)) {          \
            return try_;             \
        }                            \
    } while (0)

/* The sentence for a code, and what its number counts: static, never freed. */
const char *status_sentence(enum status_code code);
const char *status_unit(enum status_code code);

struct text;

/* Writes one line for people: the sentence, the reason if there is one, and the number where it
 * says something ("byte 17", "No space left on device"). */
void status_describe(struct status status, struct text *out);

#endif

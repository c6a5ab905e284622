/*
 * tools/invocation.h -- one command line, understood: what a verb's run function works with.
 *
 * Shape    Everything that a verb may touch of the outside comes from here: options, arguments, the
 *          clock, the streams. Data goes to the output; every other word to the errors, through the
 *          functions below, which make foreign text printable.
 * Errors   Functions that return an exit code have said what was wrong; hand on what is not
 *          EXIT_DONE:
 *
 *              const char *store;
 *              enum exit_code code = invocation_store(invocation, &store);
 *              if (code != EXIT_DONE) {
 *                  return code;
 *              }
 */
#ifndef TOOLS_INVOCATION_H
#define TOOLS_INVOCATION_H

#include "reports/moment.h"
#include "reports/rows.h"
#include "tools/guard.h"
#include "tools/options.h"
#include "tools/terminal.h"

struct filter;
struct person_key;
struct remote;

struct invocation {
    const struct verb_table *table;
    const struct verb *verb; /* NULL while none is known */
    struct command_line line;
    struct streams streams;
    struct output *output; /* flushed after the verb has run */
    struct terminal terminal;
    struct zone zone;
    uint64_t now_utc_us; /* when the command began, */
    uint64_t began_us;   /* and on the clock that only goes up */
    enum rows_format format;
    bool raw;   /* CSV as it is */
    bool quiet; /* no notes, no progress */
    bool verbose;
    bool no_input; /* never ask */
    struct guard_page *page;
    struct filter *where;      /* the expression among its arguments: tools/query_options.h */
    struct person_key *person; /* who signs commands, once unlocked: tools/operator.h */
    struct remote *remote;     /* the daemon that writes the store: tools/store_open.h */
};

/* Options and arguments -------------------------------------------------------------------- */

/* The name is one of the verb's options or of the global ones; another is a bug. */
bool invocation_has(const struct invocation *invocation, const char *name);

/* The value, the last one if there are more; NULL if it is not given. */
const char *invocation_value(const struct invocation *invocation, const char *name);

/* Of a repeatable option, the index-th value, in the order of the command line; NULL past the last.
 */
const char *invocation_value_at(const struct invocation *invocation, const char *name,
                                size_t index);

size_t invocation_argument_count(const struct invocation *invocation);

/* The index-th argument; NULL past the last. */
const char *invocation_argument(const struct invocation *invocation, size_t index);

/* A number from least to most; *out keeps its value if the option is not given. */
struct number_limits {
    uint64_t least, most;
};
MUST_CHECK enum exit_code invocation_number(const struct invocation *invocation, const char *name,
                                            struct number_limits limits, uint64_t *out);

/* The store's directory, from --store or CAIRN_STORE. From here on a crash is a damaged store. */
MUST_CHECK enum exit_code invocation_store(const struct invocation *invocation, const char **out);

/* The moment that an option names; MOMENT_OPEN if it is not given. `since` is what +15m counts
 * from. */
MUST_CHECK enum exit_code invocation_moment(const struct invocation *invocation, const char *name,
                                            struct moment since, struct moment *out);

/* The range from the options `since` and `until`, which the verb has. */
MUST_CHECK enum exit_code invocation_range(const struct invocation *invocation,
                                           struct moment_range *out);

/* A range as an expression, like the value of an option or an argument. */
MUST_CHECK enum exit_code invocation_range_of(const struct invocation *invocation,
                                              const char *expression, struct moment_range *out);

/* Answers ---------------------------------------------------------------------------------- */

/* Sets up rows in the format, zone and width asked for. */
void invocation_rows(const struct invocation *invocation, struct rows *rows, struct arena *memory);

/* Says why the command ends: `cairn: verb: sentence`, and on a second line what to do about it
 * (NULL: nothing). Returns the code. */
enum exit_code invocation_fail(const struct invocation *invocation, enum exit_code code,
                               const char *advice, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

struct nearest;

/* Says that there is no such `what`, with the nearest known word if one is near (reports/nearest.h)
 * and the command that lists them all, between its quotes. Returns EXIT_USAGE. */
enum exit_code invocation_unknown(const struct invocation *invocation, const char *what,
                                  const struct nearest *nearest, const char *lists);

/* The same for a failure: `cairn: verb: doing: sentence`. Says nothing of an output that has
 * failed, since that is said once, at the end; nor of an interruption. `advice` may be NULL. */
enum exit_code invocation_failed(const struct invocation *invocation, struct status status,
                                 const char *advice, const char *doing);

/* One more line below a failure that has just been said. */
void invocation_add(const struct invocation *invocation, const char *line);

/* A word beside the answer, on the errors; --quiet drops it. */
void invocation_note(const struct invocation *invocation, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* While it works --------------------------------------------------------------------------- */

/* Notes what is being done to which event, for the sentence after a crash. */
void invocation_at(const struct invocation *invocation, const char *doing, uint64_t event);

/* Whether to stop: see guard_interrupted. */
bool invocation_interrupted(const struct invocation *invocation);

/* Waits for a descriptor, a signal or the time: see guard_wait. */
enum guard_wait invocation_wait(const struct invocation *invocation, int descriptor,
                                int timeout_ms);

/* A bar for long work; nothing with --quiet or without a terminal. */
struct progress invocation_progress(const struct invocation *invocation, const char *about,
                                    uint64_t total);

#endif

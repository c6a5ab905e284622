/*
 * tools/looking.h -- what the verbs that look at many events have in common: the store, the
 * question, and the event that says that it was asked.
 *
 * Shape    Begin, run, end. The range and the filters come from the options; the verb begins its
 *          table of options with LOOKING_OPTIONS.
 * Memory   `memory` is one block for the verb, from begin to end.
 */
#ifndef TOOLS_LOOKING_H
#define TOOLS_LOOKING_H

#include "reports/spark.h"
#include "tools/asked.h"
#include "tools/query_options.h"

#define LOOKING_OPTIONS                                                                         \
    QUERY_FILTER_OPTIONS, {"since", 0, "TIME", "from this time on (when it happened)", false},  \
        {"until", 0, "TIME", "before this time", false},                                        \
    {                                                                                           \
        "by-received", 0, NULL, "time is when the log recorded it, not when it happened", false \
    }

struct looking {
    struct invocation *invocation;
    struct engine *engine;
    struct query query;
    struct query_outcome outcome; /* of the last run */
    struct log_snapshot *log;
    struct index_snapshot *index; /* NULL: there is none */
    struct arena memory;
    /* this module's own */
    struct hasher *hasher; /* over the rows of the answer */
    query_visit *visit;
    void *context;
    uint64_t seen, erased;
};

/* Opens the store; the memory has so many bytes. After anything but EXIT_DONE there is nothing to
 * end. */
MUST_CHECK enum exit_code looking_open(struct invocation *invocation, size_t memory_size,
                                       struct looking *looking);

/* The same, and understands the question: for verbs that have LOOKING_OPTIONS. */
MUST_CHECK enum exit_code looking_begin(struct invocation *invocation, size_t memory_size,
                                        struct looking *looking);

/* Runs the question. Looks at signals now and then. */
MUST_CHECK struct status looking_run(struct looking *looking, query_visit *visit, void *context);

/* Sets up the rows of the answer, which are hashed; lent until looking_end. */
void looking_rows(struct looking *looking, struct rows *rows, struct arena *memory);

/* Says the footer of an answer (tools/footnote.h) and how the verb ends: `rows` of `what`, or of
 * events if that is NULL. */
MUST_CHECK enum exit_code looking_footnote(const struct looking *looking, uint64_t rows,
                                           const char *what);

/* Logs what was asked, and the hash of the answer, unless it failed; closes everything. `rows` may
 * be NULL after a failure. */
MUST_CHECK enum exit_code looking_end(struct looking *looking, enum exit_code code,
                                      const struct rows *rows);

/* The body of an event; empty once erased, which is counted. */
enum looking_part {
    LOOKING_BODY,
    LOOKING_SALT_AND_BODY,
};
MUST_CHECK struct status looking_body(struct looking *looking, const struct leaf *leaf,
                                      enum looking_part part, struct bytes *body);

/* How lines and bars are drawn: ASCII with --ascii, which the verb has, and where the first that is
 * set of LC_ALL, LC_CTYPE and LANG does not say UTF-8. */
enum spark_letters looking_letters(const struct invocation *invocation);

/* A field that events are grouped by, as the value of an option. */
struct dimension;
MUST_CHECK enum exit_code looking_dimension(const struct invocation *invocation, const char *option,
                                            struct bytes name, struct dimension *out);

/* Writes a new file, which has its name when all of it is there. */
typedef struct status looking_draw(void *context, struct output *output);
MUST_CHECK enum exit_code looking_write_file(const struct invocation *invocation, const char *path,
                                             looking_draw *draw, void *context);

#endif

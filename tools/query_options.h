/*
 * tools/query_options.h -- what all verbs that select events share: from options, and an expression
 * among the arguments, to a struct query.
 *
 * Shape    A verb has the rows QUERY_FILTER_OPTIONS first in its table of options, and `[EXPR...]`
 *          last among its arguments: whatever words there are make up the expression.
 */
#ifndef TOOLS_QUERY_OPTIONS_H
#define TOOLS_QUERY_OPTIONS_H

#include "reports/query.h"
#include "tools/store_open.h"

/* The rows of an option table that are filters; both verbs begin with them. */
#define QUERY_FILTER_OPTIONS                                                      \
    {"actor", 0, "WHO", "a user by id or login, or an emitter", true},            \
        {"emitter", 0, "NAME", "the component that vouches for it", true},        \
        {"kind", 0, "GLOB", "kinds of event, like audit.*", true},                \
        {"on", 0, "WHAT", "what it is about: subject:12, a name, a path", true},  \
        {"user", 0, "NAME", "a foreign system's user", true},                     \
        {"host", 0, "NAME", "a foreign system's host", true},                     \
        {"action", 0, "NAME", "what a foreign system calls what happened", true}, \
        {"outcome", 0, "OUTCOME", "ok, denied or failed", true},                  \
        {"source", 0, "ADDRESS", "the network address it came from", true},       \
        {"project", 0, "PROJECT", "the active project, by name or id", true},     \
        {"session", 0, "ID", "the session", true},                                \
    {                                                                             \
        "rule", 0, "RULE", "the rule that refused", true                          \
    }

/* The option `--format` of verbs that show events, which knows lines, too. */
#define QUERY_FORMAT_OPTION                                                                       \
    {                                                                                             \
        "format", 0, "table|line|json|csv", "how to print events; line is a sentence each", false \
    }
void query_format(struct invocation *invocation);

/* Fills the query's conditions, and its expression if the verb takes one, which lives as long as
 * the invocation. A name that nobody has is EXIT_NOTHING, with a note; in an expression it is an
 * error, like all that cannot be read: shown with a caret below it. */
MUST_CHECK enum exit_code query_conditions(struct invocation *invocation, struct engine *engine,
                                           struct query *query);

/* The words of the expression as they were given, with blanks between them; FILTER_TEXT_MAX bytes
 * are enough for one that query_conditions has read. */
void query_words(const struct invocation *invocation, struct text *out);

/* Reads an expression that came from elsewhere, as the invocation's own. */
MUST_CHECK enum exit_code query_expression(struct invocation *invocation, struct engine *engine,
                                           struct bytes expression, struct query *query);

/* Releases the invocation's expression; done when its verb has run. */
void query_forget_where(struct invocation *invocation);

/* Logs that the question was asked: audit.query_run. Does nothing in an engine that only reads. */
MUST_CHECK struct status query_record(struct engine *engine, const struct query *query,
                                      const struct query_outcome *outcome,
                                      const struct digest *result);

#endif

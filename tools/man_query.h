/*
 * tools/man_query.h -- the manual page cairn-query(7): the language of questions, from the tables
 * that read it.
 */
#ifndef TOOLS_MAN_QUERY_H
#define TOOLS_MAN_QUERY_H

#include "tools/invocation.h"

/* The index-th form of a test or joint, `FIELD = VALUE`, and what it says; NULL past the last. */
const char *expression_form(size_t index, const char **about);

/* Prints the page. */
MUST_CHECK enum exit_code man_query(const struct invocation *invocation);

#endif

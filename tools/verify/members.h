/*
 * tools/verify/members.h -- canonical JSON and foreign text, so that people can read it and no
 * terminal can be steered by it.
 */
#ifndef TOOLS_VERIFY_MEMBERS_H
#define TOOLS_VERIFY_MEMBERS_H

#include "reports/output.h"
#include "schema/arena.h"

/* Text of any length. */
void members_put_text(struct output *output, struct bytes text);

/* The members of an object, one on a line; what is no canonical object is written as text. Strings
 * that have escapes live in the arena, which is reset. */
void members_write(struct output *output, struct bytes object, struct arena *arena);

#endif

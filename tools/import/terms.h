/*
 * tools/import/terms.h -- the names a record is found by, made printable.
 *
 * Memory   The terms of one record; terms_clear before the next one.
 */
#ifndef TOOLS_IMPORT_TERMS_H
#define TOOLS_IMPORT_TERMS_H

#include "schema/text.h"
#include "tools/import/record.h"

enum {
    /* a byte grows fourfold at most, and an action is made of two pieces */
    TERM_PRINTED_MAX = 4 * IMPORT_TERM_MAX + 32,
    TERMS_MEMORY = 6 * 2 * TERM_PRINTED_MAX,
};

struct terms {
    struct text text;
    char memory[TERMS_MEMORY];
};

void terms_clear(struct terms *terms);

/* Writes a name as a term, at most TERM_PRINTED_MAX bytes. */
void terms_put(struct text *text, struct bytes name);

/* The name, printable, at most IMPORT_TERM_MAX bytes of it; an empty one stays empty. */
struct bytes terms_add(struct terms *terms, struct bytes name);

/* Two names with a character between them; only the first if the second is empty. */
struct bytes terms_join(struct terms *terms, struct bytes first, char between, struct bytes second);

#endif

/*
 * tools/form_items.h -- the objects of one command: from arguments, from CSV, from a list.
 *
 * Shape    Fields that are the same for all come from the options; what differs makes the items.
 *          The result is one object of fields, or an array of them.
 * Limits   FORM_ITEMS_MAX objects; what does not fit a command record is refused.
 */
#ifndef TOOLS_FORM_ITEMS_H
#define TOOLS_FORM_ITEMS_H

#include "schema/field_words.h"
#include "tools/invocation.h"

struct view;

enum {
    FORM_ITEMS_MAX = 1000,
    FORM_TEXT_MAX = COMMAND_MAX - 2048, /* bytes: room for the rest of the record */
};

struct form_items {
    struct invocation *invocation;
    const struct view *view;
    struct id user; /* who gives the command: names of theirs are meant first */
    const struct command_info *info;
    struct text text; /* the array so far, without its last bracket */
    size_t count;
    size_t first; /* where the only item begins */
};

/* Fills in all that the command line asks for. EXIT_USAGE, EXIT_NOT_FOUND, with the sentence said;
 * EXIT_NOTHING if a list has found nothing. *out is then an object (one item) or an array. */
MUST_CHECK enum exit_code form_items_collect(struct form_items *items, struct bytes *out);

/* tools/form_csv.c: adds an item for each line of the file. */
MUST_CHECK enum exit_code form_items_from_csv(struct form_items *items, const char *path);

/* Adds an item; fields that it does not have are taken from the options. */
MUST_CHECK enum exit_code form_items_add(struct form_items *items, struct fields *fields,
                                         const char *where);
/* Fields for an item, ready to be given values. */
struct fields form_items_fields(struct form_items *items);

#endif

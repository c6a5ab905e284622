/*
 * reports/filter/fields.h -- what an event can be asked for: one table for the parser, the manual,
 * `cairn fields`, and completion.
 */
#ifndef REPORTS_FILTER_FIELDS_H
#define REPORTS_FILTER_FIELDS_H

#include "schema/field.h"
#include "store/index.h"

enum filter_type {
    FILTER_TYPE_NUMBER,
    FILTER_TYPE_TIME,
    FILTER_TYPE_KIND,
    FILTER_TYPE_OUTCOME,
    FILTER_TYPE_RULE,
    FILTER_TYPE_ACTOR,
    FILTER_TYPE_EMITTER,
    FILTER_TYPE_ID,
    FILTER_TYPE_SUBJECT, /* what a foreign system calls it */
    FILTER_TYPE_ADDRESS,
    FILTER_TYPE_DIGEST,
    FILTER_TYPE_TEXT, /* any string of the event */
    FILTER_TYPE_BODY, /* a field of the body, by its path */
};

enum filter_field_id {
    FILTER_ACTION,
    FILTER_ACTOR,
    FILTER_AT,
    FILTER_CAUSE,
    FILTER_COMMAND,
    FILTER_EMITTER,
    FILTER_EMITTER_N,
    FILTER_HOST,
    FILTER_ITEM,
    FILTER_EVENT_KIND,
    FILTER_N,
    FILTER_ON,
    FILTER_ON_N,
    FILTER_OUTCOME,
    FILTER_PROJECT,
    FILTER_RECORDED,
    FILTER_RULE,
    FILTER_SESSION,
    FILTER_SOURCE,
    FILTER_TEXT,
    FILTER_TIME,
    FILTER_USER,
    FILTER_VERSION,
    FILTER_BODY, /* all of them */
    FILTER_FIELD_COUNT,
};

struct filter_field {
    const char *name;
    enum filter_field_id id;
    enum filter_type type;
    enum term_type term; /* that the index knows it by; 0: it does not */
    const char *about;
};

/* In the order of their names; `body` is the last. */
extern const struct filter_field filter_fields[FILTER_FIELD_COUNT];

/* The field of a name without its path, `body` for body.size; NULL: there is none. */
const struct filter_field *filter_field_named(struct bytes name);

/* What a type is called, and how its values are written: `time`, "2026-03-09, -2h, A..B". */
const char *filter_type_name(enum filter_type type);
const char *filter_type_about(enum filter_type type);

/* The types that a field of this name has in bodies: bits of enum field_type, 0 for a name that no
 * event has. */
uint32_t filter_body_types(struct bytes name);
/* The next field of this name after `last` (NULL: the first); NULL: there is none. */
const struct field_info *filter_body_next(struct bytes name, const struct field_info *last);

/* Calls `visit` with each name that fields of bodies have, once, in the order of names. */
typedef struct status filter_body_visit(void *context, const char *name, uint32_t types);
MUST_CHECK struct status filter_body_fields(filter_body_visit *visit, void *context);

#endif

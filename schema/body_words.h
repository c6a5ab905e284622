/*
 * schema/body_words.h -- an event's body from words of a command line: `what=door count=3`.
 */
#ifndef SCHEMA_BODY_WORDS_H
#define SCHEMA_BODY_WORDS_H

#include "schema/catalogue/catalogue.h"

/* Writes the canonical JSON of a body of this kind from `count` words NAME=VALUE. MALFORMED, with
 * *word the one that is wrong or the field that is missing, and a reason. The result still has to
 * pass event_body_decode. */
MUST_CHECK struct status body_from_words(enum event_kind kind, const char *const *words,
                                         size_t count, struct text *out, const char **word);

#endif

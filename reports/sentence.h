/*
 * reports/sentence.h -- an event as a sentence: "ben fetched the key of file:61 (project tides)".
 *
 * Shape    What a kind says is data, reports/sentence.def; behind it come the refusal's rule, that
 *          it failed, the active project and the address, where there are any. Only the leaf is
 *          looked at. Names are those of the event's moment; what has none stands as its id.
 */
#ifndef REPORTS_SENTENCE_H
#define REPORTS_SENTENCE_H

#include "core/engine.h"

enum {
    SENTENCE_SIZE_MAX = 4096, /* bytes that are enough but for the longest names */
};

void sentence_put(struct engine *engine, const struct leaf *leaf, struct text *out);

#endif

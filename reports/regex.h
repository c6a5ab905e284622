/*
 * reports/regex.h -- regular expressions in foreign text, without the cost that they can have.
 *
 * Shape    PCRE2, compiled once, for text that is taken as UTF-8 where it is that, else as bytes.
 *          A pattern matches anywhere in a text unless it is anchored.
 * Limits   REGEX_PATTERN_MAX bytes of pattern. A match that would take more than so many steps, so
 *          deep or so much memory, is given up: LIMIT, never a wrong answer. Neither \C nor
 *          anything that is called from within the pattern is allowed.
 * Errors   MALFORMED at the byte of the pattern, with PCRE2's own sentence.
 * Source   pcre2api(3), pcre2pattern(3).
 */
#ifndef REPORTS_REGEX_H
#define REPORTS_REGEX_H

#include "schema/text.h"

enum {
    REGEX_PATTERN_MAX = 1024,    /* bytes */
    REGEX_MATCH_LIMIT = 1000000, /* steps */
    REGEX_DEPTH_LIMIT = 10000,   /* steps that may have to be taken back */
    REGEX_HEAP_LIMIT_KIB = 4096, /* KiB of memory for them */
};

/* Its members are PCRE2's. All zero: none. */
struct regex {
    void *code, *match, *limits;
};

struct regex_options {
    bool caseless;
};

/* Compiles; regex_close what is in *out then, and also after a failure. `sentence` gets what is
 * wrong with the pattern. */
MUST_CHECK struct status regex_open(struct bytes pattern, const struct regex_options *options,
                                    struct text *sentence, struct regex *out);
void regex_close(struct regex *regex);

/* Whether it matches somewhere in the text. LIMIT if that is too costly to tell. */
MUST_CHECK struct status regex_matches(const struct regex *regex, struct bytes text, bool *out);

#endif

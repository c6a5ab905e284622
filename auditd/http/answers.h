/*
 * auditd/http/answers.h -- what is said with every answer, and the answers that are made here.
 *
 * Shape    Pure: from a status and what belongs to it to header fields, or to a whole answer. Pages
 *          of errors are plain HTML that needs nothing else; they are made without asking a reader.
 *          What shows data is not stored by anybody; what has its digest in its name is stored for
 *          good, and known by its path.
 * Source   RFC 9110 8.8.3, 13.1.2, 10.2.3; CSP Level 3; interface.md 1b 19.
 */
#ifndef AUDITD_HTTP_ANSWERS_H
#define AUDITD_HTTP_ANSWERS_H

#include "auditd/page_message.h"

enum {
    ANSWER_FIELDS_MAX = 20,
    ANSWER_TEXT_SIZE = 4 << 10, /* bytes of all of its fields */
    ANSWER_PAGE_SIZE = 4 << 10, /* bytes of a page of an error, with its head */
    ANSWER_BUSY_S = 2,          /* seconds after which somebody refused for now may come again */
};

/* The words of a status: `Not Found`. */
const char *answer_reason(unsigned status);
/* What it means, for the page of an error; a sentence or two. */
const char *answer_sentence(unsigned status);

struct answer_field {
    const char *name, *value;
};
struct answer_fields {
    size_t count;
    struct answer_field fields[ANSWER_FIELDS_MAX];
    struct text text; /* where values are written that are not constant */
    char memory[ANSWER_TEXT_SIZE];
};

/* The header fields of an answer to a request for `path`, but for those of its length and date.
 * `out` stays where it is. */
void answer_fields_of(const struct page_answer *answer, struct bytes path, bool secure,
                      struct answer_fields *out);

/* Whether an asker who knows `known` (If-None-Match) has what lies at `path` for good. */
bool answer_is_known(struct bytes known, struct bytes path);

/* The page of an error. `sentence` NULL: what the status means. */
void answer_page(unsigned status, const char *sentence, struct text *out);

/* A whole answer, from its status line on. */
struct answer_error {
    unsigned status;
    const char *sentence; /* NULL: what the status means */
    bool only_head;
    bool secure;
};
void answer_whole(const struct answer_error *error, struct text *out);

#endif

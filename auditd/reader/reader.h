/*
 * auditd/reader/reader.h -- from a request that passed the door of the network to an answer.
 *
 * Shape    Looks at the newest log and state, judges who it is (auditd/reader/door.h), has the
 *          page made (reports/web/web.h) and the view said in the log; the page tells if it was.
 *          The body is a sealed file in memory, which costs nothing but memory however slowly it is
 *          taken. Style sheets and scripts need nobody's leave, and are no view.
 * Limits   Time and bytes of one answer. Beyond them: 503, and 500.
 * Process  One request at a time; who asks has his answer before the next.
 * Source   DESIGN.md 10; docs/decisions/0052.
 */
#ifndef AUDITD_READER_READER_H
#define AUDITD_READER_READER_H

#include "auditd/reader/door.h"

struct reader; /* opaque */

struct reader_options {
    struct engine *engine; /* that only reads */
    const char *program;   /* `cairn 0.1.0` */
    door_say *say;
    bool (*can_say)(void *context); /* whether the writer is there */
    void (*alive)(void *context);   /* called now and then while a page is made; may be NULL */
    void *context;
    struct status (*look)(void *context); /* before each answer; NULL: engine_look_again */
    uint64_t answer_us;                   /* that a page may take */
    uint64_t (*clock)(void *context);     /* UTC us; NULL: the engine's */
};

struct reader_counts {
    uint64_t pages, page_us, unrecorded, late;
};

/* NO_MEMORY. On success *out is the caller's: reader_close. */
MUST_CHECK struct status reader_open(const struct reader_options *options, struct reader **out);
void reader_close(struct reader **reader);

/* Answers. `body` is the caller's, -1 if there is none; what the answer lends is valid until the
 * next call. Whatever goes wrong is an answer, too. */
void reader_answer(struct reader *reader, const struct page_request *request,
                   struct page_answer *answer, int *body);
/* What is to be done now and then. */
void reader_tick(struct reader *reader);

const struct reader_counts *reader_counts(const struct reader *reader);
uint64_t reader_turned_away(const struct reader *reader);

#endif

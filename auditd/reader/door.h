/*
 * auditd/reader/door.h -- who may come in to the auditors' pages, and as whom.
 *
 * Shape    A visitor shows a link, a session's cookie or a certificate; the state says what it is
 *          worth now (core/audit/auditor.h). A link opens a page with one button, which uses
 *          it up: whoever fetches links to look at them uses up nothing, and HEAD never does. What
 *          comes of it is a session, whose secret is a cookie and known to the log by its digest.
 *          Everybody else is shown one and the same page.
 * Log      Through `say`: auditor.entered before anybody is in, and auditor.turned_away for those
 *          who showed something that is worth nothing: at once the first time, then once a minute
 *          for each address, with how many there were.
 * Source   domain.md AUD-10; docs/decisions/0051.
 */
#ifndef AUDITD_READER_DOOR_H
#define AUDITD_READER_DOOR_H

#include "auditd/page_message.h"
#include "core/engine.h"
#include "reports/web/token.h"
#include "reports/web/web.h"

enum {
    DOOR_ADDRESSES_MAX = 64, /* of whom it is known that they were turned away */
    DOOR_NAME_SIZE = 72,     /* bytes of an auditor's name, with a final NUL */
    DOOR_TURNED_AWAY_US = 60000000,
};

struct door; /* opaque */

/* Has the writer say something, and returns once it is in the log and in the state. IO: it cannot
 * be known whether it was said. Other failures: it was not. */
typedef struct status door_say(void *context, const struct draft *draft);

struct door_options {
    struct engine *engine; /* looked at anew by whoever owns it */
    door_say *say;
    void *context;
};

/* NO_MEMORY. On success *out is the caller's: door_close. */
MUST_CHECK struct status door_open(const struct door_options *options, struct door **out);
void door_close(struct door **door);

enum door_way {
    DOOR_IN,      /* `viewer` is who it is */
    DOOR_BUTTON,  /* the link is good: show the button */
    DOOR_ENTERED, /* the link has been used: `secret` is the session's */
    DOOR_SHUT,    /* nothing that was shown lets in */
    DOOR_BUSY,    /* the writer cannot be asked now: the link may have been used or not */
};

struct door_pass {
    enum door_way way;
    struct web_viewer viewer;  /* its name is in `name` */
    char name[DOOR_NAME_SIZE]; /* also of DOOR_BUTTON */
    char
        project[DOOR_NAME_SIZE]; /* of DOOR_BUTTON: the name of what it is scoped to; empty: none */
    uint64_t expires_us;         /* of DOOR_BUTTON */
    struct token secret;
};

/* Judges a visit. CORRUPT, IO, FOLD: the state cannot be read. */
MUST_CHECK struct status door_judge(struct door *door, const struct page_request *request,
                                    uint64_t now_utc_us, struct door_pass *out);

/* Whether a target is a link's: `/enter/...`. */
bool door_is_link(struct bytes target);

/* Somebody was turned away before there was a request. */
void door_refused(struct door *door, struct bytes address, struct bytes why, uint64_t now_utc_us);

/* Says what has been held back for long enough. */
void door_tick(struct door *door, uint64_t now_utc_us);

/* How many were turned away since the start. */
uint64_t door_turned_away(const struct door *door);

#endif

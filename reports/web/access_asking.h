/*
 * reports/web/access_asking.h -- what the access explorer is asked.
 *
 * Shape    Who (`user`), what (`object`), what would be done (`verb`), when (`as_of`, `between`),
 *          and whether it is about what could have been or what was done (`ask=did`). Names are as
 *          the command line has them.
 * Errors   What names nothing is no failure of the page: `fault` says so, beside the form.
 */
#ifndef REPORTS_WEB_ACCESS_ASKING_H
#define REPORTS_WEB_ACCESS_ASKING_H

#include "core/access/access.h"
#include "reports/web/as_of.h"

enum {
    ACCESS_FAULT_SIZE = 400,
};

struct access_asking {
    struct visit *visit;
    struct status trouble;
    struct as_of as_of;
    struct stretch stretch;
    bool between, did, refused;
    struct id user, object; /* ID_NONE: not given */
    bool verbs[ACCESS_VERB_COUNT];
    bool all_verbs;
    char fault[ACCESS_FAULT_SIZE]; /* empty: none */
    bool malformed;                /* which is of what could not be read at all */
};

/* Reads the request. Fails as as_of_read does. */
MUST_CHECK struct status access_asking_read(struct visit *visit, struct access_asking *out);

/* The form, filled in as it was asked. */
void access_asking_form(const struct access_asking *asking);

/* The command that answers the same. */
void access_asking_command(const struct access_asking *asking);

#endif

/*
 * reports/custody/host_login_rows.h -- who logged in to hosts themselves, and which machines ran
 * there then, as rows: one for each login.
 *
 * Shape    A watcher's host.admin_login, and imported records of an accepted sshd login of a system
 *          that is called as a host is, by the whole name or up to its first point. Machines are
 *          those that the host carried as of the event.
 * Errors   As query_run; those of the state and the rows.
 * Source   domain.md CTR-10, Q26.
 */
#ifndef REPORTS_CUSTODY_HOST_LOGIN_ROWS_H
#define REPORTS_CUSTODY_HOST_LOGIN_ROWS_H

#include "core/engine.h"
#include "reports/filter/filter.h"
#include "reports/query.h"
#include "reports/rows.h"

struct host_login_rows {
    struct engine *engine; /* for the names of actions */
    struct log_snapshot *log;
    struct index_snapshot *index; /* may be NULL */
    struct view view;             /* of the end; whose names count */
    struct moment_range range;
    struct id host;        /* ID_NONE: all */
    struct id project;     /* only while a machine of it ran there; ID_NONE: at any time */
    bool occupied;         /* only while any machine ran there */
    struct filter *filter; /* memory */
    struct rows *out;
    uint64_t count, beside; /* logins told; of them, beside a machine */
};

/* All of it, to the end of the rows. */
MUST_CHECK struct status host_login_rows_write(struct host_login_rows *rows);

#endif

/*
 * reports/resolve.h -- from what people call a thing to its id, as of the view.
 *
 * Shape    `kind:N` stands for itself, whatever kind was asked for. Otherwise users have logins;
 *          projects, groups, levels, requirements, profiles, teams, providers, cases, pools, ISO
 *          images, hosts, bricks and setups of hardware have names; drives, machines and recipes
 *          have names that their owners gave them: `lab-drive` is that of whoever asks, else the
 *          only one, `ann/lab-drive` is Ann's; a snapshot is DRIVE/NAME; profiles, access
 *          directories and groups of a machine are VM/NAME; files and directories have paths:
 *
 *            /a/b              of the user who asks
 *            @group/a/b        in the directory of a group
 *            user:12/a/b       of that user
 *
 *          Where any kind of thing may stand, a path is tried if it looks like one, then a login,
 *          the name of a group, of a project, and so on; `project:tides` is the project alone.
 * Errors   NOT_FOUND, and CONFLICT for a name that several have: both with the reason.
 */
#ifndef REPORTS_RESOLVE_H
#define REPORTS_RESOLVE_H

#include "core/view.h"

struct resolver {
    const struct view *view;
    struct id user; /* whose paths begin with a slash; ID_NONE: nobody's */
};

/* `kind` ID_NONE: any. *out is set on success. */
MUST_CHECK struct status resolve(const struct resolver *resolver, enum id_kind kind,
                                 struct bytes name, struct id *out);

/* A path; the whole of it must be there. */
MUST_CHECK struct status resolve_path(const struct resolver *resolver, struct bytes path,
                                      struct id *out);

/* The directory that a path is in, and its last name (lent from it), which need not be there. */
MUST_CHECK struct status resolve_parent(const struct resolver *resolver, struct bytes path,
                                        struct id *parent, struct bytes *name);

#endif

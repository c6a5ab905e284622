/*
 * auditd/ingest/rights.h -- who may speak for which emitter, and who may send commands and notes.
 *
 * Shape    Names of users and groups become numbers by what /etc/passwd and /etc/group had at the
 *          start, while they could still be opened. A peer of this machine is who the kernel says
 *          that it is; one of the network is whom its certificate names.
 * Rules    Emitters: [emitter NAME] uid, or certificate, or open = yes; any other is spoken for by
 *          the superuser and the daemon's own user. Commands and notes: these two, and members of
 *          the group `operators`; never over the network. Submissions are signed in any case: this
 *          keeps others from guessing and from filling the queue.
 * Errors   KEY, with the reason.
 * Source   reliability.md B1, E.1.
 */
#ifndef AUDITD_INGEST_RIGHTS_H
#define AUDITD_INGEST_RIGHTS_H

#include "auditd/tls.h"
#include "schema/settings.h"
#include "store/login_names.h"

enum {
    RIGHTS_GROUPS_MAX = 64, /* of one peer */
    RIGHTS_NAME_SIZE = 64,  /* of a user, with a final NUL */
};

#define RIGHTS_NOBODY UINT32_MAX /* a user that is not known here */

struct rights {
    const struct settings *settings;
    uint32_t own_uid;
    uint32_t operators; /* group; RIGHTS_NOBODY: none */
    uint32_t uids[SETTINGS_EMITTERS_MAX];
    struct login_names *users, *groups; /* as they were at the start */
};

struct rights_peer {
    uint32_t uid, gid, process;
    uint32_t groups[RIGHTS_GROUPS_MAX];
    size_t group_count;
    const struct tls_peer *certificate; /* NULL: a process of this machine */
};

/* Reads who there is, while that can be done. NO_MEMORY. rights_close ends it. */
MUST_CHECK struct status rights_open(struct rights *out);
void rights_close(struct rights *rights);
/* The settings are lent until the next call. */
void rights_set(struct rights *rights, const struct settings *settings);
/* What the command line calls this user, too: its name, or uid:N. */
void rights_name(const struct rights *rights, uint32_t uid, struct text *out);

MUST_CHECK struct status rights_of_emitter(const struct rights *rights,
                                           const struct rights_peer *peer, struct bytes emitter);
MUST_CHECK struct status rights_of_operator(const struct rights *rights,
                                            const struct rights_peer *peer);

#endif

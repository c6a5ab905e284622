/*
 * auditd/vmc/controller.h -- the controller in a machine, as a whole.
 *
 * Shape    controller_open, then controller_turn again and again: each waits for a while at most,
 *          takes what has come, and does it. One thing is done at a time: whoever formats a drive
 *          keeps the others waiting.
 *          world.c speaks with the world, visitors.c with users, deeds.c does what they ask for,
 *          enforce.c what the policy says, shares.c watches what is mounted over the network.
 * Trust    The world says which machine this is, and whose; the owner's key is believed once and
 *          kept. What the world says of users is believed if they have signed it (policy.h).
 * Memory   Fixed, but for what libraries take.
 * Errors   Of opening: IO, NO_MEMORY, CORRUPT, KEY. Turning does not fail: what the world does is
 *          answered, or the connection is begun anew.
 * Source   domain.md VM-02, VM-03, VM-17, DRV-06, DRV-20; decisions/0061.
 */
#ifndef AUDITD_VMC_CONTROLLER_H
#define AUDITD_VMC_CONTROLLER_H

#include "auditd/vmc/drives.h"
#include "auditd/vmc/port.h"

struct controller_options {
    struct port_place port;
    struct drives_options drives; /* but for say and context */
    const char *keep;             /* directory in memory */
    const char *accounts;         /* of the form of passwd(5); NULL: none are made */
    const char *mount_nfs;        /* program */
    const char *shares;           /* where network shares are mounted */
    bool quiet;                   /* nothing on standard error */
};

struct controller; /* opaque */

/* Strings are lent. On success *out is the caller's: controller_close. */
MUST_CHECK struct status controller_open(const struct controller_options *options,
                                         struct controller **out);
void controller_close(struct controller **controller);

enum controller_news {
    CONTROLLER_GOES_ON,
    CONTROLLER_RESTART, /* it was asked to start again: close it, and run the program anew */
};
enum controller_news controller_turn(struct controller *controller, unsigned wait_ms);

/* At the end of the machine: drives are unmounted and closed, and this is said as far as somebody
 * still listens, at most so long. */
void controller_end(struct controller *controller, unsigned wait_ms);

#endif

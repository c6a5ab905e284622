/*
 * auditd/vmc/controller_parts.h -- a controller from inside; for the files of auditd/vmc/ that its
 * header names only.
 */
#ifndef AUDITD_VMC_CONTROLLER_PARTS_H
#define AUDITD_VMC_CONTROLLER_PARTS_H

#include "auditd/vmc/controller.h"
#include "auditd/vmc/keep.h"
#include "auditd/vmc/policy.h"
#include "auditd/vmc/protocol.h"
#include "core/emit/outbox.h"
#include "core/vmc/errand.h"
#include "core/vmc/visit.h"

enum world_phase {
    WORLD_AWAY,     /* there is no connection */
    WORLD_KNOCKING, /* not greeted yet */
    WORLD_GREETED,  /* has said who it is */
    WORLD_PROBING,  /* welcome; finds out which of the waiting events the log has */
    WORLD_READY,
};

struct world {
    struct channel *port;
    enum world_phase phase;
    uint64_t wake_us;   /* knock, or open, not before */
    uint64_t inside_us; /* since when part of a frame waits; 0: none does */
    uint32_t request;   /* id of the submission that is on its way; 0: none */
    uint32_t last_request;
    uint32_t events_max; /* of one submission */
    uint64_t again_us;   /* nothing is submitted before */
    struct outbox_batch batch;
    struct text frame; /* the longest fits */
};

struct visitor {
    bool is_there, announced, is_over;
    uint32_t connection;
    struct visit *visit;
    char address[64 + 1];
};

/* Whether the list of a directory is as it was. */
struct enforced {
    struct digest entries;
    bool is_set;
};

enum {
    SHARES_SEEN_MAX = 64,
};
struct share_seen {
    char server[POLICY_NAME_MAX + 1], export[POLICY_EXPORT_MAX + 1];
    bool read_only, still;
};

struct controller {
    const struct controller_options *options;
    struct keep *keep;
    struct secret_key *key;
    struct outbox *outbox;
    struct policy *policy;
    struct drives *drives;
    struct hasher *hasher;
    struct world world;
    struct visitor visitors[VMC_CONNECTIONS_MAX];
    struct arena arena;
    struct enforced enforced[POLICY_DIRECTORIES_MAX];
    struct share_seen shares[SHARES_SEEN_MAX];
    size_t share_count;
    int mounts; /* descriptor of the list of what is mounted; -1: none */
    uint64_t started_us, turned_away_us;
    uint64_t announced; /* policy up to here was said to be in force */
    struct digest announced_digest;
    bool is_dirty; /* the policy may have changed */
};

#define CONTROLLER_PROGRAM CAIRN_VERSION

/* controller.c: an event of this machine, into the outbox. */
MUST_CHECK struct status controller_say(struct controller *controller, enum event_kind kind,
                                        struct id first, const union event_body *body);
/* vm.handshake_failed, at most about one in a second. `user` and `key` may be none. */
void controller_turned_away(struct controller *controller, struct status status, struct id user,
                            const struct digest *key);
struct digest controller_key_digest(struct controller *controller, const char *text);
void controller_note(const struct controller *controller, const char *what, struct status status);

/* world.c */
void world_turn(struct controller *controller);
void world_close(struct controller *controller);
/* Sends one frame of a user's channel. LIMIT: too much waits. */
MUST_CHECK struct status world_send_user(struct controller *controller, enum vmc_message kind,
                                         const struct vmc_user *user);

/* visitors.c */
void visitors_open(struct controller *controller, const struct vmc_user *user);
void visitors_data(struct controller *controller, const struct vmc_user *user);
void visitors_closed(struct controller *controller, uint32_t connection);
void visitors_flush(struct controller *controller);
void visitors_leave_all(struct controller *controller);
/* Those who are not users of the machine any more. */
void visitors_review(struct controller *controller);

/* deeds.c: does what a user asks for, and answers. */
MUST_CHECK struct status deeds_do(struct controller *controller, struct visit *visit,
                                  struct bytes message);

/* enforce.c */
void enforce_all(struct controller *controller);
void enforce_drive(struct controller *controller, uint64_t drive);
uint32_t enforce_uid(size_t slot);

/* shares.c */
MUST_CHECK struct status shares_mount(struct controller *controller,
                                      const struct policy_share *share);
MUST_CHECK struct status shares_unmount(struct controller *controller, uint64_t nfs);
/* Says of each mount over the network that is new, or in another mode, in which it is. */
void shares_look(struct controller *controller);

#endif

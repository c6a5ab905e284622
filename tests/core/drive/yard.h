/*
 * tests/core/drive/yard.h -- people, pools, drives and machines in a world without a log.
 *
 * Shape    People and what they command are those of tests/core/vault/people.h. Machines are rows;
 *          what effects and watchers say is folded as events of theirs.
 */
#ifndef TESTS_CORE_DRIVE_YARD_H
#define TESTS_CORE_DRIVE_YARD_H

#include "core/drive/attachment.h"
#include "core/drive/drive.h"
#include "tests/core/vault/people.h"

#define NONE ((struct id){ID_NONE, 0})
#define YARD_SIZE (UINT64_C(64) << 20)

struct yard {
    struct world *world;
    struct person root, ann, bob, cat;
    struct id host, drives, snapshots, media; /* a host, and pools of each kind */
};
struct yard yard_of(struct world *world);

/* A drive in the pool of drives: as it is commanded, and with its volume made. */
union command_fields yard_drive_fields(const struct yard *yard, const char *name);
struct id yard_drive(struct yard *yard, const struct person *owner, const char *name);
/* A machine that is registered, with a tag or ID_NONE; and a user of it who may handle drives. */
struct id yard_vm(struct yard *yard, const struct person *owner, struct id project);
void yard_vm_state(struct yard *yard, struct id vm, enum vm_state state);
void yard_vm_tag(struct yard *yard, struct id vm, struct id project);
void yard_vm_user(struct yard *yard, struct id vm, const struct person *user);

/* Commands: the rule that refuses, or RULE_NONE. To share is to fetch the key before. */
enum rule yard_fetch(struct yard *yard, const struct person *by, struct id drive);
enum rule yard_share(struct yard *yard, const struct person *by, struct id drive, struct id target,
                     enum drive_mode mode);
enum rule yard_unshare(struct yard *yard, const struct person *by, struct id drive,
                       struct id target);
enum rule yard_attach(struct yard *yard, const struct person *by, struct id drive, struct id vm,
                      enum drive_mode mode);
enum rule yard_detach(struct yard *yard, const struct person *by, struct id drive, struct id vm);
enum rule yard_tag(struct yard *yard, const struct person *by, struct id drive, struct id from,
                   struct id to);

/* Events from elsewhere: the position. `second` ID_NONE: about one thing only. */
uint64_t yard_say(struct world *world, enum event_kind kind, struct id first, struct id second,
                  const union event_body *body);
/* How the request ended that the event at this position made. */
void yard_ended(struct world *world, uint64_t request, bool done, const char *path);
/* A watcher sees a drive come and go. */
void yard_seen(struct world *world, struct id drive, struct id vm, enum drive_mode mode);
void yard_gone(struct world *world, struct id drive, struct id vm);

/* Rows as they are. */
struct drive_row yard_drive_row(struct world *world, struct id drive);
bool yard_attachment(struct world *world, struct id drive, struct id vm,
                     struct attachment_row *out);
bool yard_is_tagged(struct world *world, struct id project, struct id drive);
bool yard_has_entered(struct world *world, struct id vm, struct id label);

#endif

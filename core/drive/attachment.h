/*
 * core/drive/attachment.h -- drives at machines: asked for, seen, mounted.
 *
 * Shape     A command asks; the world does; a watcher sees: `requested` becomes `attached` only by
 *           what was seen, and goes only by it, or with its machine. What nobody asked for is seen
 *           all the same and counts: a drive that is attached read-write, in whatever state and by
 *           whomever, is attached nowhere else in the whole system (DRV-14d).
 * Labels    The drive's label is the machine's tag or above it (DRV-14c). It enters the machine for
 *           good (`vm_label`); a drive that is attached read-write takes on the join of the
 *           machine's tag and of all that has entered, in the same decision (PRJ-14).
 * State     `attachment` by drive and machine, `vm_attachment` the other way round, `vm_label`.
 * Decide    drive.attach, detach; vm.start and vm.set_project by the functions below.
 * Evolve    drive.attach_requested, detach_requested, attached, detached, mounted, unmounted.
 *           Effects: drive_attach, drive_detach, for the drive in regard to the machine.
 *
 * Source    domain.md DRV-14, PRJ-13, PRJ-14.
 */
#ifndef CORE_DRIVE_ATTACHMENT_H
#define CORE_DRIVE_ATTACHMENT_H

#include "core/decision.h"
#include "core/evolution.h"

enum {
    ATTACHMENTS_MAX = 80, /* of one drive, and of one machine, at a time */
};

/* A drive that is to be attached to a machine, which may be about to begin. */
struct attachment_wish {
    struct id drive, vm;
    enum drive_mode mode;
    struct id label; /* the machine's tag; ID_NONE: none */
};

/* The rule that forbids it on the side of the drive, or RULE_NONE: it is there and at rest
 * (DRV-01b, DRV-21a), the actor may use it in that mode (DRV-14a), it is free (DRV-14d, f, g), and
 * the label flows (DRV-14c). Of several at once each is asked about by itself: that none comes
 * twice is the caller's. */
enum rule attachment_refusal(const struct view *view, const struct actor *actor,
                             const struct attachment_wish *wish);

/* Adds drive.attach_requested, and label.raised for what the machine writes to and is not labelled
 * as what has entered it. */
void attachment_request(const struct view *view, struct decision *decision,
                        const struct attachment_wish *wish);
/* Adds drive.detach_requested. */
void attachment_request_end(struct decision *decision, const struct attachment_row *row,
                            enum detach_cause cause);

/* A machine gets another tag: adds label.raised for each drive that it can write to and that is not
 * labelled so. There is always room for it beside four other events. */
void attachment_raise_all(const struct view *view, struct decision *decision, struct id vm,
                          struct id label);

/* The machine that runs or is starting, and in which the actor may handle drives: its owner, or a
 * user of it who is permitted to. Else `otherwise`. */
enum rule attachment_machine_refusal(const struct view *view, const struct actor *actor,
                                     struct id vm, enum rule otherwise, struct vm_row *out);

/* For evolve: the machine has ended, and with it all that was attached to it, drives and media;
 * what was asked about them is of no interest any more. */
void attachment_end_all(struct evolution *evolution, const struct leaf *leaf, struct id vm);

/* For evolve: what the world has answered. */
void attachment_ended(struct evolution *evolution, const struct effect_row *effect);

#endif

/*
 * core/project/label.h -- the project as information-flow class: the tree as a lattice.
 *
 * Shape    No tag is Unlocked, the root (ID_NONE). A child dominates its ancestors; data moves from
 *          an ancestor's label to a descendant's, never down or sideways without declassification.
 * Source   domain.md PRJ-06, PRJ-08, PRJ-11 to PRJ-14.
 */
#ifndef CORE_PROJECT_LABEL_H
#define CORE_PROJECT_LABEL_H

#include "core/decision.h"

enum {
    LABEL_DEPTH_MAX = 64, /* generations that are followed */
};

/* Whether `label` is `other` or below it. Unlocked is above all. */
bool label_dominates(const struct view *view, struct id label, struct id other);

/* Where a change of label leads: UP to one that dominates the old (from Unlocked always), DOWN to
 * one that the old dominates (to Unlocked always), SIDE otherwise. From a label to itself is UP. */
enum direction label_direction(const struct view *view, struct id from, struct id to);

/* Whether each of the labels dominates or is dominated by each other one (PRJ-13b). */
bool label_is_chain(const struct view *view, const struct id *labels, size_t count);

/* How many generations a label is below Unlocked: 0 for Unlocked itself; LABEL_DEPTH_MAX + 1 for
 * what is deeper than is followed, or unknown. */
unsigned label_depth(const struct view *view, struct id label);

/* The rule that forbids data of a label to move to a place of another, its label unchanged
 * (PRJ-13a), or RULE_NONE; and that forbids labels to meet in one place (PRJ-13b). */
enum rule label_flow_refusal(const struct view *view, struct id data, struct id place);
enum rule label_meeting_refusal(const struct view *view, const struct id *labels, size_t count);

/* The rule that forbids the actor to change a label from one to another, or RULE_NONE. The new
 * label needs an active membership of it (VLT-11c); down and side need the role of manager or PI in
 * the old one, or PI only where it says so, and a reason (PRJ-12). The group's own permission is
 * checked by whoever asks. */
enum rule label_refusal(const struct view *view, const struct actor *actor, struct id from,
                        struct id to, struct bytes reason);

#endif

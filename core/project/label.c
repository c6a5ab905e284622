#include "core/project/label.h"

#include "core/project/membership.h"
#include "core/project/project.h"

/* One generation up: ID_NONE at the top; false if the label is not known. */
static bool rise(const struct view *view, struct id *label)
{
    struct project_row row = {.project = *label};
    size_t used = view->arena->used;
    bool found = label->kind == ID_PROJECT && view_find(view, ROW_PROJECT, &row);
    view->arena->used = used;
    if (found) {
        *label = row.has_parent ? row.parent : (struct id){ID_NONE, 0};
    }
    return found;
}

bool label_dominates(const struct view *view, struct id label, struct id other)
{
    if (other.kind == ID_NONE) {
        return true;
    }
    for (unsigned depth = 0; depth < LABEL_DEPTH_MAX && label.kind != ID_NONE; depth++) {
        if (id_equal(label, other)) {
            return true;
        }
        if (!rise(view, &label)) {
            return false;
        }
    }
    return false;
}

unsigned label_depth(const struct view *view, struct id label)
{
    for (unsigned depth = 0; depth <= LABEL_DEPTH_MAX; depth++) {
        if (label.kind == ID_NONE) {
            return depth;
        }
        if (!rise(view, &label)) {
            return LABEL_DEPTH_MAX + 1;
        }
    }
    return LABEL_DEPTH_MAX + 1;
}

enum direction label_direction(const struct view *view, struct id from, struct id to)
{
    if (label_dominates(view, to, from)) {
        return DIRECTION_UP;
    }
    return label_dominates(view, from, to) ? DIRECTION_DOWN : DIRECTION_SIDE;
}

bool label_is_chain(const struct view *view, const struct id *labels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (label_direction(view, labels[i], labels[j]) == DIRECTION_SIDE) {
                return false;
            }
        }
    }
    return true;
}

enum rule label_flow_refusal(const struct view *view, struct id data, struct id place)
{
    FORBID_UNLESS(label_dominates(view, place, data), RULE_PRJ_13A);
    return RULE_NONE;
}

enum rule label_meeting_refusal(const struct view *view, const struct id *labels, size_t count)
{
    FORBID_UNLESS(label_is_chain(view, labels, count), RULE_PRJ_13B);
    return RULE_NONE;
}

/* What lowering a label takes beside the new label's membership. */
static enum rule lowering_refusal(const struct view *view, const struct actor *actor,
                                  struct id from, struct bytes reason)
{
    struct project_row project;
    bool known = project_by_id(view, from, &project);
    FORBID_UNLESS(known && membership_leads(view, actor, from), RULE_PRJ_12A);
    FORBID_IF(known && project.declassify_pi_only && !project_is_pi(view, actor, from),
              RULE_PRJ_12C);
    FORBID_IF(reason.size == 0, RULE_PRJ_12B);
    return RULE_NONE;
}

enum rule label_refusal(const struct view *view, const struct actor *actor, struct id from,
                        struct id to, struct bytes reason)
{
    FORBID_IF(to.kind != ID_NONE && !membership_granted(view, actor, to, NULL), RULE_VLT_11C);
    return label_direction(view, from, to) == DIRECTION_UP
               ? RULE_NONE
               : lowering_refusal(view, actor, from, reason);
}

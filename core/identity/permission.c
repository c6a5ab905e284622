#include "core/identity/permission.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/user.h"

#define BIT(permission) (UINT32_C(1) << (permission))

_Static_assert((int)USER_PERMISSION_COUNT <= 32, "a set is 32 bits");

uint32_t permission_defaults(enum user_role role)
{
    static const uint32_t user = BIT(USER_PERMISSION_CREATE_GROUPS) | BIT(USER_PERMISSION_EXPORT) |
                                 BIT(USER_PERMISSION_SHARE) | BIT(USER_PERMISSION_UPLOAD);
    static const uint32_t sub_admin =
        BIT(USER_PERMISSION_CREATE_TEAMS) | BIT(USER_PERMISSION_SEND_MAIL);
    switch (role) {
    case USER_ROLE_AUDITOR:
        return BIT(USER_PERMISSION_EXPORT);
    case USER_ROLE_USER:
        return user;
    case USER_ROLE_SUB_ADMIN:
        return user | sub_admin;
    case USER_ROLE_ADMIN:
    case USER_ROLE_SUPER_ADMIN:
        return BIT(USER_PERMISSION_COUNT) - 1;
    case USER_ROLE_COUNT:
        break;
    }
    return 0;
}

uint32_t permission_set(const enum user_permission *list, size_t count)
{
    uint32_t set = 0;
    for (size_t i = 0; i < count; i++) {
        set |= BIT(list[i]);
    }
    return set;
}

size_t permission_list(uint32_t set, enum user_permission out[static USER_PERMISSION_COUNT])
{
    size_t count = 0;
    for (unsigned i = 0; i < USER_PERMISSION_COUNT; i++) {
        if ((set & BIT(i)) != 0) {
            out[count++] = (enum user_permission)i;
        }
    }
    return count;
}

const enum user_permission *permission_lent(const struct view *view, uint32_t set, size_t *count)
{
    enum user_permission *list =
        arena_take(view->arena, sizeof(enum user_permission) * USER_PERMISSION_COUNT);
    *count = 0;
    if (list == NULL) {
        *view->trouble = FAIL(NO_MEMORY, USER_PERMISSION_COUNT);
        return NULL;
    }
    *count = permission_list(set, list);
    return list;
}

static uint32_t held(const struct view *view, struct id user)
{
    struct user_row row;
    return user_by_id(view, user, &row) ? permission_set(row.permissions, row.permissions_count)
                                        : 0;
}

uint32_t permission_of(const struct view *view, const struct actor *actor)
{
    struct view kept = view_of_rights(view, actor), then = view_at_login(view, actor);
    return held(&kept, actor->user) & held(&then, actor->user);
}

bool user_can(const struct view *view, const struct actor *actor, enum user_permission permission)
{
    return (permission_of(view, actor) & BIT(permission)) != 0;
}

/* Decide ---------------------------------------------------------------------------------- */

void user_change_permissions_decide(const struct view *view, const struct actor *actor,
                                    const struct user_change_permissions *command,
                                    struct decision *decision)
{
    struct user_row user;
    enum rule refusal = user_change_refusal(view, actor, command->user, &user);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(actor->role > user.role, RULE_IDN_10A);
    uint32_t has = permission_set(user.permissions, user.permissions_count);
    uint32_t remove = permission_set(command->remove, command->remove_count);
    uint32_t add = permission_set(command->add, command->add_count) & ~remove;
    REFUSE_IF((add & ~permission_of(view, actor)) != 0, RULE_IDN_10B);
    struct user_permissions_changed body = {0};
    body.added = permission_lent(view, add & ~has, &body.added_count);
    body.removed = permission_lent(view, remove & has, &body.removed_count);
    decision_add(decision, EVENT_USER_PERMISSIONS_CHANGED, user.user)
        ->body.user_permissions_changed = body;
}

/* Evolve ---------------------------------------------------------------------------------- */

void user_permissions_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                     const struct user_permissions_changed *body)
{
    struct user_row row = {.user = leaf->on[0]};
    enum user_permission list[USER_PERMISSION_COUNT];
    if (evolution_find(evolution, ROW_USER, &row)) {
        uint32_t set = permission_set(row.permissions, row.permissions_count);
        set |= permission_set(body->added, body->added_count);
        set &= ~permission_set(body->removed, body->removed_count);
        row.permissions_count = permission_list(set, list);
        row.permissions = list;
        evolution_put(evolution, ROW_USER, &row);
    }
}

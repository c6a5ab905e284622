#include "core/audit/manager.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/user.h"

bool manager_is(const struct view *view, struct id user)
{
    struct audit_manager_row manager = {.user = user};
    struct user_row person;
    return view_find(view, ROW_AUDIT_MANAGER, &manager) && user_by_id(view, user, &person) &&
           !person.deleted && person.role != USER_ROLE_SUPER_ADMIN;
}

bool manager_may_manage(const struct view *view, const struct actor *actor)
{
    struct view at_login = view_at_login(view, actor);
    return manager_is(view, actor->user) && manager_is(&at_login, actor->user);
}

bool manager_may_work(const struct view *view, const struct actor *actor)
{
    return actor->role == USER_ROLE_AUDITOR || manager_may_manage(view, actor);
}

struct id manager_actor(const struct leaf *leaf)
{
    struct id id;
    return !failed(id_read(leaf->actor, &id)) && id.kind == ID_USER && id.n != ID_NEW
               ? id
               : (struct id){ID_USER, 0};
}

/* Decide ---------------------------------------------------------------------------------- */

/* Of somebody who is to be one: active, and no super-administrator. */
static enum rule naming_refusal(const struct view *view, struct id user)
{
    struct user_row person;
    if (!user_by_id(view, user, &person) || user_refusal(view, &person) != RULE_NONE) {
        return RULE_AUD_14I;
    }
    return person.role == USER_ROLE_SUPER_ADMIN ? RULE_AUD_14A : RULE_NONE;
}

void audit_set_manager_decide(const struct view *view, const struct actor *actor,
                              const struct audit_set_manager *command, struct decision *decision)
{
    struct audit_manager_row known = {.user = command->user};
    REFUSE_UNLESS(actor->role == USER_ROLE_SUPER_ADMIN, RULE_AUD_14H);
    REFUSE_IF(id_equal(command->user, actor->user) && command->added, RULE_AUD_14A);
    REFUSE_IF(view_find(view, ROW_AUDIT_MANAGER, &known) == command->added, RULE_AUD_14I);
    enum rule refusal = command->added ? naming_refusal(view, command->user) : RULE_NONE;
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_AUDIT_MANAGER_CHANGED, command->user, audit_manager_changed, .added = command->added,
         .reason = command->reason);
}

/* Evolve ---------------------------------------------------------------------------------- */

void audit_manager_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct audit_manager_changed *body)
{
    struct audit_manager_row row = {.user = leaf->on[0],
                                    .by = manager_actor(leaf),
                                    .since = leaf->t_utc_us,
                                    .reason = body->reason};
    if (body->added) {
        evolution_put(evolution, ROW_AUDIT_MANAGER, &row);
    } else {
        evolution_remove(evolution, ROW_AUDIT_MANAGER, &row);
    }
}

#include "core/identity/user.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/permission.h"
#include "core/identity/session.h"

bool user_by_id(const struct view *view, struct id id, struct user_row *out)
{
    struct user_row row = {.user = id};
    if (id.kind != ID_USER || !view_find(view, ROW_USER, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool user_by_login(const struct view *view, struct bytes login, struct user_row *out)
{
    struct login_row row = {.login = login};
    return view_find(view, ROW_LOGIN, &row) && user_by_id(view, row.user, out);
}

bool user_is_disabled(const struct view *view, const struct user_row *user)
{
    return user->has_disabled_until && view->now_utc_us < user->disabled_until;
}

enum rule user_refusal(const struct view *view, const struct user_row *user)
{
    FORBID_IF(user->deleted, RULE_IDN_01D);
    FORBID_IF(user->state == USER_STATE_INACTIVE, RULE_IDN_03B);
    FORBID_IF(user_is_disabled(view, user), RULE_IDN_04B);
    return RULE_NONE;
}

enum rule user_change_refusal(const struct view *view, const struct actor *actor, struct id user,
                              struct user_row *out)
{
    struct user_row row;
    FORBID_IF(actor->role < USER_ROLE_ADMIN, RULE_IDN_02A);
    FORBID_IF(!user_by_id(view, user, &row) || row.deleted, RULE_IDN_01D);
    FORBID_IF(row.role >= actor->role && actor->role != USER_ROLE_SUPER_ADMIN, RULE_IDN_02B);
    *out = row;
    return RULE_NONE;
}

/* Whether nobody else could act as super-administrator if this user no longer could. */
static bool is_last_super_admin(const struct view *view, const struct user_row *user)
{
    if (user->role != USER_ROLE_SUPER_ADMIN || user_refusal(view, user) != RULE_NONE) {
        return false;
    }
    struct role_row holder = {.role = USER_ROLE_SUPER_ADMIN};
    struct view_walk walk = view_walk_of(view, ROW_ROLE, &holder, 1);
    while (view_walk_next(&walk, &holder)) {
        struct user_row other;
        if (!id_equal(holder.user, user->user) && user_by_id(view, holder.user, &other) &&
            user_refusal(view, &other) == RULE_NONE) {
            return false;
        }
    }
    return true;
}

/* Decide: register ------------------------------------------------------------------------ */

/* A card: whoever holds the key to sign says which login and which key to receive go with it. */
static bool is_proved(const struct view *view, const struct user_register *command)
{
    char memory[sizeof CARD_DOMAIN + LOGIN_MAX + 1 + RECEIVE_KEY_SIZE];
    struct text message = TEXT_IN(memory);
    text_put_literal(&message, CARD_DOMAIN);
    text_put_bytes(&message, command->login);
    text_put_char(&message, '\n');
    text_put_bytes(&message, command->receive_key);
    return !message.full && command->receive_key.size == RECEIVE_KEY_SIZE &&
           decision_is_signed(view, command->key, text_bytes(&message), command->proof);
}

/* No other id reads like it, and no two look alike. */
static bool is_login(struct bytes login)
{
    for (size_t i = 0; i < login.size; i++) {
        uint8_t c = login.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        bool sign = c == '.' || c == '_' || c == '-' || c == '@';
        if (!plain && (!sign || i == 0)) {
            return false;
        }
    }
    return login.size > 0 && login.size <= LOGIN_MAX;
}

void user_register_decide(const struct view *view, const struct actor *actor,
                          const struct user_register *command, struct decision *decision)
{
    struct user_row known;
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_IDN_02A);
    REFUSE_IF(command->role > actor->role, RULE_IDN_02B);
    REFUSE_UNLESS(is_login(command->login), RULE_IDN_01E);
    REFUSE_UNLESS(decision_is_key(view, command->key), RULE_IDN_01A);
    REFUSE_IF(user_by_login(view, command->login, &known), RULE_IDN_01B);
    REFUSE_UNLESS(is_proved(view, command), RULE_IDN_01A);
    EMIT(EVENT_USER_REGISTERED_V2, NEW(ID_USER), user_registered_v2, .login = command->login,
         .has_name = command->has_name, .name = command->name, .has_contact = command->has_contact,
         .contact = command->contact, .key = command->key, .receive_key = command->receive_key,
         .role = command->role);
}

/* Decide: change -------------------------------------------------------------------------- */

void user_change_role_decide(const struct view *view, const struct actor *actor,
                             const struct user_change_role *command, struct decision *decision)
{
    struct user_row user;
    enum rule refusal = user_change_refusal(view, actor, command->user, &user);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(command->role > actor->role, RULE_IDN_02B);
    REFUSE_IF(command->role != USER_ROLE_SUPER_ADMIN && is_last_super_admin(view, &user),
              RULE_IDN_02C);
    EMIT(EVENT_USER_ROLE_CHANGED, user.user, user_role_changed, .from = user.role,
         .to = command->role, .reason = command->reason);
}

void user_change_state_decide(const struct view *view, const struct actor *actor,
                              const struct user_change_state *command, struct decision *decision)
{
    struct user_row user;
    enum rule refusal = user_change_refusal(view, actor, command->user, &user);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(command->reason.size == 0, RULE_IDN_03C);
    REFUSE_IF(command->state == user.state, RULE_IDN_03A);
    REFUSE_IF(command->state == USER_STATE_ACTIVE && user.escrow_due, RULE_IDN_03A);
    bool ends = command->state == USER_STATE_INACTIVE;
    REFUSE_IF(ends && is_last_super_admin(view, &user), RULE_IDN_02C);
    EMIT(EVENT_USER_STATE_CHANGED, user.user, user_state_changed, .from = user.state,
         .to = command->state, .reason = command->reason);
    if (ends) {
        session_end_all(view, user.user, SESSION_END_USER_INACTIVE, command->reason, decision);
    }
}

void user_disable_decide(const struct view *view, const struct actor *actor,
                         const struct user_disable *command, struct decision *decision)
{
    struct user_row user;
    enum rule refusal = user_change_refusal(view, actor, command->user, &user);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(command->reason.size == 0, RULE_IDN_03C);
    REFUSE_UNLESS(command->until > view->now_utc_us, RULE_IDN_04A);
    REFUSE_IF(is_last_super_admin(view, &user), RULE_IDN_02C);
    EMIT(EVENT_USER_DISABLED_UNTIL, user.user, user_disabled_until, .until = command->until,
         .reason = command->reason);
    session_end_all(view, user.user, SESSION_END_USER_DISABLED, command->reason, decision);
}

void user_enable_decide(const struct view *view, const struct actor *actor,
                        const struct user_enable *command, struct decision *decision)
{
    struct user_row user;
    enum rule refusal = user_change_refusal(view, actor, command->user, &user);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(command->reason.size == 0, RULE_IDN_03C);
    REFUSE_UNLESS(user_is_disabled(view, &user), RULE_IDN_04C);
    EMIT(EVENT_USER_REENABLED, user.user, user_reenabled, .reason = command->reason);
}

void user_delete_decide(const struct view *view, const struct actor *actor,
                        const struct user_delete *command, struct decision *decision)
{
    struct user_row user;
    enum rule refusal = user_change_refusal(view, actor, command->user, &user);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(command->reason.size == 0, RULE_IDN_03C);
    REFUSE_UNLESS(user.state == USER_STATE_INACTIVE, RULE_IDN_05A);
    EMIT(EVENT_USER_DELETED, user.user, user_deleted, .reason = command->reason);
    session_end_all(view, user.user, SESSION_END_USER_DELETED, command->reason, decision);
}

void user_refresh_decide(const struct view *view, const struct actor *actor,
                         const struct user_refresh *command, struct decision *decision)
{
    struct user_row user;
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN || actor->role == USER_ROLE_AUDITOR, RULE_IDN_16A);
    for (size_t i = 0; i < command->users_count; i++) {
        struct arena before = *view->arena;
        REFUSE_UNLESS(user_by_id(view, command->users[i], &user), RULE_IDN_01D);
        *view->arena = before;
    }
    EMIT(EVENT_USER_INFO_REFRESHED, THE_LOG, user_info_refreshed, .users = command->users,
         .users_count = command->users_count, .snapshot = command->snapshot);
}

/* Evolve ---------------------------------------------------------------------------------- */

static void put_new(struct evolution *evolution, struct user_row *row)
{
    enum user_permission list[USER_PERMISSION_COUNT];
    row->permissions = list;
    row->permissions_count = permission_list(permission_defaults(row->role), list);
    evolution_put(evolution, ROW_USER, row);
    evolution_put(evolution, ROW_LOGIN,
                  &(struct login_row){.login = row->login, .user = row->user});
    evolution_put(evolution, ROW_ROLE, &(struct role_row){.role = row->role, .user = row->user});
}

void user_registered_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct user_registered *body)
{
    put_new(evolution,
            &(struct user_row){
                .user = leaf->on[0], .login = body->login, .key = body->key, .role = body->role});
}

void user_registered_v2_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct user_registered_v2 *body)
{
    put_new(evolution, &(struct user_row){.user = leaf->on[0],
                                          .login = body->login,
                                          .has_name = body->has_name,
                                          .name = body->name,
                                          .has_contact = body->has_contact,
                                          .contact = body->contact,
                                          .key = body->key,
                                          .has_receive_key = body->receive_key.size > 0,
                                          .receive_key = body->receive_key,
                                          .role = body->role});
}

void user_role_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct user_role_changed *body)
{
    struct user_row row = {.user = leaf->on[0]};
    enum user_permission list[USER_PERMISSION_COUNT];
    if (evolution_find(evolution, ROW_USER, &row)) {
        evolution_remove(evolution, ROW_ROLE,
                         &(struct role_row){.role = row.role, .user = row.user});
        row.role = body->to;
        row.permissions = list;
        row.permissions_count = permission_list(permission_defaults(body->to), list);
        evolution_put(evolution, ROW_USER, &row);
        evolution_put(evolution, ROW_ROLE, &(struct role_row){.role = row.role, .user = row.user});
    }
}

void user_state_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct user_state_changed *body)
{
    struct user_row row = {.user = leaf->on[0]};
    if (evolution_find(evolution, ROW_USER, &row)) {
        row.state = body->to;
        row.escrow_due = body->to == USER_STATE_ESCROW_ON_NEXT_LOGIN ||
                         (body->to == USER_STATE_INACTIVE && row.escrow_due);
        evolution_put(evolution, ROW_USER, &row);
    }
}

void user_disabled_until_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct user_disabled_until *body)
{
    struct user_row row = {.user = leaf->on[0]};
    if (evolution_find(evolution, ROW_USER, &row)) {
        row.has_disabled_until = true;
        row.disabled_until = body->until;
        evolution_put(evolution, ROW_USER, &row);
    }
}

void user_reenabled_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct user_reenabled *body)
{
    struct user_row row = {.user = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_USER, &row)) {
        row.has_disabled_until = false;
        row.disabled_until = 0;
        evolution_put(evolution, ROW_USER, &row);
    }
}

void user_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct user_deleted *body)
{
    struct user_row row = {.user = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_USER, &row)) {
        evolution_remove(evolution, ROW_ROLE,
                         &(struct role_row){.role = row.role, .user = row.user});
        row.deleted = true;
        evolution_put(evolution, ROW_USER, &row);
    }
}

/* Describe -------------------------------------------------------------------------------- */

void user_describe(const struct user_row *user, struct text *out)
{
    text_put_printable(out, user->login);
    text_put_literal(out, " (");
    text_put_string(out, user_role_name(user->role));
    if (user->deleted) {
        text_put_literal(out, ", deleted");
    } else if (user->state != USER_STATE_ACTIVE) {
        text_put_literal(out, ", ");
        text_put_string(out, user_state_name(user->state));
    }
    text_put_char(out, ')');
}

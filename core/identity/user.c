#include "core/identity/user.h"

#include "core/dispatch.h"
#include "core/evolution.h"

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

/* Decide ---------------------------------------------------------------------------------- */

void user_register_decide(const struct view *view, const struct actor *actor,
                          const struct user_register *command, struct decision *decision)
{
    struct user_row known;
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_IDN_02A);
    REFUSE_IF(command->role > actor->role, RULE_IDN_02B);
    REFUSE_UNLESS(decision_is_key(view, command->key), RULE_IDN_01A);
    REFUSE_IF(user_by_login(view, command->login, &known), RULE_IDN_01B);
    EMIT(EVENT_USER_REGISTERED, NEW(ID_USER), user_registered, .login = command->login,
         .key = command->key, .role = command->role);
}

/* Evolve ---------------------------------------------------------------------------------- */

void user_registered_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct user_registered *body)
{
    evolution_put(
        evolution, ROW_USER,
        &(struct user_row){
            .user = leaf->on[0], .login = body->login, .key = body->key, .role = body->role});
    evolution_put(evolution, ROW_LOGIN,
                  &(struct login_row){.login = body->login, .user = leaf->on[0]});
}

/* Describe -------------------------------------------------------------------------------- */

void user_describe(const struct user_row *user, struct text *out)
{
    text_put_printable(out, user->login);
    text_put_literal(out, " (");
    text_put_string(out, user_role_name(user->role));
    text_put_char(out, ')');
}

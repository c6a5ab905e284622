#include "core/identity/setting.h"

#include "core/dispatch.h"
#include "core/evolution.h"

enum {
    MINUTE = 60,
    HOUR = 60 * MINUTE,
    DAY = 24 * HOUR,
};

struct bounds {
    uint64_t least, usual, most; /* seconds */
};

static struct bounds bounds_of(enum setting setting)
{
    /* clang-format off */
    static const struct bounds all[SETTING_COUNT] = {
        [SETTING_SESSION_LIFE] = {MINUTE, 12 * HOUR,   7 * DAY},
        [SETTING_MFA_LIFE]     = {MINUTE, 30 * MINUTE, DAY},
        [SETTING_SHARE_LIFE]   = {MINUTE, 90 * DAY,    3650 * DAY},
        [SETTING_COMMAND_AGE]  = {10,     5 * MINUTE,  HOUR},
    };
    /* clang-format on */
    return all[setting];
}

uint64_t setting_seconds(const struct view *view, enum setting setting)
{
    struct setting_row row = {.setting = setting};
    uint64_t instead = policy_seconds(view, setting);
    if (instead != 0) {
        return instead;
    }
    return view_find(view, ROW_SETTING, &row) ? row.seconds : bounds_of(setting).usual;
}

/* Decide ---------------------------------------------------------------------------------- */

void system_change_setting_decide(const struct view *view, const struct actor *actor,
                                  const struct system_change_setting *command,
                                  struct decision *decision)
{
    struct bounds bounds = bounds_of(command->setting);
    REFUSE_UNLESS(actor->role == USER_ROLE_SUPER_ADMIN, RULE_IDN_12A);
    REFUSE_IF(command->seconds < bounds.least || command->seconds > bounds.most, RULE_IDN_12B);
    EMIT(EVENT_SYSTEM_SETTING_CHANGED, THE_LOG, system_setting_changed, .setting = command->setting,
         .from = setting_seconds(view, command->setting), .to = command->seconds);
}

void system_set_login_message_decide(const struct view *view, const struct actor *actor,
                                     const struct system_set_login_message *command,
                                     struct decision *decision)
{
    (void)view;
    REFUSE_UNLESS(actor->role == USER_ROLE_SUPER_ADMIN, RULE_IDN_12A);
    EMIT(EVENT_SYSTEM_LOGIN_MESSAGE_SET, THE_LOG, system_login_message_set,
         .digest = command->digest, .size = command->size, .has_colour = command->has_colour,
         .colour = command->colour, .has_symbol = command->has_symbol, .symbol = command->symbol,
         .has_frequency = command->has_frequency, .frequency = command->frequency);
}

/* Evolve ---------------------------------------------------------------------------------- */

void system_setting_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct system_setting_changed *body)
{
    (void)leaf;
    evolution_put(evolution, ROW_SETTING,
                  &(struct setting_row){.setting = body->setting, .seconds = body->to});
}

#include "reports/hints/rule.h"

/* Whoever left --------------------------------------------------------------------------------- */

struct leaving { /* of one user */
    uint64_t n, time_utc_us;
    uint64_t until_us; /* 0: for good */
    bool gone, told;
};

static void note_leaving(const struct hint_event *event, struct leaving *leaving)
{
    const struct leaf *leaf = event->leaf;
    const union event_body *body = event->body;
    const struct leaving gone = {
        .n = leaf->n, .time_utc_us = leaf->t_utc_us, .gone = true, .until_us = 0};
    if (leaf->kind == EVENT_USER_DELETED) {
        *leaving = gone;
    } else if (leaf->kind == EVENT_USER_REENABLED) {
        *leaving = (struct leaving){0};
    } else if (leaf->kind == EVENT_USER_STATE_CHANGED && body != NULL) {
        *leaving = body->user_state_changed.to == USER_STATE_INACTIVE ? gone : (struct leaving){0};
    } else if (leaf->kind == EVENT_USER_DISABLED_UNTIL && body != NULL) {
        *leaving = gone;
        leaving->until_us = body->user_disabled_until.until;
    }
}

static bool is_about_leaving(enum event_kind kind)
{
    return kind == EVENT_USER_DELETED || kind == EVENT_USER_REENABLED ||
           kind == EVENT_USER_STATE_CHANGED || kind == EVENT_USER_DISABLED_UNTIL;
}

static struct status tell_leaver(struct hints *hints, const struct hint_event *event,
                                 const struct leaving *leaving, const char *verb)
{
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    const struct hint_trail earlier = {.n = {leaving->n}, .count = 1};
    text_add(&about, "%s %s, ", verb, event_name(event->leaf->kind));
    hint_put_duration(&about, event->leaf->t_utc_us - leaving->time_utc_us);
    text_put_literal(&about, " after having been disabled");
    return hint_tell_event(hints, event, &earlier, &about);
}

/* Who disables himself has still done that much. */
static struct status leaver_event(struct hints *hints, struct tally *tally,
                                  const struct hint_event *event, bool refused)
{
    char memory[64];
    struct text user = TEXT_IN(memory);
    const struct leaf *leaf = event->leaf;
    void *value;
    if (is_about_leaving(leaf->kind) && leaf->outcome == OUTCOME_OK) {
        id_write(&user, leaf->on[0]);
        TRY(tally_at(tally, text_bytes(&user), &value));
        note_leaving(event, value);
        return OK;
    }
    struct leaving *leaving = event->who.size == 0 ? NULL : tally_find(tally, event->who);
    bool gone = leaving != NULL && leaving->gone &&
                (leaving->until_us == 0 || leaf->t_utc_us < leaving->until_us);
    if (!gone || (leaf->outcome != OUTCOME_OK) != refused || leaving->told) {
        return OK;
    }
    leaving->told = true;
    return tell_leaver(hints, event, leaving, refused ? "was refused with" : "still did");
}

static struct status acted_event(struct hints *hints, void *state, const struct hint_event *event)
{
    return leaver_event(hints, state, event, false);
}

static struct status tried_event(struct hints *hints, void *state, const struct hint_event *event)
{
    return leaver_event(hints, state, event, true);
}

static struct status leavers_begin(struct hints *hints, void *state)
{
    return hint_tally(hints, state, HINT_KEYS_MAX, sizeof(struct leaving));
}

static const enum event_kind leaving_bodies[] = {EVENT_USER_STATE_CHANGED,
                                                 EVENT_USER_DISABLED_UNTIL, EVENT_KIND_COUNT};

static const struct hint_rule leaver_acted = {
    .info = {"leaver-acted", "Somebody does something after having been disabled or deleted",
             "until the person is enabled again; told once", HINT_HIGH},
    .state_size = sizeof(struct tally),
    .begin = leavers_begin,
    .event = acted_event,
    .bodies = leaving_bodies,
};

static const struct hint_rule leaver_tried = {
    .info = {"leaver-tried", "Somebody is refused something after having been disabled or deleted",
             "until the person is enabled again; told once", HINT_LOW},
    .state_size = sizeof(struct tally),
    .begin = leavers_begin,
    .event = tried_event,
    .bodies = leaving_bodies,
};

/* Members whose membership is over ----------------------------------------------------------- */

struct membership_end {
    uint64_t n;      /* of the event that ended it, or said when it ends */
    uint64_t end_us; /* 0: has none */
    bool told;
};

static void note_membership(const struct hint_event *event, struct membership_end *end)
{
    const union event_body *body = event->body;
    *end = (struct membership_end){.n = event->leaf->n};
    if (event->leaf->kind == EVENT_PROJECT_MEMBER_REMOVED) {
        end->end_us = event->leaf->t_utc_us;
    } else if (body != NULL && event->leaf->kind == EVENT_PROJECT_MEMBER_ADDED) {
        end->end_us = body->project_member_added.expires;
    } else if (body != NULL && event->leaf->kind == EVENT_PROJECT_MEMBER_EXPIRY_CHANGED) {
        end->end_us = body->project_member_expiry_changed.expires;
    }
}

static struct status tell_former(struct hints *hints, const struct hint_event *event,
                                 const struct membership_end *end)
{
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    const struct hint_trail earlier = {.n = {end->n}, .count = 1};
    text_add(&about, "%s in ", event_name(event->leaf->kind));
    id_write(&about, event->leaf->project);
    text_put_literal(&about, ", ");
    hint_put_duration(&about, event->leaf->t_utc_us - end->end_us);
    text_put_literal(&about, " after the membership was over: rights last until the next login");
    return hint_tell_event(hints, event, &earlier, &about);
}

static struct status former_event(struct hints *hints, void *state, const struct hint_event *event)
{
    char memory[64], project_memory[64];
    struct text user = TEXT_IN(memory), project = TEXT_IN(project_memory);
    const struct leaf *leaf = event->leaf;
    void *value;
    if (leaf->outcome == OUTCOME_OK &&
        (leaf->kind == EVENT_PROJECT_MEMBER_ADDED || leaf->kind == EVENT_PROJECT_MEMBER_REMOVED ||
         leaf->kind == EVENT_PROJECT_MEMBER_EXPIRY_CHANGED)) {
        id_write(&user, leaf->on[1]);
        id_write(&project, leaf->on[0]);
        TRY(hint_at(state, text_bytes(&project), text_bytes(&user), &value));
        note_membership(event, value);
        text_clear(&project);
    }
    if (event->foreign || event->who.size == 0 || leaf->project.kind != ID_PROJECT ||
        leaf->outcome != OUTCOME_OK) {
        return OK;
    }
    id_write(&project, leaf->project);
    struct membership_end *end = hint_find(state, text_bytes(&project), event->who);
    if (end == NULL || end->end_us == 0 || leaf->t_utc_us <= end->end_us || end->told) {
        return OK;
    }
    end->told = true;
    return tell_former(hints, event, end);
}

static struct status former_begin(struct hints *hints, void *state)
{
    return hint_tally(hints, state, HINT_PAIRS_MAX, sizeof(struct membership_end));
}

static const enum event_kind membership_bodies[] = {
    EVENT_PROJECT_MEMBER_ADDED, EVENT_PROJECT_MEMBER_EXPIRY_CHANGED, EVENT_KIND_COUNT};

static const struct hint_rule former_member = {
    .info = {"former-member", "Somebody acts in a project after the membership was over",
             "until there is a membership again; told once", HINT_MEDIUM},
    .state_size = sizeof(struct tally),
    .begin = former_begin,
    .event = former_event,
    .bodies = membership_bodies,
};

/* The same second factor twice --------------------------------------------------------------- */

struct token {
    struct hint_trail trail;
};

static struct status token_event(struct hints *hints, void *state, const struct hint_event *event)
{
    char memory[HINT_ABOUT_SIZE];
    struct text about = TEXT_IN(memory);
    struct tally *tally = state;
    void *value;
    if (event->leaf->kind != EVENT_SESSION_MFA_VERIFIED || event->body == NULL ||
        event->leaf->outcome != OUTCOME_OK) {
        return OK;
    }
    const struct session_mfa_verified *verified = &event->body->session_mfa_verified;
    TRY(tally_at(tally, BYTES(verified->token.sha256), &value));
    struct token *token = value;
    const struct hint_trail earlier = token->trail;
    hint_trail_add(&token->trail, event->leaf->n);
    if (earlier.count == 0) {
        return OK;
    }
    text_put_literal(&about, "one statement of ");
    id_write(&about, verified->provider);
    text_put_literal(&about, " opened ");
    hint_put_count(&about, token->trail.count, "session");
    return hint_tell_event(hints, event, &earlier, &about);
}

static struct status token_begin(struct hints *hints, void *state)
{
    return hint_tally(hints, state, HINT_PAIRS_MAX, sizeof(struct token));
}

static const enum event_kind token_bodies[] = {EVENT_SESSION_MFA_VERIFIED, EVENT_KIND_COUNT};

static const struct hint_rule token_twice = {
    .info = {"token-twice", "The same statement of a second factor is used for two sessions",
             "all that is in the log", HINT_HIGH},
    .state_size = sizeof(struct tally),
    .begin = token_begin,
    .event = token_event,
    .bodies = token_bodies,
};

/* Certifications ----------------------------------------------------------------------------- */

static struct bytes certified_user(const struct leaf *leaf, struct text *text)
{
    for (size_t i = 0; i < leaf->on_count; i++) {
        if (leaf->on[i].kind == ID_USER) {
            id_write(text, leaf->on[i]);
            break;
        }
    }
    return text_bytes(text);
}

static bool certifies(const struct hint_event *event)
{
    return event->leaf->kind == EVENT_CERT_ISSUED && event->leaf->outcome == OUTCOME_OK &&
           event->who.size > 0;
}

static struct status self_event(struct hints *hints, void *state, const struct hint_event *event)
{
    char memory[HINT_ABOUT_SIZE], user_memory[64];
    struct text about = TEXT_IN(memory), user = TEXT_IN(user_memory);
    (void)state;
    if (!certifies(event) || !bytes_equal(certified_user(event->leaf, &user), event->who)) {
        return OK;
    }
    text_put_literal(&about, "issued ");
    id_write(&about, event->leaf->on[0]);
    text_put_literal(&about, " to the same person");
    return hint_tell_event(hints, event, NULL, &about);
}

static const struct hint_rule self_certified = {
    .info = {"self-certified", "Somebody issues a certificate to the same person", "any such event",
             HINT_MEDIUM},
    .state_size = 8,
    .event = self_event,
};

static struct status mutual_event(struct hints *hints, void *state, const struct hint_event *event)
{
    char memory[HINT_ABOUT_SIZE], user_memory[64];
    struct text about = TEXT_IN(memory), user = TEXT_IN(user_memory);
    struct tally *tally = state;
    void *given_value, *got_value;
    if (!certifies(event)) {
        return OK;
    }
    struct bytes other = certified_user(event->leaf, &user);
    TRY(hint_at(tally, event->who, other, &given_value));
    TRY(hint_at(tally, other, event->who, &got_value));
    struct hint_trail *given = given_value, *got = got_value;
    bool first = given->count == 0;
    hint_trail_add(given, event->leaf->n);
    if (!first || got->count == 0 || bytes_equal(other, event->who)) {
        return OK;
    }
    text_put_literal(&about, "certified ");
    text_put_bytes(&about, other);
    text_put_literal(&about, ", who had certified ");
    text_put_bytes(&about, event->who);
    const struct hint_trail earlier = *got;
    return hint_tell_event(hints, event, &earlier, &about);
}

static struct status mutual_begin(struct hints *hints, void *state)
{
    return hint_tally(hints, state, HINT_PAIRS_MAX, sizeof(struct hint_trail));
}

static const struct hint_rule mutual_certified = {
    .info = {"mutual-certified", "Two people certify each other", "all that is in the log",
             HINT_MEDIUM},
    .state_size = sizeof(struct tally),
    .begin = mutual_begin,
    .event = mutual_event,
};

const struct hint_rule *const hint_rules_rights[] = {
    &leaver_acted,     &leaver_tried, &former_member, &token_twice, &self_certified,
    &mutual_certified, NULL};

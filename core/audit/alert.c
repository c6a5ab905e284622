#include "core/audit/alert.h"

#include "core/audit/manager.h"
#include "core/dispatch.h"
#include "core/evolution.h"

bool alert_by_id(const struct view *view, struct id alert, struct alert_row *out)
{
    struct alert_row row = {.alert = alert};
    if (!view_find(view, ROW_ALERT, &row)) {
        return false;
    }
    *out = row;
    return true;
}

struct digest alert_identity_of(const struct view *view, struct bytes rule, const uint64_t *because,
                                size_t because_count)
{
    char memory[24576]; /* each position has at most 20 digits, and a list FIELD_LIST_MAX */
    struct text text = TEXT_IN(memory);
    size_t count = because_count < FIELD_LIST_MAX ? because_count : FIELD_LIST_MAX;
    text_put_literal(&text, "cairn-alert-v1\n");
    text_put_bytes(&text, rule);
    for (size_t i = 0; i < count; i++) {
        text_put_char(&text, '\n');
        text_put_u64(&text, because[i]);
    }
    struct bytes piece = text_bytes(&text);
    return decision_hash(view, &piece, 1);
}

bool alert_known(const struct view *view, const struct digest *identity, struct id *out)
{
    struct alert_identity_row row = {.identity = *identity};
    if (!view_find(view, ROW_ALERT_IDENTITY, &row)) {
        return false;
    }
    *out = row.alert;
    return true;
}

uint64_t alert_scanned(const struct view *view)
{
    struct alert_scan_row row = {.log = THE_LOG};
    return view_find(view, ROW_ALERT_SCAN, &row) ? row.position : 0;
}

/* Decide ---------------------------------------------------------------------------------- */

void alert_acknowledge_decide(const struct view *view, const struct actor *actor,
                              const struct alert_acknowledge *command, struct decision *decision)
{
    struct alert_row alert;
    REFUSE_UNLESS(manager_may_work(view, actor), RULE_AUD_14K);
    REFUSE_UNLESS(alert_by_id(view, command->alert, &alert), RULE_AUD_17E);
    REFUSE_IF(alert.has_acknowledged || alert.has_closed, RULE_AUD_17E);
    EMIT(EVENT_ALERT_ACKNOWLEDGED, alert.alert, alert_acknowledged, .has_note = command->has_note,
         .note = command->note);
}

void alert_close_decide(const struct view *view, const struct actor *actor,
                        const struct alert_close *command, struct decision *decision)
{
    struct alert_row alert;
    REFUSE_UNLESS(manager_may_work(view, actor), RULE_AUD_14K);
    REFUSE_UNLESS(alert_by_id(view, command->alert, &alert), RULE_AUD_17F);
    REFUSE_IF(alert.has_closed, RULE_AUD_17F);
    EMIT(EVENT_ALERT_CLOSED, alert.alert, alert_closed, .has_note = command->has_note,
         .note = command->note);
}

/* Evolve ---------------------------------------------------------------------------------- */

void alert_raised_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct alert_raised *body)
{
    struct id alert = leaf->on[0];
    evolution_put(evolution, ROW_ALERT,
                  &(struct alert_row){.alert = alert,
                                      .rule = body->rule,
                                      .severity = body->severity,
                                      .about = body->about,
                                      .because = body->because,
                                      .because_count = body->because_count,
                                      .test = body->test,
                                      .raised = leaf->t_utc_us});
    evolution_put(evolution, ROW_OPEN_ALERT,
                  &(struct open_alert_row){.alert = alert, .severity = body->severity});
    evolution_put(evolution, ROW_ALERT_IDENTITY,
                  &(struct alert_identity_row){.identity = body->identity, .alert = alert});
}

void alert_delivered_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct alert_delivered *body)
{
    struct delivery_row row = {.alert = leaf->on[0], .contact = body->contact};
    (void)evolution_find(evolution, ROW_DELIVERY, &row);
    row.channel = body->channel;
    row.ok = body->ok;
    row.attempts++;
    row.last = leaf->t_utc_us;
    evolution_put(evolution, ROW_DELIVERY, &row);
}

void alert_acknowledged_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct alert_acknowledged *body)
{
    struct alert_row row = {.alert = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_ALERT, &row)) {
        row.has_acknowledged = true;
        row.acknowledged = leaf->t_utc_us;
        row.has_acknowledger = true;
        row.acknowledger = manager_actor(leaf);
        evolution_put(evolution, ROW_ALERT, &row);
    }
}

void alert_closed_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct alert_closed *body)
{
    struct alert_row row = {.alert = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_ALERT, &row)) {
        row.has_closed = true;
        row.closed = leaf->t_utc_us;
        row.has_closer = true;
        row.closer = manager_actor(leaf);
        evolution_put(evolution, ROW_ALERT, &row);
        evolution_remove(evolution, ROW_OPEN_ALERT, &(struct open_alert_row){.alert = row.alert});
    }
}

void alert_scanned_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct alert_scanned *body)
{
    (void)leaf;
    evolution_put(evolution, ROW_ALERT_SCAN,
                  &(struct alert_scan_row){.log = THE_LOG, .position = body->to});
}

#include "core/audit/case.h"

#include "core/audit/manager.h"
#include "core/dispatch.h"
#include "core/evolution.h"

bool case_by_id(const struct view *view, struct id folder, struct case_row *out)
{
    struct case_row row = {.folder = folder};
    if (!view_find(view, ROW_CASE, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool case_by_name(const struct view *view, struct bytes name, struct case_row *out)
{
    struct case_name_row row = {.name = name};
    return view_find(view, ROW_CASE_NAME, &row) && case_by_id(view, row.folder, out);
}

bool case_is_held(const struct view *view, const struct case_row *folder)
{
    return folder->held && (!folder->has_until || view->now_utc_us < folder->until);
}

/* Decide ---------------------------------------------------------------------------------- */

/* Why the actor may not write to the case, or RULE_NONE with *out. */
static enum rule writing_refusal(const struct view *view, const struct actor *actor,
                                 struct id folder, struct case_row *out)
{
    if (!manager_may_work(view, actor)) {
        return RULE_AUD_14K;
    }
    return case_by_id(view, folder, out) && !out->has_closed ? RULE_NONE : RULE_AUD_09C;
}

void case_create_decide(const struct view *view, const struct actor *actor,
                        const struct case_create *command, struct decision *decision)
{
    struct case_row known;
    REFUSE_UNLESS(manager_may_work(view, actor), RULE_AUD_14K);
    REFUSE_IF(command->name.size == 0 || command->name.size > CASE_NAME_MAX, RULE_AUD_09B);
    REFUSE_IF(case_by_name(view, command->name, &known), RULE_AUD_09B);
    EMIT(EVENT_CASE_CREATED, NEW(ID_CASE), case_created, .name = command->name,
         .has_about = command->has_about, .about = command->about);
}

/* A decision sees what is before it, and no event that is to come. */
static bool are_events(const struct view *view, const struct case_add *command)
{
    for (size_t i = 0; i < command->events_count; i++) {
        if (command->events[i] > view->as_of_n) {
            return false;
        }
    }
    return command->events_count > 0 && command->events_count <= CASE_ADD_MAX;
}

void case_add_decide(const struct view *view, const struct actor *actor,
                     const struct case_add *command, struct decision *decision)
{
    struct case_row folder;
    enum rule refusal = writing_refusal(view, actor, command->folder, &folder);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(are_events(view, command), RULE_AUD_09D);
    EMIT(EVENT_CASE_EVENTS_ADDED, folder.folder, case_events_added, .events = command->events,
         .events_count = command->events_count, .has_why = command->has_why, .why = command->why);
}

void case_note_decide(const struct view *view, const struct actor *actor,
                      const struct case_note *command, struct decision *decision)
{
    struct case_row folder;
    enum rule refusal = writing_refusal(view, actor, command->folder, &folder);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_CASE_NOTED, folder.folder, case_noted, .text = command->text);
}

void case_hold_decide(const struct view *view, const struct actor *actor,
                      const struct case_hold *command, struct decision *decision)
{
    struct case_row folder;
    enum rule refusal = writing_refusal(view, actor, command->folder, &folder);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(command->has_until && command->until <= view->now_utc_us, RULE_AUD_09E);
    EMIT(EVENT_CASE_HELD, folder.folder, case_held, .has_until = command->has_until,
         .until = command->until);
}

void case_release_decide(const struct view *view, const struct actor *actor,
                         const struct case_release *command, struct decision *decision)
{
    struct case_row folder;
    enum rule refusal = writing_refusal(view, actor, command->folder, &folder);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(case_is_held(view, &folder), RULE_AUD_09E);
    EMIT(EVENT_CASE_RELEASED, folder.folder, case_released, .reason = command->reason);
}

void case_close_decide(const struct view *view, const struct actor *actor,
                       const struct case_close *command, struct decision *decision)
{
    struct case_row folder;
    enum rule refusal = writing_refusal(view, actor, command->folder, &folder);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(case_is_held(view, &folder), RULE_AUD_09F);
    EMIT(EVENT_CASE_CLOSED, folder.folder, case_closed, .reason = command->reason);
}

/* Evolve ---------------------------------------------------------------------------------- */

void case_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct case_created *body)
{
    evolution_put(evolution, ROW_CASE,
                  &(struct case_row){.folder = leaf->on[0],
                                     .name = body->name,
                                     .has_about = body->has_about,
                                     .about = body->about,
                                     .opener = manager_actor(leaf),
                                     .opened = leaf->t_utc_us});
    evolution_put(evolution, ROW_CASE_NAME,
                  &(struct case_name_row){.name = body->name, .folder = leaf->on[0]});
}

void case_events_added_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct case_events_added *body)
{
    for (size_t i = 0; i < body->events_count; i++) {
        evolution_put(evolution, ROW_CASE_EVENT,
                      &(struct case_event_row){.folder = leaf->on[0],
                                               .event = body->events[i],
                                               .has_why = body->has_why,
                                               .why = body->why,
                                               .added = leaf->t_utc_us});
    }
}

void case_noted_evolve(struct evolution *evolution, const struct leaf *leaf,
                       const struct case_noted *body)
{
    (void)body;
    evolution_put(evolution, ROW_CASE_NOTE,
                  &(struct case_note_row){.folder = leaf->on[0],
                                          .event = leaf->n,
                                          .author = manager_actor(leaf),
                                          .written = leaf->t_utc_us});
}

/* The case's row with its hold and its end as they are from here on. */
struct standing {
    bool held, has_until, closes;
    uint64_t until;
};

static void put_standing(struct evolution *evolution, const struct leaf *leaf,
                         const struct standing *standing)
{
    struct case_row row = {.folder = leaf->on[0]};
    if (evolution_find(evolution, ROW_CASE, &row)) {
        row.held = standing->held;
        row.has_until = standing->has_until;
        row.until = standing->until;
        row.has_closed = standing->closes;
        row.closed = standing->closes ? leaf->t_utc_us : 0;
        evolution_put(evolution, ROW_CASE, &row);
    }
}

void case_held_evolve(struct evolution *evolution, const struct leaf *leaf,
                      const struct case_held *body)
{
    put_standing(
        evolution, leaf,
        &(struct standing){.held = true, .has_until = body->has_until, .until = body->until});
}

void case_released_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct case_released *body)
{
    (void)body;
    put_standing(evolution, leaf, &(struct standing){.held = false});
}

void case_closed_evolve(struct evolution *evolution, const struct leaf *leaf,
                        const struct case_closed *body)
{
    (void)body;
    put_standing(evolution, leaf, &(struct standing){.closes = true});
}

#include "core/audit/review.h"

#include "core/audit/case.h"
#include "core/audit/declaration.h"
#include "core/audit/manager.h"
#include "core/dispatch.h"
#include "core/evolution.h"

bool review_by_id(const struct view *view, struct id review, struct review_row *out)
{
    struct review_row row = {.review = review};
    if (!view_find(view, ROW_REVIEW, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool review_is_overdue(const struct view *view, const struct review_row *review)
{
    return review->has_outcome && review->outcome == REVIEW_OUTCOME_CHANGE &&
           !review->has_changed && review->has_due && review->due < view->now_utc_us;
}

/* Decide ---------------------------------------------------------------------------------- */

void audit_open_review_decide(const struct view *view, const struct actor *actor,
                              const struct audit_open_review *command, struct decision *decision)
{
    REFUSE_UNLESS(manager_may_work(view, actor), RULE_AUD_14K);
    REFUSE_UNLESS(command->from < command->to && command->to <= view->now_utc_us, RULE_AUD_18D);
    EMIT(EVENT_AUDIT_REVIEW_OPENED, NEW(ID_REVIEW), audit_review_opened, .about = command->about,
         .from = command->from, .to = command->to, .has_scope = command->has_scope,
         .scope = command->scope);
}

static bool says_what_changes(const struct view *view, const struct audit_sign_review *command)
{
    return command->outcome == REVIEW_OUTCOME_NO_CHANGE ||
           (command->findings_count > 0 && command->has_due && command->due > view->now_utc_us);
}

void audit_sign_review_decide(const struct view *view, const struct actor *actor,
                              const struct audit_sign_review *command, struct decision *decision)
{
    struct review_row review;
    struct case_row folder;
    REFUSE_UNLESS(manager_may_work(view, actor), RULE_AUD_14K);
    REFUSE_UNLESS(review_by_id(view, command->review, &review), RULE_AUD_18E);
    REFUSE_IF(review.has_outcome, RULE_AUD_18E);
    REFUSE_UNLESS(says_what_changes(view, command), RULE_AUD_18F);
    REFUSE_IF(command->findings_count > REVIEW_FINDINGS_MAX, RULE_AUD_18F);
    REFUSE_IF(command->has_folder && !case_by_id(view, command->folder, &folder), RULE_AUD_09C);
    EMIT(EVENT_AUDIT_REVIEW_SIGNED, review.review, audit_review_signed, .outcome = command->outcome,
         .findings = command->findings, .findings_count = command->findings_count,
         .note = command->note, .has_folder = command->has_folder, .folder = command->folder,
         .has_due = command->has_due, .due = command->due);
    if (command->has_folder) {
        decision_also(decision, command->folder);
    }
}

static bool adds(const struct view *view, const struct audit_change_event_set *command)
{
    for (size_t i = 0; i < command->added_count; i++) {
        struct event_set_row known = {.kind = command->added[i]};
        for (size_t k = 0; k < i; k++) {
            if (bytes_equal(command->added[i], command->added[k])) {
                return false;
            }
        }
        if (view_find(view, ROW_EVENT_SET, &known)) {
            return false;
        }
    }
    return command->added_count > 0 && command->added_count <= EVENT_SET_CHANGE_MAX;
}

static bool are_kinds(const struct audit_change_event_set *command)
{
    for (size_t i = 0; i < command->added_count; i++) {
        if (!declaration_is_kinds(command->added[i])) {
            return false;
        }
    }
    return true;
}

static bool asked_for_it(const struct view *view, struct id id)
{
    struct review_row review;
    return review_by_id(view, id, &review) && review.has_outcome &&
           review.outcome == REVIEW_OUTCOME_CHANGE;
}

void audit_change_event_set_decide(const struct view *view, const struct actor *actor,
                                   const struct audit_change_event_set *command,
                                   struct decision *decision)
{
    REFUSE_UNLESS(manager_may_manage(view, actor), RULE_AUD_14J);
    REFUSE_UNLESS(adds(view, command), RULE_AUD_18C);
    REFUSE_UNLESS(are_kinds(command), RULE_AUD_06B);
    REFUSE_IF(command->has_review && !asked_for_it(view, command->review), RULE_AUD_18G);
    EMIT(EVENT_AUDIT_EVENT_SET_CHANGED, THE_LOG, audit_event_set_changed, .added = command->added,
         .added_count = command->added_count, .reason = command->reason,
         .has_review = command->has_review, .review = command->review);
    if (command->has_review) {
        decision_also(decision, command->review);
    }
}

/* Evolve ---------------------------------------------------------------------------------- */

void audit_review_opened_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct audit_review_opened *body)
{
    evolution_put(evolution, ROW_REVIEW,
                  &(struct review_row){.review = leaf->on[0],
                                       .about = body->about,
                                       .from = body->from,
                                       .to = body->to,
                                       .has_scope = body->has_scope,
                                       .scope = body->scope,
                                       .opener = manager_actor(leaf),
                                       .opened = leaf->t_utc_us});
}

void audit_review_signed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct audit_review_signed *body)
{
    struct review_row row = {.review = leaf->on[0]};
    if (evolution_find(evolution, ROW_REVIEW, &row)) {
        row.has_signer = true;
        row.signer = manager_actor(leaf);
        row.has_ended = true;
        row.ended = leaf->t_utc_us;
        row.has_outcome = true;
        row.outcome = body->outcome;
        row.findings = body->findings;
        row.findings_count = body->findings_count;
        row.has_folder = body->has_folder;
        row.folder = body->folder;
        row.has_due = body->has_due;
        row.due = body->due;
        evolution_put(evolution, ROW_REVIEW, &row);
    }
}

void audit_event_set_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                    const struct audit_event_set_changed *body)
{
    struct review_row review = {.review = body->review};
    for (size_t i = 0; i < body->added_count; i++) {
        evolution_put(evolution, ROW_EVENT_SET,
                      &(struct event_set_row){.kind = body->added[i],
                                              .reason = body->reason,
                                              .has_review = body->has_review,
                                              .review = body->review,
                                              .since = leaf->t_utc_us});
    }
    if (body->has_review && evolution_find(evolution, ROW_REVIEW, &review)) {
        review.has_changed = true;
        review.changed = leaf->t_utc_us;
        evolution_put(evolution, ROW_REVIEW, &review);
    }
}

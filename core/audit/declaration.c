#include "core/audit/declaration.h"

#include "core/audit/manager.h"
#include "core/dispatch.h"
#include "core/evolution.h"

/* Words ----------------------------------------------------------------------------------- */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

bool declaration_is_objective(struct bytes text)
{
    size_t at = 0, groups = 0;
    while (at < text.size && is_digit(text.data[at])) {
        size_t begin = at;
        while (at < text.size && is_digit(text.data[at])) {
            at++;
        }
        if (at - begin > 2) {
            return false;
        }
        groups++;
        if (groups == 3 || at == text.size || text.data[at] != '.') {
            break;
        }
        at++;
    }
    return groups == 3 && at + 1 == text.size && text.data[at] >= 'a' && text.data[at] <= 'z';
}

static bool ends_in_star(struct bytes text)
{
    return text.size > 2 && memcmp(text.data + text.size - 2, ".*", 2) == 0;
}

bool declaration_names_kind(struct bytes text, enum event_kind kind)
{
    struct bytes name = bytes_of_string(event_infos[kind].name);
    if (bytes_equal(text, LITERAL("*")) || bytes_equal(text, name)) {
        return true;
    }
    size_t size = text.size - 1; /* with the dot, without the star */
    return ends_in_star(text) && name.size > size && memcmp(text.data, name.data, size) == 0;
}

bool declaration_is_kinds(struct bytes text)
{
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        if (declaration_names_kind(text, (enum event_kind)kind)) {
            return true;
        }
    }
    return false;
}

/* Looking --------------------------------------------------------------------------------- */

bool declaration_by_id(const struct view *view, struct id declaration, struct declaration_row *out)
{
    struct declaration_row row = {.declaration = declaration};
    if (!view_find(view, ROW_DECLARATION, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool declaration_in_force(const struct view *view, const struct declaration_row *declaration)
{
    return declaration->status == DECLARATION_STATUS_APPROVED &&
           declaration->effective <= view->now_utc_us && view->now_utc_us < declaration->review_by;
}

bool declaration_for(const struct view *view, struct bytes objective, struct declaration_row *out)
{
    struct objective_row row = {.objective = objective};
    struct view_walk walk = view_walk_of(view, ROW_OBJECTIVE, &row, 1);
    struct id newest = {ID_NONE, 0};
    struct declaration_row found;
    while (view_walk_next(&walk, &row)) {
        if (declaration_by_id(view, row.declaration, &found) &&
            declaration_in_force(view, &found)) {
            newest = row.declaration;
        }
    }
    return newest.kind != ID_NONE && declaration_by_id(view, newest, out);
}

/* Decide ---------------------------------------------------------------------------------- */

static bool is_repeated(const struct bytes *list, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (bytes_equal(list[i], list[index])) {
            return true;
        }
    }
    return false;
}

static bool names_objectives(const struct policy_declare *command)
{
    for (size_t i = 0; i < command->objective_count; i++) {
        if (!declaration_is_objective(command->objective[i]) ||
            is_repeated(command->objective, i)) {
            return false;
        }
    }
    return command->objective_count > 0 && command->objective_count <= DECLARATION_OBJECTIVES_MAX;
}

static bool names_kinds(const struct policy_declare *command)
{
    for (size_t i = 0; i < command->kinds_count; i++) {
        if (!declaration_is_kinds(command->kinds[i])) {
            return false;
        }
    }
    return command->kinds_count <= DECLARATION_KINDS_MAX;
}

static bool has_cadence(const struct policy_declare *command)
{
    for (size_t i = 0; i < command->objective_count; i++) {
        if (bytes_equal(command->objective[i], LITERAL("3.3.3a")) ||
            bytes_equal(command->objective[i], LITERAL("3.3.5a"))) {
            return true;
        }
    }
    return false;
}

static bool has_good_period(const struct policy_declare *command)
{
    uint64_t most = has_cadence(command) ? DECLARATION_CADENCE_MAX : DECLARATION_PERIOD_MAX;
    return !command->has_period_days || (command->period_days >= 1 && command->period_days <= most);
}

void policy_declare_decide(const struct view *view, const struct actor *actor,
                           const struct policy_declare *command, struct decision *decision)
{
    REFUSE_UNLESS(manager_may_work(view, actor), RULE_AUD_14K);
    REFUSE_UNLESS(names_objectives(command), RULE_AUD_05B);
    REFUSE_IF(command->document.size == 0 || command->version.size == 0, RULE_AUD_05B);
    REFUSE_IF(command->review_by <= command->effective, RULE_AUD_05C);
    REFUSE_IF(command->review_by <= view->now_utc_us, RULE_AUD_05C);
    REFUSE_UNLESS(has_good_period(command), RULE_AUD_05D);
    REFUSE_UNLESS(names_kinds(command), RULE_AUD_06B);
    EMIT(EVENT_POLICY_DECLARED, NEW(ID_DECLARATION), policy_declared, .document = command->document,
         .version = command->version, .digest = command->digest, .objective = command->objective,
         .objective_count = command->objective_count, .effective = command->effective,
         .review_by = command->review_by, .has_rationale = command->has_rationale,
         .rationale = command->rationale, .has_period_days = command->has_period_days,
         .period_days = command->period_days, .has_tolerance_us = command->has_tolerance_us,
         .tolerance_us = command->tolerance_us, .has_source = command->has_source,
         .source = command->source, .kinds = command->kinds, .kinds_count = command->kinds_count);
}

void policy_approve_decide(const struct view *view, const struct actor *actor,
                           const struct policy_approve *command, struct decision *decision)
{
    struct declaration_row declaration;
    REFUSE_UNLESS(manager_may_manage(view, actor), RULE_AUD_14J);
    REFUSE_UNLESS(declaration_by_id(view, command->declaration, &declaration), RULE_AUD_05F);
    REFUSE_UNLESS(declaration.status == DECLARATION_STATUS_DRAFT, RULE_AUD_05F);
    REFUSE_IF(declaration.review_by <= view->now_utc_us, RULE_AUD_05F);
    REFUSE_IF(id_equal(declaration.declarer, actor->user), RULE_AUD_05E);
    decision_add(decision, EVENT_POLICY_APPROVED, declaration.declaration);
}

void policy_withdraw_decide(const struct view *view, const struct actor *actor,
                            const struct policy_withdraw *command, struct decision *decision)
{
    struct declaration_row declaration;
    REFUSE_UNLESS(manager_may_work(view, actor), RULE_AUD_14K);
    REFUSE_UNLESS(declaration_by_id(view, command->declaration, &declaration), RULE_AUD_05F);
    REFUSE_IF(declaration.status == DECLARATION_STATUS_WITHDRAWN, RULE_AUD_05F);
    REFUSE_UNLESS(id_equal(declaration.declarer, actor->user) || manager_may_manage(view, actor),
                  RULE_AUD_05G);
    EMIT(EVENT_POLICY_WITHDRAWN, declaration.declaration, policy_withdrawn,
         .reason = command->reason);
}

/* Evolve ---------------------------------------------------------------------------------- */

static void put_objectives(struct evolution *evolution, struct id declaration,
                           const struct policy_declared *body)
{
    for (size_t i = 0; i < body->objective_count; i++) {
        evolution_put(
            evolution, ROW_OBJECTIVE,
            &(struct objective_row){.objective = body->objective[i], .declaration = declaration});
    }
}

void policy_declared_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct policy_declared *body)
{
    put_objectives(evolution, leaf->on[0], body);
    evolution_put(evolution, ROW_DECLARATION,
                  &(struct declaration_row){.declaration = leaf->on[0],
                                            .document = body->document,
                                            .version = body->version,
                                            .digest = body->digest,
                                            .objective = body->objective,
                                            .objective_count = body->objective_count,
                                            .status = DECLARATION_STATUS_DRAFT,
                                            .declarer = manager_actor(leaf),
                                            .declared = leaf->t_utc_us,
                                            .effective = body->effective,
                                            .review_by = body->review_by,
                                            .has_rationale = body->has_rationale,
                                            .rationale = body->rationale,
                                            .has_period_days = body->has_period_days,
                                            .period_days = body->period_days,
                                            .has_tolerance_us = body->has_tolerance_us,
                                            .tolerance_us = body->tolerance_us,
                                            .has_source = body->has_source,
                                            .source = body->source,
                                            .kinds = body->kinds,
                                            .kinds_count = body->kinds_count});
}

void policy_approved_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct policy_approved *body)
{
    struct declaration_row row = {.declaration = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_DECLARATION, &row)) {
        row.status = DECLARATION_STATUS_APPROVED;
        row.has_approver = true;
        row.approver = manager_actor(leaf);
        row.has_approved = true;
        row.approved = leaf->t_utc_us;
        evolution_put(evolution, ROW_DECLARATION, &row);
    }
}

void policy_withdrawn_evolve(struct evolution *evolution, const struct leaf *leaf,
                             const struct policy_withdrawn *body)
{
    struct declaration_row row = {.declaration = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_DECLARATION, &row)) {
        row.status = DECLARATION_STATUS_WITHDRAWN;
        row.has_withdrawn = true;
        row.withdrawn = leaf->t_utc_us;
        evolution_put(evolution, ROW_DECLARATION, &row);
    }
}

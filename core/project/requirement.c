#include "core/project/requirement.h"

#include "core/dispatch.h"
#include "core/evolution.h"

bool requirement_by_id(const struct view *view, struct id requirement, struct requirement_row *out)
{
    struct requirement_row row = {.requirement = requirement};
    if (requirement.kind != ID_REQUIREMENT || !view_find(view, ROW_REQUIREMENT, &row) ||
        row.deleted) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool requirement_by_name(const struct view *view, struct bytes name, struct requirement_row *out)
{
    struct requirement_name_row row = {.name = name};
    return view_find(view, ROW_REQUIREMENT_NAME, &row) &&
           requirement_by_id(view, row.requirement, out);
}

/* Decide ---------------------------------------------------------------------------------- */

/* A name of a deleted one counts as used, too. */
static bool is_used(const struct view *view, struct bytes name)
{
    struct requirement_name_row row = {.name = name};
    return view_find(view, ROW_REQUIREMENT_NAME, &row);
}

static bool is_of_a_level(const struct view *view, struct id requirement)
{
    struct level_row row = {.version = 0};
    struct view_walk walk = view_walk_of(view, ROW_LEVEL, &row, 0);
    while (view_walk_next(&walk, &row)) {
        for (size_t i = 0; !row.deleted && i < row.requirements_count; i++) {
            if (id_equal(row.requirements[i], requirement)) {
                return true;
            }
        }
    }
    return false;
}

void requirement_create_decide(const struct view *view, const struct actor *actor,
                               const struct requirement_create *command, struct decision *decision)
{
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_SEC_01A);
    REFUSE_IF(command->has_default_life && command->has_max_life &&
                  command->default_life > command->max_life,
              RULE_SEC_01B);
    REFUSE_IF(command->name.size == 0 || is_used(view, command->name), RULE_SEC_01C);
    EMIT(EVENT_REQUIREMENT_CREATED, NEW(ID_REQUIREMENT), requirement_created, .name = command->name,
         .has_default_life = command->has_default_life, .default_life = command->default_life,
         .has_max_life = command->has_max_life, .max_life = command->max_life);
}

void requirement_edit_decide(const struct view *view, const struct actor *actor,
                             const struct requirement_edit *command, struct decision *decision)
{
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_SEC_01A);
    REFUSE_UNLESS(requirement_by_id(view, command->requirement, NULL), RULE_SEC_01C);
    REFUSE_IF(command->has_default_life && command->has_max_life &&
                  command->default_life > command->max_life,
              RULE_SEC_01B);
    EMIT(EVENT_REQUIREMENT_EDITED, command->requirement, requirement_edited,
         .has_default_life = command->has_default_life, .default_life = command->default_life,
         .has_max_life = command->has_max_life, .max_life = command->max_life);
}

void requirement_delete_decide(const struct view *view, const struct actor *actor,
                               const struct requirement_delete *command, struct decision *decision)
{
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_SEC_01A);
    REFUSE_UNLESS(requirement_by_id(view, command->requirement, NULL), RULE_SEC_01C);
    REFUSE_IF(is_of_a_level(view, command->requirement), RULE_SEC_01C);
    EMIT(EVENT_REQUIREMENT_DELETED, command->requirement, requirement_deleted, .unused = false);
}

/* Evolve ---------------------------------------------------------------------------------- */

void requirement_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct requirement_created *body)
{
    evolution_put(evolution, ROW_REQUIREMENT,
                  &(struct requirement_row){.requirement = leaf->on[0],
                                            .name = body->name,
                                            .has_default_life = body->has_default_life,
                                            .default_life = body->default_life,
                                            .has_max_life = body->has_max_life,
                                            .max_life = body->max_life});
    evolution_put(evolution, ROW_REQUIREMENT_NAME,
                  &(struct requirement_name_row){.name = body->name, .requirement = leaf->on[0]});
}

void requirement_edited_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct requirement_edited *body)
{
    struct requirement_row row = {.requirement = leaf->on[0]};
    if (evolution_find(evolution, ROW_REQUIREMENT, &row)) {
        row.has_default_life = body->has_default_life;
        row.default_life = body->default_life;
        row.has_max_life = body->has_max_life;
        row.max_life = body->max_life;
        evolution_put(evolution, ROW_REQUIREMENT, &row);
    }
}

void requirement_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct requirement_deleted *body)
{
    struct requirement_row row = {.requirement = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_REQUIREMENT, &row)) {
        row.deleted = true;
        evolution_put(evolution, ROW_REQUIREMENT, &row);
    }
}

/* Describe -------------------------------------------------------------------------------- */

void requirement_describe(const struct requirement_row *requirement, struct text *out)
{
    text_put_printable(out, requirement->name);
    if (requirement->has_default_life) {
        text_put_literal(out, ", for ");
        text_put_u64(out, requirement->default_life);
        text_put_literal(out, " s");
    }
    if (requirement->has_max_life) {
        text_put_literal(out, ", at most ");
        text_put_u64(out, requirement->max_life);
        text_put_literal(out, " s");
    }
    if (requirement->deleted) {
        text_put_literal(out, " (deleted)");
    }
}

#include "core/project/level.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/project/certification.h"
#include "core/project/requirement.h"

bool level_by_id(const struct view *view, struct id level, struct level_row *out)
{
    struct level_row row = {.level = level};
    if (level.kind != ID_LEVEL || !view_find(view, ROW_LEVEL, &row) || row.deleted) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool level_by_name(const struct view *view, struct bytes name, struct level_row *out)
{
    struct level_name_row row = {.name = name};
    return view_find(view, ROW_LEVEL_NAME, &row) && level_by_id(view, row.level, out);
}

/* Decide ---------------------------------------------------------------------------------- */

static bool are_distinct(const struct id *requirements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (id_equal(requirements[i], requirements[j])) {
                return false;
            }
        }
    }
    return true;
}

/* Why these are not what a level may ask for, or RULE_NONE. */
static enum rule unfit(const struct view *view, const struct id *requirements, size_t count)
{
    FORBID_IF(count > REQUIREMENTS_MAX || !are_distinct(requirements, count), RULE_SEC_02B);
    for (size_t i = 0; i < count; i++) {
        FORBID_UNLESS(requirement_by_id(view, requirements[i], NULL), RULE_SEC_01C);
    }
    return RULE_NONE;
}

static bool is_in_use(const struct view *view, struct id level)
{
    struct level_use_row row = {.level = level};
    struct view_walk walk = view_walk_of(view, ROW_LEVEL_USE, &row, 1);
    return view_walk_next(&walk, &row);
}

void level_create_decide(const struct view *view, const struct actor *actor,
                         const struct level_create *command, struct decision *decision)
{
    struct level_name_row name = {.name = command->name};
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_SEC_01A);
    REFUSE_IF(command->name.size == 0 || view_find(view, ROW_LEVEL_NAME, &name), RULE_SEC_01C);
    enum rule refusal = unfit(view, command->requirements, command->requirements_count);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_LEVEL_CREATED, NEW(ID_LEVEL), level_created, .name = command->name,
         .requirements = command->requirements, .requirements_count = command->requirements_count);
}

void level_edit_decide(const struct view *view, const struct actor *actor,
                       const struct level_edit *command, struct decision *decision)
{
    struct level_row level;
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_SEC_01A);
    REFUSE_UNLESS(level_by_id(view, command->level, &level), RULE_SEC_01C);
    enum rule refusal = unfit(view, command->requirements, command->requirements_count);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_LEVEL_EDITED, command->level, level_edited, .version = level.version + 1,
         .requirements = command->requirements, .requirements_count = command->requirements_count);
}

void level_delete_decide(const struct view *view, const struct actor *actor,
                         const struct level_delete *command, struct decision *decision)
{
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_SEC_01A);
    REFUSE_UNLESS(level_by_id(view, command->level, NULL), RULE_SEC_01C);
    REFUSE_IF(is_in_use(view, command->level), RULE_SEC_01C);
    EMIT(EVENT_LEVEL_DELETED, command->level, level_deleted, .unused = false);
}

/* Evolve ---------------------------------------------------------------------------------- */

void level_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct level_created *body)
{
    evolution_put(evolution, ROW_LEVEL,
                  &(struct level_row){.level = leaf->on[0],
                                      .name = body->name,
                                      .version = 1,
                                      .requirements = body->requirements,
                                      .requirements_count = body->requirements_count});
    evolution_put(evolution, ROW_LEVEL_NAME,
                  &(struct level_name_row){.name = body->name, .level = leaf->on[0]});
}

void level_edited_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct level_edited *body)
{
    struct level_row row = {.level = leaf->on[0]};
    if (evolution_find(evolution, ROW_LEVEL, &row)) {
        row.version = body->version;
        row.requirements = body->requirements;
        row.requirements_count = body->requirements_count;
        evolution_put(evolution, ROW_LEVEL, &row);
    }
}

void level_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct level_deleted *body)
{
    struct level_row row = {.level = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_LEVEL, &row)) {
        row.deleted = true;
        evolution_put(evolution, ROW_LEVEL, &row);
    }
}

/* Describe -------------------------------------------------------------------------------- */

void level_describe(const struct level_row *level, struct text *out)
{
    text_put_printable(out, level->name);
    text_put_literal(out, ", version ");
    text_put_u64(out, level->version);
    text_put_char(out, ':');
    for (size_t i = 0; i < level->requirements_count; i++) {
        text_put_char(out, ' ');
        id_write(out, level->requirements[i]);
    }
    if (level->requirements_count == 0) {
        text_put_literal(out, " nothing");
    }
    if (level->deleted) {
        text_put_literal(out, " (deleted)");
    }
}

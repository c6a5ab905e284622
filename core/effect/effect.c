#include "core/effect/effect.h"

#include "core/dispatch.h"

bool effect_of(const struct view *view, uint64_t request, struct effect_row *out)
{
    struct effect_row row = {.request = request};
    if (!view_find(view, ROW_EFFECT, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool effect_is_due(const struct view *view, uint64_t request, struct effect_due_row *out)
{
    struct effect_due_row row = {.request = request};
    if (!view_find(view, ROW_EFFECT_DUE, &row)) {
        return false;
    }
    *out = row;
    return true;
}

/* Both rows of what is due say the same. */
static void put_due(struct evolution *evolution, const struct effect_row *row)
{
    evolution_put(evolution, ROW_EFFECT, row);
    evolution_put(evolution, ROW_EFFECT_DUE,
                  &(struct effect_due_row){.request = row->request,
                                           .effect = row->effect,
                                           .object = row->object,
                                           .has_about = row->has_about,
                                           .about = row->about,
                                           .attempts = row->attempts});
}

void effect_ask(struct evolution *evolution, const struct leaf *leaf, enum effect_kind kind,
                struct id object, struct id about)
{
    put_due(evolution, &(struct effect_row){.request = leaf->n,
                                            .effect = kind,
                                            .object = object,
                                            .has_about = about.kind != ID_NONE,
                                            .about = about,
                                            .state = EFFECT_STATE_DUE,
                                            .since = leaf->t_utc_us});
}

static bool find_open(struct evolution *evolution, uint64_t request, struct effect_row *row)
{
    *row = (struct effect_row){.request = request};
    return evolution_find(evolution, ROW_EFFECT, row) && !row->has_ended;
}

bool effect_answer(struct evolution *evolution, const struct leaf *leaf,
                   const struct effect_answer *answer, struct effect_row *out)
{
    struct effect_row row;
    if (!find_open(evolution, answer->request, &row) || row.effect != answer->effect) {
        return false;
    }
    row.state = answer->done ? EFFECT_STATE_DONE : EFFECT_STATE_FAILED;
    row.has_ended = true;
    row.ended = leaf->t_utc_us;
    row.has_path = answer->path.size > 0;
    row.path = answer->path;
    row.has_why = answer->why.size > 0;
    row.why = answer->why;
    evolution_put(evolution, ROW_EFFECT, &row);
    evolution_remove(evolution, ROW_EFFECT_DUE, &(struct effect_due_row){.request = row.request});
    *out = row;
    return true;
}

void effect_forget(struct evolution *evolution, const struct leaf *leaf, uint64_t request,
                   struct bytes why)
{
    struct effect_row row;
    if (find_open(evolution, request, &row)) {
        const struct effect_answer answer = {.request = request, .effect = row.effect, .why = why};
        (void)effect_answer(evolution, leaf, &answer, &row);
    }
}

void effect_begun_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct effect_begun *body)
{
    (void)leaf;
    struct effect_row row = {.request = body->request};
    if (evolution_find(evolution, ROW_EFFECT, &row) && !row.has_ended) {
        row.state = EFFECT_STATE_BEGUN;
        row.attempts = body->attempt;
        put_due(evolution, &row);
    }
}

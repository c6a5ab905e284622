#include "core/effect/ending.h"

#include "core/dispatch.h"

/* What an end means is its context's: drives and what they lie in, or machines. */
static void tell_context(struct evolution *evolution, const struct leaf *leaf,
                         const struct effect_row *row)
{
    bool of_machine = row->object.kind == ID_VM || row->object.kind == ID_HOST;
    (of_machine ? vm_effect_ended : drive_effect_ended)(evolution, leaf, row);
}

void effect_done_evolve(struct evolution *evolution, const struct leaf *leaf,
                        const struct effect_done *body)
{
    struct effect_row row;
    const struct effect_answer answer = {
        .request = body->request, .effect = body->effect, .done = true, .path = body->path};
    if (effect_answer(evolution, leaf, &answer, &row)) {
        tell_context(evolution, leaf, &row);
    }
}

void effect_failed_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct effect_failed *body)
{
    struct effect_row row;
    const struct effect_answer answer = {
        .request = body->request, .effect = body->effect, .why = body->why};
    if (effect_answer(evolution, leaf, &answer, &row)) {
        tell_context(evolution, leaf, &row);
    }
}

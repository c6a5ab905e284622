#include "core/evolution.h"

#include "core/dispatch.h"
#include "store/state.h"

static void put(struct evolution *evolution, enum row_table table, const void *row, bool remove)
{
    char key_memory[STATE_KEY_MAX + 1];
    struct text key = TEXT_IN(key_memory);
    if (failed(evolution->status)) {
        return;
    }
    evolution->status = view_key(table, row, evolution->arena, &key);
    struct arena before = *evolution->arena;
    struct text value = view_rest(evolution->arena);
    if (!remove) {
        row_encode(table, row, &value);
    }
    *evolution->arena = before;
    if (!failed(evolution->status)) {
        evolution->status = value.full ? FAIL(NO_MEMORY, value.capacity)
                                       : state_put(evolution->state, table, text_bytes(&key),
                                                   text_bytes(&value), evolution->n);
    }
}

void evolution_put(struct evolution *evolution, enum row_table table, const void *row)
{
    put(evolution, table, row, false);
}

void evolution_remove(struct evolution *evolution, enum row_table table, const void *row)
{
    put(evolution, table, row, true);
}

struct view evolution_view(struct evolution *evolution)
{
    return (struct view){
        .state = evolution->state,
        .as_of_n = evolution->n,
        .arena = evolution->arena,
        .trouble = &evolution->status,
    };
}

bool evolution_find(struct evolution *evolution, enum row_table table, void *row)
{
    const struct view view = evolution_view(evolution);
    return view_find(&view, table, row);
}

struct status evolution_fold(struct state *state, const struct leaf *leaf, struct bytes body,
                             struct arena *arena)
{
    union event_body decoded;
    struct evolution evolution = {.state = state, .n = leaf->n, .arena = arena};
    if (!event_infos[leaf->kind].writes || body.size == 0) {
        return OK;
    }
    arena_reset(arena);
    if (failed(event_body_decode(leaf->kind, body, arena, &decoded))) {
        return FAIL_BECAUSE(CORRUPT, leaf->n, "the body is not one of its kind");
    }
    dispatch_evolve(&evolution, leaf, &decoded);
    return evolution.status;
}

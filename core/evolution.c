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
    size_t used = evolution->arena->used;
    struct text value = {.capacity = 4096};
    value.data = arena_take(evolution->arena, value.capacity);
    row_key(table, row, &key);
    if (!remove && value.data != NULL) {
        row_encode(table, row, &value);
    }
    if (value.data == NULL || value.full || key.full) {
        evolution->status = FAIL(LIMIT, value.full ? value.capacity : STATE_KEY_MAX);
        return;
    }
    evolution->status =
        state_put(evolution->state, table, text_bytes(&key), text_bytes(&value), evolution->n);
    evolution->arena->used = used;
}

void evolution_put(struct evolution *evolution, enum row_table table, const void *row)
{
    put(evolution, table, row, false);
}

void evolution_remove(struct evolution *evolution, enum row_table table, const void *row)
{
    put(evolution, table, row, true);
}

bool evolution_find(struct evolution *evolution, enum row_table table, void *row)
{
    struct view view = {
        .state = evolution->state,
        .as_of_n = evolution->n,
        .arena = evolution->arena,
        .trouble = &evolution->status,
    };
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

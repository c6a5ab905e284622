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

static void resolve(struct id *id, uint64_t n)
{
    id->n = id->n == ID_NEW ? n : id->n;
}

/* The id that the event creates is `kind:new` in its body, and its position from here on. */
static void resolve_new(const struct leaf *leaf, union event_body *body)
{
    const struct event_info *info = &event_infos[leaf->kind];
    for (size_t i = 0; i < info->field_count && info->creates != ID_NONE; i++) {
        const struct field_info *field = &info->fields[i];
        struct id *ids = (struct id *)(void *)((char *)body + field->offset);
        size_t count = 1;
        if (field->type_code != FIELD_ID) {
            continue;
        }
        if (field->list) {
            memcpy(&ids, (char *)body + field->offset, sizeof ids);
            memcpy(&count, (char *)body + field->count_offset, sizeof count);
        }
        for (size_t k = 0; k < count; k++) {
            resolve(&ids[k], leaf->n);
        }
    }
}

/* What every event has that a signed command led to: the command has been used, by its actor. */
static void note_command(struct evolution *evolution, const struct leaf *leaf)
{
    struct command_row row = {.digest = leaf->command};
    if (leaf->has_command && !evolution_find(evolution, ROW_COMMAND, &row) &&
        !failed(id_read(leaf->actor, &row.user)) && row.user.kind == ID_USER) {
        evolution_put(evolution, ROW_COMMAND, &row);
    }
}

struct status evolution_fold(struct state *state, const struct leaf *leaf, struct bytes body,
                             struct arena *arena)
{
    union event_body decoded;
    struct evolution evolution = {.state = state, .n = leaf->n, .arena = arena};
    arena_reset(arena);
    note_command(&evolution, leaf);
    if (!event_infos[leaf->kind].writes || body.size == 0) {
        return evolution.status;
    }
    if (failed(event_body_decode(leaf->kind, body, arena, &decoded))) {
        return FAIL_BECAUSE(CORRUPT, leaf->n, "the body is not one of its kind");
    }
    resolve_new(leaf, &decoded);
    dispatch_evolve(&evolution, leaf, &decoded);
    return evolution.status;
}

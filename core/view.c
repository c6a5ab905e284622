#include "core/view.h"

#include "store/state.h"

_Static_assert((int)VIEW_KEY_MAX == (int)STATE_KEY_MAX, "contexts do not see the store");

struct text view_rest(struct arena *arena)
{
    size_t start = (arena->used + 7) & ~(size_t)7;
    struct text rest = {.capacity = start < arena->capacity ? arena->capacity - start : 0};
    rest.data = arena_take(arena, rest.capacity);
    rest.capacity = rest.data == NULL ? 0 : rest.capacity;
    return rest;
}

static struct status shorten(struct bytes whole, struct text *key)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    struct digest digest = hash_bytes(hasher, whole);
    text_clear(key);
    text_put(key, whole.data, STATE_KEY_MAX - DIGEST_SIZE);
    text_put_bytes(key, BYTES(digest.sha256));
    return OK;
}

struct status view_key(enum row_table table, const void *row, struct arena *arena, struct text *key)
{
    row_key(table, row, key);
    if (!key->full) {
        return OK;
    }
    struct arena before = *arena;
    struct text whole = view_rest(arena);
    row_key(table, row, &whole);
    *arena = before;
    return whole.full ? FAIL(NO_MEMORY, whole.capacity) : shorten(text_bytes(&whole), key);
}

static bool noted(const struct view *view, struct status status)
{
    if (failed(status) && status.code != STATUS_NOT_FOUND && !failed(*view->trouble)) {
        *view->trouble = status;
    }
    return !failed(status);
}

static void tell(const struct view *view, enum view_look_kind kind, enum row_table table,
                 struct bytes key, const void *row)
{
    if (view->watcher != NULL) {
        view->watcher->look(
            view->watcher->context,
            &(struct view_look){
                .kind = kind, .table = table, .as_of_n = view->as_of_n, .key = key, .row = row});
    }
}

static bool decoded(const struct view *view, enum row_table table, struct bytes stored, void *row)
{
    struct bytes kept = arena_copy(view->arena, stored);
    return noted(view, view->arena->full ? FAIL(NO_MEMORY, stored.size)
                                         : row_decode(table, kept, view->arena, row));
}

bool view_find_made_by(const struct view *view, enum row_table table, void *row, uint64_t *made_by)
{
    char memory[STATE_KEY_MAX + 1];
    struct text key = TEXT_IN(memory);
    struct bytes stored;
    if (!noted(view, view_key(table, row, view->arena, &key))) {
        return false;
    }
    bool found = noted(view, state_find(view->state, table, text_bytes(&key), view->as_of_n,
                                        &stored, made_by)) &&
                 decoded(view, table, stored, row);
    tell(view, VIEW_LOOK_ROW, table, text_bytes(&key), found ? row : NULL);
    return found;
}

bool view_find(const struct view *view, enum row_table table, void *row)
{
    uint64_t made_by;
    return view_find_made_by(view, table, row, &made_by);
}

/* Walks ----------------------------------------------------------------------------------- */

struct view_walk view_walk_of(const struct view *view, enum row_table table, const void *row,
                              size_t fixed)
{
    struct view_walk walk = {.view = view, .table = table, .arena_used = view->arena->used};
    struct text prefix = {.data = walk.prefix, .capacity = sizeof walk.prefix};
    row_key_prefix(table, row, fixed, &prefix);
    if (prefix.full) {
        (void)noted(view, FAIL(LIMIT, sizeof walk.prefix));
    }
    walk.prefix_size = prefix.size;
    tell(view, VIEW_LOOK_ROWS, table, bytes_of(walk.prefix, walk.prefix_size), NULL);
    return walk;
}

bool view_walk_next(struct view_walk *walk, void *row)
{
    const struct view *view = walk->view;
    struct bytes key, stored;
    struct state_place place = {.table = walk->table,
                                .prefix = bytes_of(walk->prefix, walk->prefix_size),
                                .after = bytes_of(walk->after, walk->after_size),
                                .as_of = view->as_of_n};
    view->arena->used = walk->arena_used;
    if (failed(*view->trouble) || !noted(view, state_next(view->state, &place, &key, &stored))) {
        return false;
    }
    memcpy(walk->after, key.data, key.size);
    walk->after_size = key.size;
    if (!decoded(view, walk->table, stored, row)) {
        return false;
    }
    tell(view, VIEW_LOOK_NEXT, walk->table, bytes_of(walk->after, walk->after_size), row);
    return true;
}

uint64_t view_count(const struct view *view, enum row_table table, uint64_t most)
{
    uint8_t memory[STATE_KEY_MAX];
    struct state_place place = {.table = table, .as_of = view->as_of_n};
    struct bytes key, row;
    uint64_t count = 0;
    tell(view, VIEW_LOOK_ROWS, table, (struct bytes){0}, NULL);
    while (count < most && noted(view, state_next(view->state, &place, &key, &row))) {
        memcpy(memory, key.data, key.size);
        place.after = bytes_of(memory, key.size);
        count++;
    }
    return count;
}

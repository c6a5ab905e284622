#include "core/view.h"

#include "store/state.h"

static bool noted(const struct view *view, struct status status)
{
    if (failed(status) && status.code != STATUS_NOT_FOUND && !failed(*view->trouble)) {
        *view->trouble = status;
    }
    return !failed(status);
}

bool view_find_made_by(const struct view *view, enum row_table table, void *row, uint64_t *made_by)
{
    char memory[STATE_KEY_MAX + 1];
    struct text key = TEXT_IN(memory);
    struct bytes stored;
    row_key(table, row, &key);
    if (key.full) {
        return false; /* no row has such a key: state_put refuses it */
    }
    if (!noted(view,
               state_find(view->state, table, text_bytes(&key), view->as_of_n, &stored, made_by))) {
        return false;
    }
    struct bytes kept = arena_copy(view->arena, stored);
    return noted(view, view->arena->full ? FAIL(NO_MEMORY, stored.size)
                                         : row_decode(table, kept, view->arena, row));
}

bool view_find(const struct view *view, enum row_table table, void *row)
{
    uint64_t made_by;
    return view_find_made_by(view, table, row, &made_by);
}

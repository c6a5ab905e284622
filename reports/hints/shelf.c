#include "reports/hints/shelf.h"

#include <stdlib.h>

struct status shelf_init(struct shelf *shelf, struct arena *arena)
{
    *shelf = (struct shelf){.arena = arena,
                            .hints = arena_take(arena, SHELF_MAX * sizeof(struct hint *))};
    return shelf->hints == NULL ? FAIL(NO_MEMORY, SHELF_MAX * sizeof(struct hint *)) : OK;
}

struct status shelf_add(struct shelf *shelf, const struct hint *hint)
{
    if (shelf->count == SHELF_MAX) {
        return FAIL_BECAUSE(LIMIT, SHELF_MAX,
                            "too many findings to put in order: ask with --since, --hint or "
                            "--severity");
    }
    struct hint *copy = arena_take(shelf->arena, sizeof *copy);
    uint64_t *because = arena_take(shelf->arena, hint->because_count * sizeof *because);
    struct id *on = arena_take(shelf->arena, hint->on_count * sizeof *on);
    struct bytes who = arena_copy(shelf->arena, hint->who);
    struct bytes about = arena_copy(shelf->arena, hint->about);
    if (copy == NULL || because == NULL || on == NULL || shelf->arena->full) {
        return FAIL(NO_MEMORY, sizeof *copy);
    }
    memcpy(because, hint->because, hint->because_count * sizeof *because);
    if (hint->on_count > 0) {
        memcpy(on, hint->on, hint->on_count * sizeof *on);
    }
    *copy = *hint;
    copy->because = because;
    copy->on = on;
    copy->who = who;
    copy->about = about;
    shelf->hints[shelf->count++] = copy;
    return OK;
}

static int by_number(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int by_gravity(const void *a, const void *b)
{
    const struct hint *left = *(struct hint *const *)a, *right = *(struct hint *const *)b;
    if (left->rule->severity != right->rule->severity) {
        return left->rule->severity > right->rule->severity ? -1 : 1;
    }
    if (left->time_utc_us != right->time_utc_us) {
        return by_number(left->time_utc_us, right->time_utc_us);
    }
    uint64_t left_n = left->because[left->because_count - 1];
    uint64_t right_n = right->because[right->because_count - 1];
    return left_n != right_n ? by_number(left_n, right_n)
                             : strcmp(left->rule->name, right->rule->name);
}

void shelf_sort(struct shelf *shelf)
{
    qsort(shelf->hints, shelf->count, sizeof(struct hint *), by_gravity);
}

#include "store/narrowing.h"

#include <stdlib.h>

static int compare_terms(const void *a, const void *b)
{
    return memcmp(a, b, INDEX_TERM_SIZE);
}

bool narrowing_add(struct narrowing *narrowing, const struct term *terms, size_t count)
{
    size_t begin = narrowing_terms(narrowing), end = begin;
    if (count == 0 || count > NARROWING_TERMS_MAX - begin ||
        narrowing->count == NARROWING_SETS_MAX) {
        return false;
    }
    memcpy(narrowing->terms + begin, terms, count * sizeof *terms);
    qsort(narrowing->terms + begin, count, sizeof *terms, compare_terms);
    for (size_t i = begin; i < begin + count; i++) {
        if (i == begin || compare_terms(&narrowing->terms[end - 1], &narrowing->terms[i]) != 0) {
            narrowing->terms[end++] = narrowing->terms[i];
        }
    }
    narrowing->ends[narrowing->count++] = end;
    return true;
}

bool narrowing_has(const struct narrowing *narrowing, const struct narrowing *other, size_t set)
{
    size_t begin = narrowing_begin(other, set), count = other->ends[set] - begin;
    for (size_t i = 0; i < narrowing->count; i++) {
        size_t at = narrowing_begin(narrowing, i);
        if (narrowing->ends[i] - at == count &&
            memcmp(narrowing->terms + at, other->terms + begin, count * sizeof(struct term)) == 0) {
            return true;
        }
    }
    return false;
}

/* Walking ------------------------------------------------------------------------------------- */

struct narrowing_walk {
    const struct narrowing *narrowing;
    struct slice_cursor cursors[];
};

struct status narrowing_walk_open(const struct narrowing *narrowing, struct narrowing_walk **out)
{
    size_t size =
        sizeof(struct narrowing_walk) + narrowing_terms(narrowing) * sizeof(struct slice_cursor);
    struct narrowing_walk *walk = malloc(size);
    if (walk == NULL) {
        return FAIL(NO_MEMORY, size);
    }
    walk->narrowing = narrowing;
    *out = walk;
    return OK;
}

void narrowing_walk_close(struct narrowing_walk **walk)
{
    free(*walk);
    *walk = NULL;
}

struct status narrowing_walk_begin(struct narrowing_walk *walk, const struct slice *slice,
                                   const struct slice_range *range)
{
    for (size_t i = 0; i < narrowing_terms(walk->narrowing); i++) {
        TRY(slice_cursor_open(slice, &walk->narrowing->terms[i], range, &walk->cursors[i]));
    }
    return OK;
}

/* The nearest position of any term of a set. */
static bool move_set(struct narrowing_walk *walk, size_t set, uint64_t from, uint64_t *n)
{
    bool found = false;
    for (size_t i = narrowing_begin(walk->narrowing, set); i < walk->narrowing->ends[set]; i++) {
        uint64_t at;
        if (slice_cursor_move(&walk->cursors[i], from, &at) && (!found || at < *n)) {
            *n = at;
            found = true;
        }
    }
    return found;
}

bool narrowing_walk_move(struct narrowing_walk *walk, uint64_t from, uint64_t *n)
{
    uint64_t at = from;
    size_t agreed = 0;
    for (size_t set = 0; agreed < walk->narrowing->count;
         set = (set + 1) % walk->narrowing->count) {
        uint64_t found = at;
        if (!move_set(walk, set, at, &found)) {
            return false;
        }
        agreed = found == at ? agreed + 1 : 1;
        at = found;
    }
    *n = at;
    return true;
}

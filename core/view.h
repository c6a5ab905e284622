/*
 * core/view.h -- the state as of one moment: all that a decision may look at.
 *
 * Shape    A view at the head of the log decides commands; a view at an earlier event answers what
 *          would have been decided then. Same type, same code.
 * Memory   Rows found are decoded into the view's arena and live as long as it.
 * Errors   A decision has no way to fail but to refuse. If the state cannot be read, or there is no
 *          memory to decide with, the view remembers it in `trouble` and finds nothing; whoever
 *          made the view looks there last.
 * Source   DESIGN.md 6 and 8.
 */
#ifndef CORE_VIEW_H
#define CORE_VIEW_H

#include "schema/arena.h"
#include "schema/catalogue/catalogue.h"

struct policy;
struct state;

enum {
    VIEW_KEY_MAX = 480, /* bytes: STATE_KEY_MAX */
};

/* A look at the state: at a row, at all rows whose key begins with `key`, or at the next of those.
 */
enum view_look_kind {
    VIEW_LOOK_ROW,
    VIEW_LOOK_ROWS,
    VIEW_LOOK_NEXT,
};
struct view_look {
    enum view_look_kind kind;
    enum row_table table;
    uint64_t as_of_n;
    struct bytes key;
    const void *row; /* what was found; NULL: nothing, or not known yet */
};

/* Whoever wants to know what an answer rests on is told of each look. What is lent is lent for the
 * call, which must not look through the same view. A view and its copies share a watcher. */
struct view_watcher {
    void (*look)(void *context, const struct view_look *look);
    void *context;
};

struct view {
    struct state *state;
    uint64_t as_of_n;    /* events up to this one count */
    uint64_t now_utc_us; /* the time the question is asked for */
    struct arena *arena;
    struct status *trouble;
    const struct policy *policy; /* core/policy.h; NULL in every view but those that ask what if */
    const struct view_watcher *watcher; /* NULL: nobody */
};

/* Finds the row whose key fields are set in `row` (the struct of that table) and fills in the rest.
 * False, and `row` as it was, if there is none. */
bool view_find(const struct view *view, enum row_table table, void *row);

/* Like view_find, and tells which event made the version found. */
bool view_find_made_by(const struct view *view, enum row_table table, void *row, uint64_t *made_by);

/* A walk through the rows of a table whose first `fixed` key fields are those of `row`, in the
 * order of their keys:
 *
 *     struct membership_row row = {.project = project};
 *     struct view_walk walk = view_walk_of(view, ROW_MEMBERSHIP, &row, 1);
 *     while (view_walk_next(&walk, &row)) { ... }
 *
 * What a row lends is valid until the next one: the view's arena is set back each time. */
struct view_walk {
    const struct view *view;
    enum row_table table;
    size_t arena_used;
    size_t prefix_size, after_size;
    char prefix[VIEW_KEY_MAX + 1]; /* room for the final NUL of a text */
    uint8_t after[VIEW_KEY_MAX];
};
struct view_walk view_walk_of(const struct view *view, enum row_table table, const void *row,
                              size_t fixed);
bool view_walk_next(struct view_walk *walk, void *row);

/* How many rows of a table there are, as far as `most`. */
uint64_t view_count(const struct view *view, enum row_table table, uint64_t most);

/* Keys ------------------------------------------------------------------------------------- */

/* Writes the key that a row is kept under: the one of the catalogue; of one over STATE_KEY_MAX
 * bytes its beginning and its SHA-256, for what has happened is never too long to be kept. `key`
 * has room for STATE_KEY_MAX bytes; the arena is as it was. NO_MEMORY. */
MUST_CHECK struct status view_key(enum row_table table, const void *row, struct arena *arena,
                                  struct text *key);

/* What is left of an arena, as a text. Whoever takes it sets the arena back. */
struct text view_rest(struct arena *arena);

#endif

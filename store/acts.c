#include "store/acts.h"

static bool is_user(const struct leaf *leaf)
{
    struct id actor;
    return !leaf_is_emitter_name(leaf->actor) && !failed(id_read(leaf->actor, &actor)) &&
           actor.kind == ID_USER;
}

static void open_bulk(struct acts *acts, const struct leaf *leaf)
{
    struct text actor = TEXT_IN(acts->actor);
    text_put_bytes(&actor, leaf->actor);
    (void)text_string(&actor);
    acts->bulk = leaf->n;
    acts->items = 0;
    acts->open = true;
}

static bool is_of_bulk(const struct acts *acts, const struct leaf *leaf)
{
    return acts->open && leaf->cause == acts->bulk &&
           bytes_equal(leaf->actor, bytes_of_string(acts->actor));
}

static const char *follow_item(struct acts *acts, const struct leaf *leaf)
{
    if (!is_of_bulk(acts, leaf)) {
        return "an item is of no command over many that its actor gave";
    }
    if (leaf->item != acts->items && leaf->item != acts->items + 1) {
        return "an item of a command over many objects is missing";
    }
    acts->items = leaf->item;
    return NULL;
}

const char *acts_follow(struct acts *acts, const struct leaf *leaf)
{
    if (leaf->item > 0) {
        return follow_item(acts, leaf);
    }
    if (leaf->kind == EVENT_BULK_CLOSED && is_of_bulk(acts, leaf)) {
        acts->open = false;
        return NULL;
    }
    if (leaf->kind == EVENT_BULK_OPENED) {
        open_bulk(acts, leaf);
    }
    return is_user(leaf) && !leaf->has_command ? "a user is said to have done what no user signed"
                                               : NULL;
}

#include "core/decision.h"

#include "store/hash.h"
#include "store/key.h"
#include "store/tree.h"

#include <assert.h>

struct decided *decision_add(struct decision *decision, enum event_kind kind, struct id subject)
{
    assert(decision->count < DECISION_EVENTS_MAX);
    struct decided *decided = &decision->events[decision->count++];
    *decided = (struct decided){.kind = kind, .on = {subject}, .on_count = 1};
    return decided;
}

void decision_also(struct decision *decision, struct id subject)
{
    assert(decision->count > 0);
    struct decided *decided = &decision->events[decision->count - 1];
    for (size_t i = 0; i < decided->on_count; i++) {
        if (id_equal(decided->on[i], subject)) {
            return;
        }
    }
    assert(decided->on_count < LEAF_SUBJECTS_MAX);
    decided->on[decided->on_count++] = subject;
}

/* Want of memory is no verdict. */
static bool holds(const struct view *view, struct status status)
{
    if (status.code == STATUS_NO_MEMORY && !failed(*view->trouble)) {
        *view->trouble = status;
    }
    return !failed(status);
}

bool decision_is_key(const struct view *view, struct bytes text)
{
    struct public_key key;
    return holds(view, public_key_read(text, &key));
}

bool decision_is_signed(const struct view *view, struct bytes key, struct bytes message,
                        struct bytes signature)
{
    struct public_key public;
    return holds(view, public_key_read(key, &public)) &&
           holds(view, public_key_verify(&public, message, signature));
}

struct digest decision_hash(const struct view *view, const struct bytes *pieces, size_t count)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct status status = hasher_open(&hasher);
    if (failed(status)) {
        *view->trouble = status;
        return (struct digest){0};
    }
    return hash_pieces(hasher, pieces, count);
}

static uint64_t login_of(const struct actor *actor)
{
    return actor->session.kind != ID_NONE ? actor->opened_n : UINT64_MAX;
}

struct view view_at_login(const struct view *view, const struct actor *actor)
{
    return policy_granted_view(view, login_of(actor));
}

struct view view_of_rights(const struct view *view, const struct actor *actor)
{
    return policy_kept_view(view, login_of(actor));
}

struct digest decision_root(const struct view *view, decision_next_digest *next, void *context)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct tree tree = {0};
    struct digest digest;
    struct status status = hasher_open(&hasher);
    while (!failed(status) && next(context, &digest)) {
        struct digest leaf = hash_leaf(hasher, BYTES(digest.sha256));
        status = tree_append(&tree, hasher, &leaf, NULL, NULL);
    }
    if (failed(status)) {
        *view->trouble = status;
        return (struct digest){0};
    }
    return tree_root(&tree, hasher);
}

#include "core/drive/pool.h"

#include "core/dispatch.h"
#include "core/effect/effect.h"
#include "core/group/group.h"

#define NOTHING ((struct id){ID_NONE, 0})

bool pool_by_id(const struct view *view, struct id pool, struct pool_row *out)
{
    struct pool_row row = {.pool = pool};
    if (pool.kind != ID_POOL || !view_find(view, ROW_POOL, &row)) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool pool_by_name(const struct view *view, struct bytes name, struct pool_row *out)
{
    struct pool_name_row row = {.name = name};
    return view_find(view, ROW_POOL_NAME, &row) && pool_by_id(view, row.pool, out);
}

bool pool_is_of(const struct view *view, struct id pool, enum pool_kind kind)
{
    struct pool_row row;
    return pool_by_id(view, pool, &row) && row.kind == kind;
}

/* Paths ----------------------------------------------------------------------------------- */

/* From a slash to the next, which there need not be. */
static bool is_part(struct bytes part)
{
    const bool dots =
        part.size <= 2 && part.data[0] == '.' && (part.size == 1 || part.data[1] == '.');
    return part.size > 0 && !dots;
}

static bool has_control(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < ' ' || text.data[i] == 0x7f) {
            return true;
        }
    }
    return false;
}

bool pool_is_path(struct bytes path)
{
    if (path.size < 2 || path.size > POOL_PATH_MAX || path.data[0] != '/' || has_control(path)) {
        return false;
    }
    for (size_t from = 1, at = 1; at <= path.size; at++) {
        if (at == path.size || path.data[at] == '/') {
            if (at == from || !is_part(bytes_of(path.data + from, at - from))) {
                return false;
            }
            from = at + 1;
        }
    }
    return path.data[path.size - 1] != '/';
}

/* Whether `inner` is `outer` or lies in it. */
static bool lies_in(struct bytes inner, struct bytes outer)
{
    return inner.size >= outer.size && bytes_equal(bytes_of(inner.data, outer.size), outer) &&
           (inner.size == outer.size || inner.data[outer.size] == '/');
}

/* Decide ---------------------------------------------------------------------------------- */

static bool is_apart(const struct view *view, struct bytes path)
{
    struct pool_row pool = {.pool = NOTHING};
    struct view_walk walk = view_walk_of(view, ROW_POOL, &pool, 0);
    while (view_walk_next(&walk, &pool)) {
        if (lies_in(path, pool.path) || lies_in(pool.path, path)) {
            return false;
        }
    }
    return true;
}

static bool are_hosts(const struct view *view, const struct id *hosts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct host_row host = {.host = hosts[i]};
        if (hosts[i].kind != ID_HOST || !view_find(view, ROW_HOST, &host) || host.removed) {
            return false;
        }
    }
    return count > 0 && count <= POOL_HOSTS_MAX;
}

void pool_define_decide(const struct view *view, const struct actor *actor,
                        const struct pool_define *command, struct decision *decision)
{
    REFUSE_UNLESS(actor->role == USER_ROLE_SUPER_ADMIN, RULE_DRV_05A);
    REFUSE_UNLESS(group_is_name(command->name), RULE_DRV_01E);
    REFUSE_IF(pool_by_name(view, command->name, NULL), RULE_DRV_05A);
    REFUSE_UNLESS(pool_is_path(command->path), RULE_DRV_05B);
    REFUSE_UNLESS(is_apart(view, command->path), RULE_DRV_05B);
    REFUSE_UNLESS(are_hosts(view, command->hosts, command->hosts_count), RULE_DRV_05C);
    EMIT(EVENT_POOL_DEFINED, NEW(ID_POOL), pool_defined, .name = command->name,
         .kind = command->kind, .path = command->path, .has_fs = command->has_fs, .fs = command->fs,
         .hosts = command->hosts, .hosts_count = command->hosts_count);
}

/* Evolve ---------------------------------------------------------------------------------- */

void pool_defined_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct pool_defined *body)
{
    evolution_put(evolution, ROW_POOL,
                  &(struct pool_row){.pool = leaf->on[0],
                                     .name = body->name,
                                     .kind = body->kind,
                                     .path = body->path,
                                     .has_fs = body->has_fs,
                                     .fs = body->fs,
                                     .hosts = body->hosts,
                                     .hosts_count = body->hosts_count});
    evolution_put(evolution, ROW_POOL_NAME,
                  &(struct pool_name_row){.name = body->name, .pool = leaf->on[0]});
    effect_ask(evolution, leaf, EFFECT_KIND_POOL_DEFINE, leaf->on[0], NOTHING);
}

void pool_ended(struct evolution *evolution, struct id pool, bool done)
{
    struct pool_row row = {.pool = pool};
    if (evolution_find(evolution, ROW_POOL, &row)) {
        row.ready = done;
        evolution_put(evolution, ROW_POOL, &row);
    }
}

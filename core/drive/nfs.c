#include "core/drive/nfs.h"

#include "core/dispatch.h"
#include "core/drive/pool.h"
#include "core/effect/effect.h"

#include <string.h>

#define NOTHING ((struct id){ID_NONE, 0})

bool nfs_by_id(const struct view *view, struct id nfs, struct nfs_row *out)
{
    struct nfs_row row = {.nfs = nfs};
    if (nfs.kind != ID_NFS || !view_find(view, ROW_NFS, &row) || row.revoked) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

static bool is_of(struct bytes text, const char *signs)
{
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t c = text.data[i];
        const bool alnum =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && (c == 0 || strchr(signs, c) == NULL)) {
            return false;
        }
    }
    return true;
}

bool nfs_is_server(struct bytes text)
{
    return text.size > 0 && text.size <= NFS_SERVER_MAX && text.data[0] != '-' &&
           is_of(text, ".:-");
}

bool nfs_is_export(struct bytes text)
{
    return pool_is_path(text) && is_of(text, "_-.+/");
}

/* Decide ---------------------------------------------------------------------------------- */

static bool is_allowed(const struct view *view, const struct nfs_allow *command)
{
    struct nfs_row row = {.nfs = NOTHING};
    struct view_walk walk = view_walk_of(view, ROW_NFS, &row, 0);
    while (view_walk_next(&walk, &row)) {
        if (!row.revoked && bytes_equal(row.server, command->server) &&
            bytes_equal(row.export, command->export)) {
            return true;
        }
    }
    return false;
}

void nfs_allow_decide(const struct view *view, const struct actor *actor,
                      const struct nfs_allow *command, struct decision *decision)
{
    REFUSE_UNLESS(actor->role == USER_ROLE_SUPER_ADMIN, RULE_DRV_20C);
    REFUSE_UNLESS(nfs_is_server(command->server) && nfs_is_export(command->export), RULE_DRV_20D);
    REFUSE_UNLESS(command->mode == DRIVE_MODE_RO && command->in_envelope, RULE_DRV_20A);
    REFUSE_IF(is_allowed(view, command), RULE_DRV_20C);
    EMIT(EVENT_NFS_ALLOWED, NEW(ID_NFS), nfs_allowed, .server = command->server,
         .export = command->export, .mode = command->mode, .in_envelope = command->in_envelope);
}

void nfs_revoke_decide(const struct view *view, const struct actor *actor,
                       const struct nfs_revoke *command, struct decision *decision)
{
    REFUSE_UNLESS(actor->role == USER_ROLE_SUPER_ADMIN, RULE_DRV_20C);
    REFUSE_UNLESS(nfs_by_id(view, command->nfs, NULL), RULE_DRV_20C);
    EMIT(EVENT_NFS_REVOKED, command->nfs, nfs_revoked, .reason = command->reason);
}

/* Evolve ---------------------------------------------------------------------------------- */

void nfs_allowed_evolve(struct evolution *evolution, const struct leaf *leaf,
                        const struct nfs_allowed *body)
{
    evolution_put(
        evolution, ROW_NFS,
        &(struct nfs_row){.nfs = leaf->on[0], .server = body->server, .export = body->export});
    effect_ask(evolution, leaf, EFFECT_KIND_NFS_EXPORT, leaf->on[0], NOTHING);
}

void nfs_revoked_evolve(struct evolution *evolution, const struct leaf *leaf,
                        const struct nfs_revoked *body)
{
    struct nfs_row row = {.nfs = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_NFS, &row)) {
        row.revoked = true;
        evolution_put(evolution, ROW_NFS, &row);
    }
    effect_ask(evolution, leaf, EFFECT_KIND_NFS_WITHDRAW, leaf->on[0], NOTHING);
}

void nfs_ended(struct evolution *evolution, const struct effect_row *effect)
{
    struct nfs_row row = {.nfs = effect->object};
    if (effect->state == EFFECT_STATE_DONE && evolution_find(evolution, ROW_NFS, &row)) {
        row.in_force = effect->effect == EFFECT_KIND_NFS_EXPORT;
        evolution_put(evolution, ROW_NFS, &row);
    }
}

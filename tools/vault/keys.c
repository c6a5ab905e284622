#include "tools/vault/keys.h"

#include "core/group/group.h"
#include "core/identity/user.h"
#include "tools/vault/group_key.h"

#include <inttypes.h>

/* Opening --------------------------------------------------------------------------------- */

static enum exit_code open_wrap(struct vault *vault, const struct digest *wrapped,
                                const struct secret_bytes *own, struct secret_bytes **out)
{
    struct wrap wrap;
    struct status status = vault_key_get(vault->files, wrapped, &wrap);
    if (status.code == STATUS_NOT_FOUND) {
        return invocation_fail(vault->invocation, EXIT_INTEGRITY, NULL,
                               "the wrapped key that the log names is not in the vault");
    }
    status = failed(status) ? status : unwrap_secret(BYTES(wrap.data), own, out);
    return failed(status) ? vault_fail(vault, status, "opening the key") : EXIT_DONE;
}

struct status vault_read_said(struct vault *vault, uint64_t n, union event_body *out)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    struct bytes bytes, body;
    struct leaf leaf;
    arena_reset(&vault->arena);
    TRY(log_snapshot_open(engine_log(vault->engine), &snapshot));
    TRY(log_read_leaf(snapshot, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    TRY(log_read_body(snapshot, &leaf, &body));
    if (body.size < SALT_SIZE) {
        return FAIL(NOT_FOUND, n);
    }
    return event_body_decode(leaf.kind, bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE),
                             &vault->arena, out);
}

static enum exit_code open_by_group(struct vault *vault, const struct vault_held *held,
                                    struct secret_bytes **out)
{
    CLEANUP(secret_bytes_close) struct secret_bytes *group_key = NULL;
    enum exit_code code = group_key_fetch(vault->invocation, vault->engine, vault->files,
                                          held->holder, held->epoch, &group_key);
    return code == EXIT_DONE ? open_wrap(vault, &held->wrapped, group_key, out) : code;
}

enum exit_code vault_open_held(struct vault *vault, const struct vault_held *held,
                               struct secret_bytes **out)
{
    return held->holder.kind == ID_GROUP
               ? open_by_group(vault, held, out)
               : open_wrap(vault, &held->wrapped, person_key_receives(vault->invocation->person),
                           out);
}

/* The epoch of the group's key that a file's key is wrapped for. */
static enum exit_code find_epoch(struct vault *vault, struct id file, struct vault_held *held)
{
    struct file_key_row row = {.file = file, .holder = held->holder};
    struct view view = vault_view(vault);
    if (held->holder.kind == ID_GROUP && !view_find(&view, ROW_FILE_KEY, &row)) {
        return invocation_fail(vault->invocation, EXIT_NOT_FOUND, NULL,
                               "the group's key of this file is gone");
    }
    held->epoch = row.epoch;
    return EXIT_DONE;
}

enum exit_code vault_fetch_key(struct vault *vault, struct id file, const char *why,
                               struct secret_bytes **out)
{
    struct verdict verdict;
    union event_body said;
    union command_fields fields = {
        .vault_key_fetch = {.file = file, .has_why = true, .why = bytes_of_string(why)}};
    enum exit_code code = vault_command(vault, COMMAND_VAULT_KEY_FETCH, &fields, &verdict);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = vault_read_said(vault, verdict.first, &said);
    if (failed(status)) {
        return vault_fail(vault, status, "fetching the key");
    }
    struct vault_held held = {.holder = said.vault_key_fetched.holder,
                              .wrapped = said.vault_key_fetched.wrapped};
    code = find_epoch(vault, file, &held);
    return code == EXIT_DONE ? vault_open_held(vault, &held, out) : code;
}

/* Wrapping -------------------------------------------------------------------------------- */

static enum exit_code wrap_to(struct vault *vault, const struct secret_bytes *secret,
                              struct bytes receive_key, struct digest *out)
{
    struct receive_key key;
    struct wrap wrap;
    struct status status = receive_key_read(receive_key, &key);
    status = failed(status) ? status : wrap_secret(secret, &key, &wrap);
    status = failed(status) ? status : vault_key_put(vault->files, &wrap, out);
    return failed(status) ? vault_fail(vault, status, "wrapping the key") : EXIT_DONE;
}

static enum exit_code wrap_for_group(struct vault *vault, const struct secret_bytes *secret,
                                     struct id holder, struct vault_wrapped *out)
{
    struct group_row group;
    struct view view = vault_view(vault);
    if (!group_by_id(&view, holder, &group)) {
        return invocation_fail(vault->invocation, EXIT_NOT_FOUND, NULL,
                               "there is no group:%" PRIu64, holder.n);
    }
    out->has_epoch = true;
    out->epoch = group.epoch;
    return wrap_to(vault, secret, group.key, &out->digest);
}

enum exit_code vault_wrap(struct vault *vault, const struct secret_bytes *secret, struct id holder,
                          struct vault_wrapped *out)
{
    struct user_row user;
    *out = (struct vault_wrapped){0};
    if (holder.kind == ID_GROUP) {
        return wrap_for_group(vault, secret, holder, out);
    }
    struct view view = vault_view(vault);
    if (!user_by_id(&view, holder, &user) || !user.has_receive_key) {
        return invocation_fail(vault->invocation, EXIT_NOT_FOUND, NULL,
                               "there is no user with a key to wrap for");
    }
    return wrap_to(vault, secret, user.receive_key, &out->digest);
}

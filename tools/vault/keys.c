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

/* What an event that was just written says. */
static struct status read_fetched(struct vault *vault, uint64_t n, struct vault_key_fetched *out)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    struct bytes bytes, body;
    struct leaf leaf;
    union event_body fetched;
    arena_reset(&vault->arena);
    TRY(log_snapshot_open(engine_log(vault->engine), &snapshot));
    TRY(log_read_leaf(snapshot, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    TRY(log_read_body(snapshot, &leaf, &body));
    if (body.size < SALT_SIZE) {
        return FAIL(NOT_FOUND, n);
    }
    TRY(event_body_decode(EVENT_VAULT_KEY_FETCHED,
                          bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE), &vault->arena,
                          &fetched));
    *out = fetched.vault_key_fetched; /* ids and a digest: nothing is lent but `why` */
    out->why = (struct bytes){0};
    return OK;
}

static enum exit_code open_by_group(struct vault *vault, struct id file,
                                    const struct vault_key_fetched *fetched,
                                    struct secret_bytes **out)
{
    CLEANUP(secret_bytes_close) struct secret_bytes *group_key = NULL;
    struct file_key_row row = {.file = file, .holder = fetched->holder};
    struct view view = vault_view(vault);
    if (!view_find(&view, ROW_FILE_KEY, &row)) {
        return invocation_fail(vault->invocation, EXIT_NOT_FOUND, NULL,
                               "the group's key of this file is gone");
    }
    const uint64_t epoch = row.epoch;
    enum exit_code code = group_key_fetch(vault->invocation, vault->engine, vault->files,
                                          fetched->holder, epoch, &group_key);
    return code == EXIT_DONE ? open_wrap(vault, &fetched->wrapped, group_key, out) : code;
}

enum exit_code vault_fetch_key(struct vault *vault, struct id file, const char *why,
                               struct secret_bytes **out)
{
    struct verdict verdict;
    struct vault_key_fetched fetched;
    union command_fields fields = {
        .vault_key_fetch = {.file = file, .has_why = true, .why = bytes_of_string(why)}};
    enum exit_code code = vault_command(vault, COMMAND_VAULT_KEY_FETCH, &fields, &verdict);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = read_fetched(vault, verdict.first, &fetched);
    if (failed(status)) {
        return vault_fail(vault, status, "fetching the key");
    }
    return fetched.holder.kind == ID_GROUP
               ? open_by_group(vault, file, &fetched, out)
               : open_wrap(vault, &fetched.wrapped, person_key_receives(vault->invocation->person),
                           out);
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

#include "tools/vault/group_key.h"

#include "core/vault/storage.h"

#include <stdio.h>

enum {
    LOOK_ARENA = 32 << 10, /* bytes for a few rows */
};

enum exit_code vault_files_of(struct invocation *invocation, struct engine *engine,
                              struct vault_files **out)
{
    uint8_t memory[LOOK_ARENA];
    char path[STORE_PATH_MAX];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct storage_root_row root;
    const char *store;
    enum exit_code code = invocation_store(invocation, &store);
    if (code != EXIT_DONE) {
        return code;
    }
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    bool elsewhere = storage_root(&view, &root);
    if (elsewhere) {
        snprintf(path, sizeof path, "%.*s", (int)root.path.size, (const char *)root.path.data);
    }
    struct status status =
        failed(trouble)
            ? trouble
            : vault_files_open(
                  &(struct vault_files_options){.store = store, .chunks = elsewhere ? path : NULL},
                  out);
    return failed(status) ? invocation_failed(invocation, status, NULL, "opening the vault")
                          : EXIT_DONE;
}

static enum exit_code open_wrap(struct invocation *invocation, const struct vault_files *files,
                                const struct digest *wrapped, struct secret_bytes **out)
{
    struct wrap wrap;
    struct status status = vault_key_get(files, wrapped, &wrap);
    status = failed(status)
                 ? status
                 : unwrap_secret(BYTES(wrap.data), person_key_receives(invocation->person), out);
    return failed(status) ? invocation_failed(invocation, status, NULL, "the wrapped key")
                          : EXIT_DONE;
}

enum exit_code group_key_fetch(struct invocation *invocation, struct engine *engine,
                               const struct vault_files *files, struct id group, uint64_t epoch,
                               struct secret_bytes **out)
{
    uint8_t memory[LOOK_ARENA];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct verdict verdict;
    struct operator_standing standing;
    union command_fields fields = {.group_fetch_key = {.group = group, .epoch = epoch}};
    enum exit_code code = operator_stand(invocation, engine, &standing);
    code = code == EXIT_DONE
               ? operator_command(invocation, engine, COMMAND_GROUP_FETCH_KEY, &fields, &verdict)
               : code;
    if (code != EXIT_DONE) {
        return code;
    }
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    struct group_key_row row = {.group = group, .user = standing.user, .epoch = epoch};
    if (!view_find(&view, ROW_GROUP_KEY, &row)) {
        return invocation_failed(invocation, failed(trouble) ? trouble : FAIL(NOT_FOUND, group.n),
                                 NULL, "the group's key");
    }
    return open_wrap(invocation, files, &row.wrapped, out);
}

enum exit_code group_key_wrap(struct invocation *invocation, const struct view *view,
                              const struct vault_files *files, const struct secret_bytes *secret,
                              struct id user, struct digest *wrapped)
{
    struct user_row row = {.user = user};
    struct receive_key receive;
    struct wrap wrap;
    if (!view_find(view, ROW_USER, &row) || !row.has_receive_key) {
        return failed(*view->trouble)
                   ? invocation_failed(invocation, *view->trouble, NULL, "reading the state")
                   : invocation_fail(
                         invocation, EXIT_NOT_FOUND, "users who were registered by a card have one",
                         "user:%llu has no key to receive with", (unsigned long long)user.n);
    }
    struct status status = receive_key_read(row.receive_key, &receive);
    status = failed(status) ? status : wrap_secret(secret, &receive, &wrap);
    status = failed(status) ? status : vault_key_put(files, &wrap, wrapped);
    return failed(status) ? invocation_failed(invocation, status, NULL, "wrapping the key")
                          : EXIT_DONE;
}

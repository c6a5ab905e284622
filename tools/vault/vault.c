#include "tools/vault/vault.h"

#include "core/vault/directory.h"
#include "reports/resolve.h"
#include "tools/form.h"
#include "tools/vault/group_key.h"

#include <errno.h>
#include <stdlib.h>

enum exit_code vault_fail(const struct vault *vault, struct status status, const char *doing)
{
    const bool forbidden = status.code == STATUS_IO && (status.at == EACCES || status.at == EPERM);
    return invocation_failed(vault->invocation, status,
                             forbidden
                                 ? "chunks are kept beside the log by whoever writes them, also "
                                   "beside a daemon: run as the store's owner"
                                 : NULL,
                             doing);
}

/* Visits ---------------------------------------------------------------------------------- */

enum exit_code vault_begin(struct vault *vault, struct invocation *invocation)
{
    *vault = (struct vault){.invocation = invocation, .arena = {.capacity = VAULT_ARENA}};
    vault->arena.memory = malloc(VAULT_ARENA);
    if (vault->arena.memory == NULL) {
        return vault_fail(vault, FAIL(NO_MEMORY, VAULT_ARENA), "starting");
    }
    enum exit_code code = vault_return(vault);
    code = code == EXIT_DONE ? vault_files_of(invocation, vault->engine, &vault->files) : code;
    return code == EXIT_DONE ? code : vault_end(vault, code);
}

enum exit_code vault_return(struct vault *vault)
{
    enum exit_code code = store_open(vault->invocation, STORE_WRITE, &vault->engine);
    return code == EXIT_DONE ? operator_stand(vault->invocation, vault->engine, &vault->standing)
                             : code;
}

enum exit_code vault_leave(struct vault *vault)
{
    return vault->engine == NULL ? EXIT_DONE
                                 : store_finish(vault->invocation, EXIT_DONE, &vault->engine);
}

enum exit_code vault_end(struct vault *vault, enum exit_code code)
{
    if (vault->engine != NULL) {
        code = store_finish(vault->invocation, code, &vault->engine);
    }
    vault_files_close(&vault->files);
    free(vault->arena.memory);
    vault->arena.memory = NULL;
    return code;
}

enum exit_code vault_visit(struct invocation *invocation,
                           enum exit_code (*act)(struct vault *vault))
{
    struct vault vault;
    enum exit_code code = vault_begin(&vault, invocation);
    return code == EXIT_DONE ? vault_end(&vault, act(&vault)) : code;
}

const char *vault_argument(const struct vault *vault, size_t index)
{
    return invocation_argument(vault->invocation, index);
}

/* Looking --------------------------------------------------------------------------------- */

struct view vault_view(struct vault *vault)
{
    arena_reset(&vault->arena);
    return engine_view(vault->engine, UINT64_MAX, &vault->arena, &vault->trouble);
}

enum exit_code vault_check(const struct vault *vault)
{
    return failed(vault->trouble) ? vault_fail(vault, vault->trouble, "reading the state")
                                  : EXIT_DONE;
}

enum exit_code vault_command(struct vault *vault, enum command_kind kind,
                             const union command_fields *fields, struct verdict *verdict)
{
    return operator_command(vault->invocation, vault->engine, kind, fields, verdict);
}

enum exit_code vault_do(struct vault *vault, enum command_kind kind,
                        const union command_fields *fields)
{
    struct verdict verdict;
    enum exit_code code = vault_command(vault, kind, fields, &verdict);
    struct status status =
        code == EXIT_DONE ? form_tell(vault->invocation, vault->engine, &verdict) : OK;
    return failed(status) ? vault_fail(vault, status, command_name(kind)) : code;
}

static struct status resolve_in(struct vault *vault, const char *path, enum id_kind kind,
                                struct id *out)
{
    struct view view = vault_view(vault);
    const struct resolver resolver = {.view = &view, .user = vault->standing.user};
    if (strcmp(path, "/") == 0) {
        *out = vault->standing.user;
        return OK;
    }
    struct status status = resolve(&resolver, kind, bytes_of_string(path), out);
    return failed(vault->trouble) ? vault->trouble : status;
}

enum exit_code vault_look(struct vault *vault, const char *path, struct id *out)
{
    struct status status = resolve_in(vault, path, ID_NONE, out);
    if (status.code == STATUS_NOT_FOUND) {
        *out = (struct id){ID_NONE, 0};
        return EXIT_DONE;
    }
    return failed(status) ? vault_fail(vault, status, path) : EXIT_DONE;
}

enum exit_code vault_find(struct vault *vault, const char *path, enum id_kind kind, struct id *out)
{
    struct status status = resolve_in(vault, path, kind, out);
    if (failed(status)) {
        return vault_fail(vault, status, path);
    }
    return kind == ID_NONE || out->kind == kind
               ? EXIT_DONE
               : invocation_fail(vault->invocation, EXIT_USAGE, NULL, "%s is no %s", path,
                                 id_infos[kind].name);
}

enum exit_code vault_find_parent(struct vault *vault, const char *path, struct id *parent,
                                 struct bytes *name)
{
    struct view view = vault_view(vault);
    const struct resolver resolver = {.view = &view, .user = vault->standing.user};
    struct status status = resolve_parent(&resolver, bytes_of_string(path), parent, name);
    status = failed(vault->trouble) ? vault->trouble : status;
    return failed(status) ? vault_fail(vault, status, path) : EXIT_DONE;
}

struct id vault_group_of(struct vault *vault, struct id place)
{
    struct vault_place found;
    struct view view = vault_view(vault);
    return vault_place_by_id(&view, place, &found) ? found.group : (struct id){ID_NONE, 0};
}

enum exit_code vault_find_holder(struct vault *vault, const char *name, struct id *out)
{
    enum exit_code code = vault_find(vault, name, ID_NONE, out);
    return code == EXIT_DONE && out->kind != ID_USER && out->kind != ID_GROUP
               ? invocation_fail(vault->invocation, EXIT_USAGE, NULL,
                                 "%s is neither a user nor a group", name)
               : code;
}

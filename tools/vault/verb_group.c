/* Groups, as far as their keys are handled: making one, taking people in and out, a new key. */
#include "core/group/group.h"
#include "reports/resolve.h"
#include "tools/store_open.h"
#include "tools/vault/group_key.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    GROUP_ARENA = 4 << 20, /* bytes: the rows and keys of all members */
    EPOCHS_MAX = 64,       /* keys of a group that are handed on: the newest */
};

/* What every one of these verbs works with. */
struct work {
    struct invocation *invocation;
    struct engine *engine;
    struct vault_files *files;
    struct operator_standing standing;
    struct arena arena;
    struct status trouble;
    struct view view; /* of the head; anew after each command */
};

static void look_again(struct work *work)
{
    work->view = engine_view(work->engine, UINT64_MAX, &work->arena, &work->trouble);
}

static enum exit_code find(struct work *work, enum id_kind kind, const char *name, struct id *out)
{
    const struct resolver resolver = {.view = &work->view, .user = work->standing.user};
    struct status status = resolve(&resolver, kind, bytes_of_string(name), out);
    return failed(status) ? invocation_failed(work->invocation, status, NULL, name) : EXIT_DONE;
}

/* The group that the first argument names. */
static enum exit_code find_group(struct work *work, struct group_row *out)
{
    struct id group;
    const char *name = invocation_argument(work->invocation, 0);
    enum exit_code code = find(work, ID_GROUP, name, &group);
    if (code == EXIT_DONE && !group_by_id(&work->view, group, out)) {
        return invocation_fail(work->invocation, EXIT_NOT_FOUND, NULL, "there is no group %s",
                               name);
    }
    return code;
}

static void tell(const struct work *work, const char *what, struct id about,
                 const struct verdict *verdict)
{
    output_add(work->invocation->output,
               work->invocation->format == ROWS_JSON ? "{\"on\":\"%s:%" PRIu64
                                                       "\",\"did\":\"%s\",\"event\":%" PRIu64 "}\n"
                                                     : "%s:%" PRIu64 " %s (event %" PRIu64 ")\n",
               id_infos[about.kind].name, about.n, what, verdict->first);
}

static enum exit_code run_with(struct invocation *invocation,
                               enum exit_code (*act)(struct work *work))
{
    struct work work = {.invocation = invocation,
                        .arena = {.memory = malloc(GROUP_ARENA), .capacity = GROUP_ARENA}};
    if (work.arena.memory == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, GROUP_ARENA), NULL, "starting");
    }
    enum exit_code code = store_open(invocation, STORE_WRITE, &work.engine);
    if (code == EXIT_DONE) {
        code = vault_files_of(invocation, work.engine, &work.files);
        code = code == EXIT_DONE ? operator_stand(invocation, work.engine, &work.standing) : code;
        look_again(&work);
        code = code == EXIT_DONE ? act(&work) : code;
        vault_files_close(&work.files);
        code = store_finish(invocation, code, &work.engine);
    }
    free(work.arena.memory);
    return code;
}

/* Create ---------------------------------------------------------------------------------- */

static enum exit_code create(struct work *work)
{
    CLEANUP(secret_bytes_close) struct secret_bytes *secret = NULL;
    struct group_create fields = {.name =
                                      bytes_of_string(invocation_argument(work->invocation, 0))};
    struct verdict verdict;
    struct status status = secret_bytes_make(&secret);
    if (failed(status)) {
        return invocation_failed(work->invocation, status, NULL, "making the group's key");
    }
    const struct receive_key key = receive_key_of(secret);
    fields.key = BYTES(key.data);
    enum exit_code code = group_key_wrap(work->invocation, &work->view, work->files, secret,
                                         work->standing.user, &fields.wrapped);
    code = code == EXIT_DONE
               ? operator_command(work->invocation, work->engine, COMMAND_GROUP_CREATE,
                                  &(union command_fields){.group_create = fields}, &verdict)
               : code;
    if (code == EXIT_DONE) {
        tell(work, "is made", (struct id){ID_GROUP, verdict.first}, &verdict);
    }
    return code;
}

static enum exit_code run_create(struct invocation *invocation)
{
    return run_with(invocation, create);
}

static const struct option_info create_options[] = {OPERATOR_OPTIONS};

const struct verb verb_group_create = {
    .name = "group create",
    .about = "make a group, with a key of its own",
    .arguments = "NAME",
    .details = "Whoever holds the group's key is a member. You are the owner and the first one.",
    .examples = "cairn group create genomes",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(create_options),
    .guarded = true,
    .signs = true,
    .run = run_create,
};

/* Members --------------------------------------------------------------------------------- */

static enum exit_code choose_permissions(struct work *work,
                                         enum group_permission out[static GROUP_PERMISSION_COUNT],
                                         size_t *count)
{
    const char *preset = invocation_value(work->invocation, "preset"), *name;
    unsigned set =
        group_preset_set(preset != NULL && strcmp(preset, "manager") == 0 ? GROUP_PRESET_MANAGER
                                                                          : GROUP_PRESET_USER);
    bool own = invocation_value(work->invocation, "permission") != NULL;
    set = own ? 0 : set;
    for (size_t i = 0; (name = invocation_value_at(work->invocation, "permission", i)) != NULL;
         i++) {
        enum group_permission permission;
        if (!group_permission_read(bytes_of_string(name), &permission)) {
            return invocation_fail(work->invocation, EXIT_USAGE, NULL,
                                   "there is no permission %.40s", name);
        }
        set |= 1u << permission;
    }
    *count = group_permission_list(set, out);
    return EXIT_DONE;
}

/* The group's secrets that the operator holds, for whoever is added. */
struct secrets {
    struct id group;
    uint64_t epochs[EPOCHS_MAX];
    struct secret_bytes *secrets[EPOCHS_MAX]; /* the newest is the last */
    size_t count;
};

static void close_secrets(struct secrets *secrets)
{
    for (size_t i = 0; i < secrets->count; i++) {
        secret_bytes_close(&secrets->secrets[i]);
    }
}

/* Older content is read with older keys: all of them are handed on. */
static enum exit_code fetch_all(struct work *work, struct secrets *secrets)
{
    struct group_key_row row = {.group = secrets->group, .user = work->standing.user};
    struct view_walk walk = view_walk_of(&work->view, ROW_GROUP_KEY, &row, 2);
    enum exit_code code = EXIT_DONE;
    size_t found = 0;
    while (view_walk_next(&walk, &row)) {
        if (found == EPOCHS_MAX) { /* what is too much is the oldest */
            memmove(secrets->epochs, secrets->epochs + 1, --found * sizeof *secrets->epochs);
        }
        secrets->epochs[found++] = row.epoch;
    }
    while (code == EXIT_DONE && secrets->count < found) {
        code = group_key_fetch(work->invocation, work->engine, work->files, secrets->group,
                               secrets->epochs[secrets->count], &secrets->secrets[secrets->count]);
        secrets->count += code == EXIT_DONE ? 1 : 0;
    }
    return code == EXIT_DONE && found == 0 ? invocation_fail(work->invocation, EXIT_NOT_PERMITTED,
                                                             NULL, "you hold no key of this group")
                                           : code;
}

static enum exit_code wrap_all(struct work *work, const struct secrets *secrets, struct id user,
                               struct digest wrapped[static EPOCHS_MAX])
{
    enum exit_code code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < secrets->count; i++) {
        code = group_key_wrap(work->invocation, &work->view, work->files, secrets->secrets[i], user,
                              &wrapped[i]);
    }
    return code;
}

static enum exit_code add_one(struct work *work, const struct secrets *secrets, const char *name)
{
    enum group_permission permissions[GROUP_PERMISSION_COUNT];
    struct digest wrapped[EPOCHS_MAX];
    struct group_add_member fields = {.group = secrets->group,
                                      .epoch = secrets->epochs[secrets->count - 1],
                                      .permissions = permissions,
                                      .older_epochs = secrets->epochs,
                                      .older_epochs_count = secrets->count - 1,
                                      .older_wrapped = wrapped,
                                      .older_wrapped_count = secrets->count - 1};
    struct verdict verdict;
    look_again(work);
    enum exit_code code = find(work, ID_USER, name, &fields.user);
    code =
        code == EXIT_DONE ? choose_permissions(work, permissions, &fields.permissions_count) : code;
    code = code == EXIT_DONE ? wrap_all(work, secrets, fields.user, wrapped) : code;
    fields.wrapped = wrapped[secrets->count - 1];
    code = code == EXIT_DONE
               ? operator_command(work->invocation, work->engine, COMMAND_GROUP_ADD_MEMBER,
                                  &(union command_fields){.group_add_member = fields}, &verdict)
               : code;
    if (code == EXIT_DONE) {
        tell(work, "is a member", fields.user, &verdict);
    }
    return code;
}

static enum exit_code add_members(struct work *work)
{
    CLEANUP(close_secrets) struct secrets secrets = {0};
    struct group_row group = {0};
    const char *name;
    enum exit_code code = find_group(work, &group);
    secrets.group = group.group;
    if (code == EXIT_DONE && invocation_value(work->invocation, "user") == NULL) {
        code = invocation_fail(work->invocation, EXIT_USAGE, NULL, "who? give --user LOGIN");
    }
    code = code == EXIT_DONE ? fetch_all(work, &secrets) : code;
    for (size_t i = 0;
         code == EXIT_DONE && (name = invocation_value_at(work->invocation, "user", i)) != NULL;
         i++) {
        code = add_one(work, &secrets, name);
    }
    return code;
}

static enum exit_code run_add_member(struct invocation *invocation)
{
    return run_with(invocation, add_members);
}

static const struct option_info add_member_options[] = {
    OPERATOR_OPTIONS,
    {"user", 0, "USER", "the user, by name or id; more than one: for each", true},
    {"preset", 0, "user|manager", "a recommended set of permissions (user)", false},
    {"permission", 0,
     "add_members|remove_members|change_permissions|add_entries|remove_entries|create_directories|"
     "modify_project_tag",
     "these permissions instead", true},
};

const struct verb verb_group_add_member = {
    .name = "group add-member",
    .about = "make users members: wrap the group's key for them",
    .arguments = "GROUP",
    .details =
        "You fetch the group's key, which is logged, and your own program wraps it for each\n"
        "new member; the store never sees it.",
    .examples = "cairn group add-member genomes --user bob --user carol\n"
                "cairn group add-member genomes --user dan --preset manager",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(add_member_options),
    .guarded = true,
    .signs = true,
    .run = run_add_member,
};

/* A new key ------------------------------------------------------------------------------- */

/* Wraps the new secret for each member; the lists are in the work's arena. */
static enum exit_code wrap_for_all(struct work *work, const struct secret_bytes *secret,
                                   struct group_rotate_key *fields)
{
    struct group_member_row row = {.group = fields->group};
    struct id *holders = arena_take(&work->arena, GROUP_MEMBERS_MAX * sizeof *holders);
    struct digest *wrapped = arena_take(&work->arena, GROUP_MEMBERS_MAX * sizeof *wrapped);
    struct view_walk walk = view_walk_of(&work->view, ROW_GROUP_MEMBER, &row, 1);
    enum exit_code code = EXIT_DONE;
    fields->holders = holders;
    fields->wrapped = wrapped;
    if (wrapped == NULL) {
        return invocation_failed(work->invocation, FAIL(NO_MEMORY, GROUP_MEMBERS_MAX), NULL,
                                 "wrapping the key");
    }
    while (code == EXIT_DONE && fields->holders_count < GROUP_MEMBERS_MAX &&
           view_walk_next(&walk, &row)) {
        const struct id user = row.user;
        code = group_key_wrap(work->invocation, &work->view, work->files, secret, user,
                              &wrapped[fields->holders_count]);
        holders[fields->holders_count++] = user;
    }
    fields->wrapped_count = fields->holders_count;
    return code;
}

static enum exit_code rotate_group(struct work *work, struct id group, uint64_t epoch)
{
    CLEANUP(secret_bytes_close) struct secret_bytes *secret = NULL;
    struct group_rotate_key fields = {.group = group, .epoch = epoch + 1};
    struct verdict verdict;
    struct status status = secret_bytes_make(&secret);
    if (failed(status)) {
        return invocation_failed(work->invocation, status, NULL, "making the group's key");
    }
    const struct receive_key key = receive_key_of(secret);
    fields.key = BYTES(key.data);
    enum exit_code code = wrap_for_all(work, secret, &fields);
    code = code == EXIT_DONE
               ? operator_command(work->invocation, work->engine, COMMAND_GROUP_ROTATE_KEY,
                                  &(union command_fields){.group_rotate_key = fields}, &verdict)
               : code;
    if (code == EXIT_DONE) {
        tell(work, "has a new key", group, &verdict);
    }
    return code;
}

static enum exit_code rotate(struct work *work)
{
    struct group_row group;
    enum exit_code code = find_group(work, &group);
    return code == EXIT_DONE ? rotate_group(work, group.group, group.epoch) : code;
}

static enum exit_code run_rotate(struct invocation *invocation)
{
    return run_with(invocation, rotate);
}

const struct verb verb_group_rotate_key = {
    .name = "group rotate-key",
    .about = "give a group a new key, wrapped for each member",
    .arguments = "GROUP",
    .details = "After a member has left, new content waits for a new key.",
    .examples = "cairn group rotate-key genomes",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(create_options),
    .guarded = true,
    .signs = true,
    .run = run_rotate,
};

/* Taking somebody out --------------------------------------------------------------------- */

static enum exit_code remove_members(struct work *work)
{
    struct group_row group;
    const char *name;
    enum exit_code code = find_group(work, &group);
    if (code == EXIT_DONE && invocation_value(work->invocation, "user") == NULL) {
        code = invocation_fail(work->invocation, EXIT_USAGE, NULL, "who? give --user LOGIN");
    }
    for (size_t i = 0;
         code == EXIT_DONE && (name = invocation_value_at(work->invocation, "user", i)) != NULL;
         i++) {
        struct group_remove_member fields = {.group = group.group};
        struct verdict verdict;
        code = find(work, ID_USER, name, &fields.user);
        code =
            code == EXIT_DONE
                ? operator_command(work->invocation, work->engine, COMMAND_GROUP_REMOVE_MEMBER,
                                   &(union command_fields){.group_remove_member = fields}, &verdict)
                : code;
        if (code == EXIT_DONE) {
            tell(work, "is a member no more", fields.user, &verdict);
        }
    }
    look_again(work);
    return code == EXIT_DONE ? rotate_group(work, group.group, group.epoch) : code;
}

static enum exit_code run_remove_member(struct invocation *invocation)
{
    return run_with(invocation, remove_members);
}

static const struct option_info remove_member_options[] = {
    OPERATOR_OPTIONS,
    {"user", 0, "USER", "the user, by name or id; more than one: for each", true},
};

const struct verb verb_group_remove_member = {
    .name = "group remove-member",
    .about = "take members out, and give the group a new key",
    .arguments = "GROUP",
    .details = "They lose what is wrapped for the group from now on. What they have read before,\n"
               "they have read: the log tells what that was.",
    .examples = "cairn group remove-member genomes --user bob",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(remove_member_options),
    .guarded = true,
    .signs = true,
    .run = run_remove_member,
};

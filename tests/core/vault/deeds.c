#include "tests/core/vault/deeds.h"

struct bytes deed_name(int name)
{
    static const char *const names[NAIVE_NAMES] = {"a", "b", "c", "d"};
    return bytes_of_string(names[name]);
}

struct id deed_place(const struct naive *naive, const struct cast *cast, int place)
{
    if (place >= PLACE_NODE) {
        return naive->nodes[place - PLACE_NODE].id;
    }
    return place >= PLACE_GROUP ? naive->groups[place - PLACE_GROUP].id : cast->people[place].user;
}

static struct id id_of_target(const struct naive *naive, const struct cast *cast,
                              const struct deed *deed)
{
    return deed->group >= 0 ? naive->groups[deed->group].id : cast->people[deed->user].user;
}

static size_t list_holders(const struct naive *naive, const struct cast *cast,
                           const struct deed *deed, struct lists *lists)
{
    size_t count = 0;
    for (int user = 0; user < NAIVE_USERS; user++) {
        if (naive->groups[deed->group].member[user]) {
            lists->wrapped[count] = some_digest((unsigned)user);
            lists->holders[count++] = cast->people[user].user;
        }
    }
    return deed->right ? count : count - 1;
}

static union command_fields group_fields(const struct naive *naive, const struct cast *cast,
                                         const struct deed *deed, struct lists *lists)
{
    static const uint8_t key[GROUP_KEY_SIZE] = {1};
    const struct id group = naive->groups[deed->group].id;
    const struct id user = cast->people[deed->user].user;
    union command_fields fields;
    memset(&fields, 0, sizeof fields);
    switch ((unsigned)deed->kind) {
    case COMMAND_GROUP_CREATE:
        fields.group_create = (struct group_create){.name = LITERAL("g"), .key = BYTES(key)};
        break;
    case COMMAND_GROUP_ADD_MEMBER:
        fields.group_add_member = (struct group_add_member){
            .group = group,
            .user = user,
            .epoch = (uint64_t)deed->epoch,
            .permissions = lists->permissions,
            .permissions_count = group_permission_list(deed->modes, lists->permissions)};
        break;
    case COMMAND_GROUP_ROTATE_KEY: {
        size_t count = list_holders(naive, cast, deed, lists);
        fields.group_rotate_key = (struct group_rotate_key){.group = group,
                                                            .epoch = (uint64_t)deed->epoch,
                                                            .key = BYTES(key),
                                                            .holders = lists->holders,
                                                            .holders_count = count,
                                                            .wrapped = lists->wrapped,
                                                            .wrapped_count = count};
        break;
    }
    case COMMAND_GROUP_FETCH_KEY:
        fields.group_fetch_key =
            (struct group_fetch_key){.group = group, .epoch = (uint64_t)deed->epoch};
        break;
    case COMMAND_GROUP_SET_PERMISSION:
        fields.group_set_permission = (struct group_set_permission){
            .group = group, .user = user, .permission = deed->permission, .granted = deed->yes};
        break;
    case COMMAND_GROUP_APPLY_PRESET:
        fields.group_apply_preset =
            (struct group_apply_preset){.group = group, .user = user, .preset = deed->preset};
        break;
    case COMMAND_GROUP_SET_PROJECT:
        fields.group_set_project = (struct group_set_project){.group = group,
                                                              .has_project = deed->yes,
                                                              .project = cast->project,
                                                              .has_reason = true,
                                                              .reason = LITERAL("so")};
        break;
    default: /* a group, and a user where there is one */
        fields.group_remove_member = (struct group_remove_member){.group = group, .user = user};
        break;
    }
    return fields;
}

static union command_fields dir_fields(const struct naive *naive, const struct cast *cast,
                                       const struct deed *deed)
{
    const struct bytes name = deed_name(deed->name);
    const struct bytes to = deed_name(deed->to);
    const struct id parent = deed_place(naive, cast, deed->place);
    union command_fields fields;
    memset(&fields, 0, sizeof fields);
    switch ((unsigned)deed->kind) {
    case COMMAND_VAULT_FILE_CREATE:
        fields.vault_file_create = (struct vault_file_create){.parent = parent,
                                                              .name = name,
                                                              .has_group_wrapped = deed->with_key,
                                                              .has_epoch = deed->with_key,
                                                              .epoch = (uint64_t)deed->epoch,
                                                              .has_project = deed->yes,
                                                              .project = cast->project};
        break;
    case COMMAND_VAULT_DIR_RENAME_ENTRY:
        fields.vault_dir_rename_entry =
            (struct vault_dir_rename_entry){.parent = parent, .name = name, .to = to};
        break;
    case COMMAND_VAULT_DIR_MOVE_ENTRY:
        fields.vault_dir_move_entry =
            (struct vault_dir_move_entry){.parent = parent,
                                          .name = name,
                                          .target = deed_place(naive, cast, deed->target),
                                          .to = to,
                                          .has_group_wrapped = deed->with_key,
                                          .has_epoch = deed->with_key,
                                          .epoch = (uint64_t)deed->epoch};
        break;
    default: /* a place, and a name where there is one */
        fields.vault_dir_create = (struct vault_dir_create){.parent = parent, .name = name};
        break;
    }
    return fields;
}

static union command_fields file_fields(const struct naive *naive, const struct cast *cast,
                                        const struct deed *deed)
{
    const struct id file = naive->nodes[deed->node].id;
    const struct id target = id_of_target(naive, cast, deed);
    union command_fields fields;
    memset(&fields, 0, sizeof fields);
    switch ((unsigned)deed->kind) {
    case COMMAND_VAULT_FILE_SEAL:
        fields.vault_file_seal = (struct vault_file_seal){.file = file, .root = hash_empty};
        break;
    case COMMAND_VAULT_FILE_DOWNLOAD:
        fields.vault_file_download =
            (struct vault_file_download){.file = file, .destination = LITERAL("local")};
        break;
    case COMMAND_VAULT_FILE_SHARE:
        fields.vault_file_share =
            (struct vault_file_share){.file = file,
                                      .target = target,
                                      .has_epoch = deed->with_key,
                                      .epoch = (uint64_t)deed->epoch,
                                      .can_view = (deed->modes & MODE_VIEW) != 0,
                                      .can_download = (deed->modes & MODE_DOWNLOAD) != 0,
                                      .can_edit = (deed->modes & MODE_EDIT) != 0};
        break;
    case COMMAND_VAULT_KEY_DEPOSIT:
        fields.vault_key_deposit = (struct vault_key_deposit){.file = file,
                                                              .holder = target,
                                                              .has_epoch = deed->with_key,
                                                              .epoch = (uint64_t)deed->epoch};
        break;
    case COMMAND_VAULT_FILE_TRANSFER:
        fields.vault_file_transfer =
            (struct vault_file_transfer){.file = file, .user = cast->people[deed->user].user};
        break;
    case COMMAND_VAULT_FILE_SET_PROJECT:
    case COMMAND_VAULT_DIR_SET_PROJECT:
        fields.vault_file_set_project = (struct vault_file_set_project){.file = file,
                                                                        .has_project = deed->yes,
                                                                        .project = cast->project,
                                                                        .has_reason = true,
                                                                        .reason = LITERAL("so")};
        break;
    case COMMAND_VAULT_FILE_UNSHARE:
        fields.vault_file_unshare = (struct vault_file_unshare){.file = file, .target = target};
        break;
    case COMMAND_VAULT_KEY_REMOVE:
        fields.vault_key_remove = (struct vault_key_remove){.file = file, .holder = target};
        break;
    default: /* nothing but a file */
        fields.vault_file_delete = (struct vault_file_delete){.file = file};
        break;
    }
    return fields;
}

union command_fields deed_fields(const struct naive *naive, const struct cast *cast,
                                 const struct deed *deed, struct lists *lists)
{
    if (command_infos[deed->kind].context[0] == 'g') {
        return group_fields(naive, cast, deed, lists);
    }
    switch ((unsigned)deed->kind) {
    case COMMAND_VAULT_DIR_CREATE:
    case COMMAND_VAULT_FILE_CREATE:
    case COMMAND_VAULT_DIR_RENAME_ENTRY:
    case COMMAND_VAULT_DIR_REMOVE_ENTRY:
    case COMMAND_VAULT_DIR_MOVE_ENTRY:
    case COMMAND_VAULT_DIR_LIST:
        return dir_fields(naive, cast, deed);
    default:
        return file_fields(naive, cast, deed);
    }
}

#include "tests/core/vault/naive.h"

/* Places and labels ---------------------------------------------------------------------------- */

static bool exists(const struct naive *naive, int place)
{
    if (place >= PLACE_NODE) {
        int node = place - PLACE_NODE;
        return node < naive->node_count && naive->nodes[node].is_dir && naive->nodes[node].alive;
    }
    return place < PLACE_GROUP || (place - PLACE_GROUP < naive->group_count &&
                                   !naive->groups[place - PLACE_GROUP].deleted);
}

static int group_of(const struct naive *naive, int place)
{
    if (place >= PLACE_NODE) {
        return naive->nodes[place - PLACE_NODE].group;
    }
    return place >= PLACE_GROUP ? place - PLACE_GROUP : -1;
}

static int owner_of(const struct naive *naive, int place)
{
    return place >= PLACE_NODE ? naive->nodes[place - PLACE_NODE].owner : place;
}

static bool is_tagged_place(const struct naive *naive, int place)
{
    while (place >= PLACE_NODE) {
        if (naive->nodes[place - PLACE_NODE].tagged) {
            return true;
        }
        place = naive->nodes[place - PLACE_NODE].place;
    }
    return place >= PLACE_GROUP && naive->groups[place - PLACE_GROUP].tagged;
}

static int above(const struct naive_node *node)
{
    if (node->place != PLACE_NONE) {
        return node->place;
    }
    return node->group >= 0 ? PLACE_GROUP + node->group : PLACE_NONE;
}

static bool is_tagged(const struct naive *naive, const struct naive_node *node)
{
    return node->tagged || is_tagged_place(naive, above(node));
}

static int find(const struct naive *naive, int place, int name)
{
    for (int i = 0; i < naive->node_count; i++) {
        const struct naive_node *node = &naive->nodes[i];
        if (node->alive && node->place == place && node->name == name) {
            return i;
        }
    }
    return -1;
}

static bool is_empty(const struct naive *naive, int place)
{
    for (int name = 0; name < NAIVE_NAMES; name++) {
        if (find(naive, place, name) >= 0) {
            return false;
        }
    }
    return true;
}

/* Access --------------------------------------------------------------------------------------- */

static bool reaches(const struct naive *naive, const struct naive_node *node, int group, int user)
{
    int epoch = node->group_key[group];
    return epoch > 0 && naive->groups[group].key[user][epoch];
}

static bool is_mode(unsigned share, enum access_verb verb)
{
    switch ((unsigned)verb) {
    case ACCESS_READ:
    case ACCESS_HISTORY:
        return (share & (MODE_VIEW | MODE_DOWNLOAD | MODE_EDIT)) != 0;
    case ACCESS_VIEW:
        return (share & MODE_VIEW) != 0;
    case ACCESS_DOWNLOAD:
        return (share & MODE_DOWNLOAD) != 0;
    case ACCESS_EDIT:
        return (share & MODE_EDIT) != 0;
    default:
        return false;
    }
}

static bool is_shared(const struct naive *naive, const struct naive_node *node, int user,
                      enum access_verb verb)
{
    if (is_mode(node->share[user], verb) && node->key[user]) {
        return true;
    }
    for (int g = 0; g < naive->group_count; g++) {
        if (is_mode(node->group_share[g], verb) && naive_is_member(naive, g, user) &&
            (node->key[user] || reaches(naive, node, g, user)) &&
            (!naive->groups[g].tagged || user < NAIVE_MEMBERS)) {
            return true;
        }
    }
    return false;
}

static bool in_group_allows(const struct naive *naive, const struct naive_node *node, int user,
                            enum access_verb verb)
{
    const int group = node->group;
    const bool removes = naive_may(naive, group, user, GROUP_PERMISSION_REMOVE_ENTRIES);
    if (!naive_is_member(naive, group, user) ||
        (naive->groups[group].tagged && user >= NAIVE_MEMBERS) ||
        (!node->is_dir && verb != ACCESS_DELETE && !node->key[user] &&
         !reaches(naive, node, group, user))) {
        return false;
    }
    switch ((unsigned)verb) {
    case ACCESS_CHANGE_PROJECT:
        return naive_may(naive, group, user, GROUP_PERMISSION_MODIFY_PROJECT_TAG);
    case ACCESS_SHARE:
        return node->owner == user;
    case ACCESS_EDIT:
        return naive_may(naive, group, user, GROUP_PERMISSION_ADD_ENTRIES) &&
               (node->is_dir || node->owner == user || removes);
    case ACCESS_DELETE:
        return node->owner == user || removes;
    default:
        return true;
    }
}

bool naive_reads(const struct naive *naive, int user, int at, enum access_verb verb)
{
    const struct naive_node *node = &naive->nodes[at];
    if (!node->alive || (is_tagged(naive, node) && user >= NAIVE_MEMBERS)) {
        return false;
    }
    if (node->group >= 0) {
        return in_group_allows(naive, node, user, verb);
    }
    return node->owner == user || (!node->is_dir && is_shared(naive, node, user, verb));
}

static bool reads_place(const struct naive *naive, int user, int place)
{
    if (place >= PLACE_NODE) {
        return naive_reads(naive, user, place - PLACE_NODE, ACCESS_READ);
    }
    if (place >= PLACE_GROUP) {
        return naive_is_member(naive, place - PLACE_GROUP, user) &&
               (!naive->groups[place - PLACE_GROUP].tagged || user < NAIVE_MEMBERS);
    }
    return place == user;
}

/* Entries -------------------------------------------------------------------------------------- */

static bool may_enter(const struct naive *naive, const struct deed *deed, int place, int name,
                      enum group_permission permission)
{
    int group = exists(naive, place) ? group_of(naive, place) : -1;
    return exists(naive, place) &&
           (group >= 0 ? naive_may(naive, group, deed->by, permission)
                       : owner_of(naive, place) == deed->by) &&
           reads_place(naive, deed->by, place) && find(naive, place, name) < 0;
}

static bool may_change_entry(const struct naive *naive, const struct deed *deed)
{
    if (!exists(naive, deed->place) || !reads_place(naive, deed->by, deed->place)) {
        return false;
    }
    int node = find(naive, deed->place, deed->name), group = group_of(naive, deed->place);
    return node >= 0 &&
           (group >= 0 ? naive->nodes[node].owner == deed->by ||
                             naive_may(naive, group, deed->by, GROUP_PERMISSION_REMOVE_ENTRIES)
                       : owner_of(naive, deed->place) == deed->by);
}

static bool is_group_key(const struct naive *naive, const struct deed *deed, int group)
{
    return deed->with_key && !naive->groups[group].deleted && !naive->groups[group].due &&
           deed->epoch == naive->groups[group].epoch;
}

static bool may_create(const struct naive *naive, const struct deed *deed)
{
    if (!may_enter(naive, deed, deed->place, deed->name, GROUP_PERMISSION_ADD_ENTRIES)) {
        return false;
    }
    int group = group_of(naive, deed->place);
    if (group >= 0 ? !is_group_key(naive, deed, group) : deed->with_key) {
        return false;
    }
    return !deed->yes || is_tagged_place(naive, deed->place) ||
           (deed->by < NAIVE_MEMBERS &&
            (group < 0 || naive_may(naive, group, deed->by, GROUP_PERMISSION_MODIFY_PROJECT_TAG)));
}

static bool is_within(const struct naive *naive, int place, int node)
{
    while (place >= PLACE_NODE && place - PLACE_NODE != node) {
        place = naive->nodes[place - PLACE_NODE].place;
    }
    return place == PLACE_NODE + node;
}

static bool may_cross(const struct naive *naive, const struct deed *deed, int at)
{
    const struct naive_node *node = &naive->nodes[at];
    int group = group_of(naive, deed->target);
    if (node->owner != deed->by) {
        return false;
    }
    if (node->is_dir) {
        return is_empty(naive, PLACE_NODE + at);
    }
    return group < 0 || (naive_reads(naive, deed->by, at, ACCESS_SHARE) &&
                         node->fetched[deed->by] && is_group_key(naive, deed, group));
}

static bool may_move(const struct naive *naive, const struct deed *deed)
{
    if (!may_change_entry(naive, deed)) {
        return false;
    }
    int at = find(naive, deed->place, deed->name);
    const struct naive_node *node = &naive->nodes[at];
    bool raised = !is_tagged(naive, node) && exists(naive, deed->target) &&
                  is_tagged_place(naive, deed->target);
    return may_enter(naive, deed, deed->target, deed->to,
                     node->is_dir ? GROUP_PERMISSION_CREATE_DIRECTORIES
                                  : GROUP_PERMISSION_ADD_ENTRIES) &&
           !is_within(naive, deed->target, at) &&
           (group_of(naive, deed->place) == group_of(naive, deed->target) ||
            may_cross(naive, deed, at)) &&
           (!raised || deed->by < NAIVE_MEMBERS);
}

/* Files ---------------------------------------------------------------------------------------- */

static bool may_tag(const struct naive *naive, const struct deed *deed)
{
    const struct naive_node *node = &naive->nodes[deed->node];
    bool from = is_tagged(naive, node);
    bool to = deed->yes || is_tagged_place(naive, above(node));
    return naive_reads(naive, deed->by, deed->node, ACCESS_CHANGE_PROJECT) &&
           (!to || deed->by < NAIVE_MEMBERS) && (!from || to || deed->by < NAIVE_LEADERS);
}

/* The target of a key is a group if there is one in the deed, else the user. */
static bool is_target(const struct naive *naive, const struct deed *deed)
{
    return deed->group >= 0
               ? deed->group < naive->group_count && is_group_key(naive, deed, deed->group)
               : !deed->with_key;
}

static bool has_anyway(const struct naive_node *node, const struct deed *deed)
{
    return deed->group >= 0 ? node->group == deed->group : node->owner == deed->user;
}

static unsigned share_of(const struct naive_node *node, const struct deed *deed)
{
    return deed->group >= 0 ? node->group_share[deed->group] : node->share[deed->user];
}

static bool may_deposit(const struct naive *naive, const struct deed *deed)
{
    const struct naive_node *node = &naive->nodes[deed->node];
    bool own = deed->group >= 0
                   ? naive_may(naive, deed->group, deed->by, GROUP_PERMISSION_ADD_ENTRIES)
                   : deed->user == deed->by;
    return naive_reads(naive, deed->by, deed->node, ACCESS_READ) && node->fetched[deed->by] &&
           (has_anyway(node, deed) || share_of(node, deed) != 0) &&
           (own || naive_reads(naive, deed->by, deed->node, ACCESS_SHARE)) &&
           is_target(naive, deed);
}

static bool may_withdraw(const struct naive *naive, const struct deed *deed)
{
    const struct naive_node *node = &naive->nodes[deed->node];
    return node->alive && (naive_reads(naive, deed->by, deed->node, ACCESS_SHARE) ||
                           (deed->group < 0 && deed->user == deed->by));
}

static bool has_key(const struct naive_node *node, const struct deed *deed)
{
    return deed->group >= 0 ? node->group_key[deed->group] > 0 : node->key[deed->user];
}

static bool may_transfer(const struct naive *naive, const struct deed *deed)
{
    const struct naive_node *node = &naive->nodes[deed->node];
    bool moves = node->group < 0 && node->place != PLACE_NONE;
    return node->alive && !node->is_dir && node->owner == deed->by && deed->user != deed->by &&
           node->key[deed->user] && (!moves || find(naive, deed->user, node->name) < 0);
}

static bool file_allows(const struct naive *naive, const struct deed *deed)
{
    const struct naive_node *node = &naive->nodes[deed->node];
    switch ((unsigned)deed->kind) {
    case COMMAND_VAULT_FILE_SEAL:
        return naive_reads(naive, deed->by, deed->node, ACCESS_EDIT) && !node->sealed;
    case COMMAND_VAULT_FILE_EDIT:
        return naive_reads(naive, deed->by, deed->node, ACCESS_EDIT);
    case COMMAND_VAULT_FILE_VIEW:
        return naive_reads(naive, deed->by, deed->node, ACCESS_VIEW) && node->sealed;
    case COMMAND_VAULT_FILE_DOWNLOAD:
        return naive_reads(naive, deed->by, deed->node, ACCESS_DOWNLOAD) && node->sealed;
    case COMMAND_VAULT_HISTORY_FETCH:
        return naive_reads(naive, deed->by, deed->node, ACCESS_HISTORY);
    case COMMAND_VAULT_FILE_DELETE:
        return naive_reads(naive, deed->by, deed->node, ACCESS_DELETE);
    case COMMAND_VAULT_KEY_FETCH:
        return naive_reads(naive, deed->by, deed->node, ACCESS_READ);
    case COMMAND_VAULT_KEY_DEPOSIT:
        return may_deposit(naive, deed);
    case COMMAND_VAULT_KEY_REMOVE:
        return may_withdraw(naive, deed) && !has_anyway(node, deed) && has_key(node, deed);
    case COMMAND_VAULT_FILE_SHARE:
        return naive_reads(naive, deed->by, deed->node, ACCESS_SHARE) && node->fetched[deed->by] &&
               !has_anyway(node, deed) && is_target(naive, deed);
    case COMMAND_VAULT_FILE_UNSHARE:
        return may_withdraw(naive, deed) && share_of(node, deed) != 0;
    case COMMAND_VAULT_FILE_TRANSFER:
        return may_transfer(naive, deed);
    default:
        return false;
    }
}

bool naive_allows(const struct naive *naive, const struct deed *deed)
{
    switch ((unsigned)deed->kind) {
    case COMMAND_VAULT_DIR_CREATE:
        return may_enter(naive, deed, deed->place, deed->name, GROUP_PERMISSION_CREATE_DIRECTORIES);
    case COMMAND_VAULT_FILE_CREATE:
        return may_create(naive, deed);
    case COMMAND_VAULT_DIR_RENAME_ENTRY:
        return may_change_entry(naive, deed) && find(naive, deed->place, deed->to) < 0;
    case COMMAND_VAULT_DIR_REMOVE_ENTRY: {
        int node = find(naive, deed->place, deed->name);
        return may_change_entry(naive, deed) &&
               (!naive->nodes[node].is_dir || is_empty(naive, PLACE_NODE + node));
    }
    case COMMAND_VAULT_DIR_MOVE_ENTRY:
        return may_move(naive, deed);
    case COMMAND_VAULT_DIR_LIST:
        return exists(naive, deed->place) && reads_place(naive, deed->by, deed->place);
    case COMMAND_VAULT_DIR_SET_PROJECT:
        return naive->nodes[deed->node].is_dir && may_tag(naive, deed);
    case COMMAND_VAULT_FILE_SET_PROJECT:
        return !naive->nodes[deed->node].is_dir && may_tag(naive, deed);
    default:
        return command_infos[deed->kind].context[0] == 'g'
                   ? naive_group_allows(naive, deed)
                   : !naive->nodes[deed->node].is_dir && file_allows(naive, deed);
    }
}

/* What happens --------------------------------------------------------------------------------- */

static void create(struct naive *naive, const struct deed *deed, struct id id)
{
    struct naive_node *node = &naive->nodes[naive->node_count++];
    int group = group_of(naive, deed->place);
    *node = (struct naive_node){.id = id,
                                .is_dir = deed->kind == COMMAND_VAULT_DIR_CREATE,
                                .alive = true,
                                .owner = deed->by,
                                .place = deed->place,
                                .group = group,
                                .name = deed->name};
    if (!node->is_dir) {
        node->tagged = deed->yes;
        node->key[deed->by] = true;
        if (group >= 0) {
            node->group_key[group] = deed->epoch;
        }
    }
}

static void move(struct naive *naive, const struct deed *deed, struct naive_node *node)
{
    int from = node->group, to = group_of(naive, deed->target);
    node->tagged =
        node->tagged || (is_tagged(naive, node) && !is_tagged_place(naive, deed->target));
    node->place = deed->target;
    node->name = deed->to;
    node->group = to;
    if (from != to && from >= 0) {
        node->group_key[from] = 0;
    }
    if (from != to && to >= 0 && !node->is_dir) {
        node->group_key[to] = deed->epoch;
        node->group_share[to] = 0;
    }
}

static void take_out(struct naive *naive, struct naive_node *node)
{
    bool tagged = is_tagged(naive, node);
    node->place = PLACE_NONE;
    node->alive = !node->is_dir;
    node->tagged = node->tagged || (tagged && !is_tagged(naive, node));
}

static void hand_over(struct naive *naive, const struct deed *deed, struct naive_node *node)
{
    if (node->group < 0 && node->place != PLACE_NONE) {
        node->tagged = is_tagged(naive, node);
        node->place = deed->user;
    }
    node->key[node->owner] = false;
    node->owner = deed->user;
    node->share[deed->user] = 0;
}

static void set_key(struct naive_node *node, const struct deed *deed, bool has)
{
    if (deed->group >= 0) {
        node->group_key[deed->group] = has ? deed->epoch : 0;
    } else {
        node->key[deed->user] = has;
    }
}

static void set_share(struct naive_node *node, const struct deed *deed, unsigned modes)
{
    if (deed->group >= 0) {
        node->group_share[deed->group] = modes;
    } else {
        node->share[deed->user] = modes;
    }
}

static void file_happens(struct naive *naive, const struct deed *deed)
{
    struct naive_node *node = &naive->nodes[deed->node];
    switch ((unsigned)deed->kind) {
    case COMMAND_VAULT_FILE_SEAL:
        node->sealed = true;
        break;
    case COMMAND_VAULT_FILE_EDIT:
        node->sealed = false;
        break;
    case COMMAND_VAULT_FILE_DELETE:
        node->alive = false;
        break;
    case COMMAND_VAULT_KEY_FETCH:
        node->fetched[deed->by] = true;
        break;
    case COMMAND_VAULT_KEY_DEPOSIT:
        set_key(node, deed, true);
        break;
    case COMMAND_VAULT_KEY_REMOVE:
    case COMMAND_VAULT_FILE_UNSHARE:
        set_key(node, deed, false);
        set_share(node, deed, 0);
        break;
    case COMMAND_VAULT_FILE_SHARE:
        set_key(node, deed, true);
        set_share(node, deed, deed->modes | MODE_SHARED);
        break;
    case COMMAND_VAULT_FILE_TRANSFER:
        hand_over(naive, deed, node);
        break;
    default:
        break;
    }
}

void naive_happens(struct naive *naive, const struct deed *deed, struct id id)
{
    int found = find(naive, deed->place, deed->name);
    switch ((unsigned)deed->kind) {
    case COMMAND_VAULT_DIR_CREATE:
    case COMMAND_VAULT_FILE_CREATE:
        create(naive, deed, id);
        break;
    case COMMAND_VAULT_DIR_RENAME_ENTRY:
        naive->nodes[found].name = deed->to;
        break;
    case COMMAND_VAULT_DIR_REMOVE_ENTRY:
        take_out(naive, &naive->nodes[found]);
        break;
    case COMMAND_VAULT_DIR_MOVE_ENTRY:
        move(naive, deed, &naive->nodes[found]);
        break;
    case COMMAND_VAULT_DIR_SET_PROJECT:
    case COMMAND_VAULT_FILE_SET_PROJECT:
        naive->nodes[deed->node].tagged = deed->yes;
        break;
    default:
        if (command_infos[deed->kind].context[0] == 'g') {
            naive_group_happens(naive, deed, id);
        } else {
            file_happens(naive, deed);
        }
        break;
    }
}

/*
 * Random histories of groups and files against a naive model: the same verdicts, the same rows, the
 * same answers as of any event, and no role that changes one of them (IDN-21a).
 */
#include "core/dispatch.h"
#include "tests/core/vault/deeds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    HISTORIES = 24,
    STEPS = 900,
    QUESTIONS = 2000,
};

/* What was answered when an event was the newest. */
struct question {
    uint64_t n;
    struct id user, object;
    enum access_verb verb;
    bool answer;
};

struct history {
    struct world *world;
    struct naive naive;
    struct cast cast;
    uint64_t seed;
    unsigned allowed, refused;
    size_t question_count;
    struct question questions[QUESTIONS];
};

static int draw(struct history *history, int bound)
{
    return (int)world_random(&history->seed, (uint32_t)bound);
}

/* Deeds ---------------------------------------------------------------------------------------- */

static const enum command_kind kinds[] = {
    COMMAND_GROUP_CREATE,           COMMAND_GROUP_ADD_MEMBER,     COMMAND_GROUP_ADD_MEMBER,
    COMMAND_GROUP_REMOVE_MEMBER,    COMMAND_GROUP_LEAVE,          COMMAND_GROUP_ROTATE_KEY,
    COMMAND_GROUP_ROTATE_KEY,       COMMAND_GROUP_FETCH_KEY,      COMMAND_GROUP_SET_PERMISSION,
    COMMAND_GROUP_APPLY_PRESET,     COMMAND_GROUP_PROMOTE_OWNER,  COMMAND_GROUP_SET_PROJECT,
    COMMAND_GROUP_LIST_MEMBERS,     COMMAND_GROUP_DELETE,         COMMAND_VAULT_DIR_CREATE,
    COMMAND_VAULT_DIR_CREATE,       COMMAND_VAULT_FILE_CREATE,    COMMAND_VAULT_FILE_CREATE,
    COMMAND_VAULT_FILE_CREATE,      COMMAND_VAULT_DIR_MOVE_ENTRY, COMMAND_VAULT_DIR_MOVE_ENTRY,
    COMMAND_VAULT_DIR_MOVE_ENTRY,   COMMAND_VAULT_DIR_LIST,       COMMAND_VAULT_DIR_RENAME_ENTRY,
    COMMAND_VAULT_DIR_REMOVE_ENTRY, COMMAND_VAULT_FILE_SEAL,      COMMAND_VAULT_FILE_EDIT,
    COMMAND_VAULT_FILE_VIEW,        COMMAND_VAULT_FILE_DOWNLOAD,  COMMAND_VAULT_FILE_SET_PROJECT,
    COMMAND_VAULT_FILE_SET_PROJECT, COMMAND_VAULT_FILE_SHARE,     COMMAND_VAULT_FILE_SHARE,
    COMMAND_VAULT_FILE_SHARE,       COMMAND_VAULT_FILE_UNSHARE,   COMMAND_VAULT_FILE_TRANSFER,
    COMMAND_VAULT_FILE_DELETE,      COMMAND_VAULT_KEY_FETCH,      COMMAND_VAULT_KEY_FETCH,
    COMMAND_VAULT_KEY_FETCH,        COMMAND_VAULT_KEY_DEPOSIT,    COMMAND_VAULT_KEY_DEPOSIT,
    COMMAND_VAULT_KEY_REMOVE,       COMMAND_VAULT_HISTORY_FETCH,
};

static int draw_place(struct history *history)
{
    const struct naive *naive = &history->naive;
    int sort = draw(history, 3);
    if (sort == 1 && naive->group_count > 0) {
        return PLACE_GROUP + draw(history, naive->group_count);
    }
    if (sort == 2 && naive->node_count > 0) {
        int node = draw(history, naive->node_count);
        return naive->nodes[node].is_dir ? PLACE_NODE + node : naive->nodes[node].owner;
    }
    return draw(history, NAIVE_USERS);
}

/* Mostly of something that is there, by somebody whom it concerns. */
static void aim(struct history *history, struct deed *deed)
{
    const struct naive *naive = &history->naive;
    if (naive->node_count == 0 || draw(history, 4) == 0) {
        return;
    }
    const struct naive_node *node = &naive->nodes[deed->node];
    for (int i = 0; i < 8 && (!node->alive || node->is_dir); i++) {
        deed->node = draw(history, naive->node_count);
        node = &naive->nodes[deed->node];
    }
    if (node->place != PLACE_NONE && deed->kind != COMMAND_VAULT_FILE_CREATE &&
        deed->kind != COMMAND_VAULT_DIR_CREATE) {
        deed->place = node->place;
        deed->name = node->name;
    }
    if (draw(history, 3) != 0) {
        deed->by = node->owner;
    }
}

/* Mostly the right key for where it goes. */
static void draw_key(struct history *history, struct deed *deed)
{
    const struct naive *naive = &history->naive;
    int place = deed->kind == COMMAND_VAULT_DIR_MOVE_ENTRY ? deed->target : deed->place;
    int group = place >= PLACE_NODE    ? naive->nodes[place - PLACE_NODE].group
                : place >= PLACE_GROUP ? place - PLACE_GROUP
                                       : -1;
    if (command_infos[deed->kind].context[0] == 'g' || deed->kind == COMMAND_VAULT_KEY_DEPOSIT ||
        deed->kind == COMMAND_VAULT_FILE_SHARE) {
        group = deed->group;
    }
    bool known = group >= 0 && group < naive->group_count;
    deed->with_key = draw(history, 12) == 0 ? draw(history, 2) == 0 : group >= 0;
    deed->epoch = draw(history, 10) == 0 || !known
                      ? 1 + draw(history, 3)
                      : naive->groups[group].epoch + (deed->kind == COMMAND_GROUP_ROTATE_KEY);
}

static bool ends_something(enum command_kind kind)
{
    return kind == COMMAND_GROUP_DELETE || kind == COMMAND_VAULT_FILE_DELETE ||
           kind == COMMAND_VAULT_DIR_REMOVE_ENTRY;
}

static struct deed draw_deed(struct history *history)
{
    const struct naive *naive = &history->naive;
    const bool to_group = naive->group_count > 0 && draw(history, 2) == 0;
    struct deed deed = {
        .kind = kinds[draw(history, sizeof kinds / sizeof kinds[0])],
        .by = draw(history, NAIVE_USERS),
        .user = draw(history, NAIVE_USERS),
        .group = naive->group_count == 0 ? 0 : draw(history, naive->group_count),
        .node = naive->node_count == 0 ? 0 : draw(history, naive->node_count),
        .place = draw_place(history),
        .target = draw_place(history),
        .name = draw(history, NAIVE_NAMES),
        .to = draw(history, NAIVE_NAMES),
        .right = draw(history, 6) != 0,
        .yes = draw(history, 3) == 0,
        .modes = (unsigned)draw(history, 8),
        .permission = (enum group_permission)draw(history, GROUP_PERMISSION_COUNT),
        .preset = (enum group_preset)draw(history, GROUP_PRESET_COUNT),
    };
    const bool of_group = command_infos[deed.kind].context[0] == 'g';
    if (of_group && naive->group_count > 0 && draw(history, 3) != 0) {
        deed.by = naive->groups[deed.group].owner;
    }
    if (deed.kind == COMMAND_GROUP_SET_PROJECT || deed.kind == COMMAND_GROUP_SET_PERMISSION) {
        deed.yes = draw(history, 2) == 0;
    }
    if (deed.kind == COMMAND_GROUP_ADD_MEMBER) {
        deed.modes = (unsigned)draw(history, 1 << GROUP_PERMISSION_COUNT);
    }
    if (!of_group && !to_group) {
        deed.group = -1;
    }
    if (ends_something(deed.kind) && draw(history, 6) != 0) {
        deed.kind = COMMAND_VAULT_FILE_SHARE; /* so that there is something to end */
        deed.group = to_group ? deed.group : -1;
    }
    if (command_infos[deed.kind].context[0] != 'g') {
        aim(history, &deed);
    }
    if (naive->node_count > 0 && deed.kind == COMMAND_VAULT_FILE_SET_PROJECT &&
        naive->nodes[deed.node].is_dir) {
        deed.kind = COMMAND_VAULT_DIR_SET_PROJECT;
    }
    draw_key(history, &deed);
    return deed;
}

/* Whether there is room for what it makes, and something that it could be about. */
static bool is_possible(const struct history *history, const struct deed *deed)
{
    const struct naive *naive = &history->naive;
    switch ((unsigned)deed->kind) {
    case COMMAND_GROUP_CREATE:
        return naive->group_count < NAIVE_GROUPS;
    case COMMAND_VAULT_DIR_CREATE:
    case COMMAND_VAULT_FILE_CREATE:
        return naive->node_count < NAIVE_NODES;
    case COMMAND_GROUP_ROTATE_KEY:
        return naive->group_count > 0 && deed->epoch < NAIVE_EPOCHS;
    default:
        return command_infos[deed->kind].context[0] == 'g' ? naive->group_count > 0
                                                           : naive->node_count > 0;
    }
}

/* Steps ---------------------------------------------------------------------------------------- */

static void log_in(struct history *history, int user)
{
    struct person *person = &history->cast.people[user];
    person_login(history->world, person);
    if (user < NAIVE_MEMBERS) {
        world_activate(history->world, person->session, history->cast.project);
    }
    for (int i = 0; i < history->naive.node_count; i++) {
        history->naive.nodes[i].fetched[user] = false;
    }
}

/* Whatever role the actor had, the verdict would be the same. */
static void expect_no_role_to_matter(struct history *history, const struct deed *deed,
                                     const union command_fields *fields)
{
    static struct decision decision;
    struct actor actor = world_actor_in(history->world, history->cast.people[deed->by].session);
    if (deed->kind == COMMAND_GROUP_LIST_MEMBERS) {
        return; /* which is no content */
    }
    for (unsigned role = 0; role < USER_ROLE_COUNT; role++) {
        struct view view = world_view(history->world);
        actor.role = (enum user_role)role;
        decision = (struct decision){.refused = RULE_NONE};
        dispatch_decide(deed->kind, &view, &actor, fields, &decision);
        assert_int_equal(decision.refused, history->world->decision.refused);
    }
}

static struct id made_by(const struct deed *deed, uint64_t n)
{
    enum id_kind kind = deed->kind == COMMAND_GROUP_CREATE       ? ID_GROUP
                        : deed->kind == COMMAND_VAULT_DIR_CREATE ? ID_DIR
                                                                 : ID_FILE;
    return (struct id){kind, n};
}

static void step(struct history *history)
{
    struct lists lists;
    struct deed deed = draw_deed(history);
    if (draw(history, 60) == 0) {
        log_in(history, deed.user);
    }
    if (!is_possible(history, &deed)) {
        return;
    }
    union command_fields fields = deed_fields(&history->naive, &history->cast, &deed, &lists);
    struct actor actor = world_actor_in(history->world, history->cast.people[deed.by].session);
    struct view view = world_view(history->world);
    history->world->decision = (struct decision){.refused = RULE_NONE};
    dispatch_decide(deed.kind, &view, &actor, &fields, &history->world->decision);
    expect_no_role_to_matter(history, &deed, &fields);
    bool expected = naive_allows(&history->naive, &deed);
    enum rule refused =
        person_try(history->world, &history->cast.people[deed.by], deed.kind, &fields);
    if ((refused == RULE_NONE) != expected) {
        fail_msg("%s by %d (user %d group %d node %d place %d target %d name %d to %d epoch %d) is "
                 "%s, but %s",
                 command_name(deed.kind), deed.by, deed.user, deed.group, deed.node, deed.place,
                 deed.target, deed.name, deed.to, deed.epoch, expected ? "allowed" : "refused",
                 refused == RULE_NONE ? "done" : rule_id(refused));
    }
    history->allowed += expected;
    history->refused += !expected;
    if (expected) {
        naive_happens(&history->naive, &deed, made_by(&deed, first_event(history->world)));
    }
}

/* Rows ----------------------------------------------------------------------------------------- */

static void compare_node(struct history *history, const struct naive_node *node)
{
    struct view view = world_view(history->world);
    struct file_row file = {.file = node->id};
    assert_true(view_find(&view, ROW_FILE, &file));
    assert_int_equal(file.state == FILE_STATE_DELETED, !node->alive);
    if (!node->alive) {
        return;
    }
    assert_true(id_equal(file.owner, history->cast.people[node->owner].user));
    assert_int_equal(file.has_parent, node->place != PLACE_NONE);
    assert_int_equal(file.has_group, node->group >= 0);
    assert_int_equal(file.has_project, node->tagged);
    struct tagged_row tagged = {.project = history->cast.project, .object = node->id};
    assert_int_equal(view_find(&view, ROW_TAGGED, &tagged), node->tagged);
    if (file.has_parent) {
        struct entry_row entry = {.parent =
                                      deed_place(&history->naive, &history->cast, node->place),
                                  .name = deed_name(node->name)};
        assert_true(view_find(&view, ROW_ENTRY, &entry));
        assert_true(id_equal(entry.object, node->id));
        assert_true(id_equal(file.parent, entry.parent));
    }
    for (int user = 0; user < NAIVE_USERS; user++) {
        struct file_key_row key = {.file = node->id, .holder = history->cast.people[user].user};
        assert_int_equal(view_find(&view, ROW_FILE_KEY, &key), node->key[user]);
    }
    for (int group = 0; group < history->naive.group_count; group++) {
        struct file_key_row key = {.file = node->id, .holder = history->naive.groups[group].id};
        bool found = view_find(&view, ROW_FILE_KEY, &key);
        assert_int_equal(found ? key.epoch : 0, node->group_key[group]);
    }
}

static void compare_group(struct history *history, const struct naive_group *group)
{
    struct view view = world_view(history->world);
    struct group_row row = {.group = group->id};
    uint64_t members = 0;
    assert_true(view_find(&view, ROW_GROUP, &row));
    assert_int_equal(row.deleted, group->deleted);
    assert_int_equal(row.epoch, group->epoch);
    assert_int_equal(row.rotation_due, group->due);
    for (int user = 0; user < NAIVE_USERS; user++) {
        struct group_member_row member = {.group = group->id,
                                          .user = history->cast.people[user].user};
        assert_int_equal(view_find(&view, ROW_GROUP_MEMBER, &member), group->member[user]);
        members += group->member[user];
        if (group->member[user]) {
            assert_int_equal(group_permission_set(member.permissions, member.permissions_count),
                             group->permissions[user]);
        }
        for (uint64_t epoch = 1; epoch <= row.epoch; epoch++) {
            struct group_key_row key = {.group = group->id, .user = member.user, .epoch = epoch};
            assert_int_equal(view_find(&view, ROW_GROUP_KEY, &key), group->key[user][epoch]);
        }
    }
    assert_int_equal(row.members, members);
}

static void compare_rows(struct history *history)
{
    for (int i = 0; i < history->naive.group_count; i++) {
        compare_group(history, &history->naive.groups[i]);
    }
    for (int i = 0; i < history->naive.node_count; i++) {
        if (!history->naive.nodes[i].is_dir) {
            compare_node(history, &history->naive.nodes[i]);
        }
    }
}

/* Questions ------------------------------------------------------------------------------------ */

static void note_question(struct history *history)
{
    const struct naive *naive = &history->naive;
    if (naive->node_count == 0 || history->question_count == QUESTIONS) {
        return;
    }
    int user = draw(history, NAIVE_USERS), node = draw(history, naive->node_count);
    if (naive->nodes[node].is_dir) {
        return;
    }
    enum access_verb verb = (enum access_verb)draw(history, ACCESS_VERB_COUNT);
    history->questions[history->question_count++] =
        (struct question){.n = history->world->n - 1,
                          .user = history->cast.people[user].user,
                          .object = naive->nodes[node].id,
                          .verb = verb,
                          .answer = naive_reads(naive, user, node, verb)};
}

static void ask_again(struct history *history)
{
    for (size_t i = 0; i < history->question_count; i++) {
        const struct question *question = &history->questions[i];
        struct view view = world_view_as_of(history->world, question->n);
        struct access access;
        access_of(question->verb, &view, &(struct reader){.user = question->user}, question->object,
                  &access);
        assert_int_equal(access.allowed, question->answer);
    }
}

/* Histories ------------------------------------------------------------------------------------ */

static void begin_history(struct history *history, struct world *world, uint64_t seed)
{
    memset(history, 0, sizeof *history);
    history->world = world;
    history->seed = seed;
    history->cast.project = some_project(world, NOBODY);
    for (int user = 0; user < NAIVE_USERS; user++) {
        history->cast.people[user] = person_new(world, USER_ROLE_USER);
        if (user < NAIVE_MEMBERS) {
            person_join(world, &history->cast.people[user], history->cast.project,
                        user < NAIVE_LEADERS ? PROJECT_ROLE_MANAGER : PROJECT_ROLE_USER);
        }
        log_in(history, user);
    }
}

static void random_histories_agree_with_a_naive_model(void **state)
{
    struct world *world = *state;
    struct history *history = calloc(1, sizeof *history);
    unsigned allowed = 0, refused = 0;
    assert_non_null(history);
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        begin_history(history, world, seed);
        for (unsigned i = 0; i < STEPS; i++) {
            step(history);
            note_question(history);
            if (i % 50 == 0) {
                compare_rows(history);
            }
        }
        compare_rows(history);
        ask_again(history);
        allowed += history->allowed;
        refused += history->refused;
    }
    free(history);
    assert_true(allowed > 2000);
    assert_true(refused > 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(random_histories_agree_with_a_naive_model),
    };
    return cmocka_run_group_tests_name("core/vault: histories", tests, NULL, NULL);
}

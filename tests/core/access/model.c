#include "tests/core/access/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define HOUR_US UINT64_C(3600000000)

static uint8_t draw(struct model *model, uint32_t bound)
{
    return (uint8_t)world_random(&model->seed, bound);
}

/* One of so many, or none. */
static uint8_t draw_or_none(struct model *model, uint32_t bound)
{
    uint8_t drawn = draw(model, bound + 1);
    return drawn == bound ? MODEL_NONE : drawn;
}

/* Most things carry no tag, so that answers are not all no. */
static uint8_t draw_tag(struct model *model)
{
    return draw(model, 2) == 0 ? MODEL_NONE : draw(model, MODEL_PROJECTS);
}

static uint64_t draw_end(struct model *model)
{
    return draw(model, 3) == 0 ? model->world->now_us + (draw(model, 5) + 1) * HOUR_US
                               : MODEL_FOREVER;
}

static struct id project_of(const struct model *model, uint8_t project)
{
    return project == MODEL_NONE ? NOBODY : model->projects[project];
}

/* What the rules say --------------------------------------------------------------------------- */

static bool lasts(const struct model *model, uint64_t end)
{
    return model->world->now_us < end;
}

static bool is_below(const struct model *model, uint8_t project, uint8_t above)
{
    while (project != MODEL_NONE && project != above) {
        project = model->parent[project];
    }
    return project == above;
}

static bool is_certified(const struct model *model, const struct model_rights *asked,
                         const struct model_rights *held, const uint8_t at[2])
{
    for (uint8_t p = at[1]; p != MODEL_NONE; p = model->parent[p]) {
        for (uint8_t r = 0; r < MODEL_REQUIREMENTS; r++) {
            if (asked->asks[p][r] && !lasts(model, held->cert[at[0]][r])) {
                return false;
            }
        }
    }
    return true;
}

static bool forbids(const struct model_rights *rights, const uint8_t at[2], enum access_verb verb)
{
    unsigned restrictions = rights->restrictions[at[0]][at[1]];
    switch (verb) {
    case ACCESS_DOWNLOAD:
        return (restrictions >> RESTRICTION_NO_DOWNLOAD & 1) != 0;
    case ACCESS_SHARE:
        return (restrictions >> RESTRICTION_NO_SHARE & 1) != 0;
    case ACCESS_EDIT:
    case ACCESS_DELETE:
    case ACCESS_CHANGE_PROJECT:
        return (restrictions >> RESTRICTION_READ_ONLY & 1) != 0;
    case ACCESS_READ:
    case ACCESS_VIEW:
    case ACCESS_HISTORY:
    case ACCESS_VERB_COUNT:
        break;
    }
    return false;
}

static const struct model_rights *login_of(const struct model *model,
                                           const struct model_question *question)
{
    return question->session == MODEL_NONE ? &model->now
                                           : &model->sessions[question->session].login;
}

static bool is_member(const struct model *model, const struct model_question *question,
                      uint8_t project)
{
    const struct model_rights *login = login_of(model, question);
    return lasts(model, model->now.member[question->user][project]) &&
           lasts(model, login->member[question->user][project]);
}

/* Through this project, whose tag is or is above what it is asked for. */
static bool through(const struct model *model, const struct model_question *question,
                    uint8_t project)
{
    const uint8_t at[2] = {question->user, project};
    const struct model_rights *now = &model->now, *login = login_of(model, question);
    return is_member(model, question, project) && is_certified(model, now, now, at) &&
           is_certified(model, now, login, at) && is_certified(model, login, login, at) &&
           !forbids(now, at, question->verb) && !forbids(login, at, question->verb);
}

/* Whether what the tag asks for is met, with the session's project or with any. */
static bool meets(const struct model *model, const struct model_question *question, uint8_t tag,
                  bool active)
{
    const uint8_t own[2] = {question->user, tag};
    bool up = !active || (question->verb != ACCESS_EDIT && question->verb != ACCESS_DELETE &&
                          question->verb != ACCESS_SHARE);
    if (tag == MODEL_NONE) {
        return true;
    }
    if (is_member(model, question, tag) &&
        (forbids(&model->now, own, question->verb) ||
         forbids(login_of(model, question), own, question->verb))) {
        return false;
    }
    for (uint8_t p = 0; p < MODEL_PROJECTS; p++) {
        bool is_right = up ? is_below(model, p, tag) : p == tag;
        bool is_active = !active || question->session == MODEL_NONE ||
                         model->sessions[question->session].project == p;
        if (is_right && is_active && through(model, question, p)) {
            return true;
        }
    }
    return false;
}

static bool group_opens(const struct model *model, const struct model_question *question, uint8_t g)
{
    return model->in_group[g][question->user] && !model->group_deleted[g];
}

static bool has_mode(const struct model *model, const struct model_share *share,
                     enum access_verb verb)
{
    if (!lasts(model, share->expires)) {
        return false;
    }
    switch (verb) {
    case ACCESS_VIEW:
        return strchr(share->modes, 'v') != NULL;
    case ACCESS_DOWNLOAD:
        return strchr(share->modes, 'd') != NULL;
    case ACCESS_EDIT:
        return strchr(share->modes, 'e') != NULL;
    case ACCESS_READ:
    case ACCESS_HISTORY:
        return share->modes[0] != '\0';
    case ACCESS_CHANGE_PROJECT:
    case ACCESS_SHARE:
    case ACCESS_DELETE:
    case ACCESS_VERB_COUNT:
        break;
    }
    return false;
}

static bool may_in_group(const struct model *model, const struct model_question *question,
                         const struct model_place *at)
{
    uint8_t g = at->group;
    unsigned set = model->permissions[g][question->user];
    bool owner = at->owner == question->user;
    bool has_key = question->verb == ACCESS_DELETE ||
                   model->user_key[question->file][question->user] ||
                   model->group_key[question->file][g];
    bool add = (set >> GROUP_PERMISSION_ADD_ENTRIES & 1) != 0;
    bool remove = (set >> GROUP_PERMISSION_REMOVE_ENTRIES & 1) != 0;
    bool tag = (set >> GROUP_PERMISSION_MODIFY_PROJECT_TAG & 1) != 0;
    const bool verbs[ACCESS_VERB_COUNT] = {
        [ACCESS_READ] = true,
        [ACCESS_VIEW] = true,
        [ACCESS_DOWNLOAD] = true,
        [ACCESS_CHANGE_PROJECT] = tag,
        [ACCESS_SHARE] = owner,
        [ACCESS_HISTORY] = true,
        [ACCESS_EDIT] = add && (owner || remove),
        [ACCESS_DELETE] = owner || remove,
    };
    return group_opens(model, question, g) && has_key && verbs[question->verb] &&
           meets(model, question, model->group_project[g], false);
}

/* One way at a time: as the owner, by the own share, by that of a group. */
static bool may_outside(const struct model *model, const struct model_question *question,
                        const struct model_place *at)
{
    uint8_t f = question->file, u = question->user;
    if (at->owner == u) {
        return question->verb == ACCESS_DELETE || model->user_key[f][u];
    }
    if (has_mode(model, &model->user_share[f][u], question->verb) && model->user_key[f][u]) {
        return true;
    }
    for (uint8_t g = 0; g < MODEL_GROUPS; g++) {
        if (group_opens(model, question, g) &&
            has_mode(model, &model->group_share[f][g], question->verb) &&
            (model->user_key[f][u] || model->group_key[f][g]) &&
            meets(model, question, model->group_project[g], false)) {
            return true;
        }
    }
    return false;
}

static uint8_t tag_of(const struct model *model, const struct model_place *at)
{
    if (at->project != MODEL_NONE) {
        return at->project;
    }
    if (at->dir != MODEL_NONE) {
        return tag_of(model, &model->dir[at->dir]);
    }
    return at->group == MODEL_NONE ? MODEL_NONE : model->group_project[at->group];
}

bool model_allows(const struct model *model, const struct model_question *question)
{
    const struct model_place *at = &model->file[question->file];
    if (!model->active_user[question->user] ||
        (question->session != MODEL_NONE &&
         (model->sessions[question->session].user != question->user ||
          !lasts(model, model->sessions[question->session].expires)))) {
        return false;
    }
    bool way = at->group == MODEL_NONE ? may_outside(model, question, at)
                                       : may_in_group(model, question, at);
    return way && meets(model, question, tag_of(model, at), true);
}

/* Changes -------------------------------------------------------------------------------------- */

/* What was ended is not active any more: this project, or what is not certified for now. */
static void end_activations(struct model *model, uint8_t user, uint8_t project)
{
    for (uint8_t s = 0; s < MODEL_SESSIONS; s++) {
        const uint8_t at[2] = {user, model->sessions[s].project};
        if (model->sessions[s].user == user && at[1] != MODEL_NONE &&
            lasts(model, model->sessions[s].expires) &&
            (project == MODEL_NONE ? !is_certified(model, &model->now, &model->now, at)
                                   : at[1] == project)) {
            model->sessions[s].project = MODEL_NONE;
        }
    }
}

static void change_member(struct model *model)
{
    uint8_t u = draw(model, MODEL_USERS), p = draw(model, MODEL_PROJECTS);
    enum restriction list[RESTRICTION_COUNT];
    struct membership_row row = {
        .project = model->projects[p], .user = model->users[u], .restrictions = list};
    if (lasts(model, model->now.member[u][p])) {
        if (draw(model, 3) != 0) {
            return;
        }
        const union command_fields fields = {
            .project_remove_member = {.project = row.project, .user = row.user}};
        (void)world_must(model->world, &model->admin, COMMAND_PROJECT_REMOVE_MEMBER, &fields);
        model->now.member[u][p] = 0;
        end_activations(model, u, p);
        return;
    }
    uint64_t end = draw_end(model);
    unsigned restrictions = draw(model, 4) == 0 ? draw(model, 1 << RESTRICTION_COUNT) : 0;
    for (unsigned i = 0; i < RESTRICTION_COUNT; i++) {
        if ((restrictions >> i & 1) != 0) {
            list[row.restrictions_count++] = (enum restriction)i;
        }
    }
    row.has_expires = end != MODEL_FOREVER;
    row.expires = row.has_expires ? end : 0;
    making_restricted(model->world, &model->admin, &row);
    model->now.member[u][p] = end;
    model->now.restrictions[u][p] = restrictions;
}

static void change_cert(struct model *model)
{
    uint8_t u = draw(model, MODEL_USERS), r = draw(model, MODEL_REQUIREMENTS);
    if (lasts(model, model->now.cert[u][r])) {
        if (draw(model, 3) != 0) {
            return;
        }
        making_end_of_cert(model->world, &model->admin, model->certs[u][r]);
        model->now.cert[u][r] = 0;
        end_activations(model, u, MODEL_NONE);
        return;
    }
    uint64_t end = draw_end(model);
    model->certs[u][r] = making_cert(model->world, &model->admin, model->users[u],
                                     model->requirements[r], end == MODEL_FOREVER ? 0 : end);
    model->now.cert[u][r] = end;
}

static void change_level(struct model *model)
{
    uint8_t p = draw(model, MODEL_PROJECTS);
    struct id list[MODEL_REQUIREMENTS];
    size_t count = 0;
    for (uint8_t r = 0; r < MODEL_REQUIREMENTS; r++) {
        model->now.asks[p][r] = draw(model, 6) == 0;
        if (model->now.asks[p][r]) {
            list[count++] = model->requirements[r];
        }
    }
    const union command_fields fields = {.level_edit = {.level = model->levels[p],
                                                        .requirements = list,
                                                        .requirements_count = count}};
    (void)world_must(model->world, &model->admin, COMMAND_LEVEL_EDIT, &fields);
}

static void change_user(struct model *model)
{
    uint8_t u = draw(model, MODEL_USERS);
    struct user_row row = {.user = model->users[u]};
    struct view view = world_view(model->world);
    assert_true(view_find(&view, ROW_USER, &row));
    model->active_user[u] = !model->active_user[u] || draw(model, 3) != 0;
    row.state = model->active_user[u] ? USER_STATE_ACTIVE : USER_STATE_INACTIVE;
    world_put(model->world, ROW_USER, &row);
}

static void change_group_member(struct model *model)
{
    uint8_t g = draw(model, MODEL_GROUPS), u = draw(model, MODEL_USERS);
    if (u == g || (model->in_group[g][u] && draw(model, 3) != 0)) { /* its owner stays */
        return;
    }
    model->in_group[g][u] = !model->in_group[g][u];
    if (!model->in_group[g][u]) {
        place_group_leave(model->world, model->groups[g], model->users[u]);
        return;
    }
    model->permissions[g][u] = draw(model, 1 << GROUP_PERMISSION_COUNT);
    place_group_member(model->world, model->groups[g], model->users[u], model->permissions[g][u]);
}

static void change_group(struct model *model)
{
    uint8_t g = draw(model, MODEL_GROUPS);
    model->group_project[g] = draw_tag(model);
    model->group_deleted[g] = draw(model, 10) == 0;
    place_group_again(model->world, model->groups[g], project_of(model, model->group_project[g]),
                      model->group_deleted[g]);
}

static struct place place_of(const struct model *model, const struct model_place *at)
{
    struct id group = at->group == MODEL_NONE ? NOBODY : model->groups[at->group];
    struct id top = at->group == MODEL_NONE ? model->users[at->owner] : group;
    return (struct place){.parent = at->dir == MODEL_NONE ? top : model->dirs[at->dir],
                          .owner = model->users[at->owner],
                          .group = group,
                          .project = project_of(model, at->project)};
}

/* Into a directory, and so into its group and away from it; with another tag. */
static void change_file(struct model *model)
{
    uint8_t f = draw(model, MODEL_FILES);
    struct model_place *at = &model->file[f];
    at->project = draw_tag(model);
    at->dir = draw_or_none(model, MODEL_DIRS);
    at->group =
        at->dir == MODEL_NONE ? draw_or_none(model, MODEL_GROUPS) : model->dir[at->dir].group;
    const struct place place = place_of(model, at);
    place_file_again(model->world, model->files[f], &place);
}

static void change_user_share(struct model *model)
{
    static const char *const modes[] = {"v", "d", "e", "vd", "vde"};
    uint8_t f = draw(model, MODEL_FILES), u = draw(model, MODEL_USERS);
    struct model_share *share = &model->user_share[f][u];
    if (share->modes[0] != '\0') {
        place_unshare(model->world, model->files[f], model->users[u]);
        *share = (struct model_share){.expires = 0};
        model->user_key[f][u] = false;
        return;
    }
    snprintf(share->modes, sizeof share->modes, "%s", modes[draw(model, 5)]);
    share->expires = draw_end(model);
    place_share(model->world, model->files[f], model->users[u], share->modes,
                share->expires == MODEL_FOREVER ? 0 : share->expires);
    model->user_key[f][u] = true;
}

static void change_group_share(struct model *model)
{
    uint8_t f = draw(model, MODEL_FILES), g = draw(model, MODEL_GROUPS);
    struct model_share *share = &model->group_share[f][g];
    if (share->modes[0] != '\0') {
        place_unshare(model->world, model->files[f], model->groups[g]);
        *share = (struct model_share){.expires = 0};
        model->group_key[f][g] = false;
        return;
    }
    snprintf(share->modes, sizeof share->modes, "%s", draw(model, 2) == 0 ? "v" : "de");
    share->expires = draw_end(model);
    place_share(model->world, model->files[f], model->groups[g], share->modes,
                share->expires == MODEL_FOREVER ? 0 : share->expires);
    model->group_key[f][g] = true;
}

static void change_key(struct model *model)
{
    uint8_t f = draw(model, MODEL_FILES), u = draw(model, MODEL_USERS);
    uint8_t g = draw(model, MODEL_GROUPS);
    bool *has = draw(model, 2) == 0 ? &model->user_key[f][u] : &model->group_key[f][g];
    struct id holder = has == &model->user_key[f][u] ? model->users[u] : model->groups[g];
    *has = draw(model, 4) != 0;
    if (*has) {
        place_key(model->world, model->files[f], holder);
    } else {
        place_no_key(model->world, model->files[f], holder);
    }
}

static void change_session(struct model *model)
{
    uint8_t s = draw(model, MODEL_SESSIONS), p = draw_or_none(model, MODEL_PROJECTS);
    if (model->sessions[s].id.kind == ID_NONE || draw(model, 3) == 0) {
        model->sessions[s].user = draw(model, MODEL_USERS);
        model->sessions[s].id = world_session(model->world, model->users[model->sessions[s].user]);
        model->sessions[s].login = model->now;
        model->sessions[s].expires = model->world->now_us + WORLD_SESSION_US;
    }
    model->sessions[s].project = p;
    world_activate(model->world, model->sessions[s].id, project_of(model, p));
}

void model_step(struct model *model)
{
    static void (*const changes[])(struct model *) = {
        change_member,       change_member,      change_member,  change_cert,
        change_cert,         change_level,       change_user,    change_group,
        change_group_member, change_file,        change_file,    change_key,
        change_user_share,   change_group_share, change_session, change_session,
    };
    changes[draw(model, sizeof changes / sizeof changes[0])](model);
    if (draw(model, 8) == 0) {
        model->world->now_us += HOUR_US;
    }
}

/* The start ------------------------------------------------------------------------------------ */

static void make_projects(struct model *model)
{
    /* 0 is above 1 and 2, 1 above 3; 4 stands alone */
    static const uint8_t parents[MODEL_PROJECTS] = {MODEL_NONE, 0, 0, 1, MODEL_NONE};
    for (uint8_t r = 0; r < MODEL_REQUIREMENTS; r++) {
        char name[16];
        snprintf(name, sizeof name, "requirement %u", r);
        model->requirements[r] = making_requirement(model->world, &model->admin, name, 0, 0);
    }
    for (uint8_t p = 0; p < MODEL_PROJECTS; p++) {
        char name[16];
        snprintf(name, sizeof name, "p%u", p);
        model->parent[p] = parents[p];
        model->projects[p] =
            making_project(model->world, &model->admin, name, project_of(model, parents[p]));
        model->levels[p] = making_level(model->world, &model->admin, name, NULL, 0);
        making_set_level(model->world, &model->admin, model->projects[p], model->levels[p]);
    }
}

static void make_places(struct model *model)
{
    for (uint8_t g = 0; g < MODEL_GROUPS; g++) {
        model->groups[g] = place_group(model->world, model->users[g], NOBODY);
        model->group_project[g] = MODEL_NONE;
        model->in_group[g][g] = true;
        model->permissions[g][g] = ALL_PERMISSIONS;
    }
    for (uint8_t d = 0; d < MODEL_DIRS; d++) {
        uint8_t group = d < MODEL_GROUPS ? d : draw_or_none(model, MODEL_GROUPS);
        model->dir[d] = (struct model_place){.owner = draw(model, MODEL_USERS),
                                             .group = group,
                                             .dir = MODEL_NONE,
                                             .project = draw_tag(model)};
        if (d > 0 && model->dir[d - 1].group == group) {
            model->dir[d].dir = (uint8_t)(d - 1);
            model->dir[d].project = MODEL_NONE;
        }
        const struct place place = place_of(model, &model->dir[d]);
        model->dirs[d] = place_dir(model->world, &place);
    }
    for (uint8_t f = 0; f < MODEL_FILES; f++) {
        model->file[f] = (struct model_place){.owner = draw(model, MODEL_USERS),
                                              .group = draw_or_none(model, MODEL_GROUPS),
                                              .dir = MODEL_NONE,
                                              .project = draw_tag(model)};
        const struct place place = place_of(model, &model->file[f]);
        model->files[f] = place_file(model->world, &place);
        model->user_key[f][model->file[f].owner] = true;
        if (model->file[f].group != MODEL_NONE) {
            model->group_key[f][model->file[f].group] = true;
        }
    }
}

void model_begin(struct model *model, struct world *world, uint64_t seed)
{
    *model = (struct model){.world = world, .seed = seed};
    model->admin = making_admin(world);
    for (uint8_t u = 0; u < MODEL_USERS; u++) {
        char login[16];
        snprintf(login, sizeof login, "u%u", u);
        model->users[u] = world_user(world, login, (enum user_role)(u % USER_ROLE_COUNT));
        model->active_user[u] = true;
    }
    make_projects(model);
    make_places(model);
    for (unsigned i = 0; i < 2 * MODEL_USERS * MODEL_PROJECTS; i++) {
        change_member(model);
        change_group_member(model);
        change_cert(model);
    }
}

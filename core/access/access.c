#include "core/access/access_parts.h"
#include "core/identity/session.h"
#include "schema/lookup.h"

#include <assert.h>

/* Notes -------------------------------------------------------------------------------------- */

void access_note(struct inquiry *inquiry, const struct access_fact *fact)
{
    struct access *out = inquiry->out;
    if (out->fact_count < ACCESS_FACTS_MAX) {
        out->facts[out->fact_count++] = *fact;
    }
}

void access_refuse(struct inquiry *inquiry, enum rule rule)
{
    if (inquiry->out->rule == RULE_NONE && !policy_waives(inquiry->view, rule)) {
        inquiry->out->rule = rule;
    }
}

enum rule access_class_rule(enum access_class class)
{
    /* clang-format off */
    static const enum rule rules[] = {
        [ACCESS_CLASS_NONE]    = RULE_VLT_10D, /* of a drive DRV-01b */
        [ACCESS_GROUP]         = RULE_CLS_01A,
        [ACCESS_GROUP_PROJECT] = RULE_CLS_02A,
        [ACCESS_PROJECT]       = RULE_CLS_03A,
        [ACCESS_PERSONAL]      = RULE_CLS_04A,
    };
    /* clang-format on */
    return rules[class];
}

static enum rule rule_of_class(const struct inquiry *inquiry)
{
    bool no_drive = inquiry->out->class == ACCESS_CLASS_NONE && inquiry->object.id.kind == ID_DRIVE;
    return no_drive ? RULE_DRV_01B : access_class_rule(inquiry->out->class);
}

static void refuse_by_class(struct inquiry *inquiry)
{
    access_refuse(inquiry, rule_of_class(inquiry));
}

/* Reader ------------------------------------------------------------------------------------- */

static void ask_user(struct inquiry *inquiry)
{
    struct user_row row = {.user = inquiry->reader->user};
    struct access_fact fact = {.kind = FACT_USER_ACTIVE, .made_by = UINT64_MAX};
    bool found =
        row.user.kind == ID_USER && view_find_made_by(inquiry->view, ROW_USER, &row, &fact.made_by);
    bool disabled =
        found && row.has_disabled_until && inquiry->view->now_utc_us < row.disabled_until;
    fact.holds = found && !disabled && !row.deleted && row.state != USER_STATE_INACTIVE;
    fact.until_utc_us = disabled ? row.disabled_until : 0;
    access_note(inquiry, &fact);
    if (!fact.holds) {
        access_refuse(inquiry, disabled ? RULE_IDN_04B : RULE_IDN_03B);
    }
}

static void ask_session(struct inquiry *inquiry)
{
    struct session_row row = {.session = inquiry->reader->session};
    struct access_fact fact = {
        .kind = FACT_SESSION_OPEN, .about = row.session, .made_by = UINT64_MAX};
    bool found = row.session.kind == ID_SESSION &&
                 view_find_made_by(inquiry->view, ROW_SESSION, &row, &fact.made_by) &&
                 id_equal(row.user, inquiry->reader->user);
    uint64_t expires = found ? session_expiry(inquiry->view, &row) : 0;
    fact.holds = found && row.state == SESSION_STATE_OPENED && inquiry->view->now_utc_us < expires;
    fact.until_utc_us = expires;
    access_note(inquiry, &fact);
    if (!fact.holds) {
        access_refuse(inquiry, RULE_IDN_11B);
        return;
    }
    inquiry->active = row.has_project ? row.project : NOTHING;
    inquiry->session_made_by = fact.made_by;
    inquiry->login = policy_granted_view(inquiry->view, row.opened_n);
    inquiry->kept = policy_kept_view(inquiry->view, row.opened_n);
}

void access_ask_reader(struct inquiry *inquiry)
{
    ask_user(inquiry);
    if (inquiry->reader->session.kind != ID_NONE) {
        ask_session(inquiry);
    }
}

static bool is_owner(const struct inquiry *inquiry)
{
    return id_equal(inquiry->object.owner, inquiry->reader->user);
}

static bool ask_owner(struct inquiry *inquiry)
{
    bool owner = is_owner(inquiry);
    access_note(inquiry, &(struct access_fact){.kind = FACT_OWNER,
                                               .holds = owner,
                                               .about = inquiry->object.id,
                                               .made_by = inquiry->object.made_by});
    return owner;
}

/* In a group --------------------------------------------------------------------------------- */

/* Permissions as a set: bit p of it is permission p. */
typedef unsigned permission_set;

static permission_set set_of(const struct inquiry *inquiry, const struct group_member_row *member)
{
    permission_set set = 0;
    if (id_equal(inquiry->object.group_owner, inquiry->reader->user)) {
        return ~0u;
    }
    for (size_t i = 0; i < member->permissions_count; i++) {
        set |= 1u << member->permissions[i];
    }
    return set;
}

bool access_ask_member(struct inquiry *inquiry, struct id group, struct group_member_row *member,
                       uint64_t *made_by)
{
    *member = (struct group_member_row){.group = group, .user = inquiry->reader->user};
    *made_by = UINT64_MAX;
    bool holds = member->user.kind == ID_USER &&
                 view_find_made_by(inquiry->view, ROW_GROUP_MEMBER, member, made_by);
    access_note(inquiry, &(struct access_fact){.kind = FACT_GROUP_MEMBER,
                                               .holds = holds,
                                               .about = group,
                                               .made_by = *made_by});
    return holds;
}

static void ask_permission(struct inquiry *inquiry, bool granted, uint64_t made_by, enum rule rule)
{
    access_note(inquiry, &(struct access_fact){.kind = FACT_GROUP_PERMISSION,
                                               .holds = granted,
                                               .about = inquiry->object.group,
                                               .made_by = made_by});
    if (!granted) {
        access_refuse(inquiry, rule);
    }
}

/* What the verb takes in the group beside membership. */
static void ask_group_verb(struct inquiry *inquiry, permission_set set, uint64_t made_by)
{
    const permission_set add_members = 1u << GROUP_PERMISSION_ADD_MEMBERS;
    const permission_set add = 1u << GROUP_PERMISSION_ADD_ENTRIES;
    const permission_set remove = 1u << GROUP_PERMISSION_REMOVE_ENTRIES;
    const permission_set tag = 1u << GROUP_PERMISSION_MODIFY_PROJECT_TAG;
    bool is_group = inquiry->object.id.kind == ID_GROUP;
    bool is_file = inquiry->object.id.kind == ID_FILE;
    switch (inquiry->verb) {
    case ACCESS_CHANGE_PROJECT:
        ask_permission(inquiry, (set & tag) != 0, made_by, is_group ? RULE_GRP_09A : RULE_VLT_11A);
        break;
    case ACCESS_SHARE:
        if (is_group) {
            ask_permission(inquiry, (set & add_members) != 0, made_by, RULE_GRP_02A);
        } else if (!ask_owner(inquiry)) {
            access_refuse(inquiry, RULE_VLT_10A);
        }
        break;
    case ACCESS_EDIT:
        if (is_file && !ask_owner(inquiry)) {
            ask_permission(inquiry, (set & remove) != 0, made_by, RULE_VLT_09D);
        }
        ask_permission(inquiry, (set & add) != 0, made_by, RULE_VLT_09D);
        break;
    case ACCESS_DELETE:
        if (!ask_owner(inquiry)) {
            ask_permission(inquiry, !is_group && (set & remove) != 0, made_by,
                           is_group ? RULE_GRP_15A : RULE_VLT_14A);
        }
        break;
    case ACCESS_READ:
    case ACCESS_VIEW:
    case ACCESS_DOWNLOAD:
    case ACCESS_HISTORY:
    case ACCESS_VERB_COUNT:
        break;
    }
}

/* CLS-01, CLS-02. A deleted group has no way in. */
static void ask_in_group(struct inquiry *inquiry)
{
    struct group_member_row member;
    uint64_t made_by;
    struct id group = inquiry->object.group;
    bool is_member = access_ask_member(inquiry, group, &member, &made_by);
    if (!is_member || inquiry->object.group_owner.kind == ID_NONE) {
        refuse_by_class(inquiry);
    }
    access_ask_key(inquiry, group);
    ask_group_verb(inquiry, is_member ? set_of(inquiry, &member) : 0, made_by);
    if (inquiry->object.group_project.kind != ID_NONE &&
        !id_equal(inquiry->object.group_project, inquiry->object.project)) {
        access_ask_project(inquiry, inquiry->object.group_project, ACTIVITY_ANY);
    }
}

/* Outside groups ----------------------------------------------------------------------------- */

/* Tops of own trees are there to be read and written into, nothing else. A drive is attached, and
 * does not leave as a whole. */
static bool is_possible(const struct inquiry *inquiry)
{
    if (inquiry->object.id.kind == ID_DRIVE) {
        return inquiry->verb != ACCESS_DOWNLOAD;
    }
    return inquiry->object.id.kind != ID_USER || inquiry->verb == ACCESS_READ ||
           inquiry->verb == ACCESS_VIEW || inquiry->verb == ACCESS_HISTORY ||
           inquiry->verb == ACCESS_EDIT;
}

/* CLS-03, CLS-04. */
static void ask_outside(struct inquiry *inquiry)
{
    struct access_offer offer = {.target = NOTHING};
    if (!is_possible(inquiry)) {
        access_refuse(inquiry, RULE_VLT_07A);
    }
    bool owner = ask_owner(inquiry);
    if (!owner && !access_is_shared_by_itself(inquiry->object.id.kind)) {
        refuse_by_class(inquiry);
    } else if (!owner) {
        access_ask_offer(inquiry, &offer);
    }
    access_ask_key(inquiry, offer.target.kind == ID_GROUP ? offer.target : NOTHING);
    if (offer.project.kind != ID_NONE && !id_equal(offer.project, inquiry->object.project)) {
        access_ask_project(inquiry, offer.project, ACTIVITY_ANY);
    }
}

/* Verbs -------------------------------------------------------------------------------------- */

static void answer(struct inquiry *inquiry, struct id object)
{
    struct access *out = inquiry->out;
    access_ask_reader(inquiry);
    if (inquiry->reader->user.kind != ID_USER ||
        !access_object_find(inquiry->view, object, &inquiry->object)) {
        /* There is nothing to allow, whatever a policy has off. */
        refuse_by_class(inquiry);
        out->rule = out->rule == RULE_NONE ? rule_of_class(inquiry) : out->rule;
        return;
    }
    out->class = access_object_class(&inquiry->object);
    if (inquiry->object.group.kind != ID_NONE) {
        ask_in_group(inquiry);
    } else {
        ask_outside(inquiry);
    }
    if (inquiry->object.project.kind != ID_NONE) {
        access_ask_project(inquiry, inquiry->object.project, ACTIVITY_NEEDED);
    }
    if (failed(*inquiry->view->trouble)) {
        refuse_by_class(inquiry);
    }
    out->allowed = out->rule == RULE_NONE;
    if (out->allowed) {
        out->rule = access_class_rule(out->class);
    }
}

void access_of(enum access_verb verb, const struct view *view, const struct reader *reader,
               struct id object, struct access *out)
{
    struct inquiry inquiry = {.view = view,
                              .login = *view,
                              .kept = *view,
                              .reader = reader,
                              .verb = verb,
                              .session_made_by = UINT64_MAX,
                              .out = out};
    size_t used = view->arena->used;
    assert(verb < ACCESS_VERB_COUNT);
    out->allowed = false;
    out->class = ACCESS_CLASS_NONE;
    out->rule = RULE_NONE;
    out->fact_count = 0;
    answer(&inquiry, object);
    view->arena->used = used;
}

void may_read(const struct view *view, const struct reader *reader, struct id object,
              struct access *out)
{
    access_of(ACCESS_READ, view, reader, object, out);
}

void may_view(const struct view *view, const struct reader *reader, struct id object,
              struct access *out)
{
    access_of(ACCESS_VIEW, view, reader, object, out);
}

void may_download(const struct view *view, const struct reader *reader, struct id object,
                  struct access *out)
{
    access_of(ACCESS_DOWNLOAD, view, reader, object, out);
}

void may_change_project(const struct view *view, const struct reader *reader, struct id object,
                        struct access *out)
{
    access_of(ACCESS_CHANGE_PROJECT, view, reader, object, out);
}

void may_share(const struct view *view, const struct reader *reader, struct id object,
               struct access *out)
{
    access_of(ACCESS_SHARE, view, reader, object, out);
}

void may_read_history(const struct view *view, const struct reader *reader, struct id object,
                      struct access *out)
{
    access_of(ACCESS_HISTORY, view, reader, object, out);
}

void may_edit(const struct view *view, const struct reader *reader, struct id object,
              struct access *out)
{
    access_of(ACCESS_EDIT, view, reader, object, out);
}

void may_delete(const struct view *view, const struct reader *reader, struct id object,
                struct access *out)
{
    access_of(ACCESS_DELETE, view, reader, object, out);
}

/* Words -------------------------------------------------------------------------------------- */

const char *access_verb_name(enum access_verb verb)
{
    static const char *const names[ACCESS_VERB_COUNT] = {
        [ACCESS_READ] = "read",         [ACCESS_VIEW] = "view",
        [ACCESS_DOWNLOAD] = "download", [ACCESS_CHANGE_PROJECT] = "change project",
        [ACCESS_SHARE] = "share",       [ACCESS_HISTORY] = "history",
        [ACCESS_EDIT] = "edit",         [ACCESS_DELETE] = "delete",
    };
    assert(verb < ACCESS_VERB_COUNT);
    return names[verb];
}

const char *access_fact_phrase(enum access_fact_kind kind)
{
    static const char *const phrases[FACT_KIND_COUNT] = {
        [FACT_USER_ACTIVE] = "active user",
        [FACT_SESSION_OPEN] = "open",
        [FACT_OWNER] = "owner of",
        [FACT_HOLDS_KEY] = "holding the key wrapped for",
        [FACT_SHARED] = "shared with",
        [FACT_GROUP_MEMBER] = "member of",
        [FACT_GROUP_PERMISSION] = "permitted in",
        [FACT_PROJECT_MEMBER] = "member of",
        [FACT_PROJECT_ACTIVE] = "active in the session:",
        [FACT_RESTRICTION] = "not restricted in",
        [FACT_CERTIFIED] = "certified for",
    };
    assert(kind < FACT_KIND_COUNT);
    return phrases[kind];
}

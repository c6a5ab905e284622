#include "core/access/access_parts.h"

bool access_is_shared_by_itself(enum id_kind kind)
{
    return kind == ID_FILE || kind == ID_DRIVE;
}

/* Keys --------------------------------------------------------------------------------------- */

/* A wrapped key of a file or a drive. */
struct wrapped_key {
    bool has_epoch; /* of a group */
    uint64_t epoch;
    uint64_t made_by;
};

static bool find_key(const struct inquiry *inquiry, struct id holder, struct wrapped_key *out)
{
    if (inquiry->object.id.kind == ID_DRIVE) {
        struct drive_key_row row = {.drive = inquiry->object.id, .holder = holder};
        bool found = view_find_made_by(inquiry->view, ROW_DRIVE_KEY, &row, &out->made_by);
        out->has_epoch = row.has_epoch;
        out->epoch = row.epoch;
        return found;
    }
    struct file_key_row row = {.file = inquiry->object.id, .holder = holder};
    bool found = view_find_made_by(inquiry->view, ROW_FILE_KEY, &row, &out->made_by);
    out->has_epoch = row.has_epoch;
    out->epoch = row.epoch;
    return found;
}

static bool has_key_for_group(const struct inquiry *inquiry, struct id group, uint64_t *made_by)
{
    struct wrapped_key wrapped = {.made_by = UINT64_MAX};
    if (!find_key(inquiry, group, &wrapped)) {
        return false;
    }
    *made_by = wrapped.made_by;
    struct group_key_row key = {
        .group = group, .user = inquiry->reader->user, .epoch = wrapped.epoch};
    return !wrapped.has_epoch || view_find(inquiry->view, ROW_GROUP_KEY, &key);
}

static bool has_own_key(const struct inquiry *inquiry)
{
    struct wrapped_key wrapped;
    return find_key(inquiry, inquiry->reader->user, &wrapped);
}

void access_ask_key(struct inquiry *inquiry, struct id group)
{
    const enum id_kind kind = inquiry->object.id.kind;
    struct wrapped_key wrapped = {.made_by = UINT64_MAX};
    struct access_fact fact = {.kind = FACT_HOLDS_KEY, .about = inquiry->reader->user};
    if (!access_is_shared_by_itself(kind) || inquiry->verb == ACCESS_DELETE) {
        return;
    }
    fact.holds = find_key(inquiry, fact.about, &wrapped);
    fact.made_by = wrapped.made_by;
    if (!fact.holds && group.kind != ID_NONE) {
        fact.about = group;
        fact.holds = has_key_for_group(inquiry, group, &fact.made_by);
    }
    access_note(inquiry, &fact);
    if (!fact.holds) {
        access_refuse(inquiry, kind == ID_DRIVE ? RULE_DRV_15A : RULE_VLT_05B);
    }
}

/* Shares ------------------------------------------------------------------------------------- */

/* A share of a file or a drive, as far as they are alike. */
struct share_seen {
    struct id target;
    bool can_view, can_download, can_edit;
    bool can_share; /* a drive goes on in the mode that one has it in (DRV-10a) */
    bool has_expires;
    uint64_t expires, made_by;
};

static void see_drive_share(const struct drive_share_row *row, struct share_seen *out)
{
    out->target = row->target;
    out->can_view = true;
    out->can_edit = row->mode == DRIVE_MODE_RW;
    out->can_share = true;
}

static void see_file_share(const struct share_row *row, struct share_seen *out)
{
    out->target = row->target;
    out->can_view = row->can_view;
    out->can_download = row->can_download;
    out->can_edit = row->can_edit;
    out->has_expires = row->has_expires;
    out->expires = row->expires;
}

static bool find_share(const struct inquiry *inquiry, struct id target, struct share_seen *out)
{
    *out = (struct share_seen){.target = target, .made_by = UINT64_MAX};
    if (inquiry->object.id.kind == ID_DRIVE) {
        struct drive_share_row row = {.drive = inquiry->object.id, .target = target};
        bool found = view_find_made_by(inquiry->view, ROW_DRIVE_SHARE, &row, &out->made_by);
        if (found) {
            see_drive_share(&row, out);
        }
        return found;
    }
    struct share_row row = {.file = inquiry->object.id, .target = target};
    bool found = view_find_made_by(inquiry->view, ROW_SHARE, &row, &out->made_by);
    if (found) {
        see_file_share(&row, out);
    }
    return found;
}

struct share_walk {
    bool of_drive;
    struct view_walk walk;
    struct drive_share_row drive;
    struct share_row file;
};

static void begin_walk(const struct inquiry *inquiry, struct share_walk *walk)
{
    const struct id object = inquiry->object.id;
    walk->of_drive = object.kind == ID_DRIVE;
    walk->drive = (struct drive_share_row){.drive = object};
    walk->file = (struct share_row){.file = object};
    walk->walk = walk->of_drive ? view_walk_of(inquiry->view, ROW_DRIVE_SHARE, &walk->drive, 1)
                                : view_walk_of(inquiry->view, ROW_SHARE, &walk->file, 1);
}

static bool next_share(struct share_walk *walk, struct share_seen *out)
{
    *out = (struct share_seen){.made_by = UINT64_MAX};
    if (walk->of_drive) {
        bool found = view_walk_next(&walk->walk, &walk->drive);
        if (found) {
            see_drive_share(&walk->drive, out);
        }
        return found;
    }
    bool found = view_walk_next(&walk->walk, &walk->file);
    if (found) {
        see_file_share(&walk->file, out);
    }
    return found;
}

/* Which leads furthest ----------------------------------------------------------------------- */

/* How far a share leads. */
enum share_rank {
    SHARE_NONE,       /* none is in force */
    SHARE_OTHER_MODE, /* in force, but not with the mode */
    SHARE_WITHOUT_KEY,
    SHARE_CLOSED, /* the group that it is with asks for more */
    SHARE_OPEN,
};

struct share_found {
    enum share_rank rank;
    struct id target;
    struct id project; /* the tag of the group that it is with */
    uint64_t until_utc_us;
};

static bool is_mode(enum access_verb verb, const struct share_seen *share)
{
    switch (verb) {
    case ACCESS_VIEW:
        return share->can_view;
    case ACCESS_DOWNLOAD:
        return share->can_download;
    case ACCESS_EDIT:
        return share->can_edit;
    case ACCESS_SHARE:
        return share->can_share;
    case ACCESS_READ:
    case ACCESS_HISTORY:
        return share->can_view || share->can_download || share->can_edit;
    case ACCESS_CHANGE_PROJECT:
    case ACCESS_DELETE:
    case ACCESS_VERB_COUNT:
        break;
    }
    return false;
}

static enum share_rank rank_of(const struct inquiry *inquiry, const struct share_seen *share,
                               struct id project)
{
    uint64_t made_by;
    if (share->has_expires && share->expires <= inquiry->view->now_utc_us) {
        return SHARE_NONE;
    }
    if (!is_mode(inquiry->verb, share)) {
        return SHARE_OTHER_MODE;
    }
    if (!has_own_key(inquiry) &&
        (share->target.kind != ID_GROUP || !has_key_for_group(inquiry, share->target, &made_by))) {
        return SHARE_WITHOUT_KEY;
    }
    return project.kind == ID_NONE || access_meets(inquiry, project) ? SHARE_OPEN : SHARE_CLOSED;
}

/* Takes the share over if it leads further than what was found. */
static void take_share(const struct inquiry *inquiry, const struct share_seen *share,
                       struct id project, struct share_found *out)
{
    enum share_rank rank = rank_of(inquiry, share, project);
    if (rank > out->rank) {
        *out = (struct share_found){.rank = rank,
                                    .target = share->target,
                                    .project = project,
                                    .until_utc_us = share->has_expires ? share->expires : 0};
    }
}

static bool is_in_group(const struct inquiry *inquiry, struct id group, struct id *project)
{
    struct group_member_row member = {.group = group, .user = inquiry->reader->user};
    struct group_row row = {.group = group};
    if (!view_find(inquiry->view, ROW_GROUP_MEMBER, &member) ||
        !view_find(inquiry->view, ROW_GROUP, &row) || row.deleted) {
        return false;
    }
    *project = row.has_project ? row.project : NOTHING;
    return true;
}

/* The share with herself, else those with groups that she is in; in the order of keys groups come
 * before users. */
static void find_best(const struct inquiry *inquiry, struct share_found *out)
{
    struct share_seen share;
    struct share_walk walk;
    *out = (struct share_found){.target = inquiry->reader->user};
    if (find_share(inquiry, inquiry->reader->user, &share)) {
        take_share(inquiry, &share, NOTHING, out);
    }
    begin_walk(inquiry, &walk);
    while (out->rank != SHARE_OPEN && next_share(&walk, &share) && share.target.kind == ID_GROUP) {
        struct id project;
        if (is_in_group(inquiry, share.target, &project)) {
            take_share(inquiry, &share, project, out);
        }
    }
}

static void note_share(struct inquiry *inquiry, const struct share_found *found)
{
    struct share_seen share;
    (void)find_share(inquiry, found->target, &share);
    access_note(inquiry, &(struct access_fact){.kind = FACT_SHARED,
                                               .holds = found->rank > SHARE_OTHER_MODE,
                                               .about = found->target,
                                               .made_by = share.made_by,
                                               .until_utc_us = found->until_utc_us});
    if (found->target.kind == ID_GROUP) {
        struct group_member_row member;
        uint64_t made_by;
        (void)access_ask_member(inquiry, found->target, &member, &made_by);
    }
}

/* The rule for a verb that a share does not carry, or not this one. */
static enum rule unshared_rule(const struct inquiry *inquiry)
{
    const bool of_drive = inquiry->object.id.kind == ID_DRIVE;
    switch (inquiry->verb) {
    case ACCESS_SHARE:
        return RULE_VLT_10A;
    case ACCESS_DELETE:
        return of_drive ? RULE_DRV_18A : RULE_VLT_14A;
    case ACCESS_EDIT:
        return of_drive ? RULE_DRV_14A : RULE_VLT_07A;
    case ACCESS_CHANGE_PROJECT:
        return of_drive ? RULE_DRV_17B : RULE_VLT_07A;
    case ACCESS_READ:
    case ACCESS_VIEW:
    case ACCESS_DOWNLOAD:
    case ACCESS_HISTORY:
    case ACCESS_VERB_COUNT:
        break;
    }
    return RULE_VLT_07A;
}

void access_ask_offer(struct inquiry *inquiry, struct access_offer *out)
{
    struct share_found found;
    find_best(inquiry, &found);
    note_share(inquiry, &found);
    if (found.rank == SHARE_NONE) {
        access_refuse(inquiry, access_class_rule(inquiry->out->class));
    } else if (found.rank == SHARE_OTHER_MODE) {
        access_refuse(inquiry, unshared_rule(inquiry));
    }
    out->target = found.target;
    out->project = found.project;
}

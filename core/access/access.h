/*
 * core/access/access.h -- may she, and could she have: the one place where access is decided.
 *
 * Shape    Every question is about a user, perhaps in a session, an object and a view. The view
 *          says as of when; the same code answers for now and for any past moment. Without a
 *          session the question is what the user could have done in some session of her own: the
 *          condition that the project is active in it then does not count, and grants count from
 *          the event that made them. In a session memberships and certifications count if they
 *          were there when it was opened, too; groups, shares and ownership count at once.
 * Answer   Allowed or not; the class of the object (CLS-01 to CLS-04); the rule that allowed or
 *          refused; and the facts that were looked at, in order, each with the event that made it
 *          so. All is looked at, also after the first no: the facts name everything missing.
 * Objects  Files, directories, groups and drives, and users as the tops of their own trees. The tag
 *          of an object is its own, else that of the nearest tagged directory above it, else that
 *          of its group. A group that is tagged asks for its own project's membership and
 *          certifications besides, also when a share with it is what gives access.
 * Upward   Whoever is a member of a project below the tag, and meets what that asks for, may read
 *          what carries the tag (PRJ-11), raise it, and have that project active meanwhile. To
 *          edit, delete or share takes the membership of the tag itself; but what a tagged group
 *          asks for besides is met from below for every verb (PRJ-18).
 * Never    A role. No function here looks at one (IDN-21): a super-administrator reads what any
 *          other user in the same groups, shares and projects reads. Nor the permissions of the
 *          platform, which are no rights to content: whoever decides a command looks at those.
 * Memory   An answer lends nothing, and the view's arena is as it was.
 * Errors   What cannot be read is not allowed; the view's `trouble` says so.
 * Source   DESIGN.md 8; domain.md 1.10.1, VLT-05 to VLT-14, DRV-10 to DRV-15, PRJ-11,
 *          GRP-09, 1.18-6, 1.18-9.
 */
#ifndef CORE_ACCESS_ACCESS_H
#define CORE_ACCESS_ACCESS_H

#include "core/decision.h"

enum {
    ACCESS_FACTS_MAX = 96,   /* more are not listed; what they say counts */
    ACCESS_DEPTH_MAX = 1024, /* directories above an object; what lies deeper is not found */
};

enum access_class {
    ACCESS_CLASS_NONE,    /* there is no such object */
    ACCESS_GROUP,         /* CLS-01: in a group, untagged */
    ACCESS_GROUP_PROJECT, /* CLS-02: in a group, tagged */
    ACCESS_PROJECT,       /* CLS-03: outside groups, tagged */
    ACCESS_PERSONAL,      /* CLS-04: outside groups, untagged */
};

/* The seven verbs (VLT-07), and the fetch of the key that all of them but `delete` stand on. */
enum access_verb {
    ACCESS_READ, /* fetch the key; see what is in a directory; fetch a group's key */
    ACCESS_VIEW,
    ACCESS_DOWNLOAD,
    ACCESS_CHANGE_PROJECT,
    ACCESS_SHARE,
    ACCESS_HISTORY,
    ACCESS_EDIT,
    ACCESS_DELETE,
    ACCESS_VERB_COUNT,
};

enum access_fact_kind {
    FACT_USER_ACTIVE,      /* user: not inactive, disabled or deleted */
    FACT_SESSION_OPEN,     /* session */
    FACT_OWNER,            /* user owns the object */
    FACT_HOLDS_KEY,        /* holder (user or group) has the file's wrapped key */
    FACT_SHARED,           /* a share with target, in force and with the mode asked for */
    FACT_GROUP_MEMBER,     /* group */
    FACT_GROUP_PERMISSION, /* group: the permission that the verb needs */
    FACT_PROJECT_MEMBER,   /* project: the tag, or one below it */
    FACT_PROJECT_ACTIVE,   /* project: the tag, or one below it, in the session */
    FACT_RESTRICTION,      /* project: the membership does not forbid the verb */
    FACT_CERTIFIED,        /* requirement; or the project, if it asks for more than can be met */
    FACT_KIND_COUNT,
};

struct access_fact {
    enum access_fact_kind kind;
    bool holds;
    struct id about;       /* the group, project, requirement, target, …; ID_NONE: the user */
    uint64_t made_by;      /* the event that made it so; UINT64_MAX: none did */
    uint64_t until_utc_us; /* when it ends by itself; 0: it does not */
};

struct access {
    bool allowed;
    enum access_class class;
    enum rule rule; /* of the class if allowed; else the one that refused */
    struct access_fact facts[ACCESS_FACTS_MAX];
    size_t fact_count;
};

/* Who asks. `session` ID_NONE: what could be done in some session. */
struct reader {
    struct id user;
    struct id session;
};

/* One function for each verb, over files, directories and groups; each checks all of its own.
 *
 *                   own                shared with          in a group's directory
 *     read          owner              any mode             member
 *     view          owner              can_view             member
 *     download      owner              can_download         member
 *     history       owner              any mode             member
 *     change tag    owner              --                   modify_project_tag
 *     share         owner              --                   owner; of a group: add_members
 *     edit          owner              can_edit             add_entries, and remove_entries for
 *                                                           somebody else's file
 *     delete        owner              --                   owner, or remove_entries; of a group:
 *                                                           owner
 *
 * A drive (DRV-10, DRV-14) is never in a directory. Whoever has it shared reads, views and shares
 * it on, in the mode of the share or a lower one, and edits it if that is rw; nobody downloads it.
 *
 * A restriction of a membership takes away: no_download to download, no_share to share, read_only
 * to edit, delete and change the tag. */
void may_read(const struct view *view, const struct reader *reader, struct id object,
              struct access *out);
void may_view(const struct view *view, const struct reader *reader, struct id object,
              struct access *out);
void may_download(const struct view *view, const struct reader *reader, struct id object,
                  struct access *out);
void may_change_project(const struct view *view, const struct reader *reader, struct id object,
                        struct access *out);
void may_share(const struct view *view, const struct reader *reader, struct id object,
               struct access *out);
void may_read_history(const struct view *view, const struct reader *reader, struct id object,
                      struct access *out);
void may_edit(const struct view *view, const struct reader *reader, struct id object,
              struct access *out);
void may_delete(const struct view *view, const struct reader *reader, struct id object,
                struct access *out);

/* The same by the verb's number, for whoever asks all of them. */
void access_of(enum access_verb verb, const struct view *view, const struct reader *reader,
               struct id object, struct access *out);

/* What is seen of an object in a listing (VLT-08, 1.18-6). Of a file whose requirements are not
 * met: name, type, owner, date and size; of a directory or group tagged with a project that she is
 * no member of: the name, and nothing of what is in it. Outside groups and shares: nothing at all.
 */
enum access_sight {
    ACCESS_SEES_NOTHING,
    ACCESS_SEES_NAME,
    ACCESS_SEES_ATTRIBUTES, /* the five */
    ACCESS_SEES_ALL,        /* may read it */
};
enum access_sight access_sees(const struct view *view, const struct reader *reader,
                              struct id object);

/* The tag that an object carries: its own, that of the nearest tagged directory above it, or that
 * of its group. ID_NONE: none, or there is no such object. */
struct id access_label(const struct view *view, struct id object);

/* Whether things of this kind are objects of access at all. */
bool access_is_object(enum id_kind kind);

/* `read`, `view`, …; and the phrase for a fact, as in `member of group:12`. */
const char *access_verb_name(enum access_verb verb);
const char *access_fact_phrase(enum access_fact_kind kind);

#endif

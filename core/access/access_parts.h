/*
 * core/access/access_parts.h -- what the files of core/access share; nobody else includes it.
 *
 * Shape    An inquiry is one question on its way to an answer: facts are noted as they are looked
 *          at, and the first refusal stays the reason.
 */
#ifndef CORE_ACCESS_ACCESS_PARTS_H
#define CORE_ACCESS_ACCESS_PARTS_H

#include "core/access/access.h"

#define NOTHING ((struct id){ID_NONE, 0})

/* Objects (access_object.c) ----------------------------------------------------------------- */

struct access_object {
    struct id id;
    struct id owner;         /* of a group its owner; of a user herself */
    struct id parent;        /* the place it is in; ID_NONE: none */
    struct id group;         /* whose directory it is in; of a group itself */
    struct id group_owner;   /* of that group, if it is not deleted */
    struct id group_project; /* the tag of that group */
    struct id project;       /* its tag, own or inherited */
    uint64_t made_by;        /* the event that made it as it is */
};

/* False if there is none that can be seen through to its top. */
bool access_object_find(const struct view *view, struct id id, struct access_object *out);

enum access_class access_object_class(const struct access_object *object);

/* The tag of the nearest tagged directory above the object, in which it then lies. */
struct id access_object_tag_above(const struct view *view, const struct access_object *object);

/* Inquiries --------------------------------------------------------------------------------- */

struct inquiry {
    const struct view *view;
    struct view login; /* as of when the session was opened; else the same */
    struct view kept;  /* that revocations count in: the same, unless a policy says otherwise */
    const struct reader *reader;
    enum access_verb verb;
    struct access_object object;
    struct id active;         /* project of the session */
    uint64_t session_made_by; /* the event that made the session as it is */
    struct access *out;
};

/* Looks at the user and the session. */
void access_ask_reader(struct inquiry *inquiry);

/* Notes a fact. */
void access_note(struct inquiry *inquiry, const struct access_fact *fact);
/* The first refusal is the one that counts. */
void access_refuse(struct inquiry *inquiry, enum rule rule);
/* CLS-01a to CLS-04a. */
enum rule access_class_rule(enum access_class class);

/* Whether she is in the group: noted. *member and *made_by are the membership. */
bool access_ask_member(struct inquiry *inquiry, struct id group, struct group_member_row *member,
                       uint64_t *made_by);

/* Shares and keys (access_share.c) ---------------------------------------------------------- */

/* Files and drives are shared and have keys of their own; directories and groups have not. */
bool access_is_shared_by_itself(enum id_kind kind);

/* The share that leads furthest: with herself or with a group that she is in. */
struct access_offer {
    struct id target;
    struct id project; /* the tag of the group that it is with */
};
/* Looks for it, notes it, and refuses what it does not carry. */
void access_ask_offer(struct inquiry *inquiry, struct access_offer *out);

/* Looks at the key of the object, wrapped for the reader, or for a group whose key of then she
 * holds. */
void access_ask_key(struct inquiry *inquiry, struct id group);

/* Projects (access_project.c) --------------------------------------------------------------- */

/* Looks at all that a tag asks for. Of an object's own it is needed that it is active. */
enum access_activity {
    ACTIVITY_NEEDED,
    ACTIVITY_ANY
};
void access_ask_project(struct inquiry *inquiry, struct id tag, enum access_activity activity);

/* Whether all that is met, whatever is active; notes nothing. */
bool access_meets(const struct inquiry *inquiry, struct id tag);

/* Whether the reader is a member of the project or, upwards, of one below it. */
bool access_stands_in(struct inquiry *inquiry, struct id tag);

#endif

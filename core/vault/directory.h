/*
 * core/vault/directory.h -- directories, and the entries by which files and directories are found.
 *
 * Shape     The tops of the tree are ids: a user's own files, and a group's directory. A place is
 *           a top or a directory. In the own tree its user does everything; in a group's the
 *           group's permissions say who does what, and whoever owns an object may rename and
 *           remove its entry. A place that one may not read is not written into either.
 *           Listed it is also by whoever only lacks what its project asks for; all is locked then.
 * Moves     Between places of one top, by whoever may on both sides. In or out of a group only the
 *           owner moves, and a directory only while it is empty, because keys go with it: into a
 *           group the file's key comes wrapped for the group, out of it the group's is removed
 *           (GRP-11). A label is kept (core/vault/tag.h).
 * State     `dir` by id, `entry` by place and name. A directory whose entry was removed is no
 *           more; a file stays, with its keys.
 * Decide    vault.dir.create, rename_entry, remove_entry, list; vault.dir.move_entry in
 *           directory_move.c.
 * Source    domain.md VLT-01b, VLT-08, VLT-09, GRP-08, GRP-11.
 */
#ifndef CORE_VAULT_DIRECTORY_H
#define CORE_VAULT_DIRECTORY_H

#include "core/decision.h"
#include "core/evolution.h"

/* A file or a directory, as far as they are alike. ID_NONE where there is none. */
struct vault_object {
    struct id id;
    struct id parent; /* the place it is in */
    struct bytes name;
    struct id owner;
    struct id group;   /* whose directory it is in */
    struct id project; /* its own tag */
};

/* Whether there is such a file or directory. */
bool vault_object_by_id(const struct view *view, struct id id, struct vault_object *out);

/* Where things are: a user, a group or a directory. */
struct vault_place {
    struct id id;
    struct id owner; /* of the own tree that it belongs to; ID_NONE in a group's */
    struct id group; /* ID_NONE in an own tree */
};

bool vault_place_by_id(const struct view *view, struct id id, struct vault_place *out);

/* The object of that name in a place; false if there is none. */
bool directory_find(const struct view *view, struct id place, struct bytes name, struct id *out);
bool directory_is_empty(const struct view *view, struct id place);

/* 1 to 255 bytes without slash and control characters, and not `.` or `..`. */
bool directory_is_name(struct bytes name);

/* Whether a new entry of this name may be made there: the rule that forbids it, or RULE_NONE.
 * `otherwise` is the rule for whoever may not. */
struct directory_addition {
    struct id place;
    struct bytes name;
    enum group_permission permission; /* that it takes in a group's directory */
    enum rule otherwise;
};
enum rule directory_add_refusal(const struct view *view, const struct actor *actor,
                                const struct directory_addition *addition, struct vault_place *out);

/* The rule that forbids to rename, move or remove the entry of this name, or RULE_NONE with what it
 * leads to and where. */
struct directory_entry {
    struct id parent;
    struct bytes name;
};
enum rule directory_change_refusal(const struct view *view, const struct actor *actor,
                                   const struct directory_entry *entry, struct vault_object *object,
                                   struct vault_place *place);

/* For evolve: an entry leads to the object from here on, which is nowhere else. A place that is
 * none (ID_NONE) is nowhere. `group`: whose directory it is in from here on; NULL: as before. */
void directory_enter(struct evolution *evolution, const struct entry_row *entry,
                     const struct id *group);

#endif

/*
 * core/vault/tag.h -- the projects that files, directories and groups are tagged with.
 *
 * Shape    An object's tag is its own; if it has none, that of the nearest tagged directory above
 *          it; else that of its group. So an object never loses a label by being moved or taken
 *          out of a directory: what it inherited becomes its own, unless the new place is above it
 *          (GRP-11).
 * State    `tagged`: by project, what carries its tag as its own.
 * Decide   vault.file.set_project, vault.dir.set_project.
 * Evolve   vault.file.project_changed, vault.dir.project_changed.
 * Source   domain.md VLT-11, GRP-09 to GRP-12, PRJ-12, PRJ-14.
 */
#ifndef CORE_VAULT_TAG_H
#define CORE_VAULT_TAG_H

#include "core/decision.h"
#include "core/evolution.h"

#define UNTAGGED ((struct id){ID_NONE, 0})

/* The tag of a file, directory or group, its own or inherited. */
struct id tag_of(const struct view *view, struct id object);

/* What an object without a tag of its own inherits there: from a directory, user or group. */
struct id tag_of_place(const struct view *view, struct id place);

struct tag_change {
    struct id object, from, to;
    struct bytes reason;
};

/* Adds classification.lowered if the change is none upwards. */
void tag_note_lowered(const struct view *view, struct decision *decision,
                      const struct tag_change *change);

/* Adds the event by which a file or directory has as its own the tag that it has inherited so
 * far. */
void tag_keep(struct decision *decision, struct id object, struct id tag);

/* One more subject of the event decided last, unless it is none. */
void tag_about(struct decision *decision, struct id subject);

/* Moves an object from what was tagged with one project to what is tagged with another. */
void tag_retag(struct evolution *evolution, struct id object, struct id from, struct id to);

#endif

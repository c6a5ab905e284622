/*
 * core/vm/access_directory.h -- directories in a machine for some of its users.
 *
 * Shape     The machine's owner has access to every one. For the rest it is everybody (all users
 *           of the machine), nobody, managers (whoever has that role in it at that moment), or
 *           custom: those listed, to read or to read and write. The first three are computed and
 *           never stored. Whoever is in no list, or in the machine no more, has none.
 * State     `accessdir` by id, `accessdir_name` by machine and name.
 * Decide    vm.accessdir.create, set, delete.
 * Evolve    vm.accessdir.created, changed, deleted.
 *
 * Source    domain.md VM-10.
 */
#ifndef CORE_VM_ACCESS_DIRECTORY_H
#define CORE_VM_ACCESS_DIRECTORY_H

#include "core/decision.h"

/* One that is there, in a machine that is; *out may be NULL. */
bool access_directory_by_id(const struct view *view, struct id directory,
                            struct accessdir_row *out);

/* Whether somebody may read (DRIVE_MODE_RO), or write as well (DRIVE_MODE_RW), what is in it. */
bool access_directory_allows(const struct view *view, struct id directory, struct id user,
                             enum drive_mode mode);

#endif

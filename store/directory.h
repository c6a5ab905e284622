/*
 * store/directory.h -- the directory of an environment: made once, local, and locked by its writer.
 *
 * Shape    A directory is an open descriptor. Who writes holds an open-file-description lock on
 *          `writer.lock` in it; the file's text is his process id, for the message to the next.
 * Process  The kernel lets the lock go when its holder ends, however he ends. The file stays.
 * Source   reliability.md F.2: P12, P18, P24.
 */
#ifndef STORE_DIRECTORY_H
#define STORE_DIRECTORY_H

#include "schema/text.h"

enum directory_use {
    DIRECTORY_OPEN,
    DIRECTORY_CREATE, /* made, mode 0700 whatever the umask, and its own entry synced */
};

/* On success *out is the caller's to close. NOT_FOUND; IO (errno), with a reason on a remote file
 * system. */
MUST_CHECK struct status directory_open(const char *path, enum directory_use use, int *out);

/* Writes the path of a file in it. IO with ENAMETOOLONG. */
MUST_CHECK struct status directory_path(const char *path, const char *name, struct text *out);

/* Locks; *out is the caller's to close, which unlocks. IN_USE at the process that holds it. */
MUST_CHECK struct status directory_lock(int directory, int *out);

/* The process that holds the lock: 0 if none does, or it cannot be told. */
uint64_t directory_writer(int directory);

/* Makes an empty file of mode 0600, whatever the umask. EXISTS, IO. */
MUST_CHECK struct status directory_make_file(int directory, const char *name);

/* Whether there is a file of that name. */
bool directory_has(int directory, const char *name);

/* The bytes of a file. */
MUST_CHECK struct status directory_file_size(int directory, const char *name, uint64_t *size);

/* Gives a file another name once its bytes are durable, and makes that durable too. */
MUST_CHECK struct status directory_rename(int directory, const char *from, const char *to);

/* Removes a file; OK if there is none. */
MUST_CHECK struct status directory_remove(int directory, const char *name);

/* Makes the entries of the directory durable. */
MUST_CHECK struct status directory_sync(int directory);

#endif

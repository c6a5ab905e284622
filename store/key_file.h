/*
 * store/key_file.h -- small files that hold keys: written whole or not at all, and for their owner.
 *
 * Shape    Under a name of this process until it is whole: half a key in its place would bar the
 *          way to a whole one. A file takes another's place only where that is asked for, and then
 *          in one step: there is the old one or the new one at any moment.
 * Source   reliability.md F.2: P11, P12.
 */
#ifndef STORE_KEY_FILE_H
#define STORE_KEY_FILE_H

#include "schema/bytes.h"

enum key_file_readers {
    KEY_FILE_SECRET, /* mode 0600: its owner alone */
    KEY_FILE_PUBLIC, /* mode 0644 */
};

/* Writes a new file, synced with its directory. EXISTS, NOT_FOUND (no directory), IO. */
MUST_CHECK struct status key_file_save(struct bytes bytes, enum key_file_readers readers,
                                       const char *path);

/* Writes a file in the place of one that is there, likewise. NOT_FOUND, KEY if it is no regular
 * file, IO. */
MUST_CHECK struct status key_file_replace(struct bytes bytes, enum key_file_readers readers,
                                          const char *path);

/* Reads the first `capacity` bytes. Of a secret one, a mode that lets group or others in is refused
 * with KEY, and so is what is no regular file. NOT_FOUND, IO. */
MUST_CHECK struct status key_file_load(const char *path, enum key_file_readers readers, char *out,
                                       size_t capacity, size_t *size);

#endif

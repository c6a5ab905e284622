/*
 * auditd/writer/disk.h -- the room on the store's disk, and a file that keeps some in reserve.
 *
 * Shape    STORE/reserve is a file of blocks that nobody needs, until the disk is nearly full: then
 *          it is removed, and what is critical still finds room. It is made anew when there is
 *          room again.
 * Limits   The reserve is at most a fiftieth of the file system.
 * Errors   IO with errno.
 * Source   reliability.md M8 (after the store exists: LMDB goes on in blocks that it has), E.5.
 */
#ifndef AUDITD_WRITER_DISK_H
#define AUDITD_WRITER_DISK_H

#include "auditd/writer/ladder.h"

#define DISK_RESERVE_NAME "reserve"

struct disk {
    int directory; /* the store's; -1: not open */
    uint64_t reserve;
};

/* `reserve`: bytes to be kept, 0: none. disk_close ends it. */
MUST_CHECK struct status disk_open(const char *store, uint64_t reserve, struct disk *out);
void disk_close(struct disk *disk);

MUST_CHECK struct status disk_look(const struct disk *disk, struct ladder_room *out);
/* Makes the reserve unless it is there. Without room for it there is none, which is no failure. */
MUST_CHECK struct status disk_keep_reserve(const struct disk *disk);
/* Lets it go, if it is there. */
MUST_CHECK struct status disk_use_reserve(const struct disk *disk);

#endif

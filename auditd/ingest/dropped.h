/*
 * auditd/ingest/dropped.h -- what was refused without reaching the log, counted by emitter.
 *
 * Shape    A table of counts; from time to time the fullest become notes to the writer, which says
 *          them as emitter.dropped, and a note that was taken is subtracted: what is refused
 *          meanwhile stays counted.
 * Limits   DROPPED_MAX emitters and reasons; whoever does not fit is counted as `others`.
 * Source   docs/decisions/0045-from-socket-to-log.md.
 */
#ifndef AUDITD_INGEST_DROPPED_H
#define AUDITD_INGEST_DROPPED_H

#include "schema/bytes.h"
#include "schema/limits.h"

enum {
    DROPPED_MAX = 128,
};

/* Why. The words go into the log. */
enum drop {
    DROP_QUOTA,   /* over what the emitter or the user may bring */
    DROP_FULL,    /* the disk has no room for it */
    DROP_REFUSED, /* acknowledged as queued, and refused by the writer after that */
    DROP_COUNT,
};
const char *drop_word(enum drop why);

struct dropped_row {
    char emitter[NAME_MAX_SIZE + 1]; /* as it calls itself; empty: others */
    enum drop why;
    uint64_t events;
    uint64_t first_utc_us, last_utc_us;
};

struct dropped {
    struct dropped_row rows[DROPPED_MAX];
    uint64_t total;
};

void dropped_count(struct dropped *dropped, struct bytes emitter, enum drop why, uint64_t events,
                   uint64_t now_utc_us);
/* The row with the most events; NULL: nothing is counted. */
const struct dropped_row *dropped_most(const struct dropped *dropped);
/* What was told of a row, as it stood when it was told. */
void dropped_told(struct dropped *dropped, const struct dropped_row *told);

#endif

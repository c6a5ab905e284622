/*
 * auditd/writer/silence.h -- whether an emitter has been heard of as often as it should.
 *
 * Shape    An emitter is heard when its counter has gone on. One that is not heard for its
 *          heartbeat is silent, which is told once; so is that it is heard again. Without a
 *          heartbeat there is nothing to tell. Nobody is silent before the daemon has listened for
 *          a whole heartbeat.
 * Source   reliability.md F75, B2; domain.md AUD-13.
 */
#ifndef AUDITD_WRITER_SILENCE_H
#define AUDITD_WRITER_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

struct silence_time {
    uint64_t utc_us, boot_us; /* of the clock of the day, and since the machine started */
};

struct silence {
    bool listening;
    bool silent;
    uint64_t emitter_n;
    struct silence_time heard; /* or when listening began */
};

enum silence_news {
    SILENCE_NO_NEWS,
    SILENCE_SILENT, /* since silence.heard */
    SILENCE_HEARD,  /* after silence since *since_utc_us */
};

/* Looks at the emitter's counter; a heartbeat of 0 is none. */
enum silence_news silence_look(struct silence *silence, uint64_t emitter_n, uint64_t heartbeat_us,
                               const struct silence_time *now, uint64_t *since_utc_us);

#endif

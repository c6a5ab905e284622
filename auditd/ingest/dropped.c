#include "auditd/ingest/dropped.h"

#include <assert.h>

const char *drop_word(enum drop why)
{
    static const char *const words[DROP_COUNT] = {
        [DROP_QUOTA] = "over its quota",
        [DROP_FULL] = "the disk has no room",
        [DROP_REFUSED] = "refused after it was queued",
    };
    assert(why < DROP_COUNT);
    return words[why];
}

static bool is_of(const struct dropped_row *row, struct bytes emitter, enum drop why)
{
    return row->events > 0 && row->why == why &&
           bytes_equal(bytes_of_string(row->emitter), emitter);
}

static struct dropped_row *find(struct dropped *dropped, struct bytes emitter, enum drop why)
{
    struct dropped_row *unused = NULL;
    for (size_t i = 0; i < DROPPED_MAX; i++) {
        struct dropped_row *row = &dropped->rows[i];
        if (is_of(row, emitter, why)) {
            return row;
        }
        /* The last ones are kept for the others, one for each reason. */
        if (unused == NULL && row->events == 0 &&
            (i + DROP_COUNT < DROPPED_MAX || emitter.size == 0)) {
            unused = row;
        }
    }
    if (unused == NULL) {
        return emitter.size > 0 ? find(dropped, (struct bytes){0}, why) : NULL;
    }
    unused->why = why;
    memcpy(unused->emitter, emitter.data == NULL ? (const uint8_t *)"" : emitter.data,
           emitter.size);
    unused->emitter[emitter.size] = '\0';
    return unused;
}

void dropped_count(struct dropped *dropped, struct bytes emitter, enum drop why, uint64_t events,
                   uint64_t now_utc_us)
{
    assert(emitter.size <= NAME_MAX_SIZE);
    struct dropped_row *row = events > 0 ? find(dropped, emitter, why) : NULL;
    if (row != NULL) {
        row->first_utc_us = row->events == 0 ? now_utc_us : row->first_utc_us;
        row->last_utc_us = now_utc_us;
        row->events += events;
        dropped->total += events;
    }
}

const struct dropped_row *dropped_most(const struct dropped *dropped)
{
    const struct dropped_row *most = NULL;
    for (size_t i = 0; i < DROPPED_MAX; i++) {
        const struct dropped_row *row = &dropped->rows[i];
        if (row->events > 0 && (most == NULL || row->events > most->events)) {
            most = row;
        }
    }
    return most;
}

void dropped_told(struct dropped *dropped, const struct dropped_row *told)
{
    for (size_t i = 0; i < DROPPED_MAX; i++) {
        struct dropped_row *row = &dropped->rows[i];
        if (is_of(row, bytes_of_string(told->emitter), told->why)) {
            row->events -= told->events < row->events ? told->events : row->events;
            row->first_utc_us = told->last_utc_us;
            return;
        }
    }
}

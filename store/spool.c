#include "store/directory.h"
#include "store/spool_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    TIDY = 1 << 20, /* bytes of a segment of which nothing is needed any more */
};

/* Opening --------------------------------------------------------------------------------- */

static struct status open_directory(struct spool *spool, const char *path)
{
    if (spool->only_look) {
        return directory_open(path, DIRECTORY_OPEN, &spool->directory);
    }
    TRY(directory_open(path, DIRECTORY_CREATE, &spool->directory));
    return directory_lock(spool->directory, &spool->lock);
}

static struct status open_parts(struct spool *spool, const char *path)
{
    TRY(hasher_open(&spool->hasher));
    spool->window = malloc(SPOOL_WINDOW);
    if (spool->window == NULL) {
        return FAIL(NO_MEMORY, SPOOL_WINDOW);
    }
    if (path == NULL) {
        return OK;
    }
    TRY(open_directory(spool, path));
    TRY(spool_stand_open(spool));
    TRY(spool_scan(spool));
    /* Before the first segment, so that a segment without a stand is always damage. */
    return spool->stand.generation == 0 && !spool->only_look ? spool_stand_write(spool, true) : OK;
}

struct status spool_open(const struct spool_options *options, struct spool **out)
{
    if (options->bytes_max < SPOOL_BYTES_MIN || options->records_max == 0) {
        return FAIL_BECAUSE(LIMIT, SPOOL_BYTES_MIN, "a spool has room for 4,096 bytes at least");
    }
    CLEANUP(spool_close) struct spool *spool = calloc(1, sizeof *spool);
    if (spool == NULL) {
        return FAIL(NO_MEMORY, sizeof *spool);
    }
    spool->directory = spool->lock = spool->stand_file = -1;
    spool->bytes_max = options->bytes_max;
    spool->records_max = options->records_max;
    spool->only_look = options->only_look;
    TRY(open_parts(spool, options->directory));
    *out = spool;
    spool = NULL;
    return OK;
}

static void close_file(int file)
{
    if (file >= 0) {
        (void)close(file);
    }
}

void spool_close(struct spool **spool)
{
    if (*spool == NULL) {
        return;
    }
    for (size_t i = 0; i < (*spool)->segment_count; i++) {
        close_file((*spool)->segments[i].file);
    }
    close_file((*spool)->stand_file);
    close_file((*spool)->lock);
    close_file((*spool)->directory);
    hasher_close(&(*spool)->hasher);
    free((*spool)->window);
    free(*spool);
    *spool = NULL;
}

static struct status check_usable(const struct spool *spool)
{
    TRY(spool->failed);
    return spool->only_look ? FAIL(READ_ONLY, 0) : OK;
}

/* Adding ---------------------------------------------------------------------------------- */

static uint64_t segment_size_max(const struct spool *spool)
{
    uint64_t share = spool->bytes_max / 8;
    return share < SPOOL_SEGMENT_MAX ? share : SPOOL_SEGMENT_MAX;
}

static bool begins_segment(const struct spool *spool)
{
    return spool->segment_count == 0 ||
           spool->segments[spool->segment_count - 1].size >= segment_size_max(spool);
}

static bool has_room(const struct spool *spool, uint64_t size)
{
    uint64_t header = begins_segment(spool) ? SPOOL_HEADER_SIZE : 0;
    return spool->bytes + header + size <= spool->bytes_max;
}

/* Everything has been sent, but lies in the segment that is written to. */
static struct status empty(struct spool *spool)
{
    TRY(spool_segment_begin(spool));
    return spool_segments_drop(spool);
}

struct status spool_append(struct spool *spool, struct bytes record)
{
    TRY(check_usable(spool));
    uint64_t size = SPOOL_RECORD_HEADER + record.size;
    if (record.size == 0 || record.size > SPOOL_RECORD_MAX ||
        SPOOL_HEADER_SIZE + size > spool->bytes_max) {
        return FAIL_BECAUSE(LIMIT, SPOOL_RECORD_MAX, "the record is larger than the spool allows");
    }
    if (spool->last - spool->stand.trimmed >= spool->records_max) {
        return FAIL_BECAUSE(LIMIT, spool->records_max, SPOOL_IS_FULL);
    }
    if (!has_room(spool, size) && spool->last == spool->stand.trimmed && spool->bytes > 0) {
        TRY(empty(spool));
    }
    if (!has_room(spool, size)) {
        return FAIL_BECAUSE(LIMIT, spool->bytes_max, SPOOL_IS_FULL);
    }
    TRY(begins_segment(spool) ? spool_segment_begin(spool) : OK);
    return spool_segment_add(spool, record);
}

struct status spool_sync(struct spool *spool)
{
    TRY(check_usable(spool));
    if (spool->stand.synced >= spool->last || spool->segment_count == 0) {
        return OK;
    }
    if (spool->directory >= 0 && fdatasync(spool->segments[spool->segment_count - 1].file) != 0) {
        spool->failed = FAIL_BECAUSE(STOPPED, (uint64_t)errno, "the spool could not be synced");
        return spool->failed;
    }
    spool->stand.synced = spool->last;
    return spool_stand_write(spool, false);
}

/* Trimming -------------------------------------------------------------------------------- */

/* What was sent and acknowledged would be read and checked at every open, to no end. That there is
 * no room for a new segment is no reason not to trim. */
static struct status tidy(struct spool *spool)
{
    uint64_t most = segment_size_max(spool) < TIDY ? segment_size_max(spool) : TIDY;
    if (spool->last != spool->stand.trimmed || spool->segment_count == 0 ||
        spool->segments[spool->segment_count - 1].size < most ||
        spool->segments[spool->segment_count - 1].size == SPOOL_HEADER_SIZE) {
        return OK;
    }
    struct status status = empty(spool);
    return failed(status) ? spool->failed : OK;
}

static struct status trim(struct spool *spool, uint64_t number, struct bytes note, bool durable)
{
    TRY(check_usable(spool));
    if (note.size > SPOOL_NOTE_MAX) {
        return FAIL_BECAUSE(LIMIT, SPOOL_NOTE_MAX, "the note is too big");
    }
    if (number < spool->stand.trimmed || number > spool->last) {
        return FAIL_BECAUSE(LIMIT, spool->last, "there is no such record to be trimmed");
    }
    const struct spool_stand before = spool->stand;
    spool->stand.trimmed = number;
    spool->stand.note_size = note.size;
    if (note.size > 0) {
        memcpy(spool->stand.note, note.data, note.size);
    }
    struct status status = spool_stand_write(spool, durable);
    if (failed(status)) {
        uint64_t generation = spool->stand.generation;
        spool->stand = before;
        spool->stand.generation = generation;
        return status;
    }
    TRY(spool_segments_drop(spool));
    return tidy(spool);
}

struct status spool_trim(struct spool *spool, uint64_t number, struct bytes note)
{
    return trim(spool, number, note, false);
}

struct status spool_trim_durably(struct spool *spool, uint64_t number, struct bytes note)
{
    return trim(spool, number, note, true);
}

struct bytes spool_note(const struct spool *spool)
{
    return bytes_of(spool->stand.note, spool->stand.note_size);
}

/* Reading --------------------------------------------------------------------------------- */

static struct spool_place find(const struct spool *spool, uint64_t number)
{
    size_t segment = 0;
    while (spool->segments[segment].last < number) {
        segment++;
    }
    const struct spool_place *place = &spool->place;
    return place->number > 0 && place->number <= number && place->segment == segment
               ? *place
               : spool_segment_start(spool, segment);
}

struct status spool_read(struct spool *spool, uint64_t number, struct bytes *record)
{
    TRY(spool->failed);
    if (number <= spool->stand.trimmed || number > spool->last) {
        return FAIL(NOT_FOUND, number);
    }
    struct spool_place place = find(spool, number);
    while (place.number <= number) {
        struct status status = spool_segment_read(spool, &place, record);
        if (failed(status)) {
            /* The file was checked when it was opened: it has been changed since. */
            return status.code == STATUS_IO
                       ? status
                       : FAIL_BECAUSE(CORRUPT, place.number, "the spool has been changed");
        }
    }
    spool->place = place;
    return OK;
}

struct spool_counts spool_counts(const struct spool *spool)
{
    return (struct spool_counts){.trimmed = spool->stand.trimmed,
                                 .last = spool->last,
                                 .synced = spool->stand.synced,
                                 .bytes = spool->bytes,
                                 .torn_size = spool->torn_size};
}

#include "schema/text.h"
#include "store/directory.h"
#include "store/spool_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    DIGITS = 20,
    NAME_SIZE = 32,  /* characters */
    ZEROS_LEAST = 8, /* at the end of a record of which the end never came */
};

static struct status io_failure(void)
{
    return FAIL(IO, (uint64_t)errno);
}

/* Names ----------------------------------------------------------------------------------- */

/* `00000000000000000017.spool` */
static bool read_name(const char *name, uint64_t *first)
{
    const char *digits = name;
    if (strlen(name) != DIGITS + 6 || strcmp(name + DIGITS, ".spool") != 0) {
        return false;
    }
    *first = 0;
    for (size_t i = 0; i < DIGITS; i++) {
        if (digits[i] < '0' || digits[i] > '9' ||
            __builtin_mul_overflow(*first, UINT64_C(10), first) ||
            __builtin_add_overflow(*first, (uint64_t)(digits[i] - '0'), first)) {
            return false;
        }
    }
    return *first > 0 && *first < UINT64_MAX;
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static void close_listing(DIR **listing)
{
    if (*listing != NULL) {
        (void)closedir(*listing);
    }
}

static struct status list_segments(const struct spool *spool, uint64_t *firsts, size_t *count)
{
    int descriptor = openat(spool->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP(close_listing) DIR *listing = descriptor < 0 ? NULL : fdopendir(descriptor);
    if (listing == NULL) {
        return io_failure();
    }
    const struct dirent *entry;
    *count = 0;
    while ((entry = readdir(listing)) != NULL) {
        uint64_t first;
        if (!read_name(entry->d_name, &first)) {
            continue;
        }
        if (*count == SPOOL_SEGMENTS_MAX) {
            return FAIL_BECAUSE(LIMIT, SPOOL_SEGMENTS_MAX, "the spool has too many segments");
        }
        firsts[(*count)++] = first;
    }
    qsort(firsts, *count, sizeof *firsts, compare_numbers);
    return OK;
}

/* Torn or damaged -------------------------------------------------------------------------- */

static bool only_zeros(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Whether the last bytes of the file from `offset` on are zeros: all, or `least` of them. */
static struct status ends_in_zeros(const struct spool_segment *segment, uint64_t offset,
                                   uint64_t least, bool *zeros)
{
    uint8_t piece[4096];
    uint64_t start = segment->size - offset < least ? offset : segment->size - least;
    *zeros = true;
    while (*zeros && start < segment->size) {
        ssize_t got = pread(segment->file, piece, sizeof piece, (off_t)start);
        if (got <= 0) {
            return got < 0 ? io_failure() : FAIL(IO, EIO);
        }
        *zeros = only_zeros(piece, (size_t)got);
        start += (uint64_t)got;
    }
    return OK;
}

/* What does not hold at the end of the newest segment may be what a crash left of the last write:
 * less than a record, or, once the machine has gone down, one of which blocks are missing. */
static struct status judge_tail(const struct spool *spool, const struct spool_place *place,
                                struct status found)
{
    const struct spool_segment *segment = &spool->segments[place->segment];
    bool zeros = false;
    if (place->number <= spool->stand.synced || place->segment + 1 < spool->segment_count) {
        return FAIL_BECAUSE(CORRUPT, place->number,
                            found.why != NULL ? found.why : "a segment of the spool is cut short");
    }
    if (found.code == STATUS_TRUNCATED) {
        return OK;
    }
    uint8_t header[SPOOL_RECORD_HEADER];
    ssize_t got = pread(segment->file, header, sizeof header, (off_t)place->offset);
    if (got != (ssize_t)sizeof header) {
        return got < 0 ? io_failure() : FAIL(IO, EIO);
    }
    uint64_t end = place->offset + sizeof header + bytes_read_u32(header);
    bool sized = !only_zeros(header, sizeof header);
    TRY(ends_in_zeros(segment, place->offset, sized ? ZEROS_LEAST : UINT64_MAX, &zeros));
    return zeros && (!sized || end == segment->size) ? OK : found;
}

static struct status cut_tail(struct spool *spool, struct spool_segment *segment, uint64_t offset)
{
    spool->torn_size += segment->size - offset;
    if (!spool->only_look && ftruncate(segment->file, (off_t)offset) != 0) {
        return io_failure();
    }
    segment->size = offset;
    spool->window_size = 0;
    return OK;
}

/* Segments -------------------------------------------------------------------------------- */

static struct status scan_records(struct spool *spool, size_t index)
{
    struct spool_segment *segment = &spool->segments[index];
    struct spool_place place = spool_segment_start(spool, index);
    struct status status;
    struct bytes record;
    do {
        status = spool_segment_read(spool, &place, &record);
    } while (!failed(status));
    if (status.code != STATUS_NOT_FOUND) {
        if (status.code != STATUS_TRUNCATED && status.code != STATUS_CORRUPT) {
            return status;
        }
        TRY(judge_tail(spool, &place, status));
        TRY(cut_tail(spool, segment, place.offset));
    }
    segment->last = place.number - 1;
    segment->link = place.link;
    spool->last = segment->last;
    spool->bytes += segment->size;
    return OK;
}

static struct status open_segment(struct spool *spool, uint64_t first,
                                  struct spool_segment *segment)
{
    struct stat about;
    char name[NAME_SIZE];
    (void)snprintf(name, sizeof name, "%020" PRIu64 ".spool", first);
    int how = (spool->only_look ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW;
    *segment = (struct spool_segment){.first = first, .last = first - 1};
    segment->file = openat(spool->directory, name, how);
    if (segment->file < 0) {
        return io_failure();
    }
    if (fstat(segment->file, &about) != 0) {
        return io_failure();
    }
    segment->size = (uint64_t)about.st_size;
    return OK;
}

/* The newest segment of which not even the header came: nothing was ever in it. */
static struct status drop_unborn(struct spool *spool, struct spool_segment *segment, bool *unborn)
{
    uint8_t header[SPOOL_HEADER_SIZE];
    ssize_t got = pread(segment->file, header, sizeof header, 0);
    if (got < 0) {
        return io_failure();
    }
    *unborn = segment->size < SPOOL_HEADER_SIZE ||
              (segment->size == SPOOL_HEADER_SIZE && only_zeros(header, sizeof header));
    if (!*unborn) {
        return OK;
    }
    char name[NAME_SIZE];
    (void)snprintf(name, sizeof name, "%020" PRIu64 ".spool", segment->first);
    spool->torn_size += segment->size;
    return spool->only_look ? OK : directory_remove(spool->directory, name);
}

static struct status follow_on(const struct spool *spool, const struct spool_segment *segment)
{
    if (spool->segment_count == 0) {
        return segment->first > spool->stand.trimmed + 1
                   ? FAIL_BECAUSE(CORRUPT, spool->stand.trimmed + 1,
                                  "a segment of the spool is missing")
                   : OK;
    }
    const struct spool_segment *before = &spool->segments[spool->segment_count - 1];
    return segment->first != before->last + 1 || !digest_equal(&segment->before, &before->link)
               ? FAIL_BECAUSE(CORRUPT, segment->first,
                              "a segment of the spool does not follow the one before it")
               : OK;
}

static struct status add_segment(struct spool *spool, uint64_t first, bool newest)
{
    bool unborn = false;
    struct spool_segment segment;
    struct status status = open_segment(spool, first, &segment);
    if (!failed(status) && newest && first > spool->stand.synced) {
        status = drop_unborn(spool, &segment, &unborn);
    }
    if (!failed(status) && !unborn) {
        status = spool_header_read(spool, &segment);
        status = failed(status) ? status : follow_on(spool, &segment);
    }
    if (failed(status) || unborn) {
        if (segment.file >= 0) {
            (void)close(segment.file);
        }
        return status;
    }
    spool->segments[spool->segment_count++] = segment;
    return OK;
}

/* The end ---------------------------------------------------------------------------------- */

static struct status check_end(struct spool *spool)
{
    if (spool->last < spool->stand.synced && spool->stand.trimmed < spool->stand.synced) {
        return FAIL_BECAUSE(CORRUPT, spool->last + 1, "records of the spool are missing");
    }
    /* They were sent and acknowledged before the machine went down with them unsynced. */
    if (spool->last < spool->stand.trimmed && !spool->only_look) {
        TRY(spool_segments_remove(spool, spool->segment_count));
        spool->last = spool->stand.trimmed;
    }
    return OK;
}

struct status spool_scan(struct spool *spool)
{
    uint64_t firsts[SPOOL_SEGMENTS_MAX];
    size_t count;
    TRY(list_segments(spool, firsts, &count));
    if (count > 0 && spool->stand.generation == 0) {
        return FAIL_BECAUSE(CORRUPT, 0, "nothing says how far the spool has been sent");
    }
    for (size_t i = 0; i < count; i++) {
        size_t before = spool->segment_count;
        TRY(add_segment(spool, firsts[i], i + 1 == count));
        TRY(spool->segment_count > before ? scan_records(spool, before) : OK);
    }
    TRY(check_end(spool));
    return spool->only_look ? OK : spool_segments_drop(spool);
}

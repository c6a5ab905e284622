#include "schema/text.h"
#include "store/directory.h"
#include "store/spool_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    NAME_SIZE = 32, /* characters */
};

static struct status io_failure(void)
{
    return FAIL(IO, (uint64_t)errno);
}

static void write_name(uint64_t first, char name[static NAME_SIZE])
{
    (void)snprintf(name, NAME_SIZE, "%020" PRIu64 ".spool", first);
}

/* Headers --------------------------------------------------------------------------------- */

static void check_of_header(struct spool *spool, const uint8_t header[static SPOOL_HEADER_CHECKED],
                            uint8_t check[static 8])
{
    struct digest digest = hash_bytes(spool->hasher, bytes_of(header, SPOOL_HEADER_CHECKED));
    memcpy(check, digest.sha256, 8);
}

static void write_header(struct spool *spool, const struct spool_segment *segment,
                         uint8_t header[static SPOOL_HEADER_SIZE])
{
    memcpy(header, SPOOL_MAGIC, SPOOL_MAGIC_SIZE);
    bytes_write_u64(header + SPOOL_MAGIC_SIZE, segment->first);
    memcpy(header + SPOOL_MAGIC_SIZE + 8, segment->before.sha256, DIGEST_SIZE);
    check_of_header(spool, header, header + SPOOL_HEADER_CHECKED);
}

struct status spool_header_read(struct spool *spool, struct spool_segment *segment)
{
    uint8_t header[SPOOL_HEADER_SIZE], check[8];
    ssize_t got = pread(segment->file, header, sizeof header, 0);
    if (got < 0) {
        return io_failure();
    }
    if (got < (ssize_t)sizeof header) {
        return FAIL_BECAUSE(CORRUPT, segment->first, "a segment of the spool has no header");
    }
    check_of_header(spool, header, check);
    if (memcmp(header, SPOOL_MAGIC, SPOOL_MAGIC_SIZE) != 0 ||
        memcmp(header + SPOOL_HEADER_CHECKED, check, sizeof check) != 0 ||
        bytes_read_u64(header + SPOOL_MAGIC_SIZE) != segment->first) {
        return FAIL_BECAUSE(CORRUPT, segment->first, "a header of the spool does not hold");
    }
    memcpy(segment->before.sha256, header + SPOOL_MAGIC_SIZE + 8, DIGEST_SIZE);
    return OK;
}

/* Making and removing ---------------------------------------------------------------------- */

static struct status make_file(struct spool *spool, uint64_t first, int *out)
{
    char name[NAME_SIZE];
    if (spool->directory < 0) {
        *out = memfd_create("cairn-spool", MFD_CLOEXEC);
    } else {
        write_name(first, name);
        *out = openat(spool->directory, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                      0600);
    }
    return *out < 0 ? io_failure() : OK;
}

static struct status fill_segment(struct spool *spool, struct spool_segment *segment)
{
    uint8_t header[SPOOL_HEADER_SIZE];
    write_header(spool, segment, header);
    ssize_t put = pwrite(segment->file, header, sizeof header, 0);
    if (put != (ssize_t)sizeof header) {
        return put < 0 ? io_failure() : FAIL(IO, ENOSPC);
    }
    return spool->directory < 0 ? OK : directory_sync(spool->directory);
}

static struct status unlink_segment(const struct spool *spool, uint64_t first)
{
    char name[NAME_SIZE];
    write_name(first, name);
    return spool->directory < 0 ? OK : directory_remove(spool->directory, name);
}

struct status spool_segment_begin(struct spool *spool)
{
    if (spool->segment_count == SPOOL_SEGMENTS_MAX) {
        return FAIL_BECAUSE(LIMIT, SPOOL_SEGMENTS_MAX, SPOOL_IS_FULL);
    }
    TRY(spool_sync(spool));
    struct spool_segment segment = {
        .first = spool->last + 1, .last = spool->last, .size = SPOOL_HEADER_SIZE};
    if (spool->segment_count > 0) {
        segment.before = spool->segments[spool->segment_count - 1].link;
    }
    segment.link = segment.before;
    TRY(make_file(spool, segment.first, &segment.file));
    struct status status = fill_segment(spool, &segment);
    if (failed(status)) {
        (void)close(segment.file);
        struct status gone = unlink_segment(spool, segment.first);
        return failed(gone) ? gone : status;
    }
    spool->segments[spool->segment_count++] = segment;
    spool->bytes += segment.size;
    return OK;
}

struct status spool_segments_remove(struct spool *spool, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct spool_segment *oldest = &spool->segments[0];
        TRY(unlink_segment(spool, oldest->first));
        (void)close(oldest->file);
        spool->bytes -= oldest->size;
        memmove(oldest, oldest + 1, --spool->segment_count * sizeof *oldest);
    }
    spool->window_size = 0;
    spool->place.number = 0; /* it counts segments, too */
    return OK;
}

struct status spool_segments_drop(struct spool *spool)
{
    size_t count = 0;
    while (count + 1 < spool->segment_count &&
           spool->segments[count].last <= spool->stand.trimmed) {
        count++;
    }
    if (count == 0) {
        return OK;
    }
    /* Whoever finds the segments gone must find out that they are needed no more. */
    TRY(spool->slot == spool->durable_slot ? OK : spool_stand_write(spool, true));
    return spool_segments_remove(spool, count);
}

/* Records --------------------------------------------------------------------------------- */

static struct digest link_of(struct hasher *hasher, const struct spool_place *place,
                             struct bytes record)
{
    uint8_t number[8];
    bytes_write_u64(number, place->number);
    const struct bytes pieces[] = {LITERAL(SPOOL_MAGIC), BYTES(place->link.sha256), BYTES(number),
                                   record};
    return hash_pieces(hasher, pieces, sizeof pieces / sizeof pieces[0]);
}

static uint32_t masked(uint32_t size, const struct digest *before)
{
    return size ^ bytes_read_u32(before->sha256);
}

/* Writes both parts, or takes back what was written of them. */
static struct status write_parts(struct spool *spool, struct spool_segment *segment,
                                 struct iovec *parts, uint64_t size)
{
    uint64_t done = 0;
    while (done < size) {
        ssize_t put = pwritev(segment->file, parts, 2, (off_t)(segment->size + done));
        if (put == 0 || (put < 0 && errno != EINTR)) {
            struct status status = put == 0 ? FAIL(IO, ENOSPC) : io_failure();
            if (ftruncate(segment->file, (off_t)segment->size) != 0) {
                spool->failed = FAIL_BECAUSE(STOPPED, (uint64_t)errno,
                                             "what was written in part could not be cut off");
            }
            return status;
        }
        size_t skip = put > 0 ? (size_t)put : 0;
        done += skip;
        for (size_t i = 0; i < 2; i++) {
            size_t part = skip < parts[i].iov_len ? skip : parts[i].iov_len;
            parts[i].iov_base = (uint8_t *)parts[i].iov_base + part;
            parts[i].iov_len -= part;
            skip -= part;
        }
    }
    return OK;
}

struct status spool_segment_add(struct spool *spool, struct bytes record)
{
    struct spool_segment *segment = &spool->segments[spool->segment_count - 1];
    struct spool_place place = {.number = spool->last + 1, .link = segment->link};
    struct digest link = link_of(spool->hasher, &place, record);
    uint8_t header[SPOOL_RECORD_HEADER];
    bytes_write_u32(header, (uint32_t)record.size);
    bytes_write_u32(header + 4, masked((uint32_t)record.size, &segment->link));
    memcpy(header + 8, link.sha256, DIGEST_SIZE);
    /* An iovec cannot say that it is only read. */
    union {
        const uint8_t *read;
        void *base;
    } lent = {.read = record.data};
    struct iovec parts[] = {{.iov_base = header, .iov_len = sizeof header},
                            {.iov_base = lent.base, .iov_len = record.size}};
    uint64_t size = sizeof header + record.size;
    TRY(write_parts(spool, segment, parts, size));
    segment->link = link;
    segment->last = ++spool->last;
    segment->size += size;
    spool->bytes += size;
    return OK;
}

/* Reading --------------------------------------------------------------------------------- */

struct spool_place spool_segment_start(const struct spool *spool, size_t segment)
{
    return (struct spool_place){.segment = segment,
                                .number = spool->segments[segment].first,
                                .offset = SPOOL_HEADER_SIZE,
                                .link = spool->segments[segment].before};
}

/* The bytes from `place` on that the segment has, at most `size`. */
static struct status look(struct spool *spool, const struct spool_place *place, size_t size,
                          struct bytes *out)
{
    const struct spool_segment *segment = &spool->segments[place->segment];
    uint64_t left = segment->size - place->offset;
    size = left < size ? (size_t)left : size;
    if (place->segment != spool->window_segment || place->offset < spool->window_offset ||
        place->offset + size > spool->window_offset + spool->window_size) {
        size_t most = left < SPOOL_WINDOW ? (size_t)left : SPOOL_WINDOW;
        ssize_t got = pread(segment->file, spool->window, most, (off_t)place->offset);
        spool->window_segment = place->segment;
        spool->window_offset = place->offset;
        spool->window_size = got > 0 ? (size_t)got : 0;
        if (got < (ssize_t)size) {
            return got < 0 ? io_failure() : FAIL(TRUNCATED, place->number);
        }
    }
    *out = bytes_of(spool->window + (place->offset - spool->window_offset), size);
    return OK;
}

struct status spool_segment_read(struct spool *spool, struct spool_place *place,
                                 struct bytes *record)
{
    struct bytes header, whole;
    TRY(look(spool, place, SPOOL_RECORD_HEADER, &header));
    if (header.size < SPOOL_RECORD_HEADER) {
        return header.size == 0 ? FAIL(NOT_FOUND, place->number) : FAIL(TRUNCATED, place->number);
    }
    uint32_t size = bytes_read_u32(header.data);
    if (size == 0 || size > SPOOL_RECORD_MAX ||
        bytes_read_u32(header.data + 4) != masked(size, &place->link)) {
        return FAIL_BECAUSE(CORRUPT, place->number, "a record of the spool has no size");
    }
    TRY(look(spool, place, SPOOL_RECORD_HEADER + size, &whole));
    if (whole.size < SPOOL_RECORD_HEADER + size) {
        return FAIL(TRUNCATED, place->number);
    }
    struct bytes found = bytes_of(whole.data + SPOOL_RECORD_HEADER, size);
    struct digest link = link_of(spool->hasher, place, found);
    if (memcmp(link.sha256, whole.data + 8, DIGEST_SIZE) != 0) {
        return FAIL_BECAUSE(CORRUPT, place->number, "a record of the spool is not what was put");
    }
    place->link = link;
    place->number++;
    place->offset += whole.size;
    *record = found;
    return OK;
}

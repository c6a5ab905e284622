/*
 * tests/reports/capture.h -- an output whose bytes a test can read, and random numbers.
 */
#ifndef TESTS_REPORTS_CAPTURE_H
#define TESTS_REPORTS_CAPTURE_H

#include "reports/rows.h"

#include <assert.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    CAPTURE_MAX = 1 << 20,
};

struct capture {
    struct output output;
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena;
    struct rows rows;
    char text[CAPTURE_MAX]; /* what came out, with a final NUL */
    size_t size;
};

static inline void capture_begin(struct capture *capture, const struct rows_options *options)
{
    int fd = memfd_create("capture", MFD_CLOEXEC);
    assert(fd >= 0);
    output_init(&capture->output, fd);
    capture->arena = ARENA_IN(capture->memory);
    rows_init(&capture->rows, options, &capture->output, &capture->arena);
}

static inline void capture_end(struct capture *capture)
{
    assert(!failed(output_flush(&capture->output)));
    ssize_t size = pread(capture->output.fd, capture->text, CAPTURE_MAX - 1, 0);
    assert(size >= 0 && size < CAPTURE_MAX - 1);
    capture->size = (size_t)size;
    capture->text[size] = '\0';
    close(capture->output.fd);
}

/* All that the rows come to; `cells` holds row after row. */
static inline void capture_rows(struct capture *capture, const struct rows_options *options,
                                const struct column *columns, size_t column_count,
                                const struct cell *cells, size_t row_count)
{
    capture_begin(capture, options);
    assert(!failed(rows_begin(&capture->rows, columns, column_count)));
    for (size_t row = 0; row < row_count; row++) {
        assert(!failed(rows_add(&capture->rows, cells + row * column_count)));
    }
    assert(!failed(rows_flush(&capture->rows)));
    capture_end(capture);
}

/* splitmix64: the same numbers in every run. */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline uint64_t random_below(uint64_t *state, uint64_t limit)
{
    return random_next(state) % limit;
}

/* Text made of what is likely to hurt; returns its size, at most `capacity`. */
static inline size_t random_hostile(uint64_t *state, uint8_t *out, size_t capacity)
{
    static const char *const pieces[] = {
        "a",
        "=",
        "+1",
        "-",
        "@",
        "\t",
        "\r",
        "\n",
        "\"",
        "\\",
        ",",
        ";",
        "'",
        "\033[2J",
        "\033]52;c;QQ==\a",
        "\x7f",
        "\xc2\x85",
        "\xe2\x80\xae",
        "\xe2\x80\x8b",
        "\xef\xbb\xbf",
        "\xff",
        "\xc3",
        "\xe2\x82",
        "\xf0\x9f",
        "\xed\xa0\x80",
        "\xc0\x80",
        "\xc3\xa9",
        "\xe6\xbc\xa2",
        "\xf0\x9f\x98\x80",
        "\xf3\xa0\x81\x81",
        "\xef\xbc\x9d",
        "</td>",
        "%s",
    };
    size_t size = 0;
    for (uint64_t count = random_below(state, 12); count > 0; count--) {
        const char *piece = pieces[random_below(state, sizeof pieces / sizeof pieces[0])];
        if (strlen(piece) <= capacity - size) {
            memcpy(out + size, piece, strlen(piece));
            size += strlen(piece);
        }
    }
    if (capacity > size && random_below(state, 8) == 0) {
        out[size++] = (uint8_t)random_below(state, 256);
    }
    return size;
}

#endif

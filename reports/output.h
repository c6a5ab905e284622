/*
 * reports/output.h -- the one way out: a buffer before a file descriptor, checked.
 *
 * Shape    The first failure sticks and everything after it is dropped: write freely, ask at the
 *          end. Nothing is on its way until the buffer fills or output_flush is called.
 * Process  SIGPIPE is ignored by whoever starts the process; a closed pipe is then EPIPE.
 * Errors   IO with the errno of the first write that failed.
 */
#ifndef REPORTS_OUTPUT_H
#define REPORTS_OUTPUT_H

#include "schema/bytes.h"

struct hasher;

struct output {
    int fd;                /* lent */
    int error;             /* errno of the first failure, 0 for none */
    struct hasher *hasher; /* hash_add gets what is written; lent, NULL: nobody asks */
    size_t size;
    uint8_t buffer[32 << 10];
};

static inline void output_init(struct output *output, int fd)
{
    output->fd = fd;
    output->error = 0;
    output->hasher = NULL;
    output->size = 0;
}

void output_put(struct output *output, const void *data, size_t size);

static inline void output_put_bytes(struct output *output, struct bytes bytes)
{
    output_put(output, bytes.data, bytes.size);
}

void output_put_char(struct output *output, char c);
void output_put_string(struct output *output, const char *string);
void output_put_u64(struct output *output, uint64_t value);

/* As many blanks. */
void output_pad(struct output *output, size_t count);

/* printf; what is longer than 4095 bytes is a bug. */
void output_add(struct output *output, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether all was well so far. */
MUST_CHECK struct status output_status(const struct output *output);

/* Writes what is held back, then tells whether all was well. */
MUST_CHECK struct status output_flush(struct output *output);

#endif

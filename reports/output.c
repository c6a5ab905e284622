#include "reports/output.h"

#include "schema/text.h"
#include "store/hash.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static void write_all(struct output *output, const uint8_t *data, size_t size)
{
    if (output->hasher != NULL && output->error == 0) {
        hash_add(output->hasher, bytes_of(data, size));
    }
    while (size > 0 && output->error == 0) {
        ssize_t written = write(output->fd, data, size);
        if (written >= 0) {
            data += written;
            size -= (size_t)written;
        } else if (errno != EINTR) {
            output->error = errno;
        }
    }
}

static void write_buffer(struct output *output)
{
    write_all(output, output->buffer, output->size);
    output->size = 0;
}

void output_put(struct output *output, const void *data, size_t size)
{
    if (size > sizeof output->buffer - output->size) {
        write_buffer(output);
    }
    if (size > sizeof output->buffer) {
        write_all(output, data, size);
    } else if (size > 0) {
        memcpy(output->buffer + output->size, data, size);
        output->size += size;
    }
}

void output_put_char(struct output *output, char c)
{
    output_put(output, &c, 1);
}

void output_put_string(struct output *output, const char *string)
{
    output_put(output, string, strlen(string));
}

void output_put_u64(struct output *output, uint64_t value)
{
    char memory[24];
    struct text text = TEXT_IN(memory);
    text_put_u64(&text, value);
    output_put_bytes(output, text_bytes(&text));
}

void output_pad(struct output *output, size_t count)
{
    static const char blanks[] = "                                ";
    while (count > 0) {
        size_t some = count < sizeof blanks - 1 ? count : sizeof blanks - 1;
        output_put(output, blanks, some);
        count -= some;
    }
}

void output_add(struct output *output, const char *format, ...)
{
    char memory[4096];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(memory, sizeof memory, format, arguments);
    va_end(arguments);
    assert(size >= 0 && (size_t)size < sizeof memory);
    output_put(output, memory, (size_t)size);
}

struct status output_status(const struct output *output)
{
    return output->error == 0 ? OK : FAIL(IO, (uint64_t)output->error);
}

struct status output_flush(struct output *output)
{
    write_buffer(output);
    return output_status(output);
}

#include "auditd/vmc/keep.h"

#include "schema/wire/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PIN_VERSION = 1,
    PIN_SIZE_MAX = 2048,
};

struct keep {
    int directory;
    struct secret_bytes *sign, *receive;
    struct pin pin;
};

static void close_file(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}

static struct status io(void)
{
    return FAIL(IO, (uint64_t)errno);
}

/* Files ----------------------------------------------------------------------------------- */

/* In place of the one before, at once. */
static struct status write_file(int directory, const char *name, struct bytes bytes)
{
    CLEANUP(close_file)
    int fd = openat(directory, "new", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes.data, bytes.size) != (ssize_t)bytes.size || fsync(fd) != 0 ||
        renameat(directory, "new", directory, name) != 0) {
        return io();
    }
    return OK;
}

/* *size is 0 if there is none. */
static struct status read_file(int directory, const char *name, uint8_t *out, size_t capacity,
                               size_t *size)
{
    CLEANUP(close_file) int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    *size = 0;
    if (fd < 0) {
        return errno == ENOENT ? OK : io();
    }
    ssize_t count = read(fd, out, capacity);
    if (count < 0) {
        return io();
    }
    *size = (size_t)count;
    return OK;
}

static struct status open_secret(int directory, const char *name, struct secret_bytes **out)
{
    uint8_t memory[SECRET_BYTES_SIZE + 1];
    size_t size;
    TRY(read_file(directory, name, memory, sizeof memory, &size));
    if (size == 0) {
        TRY(secret_bytes_make(out));
        return write_file(directory, name, bytes_of(secret_bytes_data(*out), SECRET_BYTES_SIZE));
    }
    struct status status =
        size == SECRET_BYTES_SIZE ? secret_bytes_copy(memory, out) : FAIL(CORRUPT, size);
    explicit_bzero(memory, sizeof memory);
    return status;
}

/* The pin --------------------------------------------------------------------------------- */

static void put_pin(const struct pin *pin, struct text *out)
{
    wire_put_u8(out, PIN_VERSION);
    wire_put_u64(out, pin->vm.n);
    wire_put_u64(out, pin->owner.n);
    wire_put_u64(out, pin->run);
    wire_put_string(out, pin->origin);
    wire_put_string(out, pin->name);
    wire_put_string(out, pin->owner_key);
    wire_put_u64(out, pin->restarted);
    wire_put_string(out, pin->restarted_from);
}

static void get_string(struct wire_reader *reader, char *out, size_t capacity)
{
    struct bytes bytes = wire_get_bytes(reader, capacity - 1);
    if (bytes.size > 0) {
        memcpy(out, bytes.data, bytes.size);
    }
    out[bytes.size] = '\0';
}

static struct status get_pin(struct bytes bytes, struct pin *pin)
{
    struct wire_reader reader = wire_read(bytes);
    if (wire_get_u8(&reader) != PIN_VERSION) {
        return FAIL(CORRUPT, 0);
    }
    pin->vm = (struct id){ID_VM, wire_get_u64(&reader)};
    pin->owner = (struct id){ID_USER, wire_get_u64(&reader)};
    pin->run = wire_get_u64(&reader);
    get_string(&reader, pin->origin, sizeof pin->origin);
    get_string(&reader, pin->name, sizeof pin->name);
    get_string(&reader, pin->owner_key, sizeof pin->owner_key);
    pin->restarted = wire_get_u64(&reader);
    get_string(&reader, pin->restarted_from, sizeof pin->restarted_from);
    return failed(wire_end(&reader)) ? FAIL(CORRUPT, 0) : OK;
}

struct pin *keep_pin(struct keep *keep)
{
    return &keep->pin;
}

struct status keep_save(struct keep *keep)
{
    char memory[PIN_SIZE_MAX];
    struct text text = TEXT_IN(memory);
    put_pin(&keep->pin, &text);
    return write_file(keep->directory, "pin", text_bytes(&text));
}

/* Opening --------------------------------------------------------------------------------- */

static struct status open_all(const char *directory, struct keep *keep)
{
    uint8_t memory[PIN_SIZE_MAX];
    size_t size;
    if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
        return io();
    }
    keep->directory = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (keep->directory < 0 || fchmod(keep->directory, 0700) != 0) {
        return io();
    }
    TRY(open_secret(keep->directory, "sign", &keep->sign));
    TRY(open_secret(keep->directory, "receive", &keep->receive));
    TRY(read_file(keep->directory, "pin", memory, sizeof memory, &size));
    return size == 0 ? OK : get_pin(bytes_of(memory, size), &keep->pin);
}

struct status keep_open(const char *directory, struct keep **out)
{
    CLEANUP(keep_close) struct keep *keep = calloc(1, sizeof *keep);
    if (keep == NULL) {
        return FAIL(NO_MEMORY, sizeof *keep);
    }
    keep->directory = -1;
    TRY(open_all(directory, keep));
    *out = keep;
    keep = NULL;
    return OK;
}

void keep_close(struct keep **keep)
{
    if (*keep != NULL) {
        close_file(&(*keep)->directory);
        secret_bytes_close(&(*keep)->sign);
        secret_bytes_close(&(*keep)->receive);
        free(*keep);
        *keep = NULL;
    }
}

struct status keep_key(const struct keep *keep, const char *name, struct secret_key **out)
{
    return secret_key_from(KEY_ED25519, name, secret_bytes_data(keep->sign), out);
}

const struct secret_bytes *keep_receive(const struct keep *keep)
{
    return keep->receive;
}

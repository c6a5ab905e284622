#include "store/login_names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct login_names {
    size_t size;
    char *text; /* LOGIN_NAMES_MAX at most */
};

/* Whole lines only: the beginning of one has not its number. */
static void read_file(struct login_names *names, int fd)
{
    while (names->size < LOGIN_NAMES_MAX) {
        ssize_t size = read(fd, names->text + names->size, LOGIN_NAMES_MAX - names->size);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size <= 0) {
            return;
        }
        names->size += (size_t)size;
    }
    while (names->size > 0 && names->text[names->size - 1] != '\n') {
        names->size--;
    }
}

struct status login_names_open(const char *path, struct login_names **out)
{
    CLEANUP(login_names_close) struct login_names *names = calloc(1, sizeof *names);
    if (names == NULL || (names->text = malloc(LOGIN_NAMES_MAX)) == NULL) {
        return FAIL(NO_MEMORY, LOGIN_NAMES_MAX);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        read_file(names, fd);
        close(fd);
    }
    char *fitting = realloc(names->text, names->size + 1);
    names->text = fitting == NULL ? names->text : fitting;
    *out = names;
    names = NULL;
    return OK;
}

void login_names_close(struct login_names **names)
{
    if (*names != NULL) {
        free((*names)->text);
        free(*names);
        *names = NULL;
    }
}

/* The next part of a line, and the line behind it. */
static struct bytes cut(struct bytes *rest, char at)
{
    const uint8_t *found = rest->size > 0 ? memchr(rest->data, at, rest->size) : NULL;
    size_t size = found == NULL ? rest->size : (size_t)(found - rest->data);
    struct bytes part = bytes_of(rest->data, size);
    size_t taken = size + (found != NULL);
    *rest = bytes_of(rest->data + taken, rest->size - taken);
    return part;
}

static bool read_number(struct bytes digits, uint32_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9' || number > UINT32_MAX) {
            return false;
        }
        number = number * 10 + (uint64_t)(digits.data[i] - '0');
    }
    *out = (uint32_t)number;
    return digits.size > 0 && number <= UINT32_MAX;
}

static bool is_name(struct bytes name)
{
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] <= ' ' || name.data[i] == 0x7f) {
            return false;
        }
    }
    return name.size > 0 && name.data[0] != '+' && name.data[0] != '-' && text_is_utf8(name);
}

/* name:password:uid:... A name that begins with + or - says: look elsewhere. */
static bool read_line(struct bytes line, struct bytes *name, uint32_t *uid)
{
    *name = cut(&line, ':');
    (void)cut(&line, ':');
    return read_number(cut(&line, ':'), uid) && is_name(*name);
}

void login_names_put(const struct login_names *names, uint32_t uid, struct text *out)
{
    struct bytes rest = bytes_of(names->text, names->size), name;
    uint32_t found;
    while (rest.size > 0) {
        if (read_line(cut(&rest, '\n'), &name, &found) && found == uid &&
            name.size < out->capacity - out->size) {
            text_put_bytes(out, name);
            return;
        }
    }
    text_add(out, "uid:%u", (unsigned)uid);
}

bool login_names_find(const struct login_names *names, struct bytes name, uint32_t *uid)
{
    struct bytes rest = bytes_of(names->text, names->size), found;
    while (rest.size > 0) {
        if (read_line(cut(&rest, '\n'), &found, uid) && bytes_equal(found, name)) {
            return true;
        }
    }
    return false;
}

#include "auditd/vmc/accounts.h"

#include "schema/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_SIZE = 4096,
};

static void close_file(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}

static void free_text(struct text *text)
{
    free(text->data);
}

static struct status make_text(struct text *out)
{
    out->capacity = ACCOUNTS_FILE_MAX + 1;
    out->data = malloc(out->capacity);
    return out->data == NULL ? FAIL(NO_MEMORY, out->capacity) : OK;
}

static struct status read_all(const char *path, struct text *out)
{
    CLEANUP(close_file) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? OK : FAIL(IO, (uint64_t)errno);
    }
    for (;;) {
        ssize_t size = read(fd, out->data + out->size, out->capacity - out->size);
        if (size < 0) {
            return FAIL(IO, (uint64_t)errno);
        }
        out->size += (size_t)size;
        if (size == 0 || out->size >= out->capacity) {
            return size == 0 ? OK : FAIL(LIMIT, ACCOUNTS_FILE_MAX);
        }
    }
}

/* Ours begin so, and nothing else that a distribution knows does. */
static void keep_others(struct bytes before, struct text *out)
{
    static const char ours[] = "cairn-";
    while (before.size > 0) {
        const uint8_t *end = memchr(before.data, '\n', before.size);
        size_t size = end == NULL ? before.size : (size_t)(end - before.data) + 1;
        if (size < sizeof ours || memcmp(before.data, ours, sizeof ours - 1) != 0) {
            text_put(out, before.data, size);
            if (end == NULL) {
                text_put_char(out, '\n');
            }
        }
        before = bytes_of(before.data + size, before.size - size);
    }
}

static void put_users(const struct policy *policy, struct text *out)
{
    for (size_t slot = 0; policy_slot(policy, slot) != NULL; slot++) {
        const struct policy_user *user = policy_slot(policy, slot);
        if (user->present) {
            text_add(out, "cairn-%" PRIu64 ":x:%zu:%zu::/:/usr/sbin/nologin\n", user->user.n,
                     ACCOUNTS_FIRST + slot, ACCOUNTS_FIRST + slot);
        }
    }
}

static struct status replace(const char *path, struct bytes bytes)
{
    char new[PATH_SIZE];
    int size = snprintf(new, sizeof new, "%s.cairn", path);
    if (size < 0 || (size_t)size >= sizeof new) {
        return FAIL(LIMIT, sizeof new);
    }
    CLEANUP(close_file)
    int fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0 || fchmod(fd, 0644) != 0 ||
        write(fd, bytes.data, bytes.size) != (ssize_t)bytes.size || fsync(fd) != 0 ||
        rename(new, path) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    return OK;
}

struct status accounts_write(const char *path, const struct policy *policy)
{
    CLEANUP(free_text) struct text before = {0};
    CLEANUP(free_text) struct text after = {0};
    TRY(make_text(&before));
    TRY(make_text(&after));
    TRY(read_all(path, &before));
    keep_others(text_bytes(&before), &after);
    put_users(policy, &after);
    if (after.full) {
        return FAIL(LIMIT, ACCOUNTS_FILE_MAX);
    }
    return bytes_equal(text_bytes(&before), text_bytes(&after)) ? OK
                                                                : replace(path, text_bytes(&after));
}

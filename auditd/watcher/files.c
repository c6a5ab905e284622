#include "auditd/watcher/files.h"

#include "auditd/watcher/qcow2.h"
#include "core/store_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BLOCK = 512,                 /* what st_blocks counts in */
    EXPORTS_SIZE_MAX = 64 << 10, /* bytes */
};

#define SECOND_US UINT64_C(1000000)

/* Files -------------------------------------------------------------------------------------- */

static void read_head(const char *path, struct arena *arena, struct seen_file *out)
{
    static const size_t capacity = QCOW2_HEAD_MAX;
    const struct arena before = *arena;
    struct qcow2_head head;
    uint8_t *memory = arena_take(arena, capacity);
    const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    const ssize_t size = fd < 0 || memory == NULL ? -1 : pread(fd, memory, capacity, 0);
    if (fd >= 0) {
        (void)close(fd);
    }
    const bool read = size >= 0 && !failed(qcow2_read(bytes_of(memory, (size_t)size), &head));
    *arena = before;
    if (!read) {
        return;
    }
    /* What is kept lies before what it was read into, or over it. */
    uint8_t *name = arena_take(arena, head.backing.size);
    out->has_backing = out->has_virtual = name != NULL;
    if (name != NULL) {
        memmove(name, head.backing.data, head.backing.size);
        out->backing =
            head.has_data_file ? LITERAL("a file of its data") : bytes_of(name, head.backing.size);
        out->virtual_size = head.size;
    }
}

void files_look(const char *path, bool is_raw, struct arena *arena, struct seen_file *out)
{
    struct stat found;
    *out = (struct seen_file){0};
    if (lstat(path, &found) != 0) {
        out->looked = errno == ENOENT || errno == ENOTDIR;
        return;
    }
    *out = (struct seen_file){
        .looked = true,
        .there = true,
        .whole = true,
        .size = (uint64_t)found.st_size,
        .allocated = (uint64_t)found.st_blocks * BLOCK,
        .inode = (uint64_t)found.st_ino,
        .modified_us =
            (uint64_t)found.st_mtim.tv_sec * SECOND_US + (uint64_t)found.st_mtim.tv_nsec / 1000,
    };
    if (!is_raw && S_ISREG(found.st_mode)) {
        read_head(path, arena, out);
    }
}

/* Exports ------------------------------------------------------------------------------------ */

static struct bytes word_of(struct bytes *line)
{
    size_t start = 0, end;
    while (start < line->size && (line->data[start] == ' ' || line->data[start] == '\t')) {
        start++;
    }
    for (end = start; end < line->size && line->data[end] != ' ' && line->data[end] != '\t';) {
        end++;
    }
    const struct bytes word = bytes_of(line->data + start, end - start);
    *line = bytes_of(line->data + end, line->size - end);
    return word;
}

static struct bytes without_quotes(struct bytes word)
{
    return word.size >= 2 && word.data[0] == '"' && word.data[word.size - 1] == '"'
               ? bytes_of(word.data + 1, word.size - 2)
               : word;
}

bool files_exports(const char *path, struct arena *arena, struct seen_export *out, size_t most,
                   size_t *count)
{
    uint8_t *memory = arena_take(arena, EXPORTS_SIZE_MAX);
    size_t size = 0;
    *count = 0;
    if (memory == NULL) {
        return false;
    }
    struct status status = store_read_file(path, memory, EXPORTS_SIZE_MAX, &size);
    if (failed(status)) {
        return status.code == STATUS_NOT_FOUND;
    }
    struct bytes text = bytes_of(memory, size);
    while (text.size > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.size);
        const size_t length = end == NULL ? text.size : (size_t)(end - text.data);
        struct bytes line = bytes_of(text.data, length);
        const size_t taken = end == NULL ? length : length + 1;
        text = bytes_of(text.data + taken, text.size - taken);
        const struct bytes word = word_of(&line);
        if (word.size == 0 || word.data[0] == '#') {
            continue;
        }
        if (*count == most) {
            return false;
        }
        out[(*count)++] =
            (struct seen_export){.path = without_quotes(word), .clients = word_of(&line)};
    }
    return true;
}

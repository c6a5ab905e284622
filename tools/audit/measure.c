#include "tools/audit/measure.h"

#include "core/store_layout.h"
#include "schema/text.h"
#include "store/hash.h"
#include "tools/audit/post.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PIECE = 64 << 10, /* bytes hashed at once */
    OTHERS_WRITE = 022,
};

/* One file ----------------------------------------------------------------------------------- */

static struct status hash_file(int file, struct digest *out)
{
    uint8_t piece[PIECE];
    ssize_t size;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    hash_start(hasher);
    while ((size = read(file, piece, sizeof piece)) > 0) {
        hash_add(hasher, bytes_of(piece, (size_t)size));
    }
    *out = hash_finish(hasher);
    return size < 0 ? FAIL(IO, (uint64_t)errno) : OK;
}

static void put_owner(struct text *out, uid_t owner)
{
    const struct passwd *entry = getpwuid(owner);
    if (entry != NULL) {
        text_put_string(out, entry->pw_name);
    } else {
        text_add(out, "%" PRIu64, (uint64_t)owner);
    }
}

static struct status write_line(int file, const char *path, struct text *out)
{
    struct stat about;
    struct digest digest;
    if (fstat(file, &about) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    text_put_printable(out, bytes_of_string(path));
    text_put_char(out, ' ');
    if (S_ISDIR(about.st_mode)) {
        text_put_char(out, '-');
    } else {
        TRY(hash_file(file, &digest));
        text_put_hex(out, BYTES(digest.sha256));
    }
    text_add(out, " %04o ", (unsigned)(about.st_mode & 07777));
    put_owner(out, about.st_uid);
    return OK;
}

static bool is_there(const struct measure *measure, struct bytes line)
{
    for (size_t i = 0; i < measure->count; i++) {
        if (bytes_equal(measure->lines[i], line)) {
            return true;
        }
    }
    return false;
}

static struct status add(struct measure *measure, const char *path)
{
    char real[PATH_MAX], memory[MEASURE_LINE_MAX];
    struct text line = TEXT_IN(memory);
    int file = realpath(path, real) == NULL ? -1 : open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    struct status status = write_line(file, real, &line);
    close(file);
    TRY(status);
    if (is_there(measure, text_bytes(&line))) {
        return OK;
    }
    if (measure->count == MEASURE_FILES_MAX || line.full ||
        line.size > sizeof measure->memory - measure->used) {
        return FAIL(LIMIT, MEASURE_FILES_MAX);
    }
    memcpy(measure->memory + measure->used, line.data, line.size);
    measure->lines[measure->count++] = bytes_of(measure->memory + measure->used, line.size);
    measure->used += line.size;
    return OK;
}

/* All of them -------------------------------------------------------------------------------- */

/* What this process has mapped to execute: its libraries, and itself. */
static struct status add_loaded(struct measure *measure)
{
    char line[PATH_MAX + 256];
    struct status status = OK;
    FILE *maps = fopen("/proc/self/maps", "re");
    if (maps == NULL) {
        return FAIL(IO, (uint64_t)errno);
    }
    while (!failed(status) && fgets(line, sizeof line, maps) != NULL) {
        char *path = strchr(line, '/');
        line[strcspn(line, "\n")] = '\0';
        const char *blank = strchr(line, ' ');
        if (path != NULL && blank != NULL && blank[3] == 'x') {
            status = add(measure, path);
        }
    }
    (void)fclose(maps);
    return status;
}

/* It may not be installed. */
static struct status add_verifier(struct measure *measure)
{
    char path[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 32);
    if (size <= 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    path[size] = '\0';
    char *slash = strrchr(path, '/');
    snprintf(slash == NULL ? path : slash, 32, "/cairn-verify");
    return access(path, F_OK) == 0 ? add(measure, path) : OK;
}

static struct status add_folder(struct measure *measure, const char *store, const char *name)
{
    struct store_path path;
    TRY(store_path(store, name, &path));
    return access(path.text, F_OK) == 0 ? add(measure, path.text) : OK;
}

static int compare_lines(const void *a, const void *b)
{
    const struct bytes *one = a, *other = b;
    size_t size = one->size < other->size ? one->size : other->size;
    int order = memcmp(one->data, other->data, size);
    return order != 0 ? order : (one->size > other->size) - (one->size < other->size);
}

struct status measure_all(const char *store, const char *const *more, struct measure *out,
                          const char **wrong)
{
    out->count = out->used = 0;
    (void)post_webhook_load(); /* what is not installed cannot be measured */
    *wrong = "this program";
    TRY(add_loaded(out));
    TRY(add(out, "/proc/self/exe"));
    *wrong = "cairn-verify";
    TRY(add_verifier(out));
    *wrong = store;
    TRY(add_folder(out, store, "log"));
    TRY(add_folder(out, store, "keys"));
    for (size_t i = 0; more != NULL && more[i] != NULL; i++) {
        *wrong = more[i];
        TRY(add(out, more[i]));
    }
    qsort(out->lines, out->count, sizeof out->lines[0], compare_lines);
    return OK;
}

struct status measure_digest(const struct measure *measure, struct digest *out)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    hash_start(hasher);
    for (size_t i = 0; i < measure->count; i++) {
        hash_add(hasher, measure->lines[i]);
        hash_add(hasher, LITERAL("\n"));
    }
    *out = hash_finish(hasher);
    return OK;
}

/* Lines -------------------------------------------------------------------------------------- */

/* The last word, taken off. */
static struct bytes take_last(struct bytes *rest)
{
    size_t at = rest->size;
    while (at > 0 && rest->data[at - 1] != ' ') {
        at--;
    }
    struct bytes word = bytes_of(rest->data + at, rest->size - at);
    *rest = bytes_of(rest->data, at > 0 ? at - 1 : 0);
    return word;
}

bool measure_split(struct bytes line, struct measured *out)
{
    out->owner = take_last(&line);
    out->mode = take_last(&line);
    out->digest = take_last(&line);
    out->path = line;
    return out->path.size > 0 && out->mode.size > 0 && out->digest.size > 0;
}

bool measure_is_open(struct bytes line)
{
    struct measured parts;
    unsigned mode = 0;
    if (!measure_split(line, &parts)) {
        return false;
    }
    for (size_t i = 0; i < parts.mode.size; i++) {
        mode = mode * 8 + (unsigned)(parts.mode.data[i] - '0');
    }
    return (mode & OTHERS_WRITE) != 0;
}

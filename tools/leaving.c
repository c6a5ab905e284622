#include "tools/leaving.h"

#include "tools/operator.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BUFFER_SIZE = 256 << 10,
    TRIES_MAX = 100, /* names of a temporary file */
};

/* Recording ------------------------------------------------------------------------------- */

static struct status record(struct engine *engine, const struct leaving *leaving)
{
    char memory[256];
    struct text by = TEXT_IN(memory);
    operator_name(&by);
    union event_body body = {.audit_exported = {.form = leaving->form,
                                                .size = leaving->size,
                                                .has_digest = leaving->digest != NULL,
                                                .by = text_bytes(&by)}};
    if (leaving->digest != NULL) {
        body.audit_exported.digest = *leaving->digest;
    }
    TRY(engine_say(
        engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_EXPORTED, .on = {THE_LOG}, .on_count = 1, .body = &body}));
    return engine_flush(engine);
}

enum exit_code leaving_record(struct invocation *invocation, struct engine *engine,
                              const struct leaving *leaving)
{
    struct status status = record(engine, leaving);
    if (status.code == STATUS_READ_ONLY) {
        return EXIT_DONE; /* store_open has said so */
    }
    return failed(status) ? invocation_failed(invocation, status, "nothing was exported",
                                              "recording the export in the log")
                          : EXIT_DONE;
}

/* Files ----------------------------------------------------------------------------------- */

struct leaving_file {
    const char *path; /* lent */
    char *temporary;
    int descriptor;
    struct hasher *hasher;
    size_t used;
    uint8_t buffer[BUFFER_SIZE];
};

static struct status io(void)
{
    return FAIL(IO, (uint64_t)errno);
}

void leaving_file_close(struct leaving_file **file)
{
    if (*file == NULL) {
        return;
    }
    if ((*file)->descriptor >= 0) {
        close((*file)->descriptor);
        unlink((*file)->temporary);
    }
    hasher_close(&(*file)->hasher);
    free((*file)->temporary);
    free(*file);
    *file = NULL;
}

/* A file beside the one wanted, so that it can be given that name. */
static struct status open_temporary(struct leaving_file *file)
{
    for (unsigned i = 0; i < TRIES_MAX; i++) {
        free(file->temporary);
        if (asprintf(&file->temporary, "%s.%u.%u", file->path, (unsigned)getpid(), i) < 0) {
            file->temporary = NULL;
            return FAIL(NO_MEMORY, 0);
        }
        file->descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (file->descriptor >= 0) {
            return OK;
        }
        if (errno != EEXIST) {
            return io();
        }
    }
    return FAIL(IO, EEXIST);
}

struct status leaving_file_open(const char *path, struct leaving_file **out)
{
    struct stat about;
    if (lstat(path, &about) == 0) {
        return FAIL(EXISTS, 0);
    }
    CLEANUP(leaving_file_close) struct leaving_file *file = calloc(1, sizeof *file);
    if (file == NULL) {
        return FAIL(NO_MEMORY, sizeof *file);
    }
    file->path = path;
    file->descriptor = -1;
    TRY(hasher_open(&file->hasher));
    TRY(open_temporary(file));
    hash_start(file->hasher);
    *out = file;
    file = NULL;
    return OK;
}

static struct status write_out(struct leaving_file *file)
{
    size_t at = 0;
    while (at < file->used) {
        ssize_t written = write(file->descriptor, file->buffer + at, file->used - at);
        if (written < 0 && errno != EINTR) {
            return io();
        }
        at += written > 0 ? (size_t)written : 0;
    }
    file->used = 0;
    return OK;
}

struct status leaving_file_put(struct leaving_file *file, struct bytes bytes)
{
    hash_add(file->hasher, bytes);
    while (bytes.size > 0) {
        size_t room = sizeof file->buffer - file->used;
        size_t size = bytes.size < room ? bytes.size : room;
        memcpy(file->buffer + file->used, bytes.data, size);
        file->used += size;
        bytes = bytes_of(bytes.data + size, bytes.size - size);
        if (file->used == sizeof file->buffer) {
            TRY(write_out(file));
        }
    }
    return OK;
}

int leaving_file_descriptor(const struct leaving_file *file)
{
    return file->descriptor;
}

struct status leaving_file_end(struct leaving_file *file, struct digest *digest)
{
    TRY(write_out(file));
    if (fsync(file->descriptor) != 0) {
        return io();
    }
    *digest = hash_finish(file->hasher);
    return OK;
}

/* The entry of a file in its directory is durable only once that is synced, too. */
static struct status sync_directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *parent = slash == NULL   ? strdup(".")
                   : slash == path ? strdup("/")
                                   : strndup(path, (size_t)(slash - path));
    if (parent == NULL) {
        return FAIL(NO_MEMORY, 0);
    }
    int directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(parent);
    struct status status = directory >= 0 && fsync(directory) == 0 ? OK : io();
    if (directory >= 0) {
        close(directory);
    }
    return status;
}

struct status leaving_file_name(struct leaving_file *file)
{
    /* Unlike rename, this never takes the place of another file. */
    if (link(file->temporary, file->path) != 0) {
        return errno == EEXIST ? FAIL(EXISTS, 0) : io();
    }
    unlink(file->temporary);
    close(file->descriptor);
    file->descriptor = -1;
    return sync_directory_of(file->path);
}

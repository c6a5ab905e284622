#include "tools/report/folder.h"

#include "store/hash.h"
#include "tools/leaving.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static enum exit_code make_directory(const struct invocation *invocation, const char *path)
{
    struct stat about;
    if (mkdir(path, 0777) == 0 || (stat(path, &about) == 0 && S_ISDIR(about.st_mode))) {
        return EXIT_DONE;
    }
    return invocation_failed(invocation, FAIL(IO, (uint64_t)errno), NULL, path);
}

static bool path_in(const struct folder *folder, const char *name, struct text *out)
{
    text_add(out, "%s/%s", folder->path, name);
    (void)text_string(out);
    return !out->full;
}

enum exit_code folder_open(const struct invocation *invocation, const char *path,
                           struct folder *out)
{
    *out = (struct folder){.invocation = invocation, .path = path};
    enum exit_code code = make_directory(invocation, path);
    if (code != EXIT_DONE) {
        return code;
    }
    out->artifacts = calloc(FOLDER_FILES_MAX, sizeof out->artifacts[0]);
    return out->artifacts == NULL
               ? invocation_failed(invocation, FAIL(NO_MEMORY, 0), NULL, "starting")
               : EXIT_DONE;
}

void folder_close(struct folder *folder)
{
    free(folder->artifacts);
    folder->artifacts = NULL;
}

enum exit_code folder_make(const struct folder *folder, const char *name)
{
    char memory[FOLDER_PATH_SIZE];
    struct text path = TEXT_IN(memory);
    return path_in(folder, name, &path)
               ? make_directory(folder->invocation, memory)
               : invocation_fail(folder->invocation, EXIT_USAGE, NULL, "the path is too long");
}

enum exit_code folder_adopt(struct folder *folder, const char *name, const struct digest *sha256,
                            uint64_t size)
{
    if (folder->count == FOLDER_FILES_MAX || !manifest_is_name(bytes_of_string(name))) {
        return invocation_failed(folder->invocation, FAIL(LIMIT, FOLDER_FILES_MAX), NULL, name);
    }
    struct artifact *artifact = &folder->artifacts[folder->count++];
    *artifact = (struct artifact){.file.digest = *sha256, .size = size};
    snprintf(artifact->file.name, sizeof artifact->file.name, "%s", name);
    return EXIT_DONE;
}

const struct artifact *folder_newest(const struct folder *folder)
{
    assert(folder->count > 0);
    return &folder->artifacts[folder->count - 1];
}

/* Writing --------------------------------------------------------------------------------- */

static struct status put_bytes(void *context, struct output *output)
{
    output_put_bytes(output, *(const struct bytes *)context);
    return output_status(output);
}

enum exit_code folder_put(struct folder *folder, const char *name, struct bytes bytes)
{
    return folder_write(folder, name, put_bytes, &bytes);
}

static struct status write_file(struct leaving_file *file, folder_writer *write, void *context,
                                struct artifact *out)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct output output;
    struct digest unused;
    struct stat about;
    TRY(hasher_open(&hasher));
    output_init(&output, leaving_file_descriptor(file));
    output.hasher = hasher;
    hash_start(hasher);
    TRY(write(context, &output));
    TRY(output_flush(&output));
    TRY(leaving_file_end(file, &unused));
    out->file.digest = hash_finish(hasher);
    if (fstat(leaving_file_descriptor(file), &about) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    out->size = (uint64_t)about.st_size;
    return leaving_file_name(file);
}

enum exit_code folder_write(struct folder *folder, const char *name, folder_writer *write,
                            void *context)
{
    char memory[FOLDER_PATH_SIZE];
    struct text path = TEXT_IN(memory);
    struct artifact written;
    CLEANUP(leaving_file_close) struct leaving_file *file = NULL;
    if (!path_in(folder, name, &path)) {
        return invocation_fail(folder->invocation, EXIT_USAGE, NULL, "the path is too long");
    }
    struct status status = leaving_file_open(memory, &file);
    status = failed(status) ? status : write_file(file, write, context, &written);
    if (failed(status)) {
        return invocation_failed(
            folder->invocation, status,
            status.code == STATUS_EXISTS ? "nothing is written over: name another directory" : NULL,
            memory);
    }
    return folder_adopt(folder, name, &written.file.digest, written.size);
}

#include "store/vault_files.h"

#include "schema/text.h"
#include "store/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    NAME_SIZE = 96, /* bytes of one name */
    DIRECTORY_FLAGS = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW,
};

struct vault_files {
    int keys, chunks; /* descriptors of both directories */
};

struct name {
    char text[NAME_SIZE];
};

static void close_file(int *file)
{
    if (*file >= 0) {
        (void)close(*file);
    }
}

static struct status io_failure(void)
{
    int error = errno;
    return error == ENOENT ? FAIL(NOT_FOUND, 0) : FAIL(IO, (uint64_t)error);
}

static struct name name_of_number(uint64_t number)
{
    struct name name;
    struct text text = TEXT_IN(name.text);
    text_put_u64(&text, number);
    (void)text_string(&text);
    return name;
}

/* The directory that spreads files: by what differs between neighbours. */
static struct name name_of_bucket(uint64_t file)
{
    struct name name;
    struct text text = TEXT_IN(name.text);
    text_add(&text, "%02x", (unsigned)(file & 0xff));
    (void)text_string(&text);
    return name;
}

/* Directories ----------------------------------------------------------------------------- */

enum use {
    LOOK,
    MAKE, /* what is missing, and its name made durable */
};

static struct status enter(int parent, const char *name, enum use use, int *out)
{
    int directory = openat(parent, name, DIRECTORY_FLAGS);
    if (directory < 0 && errno == ENOENT && use == MAKE) {
        if (mkdirat(parent, name, 0700) == 0) {
            (void)fsync(parent);
        } else if (errno != EEXIST) {
            return io_failure();
        }
        directory = openat(parent, name, DIRECTORY_FLAGS);
    }
    if (directory < 0) {
        return io_failure();
    }
    *out = directory;
    return OK;
}

/* Some levels below a directory. */
static struct status descend(int top, const struct name *names, size_t count, enum use use,
                             int *out)
{
    CLEANUP(close_file) int directory = -1;
    TRY(enter(top, names[0].text, use, &directory));
    for (size_t i = 1; i < count; i++) {
        int below;
        TRY(enter(directory, names[i].text, use, &below));
        (void)close(directory);
        directory = below;
    }
    *out = directory;
    directory = -1;
    return OK;
}

static struct status open_keys(int vault, struct vault_files *files)
{
    return enter(vault, "keys", MAKE, &files->keys);
}

static struct status open_chunks(int vault, const char *elsewhere, struct vault_files *files)
{
    if (elsewhere == NULL) {
        return enter(vault, "chunks", MAKE, &files->chunks);
    }
    files->chunks = open(elsewhere, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return files->chunks < 0 ? io_failure() : OK;
}

struct status vault_files_open(const struct vault_files_options *options, struct vault_files **out)
{
    CLEANUP(close_file) int store = -1;
    CLEANUP(close_file) int vault = -1;
    CLEANUP(vault_files_close) struct vault_files *files = malloc(sizeof *files);
    if (files == NULL) {
        return FAIL(NO_MEMORY, sizeof *files);
    }
    *files = (struct vault_files){.keys = -1, .chunks = -1};
    store = open(options->store, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store < 0) {
        return io_failure();
    }
    TRY(enter(store, "vault", MAKE, &vault));
    TRY(open_keys(vault, files));
    TRY(open_chunks(vault, options->chunks, files));
    *out = files;
    files = NULL;
    return OK;
}

void vault_files_close(struct vault_files **files)
{
    if (*files == NULL) {
        return;
    }
    close_file(&(*files)->keys);
    close_file(&(*files)->chunks);
    free(*files);
    *files = NULL;
}

/* Files ----------------------------------------------------------------------------------- */

static struct status write_all(int file, struct bytes bytes)
{
    while (bytes.size > 0) {
        ssize_t written = write(file, bytes.data, bytes.size);
        if (written > 0) {
            bytes = bytes_of(bytes.data + written, bytes.size - (size_t)written);
        } else if (written == 0 || errno != EINTR) {
            return FAIL(IO, written == 0 ? EIO : (uint64_t)errno);
        }
    }
    return fdatasync(file) == 0 ? OK : io_failure();
}

/* Under another name until its bytes are on disk; two writers of one name do not meet. */
static struct status put_file(int directory, const char *name, struct bytes bytes)
{
    struct name temporary;
    struct text text = TEXT_IN(temporary.text);
    text_add(&text, "%s.new.%ld", name, (long)getpid());
    (void)text_string(&text);
    int file = openat(directory, temporary.text,
                      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
        return io_failure();
    }
    struct status status = write_all(file, bytes);
    if (close(file) != 0 && !failed(status)) {
        status = io_failure();
    }
    if (!failed(status) && renameat(directory, temporary.text, directory, name) != 0) {
        status = io_failure();
    }
    if (failed(status)) {
        (void)unlinkat(directory, temporary.text, 0);
    }
    return status;
}

/* Up to `capacity` bytes; *size tells if there are more by being beyond it. */
static struct status get_file(int directory, const char *name, uint8_t *out, size_t capacity,
                              size_t *size)
{
    CLEANUP(close_file)
    int file = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat about;
    size_t got = 0;
    if (file < 0 || fstat(file, &about) != 0) {
        return io_failure();
    }
    while (got < capacity) {
        ssize_t more = read(file, out + got, capacity - got);
        if (more < 0 && errno != EINTR) {
            return io_failure();
        }
        if (more == 0) {
            break;
        }
        got += more > 0 ? (size_t)more : 0;
    }
    *size = S_ISREG(about.st_mode) && (uint64_t)about.st_size <= capacity ? got : capacity + 1;
    return OK;
}

/* Keys ------------------------------------------------------------------------------------ */

struct key_place {
    struct name bucket, name;
};

static struct key_place place_of_key(const struct digest *digest)
{
    char hex[DIGEST_HEX_SIZE];
    struct key_place place;
    struct text bucket = TEXT_IN(place.bucket.text), name = TEXT_IN(place.name.text);
    hex_write(hex, BYTES(digest->sha256));
    text_put(&bucket, hex, 2);
    text_put(&name, hex + 2, sizeof hex - 2);
    (void)text_string(&bucket);
    (void)text_string(&name);
    return place;
}

static struct status digest_of(struct bytes bytes, struct digest *out)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    *out = hash_bytes(hasher, bytes);
    return OK;
}

struct status vault_key_put(const struct vault_files *files, const struct wrap *wrapped,
                            struct digest *digest)
{
    CLEANUP(close_file) int directory = -1;
    struct digest own;
    TRY(digest_of(BYTES(wrapped->data), &own));
    struct key_place place = place_of_key(&own);
    TRY(descend(files->keys, &place.bucket, 1, MAKE, &directory));
    TRY(put_file(directory, place.name.text, BYTES(wrapped->data)));
    if (fsync(directory) != 0) {
        return io_failure();
    }
    *digest = own;
    return OK;
}

struct status vault_key_get(const struct vault_files *files, const struct digest *digest,
                            struct wrap *out)
{
    CLEANUP(close_file) int directory = -1;
    struct key_place place = place_of_key(digest);
    struct digest own;
    struct wrap wrapped;
    size_t size;
    TRY(descend(files->keys, &place.bucket, 1, LOOK, &directory));
    TRY(get_file(directory, place.name.text, wrapped.data, sizeof wrapped.data, &size));
    TRY(digest_of(BYTES(wrapped.data), &own));
    if (size != sizeof wrapped.data || !digest_equal(&own, digest)) {
        return FAIL_BECAUSE(CORRUPT, 0, "the wrapped key is not the one that the log names");
    }
    *out = wrapped;
    return OK;
}

struct status vault_key_remove(const struct vault_files *files, const struct digest *digest)
{
    CLEANUP(close_file) int directory = -1;
    struct key_place place = place_of_key(digest);
    struct status status = descend(files->keys, &place.bucket, 1, LOOK, &directory);
    if (failed(status)) {
        return status.code == STATUS_NOT_FOUND ? OK : status;
    }
    if (unlinkat(directory, place.name.text, 0) != 0) {
        return errno == ENOENT ? OK : io_failure();
    }
    return fsync(directory) == 0 ? OK : io_failure();
}

/* Chunks ---------------------------------------------------------------------------------- */

static struct status enter_version(const struct vault_files *files, uint64_t file, uint64_t version,
                                   enum use use, int *out)
{
    const struct name names[] = {name_of_bucket(file), name_of_number(file),
                                 name_of_number(version)};
    return descend(files->chunks, names, 3, use, out);
}

struct status vault_chunk_put(const struct vault_files *files, const struct chunk_place *place,
                              struct bytes chunk)
{
    CLEANUP(close_file) int directory = -1;
    TRY(enter_version(files, place->file, place->version, MAKE, &directory));
    return put_file(directory, name_of_number(place->index).text, chunk);
}

struct status vault_chunk_get(const struct vault_files *files, const struct chunk_place *place,
                              uint8_t *out, size_t *size)
{
    CLEANUP(close_file) int directory = -1;
    size_t got;
    TRY(enter_version(files, place->file, place->version, LOOK, &directory));
    TRY(get_file(directory, name_of_number(place->index).text, out, CHUNK_DISK_MAX, &got));
    if (got > CHUNK_DISK_MAX) {
        return FAIL_BECAUSE(CORRUPT, place->index, "this is too long for a chunk");
    }
    *size = got;
    return OK;
}

struct status vault_chunks_sync(const struct vault_files *files, uint64_t file, uint64_t version)
{
    CLEANUP(close_file) int directory = -1;
    TRY(enter_version(files, file, version, LOOK, &directory));
    return fsync(directory) == 0 ? OK : io_failure();
}

/* Removing -------------------------------------------------------------------------------- */

static void close_listing(DIR **listing)
{
    if (*listing != NULL) {
        (void)closedir(*listing);
    }
}

/* Calls for each name in a directory; takes the descriptor. */
static struct status each_name(int directory,
                               struct status (*visit)(int directory, const char *name))
{
    CLEANUP(close_listing) DIR *listing = fdopendir(directory);
    if (listing == NULL) {
        struct status status = io_failure();
        (void)close(directory);
        return status;
    }
    const struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            TRY(visit(dirfd(listing), entry->d_name));
        }
    }
    return OK;
}

static struct status remove_chunk(int directory, const char *name)
{
    return unlinkat(directory, name, 0) == 0 || errno == ENOENT ? OK : io_failure();
}

static struct status remove_version(int directory, const char *name)
{
    int version;
    TRY(enter(directory, name, LOOK, &version));
    TRY(each_name(version, remove_chunk));
    return unlinkat(directory, name, AT_REMOVEDIR) == 0 ? OK : io_failure();
}

struct status vault_chunks_remove(const struct vault_files *files, uint64_t file)
{
    CLEANUP(close_file) int bucket = -1;
    const struct name names[] = {name_of_bucket(file), name_of_number(file)};
    int directory;
    struct status status = descend(files->chunks, names, 1, LOOK, &bucket);
    status = failed(status) ? status : enter(bucket, names[1].text, LOOK, &directory);
    if (failed(status)) {
        return status.code == STATUS_NOT_FOUND ? OK : status;
    }
    TRY(each_name(directory, remove_version));
    if (unlinkat(bucket, names[1].text, AT_REMOVEDIR) != 0) {
        return io_failure();
    }
    return fsync(bucket) == 0 ? OK : io_failure();
}

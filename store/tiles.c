#include "store/tiles.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_SIZE = 96, /* of any tile */
};

_Static_assert((int)ENTRIES_MAX < (int)STREAM_MEMORY, "a file of entries fits into a chunk");

/* Names ----------------------------------------------------------------------------------- */

/* Reads up to `max` digits at *at. */
static bool read_number(const char **at, size_t digits_max, uint64_t *out)
{
    const char *start = *at;
    while (**at >= '0' && **at <= '9' && (size_t)(*at - start) < digits_max) {
        *out = *out * 10 + (uint64_t)(**at - '0');
        (*at)++;
    }
    return *at > start;
}

static bool read_level(const char **at, uint32_t *level)
{
    uint64_t number = 0;
    if (strncmp(*at, "entries/", 8) == 0) {
        *at += 8;
        *level = TREE_ENTRY_LEVEL;
        return true;
    }
    if (!read_number(at, 1, &number) || **at != '/') {
        return false;
    }
    (*at)++;
    *level = (uint32_t)number;
    return number < TREE_LEVELS_MAX;
}

bool tile_name_read(const char *path, struct tile_name *out)
{
    char memory[PATH_SIZE];
    struct text again = TEXT_IN(memory);
    const char *at = path;
    uint64_t width = 0;
    *out = (struct tile_name){.width = TREE_TILE_WIDTH};
    if (strlen(path) >= PATH_SIZE || strncmp(at, "tile/", 5) != 0) {
        return false;
    }
    at += 5;
    if (!read_level(&at, &out->level)) {
        return false;
    }
    while (*at == 'x') {
        at++;
        if (out->index > TREE_SIZE_MAX || !read_number(&at, 3, &out->index) || *at++ != '/') {
            return false;
        }
    }
    if (!read_number(&at, 3, &out->index)) {
        return false;
    }
    if (strncmp(at, ".p/", 3) == 0) {
        at += 3;
        if (!read_number(&at, 3, &width) || width == 0 || width >= TREE_TILE_WIDTH) {
            return false;
        }
        out->width = (uint32_t)width;
    }
    /* The one way to write it. */
    tree_tile_path(&again, out->level, out->index, out->width);
    return strcmp(text_string(&again), path) == 0;
}

bool tile_name_is_of(const struct tile_name *name, uint64_t size)
{
    uint32_t level = name->level == TREE_ENTRY_LEVEL ? 0 : name->level;
    uint64_t nodes = size >> (8 * level);
    if (name->width == TREE_TILE_WIDTH) {
        return name->index < nodes / TREE_TILE_WIDTH;
    }
    return name->index == nodes / TREE_TILE_WIDTH && name->width == nodes % TREE_TILE_WIDTH;
}

struct status tiles_next_entry(struct bytes *rest, struct bytes *entry)
{
    if (rest->size < 2) {
        return FAIL_BECAUSE(MALFORMED, 0, "the file of its entries ends before it");
    }
    size_t size = bytes_read_u16(rest->data);
    if (size == 0 || size > LEAF_MAX) {
        return FAIL_BECAUSE(MALFORMED, 0, "its entry has a size that no leaf has");
    }
    if (rest->size - 2 < size) {
        return FAIL_BECAUSE(MALFORMED, 0, "the file of its entries ends within it");
    }
    *entry = bytes_of(rest->data + 2, size);
    *rest = bytes_of(rest->data + 2 + size, rest->size - 2 - size);
    return OK;
}

/* Files ----------------------------------------------------------------------------------- */

static struct status read_all(int file, uint8_t *out, size_t capacity, size_t *size)
{
    struct stat about;
    ssize_t got = 1;
    if (fstat(file, &about) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    if (!S_ISREG(about.st_mode)) {
        return FAIL(NOT_FOUND, 0);
    }
    *size = 0;
    while (got > 0 && *size < capacity) {
        got = read(file, out + *size, capacity - *size);
        if (got < 0 && errno != EINTR) {
            return FAIL(IO, (uint64_t)errno);
        }
        *size += got > 0 ? (size_t)got : 0;
        got = got < 0 ? 1 : got;
    }
    return OK;
}

/* NOT_FOUND, IO. A bigger file fills the room. */
static struct status read_file(int directory, const char *path, uint8_t *out, size_t capacity,
                               size_t *size)
{
    int file = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) {
        return errno == ENOENT || errno == ENOTDIR ? FAIL(NOT_FOUND, 0) : FAIL(IO, (uint64_t)errno);
    }
    struct status status = read_all(file, out, capacity, size);
    close(file);
    return status;
}

/* Checking -------------------------------------------------------------------------------- */

struct check {
    int directory;
    uint64_t size; /* of the signed checkpoint */
    uint64_t next; /* event */
    struct verifier *verifier;
    uint8_t tile[TILE_BYTES + 1];
    uint8_t note[NOTE_MAX + 1];
    size_t note_size;
};

static struct status read_tile(void *context, uint32_t level, uint64_t index, struct bytes *tile)
{
    struct check *check = context;
    char memory[PATH_SIZE];
    struct text path = TEXT_IN(memory);
    size_t size;
    tree_tile_path(&path, level, index, TREE_TILE_WIDTH);
    TRY(read_file(check->directory, text_string(&path), check->tile, sizeof check->tile, &size));
    *tile = bytes_of(check->tile, size);
    return OK;
}

static struct status split_entries(struct check *check, struct stream_chunk *chunk, uint64_t width)
{
    struct bytes rest = bytes_of(chunk->memory, chunk->used);
    while (chunk->count < width) {
        struct bytes entry;
        TRY(tiles_next_entry(&rest, &entry));
        chunk->events[chunk->count++] = (struct examined){.bytes = entry};
        check->next++;
    }
    return rest.size == 0 ? OK
                          : FAIL_BECAUSE(MALFORMED, 0, "the file of the entries before goes on");
}

static struct status fill_chunk(void *context, struct stream_chunk *chunk)
{
    struct check *check = context;
    char memory[PATH_SIZE];
    struct text path = TEXT_IN(memory);
    uint64_t left = check->size - check->next;
    uint64_t width = left < TREE_TILE_WIDTH ? left : TREE_TILE_WIDTH;
    if (width == 0) {
        return OK;
    }
    tree_tile_path(&path, TREE_ENTRY_LEVEL, check->next / TREE_TILE_WIDTH, (uint32_t)width);
    struct status status = read_file(check->directory, text_string(&path), chunk->memory,
                                     sizeof chunk->memory, &chunk->used);
    if (status.code == STATUS_NOT_FOUND) {
        return FAIL_BECAUSE(MALFORMED, 0, "the file of its entries is missing");
    }
    TRY(status);
    return split_entries(check, chunk, width);
}

/* The last tile of a level, whose hashes are the tree's right edge. */
static struct status check_partial(struct check *check, uint32_t level)
{
    const struct tree *tree = verify_tree_of(check->verifier);
    char memory[PATH_SIZE];
    struct text path = TEXT_IN(memory);
    uint64_t index = tree->size >> (8 * (level + 1));
    size_t expected = tree->width[level] * (size_t)DIGEST_SIZE;
    size_t size;
    if (tree->width[level] == 0) {
        return OK;
    }
    tree_tile_path(&path, level, index, tree->width[level]);
    struct status status =
        read_file(check->directory, text_string(&path), check->tile, sizeof check->tile, &size);
    if (failed(status) && status.code != STATUS_NOT_FOUND) {
        return status;
    }
    if (failed(status) || size != expected || memcmp(check->tile, tree->edge[level], size) != 0) {
        verify_note(check->verifier, index << (8 * (level + 1)),
                    "the stored tile that begins here is not that of its events");
    }
    return OK;
}

static struct status check_ends(struct check *check)
{
    for (uint32_t level = 0; level < TREE_LEVELS_MAX; level++) {
        TRY(check_partial(check, level));
    }
    return verify_checkpoint(check->verifier, bytes_of(check->note, check->note_size));
}

static void count_chunk(struct verifier *verifier, const struct stream_chunk *chunk)
{
    struct leaf leaf;
    for (uint32_t i = 0; i < chunk->count; i++) {
        if (!failed(leaf_decode(chunk->events[i].bytes, &leaf))) {
            verify_count(verifier, &leaf);
        }
    }
}

/* One of the further passes that more subjects than fit into memory need. */
static struct status count_again(struct check *check, struct stream_chunk *chunk)
{
    struct status status;
    verify_next_pass(check->verifier);
    check->next = 0;
    do {
        chunk->count = 0;
        status = fill_chunk(check, chunk);
        count_chunk(check->verifier, chunk);
    } while (!failed(status) && chunk->count > 0);
    return status.code == STATUS_MALFORMED ? OK : status; /* told in the first pass */
}

static struct status check_all(struct check *check, const struct stream_options *options)
{
    const struct stream_source source = {.context = check, .fill = fill_chunk};
    struct stream_options leaves = *options;
    leaves.whole = false;
    leaves.total = check->size;
    verify_tiles_with(check->verifier, read_tile, check);
    struct status status = verify_stream(&source, &leaves, check->verifier);
    verify_tiles_with(check->verifier, NULL, NULL);
    if (status.code == STATUS_MALFORMED) {
        verify_note(check->verifier, check->next, status.why);
    } else {
        TRY(status);
        TRY(check_ends(check));
    }
    verify_end(check->verifier);
    if (verify_passes_left(check->verifier) == 0) {
        return OK;
    }
    CLEANUP(stream_chunk_close) struct stream_chunk *chunk = NULL;
    TRY(stream_chunk_open(&chunk));
    while (verify_passes_left(check->verifier) > 0) {
        TRY(count_again(check, chunk));
    }
    return OK;
}

static struct status read_checkpoint(struct check *check, const struct public_key *key)
{
    struct checkpoint checkpoint;
    TRY(read_file(check->directory, "checkpoint", check->note, sizeof check->note,
                  &check->note_size));
    TRY(checkpoint_verify(key, bytes_of(check->note, check->note_size), &checkpoint));
    if (checkpoint.size > TREE_SIZE_MAX) {
        return FAIL(LIMIT, TREE_SIZE_MAX);
    }
    check->size = checkpoint.size;
    return OK;
}

struct status tiles_verify(const char *directory, const struct public_key *key,
                           const struct stream_options *options, struct verifier *verifier,
                           uint64_t *size)
{
    struct check check = {.verifier = verifier};
    check.directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (check.directory < 0) {
        return errno == ENOENT ? FAIL(NOT_FOUND, 0) : FAIL(IO, (uint64_t)errno);
    }
    struct status status = read_checkpoint(&check, key);
    if (!failed(status)) {
        *size = check.size;
        status = check_all(&check, options);
    }
    close(check.directory);
    return status;
}

#include "store/log.h"
#include "store/tiles.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY ".new" /* what a stopped export may leave; the next one writes over it */

enum {
    PATH_SIZE = 96,          /* of any file of the directory */
    SNAPSHOT_EVENTS = 65536, /* read through one snapshot: it keeps pages of the log from use */
};

struct writer {
    struct log *log;
    const struct public_key *key;
    const struct tiles_options *options;
    struct log_snapshot *snapshot;
    struct hasher *hasher;
    int directory;
    uint8_t note[NOTE_MAX];
    size_t note_size;
    struct checkpoint checkpoint; /* lent from `note` */
    uint64_t old_size;            /* of the checkpoint that is there */
    struct tree tree;
    size_t entries_used;
    uint8_t entries[ENTRIES_MAX];
};

static void writer_close(struct writer **writer)
{
    if (*writer != NULL) {
        log_snapshot_close(&(*writer)->snapshot);
        hasher_close(&(*writer)->hasher);
        if ((*writer)->directory >= 0) {
            close((*writer)->directory); /* and lets its lock go */
        }
        free(*writer);
        *writer = NULL;
    }
}

static struct status io(void)
{
    return FAIL(IO, (uint64_t)errno);
}

/* Files ----------------------------------------------------------------------------------- */

static struct status write_all(int file, struct bytes bytes)
{
    while (bytes.size > 0) {
        ssize_t written = write(file, bytes.data, bytes.size);
        if (written < 0 && errno != EINTR) {
            return io();
        }
        if (written > 0) {
            bytes = bytes_of(bytes.data + written, bytes.size - (size_t)written);
        }
    }
    return OK;
}

static struct status write_temporary(const struct writer *writer, struct bytes bytes, bool durable)
{
    int file = openat(writer->directory, TEMPORARY,
                      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (file < 0) {
        return io();
    }
    struct status status = write_all(file, bytes);
    if (!failed(status) && durable && fsync(file) != 0) {
        status = io();
    }
    if (close(file) != 0 && !failed(status)) {
        status = io();
    }
    return status;
}

/* Makes the directories above a file. */
static struct status make_parents(const struct writer *writer, const char *path)
{
    char parent[PATH_SIZE];
    for (size_t i = 0; path[i] != '\0'; i++) {
        parent[i] = path[i];
        parent[i + 1] = '\0';
        if (path[i + 1] == '/' && mkdirat(writer->directory, parent, 0755) != 0 &&
            errno != EEXIST) {
            return io();
        }
    }
    return OK;
}

/* Under its own name a file is always whole. */
static struct status write_file(const struct writer *writer, const char *path, struct bytes bytes,
                                bool durable)
{
    TRY(write_temporary(writer, bytes, durable));
    if (renameat(writer->directory, TEMPORARY, writer->directory, path) == 0) {
        return OK;
    }
    if (errno != ENOENT) {
        return io();
    }
    TRY(make_parents(writer, path));
    return renameat(writer->directory, TEMPORARY, writer->directory, path) == 0 ? OK : io();
}

static struct status write_tile(const struct writer *writer, const struct tile_name *name,
                                struct bytes bytes)
{
    char memory[PATH_SIZE];
    struct text path = TEXT_IN(memory);
    tree_tile_path(&path, name->level, name->index, name->width);
    return write_file(writer, text_string(&path), bytes, false);
}

/* What is there --------------------------------------------------------------------------- */

static struct status read_old_note(const struct writer *writer, uint8_t *out, size_t capacity,
                                   size_t *size)
{
    int file = openat(writer->directory, "checkpoint", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return errno == ENOENT ? FAIL(NOT_FOUND, 0) : io();
    }
    ssize_t got = read(file, out, capacity);
    int error = errno;
    close(file);
    if (got < 0) {
        return FAIL(IO, (uint64_t)error);
    }
    *size = (size_t)got;
    return OK;
}

/* The directory must be an earlier export of this very log. */
static struct status look_at_old(struct writer *writer)
{
    uint8_t note[NOTE_MAX];
    size_t size;
    struct checkpoint old;
    struct digest root;
    struct status status = read_old_note(writer, note, sizeof note, &size);
    if (status.code == STATUS_NOT_FOUND) {
        return OK;
    }
    TRY(status);
    status = checkpoint_verify(writer->key, bytes_of(note, size), &old);
    if (failed(status) && status.code != STATUS_NO_MEMORY) {
        return FAIL_BECAUSE(CONFLICT, 0, "the directory's checkpoint is another log's");
    }
    TRY(status);
    if (old.size > writer->checkpoint.size) {
        return FAIL_BECAUSE(CONFLICT, old.size, "the directory has more events already");
    }
    struct tree_source source = log_tree_source(writer->snapshot);
    TRY(tree_root_at(&source, writer->hasher, old.size, &root));
    if (!digest_equal(&root, &old.root)) {
        return FAIL_BECAUSE(CORRUPT, old.size,
                            "the directory's checkpoint is signed, and of another history");
    }
    writer->old_size = old.size;
    return OK;
}

static bool has_tile(const struct writer *writer, const struct tile_name *name)
{
    char memory[PATH_SIZE];
    struct text path = TEXT_IN(memory);
    struct stat about;
    tree_tile_path(&path, name->level, name->index, name->width);
    return fstatat(writer->directory, text_string(&path), &about, 0) == 0 &&
           S_ISREG(about.st_mode) &&
           (name->level == TREE_ENTRY_LEVEL ? about.st_size > 0 : about.st_size == TILE_BYTES);
}

/* The first event that a full tile of this level is missing for. */
static uint64_t first_missing(const struct writer *writer, uint32_t level)
{
    uint32_t shift = level == TREE_ENTRY_LEVEL ? 8 : 8 * (level + 1);
    struct tile_name name = {.level = level, .width = TREE_TILE_WIDTH};
    while (name.index < writer->old_size >> shift && has_tile(writer, &name)) {
        name.index++;
    }
    return name.index << shift;
}

/* Where to begin: what is before it is there. */
static uint64_t find_start(const struct writer *writer)
{
    uint64_t start = first_missing(writer, TREE_ENTRY_LEVEL);
    for (uint32_t level = 0; writer->old_size >> (8 * (level + 1)) > 0; level++) {
        uint64_t first = first_missing(writer, level);
        uint64_t full = writer->old_size >> (8 * (level + 1)) << (8 * (level + 1));
        start = first < full && first < start ? first : start;
    }
    return start;
}

/* Writing --------------------------------------------------------------------------------- */

static struct status visit_tile(void *context, uint32_t level, uint64_t index,
                                const struct digest hashes[static TREE_TILE_WIDTH])
{
    const struct writer *writer = context;
    return write_tile(writer,
                      &(struct tile_name){.level = level, .index = index, .width = TREE_TILE_WIDTH},
                      bytes_of(hashes, TILE_BYTES));
}

static struct status write_entries(struct writer *writer)
{
    uint64_t last = writer->tree.size - 1;
    const struct tile_name name = {.level = TREE_ENTRY_LEVEL,
                                   .index = last / TREE_TILE_WIDTH,
                                   .width = (uint32_t)(last % TREE_TILE_WIDTH) + 1};
    TRY(write_tile(writer, &name, bytes_of(writer->entries, writer->entries_used)));
    writer->entries_used = 0;
    return OK;
}

static struct status add_event(struct writer *writer)
{
    struct bytes leaf;
    TRY(log_read_leaf(writer->snapshot, writer->tree.size, &leaf));
    uint8_t *entry = writer->entries + writer->entries_used;
    bytes_write_u16(entry, (uint16_t)leaf.size);
    memcpy(entry + 2, leaf.data, leaf.size);
    writer->entries_used += 2 + leaf.size;
    struct digest hash = hash_leaf(writer->hasher, leaf);
    TRY(tree_append(&writer->tree, writer->hasher, &hash, visit_tile, writer));
    return writer->tree.size % TREE_TILE_WIDTH == 0 ? write_entries(writer) : OK;
}

static struct status take_snapshot(struct writer *writer)
{
    log_snapshot_close(&writer->snapshot);
    return log_snapshot_open(writer->log, &writer->snapshot);
}

static struct status add_events(struct writer *writer)
{
    const struct tiles_options *options = writer->options;
    while (writer->tree.size < writer->checkpoint.size) {
        TRY(add_event(writer));
        if (writer->tree.size % SNAPSHOT_EVENTS == 0) {
            TRY(take_snapshot(writer));
        }
        if (writer->tree.size % TREE_TILE_WIDTH == 0 && options->progress != NULL &&
            options->progress(options->context, writer->tree.size, writer->checkpoint.size)) {
            return FAIL(INTERRUPTED, 0);
        }
    }
    return OK;
}

/* The last tile of each level, where it is not full. */
static struct status write_partial(struct writer *writer)
{
    const struct tree *tree = &writer->tree;
    if (writer->entries_used > 0) {
        TRY(write_entries(writer));
    }
    for (uint32_t level = 0; level < TREE_LEVELS_MAX; level++) {
        const struct tile_name name = {
            .level = level, .index = tree->size >> (8 * (level + 1)), .width = tree->width[level]};
        if (name.width > 0) {
            TRY(write_tile(writer, &name,
                           bytes_of(tree->edge[level], name.width * (size_t)DIGEST_SIZE)));
        }
    }
    return OK;
}

/* Everything that the checkpoint names is durable before the checkpoint is there. */
static struct status write_checkpoint(const struct writer *writer)
{
    char memory[ORIGIN_MAX + 2 * PUBLIC_KEY_MAX + 32];
    struct text key = TEXT_IN(memory);
    public_key_write(writer->key, &key);
    text_put_char(&key, '\n');
    TRY(write_file(writer, "log.vkey", text_bytes(&key), false));
    if (syncfs(writer->directory) != 0) {
        return io();
    }
    TRY(write_file(writer, "checkpoint", bytes_of(writer->note, writer->note_size), true));
    return fsync(writer->directory) == 0 ? OK : io();
}

/* Removing -------------------------------------------------------------------------------- */

static struct status sweep_entry(const struct writer *writer, const FTSENT *entry)
{
    struct tile_name name;
    const char *path = entry->fts_path + strlen(writer->options->directory) + 1;
    if (entry->fts_info == FTS_ERR || entry->fts_info == FTS_DNR) {
        return FAIL(IO, (uint64_t)entry->fts_errno);
    }
    if (entry->fts_info == FTS_F && tile_name_read(path, &name) &&
        !tile_name_is_of(&name, writer->checkpoint.size)) {
        return unlink(entry->fts_accpath) == 0 ? OK : io();
    }
    if (entry->fts_info == FTS_DP) {
        (void)rmdir(entry->fts_accpath); /* where nothing is left in it */
    }
    return OK;
}

/* Tiles that the new checkpoint does not name: partial ones of the old one, and what a stopped
 * export may have left. */
static struct status sweep(const struct writer *writer)
{
    char memory[4096];
    struct text root = TEXT_IN(memory);
    text_put_string(&root, writer->options->directory);
    text_put_literal(&root, "/tile");
    char *const roots[] = {memory, NULL};
    if (root.full) {
        return FAIL(LIMIT, sizeof memory);
    }
    text_string(&root);
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    struct status status = walk == NULL ? io() : OK;
    FTSENT *entry;
    while (!failed(status) && (entry = fts_read(walk)) != NULL) {
        status = sweep_entry(writer, entry);
    }
    if (walk != NULL) {
        fts_close(walk);
    }
    return status;
}

/* Exporting ------------------------------------------------------------------------------- */

static struct status open_directory(struct writer *writer)
{
    const char *path = writer->options->directory;
    if (mkdir(path, 0755) != 0 && errno != EEXIST) {
        return io();
    }
    writer->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (writer->directory < 0) {
        return io();
    }
    if (flock(writer->directory, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? FAIL(IN_USE, 0) : io();
    }
    return OK;
}

static struct status choose_checkpoint(struct writer *writer)
{
    struct bytes note;
    uint64_t size;
    TRY(take_snapshot(writer));
    TRY(log_read_checkpoint(writer->snapshot, writer->options->size, &note, &size));
    memcpy(writer->note, note.data, note.size);
    writer->note_size = note.size;
    struct status status =
        checkpoint_verify(writer->key, bytes_of(writer->note, note.size), &writer->checkpoint);
    if (status.code == STATUS_NO_MEMORY) {
        return status;
    }
    if (failed(status) || writer->checkpoint.size != size) {
        return FAIL_BECAUSE(CORRUPT, size, "the checkpoint is not signed by the log's key");
    }
    return OK;
}

static struct status write_everything(struct writer *writer)
{
    struct tree_source source = log_tree_source(writer->snapshot);
    TRY(tree_load(&writer->tree, writer->hasher, find_start(writer), &source));
    TRY(add_events(writer));
    struct digest root = tree_root(&writer->tree, writer->hasher);
    if (!digest_equal(&root, &writer->checkpoint.root)) {
        return FAIL_BECAUSE(CORRUPT, writer->checkpoint.size,
                            "the events do not have the root that was signed");
    }
    TRY(write_partial(writer));
    TRY(write_checkpoint(writer));
    return sweep(writer);
}

struct status tiles_export(struct log *log, const struct public_key *key,
                           const struct tiles_options *options, uint64_t *size)
{
    CLEANUP(writer_close) struct writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        return FAIL(NO_MEMORY, sizeof *writer);
    }
    writer->directory = -1;
    writer->log = log;
    writer->key = key;
    writer->options = options;
    TRY(hasher_open(&writer->hasher));
    TRY(choose_checkpoint(writer));
    TRY(open_directory(writer));
    TRY(look_at_old(writer));
    TRY(write_everything(writer));
    *size = writer->checkpoint.size;
    return OK;
}

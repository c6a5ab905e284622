#include "core/vault/file.h"
#include "store/hash.h"
#include "store/tree.h"
#include "tools/vault/keys.h"
#include "tools/vault/transfer.h"
#include "tools/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BATCH = 32, /* chunks recorded in one visit */
};

/* What the state knows of a chunk of this version. */
struct known {
    bool recorded;
    struct digest sha256;
};

struct upload {
    struct vault vault;
    const char *local_path;
    const char *path; /* in the vault, its last name included */
    int local;
    uint64_t size, chunks;
    struct id file;
    uint64_t version;
    struct secret_bytes *key;
    struct known *known; /* one for each chunk; NULL: a new version */
    struct tree tree;    /* of the chunks taken so far */
    struct hasher *hasher;
    union command_fields pending[BATCH];
    uint8_t nonces[BATCH][CHUNK_NONCE_SIZE]; /* what pending lends */
    size_t pending_count;
    char path_memory[STORE_PATH_MAX];
};

/* What to write --------------------------------------------------------------------------- */

static enum exit_code open_local(struct upload *upload)
{
    const struct invocation *invocation = upload->vault.invocation;
    struct stat about;
    upload->local = open(upload->local_path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (upload->local < 0 || fstat(upload->local, &about) != 0) {
        struct status status = errno == ENOENT ? FAIL(NOT_FOUND, 0) : FAIL(IO, (uint64_t)errno);
        return invocation_failed(invocation, status, NULL, upload->local_path);
    }
    if (!S_ISREG(about.st_mode)) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "%s is not a regular file",
                               upload->local_path);
    }
    upload->size = (uint64_t)about.st_size;
    upload->chunks = chunk_count(upload->size);
    return EXIT_DONE;
}

/* The path with the local name behind it where it names a directory. */
static enum exit_code complete_path(struct upload *upload, struct id at)
{
    struct text path = TEXT_IN(upload->path_memory);
    const char *slash = strrchr(upload->local_path, '/');
    const char *name = slash == NULL ? upload->local_path : slash + 1;
    if (at.kind == ID_NONE || at.kind == ID_FILE) {
        return EXIT_DONE;
    }
    text_put_string(&path, upload->path);
    if (path.size > 0 && path.data[path.size - 1] != '/') {
        text_put_char(&path, '/');
    }
    text_put_string(&path, name);
    upload->path = text_string(&path);
    return path.full
               ? invocation_fail(upload->vault.invocation, EXIT_USAGE, NULL, "the path is too long")
               : EXIT_DONE;
}

static enum exit_code create_file(struct upload *upload)
{
    struct vault *vault = &upload->vault;
    struct vault_wrapped own, group = {0};
    struct verdict verdict;
    struct id parent, project = {ID_NONE, 0};
    struct bytes name;
    const char *type = invocation_value(vault->invocation, "type");
    const char *tag = invocation_value(vault->invocation, "project");
    enum exit_code code = vault_find_parent(vault, upload->path, &parent, &name);
    if (code == EXIT_DONE && tag != NULL) {
        code = vault_find(vault, tag, ID_PROJECT, &project);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = secret_bytes_make(&upload->key);
    if (failed(status)) {
        return vault_fail(vault, status, "making the key");
    }
    const struct id in_group = vault_group_of(vault, parent);
    code = vault_wrap(vault, upload->key, vault->standing.user, &own);
    if (code == EXIT_DONE && in_group.kind == ID_GROUP) {
        code = vault_wrap(vault, upload->key, in_group, &group);
    }
    union command_fields fields = {
        .vault_file_create = {.parent = parent,
                              .name = name,
                              .has_type = type != NULL,
                              .type = type == NULL ? (struct bytes){0} : bytes_of_string(type),
                              .wrapped = own.digest,
                              .has_group_wrapped = group.has_epoch,
                              .group_wrapped = group.digest,
                              .has_epoch = group.has_epoch,
                              .epoch = group.epoch,
                              .has_project = tag != NULL,
                              .project = project}};
    code = code == EXIT_DONE ? vault_command(vault, COMMAND_VAULT_FILE_CREATE, &fields, &verdict)
                             : code;
    upload->file = (struct id){ID_FILE, verdict.first};
    upload->version = 1;
    return code;
}

/* Going on, or anew ----------------------------------------------------------------------- */

/* Notes what is recorded of this version; false if there is more of it than there will be. */
static bool note_known(struct upload *upload)
{
    struct chunk_row row = {.file = upload->file, .version = upload->version};
    struct view view = vault_view(&upload->vault);
    struct view_walk walk = view_walk_of(&view, ROW_CHUNK, &row, 2);
    while (view_walk_next(&walk, &row)) {
        if (row.index >= upload->chunks) {
            return false;
        }
        upload->known[row.index] = (struct known){.recorded = true, .sha256 = row.sha256};
    }
    return true;
}

static enum exit_code start_version(struct upload *upload)
{
    struct verdict verdict;
    union command_fields fields = {.vault_file_edit = {.file = upload->file}};
    enum exit_code code = vault_command(&upload->vault, COMMAND_VAULT_FILE_EDIT, &fields, &verdict);
    upload->version++;
    free(upload->known);
    upload->known = NULL;
    return code;
}

static enum exit_code take_up(struct upload *upload, struct id file)
{
    struct vault *vault = &upload->vault;
    struct file_row row;
    struct view view = vault_view(vault);
    if (!file_by_id(&view, file, &row)) {
        return invocation_fail(vault->invocation, EXIT_NOT_FOUND, NULL, "there is no such file");
    }
    const bool writing = row.state == FILE_STATE_WRITING;
    upload->file = file;
    upload->version = row.version;
    if (!writing && !invocation_has(vault->invocation, "replace")) {
        return invocation_fail(vault->invocation, EXIT_CONFLICT,
                               "--replace writes it anew; its older versions stay in the log",
                               "%s is there already", upload->path);
    }
    enum exit_code code = vault_fetch_key(vault, file, "to write", &upload->key);
    if (code != EXIT_DONE || !writing) {
        return code != EXIT_DONE ? code : start_version(upload);
    }
    upload->known = calloc(upload->chunks > 0 ? upload->chunks : 1, sizeof *upload->known);
    if (upload->known == NULL) {
        return vault_fail(vault, FAIL(NO_MEMORY, upload->chunks), "looking at what is there");
    }
    return note_known(upload) ? EXIT_DONE : start_version(upload);
}

static enum exit_code prepare(struct upload *upload)
{
    struct vault *vault = &upload->vault;
    const char *given = upload->path;
    struct id at;
    enum exit_code code = vault_look(vault, given, &at);
    code = code == EXIT_DONE ? complete_path(upload, at) : code;
    if (code == EXIT_DONE && upload->path != given) {
        code = vault_look(vault, upload->path, &at);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    code = at.kind == ID_FILE ? take_up(upload, at) : create_file(upload);
    code = code == EXIT_DONE ? vault_check(vault) : code;
    return code == EXIT_DONE ? vault_leave(vault) : code;
}

/* Writing --------------------------------------------------------------------------------- */

/* Their bytes and names are on disk before the log tells of them. */
static enum exit_code record(struct upload *upload)
{
    struct vault *vault = &upload->vault;
    if (upload->pending_count == 0) {
        return EXIT_DONE;
    }
    struct status status = vault_chunks_sync(vault->files, upload->file.n, upload->version);
    if (failed(status)) {
        return vault_fail(vault, status, "writing chunks");
    }
    enum exit_code code = vault_return(vault);
    code = code == EXIT_DONE
               ? operator_commands(vault->invocation, vault->engine, COMMAND_VAULT_CHUNK_WRITE,
                                   upload->pending, upload->pending_count)
               : code;
    upload->pending_count = 0;
    return code == EXIT_DONE ? vault_leave(vault) : code;
}

static struct status add_to_root(struct upload *upload, const struct digest *sha256)
{
    struct digest leaf = hash_leaf(upload->hasher, BYTES(sha256->sha256));
    return tree_append(&upload->tree, upload->hasher, &leaf, NULL, NULL);
}

static enum exit_code took(struct upload *upload, const struct transfer_chunk *chunk)
{
    struct status status = chunk->status;
    status = failed(status) ? status : add_to_root(upload, &chunk->sha256);
    if (failed(status)) {
        return invocation_failed(upload->vault.invocation, status, NULL, upload->local_path);
    }
    if (chunk->was_there) {
        return EXIT_DONE;
    }
    const size_t at = upload->pending_count++;
    memcpy(upload->nonces[at], chunk->nonce, sizeof upload->nonces[at]);
    upload->pending[at] =
        (union command_fields){.vault_chunk_write = {.file = upload->file,
                                                     .index = chunk->index,
                                                     .disk_size = chunk->disk_size,
                                                     .sha256 = chunk->sha256,
                                                     .iv = BYTES(upload->nonces[at])}};
    return upload->pending_count == BATCH ? record(upload) : EXIT_DONE;
}

static void begin_chunk(struct upload *upload, struct transfer *transfer, uint64_t index)
{
    const bool known = upload->known != NULL && upload->known[index].recorded;
    transfer_begin(transfer, index, known ? TRANSFER_COMPARE : TRANSFER_WRITE,
                   known ? &upload->known[index].sha256 : NULL);
}

static enum exit_code run_transfer(struct upload *upload, struct transfer *transfer)
{
    const struct invocation *invocation = upload->vault.invocation;
    struct progress progress = invocation_progress(invocation, "encrypting", upload->chunks);
    const struct transfer_chunk *chunk = NULL;
    enum exit_code code = EXIT_DONE;
    uint64_t begun = 0, done = 0;
    while (code == EXIT_DONE && done < upload->chunks) {
        while (begun < upload->chunks && !transfer_is_full(transfer)) {
            begin_chunk(upload, transfer, begun++);
        }
        chunk = transfer_take(transfer);
        code = took(upload, chunk);
        done++;
        progress_show(&progress, done);
        if (code == EXIT_DONE && invocation_interrupted(invocation)) {
            code = EXIT_INTERRUPTED;
        }
    }
    progress_end(&progress);
    return code;
}

static enum exit_code write_chunks(struct upload *upload)
{
    CLEANUP(transfer_close) struct transfer *transfer = NULL;
    const struct invocation *invocation = upload->vault.invocation;
    struct status status = transfer_open(&(struct transfer_options){.files = upload->vault.files,
                                                                    .key = upload->key,
                                                                    .file = upload->file.n,
                                                                    .version = upload->version,
                                                                    .size = upload->size,
                                                                    .local = upload->local},
                                         &transfer);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "starting");
    }
    enum exit_code code = run_transfer(upload, transfer);
    /* What was written before a failure or an interruption is not to be written again. */
    code = exit_worse(code, record(upload));
    if (code != EXIT_DONE) {
        invocation_note(invocation, "the same command again goes on where this one stopped");
    }
    return code;
}

static enum exit_code seal(struct upload *upload)
{
    struct verdict verdict;
    struct vault *vault = &upload->vault;
    union command_fields fields = {
        .vault_file_seal = {.file = upload->file,
                            .size = upload->size,
                            .chunks = upload->chunks,
                            .root = tree_root(&upload->tree, upload->hasher)}};
    enum exit_code code = vault_return(vault);
    code =
        code == EXIT_DONE ? vault_command(vault, COMMAND_VAULT_FILE_SEAL, &fields, &verdict) : code;
    if (code == EXIT_DONE) {
        output_add(vault->invocation->output,
                   vault->invocation->format == ROWS_JSON
                       ? "{\"file\":\"file:%" PRIu64 "\",\"size\":%" PRIu64 ",\"chunks\":%" PRIu64
                         "}\n"
                       : "file:%" PRIu64 " %" PRIu64 " bytes in %" PRIu64 " chunk%s\n",
                   upload->file.n, upload->size, upload->chunks, upload->chunks == 1 ? "" : "s");
    }
    return code;
}

/* All of it ------------------------------------------------------------------------------- */

static void end_upload(struct upload *upload)
{
    if (upload->local >= 0) {
        (void)close(upload->local);
    }
    secret_bytes_close(&upload->key);
    hasher_close(&upload->hasher);
    free(upload->known);
    free(upload);
}

static enum exit_code put(struct upload *upload, struct invocation *invocation)
{
    upload->vault.invocation = invocation;
    enum exit_code code = open_local(upload);
    code = code == EXIT_DONE ? vault_begin(&upload->vault, invocation) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    code = prepare(upload);
    code = code == EXIT_DONE ? write_chunks(upload) : code;
    code = code == EXIT_DONE ? seal(upload) : code;
    return vault_end(&upload->vault, code);
}

static enum exit_code run(struct invocation *invocation)
{
    struct upload *upload = calloc(1, sizeof *upload);
    if (upload == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *upload), NULL, "starting");
    }
    upload->local = -1;
    upload->local_path = invocation_argument(invocation, 0);
    upload->path = invocation_argument(invocation, 1);
    struct status status = hasher_open(&upload->hasher);
    enum exit_code code = failed(status) ? invocation_failed(invocation, status, NULL, "starting")
                                         : put(upload, invocation);
    end_upload(upload);
    return code;
}

static const struct option_info options[] = {
    OPERATOR_OPTIONS,
    {"type", 0, "TYPE", "what it is, like text/csv", false},
    {"project", 0, "NAME", "tag it with a project from the start", false},
    {"replace", 0, NULL, "write a file anew that is there", false},
};

const struct verb verb_vault_put = {
    .name = "vault put",
    .about = "encrypt a file into the vault",
    .arguments = "FILE PATH",
    .details =
        "The content is encrypted here, in chunks of 8 MiB, with a key that is made for this file\n"
        "and wrapped for you, and for the group in whose directory it is. An upload that was\n"
        "stopped goes on with the same command. /a/b is yours, @group/a/b a group's.",
    .examples = "cairn vault put scans.tar /scans.tar\n"
                "cairn vault put results.csv @chemistry/results.csv --type text/csv",
    .purpose = PURPOSE_WRITE,
    OPTIONS(options),
    .guarded = true,
    .signs = true,
    .run = run,
};

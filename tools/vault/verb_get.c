#include "core/vault/file.h"
#include "store/hash.h"
#include "store/tree.h"
#include "tools/leaving.h"
#include "tools/vault/keys.h"
#include "tools/vault/transfer.h"
#include "tools/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct fetching {
    struct vault vault;
    const char *path;
    const char *local_path;
    char name_memory[512]; /* the file's own name, where no other is given */
    struct id file;
    uint64_t version, size, chunks;
    struct digest root;
    struct secret_bytes *key;
    struct digest *known;       /* the hashes of its chunks */
    struct leaving_file *local; /* where it goes: NULL if it is shown */
    int shown;                  /* memory that chunks are shown from; -1: none are */
};

/* What to read ---------------------------------------------------------------------------- */

static enum exit_code name_local(struct fetching *fetching, struct bytes name)
{
    struct text text = TEXT_IN(fetching->name_memory);
    if (fetching->local_path != NULL || fetching->shown >= 0) {
        return EXIT_DONE;
    }
    text_put_bytes(&text, name);
    if (text.full || memchr(name.data, '/', name.size) != NULL || name.data[0] == '.') {
        return invocation_fail(fetching->vault.invocation, EXIT_USAGE, NULL,
                               "say under which name: cairn vault get PATH FILE");
    }
    fetching->local_path = text_string(&text);
    return EXIT_DONE;
}

static enum exit_code look(struct fetching *fetching)
{
    struct file_row row;
    struct vault *vault = &fetching->vault;
    enum exit_code code = vault_find(vault, fetching->path, ID_NONE, &fetching->file);
    if (code != EXIT_DONE) {
        return code;
    }
    struct view view = vault_view(vault);
    if (!file_by_id(&view, fetching->file, &row)) {
        return invocation_fail(vault->invocation, EXIT_USAGE, NULL, "%s is no file",
                               fetching->path);
    }
    if (row.state != FILE_STATE_SEALED) {
        return invocation_fail(vault->invocation, EXIT_CONFLICT, NULL, "%s is still being written",
                               fetching->path);
    }
    fetching->version = row.version;
    fetching->size = row.size;
    fetching->chunks = row.chunks;
    fetching->root = row.root;
    return name_local(fetching, row.name);
}

/* What the log knows of the chunks, which leads to the root that was signed when it was sealed. */
static enum exit_code check_root(const struct fetching *fetching)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct tree *tree = calloc(1, sizeof *tree);
    struct status status = tree == NULL ? FAIL(NO_MEMORY, sizeof *tree) : hasher_open(&hasher);
    for (uint64_t i = 0; i < fetching->chunks && !failed(status); i++) {
        struct digest leaf = hash_leaf(hasher, BYTES(fetching->known[i].sha256));
        status = tree_append(tree, hasher, &leaf, NULL, NULL);
    }
    if (!failed(status)) {
        struct digest root = tree_root(tree, hasher);
        status = digest_equal(&root, &fetching->root)
                     ? OK
                     : FAIL_BECAUSE(CORRUPT, 0, "the chunks do not lead to the file's root");
    }
    free(tree);
    return failed(status) ? vault_fail(&fetching->vault, status, fetching->path) : EXIT_DONE;
}

static enum exit_code note_chunks(struct fetching *fetching)
{
    uint64_t count = 0;
    struct chunk_row row = {.file = fetching->file, .version = fetching->version};
    fetching->known = calloc(fetching->chunks + 1, sizeof *fetching->known);
    if (fetching->known == NULL || chunk_count(fetching->size) != fetching->chunks) {
        return vault_fail(&fetching->vault,
                          fetching->known == NULL
                              ? FAIL(NO_MEMORY, fetching->chunks)
                              : FAIL_BECAUSE(CORRUPT, 0, "size and chunks do not fit together"),
                          fetching->path);
    }
    struct view view = vault_view(&fetching->vault);
    struct view_walk walk = view_walk_of(&view, ROW_CHUNK, &row, 2);
    while (view_walk_next(&walk, &row)) {
        if (row.index < fetching->chunks) {
            fetching->known[row.index] = row.sha256;
            count++;
        }
    }
    if (count != fetching->chunks) {
        return vault_fail(&fetching->vault, FAIL_BECAUSE(CORRUPT, count, "chunks are missing"),
                          fetching->path);
    }
    return check_root(fetching);
}

/* The point of access, and what is done with it: three events, or a refusal. */
static enum exit_code ask(struct fetching *fetching)
{
    struct vault *vault = &fetching->vault;
    struct verdict verdict;
    bool views = fetching->shown >= 0;
    enum exit_code code =
        vault_fetch_key(vault, fetching->file, views ? "to view" : "to download", &fetching->key);
    union command_fields use = {
        .vault_file_download = {.file = fetching->file, .destination = LITERAL("local")}};
    if (views) {
        use = (union command_fields){.vault_file_view = {.file = fetching->file}};
    }
    code = code == EXIT_DONE
               ? vault_command(vault, views ? COMMAND_VAULT_FILE_VIEW : COMMAND_VAULT_FILE_DOWNLOAD,
                               &use, &verdict)
               : code;
    if (code != EXIT_DONE || fetching->chunks == 0) {
        return code;
    }
    union command_fields fields = {
        .vault_chunk_fetch = {.file = fetching->file, .from = 0, .to = fetching->chunks - 1}};
    return vault_command(vault, COMMAND_VAULT_CHUNK_FETCH, &fields, &verdict);
}

/* Showing --------------------------------------------------------------------------------- */

/* A terminal obeys control characters: of somebody else's file it is shown none. */
static bool may_be_shown(const struct fetching *fetching, struct bytes bytes)
{
    if (fetching->vault.invocation->terminal.width == 0) {
        return true;
    }
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t c = bytes.data[i];
        if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7F) {
            return false;
        }
    }
    return true;
}

static enum exit_code show_piece(struct fetching *fetching, struct bytes piece)
{
    const struct invocation *invocation = fetching->vault.invocation;
    if (!may_be_shown(fetching, piece)) {
        return invocation_fail(invocation, EXIT_USAGE, "send it through a program that shows such",
                               "%s is no text for a terminal", fetching->path);
    }
    output_put_bytes(invocation->output, piece);
    struct status status = output_status(invocation->output);
    return failed(status) ? vault_fail(&fetching->vault, status, fetching->path) : EXIT_DONE;
}

/* Chunks come in their order; the memory of one that was shown is given back. */
static enum exit_code show_chunk(struct fetching *fetching, uint64_t index)
{
    uint8_t piece[16 << 10];
    uint64_t at = index * CHUNK_PLAIN_MAX, end = at + CHUNK_PLAIN_MAX;
    enum exit_code code = EXIT_DONE;
    end = end < fetching->size ? end : fetching->size;
    while (code == EXIT_DONE && at < end) {
        size_t wanted = end - at < sizeof piece ? (size_t)(end - at) : sizeof piece;
        ssize_t size = pread(fetching->shown, piece, wanted, (off_t)at);
        if (size <= 0) {
            code = vault_fail(&fetching->vault, FAIL(IO, (uint64_t)errno), "showing");
            break;
        }
        code = show_piece(fetching, bytes_of(piece, (size_t)size));
        at += (uint64_t)size;
    }
    explicit_bzero(piece, sizeof piece);
    (void)fallocate(fetching->shown, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                    (off_t)(index * CHUNK_PLAIN_MAX), CHUNK_PLAIN_MAX);
    return code;
}

/* Reading --------------------------------------------------------------------------------- */

static enum exit_code run_transfer(struct fetching *fetching, struct transfer *transfer)
{
    const struct invocation *invocation = fetching->vault.invocation;
    struct progress progress = invocation_progress(invocation, "decrypting", fetching->chunks);
    enum exit_code code = EXIT_DONE;
    uint64_t begun = 0, done = 0;
    while (code == EXIT_DONE && done < fetching->chunks) {
        while (begun < fetching->chunks && !transfer_is_full(transfer)) {
            transfer_begin(transfer, begun, TRANSFER_READ, &fetching->known[begun]);
            begun++;
        }
        const struct transfer_chunk *chunk = transfer_take(transfer);
        if (failed(chunk->status)) {
            code = vault_fail(&fetching->vault, chunk->status, fetching->path);
        } else if (fetching->shown >= 0) {
            code = show_chunk(fetching, done);
        }
        progress_show(&progress, ++done);
        if (code == EXIT_DONE && invocation_interrupted(invocation)) {
            code = EXIT_INTERRUPTED;
        }
    }
    progress_end(&progress);
    return code;
}

static enum exit_code read_chunks(struct fetching *fetching)
{
    CLEANUP(transfer_close) struct transfer *transfer = NULL;
    int local = fetching->shown >= 0 ? fetching->shown : leaving_file_descriptor(fetching->local);
    struct status status = transfer_open(&(struct transfer_options){.files = fetching->vault.files,
                                                                    .key = fetching->key,
                                                                    .file = fetching->file.n,
                                                                    .version = fetching->version,
                                                                    .size = fetching->size,
                                                                    .local = local},
                                         &transfer);
    return failed(status) ? vault_fail(&fetching->vault, status, "starting")
                          : run_transfer(fetching, transfer);
}

/* For its owner alone, and without a name until all of it is there. */
static enum exit_code open_local(struct fetching *fetching)
{
    if (fetching->shown >= 0) {
        return EXIT_DONE;
    }
    struct status status = leaving_file_open(fetching->local_path, &fetching->local);
    if (!failed(status) && fchmod(leaving_file_descriptor(fetching->local), 0600) != 0) {
        status = FAIL(IO, (uint64_t)errno);
    }
    return failed(status) ? vault_fail(&fetching->vault, status, fetching->local_path) : EXIT_DONE;
}

static enum exit_code name_it(struct fetching *fetching)
{
    struct digest unused;
    if (fetching->shown >= 0) {
        return EXIT_DONE;
    }
    const struct invocation *invocation = fetching->vault.invocation;
    struct status status = leaving_file_end(fetching->local, &unused);
    status = failed(status) ? status : leaving_file_name(fetching->local);
    if (failed(status)) {
        return vault_fail(&fetching->vault, status, fetching->local_path);
    }
    invocation_note(invocation, "%s: %" PRIu64 " bytes", fetching->local_path, fetching->size);
    return EXIT_DONE;
}

/* All of it ------------------------------------------------------------------------------- */

static enum exit_code get(struct fetching *fetching)
{
    enum exit_code code = look(fetching);
    code = code == EXIT_DONE ? open_local(fetching) : code;
    code = code == EXIT_DONE ? note_chunks(fetching) : code;
    code = code == EXIT_DONE ? ask(fetching) : code;
    code = code == EXIT_DONE ? vault_check(&fetching->vault) : code;
    code = code == EXIT_DONE ? vault_leave(&fetching->vault) : code;
    code = code == EXIT_DONE ? read_chunks(fetching) : code;
    return code == EXIT_DONE ? name_it(fetching) : code;
}

static void end_fetching(struct fetching *fetching)
{
    leaving_file_close(&fetching->local);
    if (fetching->shown >= 0) {
        (void)close(fetching->shown);
    }
    secret_bytes_close(&fetching->key);
    free(fetching->known);
    free(fetching);
}

static enum exit_code run_with(struct invocation *invocation, int shown)
{
    struct fetching *fetching = calloc(1, sizeof *fetching);
    if (fetching == NULL) {
        if (shown >= 0) {
            (void)close(shown);
        }
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *fetching), NULL, "starting");
    }
    fetching->shown = shown;
    fetching->path = invocation_argument(invocation, 0);
    fetching->local_path = shown < 0 ? invocation_argument(invocation, 1) : NULL;
    enum exit_code code = vault_begin(&fetching->vault, invocation);
    if (code == EXIT_DONE) {
        code = vault_end(&fetching->vault, get(fetching));
    }
    end_fetching(fetching);
    return code;
}

static enum exit_code run_get(struct invocation *invocation)
{
    return run_with(invocation, -1);
}

static enum exit_code run_view(struct invocation *invocation)
{
    int shown = memfd_create("shown", MFD_CLOEXEC);
    return shown < 0 ? invocation_failed(invocation, FAIL(IO, (uint64_t)errno), NULL, "starting")
                     : run_with(invocation, shown);
}

static const struct option_info options[] = {OPERATOR_OPTIONS};

const struct verb verb_vault_get = {
    .name = "vault get",
    .about = "decrypt a file out of the vault",
    .arguments = "PATH [FILE]",
    .details =
        "The key is fetched, which takes every right that the file's class asks for and is\n"
        "logged, allowed or not. Each chunk is compared with the hash that the log knows and\n"
        "opened by its tag; the file has its name only when all of it is there.",
    .examples = "cairn vault get /scans.tar\n"
                "cairn vault get @chemistry/results.csv results.csv",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .signs = true,
    .run = run_get,
};

const struct verb verb_vault_view = {
    .name = "vault view",
    .about = "show a file of the vault",
    .arguments = "PATH",
    .details =
        "The same as `cairn vault get`, but nothing is written to a file: whom a file is shared\n"
        "with to view may do this, and who may not download. Each chunk is compared and\n"
        "opened before it is shown.",
    .examples = "cairn vault view @chemistry/notes.txt",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .signs = true,
    .run = run_view,
};

#include "tools/proving.h"

#include "reports/answer/judge.h"
#include "reports/answer/prove.h"
#include "store/proof.h"
#include "tools/leaving.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PATH_SIZE = 4096,
    ROWS_START = 1024,
    FILE_START = 1 << 20, /* bytes */
};

struct proving {
    struct invocation *invocation;
    const char *path;          /* lent */
    char temporary[PATH_SIZE]; /* beside it; empty: not made yet */
    uint64_t *rows;
    size_t row_count, row_capacity;
    uint8_t *file; /* the answer */
    size_t file_size, file_capacity;
    struct text proof; /* one row's */
    uint64_t size;     /* events of the log */
    struct digest digest;
    struct judgement judgement;
};

static struct status io(void)
{
    return FAIL(IO, (uint64_t)errno);
}

/* Opening and closing --------------------------------------------------------------------- */

enum exit_code proving_open(struct invocation *invocation, struct proving **out)
{
    struct stat about;
    const char *path = invocation_value(invocation, "proof");
    *out = NULL;
    if (path == NULL) {
        return EXIT_DONE;
    }
    if (lstat(path, &about) == 0) {
        return invocation_fail(invocation, EXIT_USAGE,
                               "a proof is never written over: name a "
                               "directory that is not there yet",
                               "%s is there already", path);
    }
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof **out), NULL, "starting");
    }
    (*out)->invocation = invocation;
    (*out)->path = path;
    return EXIT_DONE;
}

/* Takes away what has no name yet. */
static void remove_temporary(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return;
    }
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (entry->d_name[0] != '.') {
            unlinkat(dirfd(directory), entry->d_name, 0);
        }
    }
    closedir(directory);
    rmdir(path);
}

void proving_close(struct proving **proving)
{
    if (*proving == NULL) {
        return;
    }
    if ((*proving)->temporary[0] != '\0') {
        remove_temporary((*proving)->temporary);
    }
    free((*proving)->rows);
    free((*proving)->file);
    free((*proving)->proof.data);
    free(*proving);
    *proving = NULL;
}

/* Rows ------------------------------------------------------------------------------------ */

struct status proving_row(struct proving *proving, uint64_t n)
{
    if (proving == NULL) {
        return OK;
    }
    if (proving->row_count == ANSWER_EVENTS_MAX) {
        return FAIL_BECAUSE(LIMIT, ANSWER_EVENTS_MAX,
                            "no proof has so many rows: ask for less, or export a bundle");
    }
    if (proving->row_count == proving->row_capacity) {
        size_t capacity = proving->row_capacity == 0 ? ROWS_START : 2 * proving->row_capacity;
        uint64_t *rows = realloc(proving->rows, capacity * sizeof *rows);
        if (rows == NULL) {
            return FAIL(NO_MEMORY, capacity * sizeof *rows);
        }
        proving->rows = rows;
        proving->row_capacity = capacity;
    }
    proving->rows[proving->row_count++] = n;
    return OK;
}

/* Files ----------------------------------------------------------------------------------- */

static struct status write_all(int descriptor, struct bytes bytes)
{
    while (bytes.size > 0) {
        ssize_t written = write(descriptor, bytes.data, bytes.size);
        if (written < 0 && errno != EINTR) {
            return io();
        }
        size_t size = written > 0 ? (size_t)written : 0;
        bytes = bytes_of(bytes.data + size, bytes.size - size);
    }
    return fsync(descriptor) == 0 ? OK : io();
}

static struct status put_file(const struct proving *proving, const char *name, struct bytes bytes)
{
    char path[PATH_SIZE + 64];
    snprintf(path, sizeof path, "%s/%s", proving->temporary, name);
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (descriptor < 0) {
        return io();
    }
    struct status status = write_all(descriptor, bytes);
    if (close(descriptor) != 0 && !failed(status)) {
        return io();
    }
    return status;
}

static struct status keep(void *context, struct bytes bytes)
{
    struct proving *proving = context;
    while (proving->file_capacity - proving->file_size < bytes.size) {
        size_t capacity = proving->file_capacity == 0 ? FILE_START : 2 * proving->file_capacity;
        uint8_t *file = realloc(proving->file, capacity);
        if (file == NULL) {
            return FAIL(NO_MEMORY, capacity);
        }
        proving->file = file;
        proving->file_capacity = capacity;
    }
    memcpy(proving->file + proving->file_size, bytes.data, bytes.size);
    proving->file_size += bytes.size;
    return OK;
}

struct checking {
    struct answer *answer;
    struct hasher *hasher;
    struct question question;
};

static void end_checking(struct checking **checking)
{
    if (*checking != NULL) {
        question_close(&(*checking)->question);
        answer_close(&(*checking)->answer);
        hasher_close(&(*checking)->hasher);
        free(*checking);
    }
}

/* An answer that does not hold never leaves. */
static struct status check_answer(struct proving *proving, const struct public_key *key)
{
    CLEANUP(end_checking) struct checking *checking = calloc(1, sizeof *checking);
    if (checking == NULL) {
        return FAIL(NO_MEMORY, sizeof *checking);
    }
    TRY(hasher_open(&checking->hasher));
    struct bytes file = bytes_of(proving->file, proving->file_size);
    proving->digest = hash_bytes(checking->hasher, file);
    TRY(answer_read(file, &checking->answer));
    return judge(checking->answer, checking->hasher, key, &checking->question, &proving->judgement);
}

static struct status put_proof(struct proving *proving, struct log_snapshot *log, uint64_t n)
{
    char name[64];
    struct proof proof;
    snprintf(name, sizeof name, "%" PRIu64 ".tlog-proof", n);
    text_clear(&proving->proof);
    TRY(proof_from_log(log, n, proving->size, &proof));
    proof_write(&proof, &proving->proof);
    return proving->proof.full ? FAIL(LIMIT, PROOF_FILE_MAX)
                               : put_file(proving, name, text_bytes(&proving->proof));
}

static struct status put_proofs(struct proving *proving, struct log_snapshot *log)
{
    proving->proof.capacity = PROOF_FILE_MAX;
    proving->proof.data = malloc(proving->proof.capacity);
    if (proving->proof.data == NULL) {
        return FAIL(NO_MEMORY, PROOF_FILE_MAX);
    }
    for (size_t i = 0; i < proving->row_count && i < PROVING_FILES_MAX; i++) {
        TRY(put_proof(proving, log, proving->rows[i]));
    }
    return OK;
}

/* Its name tells whose it is if a crash leaves it behind. */
static struct status make_temporary(struct proving *proving)
{
    char path[PATH_SIZE];
    int size = snprintf(path, sizeof path, "%s.part-XXXXXX", proving->path);
    if (size < 0 || (size_t)size >= sizeof path) {
        return FAIL(IO, ENAMETOOLONG);
    }
    if (mkdtemp(path) == NULL) {
        return io();
    }
    memcpy(proving->temporary, path, sizeof path);
    return chmod(path, 0755) == 0 ? OK : io();
}

struct status proving_make(struct proving *proving, const struct query *query,
                           struct engine *engine, struct log_snapshot *log,
                           struct index_snapshot *index)
{
    if (proving == NULL) {
        return OK;
    }
    proving->size = log_snapshot_size(log);
    TRY(prove_answer(query, log, index, proving->rows, proving->row_count,
                     &(struct answer_sink){.context = proving, .put = keep}));
    TRY(check_answer(proving, engine_log_key(engine)));
    TRY(make_temporary(proving));
    TRY(put_file(proving, "rows.answer", bytes_of(proving->file, proving->file_size)));
    return put_proofs(proving, log);
}

/* Naming ---------------------------------------------------------------------------------- */

static void say_what(const struct proving *proving)
{
    const struct invocation *invocation = proving->invocation;
    if (proving->row_count > PROVING_FILES_MAX) {
        invocation_note(invocation,
                        "only the first %d rows have proofs of their own; rows.answer proves all",
                        PROVING_FILES_MAX);
    }
    if (proving->judgement.undecided > 0) {
        invocation_note(invocation,
                        "note: what hangs on a regular expression or an erased body cannot be "
                        "checked by others, so that the proof is not of completeness");
    }
    invocation_note(invocation, "proof: cairn-verify --key log.vkey %s/rows.answer", proving->path);
}

enum exit_code proving_finish(struct proving *proving, struct engine *engine)
{
    if (proving == NULL) {
        return EXIT_DONE;
    }
    enum exit_code code = leaving_record(proving->invocation, engine,
                                         &(struct leaving){.form = EXPORT_FORM_PROOF,
                                                           .size = proving->size,
                                                           .digest = &proving->digest});
    if (code != EXIT_DONE) {
        return code;
    }
    if (rename(proving->temporary, proving->path) != 0) {
        return invocation_failed(proving->invocation, io(), NULL, proving->path);
    }
    proving->temporary[0] = '\0';
    say_what(proving);
    return EXIT_DONE;
}

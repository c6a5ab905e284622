#include "tools/proving.h"

#include "reports/answer/prove.h"
#include "schema/catalogue/catalogue.h"
#include "store/proof.h"
#include "tools/answer_file.h"
#include "tools/leaving.h"
#include "tools/leaving_folder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
    ROWS_START = 1024,
    ARENA_SIZE = 64 << 10, /* bytes: what an event of a question has */
};

struct proving {
    struct invocation *invocation;
    const char *path; /* lent */
    struct leaving_folder *folder;
    uint64_t *rows;
    size_t row_count, row_capacity;
    struct answer_file file;
    struct text proof; /* one row's */
    uint64_t size;     /* events of the log */
    struct digest digest;
    struct judgement judgement;
};

/* Opening and closing --------------------------------------------------------------------- */

enum exit_code proving_open(struct invocation *invocation, const char *path, struct proving **out)
{
    struct stat about;
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

void proving_close(struct proving **proving)
{
    if (*proving == NULL) {
        return;
    }
    leaving_folder_close(&(*proving)->folder);
    free((*proving)->rows);
    answer_file_free(&(*proving)->file);
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

/* Under the newest checkpoint of at most `size` events. */
static struct status put_proof(struct proving *proving, struct log_snapshot *log, uint64_t n,
                               uint64_t size, const char *stem)
{
    char name[64];
    struct proof proof;
    snprintf(name, sizeof name, "%s.tlog-proof", stem);
    text_clear(&proving->proof);
    TRY(proof_from_log(log, n, size, &proof));
    proof_write(&proof, &proving->proof);
    return proving->proof.full
               ? FAIL(LIMIT, PROOF_FILE_MAX)
               : leaving_folder_put(proving->folder, name, text_bytes(&proving->proof));
}

static struct status put_proofs(struct proving *proving, struct log_snapshot *log)
{
    proving->proof.capacity = PROOF_FILE_MAX;
    proving->proof.data = malloc(proving->proof.capacity);
    if (proving->proof.data == NULL) {
        return FAIL(NO_MEMORY, PROOF_FILE_MAX);
    }
    for (size_t i = 0; i < proving->row_count && i < PROVING_FILES_MAX; i++) {
        char stem[32];
        snprintf(stem, sizeof stem, "%" PRIu64, proving->rows[i]);
        TRY(put_proof(proving, log, proving->rows[i], proving->size, stem));
    }
    return OK;
}

/* An answer that does not hold never leaves. */
static struct status check(struct proving *proving, const struct public_key *key)
{
    CLEANUP(judged_free) struct judged *judged = judged_new();
    TRY(answer_file_judge(&proving->file, key, judged));
    proving->judgement = judged->judgement;
    proving->digest = judged->digest;
    return OK;
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
                     &(struct answer_sink){.context = &proving->file, .put = answer_file_put}));
    TRY(check(proving, engine_log_key(engine)));
    TRY(leaving_folder_open(proving->path, &proving->folder));
    TRY(leaving_folder_put(proving->folder, "rows.answer",
                           bytes_of(proving->file.data, proving->file.size)));
    return put_proofs(proving, log);
}

/* The question's own event ---------------------------------------------------------------- */

/* Whether an event says that this question had this answer. */
static struct status is_asked(const struct proving *proving, struct log_snapshot *log, uint64_t n,
                              bool *out)
{
    uint8_t memory[ARENA_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct bytes bytes, salted;
    struct leaf leaf;
    union event_body body;
    *out = false;
    TRY(log_read_leaf(log, n, &bytes));
    if (failed(leaf_decode(bytes, &leaf)) || leaf.kind != EVENT_AUDIT_QUERY_RUN) {
        return OK;
    }
    TRY(log_read_body(log, &leaf, &salted));
    *out = salted.size > SALT_SIZE &&
           !failed(event_body_decode(leaf.kind,
                                     bytes_of(salted.data + SALT_SIZE, salted.size - SALT_SIZE),
                                     &arena, &body)) &&
           body.audit_query_run.size == proving->size &&
           digest_equal(&body.audit_query_run.result, &proving->judgement.result);
    return OK;
}

/* The question was recorded a moment ago, if this process may write at all. */
static struct status put_asked(struct proving *proving, struct engine *engine)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    bool found = false;
    TRY(log_snapshot_open(engine_log(engine), &log));
    uint64_t n = log_snapshot_size(log), size = n;
    while (n > proving->size && !found) {
        TRY(is_asked(proving, log, --n, &found));
    }
    return found ? put_proof(proving, log, n, size, "asked") : OK;
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
    struct status status = put_asked(proving, engine);
    status = failed(status) ? status : leaving_folder_name(proving->folder);
    if (failed(status)) {
        return invocation_failed(proving->invocation, status, NULL, proving->path);
    }
    say_what(proving);
    return EXIT_DONE;
}

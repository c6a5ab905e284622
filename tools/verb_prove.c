#include "store/proof.h"
#include "tools/leaving.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdlib.h>

struct proving {
    struct invocation *invocation;
    struct engine *engine;
    uint64_t n;
    uint64_t at_most; /* events of the checkpoint */
    struct text file; /* the proof's text */
    uint64_t size;    /* of the checkpoint */
};

static struct status make_proof(struct proving *proving)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct proof proof;
    struct checkpoint checkpoint;
    TRY(log_snapshot_open(engine_log(proving->engine), &snapshot));
    TRY(hasher_open(&hasher));
    TRY(proof_from_log(snapshot, proving->n, proving->at_most, &proof));
    /* A proof that does not hold never leaves. */
    TRY(proof_check(&proof, hasher, engine_log_key(proving->engine), &checkpoint));
    proof_write(&proof, &proving->file);
    proving->size = checkpoint.size;
    return proving->file.full ? FAIL(LIMIT, PROOF_FILE_MAX) : OK;
}

static enum exit_code say_failed(const struct proving *proving, struct status status)
{
    if (status.code == STATUS_NOT_FOUND) {
        return invocation_fail(proving->invocation, EXIT_NOT_FOUND,
                               "`cairn checkpoint list` tells how far each one reaches",
                               "no such checkpoint is over event %" PRIu64, proving->n);
    }
    return invocation_failed(proving->invocation, status, NULL, "making the proof");
}

/* To a file ------------------------------------------------------------------------------- */

static enum exit_code name_file(const struct proving *proving, struct leaving_file *file,
                                const char *path)
{
    struct digest digest;
    struct status status = leaving_file_put(file, text_bytes(&proving->file));
    if (!failed(status)) {
        status = leaving_file_end(file, &digest);
    }
    if (failed(status)) {
        return invocation_failed(proving->invocation, status, NULL, path);
    }
    enum exit_code code = leaving_record(
        proving->invocation, proving->engine,
        &(struct leaving){.form = EXPORT_FORM_PROOF, .size = proving->size, .digest = &digest});
    if (code != EXIT_DONE) {
        return code;
    }
    status = leaving_file_name(file);
    return failed(status) ? invocation_failed(proving->invocation, status, NULL, path) : EXIT_DONE;
}

static enum exit_code write_file(const struct proving *proving, const char *path)
{
    CLEANUP(leaving_file_close) struct leaving_file *file = NULL;
    struct status status = leaving_file_open(path, &file);
    if (failed(status)) {
        return invocation_failed(proving->invocation, status, NULL, path);
    }
    return name_file(proving, file, path);
}

/* To the output --------------------------------------------------------------------------- */

static struct status digest_of(struct bytes bytes, struct digest *out)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    *out = hash_bytes(hasher, bytes);
    return OK;
}

static enum exit_code write_output(const struct proving *proving)
{
    struct digest digest;
    struct status status = digest_of(text_bytes(&proving->file), &digest);
    if (failed(status)) {
        return invocation_failed(proving->invocation, status, NULL, "making the proof");
    }
    enum exit_code code = leaving_record(
        proving->invocation, proving->engine,
        &(struct leaving){.form = EXPORT_FORM_PROOF, .size = proving->size, .digest = &digest});
    if (code == EXIT_DONE) {
        output_put_bytes(proving->invocation->output, text_bytes(&proving->file));
    }
    return code;
}

/* The verb -------------------------------------------------------------------------------- */

static enum exit_code prove(struct proving *proving)
{
    const char *path = invocation_value(proving->invocation, "out");
    invocation_at(proving->invocation, "reading", proving->n);
    struct status status = make_proof(proving);
    if (failed(status)) {
        return say_failed(proving, status);
    }
    return path == NULL ? write_output(proving) : write_file(proving, path);
}

static enum exit_code read_arguments(struct proving *proving)
{
    const struct number_limits limits = {.least = 1, .most = TREE_SIZE_MAX};
    const char *n = invocation_argument(proving->invocation, 0);
    if (!text_read_u64(bytes_of_string(n), &proving->n)) {
        return invocation_fail(proving->invocation, EXIT_USAGE,
                               "`cairn query` and `cairn show` tell them",
                               "an event is named by its number, not by %.80s", n);
    }
    proving->at_most = TREE_SIZE_MAX;
    return invocation_number(proving->invocation, "size", limits, &proving->at_most);
}

static enum exit_code run(struct invocation *invocation)
{
    struct proving proving = {.invocation = invocation};
    enum exit_code code = read_arguments(&proving);
    if (code != EXIT_DONE) {
        return code;
    }
    code = store_open(invocation, STORE_RECORD, &proving.engine);
    if (code != EXIT_DONE) {
        return code;
    }
    proving.file.capacity = PROOF_FILE_MAX;
    proving.file.data = malloc(proving.file.capacity);
    code = proving.file.data == NULL
               ? invocation_failed(invocation, FAIL(NO_MEMORY, PROOF_FILE_MAX), NULL, "starting")
               : prove(&proving);
    free(proving.file.data);
    return store_finish(invocation, code, &proving.engine);
}

static const struct option_info options[] = {
    {"out", 0, "FILE", "the new file; without it, the proof goes to the output", false},
    {"size", 0, "N", "under the newest checkpoint of at most so many events", false},
};

const struct verb verb_prove = {
    .name = "prove",
    .about = "prove one event to somebody who has only the log's key",
    .arguments = "N",
    .details =
        "Makes a C2SP .tlog-proof file: the event with its body, its place in the tree, and\n"
        "the signed checkpoint. `cairn-verify` checks it and shows the event; no server is\n"
        "asked. Making it becomes an event, audit.exported.",
    .examples = "cairn prove 30377 --out 30377.tlog-proof\n"
                "cairn-verify --key log.vkey 30377.tlog-proof",
    .purpose = PURPOSE_PROVE,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};

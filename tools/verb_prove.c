#include "store/proof.h"
#include "tools/leaving.h"
#include "tools/proving.h"
#include "tools/query_options.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdlib.h>

struct proof_of_one {
    struct invocation *invocation;
    struct engine *engine;
    uint64_t n;
    uint64_t at_most; /* events of the checkpoint */
    struct text file; /* the proof's text */
    uint64_t size;    /* of the checkpoint */
};

static struct status make_proof(struct proof_of_one *proving)
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

static enum exit_code say_failed(const struct proof_of_one *proving, struct status status)
{
    if (status.code == STATUS_NOT_FOUND) {
        return invocation_fail(proving->invocation, EXIT_NOT_FOUND,
                               "`cairn checkpoint list` tells how far each one reaches",
                               "no such checkpoint is over event %" PRIu64, proving->n);
    }
    return invocation_failed(proving->invocation, status, NULL, "making the proof");
}

/* To a file ------------------------------------------------------------------------------- */

static enum exit_code name_file(const struct proof_of_one *proving, struct leaving_file *file,
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

static enum exit_code write_file(const struct proof_of_one *proving, const char *path)
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

static enum exit_code write_output(const struct proof_of_one *proving)
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

/* An answer ------------------------------------------------------------------------------- */

struct asking {
    struct invocation *invocation;
    struct engine *engine;
    struct query query;
    struct query_outcome outcome;
    struct hasher *hasher; /* over the leaves of the rows */
    struct proving *proving;
};

static struct status take_row(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct asking *asking = context;
    hash_add(asking->hasher, bytes);
    hash_add(asking->hasher, LITERAL("\n"));
    invocation_at(asking->invocation, "reading", leaf->n);
    if (invocation_interrupted(asking->invocation)) {
        return FAIL(INTERRUPTED, 0);
    }
    return proving_row(asking->proving, leaf->n);
}

static struct status prove_rows(struct asking *asking)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    TRY(log_snapshot_open(engine_log(asking->engine), &log));
    if (engine_index(asking->engine) != NULL) {
        TRY(index_snapshot_open(engine_index(asking->engine), &index));
    }
    hash_start(asking->hasher);
    TRY(query_run(&asking->query, log, index, take_row, asking, &asking->outcome));
    return proving_make(asking->proving, &asking->query, asking->engine, log, index);
}

static struct status prove_and_record(struct asking *asking)
{
    TRY(hasher_open(&asking->hasher));
    TRY(prove_rows(asking));
    struct digest result = hash_finish(asking->hasher);
    return query_record(asking->engine, &asking->query, &asking->outcome, &result);
}

static enum exit_code ask(struct asking *asking)
{
    struct bytes expression = bytes_of_string(invocation_value(asking->invocation, "query"));
    enum exit_code code =
        query_expression(asking->invocation, asking->engine, expression, &asking->query);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = prove_and_record(asking);
    if (failed(status)) {
        return invocation_failed(asking->invocation, status, NULL, "proving the answer");
    }
    code = proving_finish(asking->proving, asking->engine);
    invocation_note(asking->invocation, "%" PRIu64 " of %" PRIu64 " events", asking->outcome.rows,
                    asking->outcome.size);
    return code == EXIT_DONE && asking->outcome.rows == 0 ? EXIT_NOTHING : code;
}

static enum exit_code run_query(struct invocation *invocation)
{
    struct asking asking = {.invocation = invocation};
    const char *path = invocation_value(invocation, "out");
    if (path == NULL || invocation_argument_count(invocation) > 0 ||
        invocation_has(invocation, "size")) {
        return invocation_fail(invocation, EXIT_USAGE, "`cairn query --proof` shows the rows, too",
                               "--query EXPR needs --out DIR, and neither a number nor --size");
    }
    enum exit_code code = proving_open(invocation, path, &asking.proving);
    code = code == EXIT_DONE ? store_open(invocation, STORE_RECORD, &asking.engine) : code;
    if (code == EXIT_DONE) {
        code = ask(&asking);
        code = store_finish(invocation, code, &asking.engine);
    }
    hasher_close(&asking.hasher);
    proving_close(&asking.proving);
    return code;
}

/* The verb -------------------------------------------------------------------------------- */

static enum exit_code prove(struct proof_of_one *proving)
{
    const char *path = invocation_value(proving->invocation, "out");
    invocation_at(proving->invocation, "reading", proving->n);
    struct status status = make_proof(proving);
    if (failed(status)) {
        return say_failed(proving, status);
    }
    return path == NULL ? write_output(proving) : write_file(proving, path);
}

static enum exit_code read_arguments(struct proof_of_one *proving)
{
    const struct number_limits limits = {.least = 1, .most = TREE_SIZE_MAX};
    const char *n = invocation_argument(proving->invocation, 0);
    if (n == NULL) {
        return invocation_fail(proving->invocation, EXIT_USAGE, "`cairn help prove` shows both",
                               "an event's number is missing, or --query");
    }
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
    struct proof_of_one proving = {.invocation = invocation};
    if (invocation_has(invocation, "query")) {
        return run_query(invocation);
    }
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
    {"out", 0, "PATH", "the new file; without it, the proof goes to the output", false},
    {"query", 0, "EXPR", "prove the events that meet it, and that they are all", false},
    {"size", 0, "N", "under the newest checkpoint of at most so many events", false},
};

const struct verb verb_prove = {
    .name = "prove",
    .about = "prove an event or an answer to somebody who has only the log's key",
    .arguments = "[N]",
    .details =
        "Makes a C2SP .tlog-proof file: the event with its body, its place in the tree, and\n"
        "the signed checkpoint. `cairn-verify` checks it and shows the event; no server is\n"
        "asked. Making it becomes an event, audit.exported. With --query, a directory in which\n"
        "rows.answer proves the answer to a question, as `cairn query --proof` does.",
    .examples = "cairn prove 30377 --out 30377.tlog-proof\n"
                "cairn-verify --key log.vkey 30377.tlog-proof\n"
                "cairn prove --query 'outcome = denied and on = file:88' --out denied",
    .purpose = PURPOSE_PROVE,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};

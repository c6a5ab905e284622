#include "tools/audit/case_folder.h"

#include "reports/answer/prove.h"
#include "reports/casefile/casefile.h"
#include "schema/catalogue/catalogue.h"
#include "store/proof.h"
#include "tools/answer_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What it takes to fill a folder. */
struct filling {
    struct case_folder *folder;
    struct log_snapshot *log;
    struct index_snapshot *index;
    struct hasher *hasher;
    struct casefile casefile;
    struct casefile_memory memory;
    uint64_t rows[CASEFILE_EVENTS_MAX]; /* of the question at hand */
    size_t row_count;
    struct question question;
    char proof[PROOF_FILE_MAX];
    char note[CASEFILE_NOTE_MAX];
    char table[MANIFEST_TABLE_HEAD + MANIFEST_FILES_MAX * MANIFEST_LINE_SIZE];
};

static void end_filling(struct filling **filling)
{
    if (*filling != NULL) {
        question_close(&(*filling)->question);
        hasher_close(&(*filling)->hasher);
        index_snapshot_close(&(*filling)->index);
        log_snapshot_close(&(*filling)->log);
        free(*filling);
    }
}

/* Files ----------------------------------------------------------------------------------- */

/* folder/N.ending */
static struct status put(struct filling *filling, const char *folder, uint64_t n,
                         const char *ending, struct bytes bytes)
{
    char name[MANIFEST_NAME_SIZE];
    snprintf(name, sizeof name, "%s/%" PRIu64 ".%s", folder, n, ending);
    return leaving_folder_put(filling->folder->folder, name, bytes);
}

static struct status put_proof(struct filling *filling, uint64_t n)
{
    struct text text = TEXT_IN(filling->proof);
    struct proof proof;
    TRY(proof_from_log(filling->log, n, log_snapshot_size(filling->log), &proof));
    proof_write(&proof, &text);
    if (text.full) {
        return FAIL(LIMIT, PROOF_FILE_MAX);
    }
    filling->folder->events++;
    return put(filling, "events", n, "tlog-proof", text_bytes(&text));
}

/* Questions ------------------------------------------------------------------------------- */

static struct status take_row(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct filling *filling = context;
    (void)bytes;
    if (filling->row_count == CASEFILE_EVENTS_MAX) {
        return FAIL_BECAUSE(LIMIT, CASEFILE_EVENTS_MAX,
                            "an answer of so many rows is exported by itself: query --proof");
    }
    filling->rows[filling->row_count++] = leaf->n;
    return OK;
}

/* Asks, and puts the proven answer into a file. */
static struct status ask(struct filling *filling, const struct query *query, const char *name)
{
    CLEANUP(answer_file_free) struct answer_file file = {0};
    CLEANUP(judged_free) struct judged *judged = judged_new();
    struct query_outcome outcome;
    filling->row_count = 0;
    TRY(query_run(query, filling->log, filling->index, take_row, filling, &outcome));
    TRY(prove_answer(query, filling->log, filling->index, filling->rows, filling->row_count,
                     &(struct answer_sink){.context = &file, .put = answer_file_put}));
    TRY(answer_file_judge(&file, engine_log_key(filling->folder->engine), judged));
    return leaving_folder_put(filling->folder->folder, name, bytes_of(file.data, file.size));
}

/* The case -------------------------------------------------------------------------------- */

static struct status put_act(struct filling *filling, uint64_t n)
{
    struct bytes bytes, salted, note;
    struct leaf leaf;
    TRY(log_read_leaf(filling->log, n, &bytes));
    if (failed(leaf_decode(bytes, &leaf))) {
        return FAIL_BECAUSE(CORRUPT, n, "the leaf is not well formed");
    }
    TRY(log_read_body(filling->log, &leaf, &salted));
    struct bytes body = salted.size <= SALT_SIZE
                            ? (struct bytes){0}
                            : bytes_of(salted.data + SALT_SIZE, salted.size - SALT_SIZE);
    TRY(casefile_add(&filling->casefile, &leaf, body, &note));
    if (note.size > 0) {
        struct text text = TEXT_IN(filling->note);
        casefile_write_note(note, &text);
        TRY(text.full ? FAIL(LIMIT, CASEFILE_NOTE_MAX)
                      : put(filling, "notes", n, "txt", text_bytes(&text)));
    }
    return put_proof(filling, n);
}

static struct status put_history(struct filling *filling)
{
    char memory[64];
    struct text about = TEXT_IN(memory);
    struct query query = {0};
    id_write(&about, filling->folder->about);
    TRY(query_add(&query, QUERY_ON, text_bytes(&about)));
    TRY(ask(filling, &query, "history.answer"));
    for (size_t i = 0; i < filling->row_count; i++) {
        TRY(put_act(filling, filling->rows[i]));
    }
    return casefile_end(&filling->casefile);
}

static bool is_act(const struct filling *filling, uint64_t n)
{
    for (size_t i = 0; i < filling->row_count; i++) {
        if (filling->rows[i] == n) {
            return true;
        }
    }
    return false;
}

static struct status put_events(struct filling *filling)
{
    const struct casefile *casefile = &filling->casefile;
    for (size_t i = 0; i < casefile->event_count; i++) {
        TRY(is_act(filling, casefile->events[i]) ? OK : put_proof(filling, casefile->events[i]));
    }
    return OK;
}

/* Answers --------------------------------------------------------------------------------- */

/* Of an event that is a question, the answer as of now. */
static struct status ask_again(struct filling *filling, uint64_t n)
{
    struct bytes bytes, salted;
    struct leaf leaf;
    union event_body body;
    char name[MANIFEST_NAME_SIZE];
    struct arena *arena = &filling->casefile.arena;
    arena_reset(arena);
    TRY(log_read_leaf(filling->log, n, &bytes));
    if (failed(leaf_decode(bytes, &leaf)) || leaf.kind != EVENT_AUDIT_QUERY_RUN) {
        return OK;
    }
    TRY(log_read_body(filling->log, &leaf, &salted));
    if (salted.size <= SALT_SIZE ||
        failed(event_body_decode(
            leaf.kind, bytes_of(salted.data + SALT_SIZE, salted.size - SALT_SIZE), arena, &body))) {
        return OK;
    }
    question_close(&filling->question);
    if (failed(question_read(body.audit_query_run.query, &filling->question))) {
        return OK; /* of an older form, or counted only: its event says what it says */
    }
    snprintf(name, sizeof name, "answers/%" PRIu64 ".answer", n);
    return ask(filling, &filling->question.query, name);
}

static struct status attach(struct filling *filling, const char *path, unsigned number)
{
    CLEANUP(answer_file_free) struct answer_file file = {0};
    CLEANUP(judged_free) struct judged *judged = judged_new();
    char name[MANIFEST_NAME_SIZE];
    filling->folder->doing = path;
    TRY(answer_file_read(path, &file));
    TRY(answer_file_judge(&file, engine_log_key(filling->folder->engine), judged));
    snprintf(name, sizeof name, "answers/attached-%u.answer", number);
    TRY(leaving_folder_put(filling->folder->folder, name, bytes_of(file.data, file.size)));
    filling->folder->doing = NULL;
    return OK;
}

static struct status put_answers(struct filling *filling)
{
    const struct casefile *casefile = &filling->casefile;
    for (size_t i = 0; i < casefile->event_count; i++) {
        TRY(ask_again(filling, casefile->events[i]));
    }
    for (unsigned i = 0; filling->folder->answers[i] != NULL; i++) {
        TRY(attach(filling, filling->folder->answers[i], i + 1));
    }
    return OK;
}

/* Manifests ------------------------------------------------------------------------------- */

static struct status put_text(struct filling *filling, const char *name, const struct text *text)
{
    return text->full ? FAIL(LIMIT, text->capacity)
                      : leaving_folder_put(filling->folder->folder, name, text_bytes(text));
}

static struct status put_table(struct filling *filling, const char *name)
{
    size_t count;
    struct text table = TEXT_IN(filling->table);
    const struct manifest_entry *files = leaving_folder_files(filling->folder->folder, &count);
    manifest_write_table(files, count, &table);
    return put_text(filling, name, &table);
}

static struct status put_log_hash(struct filling *filling)
{
    struct text table = TEXT_IN(filling->table);
    size_t count;
    const struct manifest_entry *files = leaving_folder_files(filling->folder->folder, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(files[i].name, MANIFEST_ARTIFACTS) == 0) {
            manifest_write_table(&files[i], 1, &table);
        }
    }
    return put_text(filling, MANIFEST_LOG_HASH, &table);
}

static struct status put_manifests(struct filling *filling)
{
    struct text sums = TEXT_IN(filling->table);
    size_t count;
    const struct manifest_entry *files = leaving_folder_files(filling->folder->folder, &count);
    manifest_write_sums(files, count, &sums);
    filling->folder->digest = hash_bytes(filling->hasher, text_bytes(&sums));
    TRY(put_text(filling, MANIFEST_SUMS, &sums));
    TRY(put_table(filling, MANIFEST_ARTIFACTS));
    return put_log_hash(filling);
}

/* The whole ------------------------------------------------------------------------------- */

static struct status open_snapshots(struct filling *filling)
{
    struct engine *engine = filling->folder->engine;
    TRY(hasher_open(&filling->hasher));
    TRY(log_snapshot_open(engine_log(engine), &filling->log));
    filling->folder->size = log_snapshot_size(filling->log);
    return engine_index(engine) == NULL
               ? OK
               : index_snapshot_open(engine_index(engine), &filling->index);
}

static struct status begin_casefile(struct filling *filling)
{
    struct bytes note;
    struct checkpoint checkpoint;
    uint64_t size;
    TRY(log_read_checkpoint(filling->log, filling->folder->size, &note, &size));
    TRY(checkpoint_verify(engine_log_key(filling->folder->engine), note, &checkpoint));
    casefile_begin(&filling->casefile, &filling->memory, filling->folder->about, &checkpoint);
    return size == filling->folder->size ? OK : FAIL(NOT_FOUND, filling->folder->size);
}

static struct status fill(struct filling *filling)
{
    char memory[CASEFILE_README_MAX];
    struct text text = TEXT_IN(memory);
    TRY(open_snapshots(filling));
    TRY(begin_casefile(filling));
    TRY(put_history(filling));
    TRY(put_events(filling));
    TRY(put_answers(filling));
    TRY(put_text(filling, "case.json", &filling->casefile.json));
    casefile_write_readme(&filling->casefile, &text);
    TRY(put_text(filling, "README.txt", &text));
    return put_manifests(filling);
}

struct status case_folder_fill(struct case_folder *folder)
{
    CLEANUP(end_filling) struct filling *filling = calloc(1, sizeof *filling);
    if (filling == NULL) {
        return FAIL(NO_MEMORY, sizeof *filling);
    }
    filling->folder = folder;
    return fill(filling);
}

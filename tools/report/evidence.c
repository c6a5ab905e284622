#include "tools/report/evidence.h"

#include "reports/event_ranges.h"
#include "reports/render.h"
#include "store/proof.h"
#include "tools/leaving.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    NAME_SIZE = 64,
    KEY_SIZE = 256,
    LINES_SIZE = 4 << 20, /* bytes of the positions of a report, as render_events writes them */
};

bool evidence_is_oscal(const struct report_info *info)
{
    return strcmp(info->name, "au-assessment") == 0;
}

enum exit_code evidence_open(struct making *making, const char *path, struct evidence *out)
{
    *out = (struct evidence){.making = making};
    enum exit_code code = folder_open(making->invocation, path, &out->folder);
    if (code != EXIT_DONE) {
        return code;
    }
    out->events = calloc(EVIDENCE_EVENTS_MAX, sizeof out->events[0]);
    code = out->events == NULL
               ? invocation_failed(making->invocation, FAIL(NO_MEMORY, 0), NULL, "starting")
               : leaving_record(
                     making->invocation, making->engine,
                     &(struct leaving){.form = EXPORT_FORM_OSCAL, .size = making->question.size});
    if (code != EXIT_DONE) {
        evidence_close(out);
    }
    return code;
}

void evidence_close(struct evidence *evidence)
{
    free(evidence->events);
    evidence->events = NULL;
    folder_close(&evidence->folder);
}

/* Positions ------------------------------------------------------------------------------- */

struct positions {
    uint64_t all[EVIDENCE_EVENTS_MAX];
    size_t count;
    bool full;
};

static void free_positions(struct positions **positions)
{
    free(*positions);
}

static void add(struct positions *positions, const struct event_range *range)
{
    positions->count = event_ranges_add(positions->all, positions->count, EVIDENCE_EVENTS_MAX,
                                        range, OSCAL_RANGE_MAX, &positions->full);
}

static void free_lines(char **lines)
{
    free(*lines);
}

/* What render_events has written: `FROM TO`, line by line. */
static struct status read_positions(int file, struct positions *out)
{
    CLEANUP(free_lines) char *lines = malloc(LINES_SIZE);
    if (lines == NULL) {
        return FAIL(NO_MEMORY, LINES_SIZE);
    }
    ssize_t size = pread(file, lines, LINES_SIZE, 0);
    if (size < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    if (size == LINES_SIZE) {
        return FAIL(LIMIT, LINES_SIZE);
    }
    for (char *at = lines; at < lines + size; at = strchr(at, '\n') + 1) {
        lines[size] = '\0';
        struct event_range range = {.from = strtoull(at, &at, 10)};
        range.to = strtoull(at, &at, 10);
        add(out, &range);
    }
    return OK;
}

static enum exit_code too_many(const struct evidence *evidence)
{
    return invocation_fail(evidence->making->invocation, EXIT_USAGE,
                           "narrow the period, or ask for one project, user or team",
                           "the report rests on more than %d events", EVIDENCE_EVENTS_MAX);
}

static enum exit_code find_positions(struct evidence *evidence, struct positions *out)
{
    struct making *making = evidence->making;
    enum exit_code code = making_render(making, &render_events);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = read_positions(making->file, out);
    making_close(making);
    if (failed(status)) {
        return invocation_failed(making->invocation, status, NULL, "what the report rests on");
    }
    return out->full ? too_many(evidence) : EXIT_DONE;
}

/* Proofs ---------------------------------------------------------------------------------- */

/* The newest checkpoint within what counts; for an event after that, the newest of all. */
static struct status make_proof(const struct evidence *evidence, struct log_snapshot *log,
                                uint64_t n, struct text *file)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct proof proof;
    struct checkpoint checkpoint;
    struct engine *engine = evidence->making->engine;
    TRY(hasher_open(&hasher));
    struct status status = proof_from_log(log, n, evidence->making->question.size, &proof);
    if (status.code == STATUS_NOT_FOUND) {
        status = proof_from_log(log, n, TREE_SIZE_MAX, &proof);
    }
    TRY(status);
    TRY(proof_check(&proof, hasher, engine_log_key(engine), &checkpoint));
    proof_write(&proof, file);
    return file->full ? FAIL(LIMIT, PROOF_FILE_MAX) : OK;
}

static struct status read_event(const struct evidence *evidence, uint64_t n, struct text *file,
                                struct oscal_event *out)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct bytes leaf;
    TRY(hasher_open(&hasher));
    TRY(log_snapshot_open(engine_log(evidence->making->engine), &log));
    TRY(log_read_leaf(log, n, &leaf));
    *out = (struct oscal_event){.n = n, .leaf_hash = hash_leaf(hasher, leaf)};
    return file == NULL ? OK : make_proof(evidence, log, n, file);
}

static enum exit_code prove_one(struct evidence *evidence, uint64_t n, struct text *file)
{
    char name[NAME_SIZE];
    struct oscal_event *event = &evidence->events[evidence->event_count];
    const struct invocation *invocation = evidence->making->invocation;
    text_clear(file);
    snprintf(name, sizeof name, "proofs/%" PRIu64 ".tlog-proof", n);
    invocation_at(invocation, "proving", n);
    struct status status = read_event(evidence, n, file, event);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, name);
    }
    enum exit_code code = folder_put(&evidence->folder, name, text_bytes(file));
    if (code == EXIT_DONE) {
        event->has_proof = true;
        event->proof = folder_newest(&evidence->folder)->file.digest;
        evidence->event_count++;
    }
    return code;
}

static enum exit_code prove_all(struct evidence *evidence, const struct positions *positions,
                                struct text *file)
{
    enum exit_code code = folder_make(&evidence->folder, "proofs");
    for (size_t i = 0; i < positions->count && code == EXIT_DONE; i++) {
        code = invocation_interrupted(evidence->making->invocation)
                   ? invocation_failed(evidence->making->invocation, FAIL(INTERRUPTED, 0), NULL,
                                       "proving")
                   : prove_one(evidence, positions->all[i], file);
    }
    return code;
}

enum exit_code evidence_prove(struct evidence *evidence)
{
    CLEANUP(free_positions) struct positions *positions = calloc(1, sizeof *positions);
    CLEANUP(free_lines) char *memory = malloc(PROOF_FILE_MAX);
    if (positions == NULL || memory == NULL) {
        return invocation_failed(evidence->making->invocation, FAIL(NO_MEMORY, 0), NULL,
                                 "starting");
    }
    struct text file = {.data = memory, .capacity = PROOF_FILE_MAX};
    enum exit_code code = find_positions(evidence, positions);
    return code == EXIT_DONE ? prove_all(evidence, positions, &file) : code;
}

/* OSCAL ----------------------------------------------------------------------------------- */

struct assessing {
    struct evidence *evidence;
    struct oscal_input input;
    enum oscal_document document;
    uint64_t positions[OSCAL_EVENTS_MAX];
    uint8_t memory[AU_MEMORY];
};

static void free_assessing(struct assessing **assessing)
{
    free(*assessing);
}

static bool is_known(const struct evidence *evidence, uint64_t n)
{
    for (size_t i = 0; i < evidence->event_count; i++) {
        if (evidence->events[i].n == n) {
            return true;
        }
    }
    return false;
}

static int compare_events(const void *a, const void *b)
{
    uint64_t one = ((const struct oscal_event *)a)->n, other = ((const struct oscal_event *)b)->n;
    return (one > other) - (one < other);
}

/* Without proofs, the events are known by their hashes alone. */
static struct status know_events(struct assessing *assessing)
{
    struct evidence *evidence = assessing->evidence;
    size_t count = oscal_events(assessing->input.assessment, assessing->positions);
    for (size_t i = 0; i < count; i++) {
        if (!is_known(evidence, assessing->positions[i])) {
            if (evidence->event_count == EVIDENCE_EVENTS_MAX) {
                return FAIL(LIMIT, EVIDENCE_EVENTS_MAX);
            }
            TRY(read_event(evidence, assessing->positions[i], NULL,
                           &evidence->events[evidence->event_count]));
            evidence->event_count++;
        }
    }
    qsort(evidence->events, evidence->event_count, sizeof evidence->events[0], compare_events);
    return OK;
}

static struct status assess(struct assessing *assessing)
{
    const struct making *making = assessing->evidence->making;
    const struct report_question *question = &making->question;
    struct arena arena = ARENA_IN(assessing->memory);
    const struct au_question asked = {.from_us = question->from_us,
                                      .until_us = question->until_us,
                                      .now_us = question->now_us,
                                      .size = question->size};
    TRY(au_assess(making->engine, &asked, &arena, &assessing->input.assessment));
    return know_events(assessing);
}

static struct status put_document(void *context, struct output *output)
{
    const struct assessing *assessing = context;
    return oscal_put(&assessing->input, assessing->document, output);
}

static enum exit_code write_document(struct assessing *assessing, enum oscal_document document)
{
    struct evidence *evidence = assessing->evidence;
    assessing->document = document;
    enum exit_code code =
        folder_write(&evidence->folder, oscal_file_name(document), put_document, assessing);
    if (code != EXIT_DONE) {
        return code;
    }
    evidence->making->digest = folder_newest(&evidence->folder)->file.digest;
    return making_record(evidence->making, "oscal");
}

static enum exit_code write_documents(struct assessing *assessing)
{
    enum exit_code code = EXIT_DONE;
    for (unsigned i = 0; i < OSCAL_DOCUMENT_COUNT && code == EXIT_DONE; i++) {
        if (oscal_has(&assessing->input, (enum oscal_document)i)) {
            code = write_document(assessing, (enum oscal_document)i);
        }
    }
    return code;
}

enum exit_code evidence_oscal(struct evidence *evidence)
{
    CLEANUP(free_assessing) struct assessing *assessing = calloc(1, sizeof *assessing);
    const struct making *making = evidence->making;
    char program[NAME_SIZE];
    if (assessing == NULL) {
        return invocation_failed(making->invocation, FAIL(NO_MEMORY, 0), NULL, "starting");
    }
    assessing->evidence = evidence;
    snprintf(program, sizeof program, "cairn %s", command_version());
    assessing->input = (struct oscal_input){.origin = log_origin(engine_log(making->engine)),
                                            .version = program,
                                            .final = making->question.state == REPORT_STATE_FINAL};
    struct status status = assess(assessing);
    if (failed(status)) {
        return invocation_failed(making->invocation, status, NULL, "assessing");
    }
    assessing->input.events = evidence->events;
    assessing->input.event_count = evidence->event_count;
    return write_documents(assessing);
}

/* The end --------------------------------------------------------------------------------- */

static enum exit_code put_key(struct evidence *evidence)
{
    char memory[KEY_SIZE];
    struct text key = TEXT_IN(memory);
    public_key_write(engine_log_key(evidence->making->engine), &key);
    text_put_char(&key, '\n');
    return folder_put(&evidence->folder, "log.vkey", text_bytes(&key));
}

static enum exit_code put_advice(struct evidence *evidence)
{
    static const char advice[] =
        "What is here, and how to check it\n"
        "\n"
        "Each proofs/N.tlog-proof is one event of the log, with its place in the log's tree and\n"
        "the signed size and root of that tree. No server and no store is needed to check it:\n"
        "\n"
        "    cairn-verify --key KEY FOLDER                        # all of this folder\n"
        "    cairn-verify --key KEY FOLDER/proofs/12.tlog-proof   # one event, shown\n"
        "\n"
        "Compare log.vkey with the one that you were given another way: whoever gives both the\n"
        "proofs and the key could have made both.\n"
        "\n"
        "manifest.csv lists every file with its SHA-256 and how long it is to be kept;\n"
        "`sha256sum -c MANIFEST.sha256` compares them. CMMCAssessmentArtifacts.log is the same\n"
        "list as the hashing script of the Department of Defense writes it, and\n"
        "CMMCAssessmentLogHash.log is the hash of that list.\n"
        "\n"
        "With the store, the report can be asked for again and compares byte for byte:\n"
        "`cairn report verify FILE`. The documents of OSCAL 1.1.3 are catalog.json,\n"
        "assessment-plan.json, assessment-results.json, component-definition.json and, if\n"
        "something may be on one, poam.json; catalog.json is ours, since none is published for\n"
        "SP 800-171 r2.\n";
    return folder_put(&evidence->folder, "README.txt", bytes_of_string(advice));
}

static struct status put_manifest(void *context, struct output *output)
{
    const struct evidence *evidence = context;
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    char program[NAME_SIZE];
    struct rows rows;
    snprintf(program, sizeof program, "cairn %s", command_version());
    rows_init(&rows, &(struct rows_options){.format = ROWS_CSV, .zone = zone_utc()}, output,
              &arena);
    return artifacts_put_manifest(evidence->folder.artifacts, evidence->folder.count, program,
                                  evidence->making->question.now_us, &rows);
}

/* The hashes in one of the forms of reports/casefile/manifest.h. */
typedef void write_hashes(const struct manifest_entry *entries, size_t count, struct text *out);

struct listing {
    const struct artifact *artifacts;
    size_t count;
    write_hashes *write;
};

static void free_entries(struct manifest_entry **entries)
{
    free(*entries);
}

static struct status put_listing(void *context, struct output *output)
{
    const struct listing *listing = context;
    size_t capacity = MANIFEST_TABLE_HEAD + listing->count * MANIFEST_LINE_SIZE;
    CLEANUP(free_entries)
    struct manifest_entry *entries = calloc(listing->count, sizeof entries[0]);
    CLEANUP(free_lines) char *memory = malloc(capacity);
    if (entries == NULL || memory == NULL) {
        return FAIL(NO_MEMORY, capacity);
    }
    for (size_t i = 0; i < listing->count; i++) {
        entries[i] = listing->artifacts[i].file;
    }
    struct text text = {.data = memory, .capacity = capacity};
    listing->write(entries, listing->count, &text);
    output_put_bytes(output, text_bytes(&text));
    return text.full ? FAIL(LIMIT, capacity) : output_status(output);
}

/* Lists all files that are there by then. */
static enum exit_code put_hashes(struct folder *folder, const char *name, write_hashes *write)
{
    artifacts_sort(folder->artifacts, folder->count);
    struct listing listing = {folder->artifacts, folder->count, write};
    return folder_write(folder, name, put_listing, &listing);
}

enum exit_code evidence_end(struct evidence *evidence)
{
    struct folder *folder = &evidence->folder;
    enum exit_code code = put_key(evidence);
    code = code == EXIT_DONE ? put_advice(evidence) : code;
    artifacts_sort(folder->artifacts, folder->count);
    code = code == EXIT_DONE ? folder_write(folder, "manifest.csv", put_manifest, evidence) : code;
    code = code == EXIT_DONE ? put_hashes(folder, MANIFEST_SUMS, manifest_write_sums) : code;
    code = code == EXIT_DONE ? put_hashes(folder, MANIFEST_ARTIFACTS, manifest_write_table) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    struct artifact log = *folder_newest(folder);
    struct listing listing = {&log, 1, manifest_write_table};
    code = folder_write(folder, MANIFEST_LOG_HASH, put_listing, &listing);
    if (code == EXIT_DONE) {
        invocation_note(folder->invocation, "%zu files, %zu of them proofs, in %s", folder->count,
                        evidence->event_count, folder->path);
    }
    return code;
}

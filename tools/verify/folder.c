#include "tools/verify/folder.h"

#include "schema/catalogue/catalogue.h"
#include "tools/verify/folder_told.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
    PATH_SIZE = 4096,
};

static void folder_free(struct folder **folder)
{
    if (*folder != NULL) {
        answer_file_free(&(*folder)->file);
        answer_file_free(&(*folder)->history);
        judged_free(&(*folder)->judged);
        hasher_close(&(*folder)->hasher);
        free(*folder);
    }
}

/* Files ----------------------------------------------------------------------------------- */

static bool has_file(const char *path, const char *name)
{
    char whole[PATH_SIZE];
    struct stat about;
    int size = snprintf(whole, sizeof whole, "%s/%s", path, name);
    return size > 0 && (size_t)size < sizeof whole && lstat(whole, &about) == 0;
}

enum folder_form folder_form_of(const char *path)
{
    if (has_file(path, "manifest.csv")) {
        return FOLDER_EVIDENCE;
    }
    if (has_file(path, MANIFEST_SUMS) || has_file(path, "history.answer")) {
        return FOLDER_CASE;
    }
    return has_file(path, "rows.answer") ? FOLDER_ROWS : FOLDER_TILES;
}

/* Which file it is about, for the sentence. */
static void note_wrong(struct folder *folder, const char *name)
{
    struct text text = TEXT_IN(folder->wrong);
    text_put_string(&text, name);
    text_string(&text);
}

static struct status wrong(struct folder *folder, const char *name, const char *why)
{
    note_wrong(folder, name);
    return FAIL_BECAUSE(CORRUPT, 0, why);
}

static struct status of_file(struct folder *folder, const char *name, struct status status)
{
    if (failed(status)) {
        note_wrong(folder, name);
    }
    return status;
}

static struct status read_file(struct folder *folder, const char *name, struct answer_file *out)
{
    char path[PATH_SIZE];
    int size = snprintf(path, sizeof path, "%s/%s", folder->path, name);
    if (size < 0 || (size_t)size >= sizeof path) {
        return FAIL(IO, ENAMETOOLONG);
    }
    out->size = 0;
    struct status status = answer_file_read(path, out);
    return status.code == STATUS_IO && status.at == ENOENT
               ? wrong(folder, name, "the file is missing")
               : of_file(folder, name, status);
}

static struct bytes bytes_of_file(const struct answer_file *file)
{
    return bytes_of(file->data, file->size);
}

static struct status add_file(struct folder *folder, const char *name)
{
    if (folder->count == MANIFEST_FILES_MAX) {
        return FAIL_BECAUSE(LIMIT, MANIFEST_FILES_MAX, "there are too many files");
    }
    if (!manifest_is_name(bytes_of_string(name))) {
        return wrong(folder, name, "no such file belongs to the folder");
    }
    TRY(read_file(folder, name, &folder->file));
    struct manifest_entry *entry = &folder->files[folder->count++];
    memcpy(entry->name, name, strlen(name) + 1); /* it is a name, and so fits */
    entry->digest = hash_bytes(folder->hasher, bytes_of_file(&folder->file));
    return OK;
}

static struct status list_files(struct folder *folder, const char *below);

static struct status list_entry(struct folder *folder, const char *below, const char *entry)
{
    char name[PATH_SIZE], path[2 * PATH_SIZE];
    struct stat about;
    snprintf(name, sizeof name, "%s%s%s", below, below[0] == '\0' ? "" : "/", entry);
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    if (lstat(path, &about) != 0) {
        return of_file(folder, name, FAIL(IO, (uint64_t)errno));
    }
    if (S_ISREG(about.st_mode)) {
        return add_file(folder, name);
    }
    return S_ISDIR(about.st_mode) && below[0] == '\0'
               ? list_files(folder, name)
               : wrong(folder, name, "it is no file, and does not belong to the folder");
}

static void close_directory(DIR **directory)
{
    if (*directory != NULL) {
        closedir(*directory);
    }
}

static struct status list_files(struct folder *folder, const char *below)
{
    char path[2 * PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder->path, below);
    CLEANUP(close_directory) DIR *directory = opendir(path);
    if (directory == NULL) {
        return of_file(folder, below, FAIL(IO, (uint64_t)errno));
    }
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            TRY(list_entry(folder, below, entry->d_name));
        }
    }
    return OK;
}

/* Compares a file with what it must be. */
static struct status expect_file(struct folder *folder, const char *name, const struct text *text,
                                 const char *why)
{
    TRY(read_file(folder, name, &folder->file));
    return !text->full && bytes_equal(text_bytes(text), bytes_of_file(&folder->file))
               ? OK
               : wrong(folder, name, why);
}

/* Manifests ------------------------------------------------------------------------------- */

static bool is_manifest(const char *name)
{
    return strcmp(name, MANIFEST_SUMS) == 0 || strcmp(name, MANIFEST_ARTIFACTS) == 0 ||
           strcmp(name, MANIFEST_LOG_HASH) == 0;
}

static struct manifest_entry *find_file(struct folder *folder, const char *name)
{
    for (size_t i = 0; i < folder->count; i++) {
        if (strcmp(folder->files[i].name, name) == 0) {
            return &folder->files[i];
        }
    }
    return NULL;
}

/* Every line has its file; both are in the order of names, and so walked together. */
static struct status check_sums(struct folder *folder)
{
    struct manifest_entry listed;
    bool more = true;
    size_t at = 0;
    TRY(read_file(folder, MANIFEST_SUMS, &folder->file));
    struct bytes rest = bytes_of_file(&folder->file);
    folder->digest = hash_bytes(folder->hasher, rest);
    for (;;) {
        while (at < folder->count && is_manifest(folder->files[at].name)) {
            at++;
        }
        TRY(of_file(folder, MANIFEST_SUMS, manifest_read_line(&rest, &listed, &more)));
        if (!more) {
            break;
        }
        int order = at < folder->count ? strcmp(listed.name, folder->files[at].name) : -1;
        if (order < 0) {
            return wrong(folder, listed.name, "the manifest has this file, the folder does not");
        }
        if (order > 0) {
            break;
        }
        if (!digest_equal(&listed.digest, &folder->files[at].digest)) {
            return wrong(folder, listed.name, "the file is not what the manifest says");
        }
        at++;
    }
    return at == folder->count
               ? OK
               : wrong(folder, folder->files[at].name, "the manifest does not have this file");
}

/* The tables are made of the files' hashes, in the order in which they were written. */
static struct status check_tables(struct folder *folder)
{
    struct text text = TEXT_IN(folder->text);
    struct manifest_entry *entries = calloc(folder->count + 1, sizeof *entries);
    size_t count = 0;
    if (entries == NULL) {
        return FAIL(NO_MEMORY, folder->count * sizeof *entries);
    }
    for (size_t i = 0; i < folder->count; i++) {
        const char *name = folder->files[i].name;
        if (strcmp(name, MANIFEST_ARTIFACTS) != 0 && strcmp(name, MANIFEST_LOG_HASH) != 0) {
            entries[count++] = folder->files[i];
        }
    }
    manifest_write_table(entries, count, &text);
    free(entries);
    TRY(expect_file(folder, MANIFEST_ARTIFACTS, &text, "it has not the hashes of the files"));
    text_clear(&text);
    const struct manifest_entry *artifacts = find_file(folder, MANIFEST_ARTIFACTS);
    if (artifacts != NULL) {
        manifest_write_table(artifacts, 1, &text);
    }
    return expect_file(folder, MANIFEST_LOG_HASH, &text,
                       "it has not the hash of " MANIFEST_ARTIFACTS);
}

/* Events ---------------------------------------------------------------------------------- */

/* Reads the proof of an event and checks it; its slices are lent until the next one. */
static struct status read_proof(struct folder *folder, const char *name, uint64_t n,
                                struct proof *proof)
{
    struct arena arena = ARENA_IN(folder->arena);
    struct checkpoint checkpoint;
    TRY(read_file(folder, name, &folder->file));
    TRY(of_file(folder, name, proof_read(bytes_of_file(&folder->file), &arena, proof)));
    TRY(of_file(folder, name,
                proof_check(proof, folder->hasher, &folder->asked->key, &checkpoint)));
    if (proof->index != n) {
        return wrong(folder, name, "it is the proof of another event");
    }
    const struct checkpoint *expected = &folder->judged->judgement.ground.checkpoint;
    if (checkpoint.size != expected->size || !digest_equal(&checkpoint.root, &expected->root)) {
        return wrong(folder, name, "it is under another checkpoint than the rest");
    }
    folder->proofs++;
    return OK;
}

static void name_proof(char name[static MANIFEST_NAME_SIZE], const char *folder, uint64_t n)
{
    snprintf(name, MANIFEST_NAME_SIZE, "%s%" PRIu64 ".tlog-proof", folder, n);
}

/* An event of the case itself. */
static struct status check_act(struct folder *folder, uint64_t n)
{
    char name[MANIFEST_NAME_SIZE];
    struct proof proof;
    struct leaf leaf;
    struct bytes note;
    name_proof(name, "events/", n);
    TRY(read_proof(folder, name, n, &proof));
    TRY(of_file(folder, name, leaf_decode(proof.leaf, &leaf)));
    TRY(of_file(folder, name, casefile_add(&folder->casefile, &leaf, proof.body, &note)));
    if (note.size == 0) {
        return OK;
    }
    struct text text = TEXT_IN(folder->text);
    casefile_write_note(note, &text);
    snprintf(name, sizeof name, "notes/%" PRIu64 ".txt", n);
    return expect_file(folder, name, &text, "it is not what the event of the note says");
}

static struct status check_event(struct folder *folder, uint64_t n)
{
    char name[MANIFEST_NAME_SIZE];
    struct proof proof;
    const struct answer *history = folder->judged->answer;
    for (size_t i = 0; i < history->row_count; i++) {
        if (history->rows[i] == n) {
            return OK; /* of the case itself, and checked */
        }
    }
    name_proof(name, "events/", n);
    return read_proof(folder, name, n, &proof);
}

/* How many files there are in a folder below. */
static uint64_t count_below(const struct folder *folder, const char *below)
{
    uint64_t count = 0;
    for (size_t i = 0; i < folder->count; i++) {
        count += strncmp(folder->files[i].name, below, strlen(below)) == 0 ? 1 : 0;
    }
    return count;
}

/* The history ----------------------------------------------------------------------------- */

/* The case that the history is of: it answers `on=case:N`, and nothing else. */
static bool read_about(const struct judged *judged, struct id *about)
{
    const struct query *query = &judged->question.query;
    return query->value_count == 1 && query->values[0].member == QUERY_ON &&
           !query->values[0].excluded && query->where == NULL && query->limit == 0 &&
           query->range.since.kind == MOMENT_OPEN && query->range.until.kind == MOMENT_OPEN &&
           !failed(id_read(bytes_of_string(query->values[0].text), about)) &&
           about->kind == ID_CASE;
}

static struct status check_history(struct folder *folder)
{
    struct id about;
    TRY(read_file(folder, "history.answer", &folder->history));
    TRY(of_file(folder, "history.answer",
                answer_file_judge(&folder->history, &folder->asked->key, folder->judged)));
    const struct answer *history = folder->judged->answer;
    if (!read_about(folder->judged, &about) || folder->judged->judgement.undecided > 0) {
        return wrong(folder, "history.answer", "it is not the whole history of a case");
    }
    casefile_begin(&folder->casefile, &folder->memory, about,
                   &folder->judged->judgement.ground.checkpoint);
    for (size_t i = 0; i < history->row_count; i++) {
        TRY(check_act(folder, history->rows[i]));
    }
    return of_file(folder, "history.answer", casefile_end(&folder->casefile));
}

static struct status check_events(struct folder *folder)
{
    const struct casefile *casefile = &folder->casefile;
    for (size_t i = 0; i < casefile->event_count; i++) {
        TRY(check_event(folder, casefile->events[i]));
    }
    if (count_below(folder, "events/") != folder->proofs) {
        return wrong(folder, "events/", "there are proofs of events that the case does not have");
    }
    return count_below(folder, "notes/") == casefile->notes
               ? OK
               : wrong(folder, "notes/", "there are notes that the case does not have");
}

/* Answers --------------------------------------------------------------------------------- */

static struct status check_answer(struct folder *folder, const char *name)
{
    CLEANUP(judged_free) struct judged *judged = judged_new();
    TRY(read_file(folder, name, &folder->file));
    TRY(of_file(folder, name, answer_file_judge(&folder->file, &folder->asked->key, judged)));
    folder->answers++;
    folder->incomplete += judged->judgement.undecided > 0 ? 1 : 0;
    return OK;
}

static struct status check_answers(struct folder *folder)
{
    uint64_t known = count_below(folder, "events/") + count_below(folder, "notes/");
    for (size_t i = 0; i < folder->count; i++) {
        if (strncmp(folder->files[i].name, "answers/", 8) == 0) {
            TRY(check_answer(folder, folder->files[i].name));
        }
    }
    /* case.json, README.txt, history.answer, and the three manifests */
    return folder->count == known + folder->answers + 6
               ? OK
               : wrong(folder, folder->path, "there is a file in it that belongs to no case");
}

static struct status check_case(struct folder *folder)
{
    TRY(list_files(folder, ""));
    manifest_sort(folder->files, folder->count);
    TRY(check_sums(folder));
    TRY(check_tables(folder));
    TRY(check_history(folder));
    TRY(check_events(folder));
    TRY(expect_file(folder, "case.json", &folder->casefile.json,
                    "it is not what the events of the case say"));
    struct text text = TEXT_IN(folder->text);
    casefile_write_readme(&folder->casefile, &text);
    TRY(expect_file(folder, "README.txt", &text, "it is not what an export writes"));
    return check_answers(folder);
}

/* Rows ------------------------------------------------------------------------------------ */

static bool is_row(const struct answer *answer, uint64_t n)
{
    for (size_t i = 0; i < answer->row_count; i++) {
        if (answer->rows[i] == n) {
            return true;
        }
    }
    return false;
}

/* The event that says that the question was asked, and what the answer was. */
static struct status check_asked(struct folder *folder, const char *name)
{
    struct arena arena = ARENA_IN(folder->arena), decoded = ARENA_IN(folder->memory.arena);
    const struct judged *judged = folder->judged;
    struct checkpoint checkpoint;
    struct proof proof;
    struct leaf leaf;
    union event_body body;
    TRY(read_file(folder, name, &folder->file));
    TRY(of_file(folder, name, proof_read(bytes_of_file(&folder->file), &arena, &proof)));
    TRY(of_file(folder, name,
                proof_check(&proof, folder->hasher, &folder->asked->key, &checkpoint)));
    TRY(of_file(folder, name, leaf_decode(proof.leaf, &leaf)));
    if (leaf.kind != EVENT_AUDIT_QUERY_RUN ||
        failed(event_body_decode(leaf.kind, proof.body, &decoded, &body))) {
        return wrong(folder, name, "it is the proof of no question");
    }
    const struct audit_query_run *run = &body.audit_query_run;
    folder->asked_at = leaf.n;
    return bytes_equal(run->query, judged->answer->question) &&
                   run->size == judged->judgement.ground.checkpoint.size &&
                   run->rows == judged->judgement.rows &&
                   digest_equal(&run->result, &judged->judgement.result)
               ? OK
               : wrong(folder, name, "the log has another question or another answer");
}

static struct status check_row(struct folder *folder, const char *name)
{
    static const char ending[] = ".tlog-proof";
    struct proof proof;
    uint64_t n;
    size_t size = strlen(name), tail = sizeof ending - 1;
    if (size <= tail || strcmp(name + size - tail, ending) != 0 ||
        !text_read_u64(bytes_of(name, size - tail), &n) || !is_row(folder->judged->answer, n)) {
        return wrong(folder, name, "no row has this proof");
    }
    return read_proof(folder, name, n, &proof);
}

static struct status check_rows(struct folder *folder)
{
    TRY(list_files(folder, ""));
    TRY(read_file(folder, "rows.answer", &folder->history));
    TRY(of_file(folder, "rows.answer",
                answer_file_judge(&folder->history, &folder->asked->key, folder->judged)));
    for (size_t i = 0; i < folder->count; i++) {
        const char *name = folder->files[i].name;
        if (strcmp(name, "asked.tlog-proof") == 0) {
            TRY(check_asked(folder, name));
        } else if (strcmp(name, "rows.answer") != 0) {
            TRY(check_row(folder, name));
        }
    }
    return OK;
}

/* Evidence -------------------------------------------------------------------------------- */

/* `proofs/N.tlog-proof` proves event N, under whatever checkpoint of the log. */
static struct status check_evidence_proof(struct folder *folder, const char *name)
{
    char expected[MANIFEST_NAME_SIZE];
    struct arena arena = ARENA_IN(folder->arena);
    struct checkpoint checkpoint;
    struct proof proof;
    TRY(read_file(folder, name, &folder->file));
    TRY(of_file(folder, name, proof_read(bytes_of_file(&folder->file), &arena, &proof)));
    TRY(of_file(folder, name,
                proof_check(&proof, folder->hasher, &folder->asked->key, &checkpoint)));
    name_proof(expected, "proofs/", proof.index);
    if (strcmp(name, expected) != 0) {
        return wrong(folder, name, "it is the proof of another event");
    }
    folder->proofs++;
    return OK;
}

static struct status check_evidence(struct folder *folder)
{
    TRY(list_files(folder, ""));
    manifest_sort(folder->files, folder->count);
    TRY(check_sums(folder));
    TRY(check_tables(folder));
    for (size_t i = 0; i < folder->count; i++) {
        if (strncmp(folder->files[i].name, "proofs/", 7) == 0) {
            TRY(check_evidence_proof(folder, folder->files[i].name));
        }
    }
    return OK;
}

static struct status check_form(struct folder *folder, enum folder_form form)
{
    switch (form) {
    case FOLDER_CASE:
        return check_case(folder);
    case FOLDER_EVIDENCE:
        return check_evidence(folder);
    case FOLDER_ROWS:
    case FOLDER_TILES:
        break;
    }
    return check_rows(folder);
}

static enum exit_code told_form(const struct folder *folder, enum folder_form form)
{
    if (form == FOLDER_EVIDENCE) {
        return told_evidence(folder);
    }
    return form == FOLDER_CASE ? told_case(folder) : told_rows(folder);
}

enum exit_code check_folder(const struct asked *asked, const char *path, enum folder_form form)
{
    CLEANUP(folder_free) struct folder *folder = calloc(1, sizeof *folder);
    if (folder == NULL) {
        return answer_failure(asked, path, EXIT_IO, "there is not enough memory");
    }
    folder->asked = asked;
    folder->path = path;
    folder->judged = judged_new();
    struct status status = hasher_open(&folder->hasher);
    if (!failed(status)) {
        status = check_form(folder, form);
    }
    if (failed(status)) {
        return told_failure(folder, status);
    }
    return told_form(folder, form);
}

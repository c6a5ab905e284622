#include "tools/verify/check.h"

#include "store/bundle.h"
#include "store/tiles.h"
#include "tools/answer_file.h"
#include "tools/verify/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    START_SIZE = 16, /* bytes that tell what a file is */
};

/* Failures -------------------------------------------------------------------------------- */

static enum exit_code answer_status(const struct asked *asked, const char *path,
                                    struct status status)
{
    char memory[512];
    struct text text = TEXT_IN(memory);
    enum exit_code code = exit_of(status);
    status_describe(status, &text);
    if (status.code == STATUS_MALFORMED || status.code == STATUS_LIMIT) {
        code = EXIT_INTEGRITY; /* the command line was right, the file is not */
    }
    return answer_failure(asked, path, code, "%s", text_string(&text));
}

/* Logs ------------------------------------------------------------------------------------ */

struct bar {
    const struct asked *asked;
    struct progress progress;
    bool begun;
};

static bool show(void *context, uint64_t done, uint64_t total)
{
    struct bar *bar = context;
    if (!bar->begun) {
        bool shown = !bar->asked->quiet;
        bar->begun = true;
        bar->progress = progress_begin(shown ? &bar->asked->terminal : NULL, "verifying", total);
    }
    progress_show(&bar->progress, done);
    return false;
}

static void end_bar(struct bar *bar)
{
    if (bar->begun) {
        progress_end(&bar->progress);
    }
}

static enum exit_code answer_of(const struct asked *asked, const struct log_answer *answer)
{
    answer_log(asked, answer);
    return answer->report->finding_count == 0 ? EXIT_DONE : EXIT_INTEGRITY;
}

static enum exit_code check_bundle(const struct asked *asked, const char *path, int *file)
{
    struct bundle_source source = bundle_from_file(file);
    struct bundle_head head;
    struct bar bar = {.asked = asked};
    const struct stream_options options = {.threaded = true, .progress = show, .context = &bar};
    CLEANUP(verifier_close) struct verifier *verifier = NULL;
    struct status status = verifier_open(&asked->key, &verifier);
    if (!failed(status)) {
        status = bundle_verify(&source, &options, verifier, &head);
    }
    end_bar(&bar);
    if (failed(status)) {
        return answer_status(asked, path, status);
    }
    return answer_of(asked, &(struct log_answer){.path = path,
                                                 .form = FORM_BUNDLE,
                                                 .origin = head.origin,
                                                 .size = head.size,
                                                 .report = verify_report_of(verifier)});
}

static enum exit_code check_tiles(const struct asked *asked, const char *path)
{
    uint64_t size;
    struct bar bar = {.asked = asked};
    const struct stream_options options = {.threaded = true, .progress = show, .context = &bar};
    CLEANUP(verifier_close) struct verifier *verifier = NULL;
    struct status status = verifier_open(&asked->key, &verifier);
    if (!failed(status)) {
        status = tiles_verify(path, &asked->key, &options, verifier, &size);
    }
    end_bar(&bar);
    if (status.code == STATUS_NOT_FOUND) {
        return answer_failure(asked, path, EXIT_INTEGRITY,
                              "there is no checkpoint in it: this is no directory of tiles");
    }
    if (failed(status)) {
        return answer_status(asked, path, status);
    }
    return answer_of(asked, &(struct log_answer){.path = path,
                                                 .form = FORM_TILES,
                                                 .origin = asked->key.name,
                                                 .size = size,
                                                 .report = verify_report_of(verifier)});
}

/* Proofs ---------------------------------------------------------------------------------- */

static struct status read_whole(int file, uint8_t *out, size_t capacity, size_t *size)
{
    *size = 0;
    while (*size < capacity) {
        ssize_t got = read(file, out + *size, capacity - *size);
        if (got == 0) {
            return OK;
        }
        if (got < 0 && errno != EINTR) {
            return FAIL(IO, (uint64_t)errno);
        }
        *size += got > 0 ? (size_t)got : 0;
    }
    return FAIL_BECAUSE(LIMIT, capacity, "no proof is so big");
}

/* The whole file, and twice its size for what is decoded. */
struct proof_memory {
    uint8_t file[PROOF_FILE_MAX + 1];
    uint8_t arena[2 * (PROOF_FILE_MAX + 1)];
};

static void proof_memory_free(struct proof_memory **memory)
{
    free(*memory);
}

static struct status read_proof(int file, struct proof_memory *memory, struct arena *arena,
                                struct proof *proof)
{
    size_t size;
    TRY(read_whole(file, memory->file, sizeof memory->file, &size));
    return proof_read(bytes_of(memory->file, size), arena, proof);
}

static struct status check_proof_by(const struct asked *asked, const struct proof *proof,
                                    struct checkpoint *checkpoint)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    return proof_check(proof, hasher, &asked->key, checkpoint);
}

static enum exit_code check_proof(const struct asked *asked, const char *path, int file)
{
    CLEANUP(proof_memory_free) struct proof_memory *memory = malloc(sizeof *memory);
    struct proof proof;
    struct checkpoint checkpoint;
    if (memory == NULL) {
        return answer_status(asked, path, FAIL(NO_MEMORY, sizeof *memory));
    }
    struct arena arena = ARENA_IN(memory->arena);
    struct status status = read_proof(file, memory, &arena, &proof);
    if (failed(status)) {
        return answer_status(asked, path, status);
    }
    if (proof.leaf.size == 0) {
        return answer_failure(asked, path, EXIT_INCOMPLETE,
                              "the proof carries no event, so there is nothing to compare");
    }
    status = check_proof_by(asked, &proof, &checkpoint);
    if (failed(status)) {
        return answer_status(asked, path, status);
    }
    /* The slices of the proof stay where they are; what is written takes the rest. */
    struct arena rest = {.memory = memory->arena + arena.used,
                         .capacity = sizeof memory->arena - arena.used};
    answer_proof(asked, path, &proof, &checkpoint, &rest);
    return EXIT_DONE;
}

/* Answers --------------------------------------------------------------------------------- */

static enum exit_code check_answer(const struct asked *asked, const char *path)
{
    CLEANUP(answer_file_free) struct answer_file file = {0};
    CLEANUP(judged_free) struct judged *judged = judged_new();
    struct status status = answer_file_read(path, &file);
    status = failed(status) ? status : answer_file_judge(&file, &asked->key, judged);
    return failed(status) ? answer_status(asked, path, status)
                          : answer_judged(asked, path, judged->answer, &judged->judgement);
}

/* Whatever it is -------------------------------------------------------------------------- */

static enum exit_code check_file(const struct asked *asked, const char *path, int *file)
{
    char start[START_SIZE] = {0};
    ssize_t got = pread(*file, start, sizeof start, 0);
    if (got < 0) {
        return answer_status(asked, path, FAIL(IO, (uint64_t)errno));
    }
    if (memcmp(start, "cairn-bundle-v1\n", sizeof start) == 0) {
        return check_bundle(asked, path, file);
    }
    if (memcmp(start, "c2sp.org/tlog-pr", sizeof start) == 0) {
        return check_proof(asked, path, *file);
    }
    if (memcmp(start, "cairn-answer-v1\n", sizeof start) == 0) {
        return check_answer(asked, path);
    }
    return answer_failure(
        asked, path, EXIT_INTEGRITY,
        "this is neither a bundle nor a proof nor an answer, or its beginning is damaged");
}

enum exit_code check_path(const struct asked *asked, const char *path)
{
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0 || fstat(file, &about) != 0) {
        enum exit_code code = answer_status(asked, path, FAIL(IO, (uint64_t)errno));
        if (file >= 0) {
            close(file);
        }
        return code;
    }
    enum exit_code code = EXIT_IO;
    if (S_ISDIR(about.st_mode)) {
        enum folder_form form = folder_form_of(path);
        code = form == FOLDER_TILES ? check_tiles(asked, path) : check_folder(asked, path, form);
    } else if (S_ISREG(about.st_mode)) {
        code = check_file(asked, path, &file);
    } else {
        answer_failure(asked, path, code,
                       "this is no file: save it to one, for it may be read more than once");
    }
    close(file);
    return code;
}

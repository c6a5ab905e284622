/*
 * tools/verify/folder_told.h -- a folder under inspection, and what is said of it in the end.
 */
#ifndef TOOLS_VERIFY_FOLDER_TOLD_H
#define TOOLS_VERIFY_FOLDER_TOLD_H

#include "reports/casefile/casefile.h"
#include "reports/casefile/manifest.h"
#include "tools/answer_file.h"
#include "tools/verify/answer.h"

enum {
    FOLDER_LINE_SIZE = 512, /* bytes of a sentence */
};

/* A folder under inspection. */
struct folder {
    const struct asked *asked;
    const char *path;
    struct hasher *hasher;
    struct manifest_entry files[MANIFEST_FILES_MAX];
    size_t count;
    struct answer_file file; /* the one at hand */
    struct casefile casefile;
    struct casefile_memory memory;
    struct answer_file history;
    struct judged *judged; /* history.answer, or rows.answer */
    uint64_t proofs;       /* of single events, that were checked */
    uint64_t answers, incomplete;
    struct digest digest; /* of MANIFEST.sha256 */
    uint64_t asked_at;    /* the event of the question; 0: none is there */
    uint8_t arena[2 * (PROOF_FILE_MAX + 1)];
    char text[MANIFEST_TABLE_HEAD + MANIFEST_FILES_MAX * MANIFEST_LINE_SIZE];
    char wrong[MANIFEST_NAME_SIZE +
               FOLDER_LINE_SIZE]; /* which file, for the sentence; empty: none */
};

/* A folder that holds, of either form. EXIT_DONE; EXIT_INCOMPLETE where not all of it is shown. */
enum exit_code told_case(const struct folder *folder);
enum exit_code told_rows(const struct folder *folder);
enum exit_code told_evidence(const struct folder *folder);

/* What is wrong, and with which file. */
enum exit_code told_failure(const struct folder *folder, struct status status);

#endif

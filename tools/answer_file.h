/*
 * tools/answer_file.h -- answers as files: made into memory, read, and judged before they leave.
 */
#ifndef TOOLS_ANSWER_FILE_H
#define TOOLS_ANSWER_FILE_H

#include "reports/answer/judge.h"

/* Bytes that grow; free `data`. */
struct answer_file {
    uint8_t *data;
    size_t size, capacity;
};

void answer_file_free(struct answer_file *file);

/* The `put` of a struct answer_sink; the context is the file. NO_MEMORY. */
MUST_CHECK struct status answer_file_put(void *context, struct bytes bytes);

/* Reads a file from disk. IO, LIMIT, NO_MEMORY. */
MUST_CHECK struct status answer_file_read(const char *path, struct answer_file *out);

/* What was found. */
struct judged {
    struct hasher *hasher;
    struct answer *answer; /* lends from the file */
    struct question question;
    struct judgement judgement;
    struct digest digest; /* SHA-256 of the file's bytes */
};

/* All zeroes, to be filled; NULL: no memory. */
struct judged *judged_new(void);
void judged_free(struct judged **judged);

/* Judges a file, which is lent. Fails as answer_read and judge. */
MUST_CHECK struct status answer_file_judge(const struct answer_file *file,
                                           const struct public_key *key, struct judged *out);

#endif

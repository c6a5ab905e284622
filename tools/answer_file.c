#include "tools/answer_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    FILE_START = 1 << 20, /* bytes */
    PIECE_SIZE = 64 << 10,
};

void answer_file_free(struct answer_file *file)
{
    free(file->data);
    *file = (struct answer_file){0};
}

struct status answer_file_put(void *context, struct bytes bytes)
{
    struct answer_file *file = context;
    if (bytes.size > ANSWER_FILE_MAX - file->size) {
        return FAIL_BECAUSE(LIMIT, ANSWER_FILE_MAX, "no answer is so big");
    }
    while (file->capacity - file->size < bytes.size) {
        size_t capacity = file->capacity == 0 ? FILE_START : 2 * file->capacity;
        uint8_t *data = realloc(file->data, capacity);
        if (data == NULL) {
            return FAIL(NO_MEMORY, capacity);
        }
        file->data = data;
        file->capacity = capacity;
    }
    memcpy(file->data + file->size, bytes.data, bytes.size);
    file->size += bytes.size;
    return OK;
}

static struct status read_all(int descriptor, struct answer_file *out)
{
    uint8_t piece[PIECE_SIZE];
    ssize_t got;
    while ((got = read(descriptor, piece, sizeof piece)) != 0) {
        if (got < 0 && errno != EINTR) {
            return FAIL(IO, (uint64_t)errno);
        }
        TRY(got < 0 ? OK : answer_file_put(out, bytes_of(piece, (size_t)got)));
    }
    return OK;
}

struct status answer_file_read(const char *path, struct answer_file *out)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    struct status status = read_all(descriptor, out);
    close(descriptor);
    return status;
}

struct judged *judged_new(void)
{
    return calloc(1, sizeof(struct judged));
}

void judged_free(struct judged **judged)
{
    if (*judged == NULL) {
        return;
    }
    question_close(&(*judged)->question);
    answer_close(&(*judged)->answer);
    hasher_close(&(*judged)->hasher);
    free(*judged);
    *judged = NULL;
}

struct status answer_file_judge(const struct answer_file *file, const struct public_key *key,
                                struct judged *out)
{
    struct bytes bytes = bytes_of(file->data, file->size);
    if (out == NULL) {
        return FAIL(NO_MEMORY, sizeof *out);
    }
    TRY(hasher_open(&out->hasher));
    out->digest = hash_bytes(out->hasher, bytes);
    TRY(answer_read(bytes, &out->answer));
    return judge(out->answer, out->hasher, key, &out->question, &out->judgement);
}

/*
 * replay FILE-OR-DIRECTORY...: feeds a fuzz target each file whole, cut at every length, and with
 * every bit flipped once; of a big file, an even sample of CUTS_MAX cuts and FLIPS_MAX flips.
 */
#include "tests/fuzz/target.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    INPUT_MAX = 8 << 20, /* bytes */
    CUTS_MAX = 1024,     /* inputs made from one file by cutting it */
    FLIPS_MAX = 6144,    /* inputs made from one file by flipping a bit */
};

struct input {
    uint8_t *data;
    size_t size; /* bytes */
};

struct tally {
    size_t files;
    size_t inputs;
};

/* Each input lies in a block of exactly its size, so that a sanitizer sees the first byte behind.
 */
static void feed(struct tally *tally, const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size == 0 ? 1 : size);
    if (exact == NULL) {
        abort();
    }
    memcpy(exact, data, size);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    tally->inputs++;
}

static size_t stride(size_t count, size_t most)
{
    return count <= most ? 1 : (count + most - 1) / most;
}

static void feed_cuts(struct tally *tally, const struct input *input)
{
    size_t step = stride(input->size, CUTS_MAX);
    for (size_t size = 0; size < input->size; size += step) {
        feed(tally, input->data, size);
    }
}

static void feed_flips(struct tally *tally, const struct input *input)
{
    size_t bits = input->size * 8;
    size_t step = stride(bits, FLIPS_MAX);
    for (size_t bit = 0; bit < bits; bit += step) {
        uint8_t mask = (uint8_t)(1U << (bit % 8));
        input->data[bit / 8] ^= mask;
        feed(tally, input->data, input->size);
        input->data[bit / 8] ^= mask;
    }
}

static bool read_input(const char *path, struct input *out)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    *out = (struct input){.data = malloc(INPUT_MAX)};
    if (out->data != NULL) {
        out->size = fread(out->data, 1, INPUT_MAX, file);
    }
    bool whole = out->data != NULL && ferror(file) == 0 && fgetc(file) == EOF;
    (void)fclose(file);
    return whole;
}

static bool replay_file(struct tally *tally, const char *path)
{
    struct input input = {.data = NULL};
    bool read = read_input(path, &input);
    if (read) {
        tally->files++;
        feed(tally, input.data, input.size);
        feed_cuts(tally, &input);
        feed_flips(tally, &input);
    } else {
        (void)fprintf(stderr, "%s: cannot be read whole: %s\n", path, strerror(errno));
    }
    free(input.data);
    return read;
}

static bool replay_directory(struct tally *tally, const char *path)
{
    struct dirent **names = NULL;
    int count = scandir(path, &names, NULL, alphasort);
    bool good = count >= 0;
    for (int i = 0; i < count; i++) {
        char file[4096];
        int size = snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.') {
            good = good && size > 0 && (size_t)size < sizeof file && replay_file(tally, file);
        }
        free(names[i]);
    }
    free(names);
    return good;
}

int main(int count, char **arguments)
{
    struct tally tally = {.files = 0};
    bool good = true;
    for (int i = 1; i < count; i++) {
        struct stat info;
        bool directory = stat(arguments[i], &info) == 0 && S_ISDIR(info.st_mode);
        good = (directory ? replay_directory : replay_file)(&tally, arguments[i]) && good;
    }
    (void)printf("%zu files, %zu inputs\n", tally.files, tally.inputs);
    if (tally.files == 0) {
        (void)fprintf(stderr, "a target without a corpus tests nothing\n");
    }
    return good && tally.files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

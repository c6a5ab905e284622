/* samples DIRECTORY: random assessments as documents of OSCAL, for a validator. */
#include "tests/reports/oscal/assessment.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    SAMPLES = 24,
};

static bool write_document(const struct sample *sample, const char *path,
                           enum oscal_document document)
{
    static struct output output;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        return false;
    }
    output_init(&output, fd);
    bool good =
        !failed(oscal_put(&sample->input, document, &output)) && !failed(output_flush(&output));
    return close(fd) == 0 && good;
}

int main(int count, char **arguments)
{
    struct sample *sample = calloc(1, sizeof *sample);
    bool good = count == 2 && sample != NULL;
    for (unsigned seed = 1; good && seed <= SAMPLES; seed++) {
        sample_fill(sample, seed);
        for (unsigned i = 0; good && i < OSCAL_DOCUMENT_COUNT; i++) {
            char path[512];
            snprintf(path, sizeof path, "%s/%u.%s", arguments[1], seed,
                     oscal_file_name((enum oscal_document)i));
            good = !oscal_has(&sample->input, (enum oscal_document)i) ||
                   write_document(sample, path, (enum oscal_document)i);
        }
    }
    free(sample);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

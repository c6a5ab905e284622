#include "reports/nearest.h"

#include <stdint.h>
#include <string.h>

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: three rows of the usual table. */
size_t nearest_distance(const char *a, const char *b)
{
    const size_t a_size = strlen(a), b_size = strlen(b);
    uint8_t memory[3][NEAREST_WORD_MAX + 1];
    uint8_t *before = memory[0], *last = memory[1], *row = memory[2];
    if (a_size > NEAREST_WORD_MAX || b_size > NEAREST_WORD_MAX) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= b_size; j++) {
        before[j] = last[j] = (uint8_t)j;
    }
    for (size_t i = 1; i <= a_size; i++) {
        row[0] = (uint8_t)i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u);
            size_t least = smaller(changed, smaller(last[j] + 1u, row[j - 1] + 1u));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                least = smaller(least, before[j - 2] + 1u);
            }
            row[j] = (uint8_t)least;
        }
        uint8_t *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[b_size];
}

void nearest_offer(struct nearest *nearest, const char *word)
{
    const size_t size = strlen(nearest->typed);
    const size_t allowed = size < 6 ? 1 : size / 3;
    size_t distance = nearest_distance(nearest->typed, word);
    if (distance > allowed && size >= 2 && strncmp(nearest->typed, word, size) == 0) {
        distance = allowed;
    }
    if (distance <= allowed && (nearest->word == NULL || distance < nearest->distance)) {
        nearest->word = word;
        nearest->distance = distance;
    }
}

/*
 * reports/nearest.h -- "did you mean": the known word nearest to a mistyped one.
 */
#ifndef REPORTS_NEAREST_H
#define REPORTS_NEAREST_H

#include <stddef.h>

enum {
    NEAREST_WORD_MAX = 64, /* longer words are near to nothing */
};

struct nearest {
    const char *typed;
    const char *word; /* the best so far, or NULL; lent by whoever offered it */
    size_t distance;
};

static inline struct nearest nearest_to(const char *typed)
{
    return (struct nearest){.typed = typed};
}

/* Compares one known word; of equals, the first stays. Near is: a third of the letters, at least
 * one, inserted, left out, exchanged or swapped with the next; or typed is how it begins. */
void nearest_offer(struct nearest *nearest, const char *word);

/* The number of such changes between two words; SIZE_MAX if one of them is too long. */
size_t nearest_distance(const char *a, const char *b);

#endif

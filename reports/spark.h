/*
 * reports/spark.h -- numbers as a line of characters: for a terminal.
 *
 * Shape    One character a number, by eighths of the highest one; nothing is a blank, and whatever
 *          is not nothing is seen. In ASCII, where the terminal knows no more: `.:-=+*#@`.
 */
#ifndef REPORTS_SPARK_H
#define REPORTS_SPARK_H

#include "schema/text.h"

enum spark_letters {
    SPARK_BLOCKS, /* U+2581 to U+2588 */
    SPARK_ASCII,
};

enum {
    SPARK_CHARACTER_SIZE = 3, /* bytes at most of one character */
};

void spark_put(struct text *out, const uint64_t *values, size_t count, enum spark_letters letters);

/* A bar of at most `width` columns, by eighths of one where there are blocks. */
void spark_put_bar(struct text *out, uint64_t value, uint64_t most, uint32_t width,
                   enum spark_letters letters);

#endif

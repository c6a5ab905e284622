#include "reports/spark.h"

enum {
    LEVELS = 8,
};

/* From 0 to `levels`; never 0 for what is not 0. */
static uint64_t level_of(uint64_t value, uint64_t most, uint64_t levels)
{
    while (value > UINT64_MAX / (levels + 1)) {
        value /= 2;
        most /= 2;
    }
    uint64_t level = most == 0 ? 0 : (value * levels + most / 2) / most;
    return level == 0 && value > 0 ? 1 : level > levels ? levels : level;
}

void spark_put(struct text *out, const uint64_t *values, size_t count, enum spark_letters letters)
{
    static const char ascii[] = " .:-=+*#@";
    uint64_t most = 0;
    for (size_t i = 0; i < count; i++) {
        most = values[i] > most ? values[i] : most;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t level = level_of(values[i], most, LEVELS);
        if (letters == SPARK_ASCII || level == 0) {
            text_put_char(out, ascii[level]);
        } else {
            const char block[] = {'\xe2', '\x96', (char)(0x80 + level)};
            text_put(out, block, sizeof block);
        }
    }
}

void spark_put_bar(struct text *out, uint64_t value, uint64_t most, uint32_t width,
                   enum spark_letters letters)
{
    uint64_t eighths = level_of(value, most, (uint64_t)width * LEVELS);
    uint64_t whole = letters == SPARK_ASCII ? (eighths + LEVELS - 1) / LEVELS : eighths / LEVELS;
    for (uint64_t i = 0; i < whole; i++) {
        text_put_string(out, letters == SPARK_ASCII ? "#" : "\xe2\x96\x88");
    }
    if (letters == SPARK_BLOCKS && eighths % LEVELS > 0) {
        /* U+2589 has seven eighths, U+258F one. */
        const char block[] = {'\xe2', '\x96', (char)(0x90 - eighths % LEVELS)};
        text_put(out, block, sizeof block);
    }
}

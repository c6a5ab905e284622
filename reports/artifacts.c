#include "reports/artifacts.h"

#include "schema/time.h"

#include <stdlib.h>

enum {
    ALGORITHM_COLUMNS = 16, /* as the script's table has them */
    HASH_COLUMNS = 71,
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct artifact *)a)->path, ((const struct artifact *)b)->path);
}

void artifacts_sort(struct artifact *artifacts, size_t count)
{
    qsort(artifacts, count, sizeof artifacts[0], compare);
}

/* The log ---------------------------------------------------------------------------------- */

static void put_line(struct output *output, const char *algorithm, const char *hash,
                     const char *path)
{
    output_put_string(output, algorithm);
    output_pad(output, ALGORITHM_COLUMNS - strlen(algorithm));
    output_put_string(output, hash);
    output_pad(output, HASH_COLUMNS - strlen(hash));
    output_put_string(output, path);
    output_put_string(output, "\r\n");
}

void artifacts_put_log(const struct artifact *artifacts, size_t count, struct output *output)
{
    output_put_string(output, "\r\n");
    put_line(output, "Algorithm", "Hash", "Path");
    put_line(output, "---------", "----", "----");
    for (size_t i = 0; i < count; i++) {
        char hex[DIGEST_HEX_SIZE + 1] = {0};
        hex_write(hex, BYTES(artifacts[i].sha256.sha256));
        for (size_t k = 0; k < DIGEST_HEX_SIZE; k++) {
            hex[k] = hex[k] >= 'a' ? (char)(hex[k] - 'a' + 'A') : hex[k];
        }
        put_line(output, "SHA256", hex, artifacts[i].path);
    }
    output_put_string(output, "\r\n");
}

/* The manifest ----------------------------------------------------------------------------- */

uint64_t artifacts_years_later(uint64_t utc_us, uint32_t years)
{
    struct civil_time civil = time_civil(utc_us);
    civil.year += years;
    if (civil.year > 9999) {
        return TIME_MAX_US;
    }
    if (civil.day > time_month_days(civil.year, civil.month)) {
        civil.month++;
        civil.day = 1;
    }
    return time_of_civil(&civil);
}

static struct status put_row(const struct artifact *artifact, const char *made_by,
                             uint64_t until_us, struct rows *rows)
{
    char hex[DIGEST_HEX_SIZE];
    hex_write(hex, BYTES(artifact->sha256.sha256));
    const struct cell cells[] = {
        cell_string(artifact->path), cell_string("SHA-256"), cell_text(bytes_of(hex, sizeof hex)),
        cell_number(artifact->size), cell_string(made_by),   cell_number(until_us),
    };
    return rows_add(rows, cells);
}

struct status artifacts_put_manifest(const struct artifact *artifacts, size_t count,
                                     const char *made_by, uint64_t made_utc_us, struct rows *rows)
{
    static const struct column columns[] = {
        {"artifact", NULL, COLUMN_TEXT, ALIGN_LEFT},
        {"algorithm", NULL, COLUMN_TEXT, ALIGN_LEFT},
        {"sha256", NULL, COLUMN_TEXT, ALIGN_LEFT},
        {"bytes", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
        {"made_by", NULL, COLUMN_TEXT, ALIGN_LEFT},
        {"retained_until", NULL, COLUMN_TIME, ALIGN_LEFT},
    };
    uint64_t until_us = artifacts_years_later(made_utc_us, ARTIFACTS_KEPT_YEARS);
    TRY(rows_begin(rows, columns, sizeof columns / sizeof columns[0]));
    for (size_t i = 0; i < count; i++) {
        TRY(put_row(&artifacts[i], made_by, until_us, rows));
    }
    return rows_flush(rows);
}

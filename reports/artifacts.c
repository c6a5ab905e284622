#include "reports/artifacts.h"

#include "schema/time.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct artifact *)a)->file.name, ((const struct artifact *)b)->file.name);
}

void artifacts_sort(struct artifact *artifacts, size_t count)
{
    qsort(artifacts, count, sizeof artifacts[0], compare);
}

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
    hex_write(hex, BYTES(artifact->file.digest.sha256));
    const struct cell cells[] = {
        cell_string(artifact->file.name),
        cell_string("SHA-256"),
        cell_text(bytes_of(hex, sizeof hex)),
        cell_number(artifact->size),
        cell_string(made_by),
        cell_number(until_us),
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

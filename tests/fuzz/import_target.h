/*
 * tests/fuzz/import_target.h -- what holds for every input of an importer; aborts if it does not.
 *
 * Shape    The input is read twice, at once and in small pieces: both must tell the same. Every
 *          line is in a record, in a problem, or blank; every term can be printed.
 */
#ifndef TESTS_FUZZ_IMPORT_TARGET_H
#define TESTS_FUZZ_IMPORT_TARGET_H

#include "schema/time.h"
#include "tests/fuzz/target.h"
#include "tools/import/record.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static inline void import_must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* All that a run told, in one number. */
struct import_told {
    uint64_t digest;
    uint64_t line_count;
};

static inline void import_mix(struct import_told *told, const void *data, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)data;
    told->digest = (told->digest ^ size) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < size; i++) {
        told->digest = (told->digest ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
}

static inline void import_mix_term(struct import_told *told, struct bytes term)
{
    import_must(text_is_utf8(term));
    for (size_t i = 0; i < term.size; i++) {
        import_must(term.data[i] >= 0x20 && term.data[i] != 0x7f);
    }
    import_mix(told, term.data, term.size);
}

static inline void import_mix_record(struct import_told *told, const struct import_record *record)
{
    const uint64_t numbers[] = {record->line, record->line_count, record->at_utc_us,
                                record->repeat_count, record->outcome};
    import_must(record->at_utc_us <= TIME_MAX_US && record->outcome < OUTCOME_COUNT);
    import_must(record->raw.size > 0 && record->raw.size <= IMPORT_RECORD_MAX);
    import_must(record->line > 0 && record->line_count > 0);
    import_mix(told, numbers, sizeof numbers);
    import_mix_term(told, record->system);
    import_mix_term(told, record->action);
    import_mix_term(told, record->user);
    import_mix_term(told, record->host);
    import_mix_term(told, record->address);
    import_mix(told, record->raw.data, record->raw.size);
    told->line_count += record->line_count;
}

static inline void import_mix_problem(struct import_told *told,
                                      const struct import_problem *problem)
{
    import_must(problem->reason[0] != '\0');
    import_mix(told, problem->reason, strlen(problem->reason));
    import_mix(told, &problem->line, sizeof problem->line);
    told->line_count += problem->line_count;
}

static inline struct import_told import_tell(int descriptor, const struct import_options *options,
                                             size_t size)
{
    struct import_told told = {.digest = 1};
    struct importer *importer = NULL;
    struct import_record record;
    struct import_problem problem;
    struct status status = OK;
    import_must(lseek(descriptor, 0, SEEK_SET) == 0);
    import_must(!failed(importer_open(descriptor, options, &importer)));
    while (status.code == STATUS_OK || status.code == STATUS_MALFORMED) {
        status = importer_next(importer, &record, &problem);
        if (status.code == STATUS_OK) {
            import_mix_record(&told, &record);
        } else if (status.code == STATUS_MALFORMED) {
            import_mix_problem(&told, &problem);
        }
    }
    struct import_tally tally = importer_tally(importer);
    import_must(status.code == STATUS_NOT_FOUND && tally.byte_count == size);
    import_must(options->format == IMPORT_FORMAT_CLOUDTRAIL ||
                told.line_count + tally.blank_line_count == tally.line_count);
    importer_close(&importer);
    return told;
}

static inline int import_target(enum import_format format, const uint8_t *data, size_t size)
{
    struct import_options options = {.format = format, .now_utc_us = UINT64_C(1773144000000000)};
    int descriptor = memfd_create("input", MFD_CLOEXEC);
    import_must(descriptor >= 0 && write(descriptor, data, size) == (ssize_t)size);
    struct import_told whole = import_tell(descriptor, &options, size);
    options.read_size = 1 + size / 64;
    struct import_told pieces = import_tell(descriptor, &options, size);
    import_must(whole.digest == pieces.digest && whole.line_count == pieces.line_count);
    import_must(close(descriptor) == 0);
    return 0;
}

#endif

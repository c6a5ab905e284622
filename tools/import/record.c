#include "tools/import/record.h"

#include "schema/time.h"
#include "tools/import/reader.h"
#include "tools/import/slice.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
    ZONE_OFFSET_MAX_S = 24 * 60 * 60,
};

static import_reader *const readers[IMPORT_FORMAT_COUNT] = {
    [IMPORT_FORMAT_AUDITD] = auditd_next,
    [IMPORT_FORMAT_CLOUDTRAIL] = cloudtrail_next,
    [IMPORT_FORMAT_JSONL] = jsonl_next,
    [IMPORT_FORMAT_SYSLOG] = syslog_next,
};

/* Opening --------------------------------------------------------------------------------- */

static struct status check_options(const struct import_options *options)
{
    if ((unsigned)options->format >= IMPORT_FORMAT_COUNT) {
        return FAIL_BECAUSE(LIMIT, IMPORT_FORMAT_COUNT, "there is no such format");
    }
    if (options->year != 0 && (options->year < 1970 || options->year > 9999)) {
        return FAIL_BECAUSE(LIMIT, 9999, "the year is before 1970 or after 9999");
    }
    if (options->zone_offset_s > ZONE_OFFSET_MAX_S || options->zone_offset_s < -ZONE_OFFSET_MAX_S) {
        return FAIL_BECAUSE(LIMIT, ZONE_OFFSET_MAX_S, "the zone is more than a day from UTC");
    }
    if (options->now_utc_us > TIME_MAX_US) {
        return FAIL_BECAUSE(LIMIT, TIME_MAX_US, "now is after 9999");
    }
    return OK;
}

static struct status check_descriptor(int descriptor)
{
    struct stat info;
    if (fstat(descriptor, &info) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    return S_ISDIR(info.st_mode) ? FAIL(IO, EISDIR) : OK;
}

struct status importer_open(int descriptor, const struct import_options *options,
                            struct importer **out)
{
    size_t lines_size = lines_memory(IMPORT_RECORD_MAX);
    size_t window_size = options->format == IMPORT_FORMAT_AUDITD ? AUDIT_WINDOW_MEMORY : 0;
    size_t size = sizeof(struct importer) + lines_size + window_size;
    TRY(check_options(options));
    TRY(check_descriptor(descriptor));
    struct importer *importer = malloc(size);
    if (importer == NULL) {
        return FAIL(NO_MEMORY, size);
    }
    uint8_t *memory = (uint8_t *)(importer + 1);
    *importer = (struct importer){
        .options = *options,
        .lines = {.limit = IMPORT_RECORD_MAX,
                  .source = {.descriptor = descriptor,
                             .wait = options->wait,
                             .wait_context = options->wait_context,
                             .read_size = options->read_size,
                             .memory = memory,
                             .capacity = lines_size}},
    };
    audit_window_init(&importer->window, memory + lines_size);
    *out = importer;
    return OK;
}

void importer_close(struct importer **importer)
{
    free(*importer);
    *importer = NULL;
}

/* Reading --------------------------------------------------------------------------------- */

struct status importer_next(struct importer *importer, struct import_record *record,
                            struct import_problem *problem)
{
    TRY(importer->ended);
    terms_clear(&importer->terms);
    *record = (struct import_record){.format = importer->options.format, .repeat_count = 1};
    struct status status = readers[record->format](importer, record, problem);
    if (status.code == STATUS_NOT_FOUND || status.code == STATUS_IO) {
        importer->ended = status;
    }
    if (status.code == STATUS_NOT_FOUND && importer->lines.number == 0) {
        return reader_refuse(problem, 0, "the file is empty");
    }
    return status;
}

struct import_tally importer_tally(const struct importer *importer)
{
    return (struct import_tally){
        .line_count = importer->lines.number,
        .blank_line_count = importer->blank_line_count,
        .byte_count = importer->lines.source.taken,
    };
}

/* For the readers ------------------------------------------------------------------------- */

struct status reader_refuse(struct import_problem *problem, uint64_t line, const char *reason)
{
    struct text text = TEXT_IN(problem->reason);
    text_put_printable(&text, bytes_of_string(reason));
    (void)text_string(&text);
    problem->line = line;
    problem->line_count = line == 0 ? 0 : 1;
    return FAIL(MALFORMED, line);
}

struct status reader_line(struct importer *importer, struct line *line,
                          struct import_problem *problem)
{
    for (;;) {
        struct status status = lines_next(&importer->lines, line);
        if (status.code == STATUS_LIMIT) {
            return reader_refuse(problem, line->number, "the line is longer than a record may be");
        }
        TRY(status);
        if (slice_trim(line->bytes).size > 0) {
            break;
        }
        importer->blank_line_count++;
    }
    if (memchr(line->bytes.data, '\0', line->bytes.size) != NULL) {
        return reader_refuse(problem, line->number, "the line has a NUL byte: this is no text");
    }
    return OK;
}

bool reader_time(struct bytes text, uint64_t *utc_us)
{
    *utc_us = 0;
    return text.size == 0 || !failed(time_read_rfc3339(text, utc_us));
}

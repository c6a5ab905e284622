#include "tests/reports/reporting.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct report_question reporting_ask(struct engine *engine, const char *name, struct id scope)
{
    struct report_question question;
    struct log_snapshot *log = NULL;
    const struct report_wish wish = {
        .info = report_find(bytes_of_string(name)), .state = REPORT_STATE_FINAL, .scope = scope};
    assert(wish.info != NULL);
    must(log_snapshot_open(engine_log(engine), &log));
    must(report_question_make(&wish, log, &question));
    log_snapshot_close(&log);
    return question;
}

static void read_back(int file, struct reporting *out)
{
    off_t size = lseek(file, 0, SEEK_END);
    assert(size >= 0);
    out->size = (size_t)size;
    out->text = calloc(1, out->size + 1);
    assert(out->text != NULL);
    ssize_t got = pread(file, out->text, out->size, 0);
    assert(got == size);
}

void reporting_make(struct engine *engine, const struct report_question *question,
                    const struct report_format *format, struct reporting *out)
{
    struct output *output = malloc(sizeof *output);
    struct report_sink *sink = malloc(sizeof *sink);
    struct arena arena = {.memory = malloc(REPORTING_ARENA), .capacity = REPORTING_ARENA};
    int file = memfd_create("report", MFD_CLOEXEC);
    assert(output != NULL && sink != NULL && arena.memory != NULL && file >= 0);
    *out = (struct reporting){0};
    output_init(output, file);
    must(report_make(&(struct report_making){.engine = engine,
                                             .question = *question,
                                             .format = format,
                                             .output = output,
                                             .sink = sink,
                                             .arena = &arena,
                                             .program = "cairn test"},
                     &out->rows));
    read_back(file, out);
    close(file);
    free(output);
    free(sink);
    free(arena.memory);
    if (format == &render_json) {
        struct json_error error;
        must(json_parse(bytes_of(out->text, out->size), &out->json, &error));
    }
}

void reporting_end(struct reporting *reporting)
{
    free(reporting->text);
    json_free(&reporting->json);
}

const struct json *reporting_table(const struct reporting *reporting, const char *name)
{
    const struct json *content = json_member(reporting->json, "content");
    for (size_t i = 0; i < json_count(content); i++) {
        const struct json *part = json_element(content, i);
        if (bytes_equal(json_string_member(part, "table"), bytes_of_string(name))) {
            return json_member(part, "rows");
        }
    }
    assert(!"there is no such table");
    return NULL;
}

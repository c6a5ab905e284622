/* In reports, in every format. */
#include "reports/render.h"
#include "tests/hostile/ways.h"
#include "tests/reports/reporting.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    PARAGRAPH_MAX = 1000, /* bytes */
};

/* Reports --------------------------------------------------------------------------------- */

/* What the report of this test says; a report is given nothing but its question. */
static struct bytes told;

static struct status run_report(const struct report_input *input, struct report_sink *sink)
{
    static const struct report_column of_report[] = {
        {"text", NULL, REPORT_TEXT},
        {"code", NULL, REPORT_CODE},
        {"events", NULL, REPORT_EVENTS},
    };
    static const struct report_table table = {
        .name = "things", .columns = of_report, .column_count = 3, .main = true};
    const struct cell cells[] = {cell_text(told), cell_text(told), cell_text(told)};
    TRY(report_begin(sink, input, NULL));
    report_heading(sink, "Heading");
    /* A paragraph is ours, and names only what is short. */
    report_paragraph(sink, "It says %.*s", told.size < PARAGRAPH_MAX ? (int)told.size : 0,
                     (const char *)told.data);
    report_fact(sink, "a fact", cell_text(told), REPORT_TEXT);
    report_table(sink, &table);
    TRY(report_row(sink, cells));
    report_table_end(sink);
    return report_end(sink);
}

static const struct report_info report_of_test = {.name = "access-review",
                                                  .title = "A report of a test",
                                                  .about = "Things that hurt.",
                                                  .version = 1,
                                                  .scopes = REPORT_GLOBAL,
                                                  .serves = "3.3.1",
                                                  .run = run_report};

static bool show_report(struct hall *hall, struct bytes text, const struct report_format *format)
{
    static uint8_t memory[REPORT_ARENA];
    static struct report_sink sink;
    struct arena arena = ARENA_IN(memory);
    uint64_t rows;
    struct report_question question = reporting_ask(hall->engine, "access-review", (struct id){0});
    question.info = &report_of_test;
    told = text;
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    must(report_make(&(struct report_making){.engine = hall->engine,
                                             .question = question,
                                             .format = format,
                                             .output = &hall->capture.output,
                                             .sink = &sink,
                                             .arena = &arena,
                                             .program = "cairn test"},
                     &rows));
    capture_end(&hall->capture);
    return true;
}

bool show_report_text(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    return show_report(hall, text, &render_text);
}

bool show_report_html(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    return show_report(hall, text, &render_html);
}

bool show_report_json(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    return show_report(hall, text, &render_json);
}

bool show_report_csv(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    return show_report(hall, text, &render_csv);
}

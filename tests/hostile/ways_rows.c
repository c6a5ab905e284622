/* As rows, as events, as exports, in OSCAL. */
#include "reports/event_rows.h"
#include "reports/json_out.h"
#include "reports/oscal/oscal.h"
#include "reports/siem/cef.h"
#include "reports/siem/ocsf.h"
#include "tests/hostile/ways.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Rows ------------------------------------------------------------------------------------ */

static const struct column columns[] = {
    {"text", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"json", NULL, COLUMN_JSON, ALIGN_LEFT},
    {"again", NULL, COLUMN_TEXT, ALIGN_RIGHT},
};

static void show_rows(struct hall *hall, const struct rows_options *options, struct bytes text)
{
    const struct cell cells[] = {cell_text(text), cell_text(text), cell_text(text)};
    capture_rows(&hall->capture, options, columns, 3, cells, 1);
}

bool show_table(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    show_rows(hall, &(struct rows_options){.format = ROWS_TABLE}, text);
    return true;
}

bool show_cut_table(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    show_rows(hall, &(struct rows_options){.format = ROWS_TABLE, .width = 30}, text);
    return true;
}

bool show_csv(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    show_rows(hall, &(struct rows_options){.format = ROWS_CSV}, text);
    return true;
}

bool show_raw_csv(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    show_rows(hall, &(struct rows_options){.format = ROWS_CSV, .raw = true}, text);
    return true;
}

bool show_lines(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    show_rows(hall, &(struct rows_options){.format = ROWS_LINE, .zone = zone_utc()}, text);
    return true;
}

bool show_jsonl(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    show_rows(hall, &(struct rows_options){.format = ROWS_JSON}, text);
    return true;
}

bool show_json_out(struct hall *hall, size_t index, struct bytes text)
{
    struct json_out out;
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    json_out_init(&out, &hall->capture.output, (uint32_t)(index % 3));
    json_out_object(&out, NULL);
    json_out_text(&out, "text", text);
    json_out_array(&out, "list");
    json_out_text(&out, NULL, text);
    json_out_close(&out);
    json_out_close(&out);
    capture_end(&hall->capture);
    return true;
}

/* Events ---------------------------------------------------------------------------------- */

static bool show_event(struct hall *hall, size_t index, enum rows_format format)
{
    if (!hall_read(hall, index)) {
        return false;
    }
    capture_begin(&hall->capture, &(struct rows_options){.format = format, .zone = zone_utc()});
    must(event_rows_begin(&hall->capture.rows));
    must(event_rows_add(&hall->capture.rows, hall->engine, &hall->leaf));
    must(rows_flush(&hall->capture.rows));
    capture_end(&hall->capture);
    return true;
}

bool show_event_table(struct hall *hall, size_t index, struct bytes text)
{
    (void)text;
    return show_event(hall, index, ROWS_TABLE);
}

bool show_event_csv(struct hall *hall, size_t index, struct bytes text)
{
    (void)text;
    return show_event(hall, index, ROWS_CSV);
}

bool show_event_json(struct hall *hall, size_t index, struct bytes text)
{
    (void)text;
    return show_event(hall, index, ROWS_JSON);
}

bool show_ocsf(struct hall *hall, size_t index, struct bytes text)
{
    (void)text;
    if (!hall_read(hall, index)) {
        return false;
    }
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    must(ocsf_put(&hall->reader, &hall->capture.output));
    capture_end(&hall->capture);
    return true;
}

bool show_syslog(struct hall *hall, size_t index, struct bytes text)
{
    (void)text;
    if (!hall_read(hall, index)) {
        return false;
    }
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    must(syslog_put(&hall->reader, &(struct syslog_options){.pen = 1}, &hall->capture.output));
    capture_end(&hall->capture);
    return true;
}

/* One mark of byte order, which the message begins with, and before it one element, as always. */
void judge_syslog(struct hall *hall, struct bytes text)
{
    char *mark = strstr(hall->capture.text, "\xef\xbb\xbf");
    size_t elements = 0;
    bool quoted = false;
    assert_non_null(mark);
    for (const char *at = strchr(hall->capture.text, '['); at < mark; at++) {
        if (quoted && *at == '\\') {
            at++;
        } else if (*at == '"') {
            quoted = !quoted;
        } else if (!quoted && *at == ']') {
            elements++;
        }
    }
    assert_int_equal(elements, 1);
    memset(mark, ' ', 3);
    judge_line(hall, text);
}

bool show_cef(struct hall *hall, size_t index, struct bytes text)
{
    struct cef cef = {.version = "1"};
    (void)text;
    if (!hall_read(hall, index)) {
        return false;
    }
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    must(cef_put(&hall->reader, &cef, &hall->capture.output));
    capture_end(&hall->capture);
    return true;
}

/* As many keys as a harmless event has: a `=` that is not one has its backslash. A `|` is only
 * something in the header, which nothing foreign is in. */
void judge_cef(struct hall *hall, struct bytes text)
{
    size_t equals = 0;
    judge_line(hall, text);
    assert_int_equal(strncmp(hall->capture.text, "CEF:0|Cairn|cairn|1|audit.record_imported|", 42),
                     0);
    for (const char *at = hall->capture.text; *at != '\0'; at++) {
        if (*at == '\\') {
            at++;
        } else {
            equals += *at == '=';
        }
    }
    assert_int_equal(equals, 16);
}

/* OSCAL ----------------------------------------------------------------------------------- */

static void copy(char *out, size_t capacity, struct bytes text)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size && size + 1 < capacity; i++) {
        out[size] = (char)text.data[i];
        size += text.data[i] != 0;
    }
    out[size] = '\0';
}

bool show_oscal(struct hall *hall, size_t index, struct bytes text)
{
    struct au_assessment *assessment = calloc(1, sizeof *assessment);
    (void)index;
    assert_non_null(assessment);
    assessment->declaration_count = 1;
    assessment->declarations[0].id = (struct id){ID_DECLARATION, 7};
    copy(assessment->declarations[0].document, AU_NAME_SIZE, text);
    copy(assessment->declarations[0].version, AU_NAME_SIZE, text);
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        assessment->objectives[i].objective = (enum objective)i;
        assessment->objectives[i].judgement.declaration = assessment->declarations[0].id;
        copy(assessment->objectives[i].judgement.reason, AU_REASON_SIZE, text);
    }
    const struct oscal_input input = {
        .assessment = assessment, .origin = "example.org", .version = "1"};
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    must(oscal_put(&input, OSCAL_ASSESSMENT_RESULTS, &hall->capture.output));
    capture_end(&hall->capture);
    free(assessment);
    return true;
}

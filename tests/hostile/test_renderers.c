/*
 * Every hostile string, as a value and as a name, through everything that shows text: nothing
 * steers a terminal, no cell is a formula, no markup and no string is broken out of, and in JSON
 * all of it is there.
 *
 * `test_renderers --list` names the files whose ways out are tried here; tests/hostile/complete
 * compares them with the tree. `--strings` prints the strings for tests/hostile/verbs.
 */
#include "reports/chart.h"
#include "reports/event_rows.h"
#include "reports/json_out.h"
#include "reports/lineage/dot.h"
#include "reports/lineage/graph_json.h"
#include "reports/lineage/picture.h"
#include "reports/lineage/prov.h"
#include "reports/lineage/tree.h"
#include "reports/oscal/oscal.h"
#include "reports/render.h"
#include "reports/siem/cef.h"
#include "reports/siem/ocsf.h"
#include "reports/svg.h"
#include "schema/json.h"
#include "tests/hostile/hall.h"
#include "tests/reports/lineage/sketch.h"
#include "tests/reports/reporting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    SKELETON_MAX = 1 << 16,
    FIELD_MAX = 3 * HOSTILE_LONG,
    PARAGRAPH_MAX = 1000, /* bytes */
};

/* Shows a string; false if it cannot be shown this way, since it can be in no log. */
typedef bool show(struct hall *hall, size_t index, struct bytes text);
typedef void judge(struct hall *hall, struct bytes text);

/* Judges ---------------------------------------------------------------------------------- */

static struct bytes shown(const struct hall *hall)
{
    return bytes_of(hall->capture.text, hall->capture.size);
}

static void judge_terminal(struct hall *hall, struct bytes text)
{
    (void)text;
    assert_true(hostile_is_plain(shown(hall), true));
}

/* One line, whatever is in it. */
static void judge_line(struct hall *hall, struct bytes text)
{
    struct bytes line = shown(hall);
    (void)text;
    assert_true(line.size > 0 && line.data[line.size - 1] == '\n');
    assert_true(hostile_is_plain(bytes_of(line.data, line.size - 1), false));
}

/* RFC 4180: takes a field; returns what ended it, and 0 at the end. */
static char next_field(struct bytes *rest, char field[static FIELD_MAX], size_t *size)
{
    bool quoted = rest->size > 0 && rest->data[0] == '"';
    size_t at = quoted;
    *size = 0;
    for (; at < rest->size; at++) {
        char c = (char)rest->data[at];
        if (quoted && c == '"') {
            quoted = at + 1 < rest->size && rest->data[at + 1] == '"';
            if (!quoted) {
                continue;
            }
            at++;
        } else if (!quoted && (c == ',' || c == '\r')) {
            break;
        }
        assert_true(*size < FIELD_MAX);
        field[(*size)++] = c;
    }
    char end = at < rest->size ? (char)rest->data[at] : 0;
    at += end == '\r' ? 2 : 1;
    *rest = end == 0 ? bytes_of(NULL, 0) : bytes_of(rest->data + at, rest->size - at);
    return end;
}

static bool is_formula(const char *field, size_t size)
{
    static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                       "\xef\xbc\xa0"};
    for (size_t i = 0; i < 4; i++) {
        if (size >= 3 && memcmp(field, wide[i], 3) == 0) {
            return true;
        }
    }
    return size > 0 && strchr("=+-@\t\r\n", field[0]) != NULL;
}

/* Two lines with the same number of fields, none of them a formula. */
static void judge_csv(struct hall *hall, struct bytes text)
{
    char field[FIELD_MAX];
    struct bytes rest = shown(hall);
    size_t size, commas[2] = {0};
    (void)text;
    for (size_t line = 0; line < 2; line++) {
        char end;
        while ((end = next_field(&rest, field, &size)) == ',') {
            assert_false(is_formula(field, size));
            commas[line]++;
        }
        assert_int_equal(end, '\r');
        assert_false(is_formula(field, size));
    }
    assert_int_equal(rest.size, 0);
    assert_int_equal(commas[0], commas[1]);
    for (size_t i = 0; i + 1 < hall->capture.size; i++) {
        assert_true(hall->capture.text[i] != '\r' || hall->capture.text[i + 1] == '\n');
    }
}

static void judge_terminal_csv(struct hall *hall, struct bytes text)
{
    struct bytes rest = shown(hall);
    (void)text;
    for (size_t i = 0; i < hall->capture.size; i++) {
        hall->capture.text[i] = hall->capture.text[i] == '\r' ? ' ' : hall->capture.text[i];
    }
    assert_true(hostile_is_plain(rest, true));
}

static void judge_raw_csv(struct hall *hall, struct bytes text)
{
    char field[FIELD_MAX];
    struct bytes rest = shown(hall);
    size_t size;
    while (next_field(&rest, field, &size) == ',') {
    }
    assert_true(next_field(&rest, field, &size) == ',');
    assert_true(bytes_equal(bytes_of(field, size), text));
}

static void judge_json(struct hall *hall, struct bytes text)
{
    CLEANUP(json_free) struct json *json = NULL;
    struct json_error error;
    assert_true(hostile_is_plain(shown(hall), true));
    /* NUL is JSON as \u0000; our reader is stricter than that. */
    if (memchr(text.data, 0, text.size) == NULL) {
        must(json_parse(shown(hall), &json, &error));
    }
}

/* The member `text` is the string, or text_b64 is. */
static void judge_lossless_json(struct hall *hall, struct bytes text)
{
    CLEANUP(json_free) struct json *json = NULL;
    struct json_error error;
    uint8_t whole[HOSTILE_LONG];
    size_t size;
    judge_json(hall, text);
    if (memchr(text.data, 0, text.size) != NULL) {
        return;
    }
    must(json_parse(shown(hall), &json, &error));
    if (text_is_utf8(text)) {
        assert_true(bytes_equal(json_string_member(json, "text"), text));
        return;
    }
    must(base64_read(json_string_member(json, "text_b64"), whole, sizeof whole, &size));
    assert_true(bytes_equal(bytes_of(whole, size), text));
}

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

static bool show_table(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    show_rows(hall, &(struct rows_options){.format = ROWS_TABLE}, text);
    return true;
}

static bool show_cut_table(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    show_rows(hall, &(struct rows_options){.format = ROWS_TABLE, .width = 30}, text);
    return true;
}

static bool show_csv(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    show_rows(hall, &(struct rows_options){.format = ROWS_CSV}, text);
    return true;
}

static bool show_raw_csv(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    show_rows(hall, &(struct rows_options){.format = ROWS_CSV, .raw = true}, text);
    return true;
}

static bool show_jsonl(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    show_rows(hall, &(struct rows_options){.format = ROWS_JSON}, text);
    return true;
}

static bool show_json_out(struct hall *hall, size_t index, struct bytes text)
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

static bool show_event_table(struct hall *hall, size_t index, struct bytes text)
{
    (void)text;
    return show_event(hall, index, ROWS_TABLE);
}

static bool show_event_csv(struct hall *hall, size_t index, struct bytes text)
{
    (void)text;
    return show_event(hall, index, ROWS_CSV);
}

static bool show_event_json(struct hall *hall, size_t index, struct bytes text)
{
    (void)text;
    return show_event(hall, index, ROWS_JSON);
}

static bool show_ocsf(struct hall *hall, size_t index, struct bytes text)
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

static bool show_syslog(struct hall *hall, size_t index, struct bytes text)
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
static void judge_syslog(struct hall *hall, struct bytes text)
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

static bool show_cef(struct hall *hall, size_t index, struct bytes text)
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
static void judge_cef(struct hall *hall, struct bytes text)
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

static bool show_oscal(struct hall *hall, size_t index, struct bytes text)
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

/* Pictures -------------------------------------------------------------------------------- */

static bool show_svg(struct hall *hall, size_t index, struct bytes text)
{
    struct svg svg;
    (void)index;
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    svg_begin(&svg, &hall->capture.output,
              &(struct svg_head){.width = 9, .height = 9, .id = "a", .title = text, .desc = text});
    svg_group(&svg, text);
    svg_rect(&svg, &(struct svg_box){1, 1, 2, 2}, &(struct svg_paint){.fill = SVG_OK}, text);
    svg_text(&svg, &(struct svg_words){.at = {1, 1}, .text = text});
    svg_text(&svg, &(struct svg_words){.at = {1, 1}, .text = text, .columns = 5});
    svg_close(&svg);
    svg_end(&svg);
    capture_end(&hall->capture);
    return true;
}

/* A target leads nowhere else, whatever it says. */
static bool show_svg_link(struct hall *hall, size_t index, struct bytes text)
{
    struct svg svg;
    (void)index;
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    svg_begin(&svg, &hall->capture.output,
              &(struct svg_head){.width = 9, .height = 9, .id = "a", .title = LITERAL("x")});
    svg_link(&svg, text, text);
    svg_rect(&svg, &(struct svg_box){1, 1, 2, 2}, &(struct svg_paint){.fill = SVG_OK}, text);
    svg_close(&svg);
    svg_end(&svg);
    capture_end(&hall->capture);
    return true;
}

static void judge_svg_link(struct hall *hall, struct bytes text)
{
    (void)text;
    assert_true(hostile_is_plain(shown(hall), true));
    assert_null(strstr(hall->capture.text, "href=\"javascript:"));
    assert_null(strstr(hall->capture.text, "href=\"data:"));
    assert_null(strstr(hall->capture.text, "href=\"//"));
}

static bool show_bars(struct hall *hall, size_t index, struct bytes text)
{
    const struct chart_head head = {
        .id = "a", .title = text, .subtitle = text, .unit = text, .part_of = text};
    const struct chart_bar bars[] = {{.label = text, .value = 5, .part = 2}, {.label = text}};
    (void)index;
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    chart_bars(&hall->capture.output, &head, bars, 2);
    capture_end(&hall->capture);
    return true;
}

static bool show_columns(struct hall *hall, size_t index, struct bytes text)
{
    const struct chart_head head = {
        .id = "a", .title = text, .subtitle = text, .unit = text, .part_of = text};
    const struct chart_column columns_of[] = {{.from_utc_us = 1, .value = 4, .part = 1}};
    (void)index;
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    chart_columns(&hall->capture.output, &head,
                  &(struct chart_columns){.columns = columns_of,
                                          .count = 1,
                                          .end_utc_us = UINT64_C(60000000),
                                          .zone = zone_utc()});
    capture_end(&hall->capture);
    return true;
}

/* Lineages -------------------------------------------------------------------------------- */

/* From a thing to a place of that name; the thing is the subject of that name, if there is one. */
static struct lineage *make_lineage(const struct hall *hall, size_t index, struct bytes text)
{
    struct lineage *lineage = calloc(1, sizeof *lineage);
    uint32_t from = 0, to = 0;
    assert_non_null(lineage);
    struct id root = hall->record[index] == 0 ? (struct id){ID_FILE, 55} : hall->subject[index];
    lineage->question =
        (struct lineage_question){.root = root, .go = {true, true}, .depth = 4, .until = 90};
    assert_true(lineage_node_of(lineage, &(struct flow_thing){.id = root}, &from));
    assert_true(lineage_node_of(lineage, &(struct flow_thing){.place = text}, &to));
    struct lineage_edge *edge =
        lineage_edge_of(lineage, from, to, sketch_flow(EVENT_VAULT_FILE_DOWNLOADED), false);
    edge->count = 1;
    edge->in[LINEAGE_DOWN] = true;
    for (uint32_t i = 0; i < 2; i++) {
        lineage->nodes[i].reach[LINEAGE_DOWN] =
            (struct lineage_reach){.reached = true, .expanded = i == 0, .depth = i};
    }
    return lineage;
}

typedef void draw(const struct lineage *lineage, const struct view *view, struct output *output);

static bool show_lineage(struct hall *hall, size_t index, struct bytes text, draw *draw_it)
{
    static uint8_t memory[1 << 16];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    if (text.size == 0 || text.size > LINEAGE_PLACE_SIZE) {
        return false;
    }
    struct lineage *lineage = make_lineage(hall, index, text);
    struct view view = engine_view(hall->engine, UINT64_MAX, &arena, &trouble);
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    draw_it(lineage, &view, &hall->capture.output);
    capture_end(&hall->capture);
    free(lineage);
    return true;
}

static bool show_dot(struct hall *hall, size_t index, struct bytes text)
{
    return show_lineage(hall, index, text, lineage_dot);
}

static bool show_graph_json(struct hall *hall, size_t index, struct bytes text)
{
    return show_lineage(hall, index, text, lineage_graph_json);
}

static bool show_prov(struct hall *hall, size_t index, struct bytes text)
{
    return show_lineage(hall, index, text, lineage_prov);
}

static void draw_tree(const struct lineage *lineage, const struct view *view, struct output *output)
{
    lineage_tree(lineage, view, LINEAGE_DOWN, &(struct tree_style){.titled = true}, output);
}

static bool show_tree(struct hall *hall, size_t index, struct bytes text)
{
    return show_lineage(hall, index, text, draw_tree);
}

static void draw_picture(const struct lineage *lineage, const struct view *view,
                         struct output *output)
{
    must(lineage_picture(lineage, view, output));
}

static bool show_picture(struct hall *hall, size_t index, struct bytes text)
{
    return show_lineage(hall, index, text, draw_picture);
}

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

static bool show_report_text(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    return show_report(hall, text, &render_text);
}

static bool show_report_html(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    return show_report(hall, text, &render_html);
}

static bool show_report_json(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    return show_report(hall, text, &render_json);
}

static bool show_report_csv(struct hall *hall, size_t index, struct bytes text)
{
    (void)index;
    return show_report(hall, text, &render_csv);
}

/* The renderers --------------------------------------------------------------------------- */

enum skeleton_kind {
    NO_SKELETON,
    MARKUP,
    DOT,
};

static const struct renderer {
    const char *file; /* whose way out is tried */
    show *show;
    judge *judge;
    enum skeleton_kind skeleton; /* that of a harmless string, too */
} renderers[] = {
    {"reports/table.c", show_table, judge_terminal, NO_SKELETON},
    {"reports/table.c", show_cut_table, judge_terminal, NO_SKELETON},
    {"reports/csv.c", show_csv, judge_csv, NO_SKELETON},
    {"reports/csv.c", show_csv, judge_terminal_csv, NO_SKELETON},
    {"reports/csv.c", show_raw_csv, judge_raw_csv, NO_SKELETON},
    {"reports/jsonl.c", show_jsonl, judge_lossless_json, NO_SKELETON},
    {"reports/json_out.c", show_json_out, judge_lossless_json, NO_SKELETON},
    {"reports/event_rows.c", show_event_table, judge_terminal, NO_SKELETON},
    {"reports/event_rows.c", show_event_csv, judge_csv, NO_SKELETON},
    {"reports/event_rows.c", show_event_json, judge_json, NO_SKELETON},
    {"reports/lineage/dot.c", show_dot, judge_terminal, DOT},
    {"reports/lineage/graph_json.c", show_graph_json, judge_json, NO_SKELETON},
    {"reports/lineage/picture.c", show_picture, judge_terminal, MARKUP},
    {"reports/lineage/prov.c", show_prov, judge_json, NO_SKELETON},
    {"reports/lineage/tree.c", show_tree, judge_terminal, NO_SKELETON},
    {"reports/render_csv.c", show_report_csv, judge_csv, NO_SKELETON},
    {"reports/render_html.c", show_report_html, judge_terminal, MARKUP},
    {"reports/render_json.c", show_report_json, judge_json, NO_SKELETON},
    {"reports/render_text.c", show_report_text, judge_terminal, NO_SKELETON},
    {"reports/siem/ocsf.c", show_ocsf, judge_json, NO_SKELETON},
    {"reports/siem/syslog.c", show_syslog, judge_syslog, NO_SKELETON},
    {"reports/siem/cef.c", show_cef, judge_cef, NO_SKELETON},
    {"reports/oscal/parts.c", show_oscal, judge_json, NO_SKELETON},
    {"reports/chart.c", show_bars, judge_terminal, MARKUP},
    {"reports/chart.c", show_columns, judge_terminal, MARKUP},
    {"reports/svg.c", show_svg, judge_terminal, MARKUP},
    {"reports/svg.c", show_svg_link, judge_svg_link, NO_SKELETON},
};

enum {
    RENDERERS = sizeof renderers / sizeof renderers[0],
};

static void assert_same_skeleton(struct hall *hall, const struct renderer *renderer, size_t index)
{
    static char harmless[SKELETON_MAX], hostile[SKELETON_MAX];
    enum hostile_form form = renderer->skeleton == DOT ? HOSTILE_DOT : HOSTILE_MARKUP;
    bool good;
    size_t size = hostile_skeleton(form, shown(hall), hostile, SKELETON_MAX, &good);
    assert_true(good);
    assert_true(renderer->show(hall, index, LITERAL("harmless")));
    size_t expected = hostile_skeleton(form, shown(hall), harmless, SKELETON_MAX, &good);
    assert_true(good);
    assert_int_equal(size, expected);
    assert_memory_equal(hostile, harmless, size);
}

static void try_string(struct hall *hall, const struct renderer *renderer, size_t index)
{
    uint8_t memory[HOSTILE_LONG];
    struct hostile one = hostile_at(index, memory);
    if (!renderer->show(hall, index, one.bytes)) {
        return;
    }
    renderer->judge(hall, one.bytes);
    if (renderer->skeleton != NO_SKELETON && one.bytes.size > 0) {
        assert_same_skeleton(hall, renderer, index);
    }
}

static void every_string_comes_out_harmless(void **unused)
{
    (void)unused;
    struct hall *hall = hall_begin();
    for (size_t r = 0; r < RENDERERS; r++) {
        print_message("%s: ", renderers[r].file);
        for (size_t i = 0; i < hostile_count(); i++) {
            uint8_t memory[HOSTILE_LONG];
            print_message("%s ", hostile_at(i, memory).name);
            try_string(hall, &renderers[r], i);
        }
        print_message("\n");
    }
    hall_end(hall);
}

/* A judge that lets everything through would prove nothing. */
static void the_judges_know_what_is_hostile(void **unused)
{
    (void)unused;
    char out[256];
    bool good;
    assert_false(hostile_is_plain(LITERAL("a\x1b[m"), true));
    assert_false(hostile_is_plain(LITERAL("a\xc2\x9bm"), true));
    assert_false(hostile_is_plain(LITERAL("\xe2\x80\xae"), true));
    assert_false(hostile_is_plain(LITERAL("\xff"), true));
    assert_false(hostile_is_plain(LITERAL("a\nb"), false));
    assert_true(hostile_is_plain(LITERAL("a\nb \xe6\xbc\xa2"), true));
    size_t size = hostile_skeleton(HOSTILE_MARKUP, LITERAL("<a b=\"c\">d</a>"), out, 256, &good);
    assert_true(good && size == 10 && memcmp(out, "<a b=></a>", 10) == 0);
    (void)hostile_skeleton(HOSTILE_MARKUP, LITERAL("<a b=\"<\">"), out, 256, &good);
    assert_false(good);
    size = hostile_skeleton(HOSTILE_DOT, LITERAL("\"a\\\"b\" -> \"c\""), out, 256, &good);
    assert_true(good && size == 4 && memcmp(out, " -> ", 4) == 0);
    assert_true(is_formula("=1", 2) && is_formula("\xef\xbc\x9d", 3) && !is_formula("'=1", 3));
}

/* For scripts: name and bytes, in hexadecimal. */
static int print_strings(void)
{
    for (size_t i = 0; i < hostile_count(); i++) {
        uint8_t memory[HOSTILE_LONG];
        char hex[2 * HOSTILE_LONG];
        struct hostile one = hostile_at(i, memory);
        hex_write(hex, one.bytes);
        printf("%s %.*s\n", one.name, (int)(2 * one.bytes.size), hex);
    }
    return EXIT_SUCCESS;
}

static int list(void)
{
    for (size_t i = 0; i < RENDERERS; i++) {
        printf("%s\n", renderers[i].file);
    }
    return EXIT_SUCCESS;
}

int main(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "--list") == 0) {
        return list();
    }
    if (count == 2 && strcmp(arguments[1], "--strings") == 0) {
        return print_strings();
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_string_comes_out_harmless),
        cmocka_unit_test(the_judges_know_what_is_hostile),
    };
    return cmocka_run_group_tests_name("hostile/renderers", tests, NULL, NULL);
}

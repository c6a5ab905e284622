/*
 * Formats: whatever a report says comes out harmless in all of them, and lossless in JSON; and each
 * ends with the hash of what stands before.
 */
#include "tests/reports/capture.h"
#include "tests/reports/reporting.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    ROWS = 60,
    TEXT_SIZE = 200,
};

static const struct report_column columns[] = {
    {"time", NULL, REPORT_TIME},       {"text", "some text", REPORT_TEXT},
    {"code", NULL, REPORT_CODE},       {"count", NULL, REPORT_INTEGER},
    {"verdict", NULL, REPORT_VERDICT}, {"events", NULL, REPORT_EVENTS},
};

static struct bytes hostile(uint64_t *random, uint8_t memory[static TEXT_SIZE])
{
    return bytes_of(memory, random_hostile(random, memory, TEXT_SIZE));
}

static struct status run(const struct report_input *input, struct report_sink *sink)
{
    static const struct report_table table = {.name = "things",
                                              .title = "Things",
                                              .columns = columns,
                                              .column_count = 6,
                                              .empty = "None.",
                                              .main = true};
    static const struct report_table empty = {
        .name = "nothing", .columns = columns, .column_count = 6, .empty = "There is nothing."};
    uint64_t random = 5;
    uint8_t memory[2][TEXT_SIZE];
    TRY(report_begin(sink, input, NULL));
    report_heading(sink, "A heading");
    report_paragraph(sink, "It says %s", "<b>\"&\033[2J");
    report_fact(sink, "a fact", cell_text(hostile(&random, memory[0])), REPORT_TEXT);
    report_fact(sink, "when", cell_number(0), REPORT_TIME);
    report_table(sink, &table);
    for (unsigned i = 0; i < ROWS; i++) {
        const struct cell cells[] = {
            cell_number(i),
            cell_text(hostile(&random, memory[0])),
            i % 7 == 0 ? cell_absent() : cell_text(hostile(&random, memory[1])),
            cell_number(i * 1000),
            i % 2 == 0 ? cell_verdict("good", TONE_GOOD) : cell_verdict("bad", TONE_BAD),
            cell_string("1, 2-3"),
        };
        TRY(report_row(sink, cells));
    }
    report_table_end(sink);
    report_table(sink, &empty);
    report_table_end(sink);
    const struct report_band bands[] = {{0, 40, TONE_GOOD}, {40, 100, TONE_BAD}};
    const struct report_lane lanes[] = {{"3.3.1[a]", bands, 2}, {"3.3.1[b]", bands, 1}};
    report_bands(sink, &(struct report_bands){"Bands", 0, 100, lanes, 2});
    return report_end(sink);
}

static const struct report_info info = {.name = "access-review",
                                        .title = "A report of a test",
                                        .about = "Things that hurt.",
                                        .version = 1,
                                        .scopes = REPORT_GLOBAL,
                                        .serves = "3.3.1",
                                        .run = run};

static void make(const struct report_format *format, struct reporting *out)
{
    struct enclave enclave;
    enclave_begin(&enclave);
    struct report_question question =
        reporting_ask(enclave.engine, "access-review", (struct id){0});
    question.info = &info;
    reporting_make(enclave.engine, &question, format, out);
    enclave_end(&enclave);
}

static void assert_no_controls(const struct reporting *made, const char *allowed)
{
    for (size_t i = 0; i < made->size; i++) {
        unsigned char c = (unsigned char)made->text[i];
        assert_true((c >= 0x20 && c != 0x7f) || strchr(allowed, c) != NULL);
    }
    assert_true(text_is_utf8(bytes_of(made->text, made->size)));
    assert_null(strstr(made->text, "\xe2\x80\xae"));
    assert_null(strstr(made->text, "\xe2\x80\x8b"));
}

/* What follows `mark` is the SHA-256 of all lines before it. */
static void assert_hash(const struct reporting *made, const char *mark)
{
    struct hasher *hasher = NULL;
    char hex[DIGEST_HEX_SIZE + 1] = {0};
    const char *at = strstr(made->text, mark);
    assert_non_null(at);
    const char *line = at;
    while (line > made->text && line[-1] != '\n') {
        line--;
    }
    must(hasher_open(&hasher));
    struct digest digest = hash_bytes(hasher, bytes_of(made->text, (size_t)(line - made->text)));
    hasher_close(&hasher);
    hex_write(hex, bytes_of(digest.sha256, DIGEST_SIZE));
    assert_memory_equal(at + strlen(mark), hex, DIGEST_HEX_SIZE);
}

static void text_steers_no_terminal(void **unused)
{
    struct reporting made;
    (void)unused;
    make(&render_text, &made);
    assert_no_controls(&made, "\n");
    assert_hash(&made, "sha256 of the lines above: ");
    assert_non_null(strstr(made.text, "There is nothing."));
    assert_non_null(strstr(made.text, "3.3.1[a]    |########################"));
    assert_int_equal(made.rows, ROWS);
    reporting_end(&made);
}

static void html_is_closed_and_nothing_breaks_out(void **unused)
{
    struct reporting made;
    (void)unused;
    make(&render_html, &made);
    assert_no_controls(&made, "\n");
    assert_hash(&made, "above this one: <code>");
    assert_null(strstr(made.text, "<script"));
    assert_null(strstr(made.text, "<b>"));
    assert_null(strstr(made.text, "</td></td>"));
    assert_non_null(strstr(made.text, "<svg "));
    assert_non_null(strstr(made.text, "<p class=\"empty\">There is nothing.</p>"));
    reporting_end(&made);
}

/* A report of one row, from its first heading to its end. */
static struct status run_small(const struct report_input *input, struct report_sink *sink)
{
    static const struct report_column small[] = {{"name", NULL, REPORT_TEXT},
                                                 {"when", "as of", REPORT_TIME},
                                                 {"verdict", NULL, REPORT_VERDICT},
                                                 {"left_out", NULL, REPORT_INTEGER},
                                                 {"events", NULL, REPORT_EVENTS}};
    static const struct report_table table = {.name = "small",
                                              .title = "One row",
                                              .columns = small,
                                              .column_count = 5,
                                              .empty = "None.",
                                              .main = true};
    const struct cell cells[] = {cell_string("a & b <c>"), cell_number(1000000),
                                 cell_verdict("not met", TONE_BAD), cell_absent(),
                                 cell_string("7, 9")};
    TRY(report_begin(sink, input, NULL));
    report_heading(sink, "Small");
    report_fact(sink, "points", cell_number(5), REPORT_INTEGER);
    report_paragraph(sink, "One sentence.");
    report_table(sink, &table);
    TRY(report_row(sink, cells));
    report_table_end(sink);
    return report_end(sink);
}

static const char golden[] =
    "<h2>Small</h2>\n"
    "<dl>\n"
    "<dt>points</dt><dd>5</dd>\n"
    "</dl>\n"
    "<p>One sentence.</p>\n"
    "<h3>One row</h3>\n"
    "<div class=\"wide\"><table>\n"
    "<thead><tr><th>name</th><th>as of</th><th>verdict</th><th class=\"number\">left out</th>"
    "<th>events</th></tr></thead>\n"
    "<tbody>\n"
    "<tr><td>a &amp; b &lt;c&gt;</td><td class=\"time\">1970-01-01 00:00:01.000Z</td>"
    "<td class=\"verdict\"><span class=\"tone bad\">not met</span></td>"
    "<td class=\"none\">\xe2\x80\x93</td><td class=\"events\">7, 9</td></tr>\n"
    "</tbody></table></div>\n"
    "<footer>\n";

static void a_small_page_is_as_it_always_was(void **unused)
{
    struct enclave enclave;
    struct reporting made;
    struct report_info small = info;
    (void)unused;
    small.run = run_small;
    enclave_begin(&enclave);
    struct report_question question =
        reporting_ask(enclave.engine, "access-review", (struct id){0});
    question.info = &small;
    reporting_make(enclave.engine, &question, &render_html, &made);
    const char *at = strstr(made.text, "<h2>");
    assert_non_null(at);
    assert_memory_equal(at, golden, sizeof golden - 1);
    reporting_end(&made);
    enclave_end(&enclave);
}

static void csv_has_one_table_and_no_formulas(void **unused)
{
    struct reporting made;
    size_t lines = 0;
    (void)unused;
    make(&render_csv, &made);
    assert_no_controls(&made, "\r\n");
    assert_memory_equal(made.text, "time,text,code,count,verdict,events\r\n", 37);
    for (const char *at = made.text; (at = strstr(at, "\r\n")) != NULL; at += 2) {
        lines++;
        const char *cell = strstr(at, ",\"");
        assert_true(cell == NULL || strchr("=+-@\t", cell[2]) == NULL);
    }
    assert_int_equal(lines, ROWS + 1);
    reporting_end(&made);
}

static void assert_cell(const struct json *row, const char *name, struct bytes expected)
{
    char other[32];
    uint8_t memory[TEXT_SIZE];
    size_t size = 0;
    (void)snprintf(other, sizeof other, "%s_b64", name);
    struct bytes base64 = json_string_member(row, other);
    struct bytes found = json_string_member(row, name);
    if (base64.size > 0) {
        must(base64_read(base64, memory, sizeof memory, &size));
        found = bytes_of(memory, size);
    }
    assert_true(bytes_equal(found, expected));
}

static void json_loses_nothing(void **unused)
{
    struct reporting made;
    uint64_t random = 5;
    uint8_t memory[2][TEXT_SIZE];
    (void)unused;
    make(&render_json, &made);
    assert_no_controls(&made, "\n");
    assert_hash(&made, "\"sha256_of_the_lines_above\":\"");
    const struct json *rows = reporting_table(&made, "things");
    assert_int_equal(json_count(rows), ROWS);
    (void)hostile(&random, memory[0]);
    for (size_t i = 0; i < ROWS; i++) {
        const struct json *row = json_element(rows, i);
        assert_cell(row, "text", hostile(&random, memory[0]));
        if (i % 7 != 0) {
            assert_cell(row, "code", hostile(&random, memory[1]));
        } else {
            assert_null(json_member(row, "code"));
        }
        assert_int_equal(json_as_integer(json_member(row, "count"), -1), i * 1000);
    }
    assert_int_equal(json_count(reporting_table(&made, "nothing")), 0);
    reporting_end(&made);
}

static void formats_are_found_by_name(void **unused)
{
    (void)unused;
    assert_ptr_equal(render_find(LITERAL("html")), &render_html);
    assert_null(render_find(LITERAL("docx")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_steers_no_terminal),
        cmocka_unit_test(html_is_closed_and_nothing_breaks_out),
        cmocka_unit_test(a_small_page_is_as_it_always_was),
        cmocka_unit_test(csv_has_one_table_and_no_formulas),
        cmocka_unit_test(json_loses_nothing),
        cmocka_unit_test(formats_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

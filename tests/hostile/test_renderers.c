/*
 * Every hostile string, as a value and as a name, through everything that shows text: nothing
 * steers a terminal, no cell is a formula, no markup and no string is broken out of, and in JSON
 * all of it is there.
 *
 * `test_renderers --list` names the files whose ways out are tried here; tests/hostile/complete
 * compares them with the tree. `--strings` prints the strings for tests/hostile/verbs.
 */
#include "tests/hostile/ways.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    SKELETON_MAX = 1 << 16,
};

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
    {"reports/line.c", show_lines, judge_line, NO_SKELETON},
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

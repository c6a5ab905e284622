/*
 * tests/hostile/ways.h -- the ways that text comes out, and what judges what has come out.
 *
 * Shape    A way shows a string: as a value, or as the name that it is in the hall; what has come
 *          out is the hall's capture. It is false if the string cannot be shown this way, since it
 *          can be in no log. A judge fails the test.
 */
#ifndef TESTS_HOSTILE_WAYS_H
#define TESTS_HOSTILE_WAYS_H

#include "tests/hostile/hall.h"

typedef bool show(struct hall *hall, size_t index, struct bytes text);
typedef void judge(struct hall *hall, struct bytes text);

/* judges.c ----------------------------------------------------------------------------------- */

/* What has come out. */
struct bytes shown(const struct hall *hall);
bool is_formula(const char *field, size_t size);
judge judge_terminal, judge_line, judge_csv, judge_terminal_csv, judge_raw_csv, judge_json,
    judge_lossless_json;

/* ways_rows.c: rows, events, exports, OSCAL --------------------------------------------------- */

show show_lines, show_table, show_cut_table, show_csv, show_raw_csv, show_jsonl, show_json_out,
    show_event_table, show_event_csv, show_event_json, show_ocsf, show_syslog, show_cef, show_oscal;
judge judge_syslog, judge_cef;

/* ways_pictures.c: pictures, charts, lineages ------------------------------------------------- */

show show_svg, show_svg_link, show_bars, show_columns, show_dot, show_graph_json, show_prov,
    show_tree, show_picture;
judge judge_svg_link;

/* ways_reports.c ------------------------------------------------------------------------------ */

show show_report_text, show_report_html, show_report_json, show_report_csv;

#endif

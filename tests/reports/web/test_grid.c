/*
 * Rows of the command line as a table of a page: all of them, escaped, as far as it is asked for.
 */
#include "reports/web/grid.h"
#include "tests/reports/capture.h"
#include "tests/reports/web/telling.h"
#include "tests/reports/well_formed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    ROWS = 30,
};

static const struct rows_options no_rows = {0};
static struct capture capture;
static struct visit visit;
static struct grid grid;
static struct web_options web_options;

static bool is_over(void *context)
{
    (void)context;
    return true;
}

/* Fills rows as a report of the command line does. */
static struct status fill(struct rows *rows)
{
    static const struct column columns[] = {{"event", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
                                            {"secret", NULL, COLUMN_TEXT, ALIGN_LEFT},
                                            {"review_by", "REVIEW BY", COLUMN_TIME, ALIGN_LEFT},
                                            {"name", NULL, COLUMN_TEXT, ALIGN_LEFT}};
    TRY(rows_begin(rows, columns, sizeof columns / sizeof columns[0]));
    for (uint64_t i = 0; i < ROWS; i++) {
        char memory[64];
        struct text name = TEXT_IN(memory);
        text_add(&name, "<i>%c\"&%u", i % 2 == 0 ? 'A' : 'b', (unsigned)i);
        const struct cell cells[] = {cell_number(i), cell_string("hidden"),
                                     i == 3 ? cell_absent() : cell_number(1773093480000000),
                                     cell_text(text_bytes(&name))};
        TRY(rows_add(rows, cells));
    }
    return rows_flush(rows);
}

static void show(const struct grid_options *options)
{
    static const struct grid_column columns[] = {{"secret", NULL, GRID_HIDDEN}};
    struct grid_options asked = *options;
    asked.caption = "Rows & more";
    asked.empty = "Nothing here.";
    asked.columns = columns;
    asked.column_count = 1;
    capture_begin(&capture, &no_rows);
    memset(&visit, 0, sizeof visit);
    visit.output = &capture.output;
    visit.scope.size = ROWS;
    visit.options = &web_options;
    grid_init(&grid, &visit, &asked);
    assert_false(failed(grid_end(&grid, fill(&grid.rows))));
    capture_end(&capture);
}

static size_t count(const char *what)
{
    size_t found = 0;
    for (const char *at = capture.text; (at = strstr(at, what)) != NULL; at++) {
        found++;
    }
    return found;
}

static void every_row_is_there_and_nothing_in_it_is_markup(void **unused)
{
    (void)unused;
    show(&(struct grid_options){0});
    assert_true(well_formed(capture.text));
    assert_int_equal(count("<tr>"), ROWS + 1);
    assert_int_equal(count("<i>"), 0);
    assert_int_equal(count("href=\"/events/"), ROWS);
    assert_int_equal(count("hidden</td>"), 0);
    char *plain = telling_plain(capture.text);
    assert_non_null(strstr(plain, "Rows & more Event Review by Name"));
    assert_non_null(strstr(plain, "<i>b\"&29"));
    free(plain);
    assert_false(grid.cut);
}

static void it_is_cut_and_says_so(void **unused)
{
    (void)unused;
    show(&(struct grid_options){.limit = 10, .more = "See below."});
    assert_int_equal(count("<tr>"), 11);
    assert_true(grid.cut);
    assert_non_null(strstr(capture.text, "There are more than the 10 that are shown. See below."));
    show(&(struct grid_options){.limit = ROWS});
    assert_false(grid.cut);
}

static void rows_are_found_by_what_is_shown_and_skipped(void **unused)
{
    (void)unused;
    show(&(struct grid_options){.contains = LITERAL(">B\"")});
    assert_int_equal(count("<tr>"), ROWS / 2 + 1);
    show(&(struct grid_options){.contains = LITERAL("hidden")});
    assert_int_equal(count("<tr>"), 0);
    assert_non_null(strstr(capture.text, "Nothing here."));
    show(&(struct grid_options){.skip = ROWS - 2});
    assert_int_equal(count("<tr>"), 3);
    show(&(struct grid_options){.skip = ROWS});
    assert_non_null(strstr(capture.text, "Nothing here."));
}

static void whoever_waits_too_long_waits_no_longer(void **unused)
{
    (void)unused;
    capture_begin(&capture, &no_rows);
    web_options.expired = is_over;
    visit.output = &capture.output;
    grid_init(&grid, &visit, &(struct grid_options){.caption = "Rows"});
    assert_int_equal(grid_end(&grid, fill(&grid.rows)).code, STATUS_INTERRUPTED);
    web_options.expired = NULL;
    capture_end(&capture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_there_and_nothing_in_it_is_markup),
        cmocka_unit_test(it_is_cut_and_says_so),
        cmocka_unit_test(rows_are_found_by_what_is_shown_and_skipped),
        cmocka_unit_test(whoever_waits_too_long_waits_no_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

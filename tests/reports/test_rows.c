/*
 * Rows go out in every format, and a failed write is known at once.
 */
#include "reports/rows.h"
#include "tests/reports/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct column columns[] = {{.name = "a", .type = COLUMN_TEXT}};

static void no_rows_are_the_names_alone(void **unused)
{
    (void)unused;
    static struct capture capture;
    static const char *const expected[] = {
        [ROWS_TABLE] = "A\n", [ROWS_CSV] = "a\r\n", [ROWS_JSON] = ""};
    for (unsigned format = ROWS_TABLE; format <= ROWS_JSON; format++) {
        const struct rows_options options = {.format = (enum rows_format)format,
                                             .zone = zone_utc()};
        capture_rows(&capture, &options, columns, 1, NULL, 0);
        assert_string_equal(capture.text, expected[format]);
        assert_int_equal(capture.rows.row_count, 0);
    }
}

static void a_full_disk_ends_the_rows(void **unused)
{
    (void)unused;
    static struct output output;
    static uint8_t memory[ROWS_MEMORY_SIZE];
    for (unsigned format = ROWS_TABLE; format <= ROWS_JSON; format++) {
        const struct rows_options options = {.format = (enum rows_format)format,
                                             .zone = zone_utc()};
        struct arena arena = ARENA_IN(memory);
        struct rows rows;
        struct status status;
        uint64_t count = 0;
        int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
        output_init(&output, fd);
        rows_init(&rows, &options, &output, &arena);
        status = rows_begin(&rows, columns, 1);
        while (!failed(status) && count++ < 100000) {
            const struct cell cell = cell_string("some text that fills the disk in the end");
            status = rows_add(&rows, &cell);
        }
        assert_int_equal(status.code, STATUS_IO);
        assert_int_equal(status.at, ENOSPC);
        assert_true(count < 2000);
        close(fd);
    }
}

static bool is_over(const void *context)
{
    return *(const bool *)context;
}

static void whoever_looks_long_learns_that_nobody_waits(void **unused)
{
    bool over = false;
    struct rows rows = {.stopped = NULL};
    (void)unused;
    assert_false(failed(rows_go_on(&rows)));
    rows.stopped = is_over;
    rows.stopped_context = &over;
    assert_false(failed(rows_go_on(&rows)));
    over = true;
    assert_int_equal(rows_go_on(&rows).code, STATUS_INTERRUPTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_rows_are_the_names_alone),
        cmocka_unit_test(whoever_looks_long_learns_that_nobody_waits),
        cmocka_unit_test(a_full_disk_ends_the_rows),
    };
    return cmocka_run_group_tests_name("reports/rows", tests, NULL, NULL);
}

/*
 * What goes into an output comes out, whole and in order, or the first failure is told.
 */
#include "reports/output.h"
#include "tests/reports/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

#include <cmocka.h>

static void pieces_of_any_size_arrive_in_order(void **unused)
{
    (void)unused;
    static struct capture capture;
    static uint8_t expected[CAPTURE_MAX];
    uint64_t state = 1;
    size_t size = 0;
    capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON});
    while (size < 600000) {
        uint64_t kind = random_below(&state, 20);
        size_t some = (size_t)random_below(&state, kind == 0 ? 70000 : kind < 4 ? 5000 : 9);
        for (size_t i = 0; i < some; i++) {
            expected[size + i] = (uint8_t)random_next(&state);
        }
        output_put(&capture.output, expected + size, some);
        size += some;
    }
    capture_end(&capture);
    assert_int_equal(capture.size, size);
    assert_memory_equal(capture.text, expected, size);
}

static void numbers_blanks_and_formats_are_text(void **unused)
{
    (void)unused;
    static struct capture capture;
    capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON});
    output_put_u64(&capture.output, UINT64_MAX);
    output_pad(&capture.output, 70);
    output_put_char(&capture.output, '|');
    output_put_string(&capture.output, "");
    output_add(&capture.output, "%s-%d", "x", 7);
    capture_end(&capture);
    assert_int_equal(capture.size, 20 + 70 + 1 + 3);
    assert_memory_equal(capture.text, "18446744073709551615 ", 21);
    assert_string_equal(capture.text + 90, "|x-7");
}

static void a_closed_pipe_sticks(void **unused)
{
    (void)unused;
    static struct output output;
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    output_init(&output, ends[1]);
    output_put_string(&output, "nobody reads this");
    assert_false(failed(output_status(&output)));
    struct status status = output_flush(&output);
    assert_int_equal(status.code, STATUS_IO);
    assert_int_equal(status.at, EPIPE);
    output_put_string(&output, "nor this");
    assert_int_equal(output_flush(&output).at, EPIPE);
    close(ends[1]);
}

static void a_full_disk_is_told_with_its_reason(void **unused)
{
    (void)unused;
    static struct output output;
    static const uint8_t much[100000];
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    output_init(&output, fd);
    output_put(&output, much, sizeof much);
    assert_int_equal(output_status(&output).at, ENOSPC);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_any_size_arrive_in_order),
        cmocka_unit_test(numbers_blanks_and_formats_are_text),
        cmocka_unit_test(a_closed_pipe_sticks),
        cmocka_unit_test(a_full_disk_is_told_with_its_reason),
    };
    return cmocka_run_group_tests_name("reports/output", tests, NULL, NULL);
}

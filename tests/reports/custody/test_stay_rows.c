/* Stays and clashes as rows: what they say, and which of them a question takes. */
#include "reports/custody/stay_rows.h"
#include "tests/reports/capture.h"
#include "tests/reports/lineage/stream.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    ARENA_SIZE = 64 << 10,
};

struct lab {
    struct stream stream;
    struct capture capture;
    struct stays stays;
    struct clashes clashes;
    struct view view;
    struct status trouble;
    uint8_t memory[ARENA_SIZE];
    struct arena arena;
};

static int begin(void **state)
{
    struct lab *lab = calloc(1, sizeof *lab);
    struct stream *stream = &lab->stream;
    stream_begin(stream);
    stream_drive(stream, stream->users[0], 0);
    stream_start(stream, stream->users[0], 0);
    stream_start(stream, stream->users[0], 1);
    lab->arena = ARENA_IN(lab->memory);
    *state = lab;
    return 0;
}

static int end(void **state)
{
    struct lab *lab = *state;
    stream_end(&lab->stream);
    free(lab);
    return 0;
}

static struct stay_rows ask(struct lab *lab)
{
    stream_look(&lab->stream);
    lab->view = engine_view(lab->stream.engine, UINT64_MAX, &lab->arena, &lab->trouble);
    capture_begin(&lab->capture, &(struct rows_options){.format = ROWS_CSV});
    return (struct stay_rows){.question = {.log = lab->stream.log, .index = lab->stream.index},
                              .view = &lab->view,
                              .until_us = UINT64_MAX,
                              .stays = &lab->stays,
                              .out = &lab->capture.rows};
}

static const char *tell(struct lab *lab, struct stay_rows *rows)
{
    must(stay_rows_write(rows));
    stays_close(&lab->stays);
    capture_end(&lab->capture);
    return lab->capture.text;
}

static void a_row_names_what_it_rests_on(void **state)
{
    struct lab *lab = *state;
    struct stream *stream = &lab->stream;
    struct id drive = stream->drives[0], vm = stream->vms[0];
    char expected[256];
    uint64_t asked = stream_ask(stream, stream->users[0], drive, vm, DRIVE_MODE_RO);
    uint64_t from = stream_attach(stream, drive, vm, DRIVE_MODE_RO);
    uint64_t until = stream_detach(stream, drive, vm);
    struct stay_rows rows = ask(lab);
    struct text text = TEXT_IN(expected);
    text_add(&text, "[%" PRIu64 ",%" PRIu64 ",%" PRIu64 "]", asked, from, until);
    const char *told = tell(lab, &rows);
    assert_non_null(strstr(told, text_string(&text)));
    assert_non_null(strstr(told, "\"ro\""));
    assert_non_null(strstr(told, "\"left\""));
    assert_int_equal(rows.count, 1);
}

static void a_mode_and_a_period_narrow_it_down(void **state)
{
    struct lab *lab = *state;
    struct stream *stream = &lab->stream;
    stream_ask(stream, stream->users[0], stream->drives[0], stream->vms[1], DRIVE_MODE_RW);
    stream_fail(stream, stream->vms[1]);
    stream_attach(stream, stream->drives[0], stream->vms[0], DRIVE_MODE_RO);
    struct stay_rows rows = ask(lab);
    rows.has_mode = true;
    rows.mode = DRIVE_MODE_RW;
    tell(lab, &rows);
    assert_int_equal(rows.count, 0);
    rows = ask(lab);
    rows.missed = true;
    const char *told = tell(lab, &rows);
    assert_int_equal(rows.count, 2);
    assert_non_null(strstr(told, "\"never came\""));
    assert_non_null(strstr(told, "\"nobody\""));
    rows = ask(lab);
    rows.until_us = 1;
    tell(lab, &rows);
    assert_int_equal(rows.count, 0);
}

static void with_somebody_is_only_while_both_were_there(void **state)
{
    struct lab *lab = *state;
    struct stream *stream = &lab->stream;
    struct id drive = stream->drives[0], vm = stream->vms[0], user = stream->users[1];
    char expected[64];
    stream_connect(stream, user, vm);
    uint64_t from = stream_attach(stream, drive, vm, DRIVE_MODE_RW);
    uint64_t left = stream_disconnect(stream, user, vm);
    uint64_t again = stream_connect(stream, user, vm);
    uint64_t until = stream_detach(stream, drive, vm);
    stream_disconnect(stream, user, vm);
    struct stay_rows rows = ask(lab);
    rows.with = user;
    const char *told = tell(lab, &rows);
    assert_int_equal(rows.count, 2);
    struct text text = TEXT_IN(expected);
    text_add(&text, "[%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "]", from, until, again, until);
    assert_non_null(strstr(told, text_string(&text)));
    text = TEXT_IN(expected);
    text_add(&text, "[%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "]", from, until, from, left);
    assert_non_null(strstr(told, text_string(&text)));
    rows = ask(lab);
    rows.with = stream->users[2];
    tell(lab, &rows);
    assert_int_equal(rows.count, 0);
}

static void a_clash_names_both_machines(void **state)
{
    struct lab *lab = *state;
    struct stream *stream = &lab->stream;
    stream_ask(stream, stream->users[0], stream->drives[0], stream->vms[0], DRIVE_MODE_RW);
    stream_attach(stream, stream->drives[0], stream->vms[0], DRIVE_MODE_RW);
    stream_attach(stream, stream->drives[0], stream->vms[1], DRIVE_MODE_RO);
    struct stay_rows asked = ask(lab);
    struct clash_rows rows = {.question = asked.question,
                              .view = &lab->view,
                              .until_us = UINT64_MAX,
                              .stays = &lab->stays,
                              .clashes = &lab->clashes,
                              .out = &lab->capture.rows};
    must(clash_rows_write(&rows));
    stays_close(&lab->stays);
    capture_end(&lab->capture);
    assert_int_equal(rows.count, 1);
    assert_non_null(strstr(lab->capture.text, ", nobody\""));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_row_names_what_it_rests_on),
        WITH(a_mode_and_a_period_narrow_it_down),
        WITH(with_somebody_is_only_while_both_were_there),
        WITH(a_clash_names_both_machines),
    };
    return cmocka_run_group_tests_name("reports/custody/stay_rows", tests, NULL, NULL);
}

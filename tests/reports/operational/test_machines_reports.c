/*
 * Reports of drives, machines and hosts against what was said of them. Covers custody.c and
 * machines.c of reports/operational/.
 */
#include "tests/reports/lineage/stream.h"
#include "tests/reports/reporting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int begin(void **state)
{
    struct stream *stream = calloc(1, sizeof *stream);
    stream_begin(stream);
    for (size_t i = 0; i < STREAM_DRIVES; i++) {
        stream_drive(stream, stream->users[i], i);
    }
    for (size_t i = 0; i < STREAM_VMS; i++) {
        stream_start(stream, stream->users[i], i);
    }
    *state = stream;
    return 0;
}

static int end(void **state)
{
    struct stream *stream = *state;
    stream_end(stream);
    free(stream);
    return 0;
}

static const struct id everything = {ID_NONE, 0};

static void make(struct stream *stream, const char *name, struct id scope,
                 const struct report_format *format, struct reporting *out)
{
    stream_look(stream);
    struct report_question question = reporting_ask(stream->engine, name, scope);
    reporting_make(stream->engine, &question, format, out);
}

static uint64_t rows_of(struct stream *stream, const char *name, struct id scope)
{
    struct reporting made;
    make(stream, name, scope, &render_json, &made);
    uint64_t rows = made.rows;
    reporting_end(&made);
    return rows;
}

static bool is_said(struct stream *stream, const char *name, const char *words)
{
    struct reporting made;
    make(stream, name, everything, &render_text, &made);
    bool found = strstr(made.text, words) != NULL;
    reporting_end(&made);
    return found;
}

static void every_stay_is_a_row_of_the_custody_of_drives(void **state)
{
    struct stream *stream = *state;
    stream_ask(stream, stream->users[1], stream->drives[1], stream->vms[1], DRIVE_MODE_RW);
    stream_attach(stream, stream->drives[1], stream->vms[1], DRIVE_MODE_RW);
    stream_detach(stream, stream->drives[1], stream->vms[1]);
    stream_attach(stream, stream->drives[1], stream->vms[2], DRIVE_MODE_RO);
    stream_attach(stream, stream->drives[0], stream->vms[0], DRIVE_MODE_RO);
    stream_ask(stream, stream->users[0], stream->drives[2], stream->vms[0], DRIVE_MODE_RO);
    assert_int_equal(rows_of(stream, "drive-custody", everything), 3);
    assert_int_equal(rows_of(stream, "drive-custody", stream->users[1]), 2);
    assert_int_equal(rows_of(stream, "drive-custody", stream->users[2]), 1); /* its machine */
    assert_int_equal(rows_of(stream, "drive-custody", stream->users[4]), 0);
    assert_true(is_said(stream, "drive-custody", "nobody asked for it"));
}

static void what_lasts_lasts_until_the_end_of_the_period(void **state)
{
    struct stream *stream = *state;
    struct reporting made;
    stream_attach(stream, stream->drives[0], stream->vms[0], DRIVE_MODE_RW);
    stream_look(stream);
    struct report_question question = reporting_ask(stream->engine, "drive-custody", everything);
    stream_detach(stream, stream->drives[0], stream->vms[0]);
    stream_look(stream);
    reporting_make(stream->engine, &question, &render_csv, &made);
    assert_int_equal(made.rows, 1);
    assert_non_null(strstr(made.text, "\"lasts\""));
    reporting_end(&made);
}

static void every_machine_is_a_row_of_exposure(void **state)
{
    struct stream *stream = *state;
    stream_connect(stream, stream->users[3], stream->vms[0]);
    stream_attach(stream, stream->drives[0], stream->vms[0], DRIVE_MODE_RW);
    stream_stop(stream, stream->vms[2]);
    assert_int_equal(rows_of(stream, "vm-exposure", everything), STREAM_VMS);
    assert_int_equal(rows_of(stream, "vm-exposure", stream->users[1]), 1);
    assert_true(is_said(stream, "vm-exposure", "vm.user_connected"));
}

static void a_difference_lasts_until_it_is_said_to_be_gone(void **state)
{
    struct stream *stream = *state;
    const union event_body found = {.reconcile_mismatch = {.kind = MISMATCH_KIND_DISK_UNKNOWN,
                                                           .object = LITERAL("vm:7 vdz"),
                                                           .identity = {{7}}}};
    const union event_body gone = {.reconcile_cleared = {.identity = {{7}}}};
    stream_say(stream, &(struct stream_event){.voice = VOICE_EFFECT,
                                              .kind = EVENT_RECONCILE_MISMATCH,
                                              .first = stream->host,
                                              .body = &found});
    assert_int_equal(rows_of(stream, "reconciliation", everything), 1);
    assert_true(is_said(stream, "reconciliation", "lasts"));
    stream_say(stream, &(struct stream_event){.voice = VOICE_EFFECT,
                                              .kind = EVENT_RECONCILE_CLEARED,
                                              .first = stream->host,
                                              .body = &gone});
    assert_true(is_said(stream, "reconciliation", "gone"));
    assert_false(is_said(stream, "reconciliation", "lasts  "));
}

static void a_login_to_a_host_is_a_row_of_its_state(void **state)
{
    struct stream *stream = *state;
    const union event_body body = {.host_admin_login = {.account = LITERAL("root\x1b[2J")}};
    uint64_t before = rows_of(stream, "host-state", everything);
    stream_say(stream, &(struct stream_event){.voice = VOICE_VM,
                                              .kind = EVENT_HOST_ADMIN_LOGIN,
                                              .first = stream->host,
                                              .body = &body});
    assert_int_equal(rows_of(stream, "host-state", everything), before + 1);
    assert_false(is_said(stream, "host-state", "\x1b"));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(every_stay_is_a_row_of_the_custody_of_drives),
        WITH(what_lasts_lasts_until_the_end_of_the_period),
        WITH(every_machine_is_a_row_of_exposure),
        WITH(a_difference_lasts_until_it_is_said_to_be_gone),
        WITH(a_login_to_a_host_is_a_row_of_its_state),
    };
    return cmocka_run_group_tests_name("reports/operational/machines", tests, NULL, NULL);
}

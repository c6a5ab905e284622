/* Who logged in to a host, and which machines ran there at that moment. */
#include "reports/custody/host_login_rows.h"
#include "tests/reports/capture.h"
#include "tests/reports/lineage/stream.h"

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
    struct filter filter;
    struct status trouble;
    uint8_t memory[ARENA_SIZE];
    struct arena arena;
};

static int begin(void **state)
{
    struct lab *lab = calloc(1, sizeof *lab);
    stream_begin(&lab->stream);
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

static void log_in(struct lab *lab)
{
    union event_body body = {.host_admin_login = {.account = LITERAL("root"),
                                                  .has_address = true,
                                                  .address = LITERAL("10.0.0.9")}};
    stream_say(&lab->stream, &(struct stream_event){.voice = VOICE_VM,
                                                    .kind = EVENT_HOST_ADMIN_LOGIN,
                                                    .first = lab->stream.host,
                                                    .body = &body});
}

/* A record of the system `name`, as it is imported. */
static void import(struct lab *lab, const char *name, const char *action)
{
    union event_body named = {.audit_subject_named = {.class = SUBJECT_CLASS_USER,
                                                      .system = LITERAL("sshd"),
                                                      .name = bytes_of_string(name)}};
    struct id subject = {ID_SUBJECT, stream_say(&lab->stream, &(struct stream_event){
                                                                  .voice = VOICE_IMPORT,
                                                                  .kind = EVENT_AUDIT_SUBJECT_NAMED,
                                                                  .first = {ID_SUBJECT, ID_NEW},
                                                                  .body = &named})};
    union event_body body = {.audit_record_imported = {.system = LITERAL("sshd"),
                                                       .action = bytes_of_string(action),
                                                       .has_user = true,
                                                       .user = LITERAL("kim"),
                                                       .has_host = true,
                                                       .host = bytes_of_string(name)}};
    stream_say(&lab->stream, &(struct stream_event){.voice = VOICE_IMPORT,
                                                    .kind = EVENT_AUDIT_RECORD_IMPORTED,
                                                    .first = subject,
                                                    .body = &body});
}

static struct host_login_rows tell(struct lab *lab, bool occupied)
{
    stream_look(&lab->stream);
    capture_begin(&lab->capture, &(struct rows_options){.format = ROWS_CSV});
    struct host_login_rows rows = {
        .engine = lab->stream.engine,
        .log = lab->stream.log,
        .index = lab->stream.index,
        .view = engine_view(lab->stream.engine, UINT64_MAX, &lab->arena, &lab->trouble),
        .occupied = occupied,
        .filter = &lab->filter,
        .out = &lab->capture.rows};
    must(host_login_rows_write(&rows));
    capture_end(&lab->capture);
    return rows;
}

static void machines_are_those_of_the_moment(void **state)
{
    struct lab *lab = *state;
    stream_drive(&lab->stream, lab->stream.users[0], 0); /* and with it a host */
    log_in(lab);
    stream_start(&lab->stream, lab->stream.users[0], 0);
    log_in(lab);
    stream_stop(&lab->stream, lab->stream.vms[0]);
    log_in(lab);
    assert_int_equal(tell(lab, false).count, 3);
    assert_int_equal(tell(lab, true).count, 1);
    assert_non_null(strstr(lab->capture.text, "\"root\",\"10.0.0.9\""));
    char expected[64];
    struct text text = TEXT_IN(expected);
    id_write(&text, lab->stream.vms[0]);
    assert_non_null(strstr(lab->capture.text, text_string(&text)));
}

/* The host of a stream is called h. */
static void records_of_the_host_itself_count(void **state)
{
    struct lab *lab = *state;
    stream_drive(&lab->stream, lab->stream.users[0], 0);
    import(lab, "h", "sshd accepted-publickey");
    import(lab, "h.example.org", "sshd accepted-password");
    import(lab, "other", "sshd accepted-password");
    import(lab, "h", "sshd disconnected");
    assert_int_equal(tell(lab, false).count, 2);
    assert_non_null(strstr(lab->capture.text, "\"kim\""));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(machines_are_those_of_the_moment),
        WITH(records_of_the_host_itself_count),
    };
    return cmocka_run_group_tests_name("reports/custody/host_login_rows", tests, NULL, NULL);
}

/*
 * Linux audit records: how lines become events, and what events mean.
 */
#include "tests/tools/import_run.h"
#include "tools/import/syscalls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#define STAMP "msg=audit(1700000000.123:1): "
#define STAMP_2 "msg=audit(1700000000.123:2): "

/* Gathering ------------------------------------------------------------------------------- */

/* "line+count line+count ..." of the records. */
static void check_grouping(const char *input, const char *expected)
{
    char memory[1024];
    size_t size = 0;
    struct import_run run = import_string(IMPORT_FORMAT_AUDITD, input);
    for (size_t i = 0; i < run.record_count; i++) {
        size +=
            (size_t)snprintf(memory + size, sizeof memory - size, "%s%u+%u", i > 0 ? " " : "",
                             (unsigned)run.records[i].line, (unsigned)run.records[i].line_count);
    }
    assert_string_equal(memory, expected);
    import_run_has_every_line(&run);
    import_run_free(&run);
}

static void lines_of_one_stamp_are_one_record(void **unused)
{
    (void)unused;
    check_grouping("type=SYSCALL " STAMP "a=1\ntype=CWD " STAMP "cwd=\"/\"\ntype=PATH " STAMP "x=1",
                   "1+3");
    check_grouping("type=SYSCALL " STAMP "a=1\ntype=SYSCALL " STAMP_2 "a=1\n", "1+1 2+1");
    check_grouping("type=SYSCALL msg=audit(1700000000.123:1): a=1\n"
                   "type=CWD msg=audit(1700000000.124:1): cwd=\"/\"\n",
                   "1+1 2+1");
    check_grouping("node=a type=SYSCALL " STAMP "a=1\nnode=b type=CWD " STAMP "a=1\n"
                   "type=CWD " STAMP "a=1\nnode=a type=CWD " STAMP "a=1\n",
                   "1+2 2+1 3+1");
}

static void raw_is_the_lines_without_their_ends(void **unused)
{
    (void)unused;
    struct import_run run =
        import_string(IMPORT_FORMAT_AUDITD,
                      "type=SYSCALL " STAMP "a=1\r\ntype=CWD " STAMP_2 "b\ntype=EOE " STAMP "\n");
    assert_int_equal(run.record_count, 2);
    assert_true(
        bytes_equal(run.records[0].raw, LITERAL("type=SYSCALL " STAMP "a=1\ntype=EOE " STAMP)));
    assert_true(bytes_equal(run.records[1].raw, LITERAL("type=CWD " STAMP_2 "b")));
    assert_int_equal(run.records[0].at_utc_us, UINT64_C(1700000000123000));
    import_run_free(&run);
}

static void interleaved_events_leave_in_the_order_of_their_first_lines(void **unused)
{
    (void)unused;
    check_grouping("type=SYSCALL " STAMP "\ntype=SYSCALL " STAMP_2 "\ntype=EOE " STAMP_2
                   "\ntype=CWD " STAMP "\ntype=EOE " STAMP "\n",
                   "1+3 2+2");
    /* an EOE line that comes behind lines of another event is still its own */
    check_grouping("type=SYSCALL " STAMP "\ntype=PROCTITLE " STAMP "\ntype=SYSCALL " STAMP_2
                   "\ntype=EOE " STAMP "\ntype=EOE " STAMP_2 "\n",
                   "1+3 3+2");
}

/* The line number that has been read when the first record comes out. */
static uint64_t lines_read_at_first(const char *input)
{
    const struct import_options options = {.format = IMPORT_FORMAT_AUDITD};
    struct importer *importer = NULL;
    struct import_record record;
    struct import_problem problem;
    int descriptor = import_file(bytes_of_string(input));
    assert_int_equal(importer_open(descriptor, &options, &importer).code, STATUS_OK);
    assert_int_equal(importer_next(importer, &record, &problem).code, STATUS_OK);
    uint64_t count = importer_tally(importer).line_count;
    importer_close(&importer);
    assert_int_equal(close(descriptor), 0);
    return count;
}

static void an_event_leaves_as_soon_as_it_is_known_to_be_whole(void **unused)
{
    (void)unused;
    assert_int_equal(lines_read_at_first("type=USER_LOGIN " STAMP "\ntype=CWD " STAMP_2 "\n"), 1);
    assert_int_equal(
        lines_read_at_first("type=CWD " STAMP "\ntype=EOE " STAMP "\ntype=CWD " STAMP_2), 2);
    assert_int_equal(lines_read_at_first("type=CWD msg=audit(1000.000:1): \n"
                                         "type=CWD msg=audit(1002.000:2): \n"
                                         "type=CWD msg=audit(1002.001:3): \n"
                                         "type=CWD msg=audit(1002.001:4): \n"),
                     3);
    /* also when time runs backwards, as where files were put together */
    assert_int_equal(lines_read_at_first("type=CWD msg=audit(1005.000:1): \n"
                                         "type=CWD msg=audit(1000.000:2): \n"
                                         "type=CWD msg=audit(1000.000:3): \n"),
                     2);
}

/* count lines of one event each, then a line more of the first event. */
static struct import_run import_many(unsigned count)
{
    char input[64 * 64];
    size_t size = 0;
    for (unsigned i = 0; i <= count; i++) {
        size += (size_t)snprintf(input + size, sizeof input - size,
                                 "type=CWD msg=audit(5.000:%u): \n", i % count);
    }
    return import_string(IMPORT_FORMAT_AUDITD, input);
}

static void as_many_events_are_open_as_is_documented(void **unused)
{
    (void)unused;
    struct import_run run = import_many(IMPORT_OPEN_EVENTS);
    assert_int_equal(run.record_count, IMPORT_OPEN_EVENTS);
    assert_int_equal(run.records[0].line_count, 2);
    import_run_has_every_line(&run);
    import_run_free(&run);

    run = import_many(IMPORT_OPEN_EVENTS + 1);
    assert_int_equal(run.record_count, IMPORT_OPEN_EVENTS + 2);
    assert_int_equal(run.records[0].line_count, 1);
    assert_int_equal(run.records[IMPORT_OPEN_EVENTS + 1].line, IMPORT_OPEN_EVENTS + 2);
    import_run_has_every_line(&run);
    import_run_free(&run);
}

static void an_event_beyond_the_limit_is_one_problem_with_all_its_lines(void **unused)
{
    (void)unused;
    const struct import_options options = {.format = IMPORT_FORMAT_AUDITD};
    size_t line_size = 100000;
    char *input = malloc(4 * line_size);
    assert_non_null(input);
    size_t size = 0;
    for (unsigned i = 0; i < 3; i++) {
        size_t begin = size;
        size +=
            (size_t)snprintf(input + size, 4 * line_size - size, "type=EXECVE " STAMP "a%u=", i);
        memset(input + size, '6', line_size - (size - begin));
        size = begin + line_size;
        size += (size_t)snprintf(input + size, 4 * line_size - size,
                                 "\ntype=USER_LOGIN msg=audit(1700000000.123:%u): \n", i + 2);
    }
    struct import_run run = import_bytes(&options, bytes_of(input, size));
    assert_int_equal(run.record_count, 3);
    assert_int_equal(run.problem_count, 1);
    assert_int_equal(run.problems[0].line, 1);
    assert_int_equal(run.problems[0].line_count, 3);
    import_run_has_every_line(&run);
    import_run_free(&run);
    free(input);
}

static void what_has_no_stamp_is_a_problem_of_its_line(void **unused)
{
    (void)unused;
    static const char *const lines[] = {
        "x",
        "type=",
        "type=CWD",
        ("type=cwd " STAMP),
        "type=UNKNOWN[1329] msg=?",
        "type=CWD msg=audit(1700000000:1): ",
        "type=CWD msg=audit(1700000000.1:1): ",
        "type=CWD msg=audit(1700000000.1234:1): ",
        "type=CWD msg=audit(.123:1): ",
        "type=CWD msg=audit(999999999999.123:1): ",
        "type=CWD msg=audit(1700000000.123): ",
        "type=CWD msg=audit(1700000000.123:): ",
        "type=CWD msg=audit(1700000000.123:1",
        "type=CWD msg=audit(03/09/2026 10:00:00.123:1): ",
        "node=a",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char input[512];
        (void)snprintf(input, sizeof input, "type=CWD " STAMP "\n%s\ntype=EOE " STAMP "\n",
                       lines[i]);
        struct import_run run = import_string(IMPORT_FORMAT_AUDITD, input);
        assert_int_equal(run.record_count, 1);
        assert_int_equal(run.records[0].line_count, 2);
        assert_int_equal(run.problem_count, 1);
        assert_int_equal(run.problems[0].line, 2);
        import_run_has_every_line(&run);
        import_run_free(&run);
    }
}

static void a_last_line_that_breaks_off_in_a_value_is_a_problem(void **unused)
{
    (void)unused;
    struct import_run run = import_string(
        IMPORT_FORMAT_AUDITD, "type=SYSCALL " STAMP "a=1\ntype=EXECVE " STAMP "a0=\"ca");
    assert_int_equal(run.problem_count, 1);
    assert_int_equal(run.problems[0].line, 2);
    assert_int_equal(run.record_count, 1);
    assert_int_equal(run.records[0].line_count, 1);
    import_run_free(&run);

    run = import_string(IMPORT_FORMAT_AUDITD,
                        "type=USER_LOGIN " STAMP "pid=1 msg='op=login res=succ");
    assert_int_equal(run.problem_count, 1);
    assert_int_equal(run.record_count, 0);
    import_run_free(&run);

    run = import_string(IMPORT_FORMAT_AUDITD,
                        "type=USER_LOGIN " STAMP "pid=1 msg='op=login res=success'");
    assert_int_equal(run.record_count, 1);
    assert_true(run.records[0].unended);
    import_run_free(&run);
}

/* Meaning --------------------------------------------------------------------------------- */

struct sentence {
    const char *lines, *said;
};

#define SYSCALL_LINE "type=SYSCALL " STAMP "arch=c000003e syscall=2 "
#define LOGIN_LINE "type=USER_LOGIN " STAMP "pid=1 uid=0 auid=4294967295 ses=4294967295 "

static const struct sentence sentences[] = {
    /* users */
    {LOGIN_LINE "msg='op=login acct=\"mira\" exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.4 "
                "terminal=ssh res=failed'",
     "USER_LOGIN login|mira|-|192.0.2.4|failed"},
    {LOGIN_LINE "msg='op=login acct=6D6972612061 exe=\"/x\" hostname=? addr=? res=failed'",
     "USER_LOGIN login|mira a|-|-|failed"},
    {LOGIN_LINE "msg='op=login acct=mira exe=\"/x\" hostname=? addr=? res=success'",
     "USER_LOGIN login|mira|-|-|ok"},
    {LOGIN_LINE "msg='op=login acct=\"(unknown)\" exe=\"/x\" hostname=? addr=192.0.2.4 res=failed'",
     "USER_LOGIN login|-|-|192.0.2.4|failed"},
    {LOGIN_LINE "msg='op=login acct=28756E6B6E6F776E207573657229 exe=\"/x\" addr=? res=failed'",
     "USER_LOGIN login|-|-|-|failed"},
    {LOGIN_LINE "msg='op=login id=1001 exe=\"/x\" addr=? res=success'",
     "USER_LOGIN login|uid:1001|-|-|ok"},
    {LOGIN_LINE "msg='op=login id=1001 exe=\"/x\" addr=? res=success'\x1d"
                "UID=\"root\" AUID=\"unset\" ID=\"mira\"",
     "USER_LOGIN login|mira|-|-|ok"},
    {"type=USER_END " STAMP "uid=0 auid=1001 msg='op=login id=5 res=success'",
     "USER_END login|uid:1001|-|-|ok"},
    {"type=SERVICE_START " STAMP
     "pid=1 uid=0 auid=4294967295 msg='unit=x comm=\"systemd\" res=success'",
     "SERVICE_START|uid:0|-|-|ok"},
    {"type=SERVICE_START " STAMP "pid=1 uid=0 auid=-1 msg='unit=x res=failed'\x1d"
     "UID=\"root\" AUID=\"unset\"",
     "SERVICE_START|root|-|-|failed"},
    {"type=USER_CMD " STAMP "uid=1001 auid=1001 msg='cmd=6C73 res=success'\x1d"
     "UID=\"unknown(1001)\" AUID=\"unknown(1001)\"",
     "USER_CMD|uid:1001|-|-|ok"},
    {"type=LOGIN " STAMP "login pid=1 uid=0 old auid=4294967295 new auid=1001 old ses=1 new ses=2",
     "LOGIN|uid:1001|-|-|ok"},
    {"type=LOGIN " STAMP "pid=1 uid=0 old-auid=4294967295 auid=1001 old-ses=1 ses=2 res=1",
     "LOGIN|uid:1001|-|-|ok"},
    {"type=DAEMON_END " STAMP "auditd normal halt, sending auid=? pid=? subj=? res=success",
     "DAEMON_END|-|-|-|ok"},
    {"type=DAEMON_CONFIG msg=audit(1700000000.123:1) config changed, auid=0 pid=1 res=success",
     "DAEMON_CONFIG|uid:0|-|-|ok"},
    /* names that only look like fields */
    {SYSCALL_LINE "success=yes exit=0 auid=1001 uid=0 comm=\"x auid=0 success=no\"",
     "SYSCALL open|uid:1001|-|-|ok"},
    {SYSCALL_LINE "success=yes auid=1001 uid=0\ntype=EXECVE " STAMP
                  "argc=1 a0=\"x\" auid=7 success=no addr=192.0.2.9",
     "SYSCALL open|uid:1001|-|-|ok"},
    {"type=USER_CMD " STAMP
     "uid=1001 auid=1001 msg='cwd=\"/\" cmd=\"AUID=root\" AUID=\"root\" res=success'",
     "USER_CMD|uid:1001|-|-|ok"},
    {"type=USER_END " STAMP "uid=0 auid=1001 msg='op=x auid=7 uid=7 res=success res=failed'",
     "USER_END x|uid:1001|-|-|ok"},
    /* older programs */
    {"type=USER_ERR " STAMP "uid=0 auid=1001 msg='PAM: x (addr=192.0.2.4)'",
     "USER_ERR|uid:1001|-|192.0.2.4|ok"},
    {"type=USER_ERR " STAMP "uid=0 auid=1001 msg='op=x acct=(null) res=failed'",
     "USER_ERR x|-|-|-|failed"},
    {"type=USER_AUTH " STAMP
     "user pid=1 uid=0 auid=4294967295 msg='PAM: authentication acct=\"mira\" : exe=\"/x\" "
     "(hostname=192.0.2.4, addr=192.0.2.4, terminal=ssh res=failed)'",
     "USER_AUTH|mira|-|192.0.2.4|failed"},
    {"type=USER_CHAUTHTOK " STAMP
     "pid=1 uid=0 auid=1001 msg='op=change password id=1002 exe=\"/x\" res=success'",
     "USER_CHAUTHTOK change password|uid:1001|-|-|ok"},
    {"type=DEL_USER " STAMP
     "uid=0 auid=1001 msg='op=deleting user entries id=1002 exe=\"/x\" res=failed'",
     "DEL_USER deleting user entries|uid:1001|-|-|failed"},
    /* hosts and addresses */
    {"node=lab2.example type=USER_END " STAMP "auid=1001 msg='op=x res=success'",
     "USER_END x|uid:1001|lab2.example|-|ok"},
    {"type=USER_END " STAMP "auid=1001 msg='op=x hostname=192.0.2.4 addr=? res=success'",
     "USER_END x|uid:1001|-|192.0.2.4|ok"},
    {"type=USER_END " STAMP "auid=1001 msg='op=x hostname=lab2 addr=? res=success'",
     "USER_END x|uid:1001|-|-|ok"},
    {SYSCALL_LINE "auid=1001\ntype=SOCKADDR " STAMP "saddr=02000050C00002040000000000000000",
     "SYSCALL open|uid:1001|-|192.0.2.4|ok"},
    {SYSCALL_LINE "auid=1001\ntype=SOCKADDR " STAMP "saddr=00020050C0000204",
     "SYSCALL open|uid:1001|-|192.0.2.4|ok"},
    {SYSCALL_LINE "auid=1001\ntype=SOCKADDR " STAMP
                  "saddr=0A0000160000000020010DB800000000000000000000000400000000",
     "SYSCALL open|uid:1001|-|2001:db8::4|ok"},
    {SYSCALL_LINE "auid=1001\ntype=SOCKADDR " STAMP "saddr=0A00001600000000",
     "SYSCALL open|uid:1001|-|-|ok"},
    {SYSCALL_LINE "auid=1001\ntype=SOCKADDR " STAMP "saddr=0200001600000000",
     "SYSCALL open|uid:1001|-|-|ok"},
    {SYSCALL_LINE "auid=1001\ntype=SOCKADDR " STAMP "saddr=01002F746D702F78",
     "SYSCALL open|uid:1001|-|-|ok"},
    {SYSCALL_LINE "auid=1001\ntype=SOCKADDR " STAMP "saddr=02000016C000",
     "SYSCALL open|uid:1001|-|-|ok"},
    {SYSCALL_LINE "auid=1001\ntype=SOCKADDR " STAMP "saddr=0200", "SYSCALL open|uid:1001|-|-|ok"},
    {SYSCALL_LINE "auid=1001\ntype=SOCKADDR " STAMP "saddr=xyz", "SYSCALL open|uid:1001|-|-|ok"},
    /* actions */
    {"type=SYSCALL " STAMP "arch=40000003 syscall=11 success=yes", "SYSCALL execve|-|-|-|ok"},
    {"type=SYSCALL " STAMP "arch=c00000b7 syscall=221 success=yes", "SYSCALL execve|-|-|-|ok"},
    {"type=SYSCALL " STAMP "arch=80000015 syscall=11 success=yes", "SYSCALL 11|-|-|-|ok"},
    {"type=SYSCALL " STAMP "arch=c000003e syscall=9999 success=yes", "SYSCALL 9999|-|-|-|ok"},
    {"type=SYSCALL " STAMP "arch=80000015 syscall=11 success=yes\x1d"
     "ARCH=ppc64le SYSCALL=execve",
     "SYSCALL execve|-|-|-|ok"},
    {"type=SYSCALL " STAMP "x=1", "SYSCALL|-|-|-|ok"},
    {"type=CWD " STAMP "cwd=\"/\"\ntype=SYSCALL " STAMP "arch=c000003e syscall=59",
     "SYSCALL execve|-|-|-|ok"},
    {"type=CONFIG_CHANGE " STAMP "auid=1001 op=\"add_rule\" key=\"k\" list=4 res=1\n" SYSCALL_LINE
     "success=yes",
     "CONFIG_CHANGE add_rule|uid:1001|-|-|ok"},
    /* outcomes */
    {SYSCALL_LINE "success=no exit=-2", "SYSCALL open|-|-|-|failed"},
    {SYSCALL_LINE "success=no exit=-13", "SYSCALL open|-|-|-|denied"},
    {SYSCALL_LINE "success=no exit=-1", "SYSCALL open|-|-|-|denied"},
    {SYSCALL_LINE "success=no exit=-11", "SYSCALL open|-|-|-|failed"},
    {SYSCALL_LINE "success=no exit=EACCES(Permission denied)", "SYSCALL open|-|-|-|denied"},
    {SYSCALL_LINE "success=yes exit=-13", "SYSCALL open|-|-|-|ok"},
    {"type=CONFIG_CHANGE " STAMP "op=add_rule res=0", "CONFIG_CHANGE add_rule|-|-|-|failed"},
    {"type=CONFIG_CHANGE " STAMP "op=add_rule res=0\n" SYSCALL_LINE "success=no exit=-1",
     "CONFIG_CHANGE add_rule|-|-|-|denied"},
    {"type=AVC " STAMP
     "avc:  denied  { read write } for  pid=1 comm=\"x\" permissive=0\n" SYSCALL_LINE
     "success=no exit=-13 auid=1001",
     "AVC denied read write|uid:1001|-|-|denied"},
    {"type=AVC " STAMP "avc:  denied  { read } for  pid=1 permissive=1\n" SYSCALL_LINE
     "success=yes exit=3",
     "AVC denied read|-|-|-|ok"},
    {"type=AVC " STAMP "avc:  granted  { setsecparam } for  pid=1",
     "AVC granted setsecparam|-|-|-|ok"},
    {"type=USER_AVC " STAMP "pid=1 uid=81 auid=4294967295 msg='avc:  denied  { send_msg } for "
     "msgtype=x exe=\"/x\"'",
     "USER_AVC denied send_msg|uid:81|-|-|denied"},
    {"type=USER_AVC " STAMP
     "pid=1 uid=81 msg='avc:  received policyload notice (seqno=2) exe=\"/x\"'",
     "USER_AVC received|uid:81|-|-|ok"},
    {"type=AVC " STAMP "apparmor=\"DENIED\" operation=\"open\" profile=\"/x\" name=\"/etc/shadow\" "
     "pid=1 fsuid=1001",
     "AVC denied open|-|-|-|denied"},
    {"type=AVC " STAMP "apparmor=\"ALLOWED\" operation=\"open\" profile=\"/x\"",
     "AVC granted open|-|-|-|ok"},
};

static void every_event_means_what_its_row_says(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        char memory[4096];
        struct import_run run = import_string(IMPORT_FORMAT_AUDITD, sentences[i].lines);
        assert_int_equal(run.record_count, 1);
        assert_int_equal(run.problem_count, 0);
        assert_string_equal(import_said(&run.records[0], memory), sentences[i].said);
        assert_true(bytes_equal(run.records[0].system, LITERAL("linux")));
        import_run_free(&run);
    }
}

static void names_of_system_calls_are_those_of_the_machine(void **unused)
{
    (void)unused;
#if defined(__x86_64__)
    const uint32_t machine = MACHINE_X86_64;
#elif defined(__aarch64__)
    const uint32_t machine = MACHINE_ARM64;
#endif
#if defined(__x86_64__) || defined(__aarch64__)
    assert_string_equal(syscall_name(machine, SYS_execve), "execve");
    assert_string_equal(syscall_name(machine, SYS_openat), "openat");
    assert_string_equal(syscall_name(machine, SYS_connect), "connect");
    assert_string_equal(syscall_name(machine, SYS_ptrace), "ptrace");
    assert_string_equal(syscall_name(machine, SYS_init_module), "init_module");
    assert_string_equal(syscall_name(machine, SYS_openat2), "openat2");
#endif
    assert_null(syscall_name(MACHINE_X86_64, UINT32_MAX));
    assert_null(syscall_name(MACHINE_X86_64, UINT16_MAX));
    assert_null(syscall_name(7, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_one_stamp_are_one_record),
        cmocka_unit_test(raw_is_the_lines_without_their_ends),
        cmocka_unit_test(interleaved_events_leave_in_the_order_of_their_first_lines),
        cmocka_unit_test(an_event_leaves_as_soon_as_it_is_known_to_be_whole),
        cmocka_unit_test(as_many_events_are_open_as_is_documented),
        cmocka_unit_test(an_event_beyond_the_limit_is_one_problem_with_all_its_lines),
        cmocka_unit_test(what_has_no_stamp_is_a_problem_of_its_line),
        cmocka_unit_test(a_last_line_that_breaks_off_in_a_value_is_a_problem),
        cmocka_unit_test(every_event_means_what_its_row_says),
        cmocka_unit_test(names_of_system_calls_are_those_of_the_machine),
    };
    return cmocka_run_group_tests_name("tools/import/auditd", tests, NULL, NULL);
}

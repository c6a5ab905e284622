/*
 * Of all that wtmp has, the logins after a moment are told, each once and as text.
 */
#include "auditd/watcher/logins.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <utmpx.h>

#include <cmocka.h>

struct told {
    struct login login[8];
    size_t count;
};

static struct status tell(void *context, const struct login *login)
{
    struct told *told = context;
    assert_true(told->count < 8);
    told->login[told->count++] = *login;
    return OK;
}

static void add(FILE *file, short type, int32_t seconds, const char *user, const char *from)
{
    struct utmpx record;
    memset(&record, 0, sizeof record);
    record.ut_type = type;
    record.ut_tv.tv_sec = seconds;
    record.ut_tv.tv_usec = 5;
    memcpy(record.ut_user, user, strnlen(user, sizeof record.ut_user));
    memcpy(record.ut_host, from, strnlen(from, sizeof record.ut_host));
    memcpy(record.ut_line, "pts/1", 5);
    assert_int_equal(fwrite(&record, sizeof record, 1, file), 1);
}

static void logins_after_a_moment_are_told(void **unused)
{
    struct scratch scratch;
    struct told told = {.count = 0};
    char path[400];
    (void)unused;
    scratch_begin(&scratch);
    snprintf(path, sizeof path, "%s/wtmp", scratch.directory);
    assert_int_equal(logins_since(path, 0, tell, &told).code, STATUS_NOT_FOUND);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    add(file, USER_PROCESS, 1000, "root", "10.0.0.1");
    add(file, DEAD_PROCESS, 1001, "", "");
    add(file, USER_PROCESS, 2000, "a-name-of-as-many-bytes-as-there-are-in-it", "h\x1b[2J");
    add(file, BOOT_TIME, 2001, "reboot", "");
    add(file, USER_PROCESS, -1, "before", "");
    assert_int_equal(fwrite("half", 4, 1, file), 1);
    assert_int_equal(fclose(file), 0);
    assert_false(failed(logins_since(path, 0, tell, &told)));
    assert_int_equal(told.count, 2);
    assert_string_equal(told.login[0].account, "root");
    assert_string_equal(told.login[0].address, "10.0.0.1");
    assert_string_equal(told.login[0].terminal, "pts/1");
    assert_int_equal(told.login[0].at_us, 1000000005);
    assert_string_equal(told.login[1].account, "a-name-of-as-many-bytes-as-there");
    assert_string_equal(told.login[1].address, "h\\x1b[2J");
    told.count = 0;
    assert_false(failed(logins_since(path, 1000000005, tell, &told)));
    assert_int_equal(told.count, 1);
    scratch_end(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(logins_after_a_moment_are_told)};
    return cmocka_run_group_tests_name("auditd/watcher/logins", tests, NULL, NULL);
}

/*
 * Who runs the command, as the record names them.
 */
#include "tools/operator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    NOBODYS_UID = 987654321,
};

/* What a child of this user says; the child exits with 0 if it is `expected`. */
static void expect_name(uid_t uid, const char *expected)
{
    const pid_t child = fork();
    if (child == 0) {
        char memory[64];
        struct text name = TEXT_IN(memory);
        bool changed = getuid() == uid || setuid(uid) == 0;
        setenv("USER", "somebody", 1);
        setenv("LOGNAME", "somebody", 1);
        operator_name(&name);
        _exit(changed && strcmp(text_string(&name), expected) == 0 ? 0 : 1);
    }
    int ended = 0;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
}

static void the_name_is_the_systems_and_not_the_environments(void **state)
{
    (void)state;
    if (getuid() != 0) {
        skip();
    }
    expect_name(0, "root");
}

static void a_user_without_a_name_is_a_number(void **state)
{
    (void)state;
    if (getuid() != 0) {
        skip(); /* nobody else may become another user */
    }
    expect_name(NOBODYS_UID, "uid:987654321");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_is_the_systems_and_not_the_environments),
        cmocka_unit_test(a_user_without_a_name_is_a_number),
    };
    return cmocka_run_group_tests_name("tools/operator", tests, NULL, NULL);
}

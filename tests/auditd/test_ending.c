#include "auditd/ending.h"
#include "tools/exit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void the_daemon_ends_with_the_codes_of_the_command_line(void **state)
{
    (void)state;
    static const enum status_code codes[] = {
#define STATUS(name, sentence, at) STATUS_##name,
#include "schema/status.def"
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        const enum exit_code expected = exit_of((struct status){.code = codes[i], .at = ENOSPC});
        const enum ending ending = ending_of((struct status){.code = codes[i], .at = ENOSPC});
        /* What only a command of somebody's can meet, the daemon calls a failure like any other. */
        const bool of_commands = expected == EXIT_CONFLICT || expected == EXIT_INCOMPLETE ||
                                 expected == EXIT_NOT_PERMITTED || expected == EXIT_INTERRUPTED;
        assert_int_equal((int)ending, of_commands ? (int)EXIT_IO : (int)expected);
    }
}

static void every_code_that_help_names_means_the_same_there(void **state)
{
    enum ending ending;
    (void)state;
    for (unsigned i = 0; ending_meaning(i, &ending) != NULL; i++) {
        enum exit_code code;
        size_t k = 0;
        while (exit_meaning(k, &code) != NULL && (int)code != (int)ending) {
            k++;
        }
        assert_non_null(exit_meaning(k, &code));
        if (strstr(exit_meaning(k, &code), "not permitted") != NULL) {
            assert_string_equal(exit_meaning(k, &code), ending_meaning(i, &ending));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_daemon_ends_with_the_codes_of_the_command_line),
        cmocka_unit_test(every_code_that_help_names_means_the_same_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

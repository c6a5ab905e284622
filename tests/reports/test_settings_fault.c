#include "reports/settings_fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_sentence(const char *text, const char *sentence)
{
    char memory[512];
    struct text out = TEXT_IN(memory);
    struct settings_fault fault;
    struct settings *settings = malloc(sizeof *settings);
    assert_non_null(settings);
    const struct status status = settings_read(bytes_of_string(text), settings, &fault);
    assert_true(failed(status));
    settings_fault_write("conf", &fault, status, &out);
    assert_string_equal(text_string(&out), sentence);
    free(settings);
}

static void a_fault_names_line_key_and_what_may_be_meant(void **state)
{
    (void)state;
    assert_sentence("[web]\nlisen = 1\n",
                    "conf:2: [web] lisen: the section has no such key; did you mean listen?");
    assert_sentence("[wbe]\nlisten = 1\n",
                    "conf:2: [wbe] listen: there is no such section; did you mean web?");
    assert_sentence("[emitter a]\nopne = yes\n",
                    "conf:2: [emitter a] opne: the section has no such key; did you mean open?");
    assert_sentence("[web]\nzzzzzz = 1\n", "conf:2: [web] zzzzzz: the section has no such key");
    assert_sentence("[daemon]\nreaders = 9\n", "conf:2: [daemon] readers: it goes from 1 to 4");
    assert_sentence("[store]\nwarning = 93\n",
                    "conf: [store] warning: warning, emergency and closed must rise");
    assert_sentence("[web\n", "conf:1: a line is `key = value`, `[section]` or # comment");
}

static void a_failure_without_a_fault_is_told_as_it_is(void **state)
{
    char memory[512];
    struct text out = TEXT_IN(memory);
    const struct settings_fault fault = {0};
    (void)state;
    settings_fault_write("conf", &fault, FAIL(NOT_FOUND, 0), &out);
    assert_string_equal(text_string(&out), "conf: there is no such thing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_names_line_key_and_what_may_be_meant),
        cmocka_unit_test(a_failure_without_a_fault_is_told_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

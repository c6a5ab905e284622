/*
 * Ids beside what people call them, as of then.
 */
#include "reports/naming.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void expect_named(const struct view *view, struct id id, const char *expected)
{
    char memory[256];
    struct text text = TEXT_IN(memory);
    size_t used = view->arena->used;
    naming_put(view, id, &text);
    assert_string_equal(text_string(&text), expected);
    assert_int_equal(view->arena->used, used);
}

static void a_thing_is_called_by_its_name_and_its_id(void **unused)
{
    struct enclave enclave;
    char expected[64];
    (void)unused;
    enclave_begin(&enclave);
    struct id bob = enclave_user(&enclave, "bob", USER_ROLE_USER);
    uint64_t n =
        enclave_must(&enclave, "ada", COMMAND_PROJECT_CREATE,
                     &(union command_fields){.project_create = {.name = LITERAL("tides")}});
    struct view view = enclave_view(&enclave);
    snprintf(expected, sizeof expected, "bob (user:%u)", (unsigned)bob.n);
    expect_named(&view, bob, expected);
    snprintf(expected, sizeof expected, "tides (project:%u)", (unsigned)n);
    expect_named(&view, (struct id){ID_PROJECT, n}, expected);
    snprintf(expected, sizeof expected, "phones (provider:%u)", (unsigned)enclave.provider.n);
    expect_named(&view, enclave.provider, expected);
    enclave_end(&enclave);
}

static void what_has_no_name_is_its_id(void **unused)
{
    struct enclave enclave;
    (void)unused;
    enclave_begin(&enclave);
    struct view view = enclave_view(&enclave);
    expect_named(&view, (struct id){ID_PROJECT, 77777}, "project:77777");
    expect_named(&view, (struct id){ID_SESSION, 3}, "session:3");
    enclave_end(&enclave);
}

static void count_looks(void *context, const struct view_look *look)
{
    (void)look;
    ++*(unsigned *)context;
}

static void whoever_watches_the_view_is_not_told(void **unused)
{
    struct enclave enclave;
    unsigned looks = 0;
    const struct view_watcher watcher = {.look = count_looks, .context = &looks};
    char memory[64];
    struct text text = TEXT_IN(memory);
    (void)unused;
    enclave_begin(&enclave);
    struct view view = enclave_view(&enclave);
    view.watcher = &watcher;
    assert_true(naming_put_name(&view, enclave_id(&enclave, "ada"), &text));
    assert_string_equal(text_string(&text), "ada");
    assert_int_equal(looks, 0);
    enclave_end(&enclave);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thing_is_called_by_its_name_and_its_id),
        cmocka_unit_test(what_has_no_name_is_its_id),
        cmocka_unit_test(whoever_watches_the_view_is_not_told),
    };
    return cmocka_run_group_tests_name("reports/naming", tests, NULL, NULL);
}

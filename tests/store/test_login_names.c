/*
 * Names of users: of the first line that has the number, whatever else is in the file.
 */
#include "store/login_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void must(struct status status)
{
    assert_int_equal(status.code, STATUS_OK);
}

/* The name that a file with this text gives a user. */
static const char *name_in(const char *file, size_t size, uint32_t uid, char memory[static 64])
{
    char path[] = "/tmp/login_names_XXXXXX";
    struct text out = {.data = memory, .capacity = 64};
    struct login_names *names = NULL;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, file, size), (ssize_t)size);
    close(fd);
    must(login_names_open(path, &names));
    unlink(path);
    login_names_put(names, uid, &out);
    login_names_close(&names);
    return text_string(&out);
}

static void expect(const char *file, uint32_t uid, const char *name)
{
    char memory[64];
    assert_string_equal(name_in(file, strlen(file), uid, memory), name);
}

static void a_user_is_called_as_the_first_line_with_the_number_says(void **unused)
{
    (void)unused;
    static const char file[] = "root:x:0:0:root:/root:/bin/sh\n"
                               "ann:x:1000:1000::/home/ann:/bin/sh\n"
                               "other:x:1000:1000::/:/bin/sh\n"
                               "last:x:70000:1::/:";
    expect(file, 0, "root");
    expect(file, 1000, "ann");
    expect(file, 70000, "last");
    expect(file, 7, "uid:7");
    expect(file, 4294967295U, "uid:4294967295");
}

static void a_name_has_the_number_of_its_first_line(void **unused)
{
    (void)unused;
    char path[] = "/tmp/login_names_XXXXXX";
    static const char file[] = "bad:x:5y:\n+nis:x:5:\nann:x:1000:1::/:\nann:x:1001:1::/:\n";
    struct login_names *names = NULL;
    uint32_t uid = 0;
    int fd = mkstemp(path);
    assert_int_equal(write(fd, file, sizeof file - 1), (ssize_t)sizeof file - 1);
    close(fd);
    must(login_names_open(path, &names));
    unlink(path);
    assert_true(login_names_find(names, LITERAL("ann"), &uid));
    assert_int_equal(uid, 1000);
    assert_false(login_names_find(names, LITERAL("bad"), &uid));
    assert_false(login_names_find(names, LITERAL("+nis"), &uid));
    assert_false(login_names_find(names, LITERAL("an"), &uid));
    login_names_close(&names);
}

static void what_is_no_line_of_a_user_is_passed_over(void **unused)
{
    (void)unused;
    static const char file[] = "\n:\n::\n:::\n+nis:x:5:\n-nis:x:5:\nx:y\nx:y:\nx:y:5x:\n:x:5:\n"
                               "x:y:18446744073709551621:\nx:y:4294967301:\nbad\xff:x:5:\nfive:x:5";
    expect(file, 5, "five");
    expect("", 5, "uid:5");
}

static void a_name_that_does_not_fit_is_not_cut(void **unused)
{
    (void)unused;
    expect("a23456789b123456789c123456789d123456789e123456789f123456789g12345:x:5:", 5, "uid:5");
}

/* Any bytes: it ends, and gives some name. */
static void any_file_will_do(void **unused)
{
    (void)unused;
    static const char letters[] = ":\n05+-a\xff\0x";
    char file[256], memory[64];
    unsigned state = 7;
    for (unsigned round = 0; round < 300; round++) {
        size_t size = round % sizeof file;
        for (size_t i = 0; i < size; i++) {
            state = state * 1103515245U + 12345U;
            file[i] = letters[(state >> 16) % (sizeof letters - 1)];
        }
        assert_true(strlen(name_in(file, size, 5, memory)) > 0);
    }
}

static void a_file_that_is_not_there_has_no_names(void **unused)
{
    (void)unused;
    char memory[64];
    struct text out = TEXT_IN(memory);
    struct login_names *names = NULL;
    must(login_names_open("/nowhere/passwd", &names));
    login_names_put(names, 0, &out);
    assert_string_equal(text_string(&out), "uid:0");
    login_names_close(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_is_called_as_the_first_line_with_the_number_says),
        cmocka_unit_test(a_name_has_the_number_of_its_first_line),
        cmocka_unit_test(what_is_no_line_of_a_user_is_passed_over),
        cmocka_unit_test(a_name_that_does_not_fit_is_not_cut),
        cmocka_unit_test(any_file_will_do),
        cmocka_unit_test(a_file_that_is_not_there_has_no_names),
    };
    return cmocka_run_group_tests_name("store/login_names", tests, NULL, NULL);
}

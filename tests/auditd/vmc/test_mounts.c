/*
 * Lines of /proc/mounts: those over the network are read, with blanks and brackets, and no others.
 */
#include "auditd/vmc/mounts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    MOST = 256,
};

struct read {
    char server[MOST], export[MOST], path[MOST];
    struct mounts_line line;
    bool is_one;
};

static struct read read_line(const char *line)
{
    struct read read = {.is_one = false};
    read.line = (struct mounts_line){
        .server = TEXT_IN(read.server), .export = TEXT_IN(read.export), .path = TEXT_IN(read.path)};
    read.is_one = mounts_read(bytes_of_string(line), &read.line);
    (void)text_string(&read.line.server);
    (void)text_string(&read.line.export);
    (void)text_string(&read.line.path);
    return read;
}

static void a_mount_over_the_network_is_read(void **unused)
{
    (void)unused;
    struct read read = read_line("data.example:/public /shares/nfs-9 nfs4 ro,vers=4.2 0 0\n");
    assert_true(read.is_one && read.line.read_only);
    assert_string_equal(read.server, "data.example");
    assert_string_equal(read.export, "/public");
    assert_string_equal(read.path, "/shares/nfs-9");
}

static void only_the_word_ro_is_read_only(void **unused)
{
    (void)unused;
    assert_false(read_line("a:/b /c nfs rw,proto=tcp 0 0").line.read_only);
    assert_false(read_line("a:/b /c nfs rw,root=ro 0 0").line.read_only);
    assert_false(read_line("a:/b /c nfs noro,rox 0 0").line.read_only);
    assert_true(read_line("a:/b /c nfs noatime,ro 0 0").line.read_only);
}

static void brackets_and_blanks_are_understood(void **unused)
{
    (void)unused;
    struct read read = read_line("[fe80::1]:/a\\040b /c\\134d nfs ro 0 0");
    assert_true(read.is_one);
    assert_string_equal(read.server, "[fe80::1]");
    assert_string_equal(read.export, "/a b");
    assert_string_equal(read.path, "/c\\d");
}

static void what_is_no_such_mount_is_none(void **unused)
{
    (void)unused;
    static const char *const none[] = {"",
                                       "\n",
                                       "/dev/sda1 / ext4 rw 0 0",
                                       "a:/b /c nfs",
                                       "a:/b /c nfsd ro 0 0",
                                       "nothing /c nfs ro 0 0",
                                       ":/b /c nfs ro 0 0",
                                       "[fe80::1 /c nfs ro 0 0",
                                       "a:/\\377 /c nfs ro 0 0"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_false(read_line(none[i]).is_one);
    }
}

static void what_does_not_fit_is_none(void **unused)
{
    (void)unused;
    char line[2 * MOST];
    struct text text = TEXT_IN(line);
    text_put_literal(&text, "a:/");
    while (text.size < MOST + 10) {
        text_put_char(&text, 'x');
    }
    text_put_literal(&text, " /c nfs ro 0 0");
    assert_false(read_line(text_string(&text)).is_one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mount_over_the_network_is_read),
        cmocka_unit_test(only_the_word_ro_is_read_only),
        cmocka_unit_test(brackets_and_blanks_are_understood),
        cmocka_unit_test(what_is_no_such_mount_is_none),
        cmocka_unit_test(what_does_not_fit_is_none),
    };
    return cmocka_run_group_tests_name("auditd/vmc/mounts", tests, NULL, NULL);
}

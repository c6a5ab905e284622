/*
 * What changes by itself in a domain's description changes no hash; what somebody changes does.
 */
#include "auditd/watcher/normal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char before[] = "<domain type='qemu' id='1'>\n"
                             "  <memory unit='KiB'>32768</memory>\n"
                             "  <currentMemory unit='KiB'>32768</currentMemory>\n"
                             "  <devices>\n"
                             "    <disk type='file' device='disk'>\n"
                             "      <source file='/a'/>\n"
                             "    </disk>\n"
                             "    <controller type='pci' index='0' model='pci-root'/>\n"
                             "    <interface type='user'>\n"
                             "    </interface>\n"
                             "    <channel type='unix'>\n"
                             "      <target type='virtio' name='vmc' state='disconnected'/>\n"
                             "    </channel>\n"
                             "  </devices>\n"
                             "</domain>\n";

static int end(void **state)
{
    struct hasher *hasher = *state;
    hasher_close(&hasher);
    return 0;
}

static int begin(void **state)
{
    struct hasher *hasher = NULL;
    const struct status status = hasher_open(&hasher);
    *state = hasher;
    return failed(status) ? -1 : 0;
}

/* The first `from` made `to`, in what runs. */
static bool changes(struct hasher *hasher, const char *text, const char *from, const char *to)
{
    char after[2048];
    const char *at = strstr(text, from);
    assert_non_null(at);
    snprintf(after, sizeof after, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    const struct digest a = normal_hash(hasher, bytes_of_string(text), LITERAL("defined"));
    const struct digest b = normal_hash(hasher, bytes_of_string(after), LITERAL("defined"));
    return !digest_equal(&a, &b);
}

static void what_changes_by_itself_is_left_out(void **state)
{
    assert_false(changes(*state, before, ">32768</current", ">1024</current"));
    assert_false(changes(*state, before, "'disconnected'", "'connected'"));
    assert_false(changes(*state, before, "file='/a'", "file='/b'"));
    assert_false(changes(*state, before, "    <interface type='user'>\n    </interface>\n", ""));
    assert_false(changes(*state, before, "pci-root'/>", "pci-root'>\n    </controller>"));
}

static void what_somebody_changes_counts(void **state)
{
    assert_true(changes(*state, before, ">32768</mem", ">65536</mem"));
    assert_true(changes(*state, before, "name='vmc'", "name='other'"));
    assert_true(changes(*state, before, "    <channel type='unix'>\n",
                        "    <hostdev mode='subsystem'>\n    </hostdev>\n"
                        "    <channel type='unix'>\n"));
    assert_true(changes(*state, before, "type='qemu' id='1'", "type='kvm' id='1'"));
    const struct digest a = normal_hash(*state, LITERAL("x"), LITERAL("defined"));
    const struct digest b = normal_hash(*state, LITERAL("x"), LITERAL("defined "));
    const struct digest c = normal_hash(*state, LITERAL("xd"), LITERAL("efined"));
    assert_false(digest_equal(&a, &b));
    assert_false(digest_equal(&a, &c));
}

/* A line of a comment may look like an element: nothing hides behind it. */
static void where_lines_may_lie_nothing_is_left_out(void **state)
{
    static const char lying[] = "<domain>\n"
                                "  <metadata><x><![CDATA[\n"
                                "    <disk \n"
                                "]]></x></metadata>\n"
                                "  <memory>1</memory>\n"
                                "</domain>\n";
    assert_true(changes(*state, lying, ">1<", ">2<"));
}

static void a_description_that_is_cut_anywhere_is_read_to_its_end(void **state)
{
    for (size_t size = 0; size <= strlen(before); size++) {
        (void)normal_hash(*state, bytes_of(before, size), LITERAL(""));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_changes_by_itself_is_left_out),
        cmocka_unit_test(what_somebody_changes_counts),
        cmocka_unit_test(where_lines_may_lie_nothing_is_left_out),
        cmocka_unit_test(a_description_that_is_cut_anywhere_is_read_to_its_end),
    };
    return cmocka_run_group_tests_name("auditd/watcher/normal", tests, begin, end);
}

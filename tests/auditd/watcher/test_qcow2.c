/*
 * The head of a qcow2 file says how big it looks and what lies below it, or it is no such head.
 */
#include "auditd/watcher/qcow2.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    HEAD = 512,
};

static void make(uint8_t head[static HEAD], uint32_t version, const char *backing)
{
    memset(head, 0, HEAD);
    memcpy(head, "QFI\xfb", 4);
    bytes_write_u32(head + 4, version);
    bytes_write_u32(head + 20, 16);
    bytes_write_u64(head + 24, UINT64_C(1) << 30);
    if (backing != NULL) {
        bytes_write_u64(head + 8, 300);
        bytes_write_u32(head + 16, (uint32_t)strlen(backing));
        memcpy(head + 300, backing, strlen(backing));
    }
}

static void size_and_what_lies_below_are_read(void **unused)
{
    uint8_t head[HEAD];
    struct qcow2_head out;
    (void)unused;
    for (uint32_t version = 2; version <= 3; version++) {
        make(head, version, NULL);
        assert_false(failed(qcow2_read(bytes_of(head, HEAD), &out)));
        assert_true(out.size == UINT64_C(1) << 30 && out.backing.size == 0 && !out.has_data_file);
        make(head, version, "/pool/drive-7.raw");
        assert_false(failed(qcow2_read(bytes_of(head, HEAD), &out)));
        assert_true(bytes_equal(out.backing, LITERAL("/pool/drive-7.raw")));
    }
    head[79] = 4;
    assert_false(failed(qcow2_read(bytes_of(head, HEAD), &out)));
    assert_true(out.has_data_file);
}

static void what_is_no_head_is_refused(void **unused)
{
    uint8_t head[HEAD];
    struct qcow2_head out;
    (void)unused;
    make(head, 3, "/pool/drive-7.raw");
    for (size_t size = 0; size < 317; size++) {
        assert_true(failed(qcow2_read(bytes_of(head, size), &out)));
    }
    make(head, 4, NULL);
    assert_int_equal(qcow2_read(bytes_of(head, HEAD), &out).code, STATUS_VERSION);
    make(head, 3, NULL);
    head[0] = 'q';
    assert_int_equal(qcow2_read(bytes_of(head, HEAD), &out).code, STATUS_MALFORMED);
    make(head, 3, "below");
    bytes_write_u64(head + 8, UINT64_MAX);
    assert_int_equal(qcow2_read(bytes_of(head, HEAD), &out).code, STATUS_MALFORMED);
    bytes_write_u64(head + 8, 300);
    bytes_write_u32(head + 16, 1024);
    assert_int_equal(qcow2_read(bytes_of(head, HEAD), &out).code, STATUS_MALFORMED);
    bytes_write_u32(head + 16, 0);
    assert_int_equal(qcow2_read(bytes_of(head, HEAD), &out).code, STATUS_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_and_what_lies_below_are_read),
        cmocka_unit_test(what_is_no_head_is_refused),
    };
    return cmocka_run_group_tests_name("auditd/watcher/qcow2", tests, NULL, NULL);
}

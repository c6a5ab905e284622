#include "auditd/virt/domain_read.h"
#include "schema/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define OURS "xmlns:cairn='urn:cairn:vm:1'"

struct desk {
    struct arena arena;
    struct domain_seen seen;
};

static int set_up(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    desk->arena =
        (struct arena){.memory = malloc(DOMAIN_ARENA_SIZE), .capacity = DOMAIN_ARENA_SIZE};
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *desk = *state;
    free(desk->arena.memory);
    free(desk);
    return 0;
}

static enum status_code read_text(struct desk *desk, const char *xml)
{
    arena_reset(&desk->arena);
    return domain_read(bytes_of_string(xml), &desk->arena, &desk->seen).code;
}

/* `<domain>` around devices. */
static enum status_code read_devices(struct desk *desk, const char *devices)
{
    static char xml[1 << 20];
    struct text text = TEXT_IN(xml);
    text_add(&text, "<domain type='kvm'><name>n</name><devices>%s</devices></domain>", devices);
    return read_text(desk, text_string(&text));
}

static void metadata_is_ours_in_our_namespace_only(void **state)
{
    struct desk *desk = *state;
    static const struct {
        const char *metadata;
        bool is_ours;
    } known[] = {
        {"<cairn:vm " OURS " id='vm:7' run='8' request='9'/>", true},
        {"<other xmlns='urn:other'/><cairn:vm " OURS " id='vm:7' run='8' request='9'/>", true},
        {"<cairn:vm xmlns:cairn='urn:other:1' id='vm:7' run='8' request='9'/>", false},
        {"<vm id='vm:7' run='8' request='9'/>", false},
        {"<cairn:vm " OURS " id='7' run='8' request='9'/>", false},
        {"<cairn:vm " OURS " id='vm:7' run='8'/>", false},
        {"<cairn:vm " OURS " id='vm:07' run='8' request='9'/>", false},
        {"<cairn:vm " OURS " id='vm:7' run='-8' request='9'/>", false},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char xml[512];
        struct text text = TEXT_IN(xml);
        text_add(&text, "<domain type='kvm'><metadata>%s</metadata></domain>", known[i].metadata);
        assert_int_equal(read_text(desk, text_string(&text)), STATUS_OK);
        assert_int_equal(desk->seen.is_ours, known[i].is_ours);
    }
}

static void every_way_out_of_a_machine_is_counted(void **state)
{
    struct desk *desk = *state;
    assert_int_equal(read_devices(desk, "<emulator>/x</emulator><rng model='virtio'/>"
                                        "<serial type='pty'/><controller type='usb'/>"),
                     STATUS_OK);
    assert_int_equal(desk->seen.other_count, 0);
    static const char *const out[] = {
        "<filesystem type='mount'/>", "<hostdev mode='subsystem'/>", "<redirdev bus='usb'/>",
        "<shmem name='x'/>",          "<vsock model='virtio'/>",     "<graphics type='vnc'/>",
        "<serial type='tcp'/>",       "<console type='file'/>",      "<whatever-comes-next/>"};
    for (size_t i = 0; i < sizeof out / sizeof out[0]; i++) {
        assert_int_equal(read_devices(desk, out[i]), STATUS_OK);
        assert_int_equal(desk->seen.other_count, 1);
        assert_memory_equal(desk->seen.other.data, out[i] + 1, desk->seen.other.size);
    }
    assert_int_equal(
        read_text(desk, "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
                        "<qemu:commandline><qemu:arg value='-x'/></qemu:commandline></domain>"),
        STATUS_OK);
    assert_int_equal(desk->seen.other_count, 1);
}

static void disks_and_interfaces_are_what_libvirt_prints(void **state)
{
    struct desk *desk = *state;
    assert_int_equal(read_devices(desk,
                                  "<disk type='block' device='lun'><source dev='/dev/sdx'/>"
                                  "<target dev='sdc' bus='scsi'/></disk>"
                                  "<disk type='network'><source name='a/b'/><readonly/></disk>"
                                  "<interface type='bridge'><mac address='52:54:00:01:02:03'/>"
                                  "<source bridge='br0'/><alias name='net0'/></interface>"),
                     STATUS_OK);
    assert_int_equal(desk->seen.disk_count, 2);
    assert_int_equal(desk->seen.disks[0].device, DOMAIN_LUN);
    assert_memory_equal(desk->seen.disks[0].path.data, "/dev/sdx", 8);
    assert_int_equal(desk->seen.disks[1].path.size, 0);
    assert_true(desk->seen.disks[1].read_only);
    assert_int_equal(desk->seen.interface_count, 1);
    assert_memory_equal(desk->seen.interfaces[0].source.data, "br0", 3);
}

static void what_is_no_plain_domain_is_refused(void **state)
{
    struct desk *desk = *state;
    static const char *const bad[] = {
        "",
        "<",
        "<domain>",
        "<pool/>",
        "<domain xmlns='urn:x'/>",
        "<!DOCTYPE domain [<!ENTITY a 'b'>]><domain><name>&a;</name></domain>",
        "<domain><name>&undefined;</name></domain>",
        "<domain/><domain/>",
        "<domain><name>\xFF</name></domain>"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(read_text(desk, bad[i]), STATUS_MALFORMED);
    }
}

static void what_is_too_much_is_refused(void **state)
{
    struct desk *desk = *state;
    static char many[1 << 20];
    struct text text = TEXT_IN(many);
    for (size_t i = 0; i <= DOMAIN_DISKS_MAX; i++) {
        text_put_literal(&text, "<disk/>");
    }
    assert_int_equal(read_devices(desk, text_string(&text)), STATUS_LIMIT);
    text_clear(&text);
    text_put_literal(&text, "<disk><serial>");
    for (size_t i = 0; i < 5000; i++) {
        text_put_char(&text, 'x');
    }
    text_put_literal(&text, "</serial></disk>");
    assert_int_equal(read_devices(desk, text_string(&text)), STATUS_LIMIT);
    text_clear(&text);
    for (size_t i = 0; i < 1000; i++) {
        text_put_literal(&text, "<a>");
    }
    assert_int_equal(read_text(desk, text_string(&text)), STATUS_MALFORMED);
}

static void memory_is_read_in_its_unit(void **state)
{
    struct desk *desk = *state;
    static const struct {
        const char *xml;
        uint64_t kib;
    } known[] = {{"<domain><memory>9</memory></domain>", 9},
                 {"<domain><memory unit='KiB'>9</memory></domain>", 9},
                 {"<domain><memory unit='MiB'>9</memory></domain>", 9 << 10},
                 {"<domain><memory unit='GiB'>9</memory></domain>", 9 << 20},
                 {"<domain><memory unit='bytes'>9216</memory></domain>", 9},
                 {"<domain><memory unit='GiB'>18446744073709551615</memory></domain>", 0}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_int_equal(read_text(desk, known[i].xml), STATUS_OK);
        assert_int_equal(desk->seen.memory_kib, known[i].kib);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metadata_is_ours_in_our_namespace_only),
        cmocka_unit_test(every_way_out_of_a_machine_is_counted),
        cmocka_unit_test(disks_and_interfaces_are_what_libvirt_prints),
        cmocka_unit_test(what_is_no_plain_domain_is_refused),
        cmocka_unit_test(what_is_too_much_is_refused),
        cmocka_unit_test(memory_is_read_in_its_unit),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

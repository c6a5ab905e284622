#include "auditd/virt/domain_read.h"
#include "auditd/virt/domain_xml.h"
#include "auditd/virt/names.h"
#include "auditd/virt/pool_read.h"
#include "tests/schema/random_record.h"

#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SCHEMAS "/usr/share/libvirt/schemas/"

/* Libvirt's own schema ----------------------------------------------------------------------- */

static void stay_silent(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

struct schema {
    xmlRelaxNGParserCtxt *parser;
    xmlRelaxNG *schema;
};

static struct schema open_schema(const char *path)
{
    struct schema schema = {.parser = xmlRelaxNGNewParserCtxt(path)};
    assert_non_null(schema.parser);
    schema.schema = xmlRelaxNGParse(schema.parser);
    assert_non_null(schema.schema);
    return schema;
}

static void close_schema(struct schema *schema)
{
    xmlRelaxNGFree(schema->schema);
    xmlRelaxNGFreeParserCtxt(schema->parser);
}

static bool is_valid(const struct schema *schema, const struct text *xml)
{
    xmlDoc *document = xmlReadMemory(xml->data, (int)xml->size, NULL, NULL, XML_PARSE_NONET);
    assert_non_null(document);
    xmlRelaxNGValidCtxt *context = xmlRelaxNGNewValidCtxt(schema->schema);
    xmlRelaxNGSetValidErrors(context, stay_silent, stay_silent, NULL);
    const bool valid = xmlRelaxNGValidateDoc(context, document) == 0;
    xmlRelaxNGFreeValidCtxt(context);
    xmlFreeDoc(document);
    return valid;
}

/* What is asked for -------------------------------------------------------------------------- */

struct made_up {
    struct random random;
    char texts[PLAN_DISKS_MAX + 8][300];
    size_t text_count;
    struct disk_plan disks[PLAN_DISKS_MAX];
    struct domain_plan plan;
    bool sayable;
};

/* What somebody would try to break out with. */
static const char *const hostile[] = {
    "'/><disk type='file'><source file='/etc/shadow'/></disk><x a='",
    "</name><name>other",
    "&amp;&lt;&#60;&bogus;",
    "]]>",
    "<!--",
    "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "\"quoted\" 'twice'",
    "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x90\xA7",
    "tab\there",
    "line\nhere\rand\r\nthere",
    " blanks around ",
};

static bool is_sayable(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const bool blank = data[i] == '\t' || data[i] == '\n' || data[i] == '\r';
        if (data[i] < ' ' && !blank) {
            return false;
        }
        if (i + 2 < size && data[i] == 0xEF && data[i + 1] == 0xBF && data[i + 2] >= 0xBE) {
            return false;
        }
    }
    return text_is_utf8(bytes_of(data, size));
}

/* Hostile, of any bytes, or of ASCII; never empty. */
static struct bytes make_text(struct made_up *made, const char *before)
{
    char *text = made->texts[made->text_count++];
    struct text out = {.data = text, .capacity = sizeof made->texts[0]};
    text_put_string(&out, before);
    const uint64_t kind = random_below(&made->random, 4);
    const uint64_t size = 1 + random_below(&made->random, 60);
    if (kind == 0) {
        text_put_string(&out,
                        hostile[random_below(&made->random, sizeof hostile / sizeof hostile[0])]);
    }
    for (uint64_t i = 0; kind != 0 && i < size; i++) {
        const uint64_t c = kind == 1 ? 1 + random_below(&made->random, 255)
                                     : '!' + random_below(&made->random, 94);
        text_put_char(&out, (char)c);
    }
    made->sayable &= is_sayable((const uint8_t *)out.data, out.size);
    return text_bytes(&out);
}

static void make_disk(struct made_up *made, size_t i)
{
    char *alias = made->texts[made->text_count++];
    const bool cdrom = random_below(&made->random, 5) == 0;
    struct text name = {.data = alias, .capacity = sizeof made->texts[0]};
    text_add(&name, "ua-drive-%zu", i);
    (void)text_string(&name);
    made->disks[i] = (struct disk_plan){
        .alias = alias,
        .serial = cdrom ? "" : alias + 3,
        .path = make_text(made, "/"),
        .format = random_below(&made->random, 2) == 0 ? "raw" : "qcow2",
        .read_only = random_below(&made->random, 2) == 0,
        .cdrom = cdrom,
        .position = (unsigned)i,
        .ours = random_below(&made->random, 2) == 0,
    };
}

static void make_plan(struct made_up *made)
{
    made->sayable = true;
    made->text_count = 0;
    made->plan = (struct domain_plan){
        .type = "qemu",
        .name = "cairn-vm-12",
        .uuid = "00000000-0000-8000-8000-000000000001",
        .vm = random_below(&made->random, 1ULL << 52),
        .run = random_below(&made->random, 1000),
        .request = random_below(&made->random, 1000),
        .title = make_text(made, ""),
        .memory_mib = 1 + random_below(&made->random, 4096),
        .cores = 1 + random_below(&made->random, 64),
        .disks = made->disks,
        .disk_count = random_below(&made->random, 8),
    };
    if (random_below(&made->random, 2) == 0) {
        made->plan.kernel = make_text(made, "/");
        made->plan.initrd = make_text(made, "/");
        made->plan.arguments = make_text(made, "");
    }
    if (random_below(&made->random, 2) == 0) {
        made->plan.socket = make_text(made, "/");
    }
    for (size_t i = 0; i < made->plan.disk_count; i++) {
        make_disk(made, i);
    }
}

static void assert_text(struct bytes found, struct bytes expected)
{
    assert_int_equal(found.size, expected.size);
    assert_memory_equal(found.data, expected.data, expected.size);
}

static void assert_disk(const struct domain_disk *found, const struct disk_plan *plan)
{
    assert_text(found->path, plan->path);
    assert_text(found->alias, bytes_of_string(plan->alias));
    assert_text(found->format, bytes_of_string(plan->format));
    assert_int_equal(found->serial.size, strlen(plan->serial));
    assert_int_equal(found->device, plan->cdrom ? DOMAIN_CDROM : DOMAIN_DISK);
    assert_int_equal(found->read_only, plan->read_only || plan->cdrom);
}

static void assert_read_back(const struct made_up *made, const struct text *xml,
                             struct arena *arena)
{
    struct domain_seen *seen = calloc(1, sizeof *seen);
    arena_reset(arena);
    assert_non_null(seen);
    assert_false(failed(domain_read(text_bytes(xml), arena, seen)));
    assert_true(seen->is_ours);
    assert_int_equal(seen->vm, made->plan.vm);
    assert_int_equal(seen->run, made->plan.run);
    assert_int_equal(seen->request, made->plan.request);
    assert_int_equal(seen->memory_kib, made->plan.memory_mib * 1024);
    assert_int_equal(seen->cores, made->plan.cores);
    assert_int_equal(seen->disk_count, made->plan.disk_count);
    for (size_t i = 0; i < seen->disk_count; i++) {
        assert_disk(&seen->disks[i], &made->plan.disks[i]);
    }
    assert_int_equal(seen->interface_count, 0);
    assert_int_equal(seen->other_count, 0);
    assert_int_equal(seen->channel_count, made->plan.socket.size > 0 ? 1 : 0);
    if (seen->channel_count > 0) {
        assert_text(seen->channels[0].path, made->plan.socket);
        assert_text(seen->channels[0].name, LITERAL(WORLD_CHANNEL));
    }
    free(seen);
}

static void what_is_written_is_read_back_and_nothing_else_is_in_it(void **state)
{
    (void)state;
    struct made_up *made = calloc(1, sizeof *made);
    struct arena arena = {.memory = malloc(DOMAIN_ARENA_SIZE), .capacity = DOMAIN_ARENA_SIZE};
    struct text xml = {.data = malloc(PLAN_XML_MAX), .capacity = PLAN_XML_MAX};
    size_t said = 0, unsaid = 0;
    assert_non_null(made);
    made->random.state = 77;
    for (int round = 0; round < 3000; round++) {
        make_plan(made);
        text_clear(&xml);
        const struct status status = domain_xml(&made->plan, &xml);
        assert_int_equal(failed(status), !made->sayable);
        if (made->sayable) {
            assert_read_back(made, &xml, &arena);
        }
        said += made->sayable;
        unsaid += !made->sayable;
    }
    assert_true(said > 500 && unsaid > 500);
    free(xml.data);
    free(arena.memory);
    free(made);
}

static void every_byte_in_a_name_is_read_back_or_refused(void **state)
{
    (void)state;
    char memory[4096];
    for (unsigned c = 0; c < 256; c++) {
        const uint8_t path[] = {'/', 'a', (uint8_t)c, 'b'};
        const struct volume_plan plan = {.name = "drive-1.raw",
                                         .format = "raw",
                                         .capacity = 1,
                                         .below = BYTES(path),
                                         .below_format = "raw"};
        struct text xml = TEXT_IN(memory);
        struct volume_seen seen;
        const bool sayable = is_sayable(path, sizeof path);
        assert_int_equal(failed(volume_xml(&plan, &xml)), !sayable);
        if (sayable) {
            assert_false(failed(volume_read(text_bytes(&xml), &seen)));
            assert_memory_equal(seen.backing, path, sizeof path);
            assert_string_equal(seen.format, "raw");
        }
    }
}

/* Names as people give them; the schema forbids some that a file system takes. */
static void libvirts_schema_takes_what_is_written(void **state)
{
    (void)state;
    struct made_up *made = calloc(1, sizeof *made);
    struct text xml = {.data = malloc(PLAN_XML_MAX), .capacity = PLAN_XML_MAX};
    struct schema domains = open_schema(SCHEMAS "domain.rng");
    assert_non_null(made);
    made->random.state = 5;
    for (int round = 0; round < 200; round++) {
        make_plan(made);
        made->plan.title = LITERAL("Ann's <machine> & \"more\"");
        made->plan.arguments = LITERAL("console=ttyS0 a='b' <c>");
        made->plan.kernel.size = made->plan.initrd.size = 0;
        made->plan.socket = round % 2 == 0 ? LITERAL("/run/cairn/vmc/vm-7.sock") : LITERAL("");
        for (size_t i = 0; i < made->plan.disk_count; i++) {
            made->disks[i].path = LITERAL("/pools/a b/drive-7.raw");
        }
        text_clear(&xml);
        assert_false(failed(domain_xml(&made->plan, &xml)));
        assert_true(is_valid(&domains, &xml));
    }
    close_schema(&domains);
    free(xml.data);
    free(made);
}

static void libvirts_schema_takes_pools_and_volumes(void **state)
{
    (void)state;
    char memory[4096];
    struct text xml = TEXT_IN(memory);
    struct pool_seen seen;
    struct schema pools = open_schema(SCHEMAS "storagepool.rng");
    struct schema volumes = open_schema(SCHEMAS "storagevol.rng");
    const struct owner_plan owners[] = {{.known = false}, {.known = true, .uid = 5, .gid = 64055}};
    for (size_t i = 0; i < 2; i++) {
        text_clear(&xml);
        assert_false(failed(pool_xml("cairn-lab", LITERAL("/pools/lab"), &owners[i], &xml)));
        assert_true(is_valid(&pools, &xml));
        assert_false(failed(pool_read(text_bytes(&xml), &seen)));
        assert_string_equal(seen.path, "/pools/lab");
        text_clear(&xml);
        assert_false(
            failed(volume_xml(&(struct volume_plan){.name = "vm-1-2.qcow2",
                                                    .format = "qcow2",
                                                    .capacity = 1 << 20,
                                                    .below = LITERAL("/pools/lab/brick.raw"),
                                                    .below_format = "raw",
                                                    .owner = owners[i]},
                              &xml)));
        assert_true(is_valid(&volumes, &xml));
    }
    close_schema(&pools);
    close_schema(&volumes);
}

static void disks_are_called_as_linux_calls_them(void **state)
{
    (void)state;
    char target[PLAN_TARGET_SIZE];
    static const struct {
        unsigned position;
        const char *target;
    } known[] = {{0, "vda"},   {1, "vdb"},   {25, "vdz"},   {26, "vdaa"},  {27, "vdab"},
                 {51, "vdaz"}, {52, "vdba"}, {701, "vdzz"}, {702, "vdaaa"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        disk_target("vd", known[i].position, target);
        assert_string_equal(target, known[i].target);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back_and_nothing_else_is_in_it),
        cmocka_unit_test(every_byte_in_a_name_is_read_back_or_refused),
        cmocka_unit_test(libvirts_schema_takes_what_is_written),
        cmocka_unit_test(libvirts_schema_takes_pools_and_volumes),
        cmocka_unit_test(disks_are_called_as_linux_calls_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

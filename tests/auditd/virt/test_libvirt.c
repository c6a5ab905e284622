#include "auditd/virt/domain_xml.h"
#include "auditd/virt/hypervisor.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define DOMAIN                                                                          \
    "<domain type='test'><name>e1</name><memory>8192</memory><os><type>hvm</type></os>" \
    "</domain>"

enum {
    EVENTS_MAX = 64,
    TURNS = 50,
};

struct heard {
    struct hypervisor *hypervisor;
    struct hypervisor_loop *loop;
    enum hypervisor_event_kind kinds[EVENTS_MAX];
    enum hypervisor_cause causes[EVENTS_MAX];
    size_t count;
    size_t others; /* of what is not e1 */
};

static void listen(void *context, const struct hypervisor_event *event)
{
    struct heard *heard = context;
    assert_ptr_equal(event->hypervisor, heard->hypervisor);
    if (strcmp(event->name, "e1") != 0) {
        heard->others++;
    } else if (heard->count < EVENTS_MAX) {
        assert_int_equal(strlen(event->uuid), HYPERVISOR_UUID_SIZE - 1);
        heard->kinds[heard->count] = event->kind;
        heard->causes[heard->count++] = event->cause;
    }
}

static int set_up(void **state)
{
    struct heard *heard = calloc(1, sizeof *heard);
    assert_false(failed(hypervisor_make("test:///default", &heard->hypervisor)));
    assert_false(failed(hypervisor_watch(heard->hypervisor, listen, heard)));
    assert_false(failed(hypervisor_connect(heard->hypervisor)));
    assert_false(failed(hypervisor_loop_open(-1, &heard->loop)));
    *state = heard;
    return 0;
}

static int tear_down(void **state)
{
    struct heard *heard = *state;
    hypervisor_loop_close(&heard->loop);
    hypervisor_close(&heard->hypervisor);
    free(heard);
    return 0;
}

static void hear(struct heard *heard, size_t count)
{
    for (int i = 0; i < TURNS && heard->count < count; i++) {
        assert_false(failed(hypervisor_turn()));
    }
    assert_int_equal(heard->count, count);
}

static void a_life_is_told_as_it_goes(void **state)
{
    struct heard *heard = *state;
    struct hypervisor *hypervisor = heard->hypervisor;
    enum hypervisor_state now;
    assert_false(failed(hypervisor_domain_define(hypervisor, DOMAIN)));
    assert_false(failed(hypervisor_domain_start(hypervisor, "e1")));
    assert_false(failed(hypervisor_domain_state(hypervisor, "e1", &now)));
    assert_int_equal(now, HYPERVISOR_RUNNING);
    assert_true(failed(hypervisor_domain_start(hypervisor, "e1")));
    assert_non_null(strstr(hypervisor_error(hypervisor), "already running"));
    assert_false(failed(hypervisor_domain_destroy(hypervisor, "e1")));
    assert_false(failed(hypervisor_domain_undefine(hypervisor, "e1")));
    assert_int_equal(hypervisor_domain_state(hypervisor, "e1", &now).code, STATUS_NOT_FOUND);
    hear(heard, 4);
    static const enum hypervisor_event_kind expected[] = {
        HYPERVISOR_DOMAIN_DEFINED, HYPERVISOR_DOMAIN_STARTED, HYPERVISOR_DOMAIN_STOPPED,
        HYPERVISOR_DOMAIN_UNDEFINED};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(heard->kinds[i], expected[i]);
    }
    assert_int_equal(heard->causes[2], HYPERVISOR_CAUSE_DESTROYED);
}

static void what_is_no_domain_is_refused_with_libvirts_words(void **state)
{
    struct heard *heard = *state;
    assert_int_equal(hypervisor_domain_define(heard->hypervisor, "<domain").code, STATUS_MALFORMED);
    assert_true(strlen(hypervisor_error(heard->hypervisor)) > 0);
    assert_true(failed(hypervisor_domain_define(heard->hypervisor, "<domain type='test'/>")));
    assert_int_equal(hypervisor_domain_destroy(heard->hypervisor, "nobody").code, STATUS_NOT_FOUND);
    assert_non_null(strstr(hypervisor_error(heard->hypervisor), "not found"));
}

/* Components of tests have it written down: this driver attaches nothing. */
static void live_devices_are_not_supported_there_and_the_words_say_so(void **state)
{
    struct heard *heard = *state;
    static const char disk[] = "<disk type='file'><source file='/x'/><target dev='vdb'/></disk>";
    assert_int_equal(hypervisor_device_attach(heard->hypervisor, "test", disk).code,
                     STATUS_VERSION);
    assert_non_null(strstr(hypervisor_error(heard->hypervisor),
                           "this function is not supported by the connection driver"));
    assert_int_equal(hypervisor_device_detach(heard->hypervisor, "test", disk).code,
                     STATUS_VERSION);
}

struct counted {
    size_t count;
    bool found;
};

static struct status count_pool(void *context, const struct hypervisor_pool *pool)
{
    struct counted *counted = context;
    counted->count++;
    if (strcmp(pool->name, "cairn-lab") == 0) {
        counted->found = true;
        assert_string_equal(pool->path, "/pools/lab");
        assert_true(pool->active);
    }
    return OK;
}

static struct status count_volume(void *context, const struct hypervisor_volume *volume)
{
    struct counted *counted = context;
    counted->count++;
    counted->found |= strcmp(volume->path, "/pools/lab/drive-7.qcow2") == 0 &&
                      strcmp(volume->format, "qcow2") == 0 && volume->capacity == 1 << 20;
    return OK;
}

static struct text make_volume(char *memory, size_t size, const char *format)
{
    struct text xml = {.data = memory, .capacity = size};
    assert_false(failed(
        volume_xml(&(struct volume_plan){.name = format[0] == 'r' ? "drive-7.raw" : "drive-7.qcow2",
                                         .format = format,
                                         .capacity = 1 << 20},
                   &xml)));
    (void)text_string(&xml);
    return xml;
}

static void pools_and_volumes_are_made_once_and_found(void **state)
{
    struct heard *heard = *state;
    struct hypervisor *hypervisor = heard->hypervisor;
    char memory[1024], path[256];
    struct text xml = TEXT_IN(memory), where = TEXT_IN(path);
    const struct owner_plan nobody = {.known = false};
    assert_false(failed(pool_xml("cairn-lab", LITERAL("/pools/lab"), &nobody, &xml)));
    assert_false(failed(hypervisor_pool_open(hypervisor, "cairn-lab", text_string(&xml))));
    assert_false(failed(hypervisor_pool_open(hypervisor, "cairn-lab", text_string(&xml))));
    struct counted counted = {0};
    assert_false(failed(hypervisor_each_pool(hypervisor, count_pool, &counted)));
    assert_true(counted.found);
    static const char *const formats[] = {"raw", "qcow2"};
    for (size_t i = 0; i < 2; i++) {
        xml = make_volume(memory, sizeof memory, formats[i]);
        assert_false(failed(hypervisor_volume_create(hypervisor, "cairn-lab", xml.data)));
        assert_true(failed(hypervisor_volume_create(hypervisor, "cairn-lab", xml.data)));
        assert_non_null(strstr(hypervisor_error(hypervisor), "already exists"));
    }
    counted = (struct counted){0};
    assert_false(failed(hypervisor_each_volume(hypervisor, "cairn-lab", count_volume, &counted)));
    assert_int_equal(counted.count, 2);
    assert_true(counted.found);
    assert_false(failed(hypervisor_volume_find(hypervisor, "cairn-lab", "drive-7.raw", &where)));
    assert_string_equal(text_string(&where), "/pools/lab/drive-7.raw");
    assert_false(failed(hypervisor_volume_delete(hypervisor, "cairn-lab", "drive-7.raw", false)));
    assert_int_equal(hypervisor_volume_find(hypervisor, "cairn-lab", "drive-7.raw", NULL).code,
                     STATUS_NOT_FOUND);
    assert_int_equal(hypervisor_volume_find(hypervisor, "none", "drive-7.raw", NULL).code,
                     STATUS_NOT_FOUND);
}

static struct status fail_at_once(void *context, const struct hypervisor_domain *domain)
{
    (void)context;
    (void)domain;
    return FAIL(INTERRUPTED, 7);
}

static struct status count_domain(void *context, const struct hypervisor_domain *domain)
{
    struct counted *counted = context;
    counted->count++;
    counted->found |= strcmp(domain->name, "test") == 0 && domain->state == HYPERVISOR_RUNNING;
    return OK;
}

static void domains_are_shown_and_a_visitor_ends_the_walk(void **state)
{
    struct heard *heard = *state;
    struct counted counted = {0};
    char memory[64];
    struct text small = TEXT_IN(memory);
    assert_false(failed(hypervisor_each_domain(heard->hypervisor, count_domain, &counted)));
    assert_int_equal(counted.count, 1);
    assert_true(counted.found);
    assert_int_equal(hypervisor_each_domain(heard->hypervisor, fail_at_once, NULL).at, 7);
    assert_int_equal(hypervisor_domain_xml(heard->hypervisor, "test", false, &small).code,
                     STATUS_LIMIT);
}

static void a_look_counts_what_runs(void **state)
{
    struct heard *heard = *state;
    struct hypervisor_facts facts;
    assert_false(failed(hypervisor_look(heard->hypervisor, &facts)));
    assert_true(facts.cores > 0 && facts.memory_kib > 0);
    assert_int_equal(facts.domains, 1);
    assert_true(facts.cores_used > 0 && facts.memory_used_kib > 0);
    assert_true(hypervisor_is_private(heard->hypervisor));
}

static void who_cannot_be_reached_is_unreachable_and_may_be_tried_again(void **state)
{
    (void)state;
    CLEANUP(hypervisor_close) struct hypervisor *hypervisor = NULL;
    struct hypervisor_facts facts;
    assert_false(
        failed(hypervisor_make("qemu+unix:///system?socket=/nowhere/libvirt-sock", &hypervisor)));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(hypervisor_connect(hypervisor).code, STATUS_UNREACHABLE);
        assert_true(strlen(hypervisor_error(hypervisor)) > 0);
    }
    assert_false(hypervisor_is_connected(hypervisor));
    assert_false(hypervisor_is_private(hypervisor));
    assert_int_equal(hypervisor_look(hypervisor, &facts).code, STATUS_UNREACHABLE);
}

static void a_turn_ends_when_something_can_be_read(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    struct hypervisor_loop *loop = NULL;
    assert_false(failed(hypervisor_loop_open(ends[0], &loop)));
    for (int i = 0; i < 20; i++) {
        assert_false(failed(hypervisor_turn()));
    }
    hypervisor_loop_close(&loop);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_life_is_told_as_it_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_domain_is_refused_with_libvirts_words, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(live_devices_are_not_supported_there_and_the_words_say_so,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(pools_and_volumes_are_made_once_and_found, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(domains_are_shown_and_a_visitor_ends_the_walk, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_look_counts_what_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_turn_ends_when_something_can_be_read, set_up, tear_down),
        cmocka_unit_test(who_cannot_be_reached_is_unreachable_and_may_be_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

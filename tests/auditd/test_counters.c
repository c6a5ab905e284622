#include "auditd/counters.h"
#include "schema/json.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct pages {
    int writable, readable;
    struct counters *counters[SEATS_MAX];
    struct counters_supervisor *supervisor;
    const uint8_t *all;
    char text[256 << 10];
};

static int set_up(void **state)
{
    struct pages *pages = calloc(1, sizeof *pages);
    assert_non_null(pages);
    assert_false(failed(counters_make(&pages->writable, &pages->readable)));
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        assert_false(failed(counters_map_own(pages->writable, i, &pages->counters[i])));
    }
    assert_false(failed(counters_map_supervisor(pages->writable, &pages->supervisor)));
    assert_false(failed(counters_map_all(pages->readable, &pages->all)));
    *state = pages;
    return 0;
}

static int tear_down(void **state)
{
    struct pages *pages = *state;
    close(pages->writable);
    close(pages->readable);
    free(pages);
    return 0;
}

static void what_one_process_writes_all_can_read(void **state)
{
    struct pages *pages = *state;
    for (unsigned seat = 0; seat < SEATS_MAX; seat++) {
        for (unsigned counter = 0; counter < COUNTER_COUNT; counter++) {
            counters_add(pages->counters[seat], (enum counter)counter, seat);
            counters_add(pages->counters[seat], (enum counter)counter, counter);
        }
    }
    for (unsigned seat = 0; seat < SEATS_MAX; seat++) {
        for (unsigned counter = 0; counter < COUNTER_COUNT; counter++) {
            assert_int_equal(counters_get(counters_of(pages->all, seat), (enum counter)counter),
                             seat + counter);
        }
    }
}

static void whoever_may_read_all_pages_cannot_write_them(void **state)
{
    struct pages *pages = *state;
    /* Neither by the descriptor, nor by changing the mapping that there is. */
    struct counters *own;
    assert_true(failed(counters_map_own(pages->readable, 0, &own)));
    void *all = mmap(NULL, COUNTERS_SIZE, PROT_READ, MAP_SHARED, pages->readable, 0);
    assert_true(all != MAP_FAILED);
    assert_int_not_equal(mprotect(all, COUNTERS_SIZE, PROT_READ | PROT_WRITE), 0);
    munmap(all, COUNTERS_SIZE);
}

static void metrics_show_what_was_touched_and_nothing_else(void **state)
{
    struct pages *pages = *state;
    struct text out = TEXT_IN(pages->text);
    const unsigned reader = seat_of(ROLE_READER, 1);
    counters_write_metrics(pages->all, &out);
    assert_null(strstr(text_string(&out), "{process="));
    atomic_store(&pages->supervisor->seats[reader].started_utc_us, 1700000000000000);
    atomic_store(&pages->supervisor->seats[reader].restarts, 3);
    counters_set(pages->counters[reader], COUNTER_PAGES_TOTAL, 42);
    /* A seat that was never filled is not shown, whatever its page has. */
    counters_set(pages->counters[0], COUNTER_PAGES_TOTAL, 7);
    text_clear(&out);
    counters_write_metrics(pages->all, &out);
    assert_false(out.full);
    assert_non_null(strstr(text_string(&out), "\ncairn_pages_total{process=\"reader.1\"} 42\n"));
    assert_non_null(strstr(out.data, "\ncairn_process_restarts_total{process=\"reader.1\"} 3\n"));
    assert_non_null(strstr(out.data, "\n# TYPE cairn_pages_total counter\n"));
    assert_null(strstr(out.data, "writer"));
    assert_null(strstr(out.data, "cairn_log_size"));
}

/* The text format: each metric once, with its two comments before it, and lines that end. */
static void metrics_with_everything_are_well_formed(void **state)
{
    struct pages *pages = *state;
    struct text out = TEXT_IN(pages->text);
    unsigned help = 0, type = 0, samples = 0;
    for (unsigned seat = 0; seat < SEATS_MAX; seat++) {
        atomic_store(&pages->supervisor->seats[seat].started_utc_us, 1);
        for (unsigned counter = 0; counter < COUNTER_COUNT; counter++) {
            counters_set(pages->counters[seat], (enum counter)counter, UINT64_MAX);
        }
    }
    counters_write_metrics(pages->all, &out);
    assert_false(out.full);
    assert_int_equal(out.data[out.size - 1], '\n');
    for (const char *line = text_string(&out); *line != '\0'; line = strchr(line, '\n') + 1) {
        help += strncmp(line, "# HELP cairn_", 13) == 0 ? 1 : 0;
        type += strncmp(line, "# TYPE cairn_", 13) == 0 ? 1 : 0;
        samples += strncmp(line, "cairn_", 6) == 0 ? 1 : 0;
        assert_true(line[0] == '#' || strncmp(line, "cairn_", 6) == 0);
    }
    assert_int_equal(help, type);
    assert_int_equal(help, 5 + COUNTER_COUNT);
    assert_int_equal(samples, (5 + COUNTER_COUNT) * SEATS_MAX);
}

static void the_status_is_one_line_of_json(void **state)
{
    struct pages *pages = *state;
    struct text out = TEXT_IN(pages->text);
    CLEANUP(json_free) struct json *json = NULL;
    atomic_store(&pages->supervisor->pid, 17);
    for (unsigned seat = 0; seat < SEATS_MAX; seat += 2) {
        atomic_store(&pages->supervisor->seats[seat].started_utc_us, 1);
        counters_set(pages->counters[seat], COUNTER_LOG_SIZE, seat);
    }
    counters_write_json(pages->all, &out);
    assert_false(out.full);
    assert_null(memchr(out.data, '\n', out.size));
    struct json_error error;
    assert_false(failed(json_parse(text_bytes(&out), &json, &error)));
}

static void names_end_as_prometheus_wants_them(void **state)
{
    (void)state;
    for (unsigned i = 0; i < COUNTER_COUNT; i++) {
        const size_t size = strlen(counter_infos[i].name);
        const bool total = size > 6 && strcmp(counter_infos[i].name + size - 6, "_TOTAL") == 0;
        assert_int_equal(total, counter_infos[i].type == COUNTER_COUNTING);
        assert_null(strpbrk(counter_infos[i].about, "\n\\"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(what_one_process_writes_all_can_read),
        TEST(whoever_may_read_all_pages_cannot_write_them),
        TEST(metrics_show_what_was_touched_and_nothing_else),
        TEST(metrics_with_everything_are_well_formed),
        TEST(the_status_is_one_line_of_json),
        TEST(names_end_as_prometheus_wants_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * What leaves a machine, compared with a recount; and files as large as what was read.
 */
#include "tests/reports/hints/hinting.h"

static struct hinting hinting;

#define MB UINT64_C(1000000)

/* A record that so much went from a machine to an address. */
static void send(uint64_t time_us, const char *host, const char *address, const char *raw)
{
    union event_body body = {.audit_record_imported = {.system = LITERAL("enclave"),
                                                       .action = LITERAL("connected"),
                                                       .has_host = true,
                                                       .host = bytes_of_string(host),
                                                       .has_raw = true,
                                                       .raw = bytes_of_string(raw)}};
    hinting_add(&hinting, &(struct deed){.kind = EVENT_AUDIT_RECORD_IMPORTED,
                                         .time_us = time_us,
                                         .source = address,
                                         .on = {{ID_SUBJECT, 1}},
                                         .body = &body});
}

static void send_bytes(uint64_t time_us, const char *host, const char *address, uint64_t bytes)
{
    char raw[64];
    snprintf(raw, sizeof raw, "{\"bytes_out\":%" PRIu64 ",\"port\":5}", bytes);
    send(time_us, host, address, raw);
}

static void usual_days(const char *host, uint64_t count)
{
    for (uint64_t day = 0; day < count; day++) {
        send_bytes((100 + day) * DAY_US, host, "203.0.113.10", 40 * MB);
    }
}

static void a_day_of_far_more_is_told_with_the_address_that_got_it(void **unused)
{
    (void)unused;
    hinting_begin(&hinting, "volume-out");
    usual_days("ws-2", 8);
    send_bytes(108 * DAY_US, "ws-2", "203.0.113.10", 40 * MB);
    for (uint64_t i = 0; i < 30; i++) {
        send_bytes(108 * DAY_US + i * MINUTE_US, "ws-2", "203.0.113.77", 62 * MB);
    }
    hinting_end(&hinting);
    assert_int_equal(hinting.count, 1);
    const struct found *found = &hinting.found[0];
    assert_string_equal(found->who, "ws-2 of enclave");
    assert_string_equal(found->about,
                        "1.9 GB went out on 1970-04-19, 47 times the median of 8 active days "
                        "before, 40 MB; 1.9 GB of it to 203.0.113.77, first seen that day");
    assert_int_equal(found->because[0], 9);
    assert_int_equal(found->rests_on, 30);
    assert_int_equal(found->time_us, 108 * DAY_US + 2 * MINUTE_US);
    hinting_free(&hinting);
}

static void what_stays_inside_or_is_said_otherwise_is_nothing(void **unused)
{
    static const struct {
        const char *address, *raw;
    } others[] = {
        {"10.20.0.41", "{\"bytes_out\":9000000000}"},
        {"192.168.1.1", "bytes_out=9000000000"},
        {"172.16.0.1", "bytes_out=9000000000"},
        {"172.31.9.1", "bytes_out=9000000000"},
        {"127.0.0.1", "bytes_out=9000000000"},
        {"fd00::1", "bytes_out=9000000000"},
        {"fe80::1", "bytes_out=9000000000"},
        {"203.0.113.9", "bytes_in=9000000000"},
        {"203.0.113.9", "bytes_out=many"},
        {"203.0.113.9", "bytes_out"},
        {"203.0.113.9", "bytes_out=99999999999999999999999"},
        {"203.0.113.9", "{\"bytes_out\":-9000000000}"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        hinting_begin(&hinting, "volume-out");
        usual_days("ws-2", 8);
        send(108 * DAY_US, "ws-2", others[i].address, others[i].raw);
        send_bytes(109 * DAY_US, "ws-2", "203.0.113.10", 40 * MB);
        hinting_end(&hinting);
        assert_int_equal(hinting.count, 0);
        hinting_free(&hinting);
    }
}

static void networks_beside_the_private_ones_are_outside(void **unused)
{
    static const char *const outside[] = {"172.15.0.1", "172.32.0.1", "11.0.0.1", "192.169.0.1",
                                          "2001:db8::1"};
    (void)unused;
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        hinting_begin(&hinting, "volume-out");
        usual_days("ws-2", 5);
        send(108 * DAY_US, "ws-2", outside[i], "sent bytes_out: 9000000000 to it");
        hinting_end(&hinting);
        assert_int_equal(hinting.count, 1);
        hinting_free(&hinting);
    }
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t median_of(const uint64_t *values, size_t count)
{
    uint64_t sorted[64];
    size_t kept = count < 32 ? count : 32;
    memcpy(sorted, values + count - kept, kept * sizeof *values);
    qsort(sorted, kept, sizeof *sorted, by_size);
    return sorted[(kept - 1) / 2];
}

static void days_of_far_more_are_those_of_a_recount(void **unused)
{
    static const char *const hosts[] = {"ws-1", "ws-2", "ws-3"};
    size_t all = 0;
    (void)unused;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        uint64_t state = seed, days[3][64], active[3] = {0};
        size_t expected = 0;
        hinting_begin(&hinting, "volume-out");
        for (uint64_t day = 100; day < 140; day++) {
            for (size_t host = 0; host < 3; host++) {
                const uint64_t bytes =
                    (random_below(&state, 60) + 1) * MB * (random_below(&state, 12) == 0 ? 11 : 1);
                if (random_below(&state, 5) == 0) {
                    continue;
                }
                send_bytes(day * DAY_US + host, hosts[host], "198.51.100.1", bytes / 2);
                send_bytes(day * DAY_US + host, hosts[host], "198.51.100.2", bytes - bytes / 2);
                expected += active[host] >= 5 && bytes >= 100 * MB &&
                            bytes > 5 * median_of(days[host], active[host]);
                days[host][active[host]++] = bytes;
            }
        }
        hinting_end(&hinting);
        assert_int_equal(hinting.count, expected);
        all += expected;
        hinting_free(&hinting);
    }
    assert_true(all > 20);
}

/* Copies ------------------------------------------------------------------------------------ */

static void seal(uint64_t time_us, const char *actor, uint64_t file, uint64_t size)
{
    union event_body body = {.vault_file_sealed = {.version = 1, .size = size, .chunks = 1}};
    hinting_add(&hinting, &(struct deed){.kind = EVENT_VAULT_FILE_SEALED,
                                         .time_us = time_us,
                                         .actor = actor,
                                         .on = {{ID_FILE, file}},
                                         .body = &body});
}

static void fetch(uint64_t time_us, const char *actor, uint64_t file)
{
    hinting_add(&hinting, &(struct deed){.kind = EVENT_VAULT_KEY_FETCHED,
                                         .time_us = time_us,
                                         .actor = actor,
                                         .on = {{ID_FILE, file}}});
}

struct copy_case {
    const char *by;
    uint64_t after_us, file, size;
    bool told;
};

static void a_file_as_large_as_one_just_opened_is_told(void **unused)
{
    static const struct copy_case cases[] = {
        {"user:2", HOUR_US, 9, 5 << 20, true},        {"user:2", DAY_US, 9, 5 << 20, true},
        {"user:2", DAY_US + 1, 9, 5 << 20, false},    {"user:3", HOUR_US, 9, 5 << 20, false},
        {"user:2", HOUR_US, 9, (5 << 20) + 1, false}, {"user:2", HOUR_US, 5, 5 << 20, false},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct copy_case *tried = &cases[i];
        hinting_begin(&hinting, "same-size");
        seal(DAY_US, "user:1", 5, 5 << 20);
        fetch(2 * DAY_US, "user:2", 5);
        seal(2 * DAY_US + tried->after_us, tried->by, tried->file, tried->size);
        hinting_end(&hinting);
        assert_int_equal(hinting.count, tried->told);
        assert_true(!tried->told || (hinting.found[0].because[0] == 1 &&
                                     strstr(hinting.found[0].about, "file:5") != NULL));
        hinting_free(&hinting);
    }
}

static void small_files_are_often_alike(void **unused)
{
    (void)unused;
    for (uint64_t over = 0; over < 2; over++) {
        const uint64_t size = (1 << 20) - 1 + over;
        hinting_begin(&hinting, "same-size");
        seal(DAY_US, "user:1", 5, size);
        fetch(DAY_US, "user:2", 5);
        seal(DAY_US, "user:2", 6, size);
        hinting_end(&hinting);
        assert_int_equal(hinting.count, over);
        hinting_free(&hinting);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_of_far_more_is_told_with_the_address_that_got_it),
        cmocka_unit_test(what_stays_inside_or_is_said_otherwise_is_nothing),
        cmocka_unit_test(networks_beside_the_private_ones_are_outside),
        cmocka_unit_test(days_of_far_more_are_those_of_a_recount),
        cmocka_unit_test(a_file_as_large_as_one_just_opened_is_told),
        cmocka_unit_test(small_files_are_often_alike),
    };
    return cmocka_run_group_tests_name("reports/hints/outflow", tests, NULL, NULL);
}

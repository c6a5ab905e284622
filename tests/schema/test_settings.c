#include "schema/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct settings a, b;
    struct settings_fault fault;
    char text[SETTINGS_FILE_MAX], again[SETTINGS_FILE_MAX];
};

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
    return *state == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static struct status read_text(struct fixture *fixture, const char *text)
{
    return settings_read(bytes_of_string(text), &fixture->a, &fixture->fault);
}

static void assert_fault(struct fixture *fixture, const char *text, unsigned line,
                         enum settings_fault_kind kind)
{
    const struct status status = read_text(fixture, text);
    if (status.code != STATUS_MALFORMED || fixture->fault.line != line ||
        fixture->fault.kind != kind || fixture->fault.sentence[0] == '\0') {
        fail_msg("%s: code %d, line %u, kind %d: %s", text, (int)status.code, fixture->fault.line,
                 (int)fixture->fault.kind, fixture->fault.sentence);
    }
}

static void every_standard_value_is_one_that_its_row_takes(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < setting_info_count; i++) {
        char memory[256], written[512];
        struct text why = TEXT_IN(memory), out = TEXT_IN(written);
        const struct setting_info *info = &setting_infos[i];
        assert_true(setting_set(info, &fixture->a, bytes_of_string(info->standard), &why));
        setting_write(info, &fixture->a, &out);
        assert_string_equal(text_string(&out), info->standard);
    }
    for (size_t i = 0; i < setting_emitter_info_count; i++) {
        char memory[256];
        struct text why = TEXT_IN(memory);
        assert_true(setting_set(&setting_emitter_infos[i], &fixture->a.emitters[0],
                                bytes_of_string(setting_emitter_infos[i].standard), &why));
    }
}

static void nothing_said_is_standard_values(void **state)
{
    struct fixture *fixture = *state;
    assert_false(failed(read_text(fixture, "")));
    settings_init(&fixture->b);
    assert_memory_equal(&fixture->a, &fixture->b, sizeof fixture->a);
    assert_int_equal(fixture->a.daemon_readers, 2);
    assert_int_equal(fixture->a.store_reserve, 64 << 20);
    assert_true(fixture->a.alerts_deliver);
}

/* A value of each type, by a generator of our own. */
static void put_some(const struct setting_info *info, unsigned *seed, struct text *out)
{
    static const char *const texts[] = {"/a/b c;d#e", "some-name", "[::1]:7443",
                                        "any text; = # [x]"};
    *seed = *seed * 1664525 + 1013904223;
    switch (info->type) {
    case SETTING_SWITCH:
        text_put_string(out, (*seed & 1024) != 0 ? "yes" : "no");
        return;
    case SETTING_WORD:
        text_put(out, info->words, strcspn(info->words, "|"));
        return;
    case SETTING_PATH:
    case SETTING_NAME:
    case SETTING_ADDRESS:
    case SETTING_TEXT:
        text_put_string(out, texts[info->type - SETTING_PATH]);
        return;
    case SETTING_NUMBER:
    case SETTING_PERCENT:
    case SETTING_SECONDS:
    case SETTING_MILLISECONDS:
    case SETTING_BYTES:
        break;
    }
    text_put_u64(out, info->least + (*seed >> 4) % (info->most - info->least + 1));
}

static void what_is_written_is_read_to_the_same(void **state)
{
    struct fixture *fixture = *state;
    unsigned seed = 7;
    for (unsigned round = 0; round < 200; round++) {
        settings_init(&fixture->a);
        for (size_t i = 0; i < setting_info_count; i++) {
            char memory[256], value[256];
            struct text why = TEXT_IN(memory), some = TEXT_IN(value);
            put_some(&setting_infos[i], &seed, &some);
            assert_true(setting_set(&setting_infos[i], &fixture->a, text_bytes(&some), &why));
        }
        struct text out = TEXT_IN(fixture->text), again = TEXT_IN(fixture->again);
        settings_write(&fixture->a, &out);
        assert_false(out.full);
        const struct status status = settings_read(text_bytes(&out), &fixture->b, &fixture->fault);
        /* That they do not go together is another matter. */
        assert_true(!failed(status) || fixture->fault.kind == SETTINGS_FAULT_TOGETHER);
        settings_write(&fixture->b, &again);
        assert_true(bytes_equal(text_bytes(&out), text_bytes(&again)));
    }
}

static void emitters_are_sections_of_their_own(void **state)
{
    struct fixture *fixture = *state;
    assert_false(failed(read_text(fixture, "[emitter gate]\nuid = 1001\n"
                                           "[emitter libvirt-1]\nopen = yes\n"
                                           "[web]\nqueue = 7\n"
                                           "[emitter gate]\nheartbeat = 90\n")));
    assert_int_equal(fixture->a.emitter_count, 2);
    const struct settings_emitter *gate = settings_find_emitter(&fixture->a, LITERAL("gate"));
    assert_non_null(gate);
    assert_string_equal(gate->uid.text, "1001");
    assert_int_equal(gate->heartbeat, 90);
    assert_false(gate->open);
    assert_true(settings_find_emitter(&fixture->a, LITERAL("libvirt-1"))->open);
    assert_null(settings_find_emitter(&fixture->a, LITERAL("other")));
    struct text out = TEXT_IN(fixture->text);
    settings_write(&fixture->a, &out);
    assert_false(failed(settings_read(text_bytes(&out), &fixture->b, &fixture->fault)));
    assert_memory_equal(&fixture->a, &fixture->b, sizeof fixture->a);
}

static void what_is_wrong_is_told_with_its_line(void **state)
{
    struct fixture *fixture = *state;
    assert_fault(fixture, "[web]\n\n# x\nlisen = 1\n", 4, SETTINGS_FAULT_KEY);
    assert_string_equal(fixture->fault.section, "web");
    assert_string_equal(fixture->fault.key, "lisen");
    assert_fault(fixture, "[wbe]\nlisten = 127.0.0.1:1\n", 2, SETTINGS_FAULT_SECTION);
    assert_fault(fixture, "readers = 2\n", 1, SETTINGS_FAULT_SECTION);
    assert_fault(fixture, "[emitter]\nopen = yes\n", 2, SETTINGS_FAULT_SECTION);
    assert_fault(fixture, "[emitter Upper]\nopen = yes\n", 2, SETTINGS_FAULT_SECTION);
    assert_fault(fixture, "[daemon]\nreaders = 0\n", 2, SETTINGS_FAULT_VALUE);
    assert_fault(fixture, "[daemon]\nreaders = 5\n", 2, SETTINGS_FAULT_VALUE);
    assert_fault(fixture, "[daemon]\nreaders = two\n", 2, SETTINGS_FAULT_VALUE);
    assert_fault(fixture, "[daemon]\nreaders = 2 ; two\n", 2, SETTINGS_FAULT_VALUE);
    assert_fault(fixture, "[daemon]\nsandbox = none\n", 2, SETTINGS_FAULT_VALUE);
    assert_fault(fixture, "[store]\npath = here\n", 2, SETTINGS_FAULT_VALUE);
    assert_fault(fixture, "[store]\nreserve = 99999999999999999G\n", 2, SETTINGS_FAULT_VALUE);
    assert_fault(fixture, "[daemon]\nreaders = 2\nreaders = 2\n", 3, SETTINGS_FAULT_FORM);
    assert_fault(fixture, "[daemon]\nreaders\n", 2, SETTINGS_FAULT_FORM);
    assert_fault(fixture, "[daemon\nreaders = 2\n", 1, SETTINGS_FAULT_FORM);
    assert_fault(fixture, "[web]\nlisten = 0.0.0.0:7443\n", 0, SETTINGS_FAULT_TOGETHER);
    assert_fault(fixture, "[tls]\nkey = /a\n", 0, SETTINGS_FAULT_TOGETHER);
    assert_fault(fixture, "[tls]\nlisten = [::]:7444\n", 0, SETTINGS_FAULT_TOGETHER);
    assert_fault(fixture, "[store]\nwarning = 93\n", 0, SETTINGS_FAULT_TOGETHER);
}

static void foreign_text_in_a_fault_is_escaped(void **state)
{
    struct fixture *fixture = *state;
    assert_fault(fixture, "[web]\nlis\033[31mten = 1\n", 2, SETTINGS_FAULT_KEY);
    assert_null(strchr(fixture->fault.key, '\033'));
}

/* libinih cuts what is longer than it has room for; nothing of that may be taken for a value. */
static void a_line_is_whole_or_refused(void **state)
{
    struct fixture *fixture = *state;
    for (size_t size = 1; size < 2 * SETTINGS_LINE_MAX; size++) {
        char line[2 * SETTINGS_LINE_MAX + 32] = "[web]\nurl = ";
        const size_t start = strlen(line);
        memset(line + start, 'x', size);
        line[start + size] = '\0';
        const struct status status = read_text(fixture, line);
        if (size < SETTINGS_TEXT_SIZE) {
            assert_false(failed(status));
            assert_int_equal(strlen(fixture->a.web_url.text), size);
        } else {
            assert_int_equal(status.code, STATUS_MALFORMED);
            assert_int_equal(fixture->fault.line, 2);
        }
    }
    char section[128] = "[emitter ";
    memset(section + 9, 'e', 60);
    memcpy(section + 69, "]\nopen = yes\n", 14);
    assert_fault(fixture, section, 1, SETTINGS_FAULT_FORM);
}

static void a_file_beyond_the_limits_is_refused(void **state)
{
    struct fixture *fixture = *state;
    char *big = malloc(SETTINGS_FILE_MAX + 1);
    assert_non_null(big);
    memset(big, '\n', SETTINGS_FILE_MAX + 1);
    assert_int_equal(
        settings_read(bytes_of(big, SETTINGS_FILE_MAX + 1), &fixture->a, &fixture->fault).code,
        STATUS_LIMIT);
    assert_false(
        failed(settings_read(bytes_of(big, SETTINGS_FILE_MAX), &fixture->a, &fixture->fault)));
    struct text out = {.data = big, .capacity = SETTINGS_FILE_MAX};
    for (unsigned i = 0; i <= SETTINGS_EMITTERS_MAX; i++) {
        text_add(&out, "[emitter e%u]\nopen = yes\n", i);
    }
    assert_fault(fixture, text_string(&out), 2 * SETTINGS_EMITTERS_MAX + 2, SETTINGS_FAULT_FORM);
    free(big);
}

static void a_file_that_is_not_there_is_not_found(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(settings_read_file("/nonexistent/c", &fixture->a, &fixture->fault).code,
                     STATUS_NOT_FOUND);
    assert_int_equal(settings_read_file("/", &fixture->a, &fixture->fault).code, STATUS_IO);
}

static void addresses_are_read_strictly(void **state)
{
    static const struct {
        const char *text, *host, *port; /* NULL: none */
        bool loopback;
    } cases[] = {
        {"127.0.0.1:7443", "127.0.0.1", "7443", true},
        {"127.9.9.9:1", "127.9.9.9", "1", true},
        {"[::1]:80", "::1", "80", true},
        {"localhost:80", "localhost", "80", true},
        {"10.0.0.1:80", "10.0.0.1", "80", false},
        {"[::]:80", "::", "80", false},
        {"127.0.0.1.evil:80", "127.0.0.1.evil", "80", false},
        {"::1:80", NULL, NULL, false},
        {"host", NULL, NULL, false},
        {"host:", NULL, NULL, false},
        {":80", NULL, NULL, false},
        {"host:65536", NULL, NULL, false},
        {"host:080", NULL, NULL, false},
        {"[host]:80", NULL, NULL, false},
        {"[]:80", NULL, NULL, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct setting_address address;
        const bool is_one = setting_address_read(bytes_of_string(cases[i].text), &address);
        assert_int_equal(is_one, cases[i].host != NULL);
        if (is_one) {
            assert_string_equal(address.host, cases[i].host);
            assert_string_equal(address.port, cases[i].port);
            assert_int_equal(setting_address_is_loopback(&address), cases[i].loopback);
        }
    }
}

static void every_row_stands_in_a_section_that_is_told_of(void **state)
{
    (void)state;
    for (size_t i = 0; i < setting_info_count; i++) {
        const char *about = NULL;
        size_t k = 0;
        while (settings_section(k, &about) != NULL &&
               strcmp(settings_section(k, &about), setting_infos[i].section) != 0) {
            k++;
        }
        assert_non_null(settings_section(k, &about));
        assert_int_equal(setting_infos[i].about[strlen(setting_infos[i].about) - 1], '.');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_standard_value_is_one_that_its_row_takes),
        cmocka_unit_test(nothing_said_is_standard_values),
        cmocka_unit_test(what_is_written_is_read_to_the_same),
        cmocka_unit_test(emitters_are_sections_of_their_own),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line),
        cmocka_unit_test(foreign_text_in_a_fault_is_escaped),
        cmocka_unit_test(a_line_is_whole_or_refused),
        cmocka_unit_test(a_file_beyond_the_limits_is_refused),
        cmocka_unit_test(a_file_that_is_not_there_is_not_found),
        cmocka_unit_test(addresses_are_read_strictly),
        cmocka_unit_test(every_row_stands_in_a_section_that_is_told_of),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

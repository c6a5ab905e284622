/*
 * Each line is the Common Event Format, strictly: seven header fields and pairs of key and value,
 * however hostile what is in them.
 */
#include "reports/query.h"
#include "reports/siem/cef.h"
#include "tests/reports/siem/siem_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    PAIRS_MAX = 48,
    VALUE_MAX = 8192,
};

struct pair {
    char key[32];
    char value[VALUE_MAX];
};

struct parsed {
    char header[7][1100];
    struct pair pairs[PAIRS_MAX];
    size_t count;
};

static const char *read_header_field(const char *at, char out[1100])
{
    size_t size = 0;
    for (; *at != '|'; at++) {
        assert_int_not_equal(*at, '\0');
        if (*at == '\\') {
            at++;
            assert_true(*at == '\\' || *at == '|');
        }
        out[size++] = *at;
        assert_true(size < 1100);
    }
    out[size] = '\0';
    return at + 1;
}

/* The end of a value is where ` key=` begins, since a `=` in a value has a backslash. */
static size_t key_size(const char *at)
{
    size_t size = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    return at[size] == '=' ? size : 0;
}

static const char *read_pair(const char *at, struct pair *out)
{
    size_t size = key_size(at), written = 0;
    assert_true(size > 0 && size < sizeof out->key);
    snprintf(out->key, sizeof out->key, "%.*s", (int)size, at);
    at += size + 1;
    while (*at != '\0' && !(*at == ' ' && key_size(at + 1) > 0)) {
        assert_int_not_equal(*at, '=');
        if (*at == '\\') {
            at++;
            assert_true(*at == '\\' || *at == '=');
        }
        out->value[written++] = *at++;
        assert_true(written < VALUE_MAX);
    }
    out->value[written] = '\0';
    return at + (*at == ' ');
}

static void read_line(const char *line, struct parsed *out)
{
    const char *at = line;
    out->count = 0;
    for (size_t i = 0; i < 7; i++) {
        at = read_header_field(at, out->header[i]);
    }
    while (*at != '\0') {
        assert_true(out->count < PAIRS_MAX);
        at = read_pair(at, &out->pairs[out->count++]);
    }
}

static const char *value_of(const struct parsed *parsed, const char *key)
{
    const char *found = NULL;
    for (size_t i = 0; i < parsed->count; i++) {
        if (strcmp(parsed->pairs[i].key, key) == 0) {
            assert_null(found); /* nothing foreign has added one */
            found = parsed->pairs[i].value;
        }
    }
    return found;
}

static void put(struct world *world, struct capture *capture)
{
    struct cef cef = {.version = "1|2\\3"};
    must(cef_put(&world->reader, &cef, &capture->output));
}

static void assert_line(struct world *world, struct capture *capture)
{
    static struct parsed parsed;
    const struct leaf *leaf = world->reader.event.leaf;
    assert_int_equal(capture->text[capture->size - 1], '\n');
    capture->text[--capture->size] = '\0';
    assert_null(memchr(capture->text, '\n', capture->size));
    read_line(capture->text, &parsed);
    assert_string_equal(parsed.header[0], "CEF:0");
    assert_string_equal(parsed.header[3], "1|2\\3");
    assert_string_equal(parsed.header[4], event_name(leaf->kind));
    assert_in_range(strtoull(parsed.header[6], NULL, 10), 0, 10);
    assert_int_equal(strtoull(value_of(&parsed, "cn1"), NULL, 10), leaf->n);
    assert_int_equal(strtoull(value_of(&parsed, "start"), NULL, 10), query_time_of(leaf) / 1000);
    assert_string_equal(value_of(&parsed, "outcome"), outcome_name(leaf->outcome));
    assert_int_equal(strlen(value_of(&parsed, "cs5")), DIGEST_HEX_SIZE);
    assert_non_null(value_of(&parsed, "msg"));
}

static void every_line_is_read_back_as_it_was_meant(void **unused)
{
    (void)unused;
    struct world *world = world_begin(91);
    world_each(world, put, assert_line);
    world_end(world);
}

static void assert_printable(struct world *world, struct capture *capture)
{
    char memory[1 << 16];
    struct text shown = TEXT_IN(memory);
    struct bytes line = bytes_of(capture->text, capture->size - 1);
    (void)world;
    text_put_printable(&shown, line);
    assert_true(bytes_equal(text_bytes(&shown), line));
}

static void no_line_can_steer_a_terminal(void **unused)
{
    (void)unused;
    struct world *world = world_begin(92);
    world_each(world, put, assert_printable);
    world_end(world);
}

static void what_is_too_long_is_cut_and_counted(void **unused)
{
    (void)unused;
    static struct capture capture;
    char version[3000];
    struct world *world = world_begin(93);
    struct bytes leaf;
    memset(version, '|', sizeof version - 1);
    version[sizeof version - 1] = '\0';
    struct cef cef = {.version = version};
    must(log_read_leaf(world->history.log, 0, &leaf));
    must(siem_read(&world->reader, world->history.log, leaf, &world->history.events[0]));
    capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON});
    must(cef_put(&world->reader, &cef, &capture.output));
    capture_end(&capture);
    assert_int_equal(cef.cut, 1);
    assert_non_null(strstr(capture.text, "\\|\\||audit.genesis|"));
    world_end(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_read_back_as_it_was_meant),
        cmocka_unit_test(no_line_can_steer_a_terminal),
        cmocka_unit_test(what_is_too_long_is_cut_and_counted),
    };
    return cmocka_run_group_tests_name("reports/siem/cef", tests, NULL, NULL);
}

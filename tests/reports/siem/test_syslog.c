/*
 * Each message is RFC 5424, strictly: a parser written from its grammar reads back what was meant.
 */
#include "reports/query.h"
#include "reports/siem/syslog.h"
#include "schema/time.h"
#include "tests/reports/siem/siem_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    PARAMETERS_MAX = 32,
};

/* A message taken apart; values without their escapes. */
struct parsed {
    uint32_t priority;
    struct bytes words[5]; /* TIMESTAMP HOSTNAME APP-NAME PROCID MSGID */
    struct bytes id;
    struct bytes names[PARAMETERS_MAX];
    char values[PARAMETERS_MAX][2048];
    size_t count;
    struct bytes message;
};

static struct bytes until(struct bytes *rest, char end)
{
    const uint8_t *at = memchr(rest->data, end, rest->size);
    assert_non_null(at);
    struct bytes word = bytes_of(rest->data, (size_t)(at - rest->data));
    *rest = bytes_of(at + 1, rest->size - word.size - 1);
    return word;
}

static char take(struct bytes *rest)
{
    assert_true(rest->size > 0);
    char c = (char)rest->data[0];
    *rest = bytes_of(rest->data + 1, rest->size - 1);
    return c;
}

static void read_header(struct bytes *rest, struct parsed *out)
{
    static const size_t longest[] = {32, 255, 48, 128, 32};
    uint64_t priority;
    assert_int_equal(take(rest), '<');
    assert_true(text_read_u64(until(rest, '>'), &priority));
    assert_true(priority <= 191);
    out->priority = (uint32_t)priority;
    assert_int_equal(take(rest), '1');
    assert_int_equal(take(rest), ' ');
    for (size_t i = 0; i < 5; i++) {
        out->words[i] = until(rest, ' ');
        assert_true(out->words[i].size > 0 && out->words[i].size <= longest[i]);
        for (size_t k = 0; k < out->words[i].size; k++) {
            assert_true(out->words[i].data[k] > 0x20 && out->words[i].data[k] < 0x7f);
        }
    }
}

/* PARAM-VALUE: `"`, `\` and `]` only after a backslash. */
static void read_value(struct bytes *rest, char value[2048])
{
    size_t size = 0;
    assert_int_equal(take(rest), '"');
    for (;;) {
        char c = take(rest);
        if (c == '"') {
            break;
        }
        assert_int_not_equal(c, ']');
        if (c == '\\') {
            c = take(rest);
            assert_true(c == '"' || c == '\\' || c == ']');
        }
        value[size++] = c;
        assert_true(size < 2048);
    }
    value[size] = '\0';
    assert_true(text_is_utf8(bytes_of(value, size)));
}

static void read_element(struct bytes *rest, struct parsed *out)
{
    assert_int_equal(take(rest), '[');
    out->id = until(rest, ' ');
    for (bool more = true; more;) {
        assert_true(out->count < PARAMETERS_MAX);
        struct bytes name = until(rest, '=');
        assert_true(name.size > 0 && name.size <= 32);
        for (size_t i = 0; i < name.size; i++) {
            assert_null(memchr(" ]\"", name.data[i], 3));
        }
        out->names[out->count] = name;
        read_value(rest, out->values[out->count++]);
        char c = take(rest);
        assert_true(c == ' ' || c == ']');
        more = c == ' ';
    }
}

static void read_message(struct bytes text, struct parsed *out)
{
    *out = (struct parsed){.count = 0};
    read_header(&text, out);
    read_element(&text, out);
    assert_int_equal(take(&text), ' ');
    assert_true(text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0);
    out->message = bytes_of(text.data + 3, text.size - 3);
    assert_true(text_is_utf8(out->message));
}

static const char *value_of(const struct parsed *parsed, const char *name)
{
    for (size_t i = 0; i < parsed->count; i++) {
        if (bytes_equal(parsed->names[i], bytes_of_string(name))) {
            return parsed->values[i];
        }
    }
    return NULL;
}

/* Whether text could not do anything but be read. */
static void assert_printable(struct bytes text)
{
    char memory[2 * SYSLOG_MESSAGE_MAX];
    struct text shown = TEXT_IN(memory);
    text_put_printable(&shown, text);
    assert_true(bytes_equal(text_bytes(&shown), text));
}

static void put_line(struct world *world, struct capture *capture)
{
    must(syslog_put(&world->reader, &(struct syslog_options){.pen = SYSLOG_EXAMPLE_PEN},
                    &capture->output));
}

static void assert_line(struct world *world, struct capture *capture)
{
    static struct parsed parsed;
    const struct leaf *leaf = world->reader.event.leaf;
    char memory[TIME_TEXT_SIZE + 1];
    struct text time = TEXT_IN(memory);
    assert_true(capture->size <= SYSLOG_MESSAGE_MAX);
    assert_int_equal(capture->text[capture->size - 1], '\n');
    read_message(bytes_of(capture->text, capture->size - 1), &parsed);
    time_write(&time, query_time_of(leaf));
    assert_int_equal(parsed.priority / 8, 13);
    assert_true(bytes_equal(parsed.words[0], text_bytes(&time)));
    assert_true(bytes_equal(parsed.words[3], leaf->emitter));
    assert_true(bytes_equal(parsed.id, LITERAL("cairn@32473")));
    assert_int_equal(strtoull(value_of(&parsed, "n"), NULL, 10), leaf->n);
    assert_int_equal(strlen(value_of(&parsed, "hash")), DIGEST_HEX_SIZE);
    assert_string_equal(value_of(&parsed, "kind"), event_name(leaf->kind));
    assert_string_equal(value_of(&parsed, "outcome"), outcome_name(leaf->outcome));
    assert_printable(parsed.message);
    for (size_t i = 0; i < parsed.count; i++) {
        assert_printable(bytes_of_string(parsed.values[i]));
    }
}

static void every_line_is_a_message_of_rfc_5424(void **unused)
{
    (void)unused;
    struct world *world = world_begin(81);
    world_each(world, put_line, assert_line);
    world_end(world);
}

static void put_counted(struct world *world, struct capture *capture)
{
    const struct syslog_options options = {.framing = SIEM_OCTET_COUNTING, .pen = 12345};
    must(syslog_put(&world->reader, &options, &capture->output));
}

static void assert_counted(struct world *world, struct capture *capture)
{
    static struct parsed parsed;
    struct bytes rest = bytes_of(capture->text, capture->size);
    uint64_t size;
    (void)world;
    assert_true(text_read_u64(until(&rest, ' '), &size));
    assert_int_equal(rest.size, size);
    read_message(rest, &parsed);
    assert_true(bytes_equal(parsed.id, LITERAL("cairn@12345")));
}

static void a_counted_frame_has_as_many_octets_as_it_says(void **unused)
{
    (void)unused;
    struct world *world = world_begin(82);
    world_each(world, put_counted, assert_counted);
    world_end(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_a_message_of_rfc_5424),
        cmocka_unit_test(a_counted_frame_has_as_many_octets_as_it_says),
    };
    return cmocka_run_group_tests_name("reports/siem/syslog", tests, NULL, NULL);
}

/*
 * What a user's program and the daemon say to each other: read as it was written, and not at all
 * when it was cut, lengthened, or is too long.
 */
#include "schema/wire/join.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    MOST = JOIN_FRAME_MAX + 64,
};

static const struct join_ask asked = {.version = JOIN_VERSION, .vm = {(const uint8_t *)"vm:70", 5}};
static const struct join_joined joined = {.run = 70,
                                          .name = {(const uint8_t *)"vmc-70-70", 9},
                                          .key = {(const uint8_t *)"vmc-70-70+00000000+AQ==", 23},
                                          .receive_key = {1, 2, 3}};

static struct status get_ask(struct bytes payload)
{
    struct join_ask read;
    TRY(join_get_ask(payload, &read));
    assert_int_equal(read.version, asked.version);
    assert_true(bytes_equal(read.vm, asked.vm));
    return OK;
}

static struct status get_joined(struct bytes payload)
{
    struct join_joined read;
    TRY(join_get_joined(payload, &read));
    assert_int_equal(read.run, joined.run);
    assert_true(bytes_equal(read.name, joined.name) && bytes_equal(read.key, joined.key));
    assert_memory_equal(read.receive_key, joined.receive_key, sizeof read.receive_key);
    return OK;
}

static struct status get_bytes(struct bytes payload)
{
    struct bytes read;
    TRY(join_get_bytes(payload, &read));
    assert_true(bytes_equal(read, LITERAL("opaque")));
    return OK;
}

static void is_read_whole_and_not_when_cut(struct text *text, struct status (*get)(struct bytes))
{
    assert_false(failed(get(text_bytes(text))));
    for (size_t size = 0; size < text->size; size++) {
        assert_true(failed(get(bytes_of(text->data, size))));
    }
    text_put_char(text, 'x');
    assert_true(failed(get(text_bytes(text))));
}

static void each_message_is_read_as_it_was_written(void **state)
{
    char memory[1024];
    struct text text = TEXT_IN(memory);
    (void)state;
    join_put_ask(&text, &asked);
    is_read_whole_and_not_when_cut(&text, get_ask);
    text_clear(&text);
    join_put_joined(&text, &joined);
    is_read_whole_and_not_when_cut(&text, get_joined);
    text_clear(&text);
    join_put_bytes(&text, LITERAL("opaque"));
    is_read_whole_and_not_when_cut(&text, get_bytes);
}

static void a_stream_comes_in_pieces_of_a_limited_size(void **state)
{
    char *memory = calloc(1, MOST), *piece = calloc(1, JOIN_DATA_MAX + 1);
    struct text text = {.data = memory, .capacity = MOST};
    struct bytes read;
    (void)state;
    assert_non_null(memory);
    assert_non_null(piece);
    join_put_bytes(&text, bytes_of(piece, JOIN_DATA_MAX));
    assert_false(failed(join_get_bytes(text_bytes(&text), &read)));
    assert_true(text.size + FRAME_HEAD <= JOIN_FRAME_MAX);
    text_clear(&text);
    join_put_bytes(&text, bytes_of(piece, JOIN_DATA_MAX + 1));
    assert_true(failed(join_get_bytes(text_bytes(&text), &read)));
    free(memory);
    free(piece);
}

static void a_key_to_receive_by_has_its_size(void **state)
{
    char memory[256];
    struct text text = TEXT_IN(memory);
    struct join_joined read;
    (void)state;
    wire_put_u64(&text, 1);
    wire_put_string(&text, "a");
    wire_put_string(&text, "b");
    wire_put_string(&text, "short");
    assert_int_equal(join_get_joined(text_bytes(&text), &read).code, STATUS_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_is_read_as_it_was_written),
        cmocka_unit_test(a_stream_comes_in_pieces_of_a_limited_size),
        cmocka_unit_test(a_key_to_receive_by_has_its_size),
    };
    return cmocka_run_group_tests_name("schema/wire/join", tests, NULL, NULL);
}

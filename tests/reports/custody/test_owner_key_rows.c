/* Whose key a machine obeys: the first is pinned, another one is told as what must never be. */
#include "reports/custody/owner_key_rows.h"
#include "tests/reports/capture.h"
#include "tests/reports/lineage/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    ARENA_SIZE = 64 << 10,
};

struct lab {
    struct stream stream;
    struct capture capture;
    struct hasher *hasher;
    struct status trouble;
    uint8_t memory[ARENA_SIZE];
    struct arena arena;
};

static int begin(void **state)
{
    struct lab *lab = calloc(1, sizeof *lab);
    stream_begin(&lab->stream);
    stream_start(&lab->stream, lab->stream.users[0], 0);
    stream_start(&lab->stream, lab->stream.users[1], 1);
    must(hasher_open(&lab->hasher));
    lab->arena = ARENA_IN(lab->memory);
    *state = lab;
    return 0;
}

static int end(void **state)
{
    struct lab *lab = *state;
    hasher_close(&lab->hasher);
    stream_end(&lab->stream);
    free(lab);
    return 0;
}

static void learn(struct lab *lab, size_t vm, const char *key)
{
    union event_body body = {
        .vm_owner_key_learned = {.owner = lab->stream.users[vm],
                                 .key = hash_bytes(lab->hasher, bytes_of_string(key))}};
    stream_say(&lab->stream, &(struct stream_event){.voice = VOICE_VM,
                                                    .kind = EVENT_VM_OWNER_KEY_LEARNED,
                                                    .first = lab->stream.vms[vm],
                                                    .body = &body});
}

static struct owner_key_rows tell(struct lab *lab, struct id vm, bool failing)
{
    stream_look(&lab->stream);
    capture_begin(&lab->capture, &(struct rows_options){.format = ROWS_CSV});
    struct owner_key_rows rows = {
        .log = lab->stream.log,
        .index = lab->stream.index,
        .hasher = lab->hasher,
        .view = engine_view(lab->stream.engine, UINT64_MAX, &lab->arena, &lab->trouble),
        .vm = vm,
        .failing = failing,
        .out = &lab->capture.rows};
    must(owner_key_rows_write(&rows));
    capture_end(&lab->capture);
    return rows;
}

static const struct id any = {ID_NONE, 0};

/* The machines of a stream are started with the key `none`. */
static void the_first_key_is_pinned_and_the_same_again_is_none_of_a_concern(void **state)
{
    struct lab *lab = *state;
    learn(lab, 0, "none");
    learn(lab, 0, "none");
    learn(lab, 1, "none");
    struct owner_key_rows rows = tell(lab, any, false);
    assert_int_equal(rows.count, 3);
    assert_int_equal(rows.wrong, 0);
    assert_non_null(strstr(lab->capture.text, "\"the same again\""));
    assert_int_equal(tell(lab, any, true).count, 0);
    assert_int_equal(tell(lab, lab->stream.vms[0], false).count, 2);
}

static void a_second_key_is_told_with_the_first(void **state)
{
    struct lab *lab = *state;
    learn(lab, 0, "none");
    learn(lab, 0, "another");
    struct owner_key_rows rows = tell(lab, any, true);
    assert_int_equal(rows.count, 1);
    assert_int_equal(rows.wrong, 1);
    assert_non_null(strstr(lab->capture.text, "\"ANOTHER KEY\""));
}

static void a_first_key_that_is_not_the_owners_was_slipped_in(void **state)
{
    struct lab *lab = *state;
    learn(lab, 1, "somebody else's");
    assert_int_equal(tell(lab, any, true).wrong, 1);
    assert_non_null(strstr(lab->capture.text, "\"NOT THE OWNER'S\""));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(the_first_key_is_pinned_and_the_same_again_is_none_of_a_concern),
        WITH(a_second_key_is_told_with_the_first),
        WITH(a_first_key_that_is_not_the_owners_was_slipped_in),
    };
    return cmocka_run_group_tests_name("reports/custody/owner_key_rows", tests, NULL, NULL);
}

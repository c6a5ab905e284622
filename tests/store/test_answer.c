/*
 * Answers as bytes: what is read, written again, is the same; no byte can change and none be
 * missing without being told.
 */
#include "tests/store/answered.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    EVENTS_SMALL = 120,
    EVERY = CAIRN_SANITIZED ? 11 : 1, /* byte */
};

static void what_is_read_written_again_is_the_same(void **state)
{
    struct recorded *recorded = *state;
    for (unsigned i = 0; i < 20; i++) {
        struct question question;
        struct growing again = {0};
        answered_draw(recorded, &question);
        struct growing file = answered_make(recorded, &question);
        struct answer *answer = answered_read(&file);
        must(answer_write(answer, &(struct answer_sink){&again, growing_put}));
        assert_int_equal(again.size, file.size);
        assert_memory_equal(again.data, file.data, file.size);
        answer_close(&answer);
        growing_free(&again);
        growing_free(&file);
    }
}

/* What an answer says: whoever changes bytes must not change it. */
struct said {
    struct visited visited;
    uint64_t rows[8];
    size_t row_count;
    char question[64];
};

static bool says(struct recorded *recorded, struct bytes file, struct said *said)
{
    CLEANUP(answer_close) struct answer *answer = NULL;
    struct answer_ground ground;
    struct status status = answer_read(file, &answer);
    if (failed(status)) {
        assert_true(status.code == STATUS_MALFORMED && status.why != NULL &&
                    status.at <= file.size);
        return false;
    }
    status = answered_check(recorded, answer, &said->visited, &ground);
    assert_true(!failed(status) || status.why != NULL || status.code == STATUS_BAD_SIGNATURE);
    return !failed(status);
}

/* The question, its range and term, and the rows are what the next layer compares. */
static bool is_for_the_next_layer(const struct growing *file, size_t at)
{
    const size_t question = 16 + 4, note = question + strlen("a question") + 4;
    uint64_t note_size = bytes_read_u32(file->data + note - 4);
    size_t range = note + note_size;
    return (at >= question && at < note - 4) || (at >= range && at < range + 16) ||
           (at >= range + 19 && at < range + 19 + INDEX_TERM_SIZE) || at >= file->size - 16;
}

static void every_flipped_byte_is_refused(void **unused)
{
    (void)unused;
    struct recorded recorded;
    struct said *before = calloc(1, sizeof *before), *after = calloc(1, sizeof *after);
    assert_true(before != NULL && after != NULL);
    recorded_begin(&recorded, 7, &answered_runs);
    recorded_write(&recorded, EVENTS_SMALL);
    struct growing file = answered_small(&recorded);
    assert_true(says(&recorded, bytes_of(file.data, file.size), before));
    for (size_t at = 0; at < file.size; at += EVERY) {
        uint8_t mask = (uint8_t)(1u << (at % 8));
        file.data[at] ^= mask;
        if (says(&recorded, bytes_of(file.data, file.size), after) &&
            !is_for_the_next_layer(&file, at)) {
            fail_msg("the flipped byte %zu of %zu was not found", at, file.size);
        }
        file.data[at] ^= mask;
    }
    free(before);
    free(after);
    growing_free(&file);
    recorded_end(&recorded);
}

static void every_cut_is_refused(void **unused)
{
    (void)unused;
    struct recorded recorded;
    recorded_begin(&recorded, 8, &answered_runs);
    recorded_write(&recorded, EVENTS_SMALL);
    struct growing file = answered_small(&recorded);
    for (size_t size = 0; size < file.size; size += EVERY) {
        struct answer *answer = NULL;
        struct status status = answer_read(bytes_of(file.data, size), &answer);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_null(answer);
    }
    must(growing_put(&file, LITERAL("\n")));
    struct answer *answer = NULL;
    struct status status = answer_read(bytes_of(file.data, file.size), &answer);
    assert_int_equal(status.code, STATUS_MALFORMED);
    assert_string_equal(status.why, "something follows the answer");
    growing_free(&file);
    recorded_end(&recorded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_written_again_is_the_same),
        cmocka_unit_test(every_flipped_byte_is_refused),
        cmocka_unit_test(every_cut_is_refused),
    };
    return cmocka_run_group_tests_name("store/answer", tests, make_recorded, remove_recorded);
}

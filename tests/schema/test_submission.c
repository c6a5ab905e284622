/*
 * Submissions: the frame, its limits, and that nothing but one text frames the same events.
 */
#include "schema/submission.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define MAGIC "cairn-submission-v1\n"

enum {
    EVENTS_MOST = 12,
    PART_MOST = 60, /* bytes of a part that is made up */
    NAME_AT = sizeof MAGIC - 1,
};

struct sample {
    uint8_t parts[EVENTS_MOST][3][PART_MOST];
    struct submission_event events[EVENTS_MOST];
    uint32_t count;
    uint8_t signature[SIGNATURE_MAX];
    size_t signature_size;
    char memory[8192];
    struct text text;
};

static struct bytes random_part(struct random *random, uint8_t *out, size_t min)
{
    size_t size = min + (size_t)random_below(random, PART_MOST - min);
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)random_below(random, 256);
    }
    return bytes_of(out, size);
}

static void make_sample(struct random *random, struct sample *out)
{
    out->count = 1 + (uint32_t)random_below(random, EVENTS_MOST);
    out->text = TEXT_IN(out->memory);
    submission_begin(&out->text, LITERAL("door"), 41);
    for (uint32_t i = 0; i < out->count; i++) {
        out->events[i].statement = random_part(random, out->parts[i][0], 0);
        out->events[i].body = random_part(random, out->parts[i][1], SALT_SIZE);
        out->events[i].command = random_part(random, out->parts[i][2], 0);
        submission_put(&out->text, &out->events[i]);
    }
    out->signature_size = random_part(random, out->signature, 0).size;
    submission_end(&out->text, out->count, bytes_of(out->signature, out->signature_size));
    assert_false(out->text.full);
}

/* Writes again what was read. */
static void put_again(const struct submission *submission, struct text *out)
{
    struct bytes events = submission->events;
    submission_begin(out, submission->emitter, submission->first_n);
    for (uint32_t i = 0; i < submission->count; i++) {
        struct submission_event event = submission_next(&events);
        submission_put(out, &event);
    }
    assert_int_equal(events.size, 0);
    submission_end(out, submission->count, submission->signature);
}

static void events_come_out_as_they_went_in(void **unused)
{
    (void)unused;
    struct random random = {.state = 61};
    struct sample sample;
    for (size_t round = 0; round < 3000; round++) {
        struct submission submission;
        make_sample(&random, &sample);
        assert_false(failed(submission_decode(text_bytes(&sample.text), &submission)));
        assert_true(bytes_equal(submission.emitter, LITERAL("door")));
        assert_int_equal(submission.first_n, 41);
        assert_int_equal(submission.count, sample.count);
        assert_true(
            bytes_equal(submission.signature, bytes_of(sample.signature, sample.signature_size)));
        for (uint32_t i = 0; i < sample.count; i++) {
            struct submission_event event = submission_next(&submission.events);
            assert_true(bytes_equal(event.statement, sample.events[i].statement));
            assert_true(bytes_equal(event.body, sample.events[i].body));
            assert_true(bytes_equal(event.command, sample.events[i].command));
        }
        assert_int_equal(submission.events.size, 0);
    }
}

static void every_cut_and_every_byte_too_many_is_refused(void **unused)
{
    (void)unused;
    struct random random = {.state = 67};
    struct sample sample;
    for (size_t round = 0; round < 50; round++) {
        struct submission submission;
        make_sample(&random, &sample);
        for (size_t size = 0; size < sample.text.size; size++) {
            uint8_t *exact = malloc(size == 0 ? 1 : size);
            memcpy(exact, sample.memory, size);
            struct status status = submission_decode(bytes_of(exact, size), &submission);
            assert_int_equal(status.code, STATUS_MALFORMED);
            assert_true(status.at <= size);
            free(exact);
        }
        text_put_char(&sample.text, 0);
        assert_int_equal(submission_decode(text_bytes(&sample.text), &submission).code,
                         STATUS_MALFORMED);
    }
}

static void every_flipped_bit_is_refused_or_frames_something_else(void **unused)
{
    (void)unused;
    struct random random = {.state = 71};
    struct sample sample;
    for (size_t round = 0; round < 20; round++) {
        make_sample(&random, &sample);
        for (size_t bit = 0; bit < 8 * sample.text.size; bit++) {
            char memory[sizeof sample.memory];
            struct text again = TEXT_IN(memory);
            struct submission submission;
            sample.memory[bit / 8] = (char)(sample.memory[bit / 8] ^ 1 << bit % 8);
            if (!failed(submission_decode(text_bytes(&sample.text), &submission))) {
                put_again(&submission, &again);
                assert_true(bytes_equal(text_bytes(&again), text_bytes(&sample.text)));
            }
            sample.memory[bit / 8] = (char)(sample.memory[bit / 8] ^ 1 << bit % 8);
        }
    }
}

/* Limits -------------------------------------------------------------------------------------- */

/* A submission of one event with parts of these sizes, of zeros. */
struct sizes {
    size_t name, statement, body, command, signature;
};

static struct status decode_of_sizes(struct sizes sizes)
{
    static const uint8_t zeros[SALT_SIZE + BODY_MAX + 1];
    const size_t capacity = 1 << 20;
    struct text text = {.data = malloc(capacity), .capacity = capacity};
    struct submission submission;
    submission_begin(&text, bytes_of(zeros, sizes.name), 1);
    submission_put(&text, &(struct submission_event){.statement = bytes_of(zeros, sizes.statement),
                                                     .body = bytes_of(zeros, sizes.body),
                                                     .command = bytes_of(zeros, sizes.command)});
    submission_end(&text, 1, bytes_of(zeros, sizes.signature));
    assert_false(text.full);
    struct status status = submission_decode(text_bytes(&text), &submission);
    free(text.data);
    return status;
}

static void each_part_has_its_limit(void **unused)
{
    (void)unused;
    const struct sizes most = {NAME_MAX_SIZE, LEAF_MAX, SALT_SIZE + BODY_MAX, COMMAND_MAX,
                               SIGNATURE_MAX};
    assert_false(failed(decode_of_sizes(most)));
    struct sizes sizes = most;
    sizes.name++;
    assert_int_equal(decode_of_sizes(sizes).code, STATUS_LIMIT);
    sizes = most;
    sizes.statement++;
    assert_int_equal(decode_of_sizes(sizes).code, STATUS_LIMIT);
    sizes = most;
    sizes.body++;
    assert_int_equal(decode_of_sizes(sizes).code, STATUS_LIMIT);
    sizes = most;
    sizes.command++;
    assert_int_equal(decode_of_sizes(sizes).code, STATUS_LIMIT);
    sizes = most;
    sizes.signature++;
    assert_int_equal(decode_of_sizes(sizes).code, STATUS_LIMIT);
}

static void a_body_comes_with_its_salt(void **unused)
{
    (void)unused;
    assert_int_equal(decode_of_sizes((struct sizes){.body = SALT_SIZE - 1}).code, STATUS_MALFORMED);
    assert_false(failed(decode_of_sizes((struct sizes){.body = SALT_SIZE})));
}

/* A submission of `count` smallest events. */
static struct status decode_of_count(uint32_t count)
{
    static const uint8_t salt[SALT_SIZE];
    const size_t capacity = 64 + (size_t)(count + 1) * (10 + SALT_SIZE);
    struct text text = {.data = malloc(capacity), .capacity = capacity};
    struct submission submission;
    submission_begin(&text, LITERAL("door"), 1);
    for (uint32_t i = 0; i < count; i++) {
        submission_put(&text, &(struct submission_event){.body = BYTES(salt)});
    }
    submission_end(&text, count, (struct bytes){0});
    assert_false(text.full);
    struct status status = submission_decode(text_bytes(&text), &submission);
    free(text.data);
    return status;
}

static void it_holds_1_to_1000_events(void **unused)
{
    (void)unused;
    assert_int_equal(decode_of_count(0).code, STATUS_LIMIT);
    assert_false(failed(decode_of_count(1)));
    assert_false(failed(decode_of_count(SUBMISSION_EVENTS_MAX)));
    assert_int_equal(decode_of_count(SUBMISSION_EVENTS_MAX + 1).code, STATUS_LIMIT);
}

static void another_format_is_told_at_its_first_byte(void **unused)
{
    (void)unused;
    char memory[256];
    struct text text = TEXT_IN(memory);
    struct submission submission;
    submission_begin(&text, LITERAL("door"), 1);
    memory[NAME_AT - 2] = '2';
    struct status status = submission_decode(text_bytes(&text), &submission);
    assert_int_equal(status.code, STATUS_MALFORMED);
    assert_int_equal(status.at, 0);
}

static void a_text_that_is_too_small_is_full(void **unused)
{
    (void)unused;
    struct random random = {.state = 73};
    struct sample sample;
    make_sample(&random, &sample);
    for (size_t capacity = 1; capacity <= sample.text.size + 1; capacity++) {
        char *exact = malloc(capacity);
        struct text text = {.data = exact, .capacity = capacity};
        submission_begin(&text, LITERAL("door"), 41);
        for (uint32_t i = 0; i < sample.count; i++) {
            submission_put(&text, &sample.events[i]);
        }
        submission_end(&text, sample.count, bytes_of(sample.signature, sample.signature_size));
        assert_int_equal(text.full, capacity <= sample.text.size);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_out_as_they_went_in),
        cmocka_unit_test(every_cut_and_every_byte_too_many_is_refused),
        cmocka_unit_test(every_flipped_bit_is_refused_or_frames_something_else),
        cmocka_unit_test(each_part_has_its_limit),
        cmocka_unit_test(a_body_comes_with_its_salt),
        cmocka_unit_test(it_holds_1_to_1000_events),
        cmocka_unit_test(another_format_is_told_at_its_first_byte),
        cmocka_unit_test(a_text_that_is_too_small_is_full),
    };
    return cmocka_run_group_tests_name("schema/submission", tests, NULL, NULL);
}

/*
 * What is kept is sent in order, answered by its number in any order, and sent again to another
 * writer unless it was answered: compared with a plain list over random histories.
 */
#include "auditd/ingest/kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    ROUNDS = 30,
    STEPS = 3000,
    MODEL_MAX = 4096,
};

static uint64_t next(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

/* The naive list: numbers in order, whether sent, whether answered. */
struct model {
    uint64_t numbers[MODEL_MAX];
    bool sent[MODEL_MAX], answered[MODEL_MAX];
    size_t count;
    uint64_t events, bytes;
};

static struct kept *open_kept(void)
{
    struct kept *kept = NULL;
    assert_int_equal(kept_open((struct kept_limits){.events = 1000, .bytes = 100000}, &kept).code,
                     STATUS_OK);
    return kept;
}

static void add(struct kept *kept, struct model *model, uint64_t random)
{
    struct kept_item *item;
    uint64_t number;
    size_t size = random % 50 + 1;
    assert_int_equal(kept_add(kept, size, &item, &number).code, STATUS_OK);
    kept_count_events(kept, item, (uint32_t)(random >> 8 & 7));
    assert_true(model->count < MODEL_MAX);
    model->numbers[model->count++] = number;
    model->events += random >> 8 & 7;
    model->bytes += size;
}

static void send_one(struct kept *kept, struct model *model)
{
    uint64_t number;
    const struct kept_item *item = kept_unsent(kept, &number);
    for (size_t i = 0; i < model->count; i++) {
        if (!model->sent[i] && !model->answered[i]) {
            assert_non_null(item);
            assert_int_equal(number, model->numbers[i]);
            kept_was_sent(kept);
            model->sent[i] = true;
            return;
        }
    }
    assert_null(item);
}

static void answer_one(struct kept *kept, struct model *model, uint64_t random)
{
    size_t i = model->count == 0 ? 0 : random % model->count;
    uint64_t number;
    if (model->count == 0) {
        return;
    }
    struct kept_item *item = kept_find(kept, (uint32_t)model->numbers[i], &number);
    if (!model->sent[i] || model->answered[i]) {
        assert_null(item);
        return;
    }
    assert_non_null(item);
    assert_int_equal(number, model->numbers[i]);
    model->events -= item->events;
    model->bytes -= item->size;
    kept_end(kept, number);
    model->answered[i] = true;
}

static void begin_again(struct kept *kept, struct model *model)
{
    kept_begin_again(kept);
    for (size_t i = 0; i < model->count; i++) {
        model->sent[i] = model->sent[i] && model->answered[i];
    }
}

static void step(struct kept *kept, struct model *model, uint64_t random)
{
    switch (random % 16) {
    case 0:
        begin_again(kept, model);
        return;
    case 1:
    case 2:
    case 3:
    case 4:
        add(kept, model, random >> 16);
        return;
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
        send_one(kept, model);
        return;
    default:
        answer_one(kept, model, random >> 16);
    }
}

static void it_is_as_a_list_is(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252ULL;
    struct model *model = malloc(sizeof *model);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct kept *kept = open_kept();
        *model = (struct model){.count = 0};
        for (unsigned i = 0; i < STEPS && model->count < MODEL_MAX; i++) {
            step(kept, model, next(&random));
            assert_int_equal(kept_amount(kept).events, model->events);
            assert_int_equal(kept_amount(kept).bytes, model->bytes);
            assert_int_equal(kept_has_room(kept), model->events < 1000 && model->bytes < 100000);
        }
        kept_close(&kept);
    }
    free(model);
}

static void what_is_not_answered_is_walked_in_order(void **state)
{
    (void)state;
    struct kept *kept = open_kept();
    struct kept_item *item;
    uint64_t numbers[4], number, from = 0;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(kept_add(kept, 8, &item, &numbers[i]).code, STATUS_OK);
        assert_non_null(kept_unsent(kept, &number));
        kept_was_sent(kept);
    }
    kept_end(kept, numbers[1]);
    static const size_t left[] = {0, 2, 3};
    for (size_t i = 0; i < 3; i++) {
        assert_true(kept_next(kept, from, &number, &item));
        assert_int_equal(number, numbers[left[i]]);
        from = number + 1;
    }
    assert_false(kept_next(kept, from, &number, &item));
    kept_close(&kept);
}

static void it_holds_so_many_requests_and_no_more(void **state)
{
    (void)state;
    struct kept *kept = open_kept();
    struct kept_item *item;
    uint64_t number;
    for (unsigned i = 0; i < KEPT_REQUESTS_MAX; i++) {
        assert_int_equal(kept_add(kept, 1, &item, &number).code, STATUS_OK);
    }
    assert_int_equal(kept_add(kept, 1, &item, &number).code, STATUS_LIMIT);
    assert_false(kept_has_room(kept));
    kept_take_back(kept);
    assert_int_equal(kept_add(kept, 1, &item, &number).code, STATUS_OK);
    kept_close(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_as_a_list_is),
        cmocka_unit_test(what_is_not_answered_is_walked_in_order),
        cmocka_unit_test(it_holds_so_many_requests_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

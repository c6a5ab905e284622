/*
 * Where drives were: by example, and over random histories against what was seen last of each drive
 * and machine, at every moment.
 */
#include "reports/custody/stays.h"
#include "tests/reports/lineage/stream.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    FOUND_MAX = 512,
    EVENTS = 150,
    HISTORIES = 4,
};

struct found {
    struct stay stays[FOUND_MAX];
    size_t count;
};

static struct status keep(void *context, const struct stay *stay)
{
    struct found *found = context;
    assert_true(found->count < FOUND_MAX);
    found->stays[found->count++] = *stay;
    return OK;
}

static void look(struct stream *stream, struct id drive, struct id vm, struct found *found)
{
    struct stays *stays = calloc(1, sizeof *stays);
    const struct stays_question question = {
        .log = stream->log, .index = stream->index, .drive = drive, .vm = vm};
    found->count = 0;
    must(stays_each(&question, stays, keep, found));
    stays_close(stays);
    free(stays);
}

static const struct id any = {ID_NONE, 0};

static int begin(void **state)
{
    struct stream *stream = calloc(1, sizeof *stream);
    stream_begin(stream);
    for (size_t i = 0; i < STREAM_DRIVES; i++) {
        stream_drive(stream, stream->users[i], i);
    }
    for (size_t i = 0; i < STREAM_VMS; i++) {
        stream_start(stream, stream->users[i], i);
    }
    *state = stream;
    return 0;
}

static int end(void **state)
{
    struct stream *stream = *state;
    stream_end(stream);
    free(stream);
    return 0;
}

/* Examples ---------------------------------------------------------------------------------- */

static void a_stay_is_from_when_it_was_seen_to_when_it_was_seen_no_more(void **state)
{
    struct stream *stream = *state;
    struct found found;
    struct id drive = stream->drives[0], vm = stream->vms[0];
    uint64_t asked = stream_ask(stream, stream->users[0], drive, vm, DRIVE_MODE_RW);
    uint64_t from = stream_attach(stream, drive, vm, DRIVE_MODE_RW);
    uint64_t mounted = stream_mount(stream, drive, vm, DRIVE_MODE_RW);
    uint64_t unasked = stream_unask(stream, stream->users[0], drive, vm);
    uint64_t until = stream_detach(stream, drive, vm);
    stream_look(stream);
    look(stream, drive, any, &found);
    assert_int_equal(found.count, 1);
    const struct stay *stay = &found.stays[0];
    assert_true(id_equal(stay->by, stream->users[0]));
    assert_int_equal(stay->asked.n, asked);
    assert_int_equal(stay->from.n, from);
    assert_int_equal(stay->mounted.n, mounted);
    assert_int_equal(stay->unasked.n, unasked);
    assert_int_equal(stay->until.n, until);
    assert_string_equal(stay_end_name(stay->end), "left");
    assert_string_equal(stay_mode_name(stay), "rw");
    uint64_t events[STAYS_EVENTS_MAX];
    assert_int_equal(stay_events(stay, events), 5);
    assert_int_equal(events[0], asked);
    assert_int_equal(events[4], until);
    look(stream, stream->drives[1], any, &found);
    assert_int_equal(found.count, 0);
    look(stream, any, stream->vms[1], &found);
    assert_int_equal(found.count, 0);
}

static void what_nobody_asked_for_is_a_stay_that_nobody_asked_for(void **state)
{
    struct stream *stream = *state;
    struct found found;
    stream_attach(stream, stream->drives[0], stream->vms[0], DRIVE_MODE_RO);
    stream_attach(stream, stream->drives[0], stream->vms[0], DRIVE_MODE_RO); /* said again */
    uint64_t changed = stream_attach(stream, stream->drives[0], stream->vms[0], DRIVE_MODE_RW);
    stream_look(stream);
    look(stream, stream->drives[0], any, &found);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.stays[0].asked.n, STAY_NEVER);
    assert_int_equal(found.stays[0].by.kind, ID_NONE);
    assert_int_equal(found.stays[0].until.n, changed);
    assert_int_equal(found.stays[1].end, STAY_LASTS);
    assert_true(stay_writes(&found.stays[1]));
}

static void what_was_asked_for_and_never_came_is_no_stay(void **state)
{
    struct stream *stream = *state;
    struct found found;
    stream_ask(stream, stream->users[0], stream->drives[0], stream->vms[0], DRIVE_MODE_RW);
    uint64_t failed_n = stream_fail(stream, stream->vms[0]);
    stream_look(stream);
    look(stream, stream->drives[0], any, &found);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.stays[0].end, STAY_MISSED);
    assert_int_equal(found.stays[0].until.n, failed_n);
    assert_false(stay_is_within(&found.stays[0], 0, UINT64_MAX));
}

static void a_machine_that_stops_ends_all_that_was_at_it(void **state)
{
    struct stream *stream = *state;
    struct found found;
    stream_attach(stream, stream->drives[0], stream->vms[0], DRIVE_MODE_RO);
    stream_attach(stream, stream->drives[1], stream->vms[0], DRIVE_MODE_RW);
    stream_attach(stream, stream->drives[0], stream->vms[1], DRIVE_MODE_RO);
    uint64_t stopped = stream_stop(stream, stream->vms[0]);
    stream_look(stream);
    look(stream, any, stream->vms[0], &found);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.stays[0].until.n, stopped);
    assert_int_equal(found.stays[1].end, STAY_STOPPED);
    look(stream, stream->drives[0], any, &found);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.stays[1].end, STAY_LASTS);
}

static void a_period_takes_what_lies_in_any_part_of_it(void **unused)
{
    (void)unused;
    struct stay stay = {.from = {10, 100}, .until = {20, 200}};
    assert_true(stay_is_within(&stay, 0, UINT64_MAX));
    assert_true(stay_is_within(&stay, 150, 160));
    assert_true(stay_is_within(&stay, 199, 300));
    assert_false(stay_is_within(&stay, 200, 300));
    assert_false(stay_is_within(&stay, 0, 100));
    stay.until.n = STAY_NEVER;
    assert_true(stay_is_within(&stay, 300, 400));
}

/* Against what was seen last ------------------------------------------------------------------ */

enum seen {
    SEEN_NOWHERE,
    SEEN_RO,
    SEEN_RW,
};

struct moments {
    uint64_t first, count;
    uint8_t at[EVENTS + 1][STREAM_DRIVES][STREAM_VMS];
};

static void random_event(struct stream *stream, struct random *random, uint8_t now[][STREAM_VMS])
{
    size_t d = random_below(random, STREAM_DRIVES), v = random_below(random, STREAM_VMS);
    struct id drive = stream->drives[d], vm = stream->vms[v], user = stream->users[0];
    enum drive_mode mode = random_below(random, 2) == 0 ? DRIVE_MODE_RO : DRIVE_MODE_RW;
    switch (random_below(random, 8)) {
    case 0:
        stream_ask(stream, user, drive, vm, mode);
        break;
    case 1:
        stream_unask(stream, user, drive, vm);
        break;
    case 2:
        stream_mount(stream, drive, vm, mode);
        break;
    case 3:
        for (d = 0; d < STREAM_DRIVES; d++) {
            now[d][v] = SEEN_NOWHERE;
        }
        (void)(mode == DRIVE_MODE_RO ? stream_stop(stream, vm) : stream_fail(stream, vm));
        break;
    case 4:
    case 5:
        now[d][v] = SEEN_NOWHERE;
        stream_detach(stream, drive, vm);
        break;
    default:
        now[d][v] = mode == DRIVE_MODE_RO ? SEEN_RO : SEEN_RW;
        stream_attach(stream, drive, vm, mode);
        break;
    }
}

static void random_history(struct stream *stream, struct random *random, struct moments *moments)
{
    uint8_t now[STREAM_DRIVES][STREAM_VMS] = {{SEEN_NOWHERE}};
    moments->first = stream_next(stream);
    for (moments->count = 0; moments->count < EVENTS; moments->count++) {
        random_event(stream, random, now);
        memcpy(moments->at[moments->count], now, sizeof now);
    }
    stream_look(stream);
}

static enum seen told_at(const struct found *found, struct id drive, struct id vm, uint64_t n)
{
    enum seen seen = SEEN_NOWHERE;
    for (size_t i = 0; i < found->count; i++) {
        const struct stay *stay = &found->stays[i];
        if (id_equal(stay->drive, drive) && id_equal(stay->vm, vm) && stay->from.n <= n &&
            n < stay->until.n) {
            assert_int_equal(seen, SEEN_NOWHERE); /* never two of them at once */
            seen = stay->mode == DRIVE_MODE_RW ? SEEN_RW : SEEN_RO;
        }
    }
    return seen;
}

static void compare(struct stream *stream, const struct moments *moments)
{
    struct found all, one, other;
    look(stream, any, any, &all);
    for (size_t d = 0; d < STREAM_DRIVES; d++) {
        look(stream, stream->drives[d], any, &one);
        for (size_t v = 0; v < STREAM_VMS; v++) {
            look(stream, any, stream->vms[v], &other);
            for (uint64_t i = 0; i < moments->count; i++) {
                struct id drive = stream->drives[d], vm = stream->vms[v];
                uint64_t n = moments->first + i;
                assert_int_equal(told_at(&all, drive, vm, n), moments->at[i][d][v]);
                assert_int_equal(told_at(&one, drive, vm, n), moments->at[i][d][v]);
                assert_int_equal(told_at(&other, drive, vm, n), moments->at[i][d][v]);
            }
        }
    }
}

static void at_every_moment_a_drive_is_where_it_was_seen_last(void **unused)
{
    struct random random = {41};
    struct moments *moments = calloc(1, sizeof *moments);
    (void)unused;
    for (unsigned i = 0; i < HISTORIES; i++) {
        void *state;
        begin(&state);
        random_history(state, &random, moments);
        compare(state, moments);
        end(&state);
    }
    free(moments);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_stay_is_from_when_it_was_seen_to_when_it_was_seen_no_more),
        WITH(what_nobody_asked_for_is_a_stay_that_nobody_asked_for),
        WITH(what_was_asked_for_and_never_came_is_no_stay),
        WITH(a_machine_that_stops_ends_all_that_was_at_it),
        cmocka_unit_test(a_period_takes_what_lies_in_any_part_of_it),
        cmocka_unit_test(at_every_moment_a_drive_is_where_it_was_seen_last),
    };
    return cmocka_run_group_tests_name("reports/custody/stays", tests, NULL, NULL);
}

/*
 * What hosts had that nobody asked for: over a random history of differences that come and go
 * against a list of those that last.
 */
#include "reports/custody/mismatch_rows.h"
#include "tests/reports/capture.h"
#include "tests/reports/lineage/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    ARENA_SIZE = 64 << 10,
    EVENTS = 60,
    IDENTITIES = 6,
};

struct lab {
    struct stream stream;
    struct capture capture;
    struct status trouble;
    struct view view;
    uint8_t memory[ARENA_SIZE];
    struct arena arena;
};

static void differ(struct lab *lab, uint8_t identity, enum mismatch_kind kind)
{
    union event_body body = {.reconcile_mismatch = {.kind = kind,
                                                    .object = LITERAL("vm:7 vdz"),
                                                    .has_observed = true,
                                                    .observed = LITERAL("/tmp/x"),
                                                    .identity = {{identity}}}};
    stream_say(&lab->stream, &(struct stream_event){.voice = VOICE_EFFECT,
                                                    .kind = EVENT_RECONCILE_MISMATCH,
                                                    .first = lab->stream.host,
                                                    .body = &body});
}

static void clear(struct lab *lab, uint8_t identity)
{
    union event_body body = {.reconcile_cleared = {.identity = {{identity}}}};
    stream_say(&lab->stream, &(struct stream_event){.voice = VOICE_EFFECT,
                                                    .kind = EVENT_RECONCILE_CLEARED,
                                                    .first = lab->stream.host,
                                                    .body = &body});
}

static struct mismatch_rows tell(struct lab *lab, bool uncommanded, bool lasting)
{
    stream_look(&lab->stream);
    lab->view = engine_view(lab->stream.engine, UINT64_MAX, &lab->arena, &lab->trouble);
    capture_begin(&lab->capture, &(struct rows_options){.format = ROWS_CSV});
    struct mismatch_rows rows = {.log = lab->stream.log,
                                 .index = lab->stream.index,
                                 .view = &lab->view,
                                 .uncommanded = uncommanded,
                                 .lasting = lasting,
                                 .out = &lab->capture.rows};
    must(mismatch_rows_write(&rows));
    capture_end(&lab->capture);
    return rows;
}

static void a_difference_is_there_until_it_is_gone(void **unused)
{
    struct lab *lab = calloc(1, sizeof *lab);
    uint64_t random = 11;
    bool there[IDENTITIES] = {false};
    uint64_t told = 0, uncommanded = 0, lasting = 0;
    (void)unused;
    stream_begin(&lab->stream);
    lab->arena = ARENA_IN(lab->memory);
    stream_start(&lab->stream, lab->stream.users[0], 0);
    for (size_t i = 0; i < EVENTS; i++) {
        uint8_t which = (uint8_t)random_below(&random, IDENTITIES);
        bool odd = which % 2 == 1;
        if (there[which]) {
            clear(lab, which);
        } else {
            differ(lab, which, odd ? MISMATCH_KIND_DISK_UNKNOWN : MISMATCH_KIND_VOLUME_MISSING);
            told++;
            uncommanded += odd ? 1 : 0;
        }
        there[which] = !there[which];
    }
    for (size_t i = 0; i < IDENTITIES; i++) {
        lasting += there[i] ? 1 : 0;
    }
    struct mismatch_rows rows = tell(lab, false, false);
    assert_int_equal(rows.count, told);
    assert_int_equal(rows.lasting_count, lasting);
    assert_non_null(strstr(lab->capture.text, "\"vm:7 vdz\""));
    assert_int_equal(tell(lab, true, false).count, uncommanded);
    assert_int_equal(tell(lab, false, true).count, lasting);
    stream_end(&lab->stream);
    free(lab);
}

static void what_is_lacking_was_commanded(void **unused)
{
    (void)unused;
    assert_true(mismatch_is_uncommanded(MISMATCH_KIND_INTERFACE_UNKNOWN));
    assert_true(mismatch_is_uncommanded(MISMATCH_KIND_DOMAIN_UNKNOWN));
    assert_false(mismatch_is_uncommanded(MISMATCH_KIND_DOMAIN_MISSING));
    assert_false(mismatch_is_uncommanded(MISMATCH_KIND_START_UNANSWERED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_difference_is_there_until_it_is_gone),
        cmocka_unit_test(what_is_lacking_was_commanded),
    };
    return cmocka_run_group_tests_name("reports/custody/mismatch_rows", tests, NULL, NULL);
}

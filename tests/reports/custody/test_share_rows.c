/* Shares as rows: the chain is told from the owner on. */
#include "reports/custody/share_rows.h"
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
    struct shares shares;
    struct status trouble;
    uint8_t memory[ARENA_SIZE];
    struct arena arena;
};

static int begin(void **state)
{
    struct lab *lab = calloc(1, sizeof *lab);
    struct stream *stream = &lab->stream;
    stream_begin(stream);
    stream_drive(stream, stream->users[0], 0);
    stream_give(stream, stream->users[0], stream->drives[0], stream->groups[1], DRIVE_MODE_RW);
    stream_join(stream, stream->groups[1], stream->users[2]);
    stream_give(stream, stream->users[2], stream->drives[0], stream->users[3], DRIVE_MODE_RO);
    stream_give(stream, stream->users[4], stream->drives[0], stream->users[1], DRIVE_MODE_RO);
    stream_take(stream, stream->users[0], stream->drives[0], stream->users[1]);
    stream_look(stream);
    lab->arena = ARENA_IN(lab->memory);
    *state = lab;
    return 0;
}

static int end(void **state)
{
    struct lab *lab = *state;
    stream_end(&lab->stream);
    free(lab);
    return 0;
}

static struct share_rows tell(struct lab *lab, struct id user, bool in_force)
{
    struct stream *stream = &lab->stream;
    capture_begin(&lab->capture, &(struct rows_options){.format = ROWS_TABLE, .zone = zone_utc()});
    struct share_rows rows = {
        .question = {.log = stream->log,
                     .index = stream->index,
                     .view = engine_view(stream->engine, UINT64_MAX, &lab->arena, &lab->trouble),
                     .drive = stream->drives[0]},
        .user = user,
        .in_force = in_force,
        .shares = &lab->shares,
        .out = &lab->capture.rows};
    must(share_rows_write(&rows));
    capture_end(&lab->capture);
    return rows;
}

static void a_chain_is_told_from_the_owner_on(void **state)
{
    struct lab *lab = *state;
    char expected[256];
    struct text text = TEXT_IN(expected);
    struct share_rows rows = tell(lab, lab->stream.users[3], false);
    assert_int_equal(rows.count, 1);
    text_put_literal(&text, "u0 (");
    id_write(&text, lab->stream.users[0]);
    text_put_literal(&text, ") rw> g (");
    id_write(&text, lab->stream.groups[1]);
    text_put_literal(&text, ") with u2 (");
    id_write(&text, lab->stream.users[2]);
    text_put_literal(&text, ") ro> u3 (");
    assert_non_null(strstr(lab->capture.text, text_string(&text)));
    assert_non_null(strstr(lab->capture.text, "from the owner"));
}

static void what_a_group_has_its_members_have(void **state)
{
    struct lab *lab = *state;
    assert_int_equal(tell(lab, lab->stream.users[2], false).count, 1);
    assert_int_equal(tell(lab, lab->stream.users[4], false).count, 0);
}

static void a_share_without_a_right_says_so(void **state)
{
    struct lab *lab = *state;
    struct share_rows rows = tell(lab, lab->stream.users[1], false);
    assert_int_equal(rows.without_right, 1);
    assert_non_null(strstr(lab->capture.text, "no right is known"));
    assert_int_equal(tell(lab, (struct id){ID_NONE, 0}, false).count, 3);
    assert_int_equal(tell(lab, (struct id){ID_NONE, 0}, true).count, 2);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_chain_is_told_from_the_owner_on),
        WITH(what_a_group_has_its_members_have),
        WITH(a_share_without_a_right_says_so),
    };
    return cmocka_run_group_tests_name("reports/custody/share_rows", tests, NULL, NULL);
}

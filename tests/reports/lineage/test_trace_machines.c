/*
 * Where data can have gone by drives and machines: along what is joined, for as long as it is.
 */
#include "tests/reports/lineage/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static int begin(void **state)
{
    struct stream *stream = calloc(1, sizeof *stream);
    stream_begin(stream);
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

static const struct id nothing = {ID_NONE, 0};

static void a_drive_carries_what_came_to_a_machine_while_it_was_attached(void **state)
{
    struct stream *stream = *state;
    struct id ann = stream->users[0], bob = stream->users[1];
    struct lineage_question question = {.go[LINEAGE_DOWN] = true};
    stream_create(stream, ann, 0, ann, nothing);
    stream_drive(stream, ann, 0);
    stream_start(stream, ann, 0);
    stream_start(stream, ann, 1);
    stream_attach(stream, stream->drives[0], stream->vms[0], DRIVE_MODE_RW);
    stream_connect(stream, bob, stream->vms[0]);
    stream_read(stream, bob, stream->files[0]);
    stream_disconnect(stream, bob, stream->vms[0]);
    stream_detach(stream, stream->drives[0], stream->vms[0]);
    stream_attach(stream, stream->drives[0], stream->vms[1], DRIVE_MODE_RO);
    stream_look(stream);
    question.root = stream->files[0];
    stream_trace(stream, &question);
    assert_int_equal(stream_node(stream, stream->drives[0])->reach[LINEAGE_DOWN].depth, 3);
    assert_int_equal(stream_node(stream, stream->vms[1])->reach[LINEAGE_DOWN].depth, 4);
    question = (struct lineage_question){.root = stream->vms[1], .go[LINEAGE_UP] = true};
    stream_trace(stream, &question);
    assert_non_null(stream_node(stream, stream->files[0]));
}

static void nothing_goes_along_what_has_ended(void **state)
{
    struct stream *stream = *state;
    struct id ann = stream->users[0], bob = stream->users[1];
    struct lineage_question question = {.go[LINEAGE_DOWN] = true};
    stream_create(stream, ann, 0, ann, nothing);
    stream_drive(stream, ann, 0);
    stream_start(stream, ann, 0);
    stream_start(stream, ann, 1);
    stream_attach(stream, stream->drives[0], stream->vms[0], DRIVE_MODE_RW);
    stream_connect(stream, bob, stream->vms[0]);
    stream_stop(stream, stream->vms[0]);
    stream_attach(stream, stream->drives[0], stream->vms[1], DRIVE_MODE_RO);
    stream_connect(stream, bob, stream->vms[1]);
    stream_read(stream, bob, stream->files[0]);
    stream_look(stream);
    question.root = stream->files[0];
    stream_trace(stream, &question);
    assert_non_null(stream_node(stream, bob));
    assert_non_null(stream_node(stream, stream->vms[1]));
    assert_null(stream_node(stream, stream->vms[0]));    /* it had stopped */
    assert_null(stream_node(stream, stream->drives[0])); /* it was read-only */
}

static void of_somebody_who_is_in_a_machine_twice_one_may_leave(void **state)
{
    struct stream *stream = *state;
    struct id ann = stream->users[0], bob = stream->users[1];
    struct lineage_question question = {.go[LINEAGE_DOWN] = true};
    stream_create(stream, ann, 0, ann, nothing);
    stream_start(stream, ann, 0);
    stream_connect(stream, bob, stream->vms[0]);
    stream_connect(stream, bob, stream->vms[0]);
    stream_disconnect(stream, bob, stream->vms[0]);
    stream_read(stream, bob, stream->files[0]);
    stream_look(stream);
    question.root = stream->files[0];
    stream_trace(stream, &question);
    assert_non_null(stream_node(stream, stream->vms[0]));
    question.since = stream_next(stream);
    stream_disconnect(stream, bob, stream->vms[0]);
    stream_read(stream, bob, stream->files[0]);
    stream_look(stream);
    question.since++;
    stream_trace(stream, &question);
    assert_null(stream_node(stream, stream->vms[0]));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_drive_carries_what_came_to_a_machine_while_it_was_attached),
        WITH(nothing_goes_along_what_has_ended),
        WITH(of_somebody_who_is_in_a_machine_twice_one_may_leave),
    };
    return cmocka_run_group_tests_name("reports/lineage/trace_machines", tests, NULL, NULL);
}

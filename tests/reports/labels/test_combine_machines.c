/* Labels that entered machines: with their drives, for good. */
#include "reports/labels/combine_rows.h"
#include "tests/reports/capture.h"
#include "tests/reports/lineage/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    ARENA_SIZE = 256 << 10,
};

struct lab {
    struct stream stream;
    struct capture capture;
    struct combine combine;
    struct status trouble;
    uint8_t memory[ARENA_SIZE];
    struct arena arena;
};

static struct id project(struct lab *lab, const char *name)
{
    union event_body body = {.project_created = {.name = bytes_of_string(name)}};
    return (struct id){
        ID_PROJECT, stream_say(&lab->stream, &(struct stream_event){.voice = VOICE_PROJECT,
                                                                    .kind = EVENT_PROJECT_CREATED,
                                                                    .first = {ID_PROJECT, ID_NEW},
                                                                    .body = &body})};
}

static void enter(struct lab *lab, size_t drive, size_t vm, struct id label)
{
    struct stream *stream = &lab->stream;
    union event_body body = {
        .drive_attach_requested = {
            .vm = stream->vms[vm], .mode = DRIVE_MODE_RO, .has_label = true, .label = label}};
    stream_say(stream, &(struct stream_event){.voice = VOICE_DRIVE,
                                              .kind = EVENT_DRIVE_ATTACH_REQUESTED,
                                              .by = stream->users[0],
                                              .first = stream->drives[drive],
                                              .second = stream->vms[vm],
                                              .body = &body});
}

static struct combine_rows check(struct lab *lab)
{
    stream_look(&lab->stream);
    lab->arena = ARENA_IN(lab->memory);
    capture_begin(&lab->capture, &(struct rows_options){.format = ROWS_CSV});
    struct combine_rows rows = {.question = {.view = engine_view(lab->stream.engine, UINT64_MAX,
                                                                 &lab->arena, &lab->trouble),
                                             .log = lab->stream.log,
                                             .index = lab->stream.index,
                                             .sort = HOLDER_VM},
                                .combine = &lab->combine,
                                .out = &lab->capture.rows};
    must(combine_rows(&rows));
    capture_end(&lab->capture);
    return rows;
}

static void labels_that_form_no_chain_are_told_with_the_drives_that_brought_them(void **unused)
{
    struct lab *lab = calloc(1, sizeof *lab);
    (void)unused;
    stream_begin(&lab->stream);
    for (size_t i = 0; i < 2; i++) {
        stream_drive(&lab->stream, lab->stream.users[0], i);
        stream_start(&lab->stream, lab->stream.users[0], i);
    }
    struct id texas = project(lab, "texas"), florida = project(lab, "florida");
    enter(lab, 0, 0, texas);
    enter(lab, 0, 1, texas);
    struct combine_rows rows = check(lab);
    assert_int_equal(rows.holders, 2);
    assert_int_equal(rows.combined, 0);
    enter(lab, 1, 1, florida);
    rows = check(lab);
    assert_int_equal(rows.combined, 1);
    assert_non_null(strstr(lab->capture.text, ", attached to vm:"));
    stream_end(&lab->stream);
    free(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_that_form_no_chain_are_told_with_the_drives_that_brought_them),
    };
    return cmocka_run_group_tests_name("reports/labels/combine_machines", tests, NULL, NULL);
}

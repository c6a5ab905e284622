/* Pages of drives, machines and hosts: where they were, in picture and table, and who was there. */
#include "tests/reports/lineage/stream.h"
#include "tests/reports/web/telling.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct story {
    struct stream stream;
    struct browser browser;
    uint64_t asked, from, other, until;
};

static int begin(void **state)
{
    struct story *story = calloc(1, sizeof *story);
    struct stream *stream = &story->stream;
    const union event_body login = {.host_admin_login = {.account = LITERAL("<root>")}};
    stream_begin(stream);
    stream_drive(stream, stream->users[0], 0);
    stream_start(stream, stream->users[0], 0);
    stream_start(stream, stream->users[0], 1);
    stream_give(stream, stream->users[0], stream->drives[0], stream->users[1], DRIVE_MODE_RW);
    story->asked =
        stream_ask(stream, stream->users[0], stream->drives[0], stream->vms[0], DRIVE_MODE_RW);
    story->from = stream_attach(stream, stream->drives[0], stream->vms[0], DRIVE_MODE_RW);
    story->other = stream_attach(stream, stream->drives[0], stream->vms[1], DRIVE_MODE_RO);
    story->until = stream_detach(stream, stream->drives[0], stream->vms[0]);
    stream_say(stream, &(struct stream_event){.voice = VOICE_VM,
                                              .kind = EVENT_HOST_ADMIN_LOGIN,
                                              .first = stream->host,
                                              .body = &login});
    stream_look(stream);
    browser_begin(&story->browser, stream->engine,
                  log_head_of(engine_log(stream->engine))->t_utc_us + 5000000);
    *state = story;
    return 0;
}

static int end(void **state)
{
    struct story *story = *state;
    browser_end(&story->browser);
    stream_end(&story->stream);
    free(story);
    return 0;
}

static void get(struct story *story, const char *kind, struct id id, const char *query)
{
    char target[200];
    snprintf(target, sizeof target, "/objects/%s/%" PRIu64 "%s", kind, id.n, query);
    browser_must(&story->browser, target);
}

static void a_drive_tells_where_it_was_and_to_whom_it_was_given(void **state)
{
    struct story *story = *state;
    get(story, "drive", story->stream.drives[0], "");
    assert_true(browser_shows(&story->browser, "id=\"custody\""));
    assert_true(browser_shows(&story->browser, "and nobody asked for it; lasts"));
    assert_true(browser_shows(&story->browser, "read-write; left"));
    assert_true(browser_shows(&story->browser, "To whom it was given"));
    telling_must(&story->browser, "from the owner");
}

static void a_machine_tells_which_drives_it_had(void **state)
{
    struct story *story = *state;
    get(story, "vm", story->stream.vms[1], "");
    assert_true(browser_shows(&story->browser, "Which drives it had"));
    assert_true(browser_shows(&story->browser, "Whose key it obeys"));
    telling_must(&story->browser, "It has learned no key.");
}

static void a_host_tells_who_was_there_and_what_differed(void **state)
{
    struct story *story = *state;
    get(story, "host", story->stream.host, "");
    assert_true(browser_shows(&story->browser, "&lt;root&gt;"));
    telling_must(&story->browser, "It did not.");
}

static void what_was_to_come_is_not_told_as_of_before(void **state)
{
    struct story *story = *state;
    char query[64];
    snprintf(query, sizeof query, "?as_of=seq:%" PRIu64, story->asked);
    get(story, "drive", story->stream.drives[0], query);
    telling_must(&story->browser, "It was at no machine.");
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_drive_tells_where_it_was_and_to_whom_it_was_given),
        WITH(a_machine_tells_which_drives_it_had),
        WITH(a_host_tells_who_was_there_and_what_differed),
        WITH(what_was_to_come_is_not_told_as_of_before),
    };
    return cmocka_run_group_tests_name("reports/web/custody_view", tests, NULL, NULL);
}

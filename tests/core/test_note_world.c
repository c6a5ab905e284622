/*
 * What the process at the hosts may have said: it begins what was asked for and has not ended, and
 * ends what it has begun, as that kind ends; nothing twice, nothing about something else.
 */
#include "core/effect/effect.h"
#include "core/note.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define THE_LOG ((struct id){ID_LOG, 0})

struct desk {
    struct enclave enclave;
    struct notes *notes;
    struct id host, pool;
    uint64_t look;
};

static int begin(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    enclave_begin(&desk->enclave);
    (void)enclave_login(&desk->enclave, "ada");
    must(notes_open(desk->enclave.engine, &desk->notes));
    const union command_fields host = {.host_register = {.name = LITERAL("north"),
                                                         .uri = LITERAL("test:///default"),
                                                         .cores = 1,
                                                         .memory_mib = 1024}};
    desk->host =
        (struct id){ID_HOST, enclave_must(&desk->enclave, "ada", COMMAND_HOST_REGISTER, &host)};
    const union command_fields pool = {.pool_define = {.name = LITERAL("drives"),
                                                       .kind = POOL_KIND_DRIVE,
                                                       .path = LITERAL("/pools/drives"),
                                                       .hosts = &desk->host,
                                                       .hosts_count = 1}};
    desk->pool =
        (struct id){ID_POOL, enclave_must(&desk->enclave, "ada", COMMAND_POOL_DEFINE, &pool)};
    const union command_fields look = {.host_check_utilisation = {.host = desk->host}};
    desk->look = enclave_must(&desk->enclave, "ada", COMMAND_HOST_CHECK_UTILISATION, &look);
    *state = desk;
    return 0;
}

static int end(void **state)
{
    struct desk *desk = *state;
    notes_close(&desk->notes);
    enclave_end(&desk->enclave);
    free(desk);
    return 0;
}

static enum status_code say(struct desk *desk, enum event_kind kind, struct id on,
                            union event_body body)
{
    const struct note_speaker speaker = {.role = NOTE_VIRT};
    struct note note = {.draft = {.kind = kind, .on = {on}, .on_count = 1}, .body = body};
    const struct status status = notes_say(desk->notes, &speaker, &note);
    must(engine_failure(desk->enclave.engine));
    must(engine_flush(desk->enclave.engine));
    return status.code;
}

static enum status_code say_begun(struct desk *desk, uint64_t request, enum effect_kind effect,
                                  uint64_t attempt)
{
    return say(desk, EVENT_EFFECT_BEGUN, THE_LOG,
               (union event_body){
                   .effect_begun = {.request = request, .effect = effect, .attempt = attempt}});
}

static enum status_code say_done(struct desk *desk, uint64_t request, enum effect_kind effect,
                                 uint64_t attempt)
{
    return say(desk, EVENT_EFFECT_DONE, THE_LOG,
               (union event_body){
                   .effect_done = {.request = request, .effect = effect, .attempt = attempt}});
}

static enum status_code say_failed(struct desk *desk, uint64_t request, struct bytes why)
{
    return say(desk, EVENT_EFFECT_FAILED, THE_LOG,
               (union event_body){.effect_failed = {.request = request,
                                                    .effect = EFFECT_KIND_POOL_DEFINE,
                                                    .attempt = 1,
                                                    .why = why}});
}

static enum status_code say_seen(struct desk *desk, uint64_t request, struct id host)
{
    return say(
        desk, EVENT_HOST_UTILISATION_CHECKED, host,
        (union event_body){.host_utilisation_checked = {.request = request,
                                                        .by = enclave_id(&desk->enclave, "ada")}});
}

static void only_what_was_asked_for_is_begun_and_each_attempt_once(void **state)
{
    struct desk *desk = *state;
    const uint64_t pool = desk->pool.n;
    assert_int_equal(say_begun(desk, 1, EFFECT_KIND_POOL_DEFINE, 1), STATUS_NOT_FOUND);
    assert_int_equal(say_begun(desk, pool, EFFECT_KIND_VOLUME_CREATE, 1), STATUS_MALFORMED);
    assert_int_equal(say_begun(desk, pool, EFFECT_KIND_POOL_DEFINE, 2), STATUS_CONFLICT);
    assert_int_equal(say_begun(desk, pool, EFFECT_KIND_POOL_DEFINE, 1), STATUS_OK);
    assert_int_equal(say_begun(desk, pool, EFFECT_KIND_POOL_DEFINE, 1), STATUS_CONFLICT);
    assert_int_equal(say_begun(desk, pool, EFFECT_KIND_POOL_DEFINE, 2), STATUS_OK);
}

static void what_has_not_begun_does_not_end_and_nothing_ends_twice(void **state)
{
    struct desk *desk = *state;
    const uint64_t pool = desk->pool.n;
    assert_int_equal(say_done(desk, pool, EFFECT_KIND_POOL_DEFINE, 1), STATUS_CONFLICT);
    assert_int_equal(say_failed(desk, pool, LITERAL("no")), STATUS_CONFLICT);
    assert_int_equal(say_begun(desk, pool, EFFECT_KIND_POOL_DEFINE, 1), STATUS_OK);
    assert_int_equal(say_done(desk, pool, EFFECT_KIND_POOL_DEFINE, 2), STATUS_CONFLICT);
    assert_int_equal(say_failed(desk, pool, LITERAL("")), STATUS_LIMIT);
    assert_int_equal(say_done(desk, pool, EFFECT_KIND_POOL_DEFINE, 1), STATUS_OK);
    assert_int_equal(say_done(desk, pool, EFFECT_KIND_POOL_DEFINE, 1), STATUS_NOT_FOUND);
    assert_int_equal(say_failed(desk, pool, LITERAL("no")), STATUS_NOT_FOUND);
    assert_int_equal(say_begun(desk, pool, EFFECT_KIND_POOL_DEFINE, 2), STATUS_NOT_FOUND);
}

static void what_tells_more_ends_by_that_and_about_its_object(void **state)
{
    struct desk *desk = *state;
    assert_int_equal(say_seen(desk, desk->look, desk->host), STATUS_CONFLICT);
    assert_int_equal(say_begun(desk, desk->look, EFFECT_KIND_HOST_LOOK, 1), STATUS_OK);
    assert_int_equal(say_done(desk, desk->look, EFFECT_KIND_HOST_LOOK, 1), STATUS_MALFORMED);
    assert_int_equal(say_seen(desk, desk->pool.n, desk->host), STATUS_MALFORMED);
    assert_int_equal(say_seen(desk, desk->look, desk->host), STATUS_OK);
    assert_int_equal(say_seen(desk, desk->look, desk->host), STATUS_NOT_FOUND);
}

static void a_machine_that_nobody_waits_for_has_not_failed(void **state)
{
    struct desk *desk = *state;
    const union event_body body = {.vm_start_failed = {.why = LITERAL("late")}};
    assert_int_equal(say(desk, EVENT_VM_START_FAILED, (struct id){ID_VM, desk->pool.n}, body),
                     STATUS_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(only_what_was_asked_for_is_begun_and_each_attempt_once),
        TEST(what_has_not_begun_does_not_end_and_nothing_ends_twice),
        TEST(what_tells_more_ends_by_that_and_about_its_object),
        TEST(a_machine_that_nobody_waits_for_has_not_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

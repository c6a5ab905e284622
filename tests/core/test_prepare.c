/*
 * What an emitter may say: everything about a submission that can be wrong, each refused with its
 * code, and nothing remembered of it. NET-05a: only registered emitters may append.
 */
#include "core/prepare.h"
#include "tests/core/talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ORIGIN "prepare.example/log"

struct world {
    struct prepare *prepare;
    struct speaker door, inner; /* an outside emitter, and one of the writer's own */
    struct prepared_event *events;
    struct prepared prepared;
    struct talk talk;
};

static void introduce(struct world *world, struct speaker *speaker, enum emitter_class class,
                      bool retired)
{
    char memory[256];
    struct text key = TEXT_IN(memory);
    public_key_write(secret_key_public(speaker->key), &key);
    must(prepare_emitter(world->prepare,
                         &(struct emitter_row){.name = bytes_of_string(speaker->name),
                                               .key = text_bytes(&key),
                                               .class = class,
                                               .retired = retired},
                         &speaker->head));
}

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    must(key_library_start());
    must(prepare_open(LITERAL(ORIGIN), &world->prepare));
    world->events = calloc(SUBMISSION_EVENTS_MAX, sizeof *world->events);
    world->door = (struct speaker){.name = "door"};
    world->inner = (struct speaker){.name = "inner"};
    must(secret_key_make(KEY_ED25519, "door", &world->door.key));
    must(secret_key_make(KEY_ECDSA_P256, "inner", &world->inner.key));
    introduce(world, &world->door, EMITTER_CLASS_OUTSIDE, false);
    introduce(world, &world->inner, EMITTER_CLASS_INTERNAL, false);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    prepare_close(&world->prepare);
    secret_key_close(&world->door.key);
    secret_key_close(&world->inner.key);
    free(world->events);
    free(world);
    return 0;
}

static struct status prepare_bytes(struct world *world, struct bytes submission)
{
    world->prepared = (struct prepared){.submission = submission, .events = world->events};
    return prepare_submission(world->prepare, &world->prepared);
}

/* Writes and prepares the talk; a good one moves the speaker on. */
static struct status prepare_talk(struct world *world)
{
    struct status status = prepare_bytes(world, talk_write(&world->talk));
    if (!failed(status) && !world->prepared.already) {
        assert_true(digest_equal(&world->prepared.head.chain, &world->talk.head.chain));
        assert_int_equal(world->prepared.head.emitter_n, world->talk.head.emitter_n);
        world->talk.speaker->head = world->talk.head;
    }
    talk_end(&world->talk);
    return status;
}

static void begin_talk(struct world *world, uint32_t count)
{
    talk_begin(&world->talk, &world->door, ORIGIN, count);
}

/* Nothing is remembered of what was refused: the same emitter goes on where it was. */
static void assert_refused(struct world *world, enum status_code code)
{
    struct status status = prepare_talk(world);
    assert_int_equal(status.code, code);
    begin_talk(world, 2);
    must(prepare_talk(world));
}

/* Good ---------------------------------------------------------------------------------------- */

static void submissions_follow_each_other(void **state)
{
    struct world *world = *state;
    for (uint32_t i = 1; i <= TALK_EVENTS; i++) {
        begin_talk(world, i);
        must(prepare_talk(world));
        assert_int_equal(world->prepared.count, i);
        assert_false(world->prepared.already);
        assert_int_equal(world->prepared.events[i - 1].leaf.emitter_n, world->door.head.emitter_n);
    }
}

static void either_algorithm_signs(void **state)
{
    struct world *world = *state;
    talk_begin(&world->talk, &world->inner, ORIGIN, 3);
    must(prepare_talk(world));
}

/* Already, and not ---------------------------------------------------------------------------- */

static void what_is_in_the_log_is_there_already(void **state)
{
    struct world *world = *state;
    char memory[TALK_SIZE];
    begin_talk(world, 3);
    struct bytes bytes = talk_write(&world->talk);
    struct bytes first = bytes_of(memcpy(memory, bytes.data, bytes.size), bytes.size);
    must(prepare_talk(world));
    must(prepare_bytes(world, first));
    assert_true(world->prepared.already);
    assert_int_equal(world->prepared.count, 3);
    begin_talk(world, 2);
    must(prepare_talk(world));
    must(prepare_bytes(world, first));
    assert_true(world->prepared.already);
}

static void a_missing_number_is_a_gap_at_the_one_expected(void **state)
{
    struct world *world = *state;
    begin_talk(world, 2);
    must(prepare_talk(world));
    begin_talk(world, 2);
    world->talk.first_n++;
    struct status status = prepare_talk(world);
    assert_int_equal(status.code, STATUS_GAP);
    assert_int_equal(status.at, 3);
    begin_talk(world, 2);
    world->talk.events[1].leaf.emitter_n++;
    status = prepare_talk(world);
    assert_int_equal(status.code, STATUS_GAP);
    assert_int_equal(status.at, 4);
    begin_talk(world, 1);
    must(prepare_talk(world));
}

static void a_part_that_is_there_and_a_part_that_is_not_conflict(void **state)
{
    struct world *world = *state;
    begin_talk(world, 3);
    must(prepare_talk(world));
    for (uint64_t first_n = 0; first_n <= 3; first_n++) {
        begin_talk(world, 4);
        world->talk.first_n = first_n;
        assert_int_equal(prepare_talk(world).code, STATUS_CONFLICT);
    }
    begin_talk(world, 2);
    world->talk.first_n = UINT64_MAX;
    assert_int_equal(prepare_talk(world).code, STATUS_MALFORMED);
    begin_talk(world, 1);
    must(prepare_talk(world));
}

/* Who ----------------------------------------------------------------------------------------- */

static void only_registered_emitters_may_append_by_NET_05a(void **state)
{
    struct world *world = *state;
    begin_talk(world, 1);
    world->talk.emitter = "gate";
    assert_refused(world, STATUS_KEY);
}

static void a_retired_emitter_may_not_append(void **state)
{
    struct world *world = *state;
    introduce(world, &world->door, EMITTER_CLASS_OUTSIDE, true);
    begin_talk(world, 1);
    assert_int_equal(prepare_talk(world).code, STATUS_KEY);
    introduce(world, &world->door, EMITTER_CLASS_OUTSIDE, false);
    begin_talk(world, 1);
    must(prepare_talk(world));
}

static void what_another_key_signed_is_refused(void **state)
{
    struct world *world = *state;
    struct secret_key *key = world->door.key;
    CLEANUP(secret_key_close) struct secret_key *other = NULL;
    must(secret_key_make(KEY_ED25519, "door", &other));
    begin_talk(world, 2);
    world->door.key = other;
    struct status status = prepare_talk(world);
    world->door.key = key;
    assert_int_equal(status.code, STATUS_BAD_SIGNATURE);
    begin_talk(world, 2);
    world->talk.wrong_signature = true;
    assert_refused(world, STATUS_BAD_SIGNATURE);
}

static void what_was_signed_for_another_log_is_refused(void **state)
{
    struct world *world = *state;
    begin_talk(world, 2);
    world->talk.origin = "another.example/log";
    assert_refused(world, STATUS_BAD_SIGNATURE);
}

static void an_emitter_speaks_in_its_own_name(void **state)
{
    struct world *world = *state;
    begin_talk(world, 2);
    world->talk.events[1].leaf.emitter = LITERAL("inner");
    assert_refused(world, STATUS_MALFORMED);
    begin_talk(world, 2);
    world->talk.events[1].leaf.actor = LITERAL("user:4");
    assert_refused(world, STATUS_KEY);
    begin_talk(world, 2);
    world->talk.events[0].leaf.rule = LITERAL("AUD-14b");
    assert_refused(world, STATUS_KEY);
    begin_talk(world, 2);
    world->talk.events[0].leaf.has_command = true;
    world->talk.events[0].command = "{}";
    assert_refused(world, STATUS_KEY);
}

static void an_outside_emitter_says_only_what_outside_emitters_may(void **state)
{
    struct world *world = *state;
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        const struct event_info *info = &event_infos[kind];
        begin_talk(world, 1);
        world->talk.events[0].leaf.kind = (enum event_kind)kind;
        world->talk.events[0].leaf.on[0] =
            (struct id){info->on[0], info->creates == ID_NONE ? 0 : ID_NEW};
        struct status status = prepare_talk(world);
        assert_true(kind == EVENT_AUDIT_OBSERVED ? !failed(status) : failed(status));
        assert_true(info->outside || status.code == STATUS_KEY);
    }
}

/* What ---------------------------------------------------------------------------------------- */

static void a_body_is_what_its_statement_commits_to(void **state)
{
    struct world *world = *state;
    begin_talk(world, 3);
    world->talk.events[1].wrong_body = true;
    assert_refused(world, STATUS_MALFORMED);
}

static void a_body_is_one_of_its_kind(void **state)
{
    static const char *const wrong[] = {
        "",
        "{}",
        "{\"what\":1}",
        "{\"what\":\"x\",\"why\":\"y\"}",
        "{\"what\":\"x\"} ",
        "{\"what\":\"x\",\"what\":\"x\"}",
        "{ \"what\":\"x\"}",
        "{\"what\":\"\xff\"}",
        "{\"what\":null}",
        "[]",
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        begin_talk(world, 2);
        struct text body = TEXT_IN(world->talk.events[1].body);
        text_put_string(&body, wrong[i]);
        (void)text_string(&body);
        assert_refused(world, STATUS_MALFORMED);
    }
}

static void an_event_is_about_what_its_kind_is_about(void **state)
{
    struct world *world = *state;
    begin_talk(world, 1);
    world->talk.events[0].leaf.on[0] = (struct id){ID_USER, 4};
    assert_refused(world, STATUS_MALFORMED);
    begin_talk(world, 1);
    world->talk.events[0].leaf.on[0] = (struct id){ID_LOG, ID_NEW};
    assert_refused(world, STATUS_MALFORMED);
    begin_talk(world, 1);
    world->talk.events[0].leaf.on[1] = (struct id){ID_USER, ID_NEW};
    world->talk.events[0].leaf.on_count = 2;
    assert_refused(world, STATUS_MALFORMED);
    begin_talk(world, 1);
    world->talk.events[0].leaf.session = (struct id){ID_USER, ID_NEW};
    assert_refused(world, STATUS_MALFORMED);
    begin_talk(world, 1);
    world->talk.events[0].leaf.project = (struct id){ID_USER, ID_NEW};
    assert_refused(world, STATUS_MALFORMED);
}

static void a_command_comes_with_its_record(void **state)
{
    struct world *world = *state;
    struct talk *talk = &world->talk;
    talk_begin(talk, &world->inner, ORIGIN, 1);
    talk->events[0].leaf.has_command = true;
    assert_int_equal(prepare_talk(world).code, STATUS_MALFORMED);
    talk_begin(talk, &world->inner, ORIGIN, 1);
    talk->events[0].command = "{}";
    assert_int_equal(prepare_talk(world).code, STATUS_MALFORMED);
    talk_begin(talk, &world->inner, ORIGIN, 1);
    talk->events[0].leaf.has_command = true;
    talk->events[0].command = "{}";
    talk->events[0].wrong_command = true;
    assert_int_equal(prepare_talk(world).code, STATUS_MALFORMED);
    talk_begin(talk, &world->inner, ORIGIN, 1);
    talk->events[0].leaf.has_command = true;
    talk->events[0].command = "{}";
    must(prepare_talk(world));
}

static void every_cut_and_every_flipped_bit_is_refused(void **state)
{
    struct world *world = *state;
    char memory[TALK_SIZE];
    begin_talk(world, 2);
    struct bytes whole = talk_write(&world->talk);
    memcpy(memory, whole.data, whole.size);
    for (size_t size = 0; size < whole.size; size++) {
        assert_true(failed(prepare_bytes(world, bytes_of(memory, size))));
    }
    for (size_t bit = 0; bit < 8 * whole.size; bit++) {
        memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
        assert_true(failed(prepare_bytes(world, bytes_of(memory, whole.size))));
        memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
    }
    must(prepare_talk(world));
}

/* Emitters ------------------------------------------------------------------------------------ */

static void an_emitter_that_cannot_be_one_is_not_introduced(void **state)
{
    struct world *world = *state;
    char memory[256];
    struct text key = TEXT_IN(memory);
    public_key_write(secret_key_public(world->door.key), &key);
    struct emitter_row row = {.name = LITERAL("No Name"), .key = text_bytes(&key)};
    const struct emitter_head head = {.emitter_n = 0};
    assert_int_equal(prepare_emitter(world->prepare, &row, &head).code, STATUS_MALFORMED);
    row = (struct emitter_row){.name = LITERAL("gate"), .key = LITERAL("no key")};
    assert_int_equal(prepare_emitter(world->prepare, &row, &head).code, STATUS_MALFORMED);
}

static void emitters_have_their_limit(void **state)
{
    struct world *world = *state;
    char memory[256];
    struct text key = TEXT_IN(memory);
    const struct emitter_head head = {.emitter_n = 0};
    public_key_write(secret_key_public(world->door.key), &key);
    for (unsigned i = 2; i <= EMITTERS_MAX; i++) {
        char name_memory[32];
        struct text name = TEXT_IN(name_memory);
        text_add(&name, "e%u", i);
        struct status status = prepare_emitter(
            world->prepare,
            &(struct emitter_row){.name = text_bytes(&name), .key = text_bytes(&key)}, &head);
        assert_int_equal(status.code, i < EMITTERS_MAX ? STATUS_OK : STATUS_LIMIT);
    }
    begin_talk(world, 1);
    must(prepare_talk(world));
}

#define WITH_EMITTERS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_EMITTERS(submissions_follow_each_other),
        WITH_EMITTERS(either_algorithm_signs),
        WITH_EMITTERS(what_is_in_the_log_is_there_already),
        WITH_EMITTERS(a_missing_number_is_a_gap_at_the_one_expected),
        WITH_EMITTERS(a_part_that_is_there_and_a_part_that_is_not_conflict),
        WITH_EMITTERS(only_registered_emitters_may_append_by_NET_05a),
        WITH_EMITTERS(a_retired_emitter_may_not_append),
        WITH_EMITTERS(what_another_key_signed_is_refused),
        WITH_EMITTERS(what_was_signed_for_another_log_is_refused),
        WITH_EMITTERS(an_emitter_speaks_in_its_own_name),
        WITH_EMITTERS(an_outside_emitter_says_only_what_outside_emitters_may),
        WITH_EMITTERS(a_body_is_what_its_statement_commits_to),
        WITH_EMITTERS(a_body_is_one_of_its_kind),
        WITH_EMITTERS(an_event_is_about_what_its_kind_is_about),
        WITH_EMITTERS(a_command_comes_with_its_record),
        WITH_EMITTERS(every_cut_and_every_flipped_bit_is_refused),
        WITH_EMITTERS(an_emitter_that_cannot_be_one_is_not_introduced),
        WITH_EMITTERS(emitters_have_their_limit),
    };
    return cmocka_run_group_tests_name("core/prepare", tests, NULL, NULL);
}

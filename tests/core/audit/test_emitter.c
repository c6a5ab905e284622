/*
 * Who may write: who may register and retire an emitter, and what an emitter is.
 */
#include "core/audit/emitter.h"
#include "core/dispatch.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct world {
    struct scratch scratch;
    struct engine *engine;
    struct speaker door; /* registered */
    char key[256];       /* text of door's key */
    uint8_t memory[64 << 10];
    struct arena arena;
    struct status trouble;
};

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    struct text key = TEXT_IN(world->key);
    scratch_begin(&world->scratch);
    scratch_store(&world->scratch, KEY_ED25519);
    world->engine = scratch_open(&world->scratch, false);
    scratch_emitter(&world->scratch, world->engine, "door", &world->door);
    public_key_write(secret_key_public(world->door.key), &key);
    (void)text_string(&key);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    scratch_close(&world->engine);
    secret_key_close(&world->door.key);
    scratch_end(&world->scratch);
    free(world);
    return 0;
}

static struct view view_of(struct world *world)
{
    world->arena = ARENA_IN(world->memory);
    world->trouble = OK;
    return engine_view(world->engine, UINT64_MAX, &world->arena, &world->trouble);
}

static struct decision decide(struct world *world, enum user_role role, enum command_kind kind,
                              const union command_fields *fields)
{
    struct decision decision = {0};
    struct view view = view_of(world);
    const struct actor actor = {.user = {ID_USER, 4}, .role = role, .login = LITERAL("who")};
    dispatch_decide(kind, &view, &actor, fields, &decision);
    must(world->trouble);
    assert_true(decision.refused == RULE_NONE || decision.count == 0);
    return decision;
}

static union command_fields registration(struct world *world, const char *name)
{
    return (union command_fields){.emitter_register = {.name = bytes_of_string(name),
                                                       .key = bytes_of_string(world->key),
                                                       .about = LITERAL("the door")}};
}

static union command_fields retirement(const char *name)
{
    return (union command_fields){
        .emitter_retire = {.name = bytes_of_string(name), .reason = LITERAL("moved")}};
}

static enum rule registering(struct world *world, enum user_role role, const char *name)
{
    union command_fields fields = registration(world, name);
    return decide(world, role, COMMAND_EMITTER_REGISTER, &fields).refused;
}

static enum rule retiring(struct world *world, enum user_role role, const char *name)
{
    union command_fields fields = retirement(name);
    return decide(world, role, COMMAND_EMITTER_RETIRE, &fields).refused;
}

/* Rules --------------------------------------------------------------------------------------- */

static void only_a_super_administrator_registers_and_retires(void **state)
{
    for (unsigned role = 0; role < USER_ROLE_COUNT; role++) {
        enum rule expected = role == USER_ROLE_SUPER_ADMIN ? RULE_NONE : RULE_AUD_14B;
        assert_int_equal(registering(*state, (enum user_role)role, "gate"), expected);
        assert_int_equal(retiring(*state, (enum user_role)role, "door"), expected);
    }
}

static void an_emitters_name_is_used_once(void **state)
{
    struct world *world = *state;
    assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, "door"), RULE_AUD_14C);
    assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, "audit"), RULE_AUD_14C);
    union command_fields fields = retirement("door");
    (void)scratch_command(&world->scratch, world->engine, COMMAND_EMITTER_RETIRE, &fields);
    assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, "door"), RULE_AUD_14C);
    assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, "door2"), RULE_NONE);
}

static void only_a_registered_emitter_is_retired_and_only_once(void **state)
{
    struct world *world = *state;
    assert_int_equal(retiring(world, USER_ROLE_SUPER_ADMIN, "gate"), RULE_AUD_14D);
    union command_fields fields = retirement("door");
    assert_int_equal(
        scratch_command(&world->scratch, world->engine, COMMAND_EMITTER_RETIRE, &fields).refused,
        RULE_NONE);
    assert_int_equal(retiring(world, USER_ROLE_SUPER_ADMIN, "door"), RULE_AUD_14D);
}

static void the_writers_own_emitters_stay(void **state)
{
    for (unsigned voice = 0; voice < VOICE_COUNT; voice++) {
        const char *name = engine_voice_name((enum engine_voice)voice);
        assert_int_equal(retiring(*state, USER_ROLE_SUPER_ADMIN, name), RULE_AUD_14E);
    }
}

static void an_emitter_has_a_name_and_a_key_that_can_be_read(void **state)
{
    static const char *const wrong[] = {
        "",
        "Door",
        "9door",
        "door one",
        "d\xc3\xb6or",
        "a/b",
        "user:4",
        "a2345678901234567890123456789012345678901234567890",
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, wrong[i]), RULE_AUD_14F);
    }
    for (size_t at = 0; world->key[at] != '\0'; at += 7) {
        world->key[at] = (char)(world->key[at] ^ 1);
        assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, "gate"), RULE_AUD_14F);
        world->key[at] = (char)(world->key[at] ^ 1);
    }
    world->key[0] = '\0';
    assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, "gate"), RULE_AUD_14F);
}

/* As the writer itself says it, many at once. */
static void register_until(struct world *world, uint64_t count)
{
    struct view view = view_of(world);
    for (uint64_t i = view_count(&view, ROW_LIVE_EMITTER, UINT64_MAX); i < count; i++) {
        char memory[32];
        struct text name = TEXT_IN(memory);
        text_add(&name, "e%u", (unsigned)i);
        union event_body body = {.emitter_registered = {.name = text_bytes(&name),
                                                        .key = bytes_of_string(world->key),
                                                        .class = EMITTER_CLASS_OUTSIDE}};
        must(engine_say(world->engine, VOICE_AUDIT,
                        &(struct draft){.kind = EVENT_EMITTER_REGISTERED,
                                        .on = {NEW(ID_EMITTER)},
                                        .on_count = 1,
                                        .body = &body}));
    }
    must(engine_flush(world->engine));
}

/* One more, and the writer could not open the log again. */
static void a_log_has_so_many_emitters_and_no_more(void **state)
{
    struct world *world = *state;
    register_until(world, EMITTERS_MAX - 1);
    union command_fields fields = registration(world, "last");
    assert_int_equal(
        scratch_command(&world->scratch, world->engine, COMMAND_EMITTER_REGISTER, &fields).refused,
        RULE_NONE);
    fields = registration(world, "more");
    assert_int_equal(
        scratch_command(&world->scratch, world->engine, COMMAND_EMITTER_REGISTER, &fields).refused,
        RULE_AUD_14G);
    assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, "last"), RULE_AUD_14C);
    fields = (union command_fields){
        .emitter_retire = {.name = LITERAL("last"), .reason = LITERAL("room for another")}};
    assert_int_equal(
        scratch_command(&world->scratch, world->engine, COMMAND_EMITTER_RETIRE, &fields).refused,
        RULE_NONE);
    assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, "last"), RULE_AUD_14C);
    fields = registration(world, "more");
    assert_int_equal(
        scratch_command(&world->scratch, world->engine, COMMAND_EMITTER_REGISTER, &fields).refused,
        RULE_NONE);
    scratch_close(&world->engine);
    world->engine = scratch_open(&world->scratch, false);
    struct view view = view_of(world);
    assert_int_equal(view_count(&view, ROW_LIVE_EMITTER, UINT64_MAX), EMITTERS_MAX);
    assert_int_equal(view_count(&view, ROW_EMITTER, UINT64_MAX), EMITTERS_MAX + 1);
}

/* More than may be at a time come and go, as machines do; the log is in order, and opens again. */
static void emitters_that_are_retired_leave_room_for_others(void **state)
{
    struct world *world = *state;
    struct emitter_row some;
    struct view before = view_of(world);
    assert_true(emitter_by_name(&before, LITERAL("identity"), &some));
    const uint64_t live = view_count(&before, ROW_LIVE_EMITTER, UINT64_MAX);
    const struct id subject = some.emitter; /* whose rows are found by name, not by this */
    for (unsigned i = 0; i < EMITTERS_MAX + 500; i++) {
        char memory[32];
        struct text name = TEXT_IN(memory);
        text_add(&name, "vmc-%u-%u", i, i);
        uint64_t n = log_head_of(engine_log(world->engine))->size;
        union event_body born = {.emitter_registered = {.name = text_bytes(&name),
                                                        .key = bytes_of_string(world->key),
                                                        .class = EMITTER_CLASS_CONTROLLER}};
        must(engine_say(world->engine, VOICE_AUDIT,
                        &(struct draft){.kind = EVENT_EMITTER_REGISTERED,
                                        .on = {NEW(ID_EMITTER)},
                                        .on_count = 1,
                                        .body = &born}));
        union event_body over = {
            .emitter_retired = {.name = text_bytes(&name), .reason = LITERAL("over")}};
        must(engine_say(
            world->engine, VOICE_AUDIT,
            &(struct draft){
                .kind = EVENT_EMITTER_RETIRED, .on = {subject}, .on_count = 1, .body = &over}));
        if (i % 500 == 0) {
            must(engine_flush(world->engine));
            assert_true(log_head_of(engine_log(world->engine))->size > n);
        }
    }
    must(engine_flush(world->engine));
    scratch_close(&world->engine);
    world->engine = scratch_open(&world->scratch, false);
    struct view view = view_of(world);
    assert_int_equal(view_count(&view, ROW_LIVE_EMITTER, UINT64_MAX), live);
    assert_int_equal(registering(world, USER_ROLE_SUPER_ADMIN, "another"), RULE_NONE);
}

/* Events and rows ------------------------------------------------------------------------------ */

static void a_registration_makes_an_outside_emitter(void **state)
{
    struct world *world = *state;
    union command_fields fields = registration(world, "gate");
    struct decision decision =
        decide(world, USER_ROLE_SUPER_ADMIN, COMMAND_EMITTER_REGISTER, &fields);
    assert_int_equal(decision.count, 1);
    const struct decided *event = &decision.events[0];
    assert_int_equal(event->kind, EVENT_EMITTER_REGISTERED);
    assert_true(id_equal(event->on[0], NEW(ID_EMITTER)));
    assert_int_equal(event->on_count, 1);
    assert_int_equal(event->body.emitter_registered.class, EMITTER_CLASS_OUTSIDE);
    assert_true(bytes_equal(event->body.emitter_registered.name, LITERAL("gate")));
}

static void an_emitter_is_registered_as_one_from_outside_or_as_a_watcher(void **state)
{
    struct world *world = *state;
    union command_fields fields = registration(world, "eyes");
    fields.emitter_register.has_class = true;
    for (unsigned class = 0; class < EMITTER_CLASS_COUNT; class ++) {
        fields.emitter_register.class = (enum emitter_class) class;
        struct decision decision =
            decide(world, USER_ROLE_SUPER_ADMIN, COMMAND_EMITTER_REGISTER, &fields);
        bool may = class == EMITTER_CLASS_OUTSIDE || class == EMITTER_CLASS_WATCHER;
        assert_int_equal(decision.refused, may ? RULE_NONE : RULE_AUD_14L);
        assert_int_equal(decision.count, may ? 1 : 0);
        assert_true(!may || decision.events[0].body.emitter_registered.class == class);
    }
}

static void an_emitter_is_found_by_name_and_stays_when_retired(void **state)
{
    struct world *world = *state;
    struct emitter_row row;
    struct view view = view_of(world);
    assert_true(emitter_by_name(&view, LITERAL("door"), &row));
    assert_false(row.retired);
    assert_int_equal(row.class, EMITTER_CLASS_OUTSIDE);
    assert_int_equal(row.emitter.kind, ID_EMITTER);
    assert_true(bytes_equal(row.key, bytes_of_string(world->key)));
    assert_false(emitter_by_name(&view, LITERAL("gate"), &row));
    assert_true(emitter_by_name(&view, LITERAL("audit"), &row));
    assert_int_equal(row.class, EMITTER_CLASS_INTERNAL);
    assert_int_equal(row.emitter.kind, ID_LOG);
    union command_fields fields = retirement("door");
    struct verdict verdict =
        scratch_command(&world->scratch, world->engine, COMMAND_EMITTER_RETIRE, &fields);
    view = view_of(world);
    assert_true(emitter_by_name(&view, LITERAL("door"), &row));
    assert_true(row.retired);
    view.as_of_n = verdict.first - 1;
    assert_true(emitter_by_name(&view, LITERAL("door"), &row));
    assert_false(row.retired);
}

static void a_description_is_one_line_that_steers_no_terminal(void **unused)
{
    (void)unused;
    char memory[256];
    struct text text = TEXT_IN(memory);
    emitter_describe(&(struct emitter_row){.name = LITERAL("door"),
                                           .class = EMITTER_CLASS_OUTSIDE,
                                           .about = LITERAL("north\x1b[2J")},
                     &text);
    assert_string_equal(text_string(&text), "door (outside): north\\x1b[2J");
    text_clear(&text);
    emitter_describe(&(struct emitter_row){.name = LITERAL("audit"),
                                           .class = EMITTER_CLASS_INTERNAL,
                                           .retired = true},
                     &text);
    assert_string_equal(text_string(&text), "audit (internal, retired): ");
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(only_a_super_administrator_registers_and_retires),
        WITH_STORE(an_emitters_name_is_used_once),
        WITH_STORE(only_a_registered_emitter_is_retired_and_only_once),
        WITH_STORE(the_writers_own_emitters_stay),
        WITH_STORE(an_emitter_has_a_name_and_a_key_that_can_be_read),
        WITH_STORE(a_log_has_so_many_emitters_and_no_more),
        WITH_STORE(emitters_that_are_retired_leave_room_for_others),
        WITH_STORE(a_registration_makes_an_outside_emitter),
        WITH_STORE(an_emitter_is_registered_as_one_from_outside_or_as_a_watcher),
        WITH_STORE(an_emitter_is_found_by_name_and_stays_when_retired),
        cmocka_unit_test(a_description_is_one_line_that_steers_no_terminal),
    };
    return cmocka_run_group_tests_name("core/audit/emitter", tests, NULL, NULL);
}

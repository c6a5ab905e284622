/*
 * A machine has one controller in each run; it is registered and retired by notes, which are held
 * against what the machine is in.
 */
#include "core/evolution.h"
#include "core/note.h"
#include "core/vm/controller.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct hall {
    struct enclave enclave;
    struct notes *notes;
    struct vm_row vm;
    char key[512];
    uint8_t receive_key[32];
};

static void put_vm(struct hall *hall)
{
    uint8_t memory[8192];
    struct arena arena = ARENA_IN(memory);
    struct evolution evolution = {.state = engine_state(hall->enclave.engine),
                                  .n = enclave_size(&hall->enclave) - 1,
                                  .arena = &arena,
                                  .status = OK};
    evolution_put(&evolution, ROW_VM, &hall->vm);
    must(evolution.status);
}

/* Whatever the machine's own events make of the state, it is in this one from here on. */
static void move(struct hall *hall, enum vm_state state, uint64_t run)
{
    must(engine_flush(hall->enclave.engine));
    hall->vm.state = state;
    hall->vm.run = run;
    put_vm(hall);
}

static void ask_for_machine(struct hall *hall)
{
    union event_body body = {.vm_start_requested = {.name = LITERAL("desk"),
                                                    .owner = hall->vm.owner,
                                                    .owner_key = LITERAL("k"),
                                                    .config = {ID_CONFIG, 0},
                                                    .host = {ID_HOST, 0},
                                                    .hardware = {ID_HARDWARE, 0},
                                                    .brick = {ID_BRICK, 0}}};
    must(engine_flush(hall->enclave.engine));
    hall->vm.vm = (struct id){ID_VM, enclave_size(&hall->enclave)};
    must(engine_say(
        hall->enclave.engine, VOICE_VM,
        &(struct draft){
            .kind = EVENT_VM_START_REQUESTED, .on = {NEW(ID_VM)}, .on_count = 1, .body = &body}));
    must(engine_flush(hall->enclave.engine));
    assert_int_equal(enclave_size(&hall->enclave), hall->vm.vm.n + 1);
    move(hall, VM_STATE_REQUESTED, hall->vm.vm.n);
}

static int begin(void **state)
{
    struct hall *hall = calloc(1, sizeof *hall);
    assert_non_null(hall);
    enclave_begin(&hall->enclave);
    must(notes_open(hall->enclave.engine, &hall->notes));
    struct text key = TEXT_IN(hall->key);
    public_key_write(secret_key_public(enclave_person(&hall->enclave, "ada")->key), &key);
    (void)text_string(&key);
    hall->vm.name = LITERAL("desk");
    hall->vm.owner = enclave_id(&hall->enclave, "ada");
    hall->vm.owner_key = LITERAL("k");
    hall->vm.config = (struct id){ID_CONFIG, 0};
    hall->vm.host = (struct id){ID_HOST, 0};
    hall->vm.hardware = (struct id){ID_HARDWARE, 0};
    hall->vm.brick = (struct id){ID_BRICK, 0};
    ask_for_machine(hall);
    *state = hall;
    return 0;
}

static int end(void **state)
{
    struct hall *hall = *state;
    notes_close(&hall->notes);
    enclave_end(&hall->enclave);
    free(hall);
    return 0;
}

static enum status_code say(struct hall *hall, enum note_role role, struct note note)
{
    struct status status = notes_say(hall->notes, &(struct note_speaker){.role = role}, &note);
    must(engine_failure(hall->enclave.engine));
    return status.code;
}

static struct note registration(struct hall *hall, struct bytes name)
{
    return (struct note){
        .draft = {.kind = EVENT_EMITTER_REGISTERED, .on = {NEW(ID_EMITTER)}, .on_count = 1},
        .body = {.emitter_registered = {.name = name,
                                        .key = bytes_of_string(hall->key),
                                        .class = EMITTER_CLASS_CONTROLLER,
                                        .about = LITERAL("in a machine")}}};
}

static struct note coming(struct hall *hall, struct bytes name, struct id emitter)
{
    return (struct note){
        .draft = {.kind = EVENT_VM_REGISTERED, .on = {hall->vm.vm, emitter}, .on_count = 2},
        .body = {.vm_registered = {.emitter = emitter,
                                   .name = name,
                                   .key = bytes_of_string(hall->key),
                                   .receive_key = BYTES(hall->receive_key),
                                   .version = LITERAL("1")}}};
}

static struct note retirement(struct bytes name, struct id emitter)
{
    return (struct note){.draft = {.kind = EVENT_EMITTER_RETIRED, .on = {emitter}, .on_count = 1},
                         .body = {.emitter_retired = {.name = name, .reason = LITERAL("over")}}};
}

static struct bytes name_of(struct hall *hall, uint64_t run, struct text *out)
{
    text_clear(out);
    controller_name_write(out, hall->vm.vm, run);
    return text_bytes(out);
}

static struct id register_it(struct hall *hall, struct bytes name)
{
    must(engine_flush(hall->enclave.engine));
    struct id emitter = {ID_EMITTER, enclave_size(&hall->enclave)};
    assert_int_equal(say(hall, NOTE_CONTROLLERS, registration(hall, name)), STATUS_OK);
    must(engine_flush(hall->enclave.engine));
    return emitter;
}

/* ----------------------------------------------------------------------------------------- */

static void a_name_has_one_form(void **state)
{
    static const char *const wrong[] = {
        "",         "vmc-",      "vmc-7",    "vmc-7-",   "vmc--9",  "vmc-07-9",
        "vmc-7-09", "vmc-7-9-1", "vmc-7-9 ", "vmc- 7-9", "vmd-7-9", "vmc-7-18446744073709551616"};
    struct id vm;
    uint64_t run;
    (void)state;
    assert_true(controller_name_read(LITERAL("vmc-7-19"), &vm, &run));
    assert_true(id_equal(vm, (struct id){ID_VM, 7}) && run == 19);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(controller_name_read(bytes_of_string(wrong[i]), &vm, &run));
    }
}

static void a_controller_registers_once_in_a_run_and_comes_once(void **state)
{
    struct hall *hall = *state;
    char memory[64];
    struct text text = TEXT_IN(memory);
    struct bytes name = name_of(hall, hall->vm.run, &text);
    struct id emitter = register_it(hall, name);
    assert_int_equal(say(hall, NOTE_CONTROLLERS, registration(hall, name)), STATUS_EXISTS);
    assert_int_equal(say(hall, NOTE_CONTROLLERS, retirement(name, emitter)), STATUS_CONFLICT);
    assert_int_equal(say(hall, NOTE_CONTROLLERS, coming(hall, name, emitter)), STATUS_OK);
    must(engine_flush(hall->enclave.engine));
    struct enclave_found found;
    enclave_find(&hall->enclave, enclave_size(&hall->enclave) - 1, &found);
    assert_int_equal(found.leaf.kind, EVENT_VM_REGISTERED);
    assert_true(bytes_equal(found.leaf.emitter, LITERAL("vm")));
}

static void only_a_machine_that_is_awaited_has_its_controller_registered(void **state)
{
    struct hall *hall = *state;
    char memory[64];
    struct text text = TEXT_IN(memory);
    uint64_t run = hall->vm.run;
    for (unsigned kind = 0; kind <= VM_STATE_DELETED; kind++) {
        struct vm_row row = {.state = (enum vm_state)kind};
        move(hall, row.state, run);
        struct note note = registration(hall, name_of(hall, run + 1, &text));
        assert_int_equal(say(hall, NOTE_CONTROLLERS, note), STATUS_CONFLICT);
        if (!controller_is_awaited(&row)) {
            note = registration(hall, name_of(hall, run, &text));
            assert_int_equal(say(hall, NOTE_CONTROLLERS, note), STATUS_CONFLICT);
        }
    }
    move(hall, VM_STATE_RUNNING, run);
    assert_int_equal(say(hall, NOTE_CONTROLLERS, registration(hall, LITERAL("vmc-999999-1"))),
                     STATUS_NOT_FOUND);
    assert_int_equal(say(hall, NOTE_CONTROLLERS, registration(hall, LITERAL("gate"))),
                     STATUS_MALFORMED);
    struct note note = registration(hall, name_of(hall, run, &text));
    note.body.emitter_registered.class = EMITTER_CLASS_OUTSIDE;
    assert_int_equal(say(hall, NOTE_CONTROLLERS, note), STATUS_KEY);
    note = registration(hall, name_of(hall, run, &text));
    note.body.emitter_registered.key = LITERAL("no key");
    assert_int_equal(say(hall, NOTE_CONTROLLERS, note), STATUS_MALFORMED);
    (void)register_it(hall, name_of(hall, run, &text));
}

static void nobody_else_registers_one(void **state)
{
    struct hall *hall = *state;
    char memory[64];
    struct text text = TEXT_IN(memory);
    struct bytes name = name_of(hall, hall->vm.run, &text);
    for (unsigned role = 0; role < NOTE_ROLE_COUNT; role++) {
        if (role != NOTE_CONTROLLERS) {
            assert_int_equal(say(hall, (enum note_role)role, registration(hall, name)), STATUS_KEY);
            assert_int_equal(say(hall, (enum note_role)role, retirement(name, THE_LOG)),
                             STATUS_KEY);
        }
    }
}

static void a_controller_comes_under_the_key_that_it_registered(void **state)
{
    struct hall *hall = *state;
    char memory[64];
    struct text text = TEXT_IN(memory);
    struct bytes name = name_of(hall, hall->vm.run, &text);
    assert_int_equal(say(hall, NOTE_CONTROLLERS, coming(hall, name, (struct id){ID_EMITTER, 1})),
                     STATUS_NOT_FOUND);
    struct id emitter = register_it(hall, name);
    struct note note = coming(hall, name, emitter);
    note.body.vm_registered.key = LITERAL("another");
    assert_int_equal(say(hall, NOTE_CONTROLLERS, note), STATUS_NOT_FOUND);
    note = coming(hall, name, emitter);
    note.body.vm_registered.receive_key.size--;
    assert_int_equal(say(hall, NOTE_CONTROLLERS, note), STATUS_MALFORMED);
    note = coming(hall, name, emitter);
    note.draft.on_count = 1;
    assert_int_equal(say(hall, NOTE_CONTROLLERS, note), STATUS_MALFORMED);
    move(hall, VM_STATE_STOPPED, hall->vm.run);
    assert_int_equal(say(hall, NOTE_CONTROLLERS, coming(hall, name, emitter)), STATUS_CONFLICT);
}

static void a_controller_is_retired_when_its_run_is_over(void **state)
{
    struct hall *hall = *state;
    char memory[64], later_memory[64];
    struct text text = TEXT_IN(memory), later = TEXT_IN(later_memory);
    uint64_t run = hall->vm.run;
    struct bytes name = name_of(hall, run, &text);
    struct id emitter = register_it(hall, name);
    assert_int_equal(say(hall, NOTE_CONTROLLERS, retirement(LITERAL("audit"), THE_LOG)),
                     STATUS_MALFORMED);
    assert_int_equal(say(hall, NOTE_CONTROLLERS, retirement(LITERAL("drive"), emitter)),
                     STATUS_NOT_FOUND);
    move(hall, VM_STATE_STOPPED, run);
    assert_int_equal(say(hall, NOTE_CONTROLLERS, retirement(name, emitter)), STATUS_OK);
    assert_int_equal(say(hall, NOTE_CONTROLLERS, retirement(name, emitter)), STATUS_EXISTS);
    /* A service machine is powered up again: the same machine, another run, another controller. */
    move(hall, VM_STATE_REQUESTED, run + 1);
    assert_int_equal(say(hall, NOTE_CONTROLLERS, registration(hall, name)), STATUS_CONFLICT);
    struct bytes next = name_of(hall, run + 1, &later);
    emitter = register_it(hall, next);
    move(hall, VM_STATE_RUNNING, run + 2);
    assert_int_equal(say(hall, NOTE_CONTROLLERS, retirement(next, emitter)), STATUS_OK);
}

#define WITH_HALL(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_has_one_form),
        WITH_HALL(a_controller_registers_once_in_a_run_and_comes_once),
        WITH_HALL(only_a_machine_that_is_awaited_has_its_controller_registered),
        WITH_HALL(nobody_else_registers_one),
        WITH_HALL(a_controller_comes_under_the_key_that_it_registered),
        WITH_HALL(a_controller_is_retired_when_its_run_is_over),
    };
    return cmocka_run_group_tests_name("core/vm/controller", tests, NULL, NULL);
}

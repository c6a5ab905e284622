#include "tests/auditd/controllers/hall.h"

#include "core/evolution.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    TURNS_MAX = 20000,
};

/* The writer ---------------------------------------------------------------------------------- */

static void send_frame(void *context, uint32_t route, struct bytes frame)
{
    struct hall *hall = context;
    (void)route;
    if (hall->ours != NULL) {
        must(channel_send(hall->ours, frame, -1));
    }
}

static bool speaker_of(void *context, uint32_t route, enum note_role *out)
{
    (void)context;
    (void)route;
    *out = NOTE_CONTROLLERS;
    return true;
}

static void be_writer(struct hall *hall)
{
    struct frame frame;
    bool whole = hall->ours != NULL && !hall->writer_sleeps;
    if (!whole) {
        return;
    }
    must(channel_receive(hall->ours));
    while (whole) {
        must(channel_next(hall->ours, &frame, &whole));
        if (whole) {
            must(clerk_take(hall->clerk, 1, &frame));
        }
    }
    must(clerk_flush(hall->clerk));
    must(channel_flush(hall->ours));
}

void hall_writer_comes(struct hall *hall)
{
    int pair[2];
    const struct channel_limits limits = {.frame = MESSAGE_MAX, .waiting = 64 << 20};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    must(channel_open(pair[0], limits, &hall->ours));
    must(channel_open(pair[1], limits, &hall->theirs));
    must(controllers_writer(hall->controllers, hall->theirs));
}

void hall_writer_goes(struct hall *hall)
{
    channel_close(&hall->ours);
    must(controllers_writer(hall->controllers, NULL));
    channel_close(&hall->theirs);
}

/* Rows ---------------------------------------------------------------------------------------- */

void hall_put_row(struct hall *hall, enum row_table table, const void *row)
{
    uint8_t memory[4096];
    struct arena arena = ARENA_IN(memory);
    struct evolution evolution = {.state = engine_state(hall->enclave.engine),
                                  .n = enclave_size(&hall->enclave) - 1,
                                  .arena = &arena,
                                  .status = OK};
    evolution_put(&evolution, table, row);
    must(evolution.status);
}

/* Life ---------------------------------------------------------------------------------------- */

static struct status look(void *context)
{
    (void)context; /* the writer's own engine sees everything */
    return OK;
}

static void open_controllers(struct hall *hall)
{
    struct text directory = TEXT_IN(hall->directory), socket = TEXT_IN(hall->socket);
    text_add(&directory, "%s/vmc", hall->enclave.scratch.directory);
    text_add(&socket, "%s/" JOIN_SOCKET_NAME, hall->enclave.scratch.directory);
    assert_int_equal(mkdir(text_string(&directory), 0700), 0);
    must(channel_listen(text_string(&socket), 0600, &hall->listener));
    must(controllers_open(&(struct controllers_options){.settings = &hall->settings,
                                                        .journal = &hall->journal,
                                                        .counters = hall->counters,
                                                        .engine = hall->enclave.engine,
                                                        .look = look,
                                                        .retire_us = 20000,
                                                        .listener = hall->listener,
                                                        .directory = hall->directory},
                          &hall->controllers));
}

/* A host that is served, as a row. */
static void put_host(struct hall *hall)
{
    hall_put_row(hall, ROW_HOST,
                 &(struct host_row){.host = {ID_HOST, 1},
                                    .name = LITERAL("h1"),
                                    .uri = LITERAL("test:///default"),
                                    .state = HOST_STATE_ACTIVE});
}

int hall_begin(void **state)
{
    struct hall *hall = calloc(1, sizeof *hall);
    assert_non_null(hall);
    enclave_begin(&hall->enclave);
    settings_init(&hall->settings);
    struct text uri = TEXT_IN(hall->settings.virt_uri.text);
    text_put_literal(&uri, "qemu:///system test:///default");
    (void)text_string(&uri);
    hall->counters = calloc(1, COUNTERS_PAGE_SIZE);
    assert_non_null(hall->counters);
    hall->journal_file = open("/dev/null", O_WRONLY | O_CLOEXEC);
    hall->journal =
        (struct journal){.fd = hall->journal_file, .role = "controllers", .least = JOURNAL_INFO};
    must(clerk_open(&(struct clerk_options){.engine = hall->enclave.engine,
                                            .send = send_frame,
                                            .speaker = speaker_of,
                                            .context = hall},
                    &hall->clerk));
    put_host(hall);
    open_controllers(hall);
    hall_writer_comes(hall);
    *state = hall;
    return 0;
}

int hall_end(void **state)
{
    struct hall *hall = *state;
    controllers_close(&hall->controllers);
    for (size_t i = 0; i < hall->count; i++) {
        guest_close(&hall->guests[i]);
    }
    channel_close(&hall->ours);
    channel_close(&hall->theirs);
    clerk_close(&hall->clerk);
    (void)close(hall->listener);
    (void)close(hall->journal_file);
    free(hall->counters);
    enclave_end(&hall->enclave);
    free(hall);
    return 0;
}

/* Machines ------------------------------------------------------------------------------------ */

void hall_put(struct hall *hall, size_t place)
{
    uint8_t memory[8192];
    struct arena arena = ARENA_IN(memory);
    struct evolution evolution = {.state = engine_state(hall->enclave.engine),
                                  .n = enclave_size(&hall->enclave) - 1,
                                  .arena = &arena,
                                  .status = OK};
    const struct vm_row *vm = &hall->vms[place];
    const struct host_vm_row carried = {.host = vm->host, .vm = vm->vm};
    bool over = vm->state == VM_STATE_STOPPED || vm->state == VM_STATE_FAILED;
    evolution_put(&evolution, ROW_VM, vm);
    if (over) {
        evolution_remove(&evolution, ROW_HOST_VM, &carried);
    } else {
        evolution_put(&evolution, ROW_HOST_VM, &carried);
    }
    must(evolution.status);
}

size_t hall_machine(struct hall *hall)
{
    struct vm_row *vm = &hall->vms[hall->count];
    assert_true(hall->count < HALL_GUESTS_MAX);
    must(engine_flush(hall->enclave.engine));
    *vm = (struct vm_row){.vm = {ID_VM, enclave_size(&hall->enclave)},
                          .name = LITERAL("desk"),
                          .owner = enclave_id(&hall->enclave, "ada"),
                          .owner_key = LITERAL("ada+key"),
                          .config = {ID_CONFIG, 0},
                          .host = {ID_HOST, 1},
                          .hardware = {ID_HARDWARE, 0},
                          .brick = {ID_BRICK, 0},
                          .state = VM_STATE_REQUESTED,
                          .run = enclave_size(&hall->enclave)};
    union event_body body = {.vm_start_requested = {.name = vm->name,
                                                    .owner = vm->owner,
                                                    .owner_key = vm->owner_key,
                                                    .config = vm->config,
                                                    .host = vm->host,
                                                    .hardware = vm->hardware,
                                                    .brick = vm->brick}};
    must(engine_say(
        hall->enclave.engine, VOICE_VM,
        &(struct draft){
            .kind = EVENT_VM_START_REQUESTED, .on = {NEW(ID_VM)}, .on_count = 1, .body = &body}));
    must(engine_flush(hall->enclave.engine));
    hall_put(hall, hall->count);
    must(guest_open(&hall->guests[hall->count], hall->directory, vm->vm.n));
    return hall->count++;
}

bool hall_all_welcomed(struct hall *hall)
{
    for (size_t i = 0; i < hall->count; i++) {
        if (!hall->guests[i].welcomed) {
            return false;
        }
    }
    return true;
}

/* Turns --------------------------------------------------------------------------------------- */

static void be_guests(struct hall *hall)
{
    struct frame frame;
    for (size_t i = 0; i < hall->count; i++) {
        while (guest_next(&hall->guests[i], &frame)) {
            (void)!failed(guest_react(&hall->guests[i], &frame));
        }
    }
}

static void turn(struct hall *hall)
{
    must(controllers_turn(hall->controllers, -1, 1));
    be_writer(hall);
    be_guests(hall);
}

void hall_turns(struct hall *hall, unsigned turns)
{
    for (unsigned i = 0; i < turns; i++) {
        turn(hall);
    }
}

void hall_spin(struct hall *hall, bool (*done)(struct hall *hall))
{
    for (unsigned i = 0; i < TURNS_MAX; i++) {
        if (done(hall)) {
            return;
        }
        turn(hall);
    }
    fail_msg("it has not come");
}

/* Users --------------------------------------------------------------------------------------- */

void hall_user_says(struct channel *user, uint8_t kind, struct bytes payload)
{
    char *memory = malloc(JOIN_FRAME_MAX + 64);
    struct text text = {.data = memory, .capacity = JOIN_FRAME_MAX + 64};
    assert_non_null(memory);
    size_t start = frame_begin(&text, kind, 0);
    text_put_bytes(&text, payload);
    frame_end(&text, start);
    must(channel_send(user, text_bytes(&text), -1));
    free(memory);
}

struct channel *hall_user(struct hall *hall, size_t place)
{
    int fd = -1;
    char memory[256], id_memory[32];
    struct text payload = TEXT_IN(memory), id = TEXT_IN(id_memory);
    struct channel *user = NULL;
    const struct channel_limits limits = {.frame = JOIN_FRAME_MAX, .waiting = 64 << 20};
    must(channel_connect(hall->socket, &fd));
    must(channel_open(fd, limits, &user));
    id_write(&id, hall->vms[place].vm);
    join_put_ask(&payload, &(struct join_ask){.version = JOIN_VERSION, .vm = text_bytes(&id)});
    hall_user_says(user, JOIN_ASK, text_bytes(&payload));
    return user;
}

bool hall_heard(struct hall *hall, struct channel *user, struct frame *out)
{
    for (unsigned i = 0; i < TURNS_MAX; i++) {
        bool whole = false;
        must(channel_next(user, out, &whole));
        if (whole) {
            return true;
        }
        struct status received = channel_receive(user);
        must(channel_next(user, out, &whole));
        if (whole || failed(received)) {
            return whole;
        }
        (void)!failed(channel_flush(user));
        turn(hall);
    }
    return false;
}

size_t hall_events(struct hall *hall, enum event_kind kind)
{
    size_t count = 0;
    struct enclave_found found;
    for (uint64_t n = 0; n < enclave_size(&hall->enclave); n++) {
        enclave_find(&hall->enclave, n, &found);
        count += found.leaf.kind == kind;
    }
    return count;
}

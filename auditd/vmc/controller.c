#include "auditd/vmc/controller_parts.h"
#include "store/hash.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    ARENA_SIZE = 64 << 10,
    TURNED_AWAY_MS = 1000,
};

/* Saying ---------------------------------------------------------------------------------- */

struct status controller_say(struct controller *controller, enum event_kind kind, struct id first,
                             const union event_body *body)
{
    const struct id vm = keep_pin(controller->keep)->vm;
    struct draft draft = {.kind = kind, .on = {first, vm}, .on_count = 2, .body = body};
    if (id_equal(first, vm)) {
        draft.on_count = 1;
    }
    if (controller->outbox == NULL) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "nobody has said which machine this is");
    }
    return outbox_add(controller->outbox, &draft);
}

struct digest controller_key_digest(struct controller *controller, const char *text)
{
    return hash_bytes(controller->hasher, bytes_of_string(text));
}

void controller_turned_away(struct controller *controller, struct status status, struct id user,
                            const struct digest *key)
{
    char memory[VISIT_WHY_MAX];
    struct text why = TEXT_IN(memory);
    union event_body body;
    uint64_t now = wire_now_us();
    if (now < controller->turned_away_us + UINT64_C(1000) * TURNED_AWAY_MS) {
        return;
    }
    controller->turned_away_us = now;
    status_describe(status, &why);
    body.vm_handshake_failed = (struct vm_handshake_failed){.why = text_bytes(&why),
                                                            .has_user = user.kind == ID_USER,
                                                            .user = user,
                                                            .has_key = key != NULL};
    if (key != NULL) {
        body.vm_handshake_failed.key = *key;
    }
    controller_note(controller, "turned away", status);
    struct status said = controller_say(controller, EVENT_VM_HANDSHAKE_FAILED,
                                        keep_pin(controller->keep)->vm, &body);
    if (failed(said)) {
        controller_note(controller, "cannot say so", said);
    }
}

void controller_note(const struct controller *controller, const char *what, struct status status)
{
    char memory[512];
    struct text line = TEXT_IN(memory);
    if (controller->options->quiet) {
        return;
    }
    text_add(&line, "cairn-vmc: %s", what);
    if (failed(status)) {
        text_put_literal(&line, ": ");
        status_describe(status, &line);
    }
    (void)fprintf(stderr, "%s\n", text_string(&line));
}

/* What drives tell, as events. */
static struct status say_drive(void *context, const struct drives_told *told)
{
    struct controller *controller = context;
    const struct id vm = keep_pin(controller->keep)->vm, drive = {ID_DRIVE, told->drive};
    union event_body body;
    enum event_kind kind = EVENT_DRIVE_UNMOUNTED;
    switch (told->event) {
    case DRIVES_FORMATTED:
        kind = EVENT_DRIVE_FORMATTED;
        body.drive_formatted = (struct drive_formatted){.vm = vm,
                                                        .os = OPERATING_SYSTEM_LINUX,
                                                        .cipher = DRIVE_CIPHER_LUKS,
                                                        .fs = LITERAL("ext4"),
                                                        .has_uuid = true,
                                                        .uuid = bytes_of_string(told->uuid)};
        break;
    case DRIVES_ENCRYPTED:
        kind = EVENT_DRIVE_ENCRYPTION_ENABLED;
        body.drive_encryption_enabled =
            (struct drive_encryption_enabled){.vm = vm, .cipher = DRIVE_CIPHER_LUKS};
        break;
    case DRIVES_AVAILABLE:
        kind = EVENT_DRIVE_MADE_AVAILABLE;
        body.drive_made_available = (struct drive_made_available){.vm = vm};
        break;
    case DRIVES_MOUNTED:
        kind = EVENT_DRIVE_MOUNTED;
        body.drive_mounted =
            (struct drive_mounted){.vm = vm,
                                   .path = bytes_of_string(told->path),
                                   .mode = told->read_only ? DRIVE_MODE_RO : DRIVE_MODE_RW};
        break;
    case DRIVES_UNMOUNTED:
        body.drive_unmounted =
            (struct drive_unmounted){.vm = vm, .path = bytes_of_string(told->path)};
        break;
    }
    return controller_say(controller, kind, drive, &body);
}

/* Life ------------------------------------------------------------------------------------ */

static struct status open_parts(struct controller *controller)
{
    struct drives_options drives = controller->options->drives;
    drives.say = say_drive;
    drives.context = controller;
    controller->arena.capacity = ARENA_SIZE;
    controller->arena.memory = malloc(ARENA_SIZE);
    controller->world.frame.capacity = VMC_FRAME_MAX + 1;
    controller->world.frame.data = malloc(controller->world.frame.capacity);
    if (controller->arena.memory == NULL || controller->world.frame.data == NULL) {
        return FAIL(NO_MEMORY, VMC_FRAME_MAX);
    }
    TRY(hasher_open(&controller->hasher));
    TRY(keep_open(controller->options->keep, &controller->keep));
    TRY(drives_open(&drives, &controller->drives));
    controller->mounts = open(controller->options->drives.mounts, O_RDONLY | O_CLOEXEC);
    return OK;
}

struct status controller_open(const struct controller_options *options, struct controller **out)
{
    CLEANUP(controller_close) struct controller *controller = calloc(1, sizeof *controller);
    if (controller == NULL) {
        return FAIL(NO_MEMORY, sizeof *controller);
    }
    controller->options = options;
    controller->mounts = -1;
    controller->started_us = wire_now_us();
    TRY(open_parts(controller));
    *out = controller;
    controller = NULL;
    return OK;
}

void controller_close(struct controller **out)
{
    struct controller *controller = *out;
    if (controller == NULL) {
        return;
    }
    for (size_t i = 0; i < VMC_CONNECTIONS_MAX; i++) {
        visit_close(&controller->visitors[i].visit);
    }
    if (controller->mounts >= 0) {
        (void)close(controller->mounts);
    }
    channel_close(&controller->world.port);
    free(controller->world.frame.data);
    free(controller->arena.memory);
    policy_close(&controller->policy);
    drives_close(&controller->drives);
    outbox_close(&controller->outbox);
    secret_key_close(&controller->key);
    keep_close(&controller->keep);
    hasher_close(&controller->hasher);
    free(controller);
    *out = NULL;
}

/* Waits until something comes. */
static void wait_a_while(struct controller *controller, unsigned wait_ms)
{
    struct pollfd pollers[2] = {{.fd = -1}, {.fd = controller->mounts, .events = POLLPRI}};
    struct channel *port = controller->world.port;
    if (port != NULL) {
        pollers[0] = (struct pollfd){.fd = channel_fd(port), .events = channel_wants(port)};
    }
    (void)poll(pollers, 2, (int)wait_ms);
    if ((pollers[1].revents & (POLLPRI | POLLERR)) != 0) {
        shares_look(controller);
    }
}

/* Whether somebody asked for a new start that there has not been yet. */
static bool must_restart(struct controller *controller)
{
    struct pin *pin = keep_pin(controller->keep);
    uint64_t asked = controller->policy == NULL ? 0 : policy_restart(controller->policy);
    if (asked <= pin->restarted) {
        return false;
    }
    pin->restarted = asked;
    (void)snprintf(pin->restarted_from, sizeof pin->restarted_from, "%s", CONTROLLER_PROGRAM);
    struct status kept = keep_save(controller->keep);
    if (failed(kept)) {
        controller_note(controller, "cannot start again", kept);
        return false;
    }
    return true;
}

enum controller_news controller_turn(struct controller *controller, unsigned wait_ms)
{
    wait_a_while(controller, wait_ms);
    world_turn(controller);
    if (must_restart(controller)) {
        visitors_leave_all(controller);
        return CONTROLLER_RESTART;
    }
    return CONTROLLER_GOES_ON;
}

static bool has_unsaid(const struct controller *controller)
{
    return controller->outbox != NULL && outbox_counts(controller->outbox).waiting > 0;
}

void controller_end(struct controller *controller, unsigned wait_ms)
{
    uint64_t until = wire_now_us() + UINT64_C(1000) * wait_ms;
    visitors_leave_all(controller);
    drives_lock_all(controller->drives);
    world_turn(controller);
    while (has_unsaid(controller) && wire_now_us() < until) {
        wait_a_while(controller, 50);
        world_turn(controller);
    }
}

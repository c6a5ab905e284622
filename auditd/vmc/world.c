#include "auditd/vmc/controller_parts.h"

#include <stdio.h>

enum {
    EVENTS_MAX = 100, /* of one submission */
    OPEN_MS = 500,
    AGAIN_MS = 2000,
    SPOOL_BYTES = 16 << 20,
    SPOOL_EVENTS = 100000,
    PATH_SIZE = 256,
};

static uint64_t in_ms(unsigned ms)
{
    return wire_now_us() + UINT64_C(1000) * ms;
}

/* Sending --------------------------------------------------------------------------------- */

static size_t begin(struct controller *controller, enum vmc_message kind, uint32_t id)
{
    text_clear(&controller->world.frame);
    return frame_begin(&controller->world.frame, (uint8_t)kind, id);
}

static struct status end(struct controller *controller, size_t start)
{
    struct text *frame = &controller->world.frame;
    frame_end(frame, start);
    return frame->full ? FAIL(LIMIT, VMC_FRAME_MAX)
                       : channel_send(controller->world.port, text_bytes(frame), -1);
}

static struct status knock(struct controller *controller)
{
    controller->world.wake_us = in_ms(VMC_KNOCK_MS);
    return end(controller, begin(controller, VMC_KNOCK, 0));
}

struct status world_send_user(struct controller *controller, enum vmc_message kind,
                              const struct vmc_user *user)
{
    if (controller->world.port == NULL) {
        return FAIL(UNREACHABLE, 0);
    }
    size_t start = begin(controller, kind, 0);
    vmc_put_user(&controller->world.frame, user);
    return end(controller, start);
}

/* Connection ------------------------------------------------------------------------------ */

void world_close(struct controller *controller)
{
    struct world *world = &controller->world;
    channel_close(&world->port);
    world->phase = WORLD_AWAY;
    world->wake_us = in_ms(OPEN_MS);
    world->inside_us = 0;
    world->request = 0;
    visitors_leave_all(controller);
    if (controller->outbox != NULL) {
        outbox_rewind(controller->outbox);
    }
}

static void open_port(struct controller *controller)
{
    struct world *world = &controller->world;
    if (wire_now_us() < world->wake_us) {
        return;
    }
    world->wake_us = in_ms(OPEN_MS);
    if (failed(port_open(&controller->options->port, &world->port))) {
        return;
    }
    world->phase = WORLD_KNOCKING;
    world->wake_us = in_ms(VMC_QUIET_MS);
}

/* Greeting -------------------------------------------------------------------------------- */

static struct status keep_string(char *out, size_t capacity, struct bytes bytes)
{
    if (bytes.size >= capacity || memchr(bytes.data, '\0', bytes.size) != NULL) {
        return FAIL(MALFORMED, bytes.size);
    }
    memcpy(out, bytes.data, bytes.size);
    out[bytes.size] = '\0';
    return OK;
}

/* Under the name that the world gives it, it speaks for as long as the machine runs. */
static struct status open_voice(struct controller *controller)
{
    char path[PATH_SIZE];
    const struct pin *pin = keep_pin(controller->keep);
    if (controller->outbox != NULL) {
        return OK;
    }
    int size = snprintf(path, sizeof path, "%s/spool", controller->options->keep);
    if (size < 0 || (size_t)size >= sizeof path) {
        return FAIL(LIMIT, sizeof path);
    }
    const struct outbox_options options = {.directory = path,
                                           .bytes_max = SPOOL_BYTES,
                                           .events_max = SPOOL_EVENTS,
                                           .sync = OUTBOX_SYNC_NEVER};
    TRY(keep_key(controller->keep, pin->name, &controller->key));
    return outbox_open(&options, controller->key, &controller->outbox);
}

static struct status learn_place(struct controller *controller, const struct vmc_greeting *greeting)
{
    struct pin *pin = keep_pin(controller->keep);
    struct pin now = {.run = greeting->run};
    TRY(id_read(greeting->vm, &now.vm));
    TRY(keep_string(now.origin, sizeof now.origin, greeting->origin));
    TRY(keep_string(now.name, sizeof now.name, greeting->name));
    if (now.vm.kind != ID_VM || !leaf_is_emitter_name(greeting->name)) {
        return FAIL(MALFORMED, 0);
    }
    if (pin->name[0] == '\0') {
        *pin = now;
        TRY(keep_save(controller->keep));
    }
    if (!id_equal(pin->vm, now.vm) || pin->run != now.run || strcmp(pin->origin, now.origin) != 0 ||
        strcmp(pin->name, now.name) != 0) {
        return FAIL_BECAUSE(CONFLICT, now.run, "this is said to be another machine, or run");
    }
    return open_voice(controller);
}

static struct status say_hello(struct controller *controller, const struct vmc_greeting *greeting)
{
    char key_memory[VMC_KEY_TEXT_MAX], said_memory[2048];
    struct text key = TEXT_IN(key_memory), said = TEXT_IN(said_memory);
    struct signature signature;
    struct receive_key receive = receive_key_of(keep_receive(controller->keep));
    public_key_write(secret_key_public(controller->key), &key);
    struct vmc_hello hello = {.version = VMC_VERSION,
                              .key = text_bytes(&key),
                              .program = LITERAL(CONTROLLER_PROGRAM),
                              .applied =
                                  controller->policy == NULL
                                      ? 0
                                      : policy_sum(controller->policy, controller->hasher).up_to};
    memcpy(hello.receive_key, receive.data, sizeof hello.receive_key);
    vmc_hello_message(&said, greeting, &hello);
    TRY(secret_key_sign(controller->key, text_bytes(&said), &signature));
    hello.signature = bytes_of(signature.data, signature.size);
    size_t start = begin(controller, VMC_HELLO, 0);
    vmc_put_hello(&controller->world.frame, &hello);
    return end(controller, start);
}

static struct status take_greeting(struct controller *controller, struct bytes payload)
{
    struct vmc_greeting greeting;
    TRY(vmc_get_greeting(payload, &greeting));
    visitors_leave_all(controller);
    controller->world.request = 0;
    if (greeting.version != VMC_VERSION) {
        return FAIL_BECAUSE(MALFORMED, greeting.version, "the world speaks another version");
    }
    struct status learnt = learn_place(controller, &greeting);
    if (learnt.code == STATUS_CONFLICT) {
        controller_turned_away(controller, learnt, (struct id){ID_NONE, 0}, NULL);
    }
    TRY(learnt);
    outbox_rewind(controller->outbox);
    controller->world.phase = WORLD_GREETED;
    return say_hello(controller, &greeting);
}

/* Welcome --------------------------------------------------------------------------------- */

/* The first key is the owner's; what is said to be it later is only told of. */
static struct status learn_owner(struct controller *controller, const struct vmc_welcome *welcome)
{
    struct pin *pin = keep_pin(controller->keep);
    struct pin now = *pin;
    struct public_key key;
    union event_body body;
    TRY(id_read(welcome->owner, &now.owner));
    TRY(public_key_read(welcome->owner_key, &key));
    TRY(keep_string(now.owner_key, sizeof now.owner_key, welcome->owner_key));
    struct digest digest = controller_key_digest(controller, now.owner_key);
    if (now.owner.kind != ID_USER) {
        return FAIL_BECAUSE(MALFORMED, 0, "an owner is a user");
    }
    if (pin->owner_key[0] != '\0') {
        if (!id_equal(pin->owner, now.owner) || strcmp(pin->owner_key, now.owner_key) != 0) {
            controller_turned_away(controller,
                                   FAIL_BECAUSE(KEY, 0, "another owner's key is never taken"),
                                   now.owner, &digest);
        }
        return OK;
    }
    *pin = now;
    TRY(keep_save(controller->keep));
    body.vm_owner_key_learned = (struct vm_owner_key_learned){.owner = pin->owner, .key = digest};
    return controller_say(controller, EVENT_VM_OWNER_KEY_LEARNED, pin->vm, &body);
}

static struct status begin_policy(struct controller *controller)
{
    const struct pin *pin = keep_pin(controller->keep);
    struct public_key key;
    if (controller->policy != NULL) {
        return OK;
    }
    TRY(public_key_read(bytes_of_string(pin->owner_key), &key));
    const struct policy_place place = {.origin = bytes_of_string(pin->origin),
                                       .vm = pin->vm,
                                       .owner = pin->owner,
                                       .owner_key = &key};
    return policy_open(&place, &controller->policy);
}

static struct status tell_of_restart(struct controller *controller)
{
    struct pin *pin = keep_pin(controller->keep);
    union event_body body;
    if (pin->restarted_from[0] == '\0') {
        return OK;
    }
    body.vm_controller_restarted =
        (struct vm_controller_restarted){.has_from = true,
                                         .from = bytes_of_string(pin->restarted_from),
                                         .to = LITERAL(CONTROLLER_PROGRAM)};
    TRY(controller_say(controller, EVENT_VM_CONTROLLER_RESTARTED, pin->vm, &body));
    pin->restarted_from[0] = '\0';
    return keep_save(controller->keep);
}

static struct status submit_probe(struct controller *controller);

static struct status meet(struct controller *controller, const struct emitter_head *head)
{
    bool probe = false;
    struct bytes origin = bytes_of_string(keep_pin(controller->keep)->origin);
    TRY(outbox_meet(controller->outbox, origin, head, &probe));
    controller->world.phase = probe ? WORLD_PROBING : WORLD_READY;
    controller->world.events_max = EVENTS_MAX;
    controller->world.again_us = 0;
    return probe ? submit_probe(controller) : OK;
}

static struct status take_welcome(struct controller *controller, struct bytes payload)
{
    struct vmc_welcome welcome;
    TRY(vmc_get_welcome(payload, &welcome));
    TRY(controller->world.phase == WORLD_GREETED ? OK : FAIL(MALFORMED, VMC_WELCOME));
    TRY(learn_owner(controller, &welcome));
    TRY(begin_policy(controller));
    TRY(tell_of_restart(controller));
    controller->is_dirty = true;
    return meet(controller,
                &(struct emitter_head){.chain = welcome.chain, .emitter_n = welcome.emitter_n});
}

/* Submissions ----------------------------------------------------------------------------- */

static struct status submit(struct controller *controller)
{
    struct world *world = &controller->world;
    world->request = ++world->last_request == 0 ? ++world->last_request : world->last_request;
    size_t start = begin(controller, VMC_SUBMIT, world->request);
    wire_put_bytes(&world->frame, world->batch.submission);
    return end(controller, start);
}

static struct status submit_probe(struct controller *controller)
{
    TRY(outbox_probe(controller->outbox, &controller->world.batch));
    return submit(controller);
}

static struct status submit_next(struct controller *controller)
{
    struct world *world = &controller->world;
    if (world->phase != WORLD_READY || world->request != 0 || wire_now_us() < world->again_us) {
        return OK;
    }
    TRY(outbox_pack(controller->outbox, world->events_max, &world->batch));
    if (world->batch.count == 0) {
        return OK;
    }
    if (world->batch.submission.size > VMC_SUBMISSION_MAX && world->events_max > 1) {
        world->events_max = 1;
        outbox_rewind(controller->outbox);
        return OK;
    }
    return submit(controller);
}

static struct status ask_head(struct controller *controller)
{
    outbox_rewind(controller->outbox);
    return end(controller, begin(controller, VMC_HEAD, 0));
}

/* The log refuses: what it says of its head, or of one event, decides how to go on. */
static struct status take_refusal(struct controller *controller, struct status status)
{
    struct world *world = &controller->world;
    outbox_rewind(controller->outbox);
    world->again_us = in_ms(AGAIN_MS);
    controller_note(controller, "the log refuses events", status);
    if (status.code == STATUS_GAP || status.code == STATUS_CONFLICT ||
        status.code == STATUS_DIVERGED) {
        return ask_head(controller);
    }
    if (status.code != STATUS_MALFORMED && status.code != STATUS_NOT_FOUND &&
        status.code != STATUS_LIMIT) {
        return OK;
    }
    world->again_us = 0;
    if (world->batch.count > 1) {
        world->events_max = 1;
        return OK;
    }
    return outbox_refuse(controller->outbox, status_sentence(status.code));
}

static struct status take_receipt(struct controller *controller, const struct frame *frame)
{
    char memory[WIRE_SENTENCE_MAX + 1];
    struct text why = TEXT_IN(memory);
    struct world *world = &controller->world;
    struct wire_receipt receipt;
    TRY(wire_receipt_decode(frame->payload, &receipt));
    if (frame->id == 0 || frame->id != world->request) {
        return OK;
    }
    struct status status = wire_status_is(&receipt.status, &why);
    world->request = 0;
    if (world->phase == WORLD_PROBING) {
        bool probe = false;
        TRY(outbox_probed(controller->outbox, !failed(status) && receipt.already, &probe));
        world->phase = probe ? WORLD_PROBING : WORLD_READY;
        return probe ? submit_probe(controller) : OK;
    }
    if (failed(status)) {
        return take_refusal(controller, status);
    }
    return outbox_acknowledge(controller->outbox, world->batch.last, &world->batch.head);
}

static struct status take_head(struct controller *controller, struct bytes payload)
{
    struct wire_head head;
    TRY(wire_head_decode(payload, &head));
    return meet(controller,
                &(struct emitter_head){.chain = head.chain, .emitter_n = head.emitter_n});
}

/* Facts ----------------------------------------------------------------------------------- */

static struct status take_fact(struct controller *controller, struct bytes payload)
{
    struct vmc_fact fact;
    struct policy_fact taken;
    TRY(vmc_get_fact(payload, &fact));
    TRY(controller->policy != NULL ? OK : FAIL(MALFORMED, VMC_FACT));
    TRY(id_read(fact.subject, &taken.subject));
    controller->is_dirty = true;
    if (!event_read(fact.kind, 1, &taken.kind)) {
        return OK;
    }
    taken.n = fact.n;
    taken.body = fact.body;
    taken.command = fact.command;
    struct status status = policy_take(controller->policy, &taken);
    if (failed(status)) {
        controller_turned_away(controller, status, (struct id){ID_NONE, 0}, NULL);
    }
    return OK;
}

static struct status announce(struct controller *controller)
{
    struct policy_sum sum = policy_sum(controller->policy, controller->hasher);
    union event_body body;
    if (sum.up_to != controller->announced) {
        size_t start = begin(controller, VMC_APPLIED, 0);
        wire_put_u64(&controller->world.frame, sum.up_to);
        TRY(end(controller, start));
        controller->announced = sum.up_to;
    }
    if (digest_equal(&sum.digest, &controller->announced_digest)) {
        return OK;
    }
    controller->announced_digest = sum.digest;
    body.vm_policy_applied = (struct vm_policy_applied){.up_to = sum.up_to,
                                                        .users = sum.users,
                                                        .directories = sum.directories,
                                                        .digest = sum.digest};
    return controller_say(controller, EVENT_VM_POLICY_APPLIED, keep_pin(controller->keep)->vm,
                          &body);
}

static struct status put_in_force(struct controller *controller)
{
    if (!controller->is_dirty || controller->policy == NULL) {
        return OK;
    }
    controller->is_dirty = false;
    visitors_review(controller);
    enforce_all(controller);
    return announce(controller);
}

/* Turning --------------------------------------------------------------------------------- */

static struct status take_user(struct controller *controller, const struct frame *frame)
{
    struct vmc_user user;
    TRY(vmc_get_user(frame->payload, &user));
    if (frame->kind == VMC_USER_CLOSE) {
        visitors_closed(controller, user.connection);
    } else if (controller->policy == NULL) {
        return FAIL(MALFORMED, frame->kind);
    } else if (frame->kind == VMC_USER_OPEN) {
        visitors_open(controller, &user);
    } else {
        visitors_data(controller, &user);
    }
    return OK;
}

static struct status take_fault(struct controller *controller, struct bytes payload)
{
    struct wire_reader reader = wire_read(payload);
    struct bytes why = wire_get_bytes(&reader, WIRE_SENTENCE_MAX);
    char memory[WIRE_SENTENCE_MAX * 4];
    struct text text = TEXT_IN(memory);
    text_put_printable(&text, why);
    controller_note(controller, text_string(&text), OK);
    return FAIL_BECAUSE(KEY, 0, "the world turns this controller away");
}

static struct status take_frame(struct controller *controller, const struct frame *frame)
{
    switch (frame->kind) {
    case VMC_GREETING:
        return take_greeting(controller, frame->payload);
    case VMC_WELCOME:
        return take_welcome(controller, frame->payload);
    case VMC_FAULT:
        return take_fault(controller, frame->payload);
    case VMC_FACT:
        return take_fact(controller, frame->payload);
    case VMC_RECEIPT:
        return take_receipt(controller, frame);
    case VMC_HEAD_IS:
        return take_head(controller, frame->payload);
    case VMC_USER_OPEN:
    case VMC_USER_DATA:
    case VMC_USER_CLOSE:
        return take_user(controller, frame);
    default:
        return OK;
    }
}

static struct status take_all(struct controller *controller)
{
    struct frame frame;
    bool whole = true;
    struct world *world = &controller->world;
    struct status received = channel_receive(world->port);
    for (;;) {
        TRY(channel_next(world->port, &frame, &whole));
        if (!whole) {
            break;
        }
        world->inside_us = 0;
        TRY(take_frame(controller, &frame));
    }
    TRY(received);
    if (!channel_is_inside(world->port)) {
        world->inside_us = 0;
    } else if (world->inside_us == 0) {
        world->inside_us = wire_now_us();
    } else if (wire_now_us() > world->inside_us + UINT64_C(1000) * VMC_PATIENCE_MS) {
        return FAIL_BECAUSE(MALFORMED, 0, "the rest of a message does not come");
    }
    return OK;
}

static struct status go_on(struct controller *controller)
{
    struct world *world = &controller->world;
    TRY(take_all(controller));
    TRY(put_in_force(controller));
    if (world->phase == WORLD_KNOCKING && wire_now_us() >= world->wake_us) {
        TRY(knock(controller));
    }
    TRY(submit_next(controller));
    visitors_flush(controller);
    return channel_flush(world->port);
}

void world_turn(struct controller *controller)
{
    if (controller->world.port == NULL) {
        open_port(controller);
        return;
    }
    struct status status = go_on(controller);
    if (failed(status)) {
        if (controller->world.phase != WORLD_KNOCKING || status.code != STATUS_IO) {
            controller_note(controller, "the connection begins anew", status);
        }
        world_close(controller);
    }
}

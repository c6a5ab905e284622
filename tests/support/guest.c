#include "tests/support/guest.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    FRAME_SIZE = VMC_FRAME_MAX + 64,
};

struct status guest_open(struct guest *guest, const char *directory, uint64_t vm)
{
    *guest = (struct guest){.listener = -1};
    struct text path = TEXT_IN(guest->path);
    text_add(&path, "%s/vm-", directory);
    text_put_u64(&path, vm);
    text_put_literal(&path, ".sock");
    TRY(key_library_start());
    key_random(guest->receive_key, sizeof guest->receive_key);
    TRY(emission_open(&guest->emission));
    return channel_listen(text_string(&path), 0600, &guest->listener);
}

void guest_hang_up(struct guest *guest)
{
    channel_close(&guest->channel);
    guest->welcomed = false;
}

void guest_close(struct guest *guest)
{
    guest_hang_up(guest);
    emission_close(&guest->emission);
    secret_key_close(&guest->speaker.key);
    if (guest->listener >= 0) {
        (void)close(guest->listener);
        (void)unlink(guest->path);
        guest->listener = -1;
    }
}

bool guest_is_connected(struct guest *guest)
{
    const struct channel_limits limits = {.frame = VMC_FRAME_MAX, .waiting = 8 << 20};
    if (guest->channel != NULL) {
        return true;
    }
    int fd = accept(guest->listener, NULL, NULL);
    if (fd < 0) {
        return false;
    }
    if (failed(channel_open(fd, limits, &guest->channel))) {
        (void)close(fd);
        return false;
    }
    return true;
}

bool guest_next(struct guest *guest, struct frame *out)
{
    bool whole = false;
    if (!guest_is_connected(guest)) {
        return false;
    }
    if (failed(channel_next(guest->channel, out, &whole))) {
        guest_hang_up(guest);
        return false;
    }
    if (whole) {
        return true;
    }
    struct status received = channel_receive(guest->channel);
    if (failed(channel_next(guest->channel, out, &whole)) || (failed(received) && !whole)) {
        guest_hang_up(guest);
        return false;
    }
    return whole;
}

struct status guest_say(struct guest *guest, uint8_t kind, uint32_t id, struct bytes payload)
{
    char *memory = malloc(FRAME_SIZE);
    if (memory == NULL || guest->channel == NULL) {
        free(memory);
        return FAIL(IO, 0);
    }
    struct text text = {.data = memory, .capacity = FRAME_SIZE};
    size_t start = frame_begin(&text, kind, id);
    text_put_bytes(&text, payload);
    frame_end(&text, start);
    struct status status =
        text.full ? FAIL(LIMIT, FRAME_SIZE) : channel_send(guest->channel, text_bytes(&text), -1);
    free(memory);
    return status;
}

/* As a controller that behaves ---------------------------------------------------------------- */

static void keep(char *out, size_t capacity, struct bytes bytes)
{
    struct text text = {.data = out, .capacity = capacity};
    text_put_bytes(&text, bytes);
    (void)text_string(&text);
}

static struct vmc_greeting greeting_of(const struct guest *guest)
{
    struct vmc_greeting greeting = {.version = VMC_VERSION,
                                    .vm = bytes_of_string(guest->vm),
                                    .run = guest->run,
                                    .origin = bytes_of_string(guest->origin),
                                    .name = bytes_of_string(guest->speaker.name)};
    memcpy(greeting.nonce, guest->nonce, sizeof greeting.nonce);
    return greeting;
}

struct status guest_hello(struct guest *guest)
{
    char key_memory[VMC_KEY_TEXT_MAX], message_memory[4096], memory[4096];
    struct text key = TEXT_IN(key_memory), message = TEXT_IN(message_memory);
    struct text payload = TEXT_IN(memory);
    struct signature signature;
    const struct vmc_greeting greeting = greeting_of(guest);
    public_key_write(secret_key_public(guest->speaker.key), &key);
    struct vmc_hello hello = {.version = VMC_VERSION,
                              .key = text_bytes(&key),
                              .program = LITERAL("guest 1"),
                              .applied = guest->applied};
    memcpy(hello.receive_key, guest->receive_key, sizeof hello.receive_key);
    vmc_hello_message(&message, &greeting, &hello);
    TRY(secret_key_sign(guest->speaker.key, text_bytes(&message), &signature));
    hello.signature = bytes_of(signature.data, signature.size);
    vmc_put_hello(&payload, &hello);
    return guest_say(guest, VMC_HELLO, 0, text_bytes(&payload));
}

static struct status greeted(struct guest *guest, struct bytes payload)
{
    struct vmc_greeting greeting;
    TRY(vmc_get_greeting(payload, &greeting));
    guest->greetings++;
    guest->welcomed = false;
    keep(guest->vm, sizeof guest->vm, greeting.vm);
    keep(guest->origin, sizeof guest->origin, greeting.origin);
    keep(guest->speaker.name, sizeof guest->speaker.name, greeting.name);
    guest->run = greeting.run;
    memcpy(guest->nonce, greeting.nonce, sizeof guest->nonce);
    TRY(guest->speaker.key == NULL
            ? secret_key_make(KEY_ED25519, guest->speaker.name, &guest->speaker.key)
            : OK);
    return guest_hello(guest);
}

static struct status welcomed(struct guest *guest, struct bytes payload)
{
    struct vmc_welcome welcome;
    TRY(vmc_get_welcome(payload, &welcome));
    guest->welcomed = true;
    keep(guest->owner, sizeof guest->owner, welcome.owner);
    keep(guest->owner_key, sizeof guest->owner_key, welcome.owner_key);
    guest->speaker.head =
        (struct emitter_head){.chain = welcome.chain, .emitter_n = welcome.emitter_n};
    return OK;
}

static struct status told(struct guest *guest, struct bytes payload)
{
    char memory[16];
    struct text applied = TEXT_IN(memory);
    struct vmc_fact fact;
    TRY(vmc_get_fact(payload, &fact));
    if (fact.n <= guest->applied) {
        return FAIL(MALFORMED, fact.n);
    }
    guest->facts++;
    guest->applied = fact.n;
    keep(guest->last_fact, sizeof guest->last_fact, fact.kind);
    wire_put_u64(&applied, fact.n);
    return guest_say(guest, VMC_APPLIED, 0, text_bytes(&applied));
}

static struct status receipted(struct guest *guest, struct bytes payload)
{
    struct wire_receipt receipt;
    TRY(wire_receipt_decode(payload, &receipt));
    guest->receipts++;
    keep(guest->receipt, sizeof guest->receipt, receipt.status.code);
    return OK;
}

static struct status turned_away(struct guest *guest, struct bytes payload)
{
    struct wire_reader reader = wire_read(payload);
    struct bytes sentence = wire_get_bytes(&reader, WIRE_SENTENCE_MAX);
    keep(guest->fault, sizeof guest->fault, sentence);
    return wire_end(&reader);
}

struct status guest_react(struct guest *guest, const struct frame *frame)
{
    switch (frame->kind) {
    case VMC_GREETING:
        return greeted(guest, frame->payload);
    case VMC_WELCOME:
        return welcomed(guest, frame->payload);
    case VMC_FACT:
        return told(guest, frame->payload);
    case VMC_RECEIPT:
        return receipted(guest, frame->payload);
    case VMC_FAULT:
        return turned_away(guest, frame->payload);
    case VMC_USER_OPEN:
        guest->opened++;
        return OK;
    case VMC_USER_DATA: /* the same back */
        return guest_say(guest, VMC_USER_DATA, 0, frame->payload);
    case VMC_USER_CLOSE:
        guest->closed++;
        return guest_say(guest, VMC_USER_CLOSE, 0, frame->payload);
    default:
        return OK;
    }
}

/* Submissions --------------------------------------------------------------------------------- */

struct status guest_make(struct guest *guest, uint64_t user, struct bytes *out)
{
    struct id vm;
    TRY(id_read(bytes_of_string(guest->vm), &vm));
    const union event_body body = {.vm_user_connected = {.user = {ID_USER, user}}};
    emission_begin(guest->emission, &guest->speaker, bytes_of_string(guest->origin));
    TRY(emission_add(guest->emission, &(struct draft){.kind = EVENT_VM_USER_CONNECTED,
                                                      .on = {vm},
                                                      .on_count = 1,
                                                      .body = &body}));
    return emission_end(guest->emission, out, &guest->speaker.head);
}

struct status guest_submit(struct guest *guest, uint32_t id, struct bytes submission)
{
    char *memory = malloc(FRAME_SIZE);
    if (memory == NULL) {
        return FAIL(NO_MEMORY, FRAME_SIZE);
    }
    struct text payload = {.data = memory, .capacity = FRAME_SIZE};
    wire_put_bytes(&payload, submission);
    struct status status = guest_say(guest, VMC_SUBMIT, id, text_bytes(&payload));
    free(memory);
    return status;
}

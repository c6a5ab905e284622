/* Who it is that answers in a machine. */
#include "auditd/controllers/controllers_parts.h"
#include "core/audit/emitter.h"
#include "store/key.h"

enum {
    MESSAGE_SIZE = 4096, /* bytes of what a controller signs */
    STEPS_MAX = 8,       /* things asked on the way to a welcome */
};

static struct asked asked_of(const struct controllers *controllers, const struct machine *machine,
                             enum asked_what what)
{
    return (struct asked){.what = what,
                          .machine = (uint32_t)(machine - controllers->machines),
                          .talk = machine->talk};
}

/* Refusing -------------------------------------------------------------------------------- */

/* Once in a run it is an event, too: whoever has the machine could fill the log with them. */
static void note_refusal(struct controllers *controllers, struct machine *machine, const char *why)
{
    struct bytes key = bytes_of_string(machine->self.key);
    const struct asked asked = asked_of(controllers, machine, ASKED_NOTED);
    const union event_body body = {
        .vm_controller_refused = {.why = bytes_of_string(why),
                                  .has_key = key.size > 0,
                                  .key = hash_bytes(controllers->hasher, key)}};
    const struct draft draft = {
        .kind = EVENT_VM_CONTROLLER_REFUSED, .on = {machine->vm}, .on_count = 1, .body = &body};
    machine->refusal_noted = machine->refusal_noted || asking_note(controllers, &asked, &draft);
}

static void refuse(struct controllers *controllers, struct machine *machine, const char *why)
{
    controllers_add(controllers, COUNTER_CONTROLLERS_REFUSED_TOTAL, 1);
    if (!machine->refusal_noted) {
        journal_say(controllers->options.journal, JOURNAL_WARNING, "controller_refused",
                    pair_number("vm", machine->vm.n), pair_number("run", machine->run),
                    pair_string("why", why));
        note_refusal(controllers, machine, why);
    }
    talk_fault(controllers, machine, why);
}

/* Asking the writer ----------------------------------------------------------------------- */

static bool ask_register(struct controllers *controllers, struct machine *machine)
{
    const struct asked asked = asked_of(controllers, machine, ASKED_REGISTER);
    const union event_body body = {
        .emitter_registered = {.name = bytes_of_string(machine->name),
                               .key = bytes_of_string(machine->self.key),
                               .class = EMITTER_CLASS_CONTROLLER,
                               .about = LITERAL("the controller in a machine, for one run")}};
    const struct draft draft = {
        .kind = EVENT_EMITTER_REGISTERED, .on = {NEW(ID_EMITTER)}, .on_count = 1, .body = &body};
    return asking_note(controllers, &asked, &draft);
}

static bool ask_come(struct controllers *controllers, struct machine *machine, struct id emitter)
{
    const struct asked asked = asked_of(controllers, machine, ASKED_COME);
    const union event_body body = {
        .vm_registered = {.emitter = emitter,
                          .name = bytes_of_string(machine->name),
                          .key = bytes_of_string(machine->self.key),
                          .receive_key = BYTES(machine->self.receive_key),
                          .version = bytes_of_string(machine->self.program)}};
    const struct draft draft = {
        .kind = EVENT_VM_REGISTERED, .on = {machine->vm, emitter}, .on_count = 2, .body = &body};
    return asking_note(controllers, &asked, &draft);
}

/* What the state says of it, and what is to be done next. */
enum standing {
    STANDING_NEW,      /* to be registered as an emitter */
    STANDING_EMITTER,  /* that it is, and not the machine's controller yet */
    STANDING_HERE,     /* that, too */
    STANDING_ANOTHER,  /* another is */
    STANDING_UNWANTED, /* nobody is awaited */
};

static enum standing standing_of(struct controllers *controllers, const struct machine *machine,
                                 struct id *emitter)
{
    struct view view = controllers_view(controllers);
    struct emitter_row row;
    struct vm_row vm;
    struct vm_controller_row here = {.vm = machine->vm};
    struct bytes name = bytes_of_string(machine->name);
    if (!emitter_by_name(&view, name, &row)) {
        return controller_machine(&view, machine->vm, &vm) && vm.run == machine->run &&
                       controller_is_awaited(&vm)
                   ? STANDING_NEW
                   : STANDING_UNWANTED;
    }
    *emitter = row.emitter;
    if (row.retired || row.class != EMITTER_CLASS_CONTROLLER ||
        !bytes_equal(row.key, bytes_of_string(machine->self.key))) {
        return STANDING_ANOTHER;
    }
    if (!view_find(&view, ROW_VM_CONTROLLER, &here) || !bytes_equal(here.name, name)) {
        return STANDING_EMITTER;
    }
    return bytes_equal(here.receive_key, BYTES(machine->self.receive_key)) ? STANDING_HERE
                                                                           : STANDING_ANOTHER;
}

static void go_on(struct controllers *controllers, struct machine *machine)
{
    struct id emitter = {ID_NONE, 0};
    const struct asked where = asked_of(controllers, machine, ASKED_WHERE);
    bool asked = false;
    enum standing standing = standing_of(controllers, machine, &emitter);
    machine->phase = MACHINE_REGISTERING;
    if (failed(controllers->trouble) || ++machine->steps > STEPS_MAX) {
        talk_fault(controllers, machine, "the log cannot be looked at: knock again");
        return;
    }
    switch (standing) {
    case STANDING_NEW:
        asked = ask_register(controllers, machine);
        break;
    case STANDING_EMITTER:
        asked = ask_come(controllers, machine, emitter);
        break;
    case STANDING_HERE:
        asked = asking_head(controllers, &where, machine->name);
        break;
    case STANDING_ANOTHER:
        refuse(controllers, machine, "this run of the machine has another controller");
        return;
    case STANDING_UNWANTED:
        refuse(controllers, machine, "the machine awaits no controller");
        return;
    }
    if (!asked) {
        talk_fault(controllers, machine, "the log's writer is away: knock again");
    }
}

/* Hello ----------------------------------------------------------------------------------- */

static bool keep(char *out, size_t capacity, struct bytes bytes)
{
    struct text text = {.data = out, .capacity = capacity};
    text_put_bytes(&text, bytes);
    (void)text_string(&text);
    return !text.full;
}

static bool is_signed(struct machine *machine, const struct vmc_greeting *greeting,
                      const struct vmc_hello *hello)
{
    char memory[MESSAGE_SIZE];
    struct text message = TEXT_IN(memory);
    struct public_key key;
    vmc_hello_message(&message, greeting, hello);
    return !message.full && !failed(public_key_read(hello->key, &key)) &&
           strcmp(key.name, machine->name) == 0 &&
           !failed(public_key_verify(&key, text_bytes(&message), hello->signature));
}

/* What it answered is signed over what it was asked: so it is of this conversation. */
static bool is_ours(struct controllers *controllers, struct machine *machine,
                    const struct vmc_hello *hello)
{
    char memory[JOIN_ID_MAX];
    struct text vm = TEXT_IN(memory);
    id_write(&vm, machine->vm);
    struct vmc_greeting greeting = {
        .version = VMC_VERSION,
        .vm = text_bytes(&vm),
        .run = machine->run,
        .origin = bytes_of_string(log_origin(engine_log(controllers->options.engine))),
        .name = bytes_of_string(machine->name)};
    memcpy(greeting.nonce, machine->nonce, sizeof greeting.nonce);
    return is_signed(machine, &greeting, hello);
}

void registering_hello(struct controllers *controllers, struct machine *machine,
                       struct bytes payload)
{
    struct vmc_hello hello;
    machine->self = (struct machine_self){.applied = 0};
    if (failed(vmc_get_hello(payload, &hello)) || !text_is_utf8(hello.program)) {
        refuse(controllers, machine, "what it says of itself cannot be read");
        return;
    }
    if (hello.version != VMC_VERSION) {
        refuse(controllers, machine, "it speaks another version of the messages");
        return;
    }
    if (!keep(machine->self.key, sizeof machine->self.key, hello.key) ||
        !keep(machine->self.program, sizeof machine->self.program, hello.program) ||
        !is_ours(controllers, machine, &hello)) {
        refuse(controllers, machine, "its signature does not hold");
        return;
    }
    memcpy(machine->self.receive_key, hello.receive_key, sizeof machine->self.receive_key);
    machine->self.applied = hello.applied;
    go_on(controllers, machine);
}

/* Answers --------------------------------------------------------------------------------- */

static void welcome(struct controllers *controllers, struct machine *machine,
                    const struct wire_head *head)
{
    const struct vmc_welcome welcome = {.owner = bytes_of_string(machine->owner),
                                        .owner_key = bytes_of_string(machine->owner_key),
                                        .chain = head->chain,
                                        .emitter_n = head->emitter_n};
    machine->phase = MACHINE_WELCOMED;
    machine->pause_us = CONNECT_PAUSE_FIRST_US;
    machine->applied = machine->self.applied;
    machine->fact_at = machine->self.applied + 1; /* what it says there harms itself alone */
    machine->behind = true;
    size_t start = machine_begin(controllers, VMC_WELCOME, 0);
    vmc_put_welcome(&controllers->out, &welcome);
    if (machine_end(controllers, machine, start)) {
        journal_say(controllers->options.journal, JOURNAL_INFO, "controller_welcomed",
                    pair_number("vm", machine->vm.n), pair_number("run", machine->run),
                    pair_string("version", machine->self.program));
    }
}

static void answer_note(struct controllers *controllers, struct machine *machine,
                        const struct frame *frame)
{
    char memory[WIRE_SENTENCE_MAX];
    struct text why = TEXT_IN(memory);
    struct wire_receipt receipt;
    if (frame->kind != MESSAGE_RECEIPT || failed(wire_receipt_decode(frame->payload, &receipt))) {
        talk_fault(controllers, machine, "the log's writer has not understood: knock again");
        return;
    }
    struct status status = wire_status_is(&receipt.status, &why);
    if (failed(status) && status.code != STATUS_EXISTS) {
        char said[WIRE_SENTENCE_MAX + 1];
        struct text text = TEXT_IN(said);
        status_describe(status, &text);
        refuse(controllers, machine, text_string(&text));
        return;
    }
    /* The writer has settled before it answered: the state that is there now knows. */
    if (failed(controllers_look(controllers))) {
        talk_fault(controllers, machine, "the log cannot be looked at: knock again");
        return;
    }
    go_on(controllers, machine);
}

void registering_answer(struct controllers *controllers, struct machine *machine,
                        enum asked_what what, const struct frame *frame)
{
    struct wire_head head;
    if (machine->phase != MACHINE_REGISTERING) {
        return;
    }
    if (what != ASKED_WHERE) {
        answer_note(controllers, machine, frame);
        return;
    }
    if (frame->kind != MESSAGE_HEAD_IS || failed(wire_head_decode(frame->payload, &head))) {
        talk_fault(controllers, machine, "the log's writer has not understood: knock again");
        return;
    }
    welcome(controllers, machine, &head);
}

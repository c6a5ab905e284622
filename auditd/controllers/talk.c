/* What a controller says. */
#include "auditd/controllers/controllers_parts.h"
#include "schema/submission.h"

/* Greeting -------------------------------------------------------------------------------- */

void talk_greet(struct controllers *controllers, struct machine *machine)
{
    if (!bucket_take(&machine->greetings, 1, wire_now_us())) {
        machine_leave(controllers, machine, "it knocks too often");
        return;
    }
    joined_end_all(controllers, machine, "the controller has started again");
    memset(machine->links, 0, sizeof machine->links);
    machine->talk = ++controllers->talk;
    machine->phase = MACHINE_SILENT;
    machine->in_flight = 0;
    machine->steps = 0;
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
    size_t start = machine_begin(controllers, VMC_GREETING, 0);
    vmc_put_greeting(&controllers->out, &greeting);
    (void)machine_end(controllers, machine, start);
}

void talk_fault(struct controllers *controllers, struct machine *machine, const char *sentence)
{
    machine->phase = MACHINE_TURNED_AWAY;
    size_t start = machine_begin(controllers, VMC_FAULT, 0);
    wire_put_string(&controllers->out, sentence);
    (void)machine_end(controllers, machine, start);
}

/* Submissions ----------------------------------------------------------------------------- */

static void receipt(struct controllers *controllers, struct machine *machine, uint32_t id,
                    struct status status)
{
    size_t start = machine_begin(controllers, VMC_RECEIPT, id);
    wire_put_receipt(&controllers->out, status, false, 0, 0);
    (void)machine_end(controllers, machine, start);
}

static void tell_strange(struct controllers *controllers, struct machine *machine,
                         struct status status)
{
    controllers_add(controllers, COUNTER_REQUESTS_REFUSED_TOTAL, 1);
    if (!machine->strange_told) {
        machine->strange_told = true;
        journal_failed(controllers->options.journal, "controller_strange", machine->name, status);
    }
}

static struct status check_submission(struct machine *machine, struct bytes bytes,
                                      struct submission *out)
{
    TRY(submission_decode(bytes, out));
    if (!bytes_equal(out->emitter, bytes_of_string(machine->name))) {
        return FAIL_BECAUSE(KEY, 0, "a controller speaks in its own name");
    }
    if (!bucket_take(&machine->events, out->count, wire_now_us())) {
        /* Not LIMIT: nothing is wrong with the submission, and it is to be said again. */
        return FAIL_BECAUSE(FULL, MACHINE_EVENT_RATE, "over the quota: wait, and retry");
    }
    return OK;
}

static void submit(struct controllers *controllers, struct machine *machine,
                   const struct frame *frame)
{
    struct submission submission;
    struct wire_reader reader = wire_read(frame->payload);
    struct bytes bytes = wire_get_bytes(&reader, VMC_SUBMISSION_MAX);
    struct status status = wire_end(&reader);
    status = failed(status) ? status : check_submission(machine, bytes, &submission);
    const struct asked asked = {.what = ASKED_SUBMIT,
                                .machine = (uint32_t)(machine - controllers->machines),
                                .talk = machine->talk,
                                .id = frame->id,
                                .events = failed(status) ? 0 : submission.count};
    if (!failed(status) && !asking_submit(controllers, &asked, bytes)) {
        status = FAIL_BECAUSE(STOPPED, 0, "the log's writer is away: wait, and retry");
    }
    if (failed(status)) {
        tell_strange(controllers, machine, status);
        receipt(controllers, machine, frame->id, status);
        return;
    }
    machine->in_flight++;
    controllers_add(controllers, COUNTER_SUBMISSIONS_TOTAL, 1);
}

static void ask_head(struct controllers *controllers, struct machine *machine,
                     const struct frame *frame)
{
    const struct asked asked = {.what = ASKED_HEAD,
                                .machine = (uint32_t)(machine - controllers->machines),
                                .talk = machine->talk,
                                .id = frame->id};
    if (frame->payload.size == 0 &&
        bucket_take(&machine->events, MACHINE_HEAD_COST, wire_now_us()) &&
        asking_head(controllers, &asked, machine->name)) {
        machine->in_flight++;
    }
}

/* Others ---------------------------------------------------------------------------------- */

static void note_applied(struct machine *machine, struct bytes payload)
{
    struct wire_reader reader = wire_read(payload);
    uint64_t n = wire_get_u64(&reader);
    if (!failed(wire_end(&reader)) && n > machine->applied && n < machine->fact_at) {
        machine->applied = n;
    }
}

static void take_user(struct controllers *controllers, struct machine *machine,
                      const struct frame *frame)
{
    struct vmc_user said;
    if (failed(vmc_get_user(frame->payload, &said)) || said.connection >= MACHINE_LINKS_MAX) {
        tell_strange(controllers, machine,
                     FAIL_BECAUSE(MALFORMED, frame->kind, "it speaks of a user nobody has joined"));
        return;
    }
    if (frame->kind == VMC_USER_DATA) {
        joined_data(controllers, machine, &said);
    } else {
        joined_closed(controllers, machine, &said);
    }
}

static void take_welcomed(struct controllers *controllers, struct machine *machine,
                          const struct frame *frame)
{
    switch (frame->kind) {
    case VMC_SUBMIT:
        submit(controllers, machine, frame);
        return;
    case VMC_HEAD:
        ask_head(controllers, machine, frame);
        return;
    case VMC_APPLIED:
        note_applied(machine, frame->payload);
        return;
    case VMC_USER_DATA:
    case VMC_USER_CLOSE:
        take_user(controllers, machine, frame);
        return;
    default: /* a later version's, perhaps */
        return;
    }
}

void talk_take(struct controllers *controllers, struct machine *machine, const struct frame *frame)
{
    controllers_add(controllers, COUNTER_REQUESTS_TOTAL, 1);
    if (!bucket_take(&machine->frames, 1, wire_now_us())) {
        machine_leave(controllers, machine, "it says more than may be listened to");
        return;
    }
    if (frame->kind == VMC_KNOCK) {
        talk_greet(controllers, machine);
        return;
    }
    if (frame->kind == VMC_HELLO && machine->phase == MACHINE_SILENT) {
        registering_hello(controllers, machine, frame->payload);
        return;
    }
    /* What was said before it heard the last greeting is of another conversation. */
    if (machine->phase == MACHINE_WELCOMED) {
        take_welcomed(controllers, machine, frame);
    }
}

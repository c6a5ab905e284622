#include "tools/drive/machine_call.h"

#include "core/vm/controller.h"
#include "schema/wire/channel.h"
#include "schema/wire/join.h"
#include "tools/remote.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    ANSWER_MS = 15000,      /* for a first word */
    ERRAND_MS = 15 * 60000, /* making a file system of many terabytes takes a while */
};

struct machine_call {
    struct invocation *invocation;
    struct channel *channel;
    struct visit *visit;
    struct id vm, user;
    char origin[ORIGIN_MAX + 1];
    struct public_key key; /* as the log has them */
    struct receive_key receive_key;
    uint64_t run;
    bool is_joined;
};

static enum exit_code fail(const struct machine_call *call, struct status status, const char *doing)
{
    return invocation_failed(call->invocation, status, NULL, doing);
}

/* The controller, as the log knows it ------------------------------------------------------- */

static enum exit_code look_up(struct machine_call *call, struct vault *vault)
{
    struct view view = vault_view(vault);
    struct vm_row vm;
    struct vm_controller_row row = {.vm = call->vm};
    if (!controller_machine(&view, call->vm, &vm)) {
        return invocation_fail(call->invocation, EXIT_NOT_FOUND, NULL, "there is no such machine");
    }
    if (!view_find(&view, ROW_VM_CONTROLLER, &row)) {
        return invocation_fail(call->invocation, EXIT_NOT_FOUND,
                               "the machine must run, with a controller in it",
                               "no controller has come up in the machine yet");
    }
    struct status status = public_key_read(row.key, &call->key);
    status = failed(status) ? status : receive_key_read(row.receive_key, &call->receive_key);
    call->run = vm.run;
    return failed(status) ? fail(call, status, "reading the controller's keys") : EXIT_DONE;
}

/* Joining --------------------------------------------------------------------------------- */

/* The socket lies beside the daemon's own. */
static enum exit_code find_socket(struct machine_call *call, struct store_path *out)
{
    const char *store, *given = invocation_value(call->invocation, "controllers");
    struct store_path own;
    given = given == NULL ? getenv("CAIRN_CONTROLLERS") : given;
    if (given != NULL && given[0] != '\0') {
        struct text path = {.data = out->text, .capacity = sizeof out->text};
        text_put_string(&path, given);
        (void)text_string(&path);
        return path.full ? fail(call, FAIL(LIMIT, STORE_PATH_MAX), given) : EXIT_DONE;
    }
    enum exit_code code = invocation_store(call->invocation, &store);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = remote_find(store, invocation_value(call->invocation, "socket"), &own);
    char *slash = failed(status) ? NULL : strrchr(own.text, '/');
    if (slash == NULL) {
        return invocation_fail(call->invocation, EXIT_NOT_FOUND, "start cairnd, with [virt] set",
                               "no daemon serves this store, and so none reaches the machine");
    }
    *slash = '\0';
    status = store_path(own.text, JOIN_SOCKET_NAME, out);
    return failed(status) ? fail(call, status, "finding the daemon") : EXIT_DONE;
}

static enum exit_code open_channel(struct machine_call *call, const char *path)
{
    const struct channel_limits limits = {.frame = JOIN_FRAME_MAX, .waiting = 4 * JOIN_FRAME_MAX};
    int fd = -1;
    struct status status = channel_connect(path, &fd);
    if (status.code == STATUS_NOT_FOUND) {
        return invocation_fail(call->invocation, EXIT_NOT_FOUND, "start cairnd, with [virt] set",
                               "the daemon does not serve machines");
    }
    status = failed(status) ? status : channel_open(fd, limits, &call->channel);
    if (failed(status) && fd >= 0) {
        (void)close(fd);
    }
    return failed(status) ? fail(call, status, "reaching the daemon") : EXIT_DONE;
}

static struct status send_frame(struct machine_call *call, enum join_message kind,
                                struct bytes payload)
{
    char memory[JOIN_FRAME_MAX];
    struct text frame = TEXT_IN(memory);
    size_t start = frame_begin(&frame, (uint8_t)kind, 0);
    text_put_bytes(&frame, payload);
    frame_end(&frame, start);
    return frame.full ? FAIL(LIMIT, JOIN_FRAME_MAX)
                      : channel_send(call->channel, text_bytes(&frame), -1);
}

static struct status send_visit(struct machine_call *call)
{
    char memory[JOIN_DATA_MAX + 64];
    for (;;) {
        struct text payload = TEXT_IN(memory);
        struct bytes out = visit_outgoing(call->visit);
        out.size = out.size > JOIN_DATA_MAX ? JOIN_DATA_MAX : out.size;
        if (out.size == 0) {
            return OK;
        }
        join_put_bytes(&payload, out);
        TRY(send_frame(call, JOIN_DATA, text_bytes(&payload)));
        visit_sent(call->visit, out.size);
    }
}

/* What the other sides say ------------------------------------------------------------------ */

static enum exit_code told_why(const struct machine_call *call, struct bytes payload,
                               const char *otherwise)
{
    struct bytes why;
    if (failed(join_get_bytes(payload, &why)) || why.size == 0) {
        return invocation_fail(call->invocation, EXIT_REFUSED, NULL, "%s", otherwise);
    }
    return invocation_fail(call->invocation, EXIT_REFUSED, NULL, "%.*s", (int)why.size, why.data);
}

/* The daemon's word is held against the log. */
static enum exit_code take_joined(struct machine_call *call, struct bytes payload)
{
    char memory[JOIN_KEY_TEXT_MAX];
    struct text key = TEXT_IN(memory);
    struct join_joined joined;
    struct status status = join_get_joined(payload, &joined);
    if (failed(status)) {
        return fail(call, status, "joining the controller");
    }
    public_key_write(&call->key, &key);
    if (joined.run != call->run || !bytes_equal(joined.key, text_bytes(&key))) {
        return invocation_fail(call->invocation, EXIT_INTEGRITY, NULL,
                               "the daemon joins another controller than the log has registered");
    }
    call->is_joined = true;
    return EXIT_DONE;
}

static enum exit_code take_data(struct machine_call *call, struct bytes payload)
{
    struct bytes bytes;
    struct status status = join_get_bytes(payload, &bytes);
    status = failed(status) ? status : visit_receive(call->visit, bytes);
    return failed(status) ? fail(call, status, "listening to the controller") : EXIT_DONE;
}

static enum exit_code take_frame(struct machine_call *call, const struct frame *frame)
{
    switch (frame->kind) {
    case JOIN_JOINED:
        return take_joined(call, frame->payload);
    case JOIN_DATA:
        return call->visit == NULL ? EXIT_DONE : take_data(call, frame->payload);
    case JOIN_TURNED_AWAY:
        return told_why(call, frame->payload, "the daemon turns this away");
    case JOIN_CLOSE:
        return told_why(call, frame->payload, "the controller has ended the visit");
    default:
        return EXIT_DONE;
    }
}

/* One message of the controller, if there is one; what it refuses ends the call. */
static enum exit_code next_message(struct machine_call *call, struct bytes *message, bool *whole)
{
    *whole = false;
    if (call->visit == NULL) {
        return EXIT_DONE;
    }
    struct status status = visit_next(call->visit, message, whole);
    struct bytes why = visit_refusal(call->visit);
    if (failed(status) && why.size > 0) {
        return invocation_fail(call->invocation, EXIT_REFUSED, NULL, "the controller refuses: %.*s",
                               (int)why.size, why.data);
    }
    status = failed(status) ? status : send_visit(call);
    return failed(status) ? fail(call, status, "speaking with the controller") : EXIT_DONE;
}

/* Waits for the next frame, and takes it. */
static enum exit_code take_next(struct machine_call *call, uint64_t deadline_us)
{
    struct frame frame;
    bool whole = false;
    struct status status = channel_next(call->channel, &frame, &whole);
    if (failed(status)) {
        return fail(call, status, "listening to the daemon");
    }
    if (whole) {
        return take_frame(call, &frame);
    }
    const uint64_t now = wire_now_us();
    if (now >= deadline_us) {
        return invocation_fail(call->invocation, EXIT_IO, NULL, "the controller does not answer");
    }
    const uint64_t left_ms = (deadline_us - now + 999) / 1000;
    enum guard_wait waited =
        invocation_wait(call->invocation, channel_fd(call->channel), (int)left_ms);
    if (waited == GUARD_INTERRUPTED) {
        return EXIT_INTERRUPTED;
    }
    status = waited == GUARD_READY ? channel_flush(call->channel) : OK;
    status = failed(status) || waited != GUARD_READY ? status : channel_receive(call->channel);
    /* Whole frames may have come before it was closed. */
    struct status rest = channel_next(call->channel, &frame, &whole);
    if (!failed(rest) && whole) {
        return take_frame(call, &frame);
    }
    return failed(status) ? fail(call, status, "listening to the daemon") : EXIT_DONE;
}

/* Opening --------------------------------------------------------------------------------- */

static enum exit_code begin_visit(struct machine_call *call)
{
    const struct visit_place place = {
        .origin = bytes_of_string(call->origin), .vm = call->vm, .run = call->run};
    const struct visit_caller caller = {.user = call->user,
                                        .key = person_key_signs(call->invocation->person),
                                        .controller = &call->key};
    struct status status = visit_call(&place, &caller, &call->visit);
    status = failed(status) ? status : send_visit(call);
    return failed(status) ? fail(call, status, "visiting the machine") : EXIT_DONE;
}

static enum exit_code join(struct machine_call *call)
{
    char memory[128], id_memory[64];
    struct text payload = TEXT_IN(memory), vm = TEXT_IN(id_memory);
    const uint64_t deadline = wire_now_us() + UINT64_C(1000) * ANSWER_MS;
    struct bytes message;
    bool whole = false;
    enum exit_code code = EXIT_DONE;
    id_write(&vm, call->vm);
    join_put_ask(&payload, &(struct join_ask){.version = JOIN_VERSION, .vm = text_bytes(&vm)});
    struct status status = send_frame(call, JOIN_ASK, text_bytes(&payload));
    if (failed(status)) {
        return fail(call, status, "reaching the daemon");
    }
    while (code == EXIT_DONE && !call->is_joined) {
        code = take_next(call, deadline);
    }
    code = code == EXIT_DONE ? begin_visit(call) : code;
    while (code == EXIT_DONE && !visit_is_open(call->visit)) {
        code = next_message(call, &message, &whole);
        code = code == EXIT_DONE && !visit_is_open(call->visit) ? take_next(call, deadline) : code;
    }
    return code;
}

enum exit_code machine_call_open(struct vault *vault, struct id vm, struct machine_call **out)
{
    struct store_path path;
    struct machine_call *call = calloc(1, sizeof *call);
    if (call == NULL) {
        return vault_fail(vault, FAIL(NO_MEMORY, sizeof *call), "starting");
    }
    call->invocation = vault->invocation;
    call->vm = vm;
    call->user = vault->standing.user;
    const char *origin = log_origin(engine_log(vault->engine));
    memcpy(call->origin, origin, strnlen(origin, ORIGIN_MAX));
    enum exit_code code = look_up(call, vault);
    code = code == EXIT_DONE ? find_socket(call, &path) : code;
    code = code == EXIT_DONE ? open_channel(call, path.text) : code;
    code = code == EXIT_DONE ? join(call) : code;
    if (code != EXIT_DONE) {
        machine_call_close(&call);
        return code;
    }
    *out = call;
    return EXIT_DONE;
}

void machine_call_close(struct machine_call **call)
{
    if (*call != NULL) {
        visit_close(&(*call)->visit);
        channel_close(&(*call)->channel);
        free(*call);
        *call = NULL;
    }
}

uint64_t machine_call_run(const struct machine_call *call)
{
    return call->run;
}

struct status machine_call_wrap(const struct machine_call *call, const struct secret_bytes *key,
                                struct wrap *out)
{
    return wrap_secret(key, &call->receive_key, out);
}

/* Asking ---------------------------------------------------------------------------------- */

static enum exit_code take_done(const struct machine_call *call, const struct wire_status *done)
{
    char memory[WIRE_SENTENCE_MAX + 1];
    struct text why = TEXT_IN(memory);
    struct status status = wire_status_is(done, &why);
    if (!failed(status)) {
        return EXIT_DONE;
    }
    char line_memory[2 * WIRE_SENTENCE_MAX];
    struct text line = TEXT_IN(line_memory);
    status_describe(status, &line);
    return invocation_fail(call->invocation, EXIT_REFUSED, NULL, "the controller: %s",
                           text_string(&line));
}

static enum exit_code take_reply(struct machine_call *call, struct bytes message,
                                 machine_call_reply *take, void *context, bool *is_done)
{
    struct reply reply;
    struct status status = reply_get(message, &reply);
    if (failed(status)) {
        return fail(call, status, "understanding the controller");
    }
    if (reply.kind == REPLY_STEP) {
        invocation_note(call->invocation, "%.*s", (int)reply.step.size, reply.step.data);
        return EXIT_DONE;
    }
    *is_done = reply.kind == REPLY_DONE;
    if (*is_done) {
        return take_done(call, &reply.done);
    }
    return take == NULL ? EXIT_DONE : take(context, &reply);
}

enum exit_code machine_call_ask(struct machine_call *call, const struct errand *errand,
                                machine_call_reply *take, void *context)
{
    char memory[ERRAND_SIZE_MAX];
    struct text text = TEXT_IN(memory);
    const uint64_t deadline = wire_now_us() + UINT64_C(1000) * ERRAND_MS;
    errand_put(&text, errand);
    struct status status = visit_say(call->visit, text_bytes(&text));
    explicit_bzero(memory, sizeof memory);
    status = failed(status) ? status : send_visit(call);
    enum exit_code code = failed(status) ? fail(call, status, "asking the controller") : EXIT_DONE;
    for (bool is_done = false; code == EXIT_DONE && !is_done;) {
        struct bytes message;
        bool whole = false;
        code = next_message(call, &message, &whole);
        if (code == EXIT_DONE && whole) {
            code = take_reply(call, message, take, context, &is_done);
        } else if (code == EXIT_DONE) {
            code = take_next(call, deadline);
        }
    }
    return code;
}

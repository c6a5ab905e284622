/* Which machines there are, and the way to each. */
#include "auditd/controllers/controllers_parts.h"
#include "store/key.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Which ----------------------------------------------------------------------------------- */

struct machine *machine_of(struct controllers *controllers, struct id vm)
{
    for (size_t i = 0; i < controllers->machine_top; i++) {
        struct machine *machine = &controllers->machines[i];
        if (machine->vm.n == vm.n && machine->vm.kind == vm.kind) {
            return machine;
        }
    }
    return NULL;
}

static struct machine *unused_machine(struct controllers *controllers)
{
    for (size_t i = 0; i < MACHINES_MAX; i++) {
        if (controllers->machines[i].vm.kind == ID_NONE) {
            controllers->machine_top =
                i >= controllers->machine_top ? i + 1 : controllers->machine_top;
            return &controllers->machines[i];
        }
    }
    return NULL;
}

static bool keep_text(char *out, size_t capacity, struct bytes bytes)
{
    struct text text = {.data = out, .capacity = capacity};
    text_put_bytes(&text, bytes);
    (void)text_string(&text);
    return !text.full;
}

/* One that is new to us, or in another run than it was. */
static void begin_machine(struct controllers *controllers, struct machine *machine,
                          const struct vm_row *vm)
{
    uint64_t now_us = wire_now_us();
    *machine = (struct machine){
        .vm = vm->vm,
        .run = vm->run,
        .pause_us = CONNECT_PAUSE_FIRST_US,
        .talk = ++controllers->talk,
        .events = bucket_of(MACHINE_EVENT_RATE, MACHINE_EVENT_BURST, now_us),
        .frames = bucket_of(MACHINE_FRAME_RATE, MACHINE_FRAME_BURST, now_us),
        .greetings = bucket_of(MACHINE_GREETING_RATE, MACHINE_GREETING_BURST, now_us)};
    struct text owner = TEXT_IN(machine->owner), name = TEXT_IN(machine->name);
    id_write(&owner, vm->owner);
    (void)text_string(&owner);
    controller_name_write(&name, vm->vm, vm->run);
    (void)text_string(&name);
    if (!keep_text(machine->owner_key, sizeof machine->owner_key, vm->owner_key)) {
        machine->next_us = UINT64_MAX; /* nobody could be welcomed */
    }
}

static bool is_up(enum vm_state state)
{
    return state == VM_STATE_REQUESTED || state == VM_STATE_RUNNING ||
           state == VM_STATE_REGISTERED || state == VM_STATE_STOPPING;
}

static void want(struct controllers *controllers, const struct vm_row *vm)
{
    struct machine *machine = machine_of(controllers, vm->vm);
    if (machine != NULL && machine->run != vm->run) {
        machine_leave(controllers, machine, "it is in another run");
        begin_machine(controllers, machine, vm);
    }
    if (machine == NULL && (machine = unused_machine(controllers)) != NULL) {
        begin_machine(controllers, machine, vm);
    }
    if (machine == NULL && !controllers->too_many) {
        controllers->too_many = true;
        journal_say(controllers->options.journal, JOURNAL_WARNING, "machines_too_many",
                    pair_number("most", MACHINES_MAX), pair_number("vm", vm->vm.n));
    }
    if (machine != NULL) {
        machine->wanted = true;
    }
}

/* Whether settings name the host: each is a word of the list. */
static bool is_served(const struct controllers *controllers, struct bytes uri)
{
    const char *rest = controllers->settings->virt_uri.text;
    while (*rest != '\0') {
        size_t size = strcspn(rest, " \t");
        if (size > 0 && bytes_equal(bytes_of(rest, size), uri)) {
            return true;
        }
        rest += size;
        rest += strspn(rest, " \t");
    }
    return false;
}

static void look_at(struct controllers *controllers, const struct view *view,
                    const struct host_vm_row *row)
{
    struct host_row host = {.host = row->host};
    struct vm_row vm;
    if (view_find(view, ROW_HOST, &host) && is_served(controllers, host.uri) &&
        controller_machine(view, row->vm, &vm) && is_up(vm.state)) {
        want(controllers, &vm);
    }
}

static void forget_unwanted(struct controllers *controllers)
{
    size_t wanted = 0, welcomed = 0;
    for (size_t i = 0; i < controllers->machine_top; i++) {
        struct machine *machine = &controllers->machines[i];
        if (machine->vm.kind != ID_NONE && !machine->wanted) {
            machine_leave(controllers, machine, NULL);
            *machine = (struct machine){.vm = {ID_NONE, 0}};
        }
        wanted += machine->vm.kind != ID_NONE;
        welcomed += machine->phase == MACHINE_WELCOMED;
    }
    controllers_set(controllers, COUNTER_MACHINES, wanted);
    controllers_set(controllers, COUNTER_CONTROLLERS, welcomed);
}

void machines_renew(struct controllers *controllers)
{
    struct view view = controllers_view(controllers);
    struct host_vm_row row = {.host = {ID_NONE, 0}};
    for (size_t i = 0; i < controllers->machine_top; i++) {
        controllers->machines[i].wanted = false;
    }
    struct view_walk walk = view_walk_of(&view, ROW_HOST_VM, &row, 0);
    while (view_walk_next(&walk, &row)) {
        look_at(controllers, &view, &row);
    }
    if (!failed(controllers->trouble)) {
        forget_unwanted(controllers);
    }
}

/* Connecting ------------------------------------------------------------------------------ */

/* Without waiting, also where the other side has a queue that is full. */
static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct text text = TEXT_IN(address.sun_path);
    text_put_string(&text, path);
    (void)text_string(&text);
    if (text.full) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        const int error = errno;
        (void)close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static struct status open_channel(struct controllers *controllers, struct machine *machine)
{
    char memory[SETTINGS_TEXT_SIZE];
    struct text path = TEXT_IN(memory);
    text_add(&path, "%s/vm-", controllers->directory);
    text_put_u64(&path, machine->vm.n);
    text_put_literal(&path, ".sock");
    int fd = path.full ? -1 : connect_to(text_string(&path));
    if (fd < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    const struct channel_limits limits = {.frame = VMC_FRAME_MAX, .waiting = MACHINE_WAITING_MAX};
    struct status status = channel_open(fd, limits, &machine->channel);
    if (failed(status)) {
        (void)close(fd);
        return status;
    }
    struct epoll_event event = {.events = EPOLLIN,
                                .data.u64 = (uint64_t)WATCHED_MACHINE << 32 |
                                            (uint64_t)(machine - controllers->machines)};
    if (epoll_ctl(controllers->machines_epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        channel_close(&machine->channel);
        return FAIL(IO, (uint64_t)errno);
    }
    machine->interest = EPOLLIN;
    return OK;
}

/* Longer from time to time: a machine that is not up yet, or whose channel is broken, costs
 * little. */
static void wait_a_while(struct machine *machine)
{
    machine->next_us = wire_now_us() + machine->pause_us;
    machine->pause_us = 2 * machine->pause_us < CONNECT_PAUSE_MOST_US ? 2 * machine->pause_us
                                                                      : CONNECT_PAUSE_MOST_US;
}

void machines_connect(struct controllers *controllers, uint64_t now_us)
{
    for (size_t i = 0; i < controllers->machine_top; i++) {
        struct machine *machine = &controllers->machines[i];
        if (machine->vm.kind == ID_NONE || machine->channel != NULL || now_us < machine->next_us) {
            continue;
        }
        if (failed(open_channel(controllers, machine))) {
            wait_a_while(machine);
            continue;
        }
        machine->since_us = now_us;
        /* One for the connection: a greeting and a knock may cross. */
        key_random(machine->nonce, sizeof machine->nonce);
        controllers_add(controllers, COUNTER_CONNECTIONS_TOTAL, 1);
        talk_greet(controllers, machine);
    }
}

void machine_leave(struct controllers *controllers, struct machine *machine, const char *why)
{
    if (machine->channel == NULL) {
        return;
    }
    if (why != NULL) {
        journal_say(controllers->options.journal, JOURNAL_NOTICE, "controller_left",
                    pair_number("vm", machine->vm.n), pair_number("run", machine->run),
                    pair_string("why", why));
    }
    joined_end_all(controllers, machine, why == NULL ? "the machine has ended" : why);
    const size_t memory = channel_memory(machine->channel);
    controllers->held -= memory < controllers->held ? memory : controllers->held;
    channel_close(&machine->channel); /* epoll forgets what is closed */
    machine->phase = MACHINE_AWAY;
    machine->talk = ++controllers->talk;
    machine->half_us = machine->slow_us = 0;
    machine->ready = machine->parked = false;
    machine->in_flight = 0;
    wait_a_while(machine);
}

/* Sending --------------------------------------------------------------------------------- */

size_t machine_begin(struct controllers *controllers, enum vmc_message kind, uint32_t id)
{
    text_clear(&controllers->out);
    return frame_begin(&controllers->out, (uint8_t)kind, id);
}

bool machine_end(struct controllers *controllers, struct machine *machine, size_t start)
{
    frame_end(&controllers->out, start);
    if (machine->channel == NULL) {
        return false;
    }
    if (controllers->out.full ||
        failed(channel_send(machine->channel, text_bytes(&controllers->out), -1))) {
        machine_leave(controllers, machine, "it does not take what it is told");
        return false;
    }
    machine_watch(controllers, machine);
    return true;
}

bool machine_takes(const struct machine *machine)
{
    return machine->channel != NULL && channel_waiting(machine->channel) < MACHINE_SENDING;
}

void machine_watch(struct controllers *controllers, struct machine *machine)
{
    bool parked = machine->in_flight >= MACHINE_SUBMISSIONS_MAX || machine->slow_us != 0;
    if (machine->parked && !parked) {
        machine->ready = true; /* what was read before may hold more frames */
        machine->half_us = machine->half_us != 0 ? wire_now_us() : 0;
    }
    machine->parked = parked;
    bool writes = (channel_wants(machine->channel) & POLLOUT) != 0;
    uint32_t interest = (parked ? 0 : (uint32_t)EPOLLIN) | (writes ? (uint32_t)EPOLLOUT : 0);
    struct epoll_event event = {.events = interest,
                                .data.u64 = (uint64_t)WATCHED_MACHINE << 32 |
                                            (uint64_t)(machine - controllers->machines)};
    if (interest != machine->interest && epoll_ctl(controllers->machines_epoll, EPOLL_CTL_MOD,
                                                   channel_fd(machine->channel), &event) == 0) {
        machine->interest = interest;
    }
}

/* Reading --------------------------------------------------------------------------------- */

static bool take_buffered(struct controllers *controllers, struct machine *machine,
                          struct frame *out)
{
    bool whole = false;
    struct status status = channel_next(machine->channel, out, &whole);
    if (failed(status)) {
        controllers_add(controllers, COUNTER_REQUESTS_REFUSED_TOTAL, 1);
        machine_leave(controllers, machine,
                      status.code == STATUS_LIMIT ? "it said a frame that is longer than may be"
                                                  : "what it said was no frame");
    } else if (whole) {
        machine->half_us = 0;
    }
    return whole;
}

/* A few great frames that are never whole are bounded by their deadline; many of them, by this. */
static struct status receive(struct controllers *controllers, struct machine *machine)
{
    const size_t before = channel_memory(machine->channel);
    struct status received = channel_receive(machine->channel);
    const size_t after = channel_memory(machine->channel);
    controllers->held += after - before;
    if (controllers->held > HELD_MAX && after > HELD_BY_ALL) {
        controllers_add(controllers, COUNTER_REQUESTS_REFUSED_TOTAL, 1);
        machine_leave(controllers, machine, "there is no memory left for what machines say");
    }
    return received;
}

bool machine_next(struct controllers *controllers, struct machine *machine, struct frame *out)
{
    bool whole = take_buffered(controllers, machine, out);
    if (whole || machine->channel == NULL) {
        return whole;
    }
    struct status received = receive(controllers, machine);
    if (machine->channel == NULL) {
        return false;
    }
    whole = take_buffered(controllers, machine, out);
    if (whole || machine->channel == NULL) {
        return whole;
    }
    if (failed(received)) {
        machine_leave(controllers, machine, "it has closed its channel");
        return false;
    }
    machine->ready = false;
    bool inside = channel_is_inside(machine->channel);
    machine->half_us = !inside ? 0 : machine->half_us != 0 ? machine->half_us : wire_now_us();
    return false;
}

/* Now and then ---------------------------------------------------------------------------- */

/* A machine without a controller is told of once: whether it has failed to start is for whoever
 * has started it. */
static void tell_silence(struct controllers *controllers, struct machine *machine, uint64_t now_us)
{
    uint64_t most_us = controllers->settings->virt_start_deadline * UINT64_C(1000000);
    if (machine->channel == NULL || machine->phase == MACHINE_WELCOMED || machine->silence_told ||
        now_us - machine->since_us < most_us) {
        return;
    }
    machine->silence_told = true;
    journal_say(controllers->options.journal, JOURNAL_WARNING, "controller_silent",
                pair_number("vm", machine->vm.n), pair_number("run", machine->run));
}

/* Whoever has nothing under way gives back what a great frame has taken. */
static void count_memory(struct controllers *controllers)
{
    controllers->held = 0;
    for (size_t i = 0; i < controllers->machine_top; i++) {
        struct machine *machine = &controllers->machines[i];
        if (machine->channel != NULL && !machine->ready && machine->half_us == 0) {
            channel_shrink(machine->channel);
        }
        controllers->held += machine->channel == NULL ? 0 : channel_memory(machine->channel);
    }
}

void machines_check(struct controllers *controllers, uint64_t now_us)
{
    count_memory(controllers);
    for (size_t i = 0; i < controllers->machine_top; i++) {
        struct machine *machine = &controllers->machines[i];
        if (controllers->reading && machine->channel != NULL && !machine->parked &&
            machine->half_us != 0 && now_us - machine->half_us > VMC_PATIENCE_MS * UINT64_C(1000)) {
            controllers_add(controllers, COUNTER_DEADLINES_TOTAL, 1);
            machine_leave(controllers, machine, "the rest of a frame did not come");
        }
        if (machine->slow_us != 0 && now_us - machine->slow_us > SLOW_US) {
            struct joined *user = &controllers->users[machine->slow_user];
            controllers_add(controllers, COUNTER_DEADLINES_TOTAL, 1);
            joined_close(controllers, user, "the user's program reads too slowly");
        }
        tell_silence(controllers, machine, now_us);
    }
}

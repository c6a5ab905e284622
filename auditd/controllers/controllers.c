#include "auditd/controllers/controllers_parts.h"
#include "schema/time.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum {
    EVENTS_MAX = 128, /* descriptors looked at in one turn */
    CHECK_US = 100000,
};

void controllers_add(struct controllers *controllers, enum counter counter, uint64_t value)
{
    if (controllers->options.counters != NULL) {
        counters_add(controllers->options.counters, counter, value);
    }
}

void controllers_set(struct controllers *controllers, enum counter counter, uint64_t value)
{
    if (controllers->options.counters != NULL) {
        counters_set(controllers->options.counters, counter, value);
    }
}

uint64_t controllers_utc(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * TIME_SECOND_US + (uint64_t)now.tv_nsec / 1000;
}

struct view controllers_view(struct controllers *controllers)
{
    arena_reset(&controllers->arena);
    controllers->trouble = OK;
    return engine_view(controllers->options.engine, UINT64_MAX, &controllers->arena,
                       &controllers->trouble);
}

struct status controllers_look(struct controllers *controllers)
{
    return controllers->options.look == NULL
               ? engine_look_again(controllers->options.engine)
               : controllers->options.look(controllers->options.look_context);
}

/* Watching -------------------------------------------------------------------------------- */

static struct status watch(int epoll, int descriptor, enum watched what, bool watched)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)what << 32};
    int how = watched ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;
    return epoll_ctl(epoll, how, descriptor, &event) == 0 ? OK : FAIL(IO, (uint64_t)errno);
}

/* Whoever is not watched is not read: it waits where it is, and its senders wait, too. */
static struct status watch_machines(struct controllers *controllers, bool reading)
{
    if (reading == controllers->reading) {
        return OK;
    }
    TRY(watch(controllers->epoll, controllers->machines_epoll, WATCHED_MACHINES, reading));
    controllers->reading = reading;
    for (size_t i = 0; reading && i < controllers->machine_top; i++) {
        struct machine *machine = &controllers->machines[i];
        machine->half_us = machine->half_us != 0 ? wire_now_us() : 0;
    }
    return OK;
}

static struct status watch_listener(struct controllers *controllers, bool listening)
{
    if (listening == controllers->listening) {
        return OK;
    }
    TRY(watch(controllers->epoll, controllers->options.listener, WATCHED_LISTENER, listening));
    controllers->listening = listening;
    return OK;
}

static struct status watch_control(struct controllers *controllers, int control)
{
    if (control == controllers->control) {
        return OK;
    }
    if (controllers->control >= 0) {
        TRY(watch(controllers->epoll, controllers->control, WATCHED_CONTROL, false));
    }
    controllers->control = control;
    return control < 0 ? OK : watch(controllers->epoll, control, WATCHED_CONTROL, true);
}

static void watch_writer(struct controllers *controllers)
{
    uint32_t wants = (uint32_t)channel_wants(controllers->writer);
    struct epoll_event event = {.events = wants, .data.u64 = (uint64_t)WATCHED_WRITER << 32};
    if (wants != controllers->writer_interest &&
        epoll_ctl(controllers->epoll, EPOLL_CTL_MOD, channel_fd(controllers->writer), &event) ==
            0) {
        controllers->writer_interest = wants;
    }
}

/* Life ------------------------------------------------------------------------------------ */

void controllers_settings(struct controllers *controllers, const struct settings *settings)
{
    controllers->settings = settings;
    rights_set(&controllers->rights, settings);
    controllers->looked_us = controllers->renewed_us = 0; /* other hosts may be served now */
    controllers->folded = 0;
}

static struct status allocate(struct controllers *controllers)
{
    controllers->machines = calloc(MACHINES_MAX, sizeof *controllers->machines);
    controllers->users = calloc(JOINED_MAX, sizeof *controllers->users);
    controllers->asked = calloc(REQUESTS_MAX, sizeof *controllers->asked);
    controllers->unused = calloc(REQUESTS_MAX, sizeof *controllers->unused);
    controllers->out = (struct text){.data = malloc(OUT_SIZE), .capacity = OUT_SIZE};
    controllers->note = (struct text){.data = malloc(NOTE_SIZE_MAX), .capacity = NOTE_SIZE_MAX};
    controllers->arena = (struct arena){.memory = malloc(ROWS_ARENA), .capacity = ROWS_ARENA};
    if (controllers->machines == NULL || controllers->users == NULL || controllers->asked == NULL ||
        controllers->unused == NULL || controllers->out.data == NULL ||
        controllers->note.data == NULL || controllers->arena.memory == NULL) {
        return FAIL(NO_MEMORY, MACHINES_MAX * sizeof *controllers->machines);
    }
    for (uint32_t i = 0; i < REQUESTS_MAX; i++) {
        controllers->unused[controllers->unused_count++] = i;
    }
    return OK;
}

static struct status open_sets(struct controllers *controllers)
{
    controllers->epoll = epoll_create1(EPOLL_CLOEXEC);
    controllers->machines_epoll = epoll_create1(EPOLL_CLOEXEC);
    if (controllers->epoll < 0 || controllers->machines_epoll < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    TRY(watch_machines(controllers, true));
    return watch_listener(controllers, true);
}

struct status controllers_open(const struct controllers_options *options, struct controllers **out)
{
    CLEANUP(controllers_close) struct controllers *controllers = calloc(1, sizeof *controllers);
    if (controllers == NULL) {
        return FAIL(NO_MEMORY, sizeof *controllers);
    }
    controllers->options = *options;
    controllers->options.retire_us =
        options->retire_us > 0 ? options->retire_us : CONTROLLERS_RETIRE_US;
    controllers->epoll = controllers->machines_epoll = controllers->control = -1;
    struct text directory = TEXT_IN(controllers->directory);
    text_put_string(&directory, options->directory);
    (void)text_string(&directory);
    TRY(directory.full ? FAIL(LIMIT, directory.capacity) : OK);
    TRY(key_library_start());
    TRY(hasher_open(&controllers->hasher));
    TRY(allocate(controllers));
    TRY(rights_open(&controllers->rights));
    controllers_settings(controllers, options->settings);
    TRY(open_sets(controllers));
    *out = controllers;
    controllers = NULL;
    return OK;
}

void controllers_close(struct controllers **controllers)
{
    struct controllers *closed = *controllers;
    if (closed == NULL) {
        return;
    }
    for (size_t i = 0; closed->machines != NULL && i < closed->machine_top; i++) {
        channel_close(&closed->machines[i].channel);
    }
    for (size_t i = 0; closed->users != NULL && i < closed->user_top; i++) {
        channel_close(&closed->users[i].channel);
    }
    rights_close(&closed->rights);
    hasher_close(&closed->hasher);
    if (closed->epoll >= 0) {
        (void)close(closed->epoll);
    }
    if (closed->machines_epoll >= 0) {
        (void)close(closed->machines_epoll);
    }
    free(closed->machines);
    free(closed->users);
    free(closed->asked);
    free(closed->unused);
    free(closed->out.data);
    free(closed->note.data);
    free(closed->arena.memory);
    free(closed);
    *controllers = NULL;
}

/* The writer ------------------------------------------------------------------------------ */

struct status controllers_writer(struct controllers *controllers, struct channel *channel)
{
    asking_lost(controllers);
    if (channel == NULL) {
        return OK;
    }
    TRY(watch(controllers->epoll, channel_fd(channel), WATCHED_WRITER, true));
    controllers->writer = channel;
    controllers->writer_interest = EPOLLIN;
    return OK;
}

bool controllers_has_writer(const struct controllers *controllers)
{
    return controllers->writer != NULL;
}

bool controllers_drained(struct controllers *controllers)
{
    controllers->closing = true;
    return asking_count(controllers) == 0;
}

/* Turns ----------------------------------------------------------------------------------- */

static void note_machine(struct controllers *controllers, const struct epoll_event *event)
{
    struct machine *machine = &controllers->machines[event->data.u64 & UINT32_MAX];
    if (machine->channel == NULL) {
        return;
    }
    if ((event->events & EPOLLOUT) != 0 && failed(channel_flush(machine->channel))) {
        machine_leave(controllers, machine, "it has closed its channel");
        return;
    }
    if ((event->events & (EPOLLHUP | EPOLLERR)) != 0 && machine->parked) {
        machine_leave(controllers, machine, "it has closed its channel");
        return;
    }
    machine->ready = machine->ready || (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
    machine_watch(controllers, machine);
}

static struct status note_machines(struct controllers *controllers)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(controllers->machines_epoll, events, EVENTS_MAX, 0);
    if (count < 0 && errno != EINTR) {
        return FAIL(IO, (uint64_t)errno);
    }
    for (int i = 0; i < count; i++) {
        note_machine(controllers, &events[i]);
    }
    return OK;
}

/* One frame of each machine in turn, until none has any or the writer is behind. */
static bool serve_round(struct controllers *controllers, unsigned *frames)
{
    bool more = false;
    const size_t top = controllers->machine_top;
    for (size_t i = 0; i < top && *frames < FRAMES_MAX && asking_has_room(controllers); i++) {
        struct machine *machine = &controllers->machines[(controllers->turn + i) % top];
        struct frame frame;
        if (machine->channel == NULL || !machine->ready || machine->parked) {
            continue;
        }
        if (machine_next(controllers, machine, &frame)) {
            talk_take(controllers, machine, &frame);
            ++*frames;
            more = true;
        }
        if (machine->channel != NULL) {
            machine_watch(controllers, machine);
        }
    }
    controllers->turn = top > 0 ? (controllers->turn + 1) % top : 0;
    return more;
}

static void serve(struct controllers *controllers)
{
    unsigned frames = 0;
    while (!controllers->closing && frames < FRAMES_MAX && serve_round(controllers, &frames)) {
    }
}

static bool is_anyone_ready(const struct controllers *controllers)
{
    for (size_t i = 0; i < controllers->machine_top; i++) {
        const struct machine *machine = &controllers->machines[i];
        if (machine->channel != NULL && machine->ready && !machine->parked) {
            return !controllers->closing && asking_has_room(controllers);
        }
    }
    for (size_t i = 0; i < controllers->user_top; i++) {
        const struct joined *user = &controllers->users[i];
        if (user->channel != NULL && user->ready && !user->parked) {
            return !controllers->closing;
        }
    }
    return false;
}

static struct status note_events(struct controllers *controllers, int wait_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(controllers->epoll, events, EVENTS_MAX,
                           is_anyone_ready(controllers) ? 0 : wait_ms);
    if (count < 0 && errno != EINTR) {
        return FAIL(IO, (uint64_t)errno);
    }
    for (int i = 0; i < count; i++) {
        switch ((enum watched)(events[i].data.u64 >> 32)) {
        case WATCHED_LISTENER:
            joined_accept(controllers);
            break;
        case WATCHED_MACHINES:
            TRY(note_machines(controllers));
            break;
        case WATCHED_WRITER:
            asking_take(controllers);
            break;
        case WATCHED_USER:
            joined_note_event(controllers, (uint32_t)(events[i].data.u64 & UINT32_MAX),
                              events[i].events);
            break;
        case WATCHED_MACHINE:
        case WATCHED_CONTROL:
            break;
        }
    }
    return OK;
}

static void look_at_state(struct controllers *controllers, uint64_t now_us)
{
    struct state *state = engine_state(controllers->options.engine);
    if (state == NULL ||
        (state_size(state) == controllers->folded && now_us - controllers->renewed_us < RENEW_US)) {
        return;
    }
    controllers->folded = state_size(state);
    controllers->renewed_us = now_us;
    machines_renew(controllers);
    if (now_us - controllers->found_us >= RENEW_US) {
        controllers->found_us = now_us;
        retiring_find(controllers, now_us);
    }
}

/* The newest of log and state. What cannot be looked at now is looked at later. */
static struct status look(struct controllers *controllers, uint64_t now_us, bool *more)
{
    if (now_us - controllers->looked_us >= LOOK_US) {
        controllers->looked_us = now_us;
        TRY(controllers_look(controllers));
        look_at_state(controllers, now_us);
    }
    TRY(facts_scan(controllers, more));
    return facts_catch_up(controllers, more);
}

static void check_now_and_then(struct controllers *controllers, uint64_t now_us)
{
    if (now_us - controllers->checked_us < CHECK_US) {
        return;
    }
    controllers->checked_us = now_us;
    machines_check(controllers, now_us);
    joined_check(controllers, now_us);
    retiring_ask(controllers, now_us);
    asking_tell_dropped(controllers, now_us);
}

struct status controllers_turn(struct controllers *controllers, int control, int wait_ms)
{
    const int most_ms = (int)(LOOK_US / 1000);
    bool more = false;
    TRY(watch_control(controllers, control));
    TRY(note_events(controllers, wait_ms < most_ms ? wait_ms : most_ms));
    serve(controllers);
    joined_serve(controllers);
    uint64_t now_us = wire_now_us();
    if (!controllers->closing) {
        TRY(look(controllers, now_us, &more));
        machines_connect(controllers, now_us);
    }
    check_now_and_then(controllers, now_us);
    if (controllers->writer != NULL && failed(channel_flush(controllers->writer))) {
        asking_lost(controllers);
    }
    if (controllers->writer != NULL) {
        watch_writer(controllers);
    }
    TRY(watch_machines(controllers, !controllers->closing && asking_has_room(controllers)));
    return watch_listener(controllers,
                          !controllers->closing && wire_now_us() >= controllers->listen_us);
}

#include "auditd/seccomp.h"
#include "auditd/supervisor/parts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    CONTROL_FRAME_MAX = 4 << 10,
};

static const char *name_of(unsigned seat, struct seat_name *memory)
{
    *memory = seat_name(seat);
    return memory->text;
}

static bool is_alive(const struct seat *seat)
{
    return seat->state != SEAT_EMPTY;
}

/* Starting ----------------------------------------------------------------------------------- */

/* The pairs of one start: this seat's ends, and those of its peers. */
struct pairs {
    int own[SEATS_MAX], peer[SEATS_MAX];
};

static void close_pairs(struct pairs *pairs)
{
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        if (pairs->own[i] >= 0) {
            close(pairs->own[i]);
            close(pairs->peer[i]);
        }
    }
}

/* A submission of a thousand events goes through in one piece, where the system lets it. */
static void widen(const int ends[static 2])
{
    const int size = 4 << 20;
    for (size_t i = 0; i < 2; i++) {
        if (setsockopt(ends[i], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0) {
            (void)setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        }
    }
}

/* One to every peer that is there now; who comes later brings the pair along. */
static struct status make_pairs(const struct supervisor *supervisor, unsigned seat,
                                struct pairs *pairs)
{
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        int ends[2];
        pairs->own[i] = pairs->peer[i] = -1;
        if (i == seat || !is_alive(&supervisor->seats[i]) ||
            !roles_talk(seat_role(seat), seat_role(i))) {
            continue;
        }
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
            return FAIL(IO, (uint64_t)errno);
        }
        widen(ends);
        pairs->own[i] = ends[0];
        pairs->peer[i] = ends[1];
    }
    return OK;
}

/* A peer whose control channel is full does not read it: the watchdog will end it, and its
 * successor brings pairs of its own. */
static void hand_over(struct supervisor *supervisor, unsigned seat, const struct pairs *pairs)
{
    struct seat_name name = seat_name(seat);
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        char memory[64];
        struct text out = TEXT_IN(memory);
        if (pairs->peer[i] < 0) {
            continue;
        }
        const size_t start = frame_begin(&out, MESSAGE_CHANNEL, 0);
        wire_put_string(&out, name.text);
        frame_end(&out, start);
        struct status status =
            channel_send(supervisor->seats[i].control, text_bytes(&out), pairs->peer[i]);
        if (failed(status)) {
            journal_failed(&supervisor->journal, "channel_lost", "handing a channel over", status);
        }
    }
}

static void plan_descriptors(const struct supervisor *supervisor, unsigned seat, int control,
                             const struct pairs *pairs, struct spawn_plan *plan)
{
    const enum listener listener = role_infos[seat_role(seat)].listener;
    plan->descriptors[PROCESS_CONTROL] = control;
    plan->descriptors[PROCESS_SETTINGS] = supervisor->settings_file;
    plan->descriptors[PROCESS_PAGES] = supervisor->pages_writable;
    plan->descriptors[PROCESS_ALL_PAGES] = supervisor->pages_readable;
    plan->descriptors[PROCESS_LISTENER] = supervisor->places.listeners[listener];
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        plan->descriptors[PROCESS_CHANNELS_FROM + i] = pairs->own[i];
    }
}

static void note_start(struct supervisor *supervisor, unsigned seat, pid_t pid, uint64_t now_us)
{
    struct timespec now;
    struct seat *self = &supervisor->seats[seat];
    struct counters_seat *page = &supervisor->page->seats[seat];
    struct seat_name name;
    clock_gettime(CLOCK_REALTIME, &now);
    self->state = SEAT_STARTING;
    self->pid = pid;
    self->started_us = self->beat_us = now_us;
    self->again_us = 0;
    self->beat = atomic_load(&counters_of(supervisor->pages, seat)->beat);
    self->has_ending = self->hung = false;
    atomic_store(&page->ready, 0);
    atomic_store(&page->pid, (uint64_t)pid);
    atomic_store(&page->restarts, self->restarts);
    atomic_store(&page->started_utc_us,
                 (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
    journal_say(&supervisor->journal, JOURNAL_INFO, "process_started",
                pair_string("process", name_of(seat, &name)), pair_number("pid", (uint64_t)pid),
                pair_number("restarts", self->restarts));
}

static struct status start_with(struct supervisor *supervisor, unsigned seat,
                                const struct pairs *pairs, uint64_t now_us)
{
    const struct channel_limits limits = {.frame = CONTROL_FRAME_MAX, .waiting = 256 << 10};
    struct spawn_plan plan = {.seat = seat, .user = &supervisor->users[seat]};
    int control[2];
    pid_t pid;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, control) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    plan_descriptors(supervisor, seat, control[1], pairs, &plan);
    struct status status = channel_open(control[0], limits, &supervisor->seats[seat].control);
    if (!failed(status)) {
        status = spawn(&plan, &pid);
    }
    close(control[1]);
    if (failed(status)) {
        if (supervisor->seats[seat].control == NULL) {
            close(control[0]);
        }
        channel_close(&supervisor->seats[seat].control);
        return status;
    }
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = seat};
    if (epoll_ctl(supervisor->poll, EPOLL_CTL_ADD, control[0], &event) != 0) {
        kill(pid, SIGKILL); /* reaped like any other */
    }
    note_start(supervisor, seat, pid, now_us);
    hand_over(supervisor, seat, pairs);
    return OK;
}

static void back_off(struct seat *seat, uint64_t now_us)
{
    if (seat->backoff_us == 0 || now_us - seat->started_us >= LIVED_US) {
        seat->backoff_us = BACKOFF_FIRST_US;
    } else if (seat->backoff_us < BACKOFF_MOST_US) {
        seat->backoff_us *= 2;
    }
    seat->backoff_us = seat->backoff_us > BACKOFF_MOST_US ? BACKOFF_MOST_US : seat->backoff_us;
    seat->again_us = now_us + seat->backoff_us;
}

/* Where the machine has no process or descriptor left, what runs goes on, and this waits. */
static void start(struct supervisor *supervisor, unsigned seat, uint64_t now_us)
{
    struct pairs pairs;
    struct seat *self = &supervisor->seats[seat];
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        pairs.own[i] = pairs.peer[i] = -1;
    }
    struct status status = make_pairs(supervisor, seat, &pairs);
    if (!failed(status)) {
        status = start_with(supervisor, seat, &pairs, now_us);
    }
    close_pairs(&pairs);
    if (failed(status)) {
        self->started_us = now_us;
        back_off(self, now_us);
        journal_failed(&supervisor->journal, "process_not_started", "making a process", status);
        journal_say(&supervisor->journal, JOURNAL_ALERT, "degraded",
                    pair_number("again_ms", self->backoff_us / 1000));
    }
}

static bool is_wanted(const struct supervisor *supervisor, unsigned seat)
{
    return supervisor->roles[seat_role(seat)].main != NULL &&
           seat_is_wanted(seat, supervisor->settings);
}

/* Once the writer has the store in order, readers find it so. */
static bool may_start(const struct supervisor *supervisor, unsigned seat)
{
    const struct seat *writer = &supervisor->seats[seat_of(ROLE_WRITER, 0)];
    return seat_role(seat) == ROLE_WRITER || writer->was_ready ||
           !is_wanted(supervisor, seat_of(ROLE_WRITER, 0));
}

void seats_start_due(struct supervisor *supervisor, uint64_t now_us)
{
    for (unsigned i = 0; i < SEATS_MAX && !supervisor->stopping; i++) {
        const struct seat *seat = &supervisor->seats[i];
        if (!is_alive(seat) && is_wanted(supervisor, i) && seat->again_us <= now_us &&
            may_start(supervisor, i)) {
            start(supervisor, i, now_us);
        }
    }
}

/* What a process says ------------------------------------------------------------------------ */

static void check_all_ready(struct supervisor *supervisor)
{
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        if (is_wanted(supervisor, i) && !supervisor->seats[i].was_ready) {
            return;
        }
    }
    if (!supervisor->ready && !supervisor->stopping) {
        supervisor->ready = true;
        places_announce(&supervisor->places);
        notify_ready();
        journal_say(&supervisor->journal, JOURNAL_NOTICE, "ready",
                    pair_string("store", supervisor->settings->store_path.text),
                    pair_string("socket", supervisor->places.socket.text));
    }
}

static void on_ready(struct supervisor *supervisor, unsigned seat, struct bytes payload)
{
    struct wire_reader reader = wire_read(payload);
    struct seat *self = &supervisor->seats[seat];
    struct counters_seat *page = &supervisor->page->seats[seat];
    const uint64_t landlock = wire_get_u64(&reader);
    const bool seccomp = wire_get_u8(&reader) == 1;
    if (self->state != SEAT_STARTING || failed(wire_end(&reader))) {
        return;
    }
    self->state = SEAT_UP;
    self->was_ready = true;
    self->landlock = landlock;
    self->seccomp = seccomp;
    atomic_store(&page->landlock, landlock);
    atomic_store(&page->seccomp, seccomp ? 1 : 0);
    atomic_store(&page->ready, 1);
    if (landlock == 0 || !seccomp) {
        struct seat_name name;
        journal_say(&supervisor->journal, JOURNAL_WARNING, "sandbox_incomplete",
                    pair_string("process", name_of(seat, &name)), pair_number("landlock", landlock),
                    pair_string("seccomp", seccomp ? "yes" : "no"));
    }
    said_started(supervisor, seat);
    check_all_ready(supervisor);
}

static void on_ending(struct supervisor *supervisor, unsigned seat, struct bytes payload)
{
    struct wire_reader reader = wire_read(payload);
    struct seat *self = &supervisor->seats[seat];
    const struct wire_status status = wire_get_status(&reader);
    struct text memory = TEXT_IN(self->ending_why);
    if (!failed(wire_end(&reader))) {
        self->ending = wire_status_is(&status, &memory);
        self->has_ending = true;
    }
}

void seats_read(struct supervisor *supervisor, unsigned seat)
{
    struct channel *control = supervisor->seats[seat].control;
    if (control == NULL) {
        return;
    }
    struct status status = channel_receive(control);
    for (;;) {
        struct frame frame;
        bool whole;
        if (failed(channel_next(control, &frame, &whole)) || !whole) {
            break;
        }
        if (frame.kind == MESSAGE_READY) {
            on_ready(supervisor, seat, frame.payload);
        } else if (frame.kind == MESSAGE_ENDING) {
            on_ending(supervisor, seat, frame.payload);
        }
    }
    if (failed(status) && !(status.at == EAGAIN || status.at == EINTR)) {
        /* It has closed its end, and will be reaped; until then there is nothing to wait for. */
        (void)epoll_ctl(supervisor->poll, EPOLL_CTL_DEL, channel_fd(control), NULL);
    }
}

/* How it ended ------------------------------------------------------------------------------- */

static void describe_refused_call(const struct supervisor *supervisor, unsigned seat,
                                  struct text *out)
{
    const uint64_t trapped = atomic_load(&counters_of(supervisor->pages, seat)->trapped);
    char memory[64];
    struct text name = TEXT_IN(memory);
    seccomp_call_name(trapped == 0 ? -1 : (int)trapped - 1, &name);
    text_add(out, "the sandbox refused the system call %s", text_string(&name));
}

static void describe_end(const struct supervisor *supervisor, unsigned seat, int how,
                         struct text *out)
{
    const struct seat *self = &supervisor->seats[seat];
    const uint64_t trapped = atomic_load(&counters_of(supervisor->pages, seat)->trapped);
    if (self->hung) {
        text_put_string(out, self->state == SEAT_STOPPING ? "it did not end in time"
                                                          : "it gave no sign of life");
    } else if (trapped != 0 || (WIFSIGNALED(how) && WTERMSIG(how) == SIGSYS)) {
        describe_refused_call(supervisor, seat, out);
    } else if (WIFSIGNALED(how)) {
        text_add(out, "killed by SIG%s", sigabbrev_np(WTERMSIG(how)));
    } else if (self->has_ending && failed(self->ending)) {
        status_describe(self->ending, out);
    } else if (WEXITSTATUS(how) == 0) {
        text_put_literal(out, "ended in good order");
    } else {
        text_add(out, "ended with the code %d", WEXITSTATUS(how));
    }
}

/* Whether the daemon has never worked, and this end says that it will not. */
static bool is_final(const struct supervisor *supervisor, const struct seat *seat)
{
    if (supervisor->ready || supervisor->stopping || seat->was_ready) {
        return false;
    }
    return (seat->has_ending && failed(seat->ending)) || seat->tries >= FIRST_TRIES_MAX;
}

static enum ending give_up(const struct supervisor *supervisor, unsigned seat, const char *why)
{
    const struct seat *self = &supervisor->seats[seat];
    const char *store = supervisor->settings->store_path.text;
    const struct seat_name name = seat_name(seat);
    const enum ending code = self->has_ending ? ending_of(self->ending) : ENDING_IO;
    if (!self->has_ending) {
        return places_fail(code, "the %s ended %u times before it was ready: %s", name.text,
                           self->tries, why);
    }
    if (self->ending.code == STATUS_IN_USE) {
        return places_fail(code, "the store %s is in use by another writer: %s", store, why);
    }
    if (code == ENDING_INTEGRITY) {
        return places_fail(code,
                           "the store %s does not hold: %s; `cairn verify --store %s` says more",
                           store, why, store);
    }
    return places_fail(code, "the %s could not start with the store %s: %s", name.text, store, why);
}

static void on_end(struct supervisor *supervisor, unsigned seat, int how, uint64_t now_us)
{
    char memory[512];
    struct text why = TEXT_IN(memory);
    struct seat_name name;
    struct seat *self = &supervisor->seats[seat];
    const pid_t pid = self->pid;
    seats_read(supervisor, seat); /* its last words */
    describe_end(supervisor, seat, how, &why);
    const bool asked = self->state == SEAT_STOPPING;
    const bool well = WIFEXITED(how) && WEXITSTATUS(how) == 0;
    journal_say(&supervisor->journal, asked && well ? JOURNAL_INFO : JOURNAL_ERROR, "process_ended",
                pair_string("process", name_of(seat, &name)), pair_number("pid", (uint64_t)pid),
                pair_string("why", text_string(&why)));
    channel_close(&self->control);
    self->state = SEAT_EMPTY;
    self->pid = 0;
    self->tries += self->was_ready ? 0 : 1;
    atomic_store(&supervisor->page->seats[seat].pid, 0);
    atomic_store(&supervisor->page->seats[seat].ready, 0);
    said_ended(supervisor, seat, pid, text_string(&why));
    if (is_final(supervisor, self)) {
        supervisor->ending = give_up(supervisor, seat, text_string(&why));
        stopping_begin(supervisor, now_us);
    }
    if (!supervisor->stopping) {
        self->restarts++;
        back_off(self, now_us);
    }
}

void seats_reap(struct supervisor *supervisor)
{
    int how;
    pid_t pid;
    while ((pid = waitpid(-1, &how, WNOHANG)) > 0) {
        for (unsigned i = 0; i < SEATS_MAX; i++) {
            if (supervisor->seats[i].pid == pid) {
                on_end(supervisor, i, how, wire_now_us());
            }
        }
    }
}

/* Signs of life ------------------------------------------------------------------------------ */

static uint64_t watchdog_us(const struct supervisor *supervisor)
{
    return supervisor->settings->daemon_watchdog * 1000000;
}

static bool is_at_disk(const struct supervisor *supervisor, unsigned seat)
{
    return atomic_load(&counters_of(supervisor->pages, seat)->at_disk) > 0;
}

static uint64_t beat_deadline(const struct supervisor *supervisor, unsigned seat)
{
    const struct seat *self = &supervisor->seats[seat];
    if (self->state == SEAT_STARTING) {
        return self->beat_us + START_DEADLINE_US;
    }
    return self->beat_us +
           (is_at_disk(supervisor, seat) ? DISK_DEADLINE_US : watchdog_us(supervisor));
}

/* To end it would help nobody: the next one waits for the same disk, and what was nearly durable
 * would have to be said again. */
static void tell_disk(struct supervisor *supervisor, unsigned seat, uint64_t now_us)
{
    struct seat_name name;
    struct seat *self = &supervisor->seats[seat];
    if (!self->disk_told && self->state == SEAT_UP && is_at_disk(supervisor, seat) &&
        now_us >= self->beat_us + watchdog_us(supervisor)) {
        self->disk_told = true;
        journal_say(&supervisor->journal, JOURNAL_WARNING, "disk_slow",
                    pair_string("process", name_of(seat, &name)),
                    pair_number("pid", (uint64_t)self->pid),
                    pair_number("seconds", (now_us - self->beat_us) / 1000000));
    }
}

void seats_watch(struct supervisor *supervisor, uint64_t now_us)
{
    /* Where the supervisor itself did not run, the machine slept, and nobody could give a sign. */
    const bool slept = now_us - supervisor->watched_us > SLEPT_US;
    supervisor->watched_us = now_us;
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        struct seat *seat = &supervisor->seats[i];
        if (!is_alive(seat)) {
            continue;
        }
        const uint64_t beat = atomic_load(&counters_of(supervisor->pages, i)->beat);
        if (beat != seat->beat || slept) {
            seat->beat = beat;
            seat->beat_us = now_us;
            seat->disk_told = false;
        } else if (!seat->hung && seat->state != SEAT_STOPPING &&
                   now_us >= beat_deadline(supervisor, i)) {
            seat->hung = true;
            kill(seat->pid, SIGKILL);
        }
        tell_disk(supervisor, i, now_us);
        (void)!failed(channel_flush(seat->control));
    }
}

bool seats_all_up(const struct supervisor *supervisor)
{
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        if (is_wanted(supervisor, i) && supervisor->seats[i].state != SEAT_UP) {
            return false;
        }
    }
    return true;
}

uint64_t seats_next_us(const struct supervisor *supervisor)
{
    uint64_t next = UINT64_MAX;
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        const struct seat *seat = &supervisor->seats[i];
        if (!is_alive(seat) && seat->again_us != 0 && seat->again_us < next) {
            next = seat->again_us;
        }
    }
    return next;
}

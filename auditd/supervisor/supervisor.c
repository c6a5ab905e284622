#include "auditd/supervisor/parts.h"
#include "core/store_layout.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    POLL_EVENTS = 16,
    SIGNALS_TOKEN = SEATS_MAX, /* what epoll says beside the numbers of seats */
    TURN_US = 500000,          /* how often signs of life are looked at */
};

/* Before anything is opened ------------------------------------------------------------------ */

static enum ending check_store(const struct settings *settings)
{
    struct store_path path;
    struct stat facts;
    const char *directory = settings->store_path.text;
    if (directory[0] == '\0') {
        return places_fail(ENDING_USAGE,
                           "there is no store: give --store DIR, or `path` in [store]");
    }
    if (stat(directory, &facts) != 0 && errno == EACCES) {
        return places_fail(ENDING_NOT_PERMITTED, "the store %s may not be looked at: %s", directory,
                           strerror(EACCES));
    }
    if (failed(store_path(directory, "log", &path)) || stat(path.text, &facts) != 0) {
        return places_fail(ENDING_NOT_FOUND, "there is no store at %s: `cairn init %s` makes one",
                           directory, directory);
    }
    return ENDING_DONE;
}

/* Root's processes without a user of their own are the store's owner: what they write is his. */
static void become_owner(struct supervisor *supervisor, unsigned seat)
{
    struct stat facts;
    char memory[32];
    struct text name = TEXT_IN(memory);
    struct spawn_user *user = &supervisor->users[seat];
    if (geteuid() != 0 || stat(supervisor->settings->store_path.text, &facts) != 0 ||
        facts.st_uid == 0) {
        return;
    }
    text_put_u64(&name, facts.st_uid);
    if (failed(spawn_find_user(text_string(&name), user))) {
        *user = (struct spawn_user){.other = true, .uid = facts.st_uid, .gid = facts.st_gid};
    }
}

static enum ending find_user(struct supervisor *supervisor, unsigned seat)
{
    const char *name = spawn_user_name(seat_role(seat), supervisor->settings);
    if (name[0] == '\0') {
        become_owner(supervisor, seat);
        return ENDING_DONE;
    }
    if (failed(spawn_find_user(name, &supervisor->users[seat]))) {
        return places_fail(ENDING_NOT_FOUND, "there is no user %s", name);
    }
    if (geteuid() != 0 && supervisor->users[seat].uid != geteuid()) {
        return places_fail(ENDING_NOT_PERMITTED,
                           "only root can start processes as the user %s: start cairnd as root, "
                           "or as that user",
                           name);
    }
    return ENDING_DONE;
}

static enum ending find_users(struct supervisor *supervisor)
{
    enum ending code = ENDING_DONE;
    for (unsigned i = 0; i < SEATS_MAX && code == ENDING_DONE; i++) {
        code = find_user(supervisor, i);
    }
    return code;
}

/* What it works with ------------------------------------------------------------------------- */

static struct status open_pages(struct supervisor *supervisor)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    TRY(counters_make(&supervisor->pages_writable, &supervisor->pages_readable));
    TRY(counters_map_supervisor(supervisor->pages_writable, &supervisor->page));
    TRY(counters_map_all(supervisor->pages_readable, &supervisor->pages));
    atomic_store(&supervisor->page->pid, (uint64_t)getpid());
    atomic_store(&supervisor->page->started_utc_us,
                 (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
    return OK;
}

static struct status open_signals(struct supervisor *supervisor)
{
    static const int taken[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP};
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = SIGNALS_TOKEN};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < (sizeof taken / sizeof taken[0]); i++) {
        sigaddset(&set, taken[i]);
    }
    signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    supervisor->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    supervisor->poll = epoll_create1(EPOLL_CLOEXEC);
    if (supervisor->signals < 0 || supervisor->poll < 0 ||
        epoll_ctl(supervisor->poll, EPOLL_CTL_ADD, supervisor->signals, &event) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    return OK;
}

/* A process for each seat has a dozen descriptors, and connections are many. */
static void raise_limits(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static enum ending set_up(struct supervisor *supervisor)
{
    enum ending code = check_store(supervisor->settings);
    if (code == ENDING_DONE) {
        code = find_users(supervisor);
    }
    if (code == ENDING_DONE) {
        code = places_choose(&supervisor->places, supervisor->settings);
    }
    if (code == ENDING_DONE) {
        code = places_open(&supervisor->places, supervisor->settings);
    }
    if (code != ENDING_DONE) {
        return code;
    }
    supervisor->settings_file = reload_write(supervisor, supervisor->settings);
    const struct status pages = open_pages(supervisor);
    const struct status signals = failed(pages) ? pages : open_signals(supervisor);
    if (failed(signals) || supervisor->settings_file < 0) {
        char memory[256];
        struct text why = TEXT_IN(memory);
        status_describe(signals, &why);
        return places_fail(ENDING_IO, "setting up the daemon: %s", text_string(&why));
    }
    return ENDING_DONE;
}

/* The loop ----------------------------------------------------------------------------------- */

static void on_signal(struct supervisor *supervisor, uint32_t number)
{
    if (number == SIGCHLD) {
        seats_reap(supervisor);
    } else if (number == SIGHUP) {
        notify_reloading();
        reload(supervisor);
        notify_ready();
    } else {
        stopping_begin(supervisor, wire_now_us());
    }
}

static void read_signals(struct supervisor *supervisor)
{
    struct signalfd_siginfo info;
    while (read(supervisor->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        on_signal(supervisor, info.ssi_signo);
    }
}

static int wait_ms(const struct supervisor *supervisor, uint64_t now_us)
{
    uint64_t until_us = now_us + TURN_US;
    const uint64_t next_us = seats_next_us(supervisor);
    if (!supervisor->stopping && next_us < until_us) {
        until_us = next_us > now_us ? next_us : now_us;
    }
    return (int)((until_us - now_us + 999) / 1000);
}

static void wait(struct supervisor *supervisor)
{
    struct epoll_event events[POLL_EVENTS];
    const int count =
        epoll_wait(supervisor->poll, events, POLL_EVENTS, wait_ms(supervisor, wire_now_us()));
    for (int i = 0; i < count; i++) {
        if (events[i].data.u32 == SIGNALS_TOKEN) {
            read_signals(supervisor);
        } else {
            seats_read(supervisor, events[i].data.u32);
        }
    }
}

/* What is to be seen in `systemctl status`: told when it has become something else. */
static void tell_state(struct supervisor *supervisor)
{
    static const char *const modes[] = {
        "Taking events.",
        "Taking events; the disk is filling.",
        "Taking only what is critical to security: the disk is nearly full.",
        "Taking nothing: the disk is full.",
    };
    const uint64_t mode =
        counters_get(counters_of(supervisor->pages, seat_of(ROLE_WRITER, 0)), COUNTER_MODE);
    const char *state = seats_all_up(supervisor) ? modes[mode < 4 ? mode : 3]
                                                 : "Some process is being started anew.";
    if (supervisor->ready && !supervisor->stopping && state != supervisor->told_state) {
        supervisor->told_state = state;
        notify_status(state);
    }
}

static void loop(struct supervisor *supervisor)
{
    const uint64_t watchdog_us = notify_watchdog_us();
    uint64_t notified_us = 0;
    for (;;) {
        const uint64_t now_us = wire_now_us();
        if (supervisor->stopping && stopping_turn(supervisor, now_us)) {
            return;
        }
        seats_start_due(supervisor, now_us);
        seats_watch(supervisor, now_us);
        said_send(supervisor);
        tell_state(supervisor);
        if (watchdog_us != 0 && now_us - notified_us >= watchdog_us) {
            notify_watchdog();
            notified_us = now_us;
        }
        wait(supervisor);
    }
}

enum ending supervisor_run(const struct supervisor_start *start)
{
    struct supervisor *supervisor = calloc(1, sizeof *supervisor);
    if (supervisor == NULL ||
        (supervisor->settings_next = malloc(sizeof *start->settings)) == NULL) {
        free(supervisor);
        return places_fail(ENDING_IO, "there is not enough memory");
    }
    supervisor->roles = start->roles;
    supervisor->config = start->config;
    supervisor->settings = start->settings;
    journal_init(&supervisor->journal, "supervisor");
    raise_limits();
    enum ending code = set_up(supervisor);
    if (code == ENDING_DONE) {
        loop(supervisor);
        code = supervisor->ending;
        journal_say(&supervisor->journal, JOURNAL_NOTICE, "stopped",
                    pair_string("store", supervisor->settings->store_path.text));
    }
    places_close(&supervisor->places);
    return code; /* the process ends: its memory and descriptors go with it */
}

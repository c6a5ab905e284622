#include "auditd/process.h"

#include "auditd/ending.h"
#include "auditd/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SAID_WAITING_MAX = 64,       /* sentences for the log that the writer has not taken */
    SAID_SIZE = 1024,            /* bytes of one */
    CONTROL_FRAME_MAX = 4 << 10, /* bytes */
};

struct said {
    uint8_t payload[SAID_SIZE];
    size_t size;
};

struct process {
    const struct role_info *roles;
    unsigned seat;
    struct seat_name name;
    struct settings settings, settings_next;
    struct counters *counters;
    const uint8_t *pages;
    struct journal journal;
    int listener; /* -1: none */
    struct channel *control;
    struct channel *channels[SEATS_MAX];
    uint64_t channel_numbers[SEATS_MAX];
    struct said said[SAID_WAITING_MAX];
    size_t said_first, said_count;
    bool stopping;
};

/* Who and what ------------------------------------------------------------------------------- */

enum role process_role(const struct process *process)
{
    return seat_role(process->seat);
}

unsigned process_index(const struct process *process)
{
    return seat_index(process->seat);
}

const struct settings *process_settings(const struct process *process)
{
    return &process->settings;
}

struct counters *process_counters(const struct process *process)
{
    return process->counters;
}

const uint8_t *process_pages(const struct process *process)
{
    return process->pages;
}

const struct journal *process_journal(const struct process *process)
{
    return &process->journal;
}

int process_listener(const struct process *process)
{
    return process->listener;
}

/* Channels ----------------------------------------------------------------------------------- */

struct channel *process_channel(const struct process *process, enum role peer, unsigned index)
{
    return process->channels[seat_of(peer, index)];
}

uint64_t process_channel_number(const struct process *process, enum role peer, unsigned index)
{
    return process->channel_numbers[seat_of(peer, index)];
}

void process_lost(struct process *process, enum role peer, unsigned index)
{
    channel_close(&process->channels[seat_of(peer, index)]);
}

/* Takes the descriptor over in any case. */
static struct status take_channel(struct process *process, unsigned peer, int descriptor)
{
    const struct channel_limits limits = {.frame = MESSAGE_MAX, .waiting = 2 * (size_t)MESSAGE_MAX};
    channel_close(&process->channels[peer]);
    struct status status = channel_open(descriptor, limits, &process->channels[peer]);
    if (failed(status)) {
        close(descriptor);
        return status;
    }
    process->channel_numbers[peer]++;
    return OK;
}

/* What the supervisor sends ------------------------------------------------------------------ */

static struct status read_settings(int file, struct settings *out)
{
    struct settings_fault fault;
    struct stat facts;
    if (fstat(file, &facts) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    if (facts.st_size <= 0 || facts.st_size > SETTINGS_FILE_MAX) {
        return FAIL(LIMIT, SETTINGS_FILE_MAX);
    }
    const size_t size = (size_t)facts.st_size;
    void *text = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
    if (text == MAP_FAILED) {
        return FAIL(IO, (uint64_t)errno);
    }
    struct status status = settings_read(bytes_of(text, size), out, &fault);
    munmap(text, size);
    return status;
}

static unsigned on_channel(struct process *process, struct bytes payload)
{
    char memory[SEAT_NAME_SIZE];
    struct text name = TEXT_IN(memory);
    unsigned peer;
    struct wire_reader reader = wire_read(payload);
    text_put_bytes(&name, wire_get_bytes(&reader, SEAT_NAME_SIZE - 1));
    const int descriptor = channel_take_descriptor(process->control);
    if (descriptor < 0) {
        return 0;
    }
    if (failed(wire_end(&reader)) || !seat_read(text_string(&name), &peer)) {
        close(descriptor);
        return 0;
    }
    return failed(take_channel(process, peer, descriptor)) ? 0 : PROCESS_CHANNELS;
}

static unsigned on_settings(struct process *process)
{
    const int file = channel_take_descriptor(process->control);
    if (file < 0) {
        return 0;
    }
    const struct status status = read_settings(file, &process->settings_next);
    close(file);
    if (failed(status)) {
        journal_failed(&process->journal, "settings_lost", "reading the new settings", status);
        return 0;
    }
    process->settings = process->settings_next;
    return PROCESS_SETTINGS_NEW;
}

static unsigned on_said(struct process *process, struct bytes payload)
{
    if (process->said_count == SAID_WAITING_MAX || payload.size > SAID_SIZE) {
        journal_say(&process->journal, JOURNAL_ERROR, "said_lost",
                    pair_number("waiting", process->said_count));
        return 0;
    }
    struct said *said =
        &process->said[(process->said_first + process->said_count) % SAID_WAITING_MAX];
    memcpy(said->payload, payload.data, payload.size);
    said->size = payload.size;
    process->said_count++;
    return PROCESS_SAID;
}

bool process_next_said(struct process *process, struct wire_note *out)
{
    while (process->said_count > 0) {
        const struct said *said = &process->said[process->said_first];
        process->said_first = (process->said_first + 1) % SAID_WAITING_MAX;
        process->said_count--;
        if (!failed(wire_note_decode(bytes_of(said->payload, said->size), out))) {
            return true;
        }
    }
    return false;
}

static unsigned on_frame(struct process *process, const struct frame *frame)
{
    switch (frame->kind) {
    case MESSAGE_CHANNEL:
        return on_channel(process, frame->payload);
    case MESSAGE_SETTINGS:
        return on_settings(process);
    case MESSAGE_SAID:
        return on_said(process, frame->payload);
    case MESSAGE_STOP:
        process->stopping = true;
        return 0;
    default:
        return 0;
    }
}

/* Life --------------------------------------------------------------------------------------- */

void process_beat(struct process *process)
{
    atomic_fetch_add_explicit(&process->counters->beat, 1, memory_order_relaxed);
}

void process_at_disk(struct process *process, bool begun)
{
    if (begun) {
        atomic_fetch_add(&process->counters->at_disk, 1);
    } else {
        atomic_fetch_sub(&process->counters->at_disk, 1);
        process_beat(process);
    }
}

int process_control(const struct process *process)
{
    return channel_fd(process->control);
}

static struct status take_frames(struct process *process, unsigned *news)
{
    for (;;) {
        struct frame frame;
        bool whole;
        TRY(channel_next(process->control, &frame, &whole));
        if (!whole) {
            return OK;
        }
        *news |= on_frame(process, &frame);
    }
}

static bool is_nothing_yet(struct status status)
{
    return status.code == STATUS_IO && (status.at == EAGAIN || status.at == EINTR);
}

unsigned process_turn(struct process *process)
{
    unsigned news = process->said_count > 0 ? PROCESS_SAID : 0;
    process_beat(process);
    if (!process->stopping) {
        struct status status = channel_receive(process->control);
        const struct status taken = take_frames(process, &news);
        status = failed(status) ? status : taken;
        /* Without its supervisor nobody would start it anew, or end it. */
        process->stopping |= failed(status) && !is_nothing_yet(status);
    }
    return process->stopping ? news | PROCESS_STOP : news;
}

/* Sends by the control channel, which has room for what little a process says. */
static struct status tell(struct process *process, uint8_t kind, const struct text *fields)
{
    char memory[CONTROL_FRAME_MAX];
    struct text out = TEXT_IN(memory);
    const size_t start = frame_begin(&out, kind, 0);
    text_put(&out, fields->data, fields->size);
    frame_end(&out, start);
    return channel_send(process->control, text_bytes(&out), -1);
}

struct status process_ready(struct process *process)
{
    char memory[64];
    struct text fields = TEXT_IN(memory);
    struct sandbox_facts facts;
    const struct sandbox_wish wish = {
        .role = seat_role(process->seat),
        .settings = &process->settings,
        .trapped = &process->counters->trapped,
    };
    TRY(sandbox_enter(&wish, &facts));
    wire_put_u64(&fields, facts.landlock);
    wire_put_u8(&fields, facts.seccomp ? 1 : 0);
    process_beat(process);
    return tell(process, MESSAGE_READY, &fields);
}

/* The start ---------------------------------------------------------------------------------- */

static struct status take_channels(struct process *process)
{
    for (unsigned peer = 0; peer < SEATS_MAX; peer++) {
        const int descriptor = PROCESS_CHANNELS_FROM + (int)peer;
        struct stat facts;
        if (fstat(descriptor, &facts) == 0 && S_ISSOCK(facts.st_mode)) {
            TRY(take_channel(process, peer, descriptor));
        } else {
            close(descriptor);
        }
    }
    return OK;
}

static struct status take_listener(struct process *process)
{
    struct stat facts;
    process->listener = -1;
    if (fstat(PROCESS_LISTENER, &facts) == 0 && S_ISSOCK(facts.st_mode)) {
        process->listener = PROCESS_LISTENER;
    } else {
        close(PROCESS_LISTENER);
    }
    return OK;
}

static void close_on_exec(void)
{
    for (int descriptor = PROCESS_CONTROL; descriptor < PROCESS_DESCRIPTORS; descriptor++) {
        (void)fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
}

static struct status take_over(struct process *process)
{
    const struct channel_limits limits = {.frame = CONTROL_FRAME_MAX,
                                          .waiting = 4 * CONTROL_FRAME_MAX};
    close_on_exec();
    TRY(channel_open(PROCESS_CONTROL, limits, &process->control));
    TRY(read_settings(PROCESS_SETTINGS, &process->settings));
    close(PROCESS_SETTINGS);
    TRY(counters_map_own(PROCESS_PAGES, process->seat, &process->counters));
    TRY(counters_map_all(PROCESS_ALL_PAGES, &process->pages));
    close(PROCESS_PAGES);
    close(PROCESS_ALL_PAGES);
    atomic_store(&process->counters->trapped, 0);
    atomic_store(&process->counters->at_disk, 0);
    TRY(take_listener(process));
    return take_channels(process);
}

static void tell_ending(struct process *process, struct status status)
{
    char memory[WIRE_SENTENCE_MAX + 64];
    struct text fields = TEXT_IN(memory);
    wire_put_status(&fields, status);
    (void)!failed(tell(process, MESSAGE_ENDING, &fields));
}

static void close_process(struct process *process)
{
    for (unsigned peer = 0; peer < SEATS_MAX; peer++) {
        channel_close(&process->channels[peer]);
    }
    channel_close(&process->control);
    free(process);
}

int process_run(const struct role_info *roles, unsigned seat)
{
    struct process *process = calloc(1, sizeof *process);
    if (process == NULL) {
        return ENDING_IO;
    }
    process->roles = roles;
    process->seat = seat;
    process->name = seat_name(seat);
    journal_init(&process->journal, process->name.text);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    prctl(PR_SET_NAME, process->name.text);
    struct status status = take_over(process);
    if (failed(status)) {
        journal_failed(&process->journal, "start_failed", "taking over from the supervisor",
                       status);
    } else {
        status = roles[seat_role(seat)].main(process);
        tell_ending(process, status);
    }
    close_process(process);
    return (int)ending_of(status);
}

#include "schema/wire/channel.h"
#include "schema/wire/message.h"
#include "tools/bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_US UINT64_C(60000000)

enum {
    ROUND = 3,        /* submissions of each sender, made ahead */
    SMALL_ROUND = 64, /* the same, of one event */
    SUBMISSION_ROOM = BENCH_BATCH * 1100,
    SMALL_ROOM = 4096,
};

struct sender {
    struct speaker speaker;
    struct channel *channel;
    struct text frames[SMALL_ROUND]; /* SUBMIT messages */
    size_t made, sent, acknowledged;
};

struct socket_bench {
    struct bench *bench;
    char run[4300], socket[4400];
    pid_t process;
    struct sender senders[BENCH_SENDERS];
    int slow[BENCH_SLOW];
    size_t slow_count;
    char *submission;
};

/* The daemon ------------------------------------------------------------------------------ */

/* It lies beside this program. */
static bool find_program(char *out, size_t capacity)
{
    ssize_t size = readlink("/proc/self/exe", out, capacity - 1);
    out[size > 0 ? size : 0] = '\0';
    char *name = strrchr(out, '/');
    if (name == NULL || (size_t)(name - out) + sizeof "/cairnd" > capacity) {
        return false;
    }
    memcpy(name, "/cairnd", sizeof "/cairnd");
    return access(out, X_OK) == 0;
}

static void become_daemon(const struct socket_bench *work, const char *program)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    (void)dup2(null, STDIN_FILENO);
    (void)dup2(null, STDOUT_FILENO);
    (void)dup2(null, STDERR_FILENO);
    execl(program, "cairnd", "--store", work->bench->directory, "--runtime", work->run,
          (char *)NULL);
    _exit(127);
}

static struct status start_daemon(struct socket_bench *work)
{
    char program[4096];
    if (!find_program(program, sizeof program)) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "the program cairnd is not beside this one");
    }
    snprintf(work->run, sizeof work->run, "%s/run", work->bench->directory);
    snprintf(work->socket, sizeof work->socket, "%s/cairn.sock", work->run);
    work->process = fork();
    if (work->process == 0) {
        become_daemon(work, program);
    }
    return work->process < 0 ? FAIL(IO, (uint64_t)errno) : OK;
}

static void stop_daemon(struct socket_bench *work)
{
    if (work->process > 0) {
        (void)kill(work->process, SIGTERM);
        (void)waitpid(work->process, NULL, 0);
        work->process = 0;
    }
}

/* Speaking -------------------------------------------------------------------------------- */

static struct status greet(struct channel *channel)
{
    char memory[128];
    struct text out = TEXT_IN(memory);
    struct frame answer;
    size_t start = frame_begin(&out, MESSAGE_HELLO, 1);
    wire_put_u32(&out, WIRE_VERSION);
    wire_put_string(&out, "bench");
    frame_end(&out, start);
    TRY(channel_call(channel, text_bytes(&out), 1, wire_now_us() + PATIENCE_US, &answer));
    return answer.kind == MESSAGE_WELCOME ? OK : FAIL(MALFORMED, answer.kind);
}

static struct status open_channel(const struct socket_bench *work, struct channel **out)
{
    int fd = -1;
    const struct channel_limits limits = {.frame = MESSAGE_MAX, .waiting = 2 * MESSAGE_MAX};
    TRY(channel_connect(work->socket, &fd));
    struct status status = channel_open(fd, limits, out);
    if (failed(status)) {
        (void)close(fd);
        return status;
    }
    return greet(*out);
}

static struct status wait_for_daemon(struct socket_bench *work)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    uint64_t until_us = wire_now_us() + PATIENCE_US;
    struct status status = FAIL(IO, ETIMEDOUT);
    while (wire_now_us() < until_us) {
        struct channel *channel = NULL;
        status = open_channel(work, &channel);
        channel_close(&channel);
        if (!failed(status) || waitpid(work->process, NULL, WNOHANG) == work->process) {
            return status;
        }
        nanosleep(&pause, NULL);
    }
    return status;
}

/* Submissions ----------------------------------------------------------------------------- */

static struct status make_frames(struct socket_bench *work, struct sender *sender, size_t count,
                                 uint64_t events)
{
    for (size_t i = 0; i < count; i++) {
        struct text submission = {.data = work->submission, .capacity = SUBMISSION_ROOM};
        struct text *frame = &sender->frames[i];
        TRY(bench_submission(work->bench, &sender->speaker, events, &submission));
        if (frame->capacity < submission.size + 64) {
            free(frame->data);
            frame->capacity = submission.size + 1024;
            frame->data = malloc(frame->capacity);
        }
        if (frame->data == NULL) {
            frame->capacity = 0;
            return FAIL(NO_MEMORY, submission.size);
        }
        text_clear(frame);
        size_t start = frame_begin(frame, MESSAGE_SUBMIT, (uint32_t)i);
        wire_put_u8(frame, WIRE_DURABLE);
        wire_put_bytes(frame, text_bytes(&submission));
        frame_end(frame, start);
    }
    sender->made = count;
    sender->sent = sender->acknowledged = 0;
    return OK;
}

static struct status take_receipt(struct sender *sender, const struct frame *frame)
{
    struct wire_receipt receipt;
    TRY(frame->kind == MESSAGE_RECEIPT ? wire_receipt_decode(frame->payload, &receipt)
                                       : FAIL(MALFORMED, frame->kind));
    if (!bytes_equal(receipt.status.code, LITERAL("OK"))) {
        return FAIL_BECAUSE(STOPPED, 0, "the daemon refuses what it is sent");
    }
    sender->acknowledged++;
    return OK;
}

static struct status take_receipts(struct sender *sender)
{
    struct frame frame;
    bool whole = true;
    TRY(channel_receive(sender->channel));
    while (whole) {
        TRY(channel_next(sender->channel, &frame, &whole));
        TRY(whole ? take_receipt(sender, &frame) : OK);
    }
    return OK;
}

/* What is made is sent as far as it goes; the daemon's back-pressure is seen as LIMIT. */
static struct status send_frames(struct sender *sender)
{
    TRY(channel_flush(sender->channel));
    while (sender->sent < sender->made && channel_waiting(sender->channel) == 0) {
        TRY(channel_send(sender->channel, text_bytes(&sender->frames[sender->sent]), -1));
        sender->sent++;
    }
    return OK;
}

static struct status pump(struct socket_bench *work, bool *done)
{
    struct pollfd polled[BENCH_SENDERS];
    for (size_t i = 0; i < BENCH_SENDERS; i++) {
        TRY(send_frames(&work->senders[i]));
        polled[i] = (struct pollfd){.fd = channel_fd(work->senders[i].channel),
                                    .events = channel_wants(work->senders[i].channel)};
    }
    if (poll(polled, BENCH_SENDERS, 30000) == 0) {
        return FAIL(IO, ETIMEDOUT);
    }
    *done = true;
    for (size_t i = 0; i < BENCH_SENDERS; i++) {
        TRY((polled[i].revents & POLLIN) != 0 ? take_receipts(&work->senders[i]) : OK);
        *done = *done && work->senders[i].acknowledged == work->senders[i].made;
    }
    return OK;
}

/* Sends `rounds` times what the senders can make ahead, and adds up the time of sending. */
static struct status send_all(struct socket_bench *work, size_t rounds, size_t count,
                              uint64_t events, uint64_t *ns)
{
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < BENCH_SENDERS; i++) {
            TRY(make_frames(work, &work->senders[i], count, events));
        }
        bool done = false;
        uint64_t before = bench_now_ns();
        while (!done) {
            TRY(pump(work, &done));
        }
        *ns += bench_now_ns() - before;
        if (bench_tick(work->bench, "daemon", round, rounds)) {
            return FAIL(INTERRUPTED, 2);
        }
    }
    return OK;
}

/* One at a time --------------------------------------------------------------------------- */

static int compare_ns(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static struct status send_singles(struct socket_bench *work, struct bench_daemon *out)
{
    uint64_t took[BENCH_SINGLES];
    struct sender *sender = &work->senders[0];
    for (size_t i = 0; i < BENCH_SINGLES; i++) {
        struct frame answer;
        TRY(make_frames(work, sender, 1, 1));
        uint64_t before = bench_now_ns();
        TRY(channel_call(sender->channel, text_bytes(&sender->frames[0]), 0,
                         wire_now_us() + PATIENCE_US, &answer));
        took[i] = bench_now_ns() - before;
        TRY(take_receipt(sender, &answer));
    }
    qsort(took, BENCH_SINGLES, sizeof took[0], compare_ns);
    out->single_ns = took[BENCH_SINGLES / 2];
    out->single_p99_ns = took[BENCH_SINGLES * 99 / 100];
    return OK;
}

/* What one acknowledgement cannot do without: a flush of the disk and a signature. */
static struct status measure_bound(struct socket_bench *work, struct bench_daemon *out)
{
    char path[4400];
    static const char page[4096] = {1};
    uint64_t took[BENCH_SINGLES];
    struct signature signature;
    snprintf(path, sizeof path, "%s.bound", work->bench->directory);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    struct status status = OK;
    for (size_t i = 0; i < BENCH_SINGLES && !failed(status); i++) {
        uint64_t before = bench_now_ns();
        bool good = write(file, page, sizeof page) == (ssize_t)sizeof page && fdatasync(file) == 0;
        status = good ? secret_key_sign(work->bench->admin, bytes_of(page, 64), &signature)
                      : FAIL(IO, (uint64_t)errno);
        took[i] = bench_now_ns() - before;
    }
    (void)close(file);
    (void)unlink(path);
    qsort(took, BENCH_SINGLES, sizeof took[0], compare_ns);
    out->bound_ns = took[BENCH_SINGLES / 2];
    out->bound_p99_ns = took[BENCH_SINGLES * 99 / 100];
    return status;
}

/* Besieged -------------------------------------------------------------------------------- */

/* Each says the beginning of a frame. Whom the daemon turns away has not got in; that is its
 * right. */
static void besiege(struct socket_bench *work)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    for (work->slow_count = 0; work->slow_count < BENCH_SLOW; work->slow_count++) {
        int fd = -1;
        if (failed(channel_connect(work->socket, &fd))) {
            return;
        }
        static const uint8_t half[] = {0, 0, 0, 200, MESSAGE_HELLO};
        (void)!send(fd, half, sizeof half, MSG_NOSIGNAL | MSG_DONTWAIT);
        work->slow[work->slow_count] = fd;
    }
}

/* All of it ------------------------------------------------------------------------------- */

static struct status open_senders(struct socket_bench *work)
{
    for (size_t i = 0; i < BENCH_SENDERS; i++) {
        channel_close(&work->senders[i].channel);
        TRY(open_channel(work, &work->senders[i].channel));
    }
    return OK;
}

static struct status register_senders(struct socket_bench *work)
{
    struct bench *bench = work->bench;
    for (size_t i = 0; i < BENCH_SENDERS; i++) {
        struct speaker *speaker = &work->senders[i].speaker;
        snprintf(speaker->name, sizeof speaker->name, "sender%u", (unsigned)i);
        TRY(secret_key_make(KEY_ED25519, speaker->name, &speaker->key));
        TRY(bench_register(bench, speaker));
    }
    TRY(engine_finish(bench->engine));
    engine_close(&bench->engine);
    return OK;
}

static struct status measure(struct socket_bench *work, struct bench_daemon *out)
{
    const size_t per_round = (size_t)BENCH_SENDERS * ROUND * BENCH_BATCH;
    size_t rounds = work->bench->events / per_round > 0 ? work->bench->events / per_round : 1;
    TRY(register_senders(work));
    TRY(measure_bound(work, out));
    TRY(start_daemon(work));
    TRY(wait_for_daemon(work));
    TRY(open_senders(work));
    TRY(send_all(work, rounds, ROUND, BENCH_BATCH, &out->ns));
    out->events = rounds * per_round;
    TRY(send_singles(work, out));
    TRY(send_all(work, 20, SMALL_ROUND, 1, &out->small_ns));
    out->small_events = 20 * (uint64_t)BENCH_SENDERS * SMALL_ROUND;
    besiege(work);
    TRY(open_senders(work));
    return send_all(work, rounds, ROUND, BENCH_BATCH, &out->besieged_ns);
}

static void end(struct socket_bench *work)
{
    for (size_t i = 0; i < BENCH_SENDERS; i++) {
        channel_close(&work->senders[i].channel);
        secret_key_close(&work->senders[i].speaker.key);
        for (size_t k = 0; k < SMALL_ROUND; k++) {
            free(work->senders[i].frames[k].data);
        }
    }
    for (size_t i = 0; i < work->slow_count; i++) {
        (void)close(work->slow[i]);
    }
    stop_daemon(work);
    free(work->submission);
    free(work);
}

struct status bench_daemon(struct bench *bench, struct bench_daemon *out)
{
    struct socket_bench *work = calloc(1, sizeof *work);
    if (work == NULL) {
        return FAIL(NO_MEMORY, sizeof *work);
    }
    work->bench = bench;
    work->submission = malloc(SUBMISSION_ROOM);
    struct status status =
        work->submission == NULL ? FAIL(NO_MEMORY, SUBMISSION_ROOM) : measure(work, out);
    end(work);
    return status;
}

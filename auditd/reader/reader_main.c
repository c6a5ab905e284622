#include "auditd/process.h"
#include "auditd/reader/reader.h"
#include "auditd/teller.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef CAIRN_VERSION
#error "the build says which version this is"
#endif

enum {
    PATIENCE_MS = 500,
    REQUESTS_AT_ONCE = 4,
};

/* A process that shows auditors their pages. */
struct showing {
    struct process *process;
    struct engine *engine;
    struct reader *reader;
    struct teller teller;
};

/* Speaking to the writer -------------------------------------------------------------------- */

static bool can_say(void *context)
{
    const struct showing *showing = context;
    return teller_can_say(&showing->teller);
}

static struct status say(void *context, const struct draft *draft)
{
    struct showing *showing = context;
    return teller_say(&showing->teller, draft);
}

static void alive(void *context)
{
    const struct showing *showing = context;
    process_beat(showing->process);
}

/* Answering --------------------------------------------------------------------------------- */

static void count(const struct showing *showing)
{
    struct counters *counters = process_counters(showing->process);
    const struct reader_counts *counts = reader_counts(showing->reader);
    counters_set(counters, COUNTER_PAGES_TOTAL, counts->pages);
    counters_set(counters, COUNTER_PAGE_MICROSECONDS_TOTAL, counts->page_us);
    counters_set(counters, COUNTER_VIEWS_UNRECORDED_TOTAL, counts->unrecorded);
    counters_set(counters, COUNTER_TURNED_AWAY_TOTAL, reader_turned_away(showing->reader));
}

static struct status answer_one(struct showing *showing, struct channel *door,
                                const struct frame *frame)
{
    struct page_request request;
    if (frame->kind != MESSAGE_WEB_REQUEST) {
        return FAIL(MALFORMED, frame->kind);
    }
    TRY(page_request_decode(frame->payload, &request));
    struct page_answer answer;
    int body = -1;
    reader_answer(showing->reader, &request, &answer, &body);
    char memory[PAGE_FRAME_MAX];
    struct text out = TEXT_IN(memory);
    page_answer_put(&out, frame->id, &answer);
    explicit_bzero(&request, sizeof request);
    struct status sent = channel_send(door, text_bytes(&out), body);
    if (body >= 0) {
        (void)close(body);
    }
    count(showing);
    return sent;
}

static struct status answer_all(struct showing *showing, struct channel *door)
{
    struct frame frame;
    TRY(channel_receive(door));
    for (bool whole = true; whole;) {
        TRY(channel_next(door, &frame, &whole));
        if (whole) {
            TRY(answer_one(showing, door, &frame));
        }
    }
    return channel_flush(door);
}

static void turn(struct showing *showing)
{
    struct channel *door = process_channel(showing->process, ROLE_HTTP, 0);
    struct channel *writer = process_channel(showing->process, ROLE_WRITER, 0);
    struct pollfd waiting[3] = {
        {.fd = process_control(showing->process), .events = POLLIN},
        {.fd = door == NULL ? -1 : channel_fd(door),
         .events = door == NULL ? 0 : channel_wants(door)},
        {.fd = writer == NULL ? -1 : channel_fd(writer), .events = POLLIN},
    };
    (void)poll(waiting, 3, PATIENCE_MS);
    if (waiting[2].revents != 0) {
        teller_drain(&showing->teller);
    }
    if (waiting[1].revents != 0 && failed(answer_all(showing, door))) {
        process_lost(showing->process, ROLE_HTTP, 0);
    }
    reader_tick(showing->reader);
}

/* Beginning --------------------------------------------------------------------------------- */

static void folding(void *context, uint64_t done, uint64_t total)
{
    (void)done;
    (void)total;
    process_beat(context);
}

/* No page is longer, whatever makes it: the kernel stops it, and it becomes a page of an error. */
static struct status limit_files(const struct settings *settings)
{
    rlim_t most = settings->web_answer_size < PAGE_BODY_MAX ? (rlim_t)settings->web_answer_size
                                                            : (rlim_t)PAGE_BODY_MAX;
    const struct rlimit limit = {.rlim_cur = most, .rlim_max = most};
    return signal(SIGXFSZ, SIG_IGN) != SIG_ERR && setrlimit(RLIMIT_FSIZE, &limit) == 0
               ? OK
               : FAIL(IO, (uint64_t)errno);
}

static struct status open_showing(struct showing *showing)
{
    const struct settings *settings = process_settings(showing->process);
    const struct engine_options engine = {
        .directory = settings->store_path.text,
        .read_only = true,
        .progress = folding,
        .progress_context = showing->process,
    };
    TRY(engine_open(&engine, &showing->engine));
    const struct reader_options reader = {
        .engine = showing->engine,
        .program = "cairn " CAIRN_VERSION,
        .say = say,
        .can_say = can_say,
        .alive = alive,
        .context = showing,
        .answer_us = settings->web_request_deadline * 1000000,
    };
    TRY(reader_open(&reader, &showing->reader));
    return limit_files(settings);
}

static struct status run(struct showing *showing)
{
    TRY(open_showing(showing));
    TRY(process_ready(showing->process));
    while ((process_turn(showing->process) & PROCESS_STOP) == 0) {
        turn(showing);
    }
    return OK;
}

struct status reader_main(struct process *process)
{
    struct showing *showing = calloc(1, sizeof *showing);
    if (showing == NULL) {
        return FAIL(NO_MEMORY, sizeof *showing);
    }
    showing->process = process;
    showing->teller.process = process;
    struct status status = run(showing);
    reader_close(&showing->reader);
    engine_close(&showing->engine);
    free(showing);
    return status;
}

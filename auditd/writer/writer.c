/* The writer: the only process that has the store open for writing, and the keys. */
#include "auditd/writer/routes.h"
#include "auditd/writer/watch.h"
#include "schema/time.h"
#include "schema/wire/channel.h"

enum {
    WRITER_LOOK_US = 1000000, /* how often disk and clock are looked at */
};

struct writer {
    struct process *process;
    const struct settings *settings;
    struct engine *engine;
    struct clerk *clerk;
    struct routes routes;
    struct watch watch;
    bool watching;
    uint64_t gathered_us;  /* when the first of what is gathered came; 0: nothing is */
    uint64_t unsettled_us; /* since when others see less than the log has; 0: they see all */
    uint64_t looked_us;
};

/* Opening --------------------------------------------------------------------------------- */

static void show_progress(void *context, uint64_t done, uint64_t total)
{
    struct process *process = context;
    (void)done;
    (void)total;
    process_beat(process);
}

static void show_disk(void *context, bool begun)
{
    process_at_disk(context, begun);
}

static void send_frame(void *context, uint32_t route, struct bytes frame)
{
    struct writer *writer = context;
    routes_send(&writer->routes, route, frame);
}

static bool speaker_of(void *context, uint32_t route, enum note_role *out)
{
    (void)context;
    switch (seat_role(route)) {
    case ROLE_READER:
        *out = NOTE_READER;
        return true;
    case ROLE_ALERTS:
        *out = NOTE_ALERTS;
        return true;
    case ROLE_VIRT:
        *out = NOTE_VIRT;
        return true;
    case ROLE_INGEST:
    case ROLE_INGEST_TLS:
        *out = NOTE_INGEST;
        return true;
    case ROLE_CONTROLLERS:
        *out = NOTE_CONTROLLERS;
        return true;
    case ROLE_WRITER:
    case ROLE_HTTP:
    case ROLE_METRICS:
    case ROLE_WATCHER:
    case ROLE_COUNT:
        break;
    }
    return false;
}

static struct status begin(struct writer *writer, struct process *process)
{
    const struct settings *settings = process_settings(process);
    writer->process = process;
    writer->settings = settings;
    routes_begin(&writer->routes, process);
    TRY(engine_open(
        &(struct engine_options){.directory = settings->store_path.text,
                                 .threaded = true,
                                 .task = "cairnd",
                                 .commit_events_max = (uint32_t)settings->store_commit_events,
                                 .progress = show_progress,
                                 .progress_context = process,
                                 .disk = show_disk,
                                 .disk_context = process},
        &writer->engine));
    TRY(clerk_open(&(struct clerk_options){.engine = writer->engine,
                                           .send = send_frame,
                                           .speaker = speaker_of,
                                           .context = writer,
                                           .pages = process_pages(process)},
                   &writer->clerk));
    writer->watch = (struct watch){.clerk = writer->clerk,
                                   .settings = settings,
                                   .journal = process_journal(process),
                                   .counters = process_counters(process)};
    TRY(watch_begin(&writer->watch, writer->engine));
    writer->watching = true;
    return OK;
}

static void end(struct writer *writer)
{
    if (writer->watching) {
        watch_end(&writer->watch);
    }
    clerk_close(&writer->clerk);
    engine_close(&writer->engine);
}

/* What the supervisor says ---------------------------------------------------------------- */

static struct status take_said(struct writer *writer)
{
    struct wire_note said;
    while (process_next_said(writer->process, &said)) {
        TRY(clerk_say_note(writer->clerk, &said));
    }
    return OK;
}

/* Turns ----------------------------------------------------------------------------------- */

static void count_commit(const struct writer *writer, uint64_t before_size, uint64_t before_us)
{
    struct counters *counters = process_counters(writer->process);
    uint64_t size = log_head_of(engine_log(writer->engine))->size;
    counters_set(counters, COUNTER_LOG_SIZE, size);
    if (size > before_size) {
        counters_add(counters, COUNTER_EVENTS_TOTAL, size - before_size);
        counters_add(counters, COUNTER_COMMITS_TOTAL, 1);
        counters_add(counters, COUNTER_COMMIT_MICROSECONDS_TOTAL, wire_now_us() - before_us);
        counters_set(counters, COUNTER_CHECKPOINT_SECONDS,
                     engine_now(writer->engine) / TIME_SECOND_US);
    }
}

static struct status flush(struct writer *writer)
{
    uint64_t before_us = wire_now_us();
    uint64_t size = log_head_of(engine_log(writer->engine))->size;
    TRY(clerk_flush(writer->clerk));
    writer->gathered_us = 0;
    count_commit(writer, size, before_us);
    return OK;
}

/* Whoever waits for more makes those wait that came first: at most so long. */
static bool is_due(const struct writer *writer)
{
    return wire_now_us() - writer->gathered_us >= writer->settings->store_commit_wait * 1000;
}

static struct status flush_when_due(struct writer *writer, bool more)
{
    if (clerk_gathered(writer->clerk) == 0) {
        writer->gathered_us = 0;
        return OK;
    }
    if (writer->gathered_us == 0) {
        writer->gathered_us = wire_now_us();
    }
    return more && !is_due(writer) ? OK : flush(writer);
}

static struct status settle_when_due(struct writer *writer)
{
    if (!clerk_is_unsettled(writer->clerk)) {
        writer->unsettled_us = 0;
        return OK;
    }
    uint64_t now_us = wire_now_us();
    if (writer->unsettled_us == 0) {
        writer->unsettled_us = now_us;
    }
    if (now_us - writer->unsettled_us < writer->settings->store_settle * 1000) {
        return OK;
    }
    writer->unsettled_us = 0;
    return clerk_settle(writer->clerk);
}

static struct status look_when_due(struct writer *writer)
{
    uint64_t now_us = wire_now_us();
    if (now_us - writer->looked_us < WRITER_LOOK_US) {
        return OK;
    }
    writer->looked_us = now_us;
    return watch_look(&writer->watch);
}

/* How long there is nothing to do unless something comes. */
static int wait_ms(const struct writer *writer)
{
    uint64_t now_us = wire_now_us();
    uint64_t until_us = writer->looked_us + WRITER_LOOK_US;
    if (clerk_gathered(writer->clerk) > 0) {
        return 0;
    }
    if (writer->unsettled_us > 0 &&
        writer->unsettled_us + writer->settings->store_settle * 1000 < until_us) {
        until_us = writer->unsettled_us + writer->settings->store_settle * 1000;
    }
    return until_us > now_us ? (int)((until_us - now_us) / 1000 + 1) : 0;
}

static struct status turn(struct writer *writer, bool *stop)
{
    bool more = false;
    TRY(routes_wait(&writer->routes, wait_ms(writer)));
    unsigned news = process_turn(writer->process);
    if ((news & PROCESS_SAID) != 0) {
        TRY(take_said(writer));
    }
    routes_renew(&writer->routes);
    TRY(routes_take(&writer->routes, writer->clerk, &more));
    TRY(look_when_due(writer));
    TRY(flush_when_due(writer, more));
    TRY(settle_when_due(writer));
    *stop = (news & PROCESS_STOP) != 0;
    return OK;
}

static struct status run(struct writer *writer)
{
    bool stop = false;
    TRY(process_ready(writer->process));
    while (!stop) {
        TRY(turn(writer, &stop));
    }
    TRY(flush(writer));
    return engine_finish(writer->engine);
}

struct status writer_main(struct process *process)
{
    struct writer writer = {.process = process};
    struct status status = begin(&writer, process);
    status = failed(status) ? status : run(&writer);
    end(&writer);
    return status;
}

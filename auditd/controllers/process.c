/* The process that speaks with the controllers in machines. */
#include "auditd/process.h"

#include "auditd/controllers/controllers.h"

enum {
    TURN_MS = 500,
};

struct hall {
    struct process *process;
    struct engine *engine;
    struct controllers *controllers;
    uint64_t writer; /* the number of the channel in use; 0: none yet */
};

static void folding(void *context, uint64_t done, uint64_t total)
{
    (void)done;
    (void)total;
    process_beat(context);
}

static struct status take_over(struct hall *hall)
{
    uint64_t number = process_channel_number(hall->process, ROLE_WRITER, 0);
    struct channel *channel = process_channel(hall->process, ROLE_WRITER, 0);
    if (number != hall->writer) {
        hall->writer = number;
        return controllers_writer(hall->controllers, channel);
    }
    if (channel != NULL && !controllers_has_writer(hall->controllers)) {
        process_lost(hall->process, ROLE_WRITER, 0);
    }
    return OK;
}

static struct status turn(struct hall *hall, bool *stop)
{
    unsigned news = process_turn(hall->process);
    TRY(take_over(hall));
    if ((news & PROCESS_SETTINGS_NEW) != 0) {
        controllers_settings(hall->controllers, process_settings(hall->process));
    }
    *stop = *stop || (news & PROCESS_STOP) != 0;
    return controllers_turn(hall->controllers, process_control(hall->process), TURN_MS);
}

static struct status open_all(struct hall *hall)
{
    const struct settings *settings = process_settings(hall->process);
    const char *runtime = settings->daemon_runtime.text;
    char memory[SETTINGS_TEXT_SIZE];
    struct text directory = TEXT_IN(memory);
    text_put_string(&directory, runtime[0] != '\0' ? runtime : settings->store_path.text);
    text_put_string(&directory, runtime[0] != '\0' ? "/vmc" : "/run/vmc");
    TRY(engine_open(&(struct engine_options){.directory = settings->store_path.text,
                                             .read_only = true,
                                             .progress = folding,
                                             .progress_context = hall->process},
                    &hall->engine));
    return controllers_open(
        &(struct controllers_options){.settings = settings,
                                      .journal = process_journal(hall->process),
                                      .counters = process_counters(hall->process),
                                      .engine = hall->engine,
                                      .listener = process_listener(hall->process),
                                      .directory = text_string(&directory)},
        &hall->controllers);
}

/* What was taken is answered before the end; the supervisor's patience is the limit. */
static struct status run(struct hall *hall)
{
    bool stop = false;
    TRY(open_all(hall));
    TRY(process_ready(hall->process));
    while (!stop || !controllers_drained(hall->controllers)) {
        TRY(turn(hall, &stop));
    }
    return OK;
}

struct status controllers_main(struct process *process)
{
    struct hall hall = {.process = process};
    struct status status = run(&hall);
    controllers_close(&hall.controllers);
    engine_close(&hall.engine);
    return status;
}

/* The processes that take what emitters and the command line send. */
#include "auditd/process.h"

#include "auditd/ingest/ingest.h"

enum {
    TURN_MS = 500,
};

struct door {
    struct process *process;
    struct ingest *ingest;
    uint64_t writer; /* the number of the channel in use; 0: none yet */
};

static struct status take_over(struct door *door)
{
    uint64_t number = process_channel_number(door->process, ROLE_WRITER, 0);
    struct channel *channel = process_channel(door->process, ROLE_WRITER, 0);
    if (number != door->writer) {
        door->writer = number;
        return ingest_writer(door->ingest, channel);
    }
    if (channel != NULL && !ingest_has_writer(door->ingest)) {
        process_lost(door->process, ROLE_WRITER, 0);
    }
    return OK;
}

static struct status turn(struct door *door, bool *stop)
{
    unsigned news = process_turn(door->process);
    TRY(take_over(door));
    if ((news & PROCESS_SETTINGS_NEW) != 0) {
        ingest_settings(door->ingest, process_settings(door->process));
    }
    *stop = *stop || (news & PROCESS_STOP) != 0;
    return ingest_turn(door->ingest, process_control(door->process), TURN_MS);
}

/* What was taken is answered before the end; the supervisor's patience is the limit. */
static struct status run(struct door *door)
{
    bool stop = false;
    TRY(process_ready(door->process));
    while (!stop || !ingest_drained(door->ingest)) {
        TRY(turn(door, &stop));
    }
    return OK;
}

struct status ingest_main(struct process *process)
{
    struct door door = {.process = process};
    TRY(ingest_open(&(struct ingest_options){.settings = process_settings(process),
                                             .journal = process_journal(process),
                                             .counters = process_counters(process),
                                             .listener = process_listener(process)},
                    &door.ingest));
    struct status status = run(&door);
    ingest_close(&door.ingest);
    return status;
}

#include "auditd/supervisor/parts.h"

#include <signal.h>

enum {
    HURRY_US = 500000, /* between two signals that are two */
};

/* Who takes from outside ends first, who keeps ends last: everything that was taken gets its
 * chance to reach the log. */
static const enum role order[] = {ROLE_WATCHER,    ROLE_HTTP,        ROLE_INGEST,
                                  ROLE_INGEST_TLS, ROLE_CONTROLLERS, ROLE_READER,
                                  ROLE_ALERTS,     ROLE_METRICS,     ROLE_WRITER};

static bool is_in_stage(unsigned seat, unsigned stage)
{
    return stage < (sizeof order / sizeof order[0]) && seat_role(seat) == order[stage];
}

static void ask(struct supervisor *supervisor, unsigned seat)
{
    char memory[FRAME_HEAD + 8];
    struct text out = TEXT_IN(memory);
    struct seat *self = &supervisor->seats[seat];
    frame_end(&out, frame_begin(&out, MESSAGE_STOP, 0));
    self->state = SEAT_STOPPING;
    if (failed(channel_send(self->control, text_bytes(&out), -1))) {
        kill(self->pid, SIGKILL);
    }
}

static void ask_stage(struct supervisor *supervisor, uint64_t now_us)
{
    supervisor->stop_stage_us = now_us;
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        if (supervisor->seats[i].state != SEAT_EMPTY && is_in_stage(i, supervisor->stop_stage)) {
            ask(supervisor, i);
        }
    }
}

static bool stage_has_ended(const struct supervisor *supervisor)
{
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        if (supervisor->seats[i].state != SEAT_EMPTY && is_in_stage(i, supervisor->stop_stage)) {
            return false;
        }
    }
    return true;
}

static void kill_stage(struct supervisor *supervisor)
{
    for (unsigned i = 0; i < SEATS_MAX; i++) {
        struct seat *seat = &supervisor->seats[i];
        if (seat->state != SEAT_EMPTY && is_in_stage(i, supervisor->stop_stage) && !seat->hung) {
            const struct seat_name name = seat_name(i);
            seat->hung = true;
            journal_say(&supervisor->journal, JOURNAL_ERROR, "stop_deadline",
                        pair_string("process", name.text));
            kill(seat->pid, SIGKILL);
        }
    }
}

void stopping_begin(struct supervisor *supervisor, uint64_t now_us)
{
    if (supervisor->stopping) {
        /* Some send a signal to a process and to its group: that is asked once. */
        supervisor->hurried |= now_us - supervisor->stop_began_us >= HURRY_US;
        return;
    }
    supervisor->stop_began_us = now_us;
    notify_stopping();
    journal_say(&supervisor->journal, JOURNAL_NOTICE, "stopping",
                pair_string("store", supervisor->settings->store_path.text));
    supervisor->stopping = true;
    supervisor->stop_stage = 0;
    ask_stage(supervisor, now_us);
}

/* Who is asked twice hurries everybody but the writer. */
static bool is_late(const struct supervisor *supervisor, uint64_t now_us)
{
    const bool hurried = supervisor->hurried && order[supervisor->stop_stage] != ROLE_WRITER;
    return hurried || now_us - supervisor->stop_stage_us >=
                          supervisor->settings->daemon_stop_deadline * 1000000;
}

bool stopping_turn(struct supervisor *supervisor, uint64_t now_us)
{
    while (supervisor->stop_stage < (sizeof order / sizeof order[0]) &&
           stage_has_ended(supervisor)) {
        supervisor->stop_stage++;
        ask_stage(supervisor, now_us);
    }
    if (supervisor->stop_stage == (sizeof order / sizeof order[0])) {
        return true;
    }
    if (is_late(supervisor, now_us)) {
        kill_stage(supervisor);
    }
    return false;
}

#include "auditd/supervisor/parts.h"
#include "schema/catalogue/catalogue.h"
#include "store/hash.h"

#include <stdlib.h>

/* The writer may be the one that is away: what is said waits for it, and only so much. */
static void keep(struct supervisor *supervisor, enum event_kind kind, const struct text *body)
{
    struct text out;
    if (supervisor->said_count == SAID_MAX) {
        supervisor->said_first = (supervisor->said_first + 1) % SAID_MAX;
        supervisor->said_count--;
        supervisor->said_lost++;
        journal_say(&supervisor->journal, JOURNAL_ERROR, "said_lost",
                    pair_number("lost", supervisor->said_lost));
    }
    struct said_frame *frame =
        &supervisor->said[(supervisor->said_first + supervisor->said_count) % SAID_MAX];
    out = (struct text){.data = (char *)frame->bytes, .capacity = sizeof frame->bytes};
    const size_t start = frame_begin(&out, MESSAGE_SAID, 0);
    const struct wire_note note = {.kind = bytes_of_string(event_infos[kind].name),
                                   .version = (uint16_t)event_infos[kind].version,
                                   .body = text_bytes(body)};
    wire_put_note(&out, &note);
    frame_end(&out, start);
    if (!out.full && !body->full) {
        frame->size = out.size;
        supervisor->said_count++;
    }
    said_send(supervisor);
}

void said_send(struct supervisor *supervisor)
{
    const struct seat *writer = &supervisor->seats[seat_of(ROLE_WRITER, 0)];
    while (supervisor->said_count > 0 && writer->state == SEAT_UP) {
        const struct said_frame *frame = &supervisor->said[supervisor->said_first];
        if (failed(channel_send(writer->control, bytes_of(frame->bytes, frame->size), -1))) {
            return;
        }
        supervisor->said_first = (supervisor->said_first + 1) % SAID_MAX;
        supervisor->said_count--;
    }
}

void said_started(struct supervisor *supervisor, unsigned seat)
{
    char memory[512];
    struct text body = TEXT_IN(memory);
    const struct seat *facts = &supervisor->seats[seat];
    const struct seat_name name = seat_name(seat);
    const struct daemon_process_started event = {
        .role = bytes_of_string(name.text),
        .process = (uint64_t)facts->pid,
        .restarts = facts->restarts,
        .landlock = facts->landlock,
        .seccomp = facts->seccomp,
    };
    daemon_process_started_encode(&event, &body);
    keep(supervisor, EVENT_DAEMON_PROCESS_STARTED, &body);
}

void said_ended(struct supervisor *supervisor, unsigned seat, pid_t pid, const char *why)
{
    char memory[768];
    struct text body = TEXT_IN(memory);
    const struct seat_name name = seat_name(seat);
    const struct daemon_process_ended event = {
        .role = bytes_of_string(name.text),
        .process = (uint64_t)pid,
        .why = bytes_of_string(why),
    };
    daemon_process_ended_encode(&event, &body);
    keep(supervisor, EVENT_DAEMON_PROCESS_ENDED, &body);
}

void said_reloaded(struct supervisor *supervisor)
{
    char memory[256];
    struct text body = TEXT_IN(memory);
    struct daemon_reloaded event;
    struct hasher *hasher = NULL;
    char *text = malloc(SETTINGS_FILE_MAX);
    if (text != NULL && !failed(hasher_open(&hasher))) {
        struct text written = {.data = text, .capacity = SETTINGS_FILE_MAX};
        settings_write(supervisor->settings, &written);
        event.digest = hash_bytes(hasher, text_bytes(&written));
        daemon_reloaded_encode(&event, &body);
        keep(supervisor, EVENT_DAEMON_RELOADED, &body);
    }
    hasher_close(&hasher);
    free(text);
}

void said_refused(struct supervisor *supervisor, const char *why)
{
    char memory[768];
    struct text body = TEXT_IN(memory);
    const struct daemon_reload_refused event = {.why = bytes_of_string(why)};
    daemon_reload_refused_encode(&event, &body);
    keep(supervisor, EVENT_DAEMON_RELOAD_REFUSED, &body);
}
